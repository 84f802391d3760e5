// A disk that does not let go: what could not be removed is removed later, and nothing younger goes
// before it.
#include <gtest/gtest.h>

#include "gateway/housekeeper.h"
#include "gateway/world.h"
#include "sender/rig.h"

namespace octroi::gateway {
namespace {

constexpr base::Millis kDay = 86'400'000;

class StuckDiskTest : public ::testing::Test {
 protected:
  StuckDiskTest() {
    world_.plan->keep_decisions = kDay;
    world_.Close();
    world_.Open({&listener_});
    projector_ = std::make_unique<Projector>(Projector::Parts{
        world_.journal.get(), &world_.store, &world_.metrics, [](auto) { return std::string(); }});
    listener_.to = projector_.get();
    projector_->Start();
    dispatcher_ = std::make_unique<Dispatcher>(Dispatcher::Parts{world_.journal.get(),
                                                                 world_.index.get(),
                                                                 &world_.disk.clock,
                                                                 &world_.metrics,
                                                                 &world_.sends,
                                                                 nullptr,
                                                                 [this] { return world_.plan; },
                                                                 {}});
    housekeeper_ = std::make_unique<Housekeeper>(
        Housekeeper::Parts{world_.journal.get(), &world_.store, dispatcher_.get(), projector_.get(),
                           world_.seen.get(), &world_.disk.clock, [this] { return world_.plan; }});
  }
  ~StuckDiskTest() override {
    world_.journal->Stop();
    projector_.reset();
  }
  void CloseDecisionSegments(std::size_t count) {
    journal::ConsentRecord record;
    record.detail.assign(20'000, 'd');
    while (world_.journal->Segments().size() < count + 2) {  // and one open of each class
      auto frame = std::make_shared<journal::Frame>();
      frame->Add(record);
      world_.Write(frame);
    }
    const std::uint64_t last = world_.journal->durable_through();
    ASSERT_TRUE(Eventually([&] { return projector_->through() >= last; }));
  }

  World world_;
  LateListener listener_;
  std::unique_ptr<Projector> projector_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<Housekeeper> housekeeper_;
};

TEST_F(StuckDiskTest, WhatCouldNotBeRemovedIsRemovedLater) {
  CloseDecisionSegments(2);
  world_.disk.clock.Advance(2 * kDay);
  const auto before = world_.DecisionFiles();
  world_.disk.disk.FailAfter(0);
  housekeeper_->Sweep();
  EXPECT_EQ(world_.DecisionFiles(), before);
  EXPECT_EQ(world_.journal->Segments().size(), 4u) << "what is there is known";
  world_.disk.disk.FailAfter(-1);
  housekeeper_->Sweep();
  EXPECT_EQ(world_.DecisionFiles(), std::vector<std::string>{before.back()});
}

}  // namespace
}  // namespace octroi::gateway
