// A protected batch and the ticket that covers it, as a sender gets them.
#pragma once

#include <gtest/gtest.h>

#include <mutex>
#include <optional>
#include <string>

#include "base/guarded.h"
#include "sender/rig.h"

namespace octroi::gateway {

// Nothing stands in the way of a send.
inline SendStart& Unhindered() {
  struct Yes final : SendStart {
    bool Enter() override { return true; }
    void Leave() override {}
  };
  static Yes yes;
  return yes;
}

class BatchMaker final : public journal::DurableListener {
 public:
  explicit BatchMaker(std::uint64_t events = 2) {
    rig_.OpenJournal({this});
    rig_.StartJournal();
    PlanOptions options;
    options.destinations = {DestinationNamed("crm")};
    plan_ = rig_.MakePlan(options);
    std::vector<TestEvent> admitted;
    for (std::uint64_t n = 1; n <= events; ++n) admitted.push_back({n, n == 1 ? "a" : "b"});
    const std::uint64_t last = rig_.Admit(*plan_, admitted);
    rig_.journal->WaitDurable(last);
  }
  ~BatchMaker() override { rig_.CloseJournal(); }

  // Events 1..count; `padding` bytes of event name make a large body.
  policies::ProtectedBatch Make(std::uint64_t first, std::uint64_t count, std::size_t padding = 0) {
    policies::ProtectedBatch batch;
    plan_->pseudonymizer->Begin(0, batch);
    const std::string name = "order.paid" + std::string(padding, 'x');
    const NoFields fields;
    for (std::uint64_t sequence = first; sequence < first + count; ++sequence) {
      policies::OutgoingEvent event;
      event.sequence = sequence;
      event.event = name;
      event.fields = &fields;
      EXPECT_TRUE(plan_->pseudonymizer->Add(0, event, batch));
    }
    EXPECT_TRUE(plan_->pseudonymizer->Finish(0, batch));
    return batch;
  }
  journal::Ticket ticket() {  // through the last event
    EXPECT_TRUE(Eventually([this] { return newest_.With([](auto& t) { return t.has_value(); }); }));
    return *newest_.With([](auto& t) { return t; });
  }
  MovedClock& clock() { return rig_.clock; }

 private:
  struct NoFields final : base::FieldReader {
    const base::Value& Field(base::FieldId) const override { return absent; }
    base::Value absent;
  };
  void OnDurable(const std::vector<journal::FramePtr>&, const journal::Ticket& ticket) override {
    newest_.With([&](auto& newest) { newest = ticket; });
  }

  base::Guarded<std::optional<journal::Ticket>> newest_;
  Rig rig_;
  PlanPtr plan_;
};

}  // namespace octroi::gateway
