#include "gateway/dispatcher/outcome_book.h"

#include <algorithm>

#include "base/log.h"

namespace octroi::gateway {
namespace {

constexpr base::Millis kFirstWait = 10;
constexpr base::Millis kLongestWait = 1'000;

}  // namespace

base::Counter& DeliveriesOf(base::Metrics& metrics, const Plan& plan, std::string_view destination,
                            base::Outcome outcome, base::Reason reason) {
  return metrics.CounterOf("octroi_deliveries",
                           {{base::Id("destination"), base::Id::OfConfig(destination)},
                            {base::Id("outcome"), base::Id::OfConfig(base::Name(outcome))},
                            {base::Id("reason"), base::Id::OfConfig(plan.ReasonName(reason))}});
}

bool OutcomeBook::TryAppend(const std::vector<journal::OutcomeRecord>& outcomes) {
  const auto frame = std::make_shared<journal::Frame>();
  for (const journal::OutcomeRecord& outcome : outcomes) frame->Add(outcome);
  return static_cast<bool>(shared_.parts.journal->Append(frame, journal::Claim::kOutcomes));
}

bool OutcomeBook::Append(const std::vector<journal::OutcomeRecord>& outcomes) {
  base::Millis wait = kFirstWait;
  while (!TryAppend(outcomes)) {
    if (shared_.giving_up()) return false;
    if (wait == kFirstWait) {
      base::Log::Warn("dispatcher.outcome_waits_for_journal",
                      {{"destination", base::Id::OfConfig(destination_)}});
    }
    queue_.Pause(wait, [&] { return shared_.giving_up(); });
    wait = std::min(wait * 2, kLongestWait);
  }
  return true;
}

void OutcomeBook::Count(const Plan& plan, const journal::OutcomeRecord& outcome) {
  base::Counter*& counter = counters_[{outcome.outcome, outcome.reason}];
  if (counter == nullptr) {
    counter =
        &DeliveriesOf(*shared_.parts.metrics, plan, destination_, outcome.outcome, outcome.reason);
  }
  counter->Add(outcome.events.size());
}

}  // namespace octroi::gateway
