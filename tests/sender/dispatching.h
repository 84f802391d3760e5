// A dispatcher on a rig, delivering to a fake sink.
#pragma once

#include <gtest/gtest.h>

#include "base/guarded.h"
#include "sender/fake_sink.h"
#include "sender/rig.h"

namespace octroi::gateway {

class DispatcherTest : public ::testing::Test {
 protected:
  // Opens the journal and starts; `change` may adjust the parts.
  void Begin(
      const PlanOptions& options,
      const std::function<void(Dispatcher::Parts&)>& change = [](Dispatcher::Parts&) {}) {
    rig_.OpenJournal({});
    Use(options);
    dispatcher_ = std::make_unique<Dispatcher>(PartsFor(change));
    rig_.journal->Listen(dispatcher_.get());
    if (before_start) before_start();
    rig_.StartJournal();
    dispatcher_->Start();
  }
  Dispatcher::Parts PartsFor(const std::function<void(Dispatcher::Parts&)>& change) {
    Dispatcher::Parts parts;
    parts.journal = rig_.journal.get();
    parts.index = &rig_.index;
    parts.clock = &rig_.clock;
    parts.metrics = &rig_.metrics;
    parts.gate = &gate_;
    gate_.Renew(SendGate::kForever);
    parts.plan = [this] {
      if (on_plan) on_plan();
      return plan();
    };
    parts.make_sender = [this](const DestinationPlan& d) { return sink_.MakeSender(d); };
    parts.jitter_seed = 7;
    change(parts);
    return parts;
  }
  void Use(const PlanOptions& options) {
    plan_.With([&](PlanPtr& in_force) { in_force = rig_.MakePlan(options); });
  }
  PlanPtr plan() const {
    return plan_.With([](const PlanPtr& in_force) { return in_force; });
  }
  void Grant(const std::string& who) {
    rig_.Consent(who, kMarketing, policies::ConsentState::kGranted);
    rig_.Consent(who, kStatistics, policies::ConsentState::kGranted);
  }
  void Withdraw(const std::string& who) {
    rig_.Consent(who, kMarketing, policies::ConsentState::kWithdrawn);
    rig_.Consent(who, kStatistics, policies::ConsentState::kWithdrawn);
  }
  void Settle() {
    rig_.Barrier();
    ASSERT_TRUE(Eventually([&] { return dispatcher_->pending() == 0; }));
    EXPECT_EQ(dispatcher_->lowest_pending(), UINT64_MAX);
  }
  // Stops everything so that the journal can be read, or opened again.
  void End() {
    if (dispatcher_) dispatcher_->Drain(10'000);
    rig_.CloseJournal();
    dispatcher_.reset();
  }
  // What became of events, one line each: "3 withheld consent.withdrawn". Exactly one outcome each.
  std::vector<std::string> Lines() {
    rig_.Barrier();
    std::vector<std::string> lines;
    for (const auto& [event, outcomes] : rig_.Finals()) {
      EXPECT_EQ(outcomes.size(), 1u) << "event " << event.first;
      lines.push_back(std::to_string(event.first) + " " +
                      std::string(base::Name(outcomes[0].outcome)) + " " +
                      std::string(base::Name(outcomes[0].reason)));
    }
    return lines;
  }
  ~DispatcherTest() override { End(); }

  Rig rig_;
  FakeSink sink_;
  SendGate gate_, closed_;  // the second without a lease, for who asks for it
  base::Guarded<PlanPtr> plan_;
  std::function<void()> on_plan, before_start;
  std::unique_ptr<Dispatcher> dispatcher_;
};

inline DestinationPlan BatchesOf(std::size_t up_to) {
  DestinationPlan destination = DestinationNamed("crm");
  destination.batch_up_to = up_to;
  return destination;
}

inline PlanOptions To(DestinationPlan destination) {
  PlanOptions options;
  options.destinations = {std::move(destination)};
  return options;
}

}  // namespace octroi::gateway
