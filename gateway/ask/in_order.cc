#include "gateway/ask/in_order.h"

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

namespace octroi::gateway::ask {

using policies::CaseSearch;

InOrder::Outcome InOrder::Search(std::size_t parts, std::uint64_t cases_max, unsigned threads,
                                 const One& one) {
  InOrder all(parts, cases_max, one);
  {
    const std::size_t more = std::min<std::size_t>(threads, parts);
    std::vector<std::jthread> workers;
    workers.reserve(more);
    try {
      while (workers.size() + 1 < more) workers.emplace_back([&all] { all.Work(); });
    } catch (const std::system_error&) {  // the limit of threads: those that there are do it
    }
    all.Work();
  }
  return std::move(all.outcome_);
}

InOrder::InOrder(std::size_t parts, std::uint64_t cases_max, const One& one)
    : cases_max_(cases_max), one_(one), settled_(parts), searches_(parts) {}

void InOrder::Work() {
  for (std::size_t part = taken_++; part < settled_; part = taken_++) {
    std::uint64_t left = 0;
    {
      const std::lock_guard lock(folding_);
      left = Left();
    }
    CaseSearch search =
        one_(part, left, [&] { return settled_.load(std::memory_order_relaxed) < part; });
    if (search.answer != CaseSearch::Answer::kNone) Settle(part);
    Keep(part, std::move(search));
  }
}

std::uint64_t InOrder::Left() const { return cases_max_ - std::min(outcome_.cases, cases_max_); }

void InOrder::Settle(std::size_t part) {
  std::size_t last = settled_;
  while (part < last && !settled_.compare_exchange_weak(last, part)) {
  }
}

void InOrder::Keep(std::size_t part, CaseSearch search) {
  const std::lock_guard lock(folding_);
  searches_[part] = std::move(search);
  while (!outcome_.settled && folded_ < searches_.size() && searches_[folded_]) Fold(folded_++);
}

// What is left for a part is known only now; with less it may have found nothing.
void InOrder::Fold(std::size_t part) {
  CaseSearch& search = *searches_[part];
  if (search.budget > Left()) search = one_(part, Left(), [] { return false; });
  outcome_.cases += search.cases;
  if (search.answer == CaseSearch::Answer::kNone) return;
  Settle(part);
  outcome_.settled = part;
  outcome_.search = std::move(search);
}

}  // namespace octroi::gateway::ask
