// InOrder: the searches of a question, by several threads, with the answer that one thread has that
// does them one after the other: the first part that does not say "no" settles it, with the same
// case, and what was decided before it counts.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "policies/decision_cases.h"

namespace octroi::gateway::ask {

class InOrder {
 public:
  // Searches a part, with so many cases at most. `moot` is true once nobody waits for this part any
  // longer: then its result does not matter, and it had better end. Called from several threads, of
  // a part never from two at once, perhaps again with fewer cases.
  using Moot = std::function<bool()>;
  using One = std::function<policies::CaseSearch(std::size_t part, std::uint64_t cases_max,
                                                 const Moot& moot)>;

  struct Outcome {
    std::uint64_t cases = 0;             // of the parts up to the one that settled it
    std::optional<std::size_t> settled;  // that part; none: all say "no"
    policies::CaseSearch search;         // its result, never kNone
  };

  // `threads`: the caller's and so many more; fewer where the system gives no more.
  static Outcome Search(std::size_t parts, std::uint64_t cases_max, unsigned threads,
                        const One& one);

 private:
  InOrder(std::size_t parts, std::uint64_t cases_max, const One& one);
  void Work();
  void Keep(std::size_t part, policies::CaseSearch search);
  void Fold(std::size_t part);
  std::uint64_t Left() const;  // `folding_` is held
  void Settle(std::size_t part);

  const std::uint64_t cases_max_;
  const One& one_;
  std::atomic<std::size_t> taken_ = 0;
  std::atomic<std::size_t>
      settled_;         // no part after this one matters; at first the number of parts
  std::mutex folding_;  // of what follows
  std::vector<std::optional<policies::CaseSearch>> searches_;
  std::size_t folded_ = 0;
  Outcome outcome_;
};

}  // namespace octroi::gateway::ask
