// Cells: which data category newly may, or no longer may, leave for which purpose to which
// destination, each with one case in which it does under one config and not under the other. Every
// case that either of the two can tell apart is decided by PolicySet::Decide of both
// (policies/decision_cases.h), so a cell that is not named has not changed.
//
// As `octroi ask`: contract rules do not count, and lists are as they are now. A field that leaves
// in another form (in clear instead of as a pseudonym) has newly left. What stands in no file that
// changed and could matter to a purpose at a destination is not searched there.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gateway/ask/answer.h"
#include "gateway/ask/example.h"
#include "gateway/change/difference.h"
#include "gateway/config.h"

namespace octroi::gateway::change {

inline constexpr std::uint64_t kCellCasesMax = 20'000'000;  // some five seconds

struct Cell {
  enum class What {
    kGained,    // may leave after the change, and did not before
    kLost,      // the other way round
    kUndecided  // too many cases, or a field read that no condition names: anything may be so
  } what = What::kUndecided;
  std::string destination, purpose;
  std::string category;  // of kUndecided: empty
  // The case, under the config where it leaves: a yes, with its question, its plan, and an event.
  ask::Answer answer;
  ask::Question question;
  ask::Example example;
  std::shared_ptr<Plan> plan;
  // What the other config says of it; empty: it may leave there, without this field or in another
  // form.
  std::string reason_otherwise;
};

struct Cells {
  std::vector<Cell> cells;  // by destination and purpose, what is gained first
  std::uint64_t cases = 0;  // decided
};

// Both are ok(); `difference` is theirs. Needs no key. From `now` on. One thread, seconds. Errors:
// those of CompilePlan, a list that is not there yet above all.
base::Result<Cells> CellsOf(const ConfigFolder& before, const ConfigFolder& after,
                            const Difference& difference, base::Millis now,
                            std::uint64_t cases_max = kCellCasesMax);

}  // namespace octroi::gateway::change
