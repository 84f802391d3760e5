// FramePool: a frame that nobody holds any more is used again, empty.
#include <gtest/gtest.h>

#include <optional>

#include "journal/journal.h"

namespace octroi::journal {
namespace {

TEST(FramePool, AFrameComesBackEmptyWithItsMemory) {
  FramePool pool;
  FramePtr frame = pool.Take();
  frame->AddEncoded(std::string(5'000, 'r'));
  frame->first_sequence = 7;
  const Frame* const first = frame.get();
  frame.reset();
  const FramePtr again = pool.Take();
  EXPECT_EQ(again.get(), first);
  EXPECT_EQ(again->count, 0u);
  EXPECT_EQ(again->first_sequence, 0u);
  EXPECT_TRUE(again->records.empty());
  EXPECT_GE(again->records.capacity(), 5'000u);
}

TEST(FramePool, WhatIsHeldIsNotGivenToAnother) {
  FramePool pool;
  const FramePtr one = pool.Take();
  EXPECT_NE(pool.Take().get(), one.get());
}

TEST(FramePool, AFrameMayOutliveItsPool) {
  std::optional<FramePool> pool(std::in_place);
  const FramePtr frame = pool->Take();
  pool.reset();
  frame->AddEncoded("record");
  EXPECT_EQ(frame->count, 1u);
}

}  // namespace
}  // namespace octroi::journal
