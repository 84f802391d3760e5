// Event chunks: what goes in comes out, and bytes that are not whole are refused, never guessed.
#include "store/event_chunk.h"

#include <gtest/gtest.h>

#include "samples.h"

namespace octroi::store {
namespace {

const std::vector<EventRow> kRows = {
    testing::Accepted(10),
    testing::EventOf(11, base::Outcome::kRejected, base::Reason::kJsonInvalid),
    testing::Accepted(40)};

TEST(EventChunk, EachEventComesBackAndOthersDoNot) {
  std::string bytes;
  PackEvents(kRows, bytes);
  for (EventRow row : kRows) {
    const auto found = UnpackEvent(10, bytes, row.sequence);
    ASSERT_TRUE(found && *found);
    row.deliveries.clear();  // kept in the other row
    EXPECT_EQ(**found, row);
  }
  for (const std::uint64_t other : {9u, 12u, 41u}) {
    const auto found = UnpackEvent(10, bytes, other);
    EXPECT_TRUE(found && !*found) << other;
  }
}

TEST(EventChunk, ADeliveryIsChangedInPlace) {
  DeliveryChunk packed;
  packed.Pack(kRows);
  DeliveryChunk read;
  ASSERT_TRUE(read.Read(10, packed.bytes()));
  EXPECT_EQ(read.Find(11), nullptr) << "not accepted: no deliveries";
  const auto* place = read.Find(40);
  ASSERT_NE(place, nullptr);
  const auto third = read.IndexOf(*place, 3);
  ASSERT_TRUE(third);
  EXPECT_FALSE(read.IndexOf(*place, 4));
  const DeliveryState sent =
      testing::To(3, base::Outcome::kSent, base::Reason::kDelivered, 2'000, 5, 202);
  read.Set(*place, *third, sent);
  EXPECT_EQ(read.Get(*place, *third), sent);
  EXPECT_EQ(read.Get(*place, 0), kRows[2].deliveries[0]);
  EXPECT_EQ(read.Get(*read.Find(10), 1), kRows[0].deliveries[1]);
  EXPECT_EQ(read.bytes().size(), packed.bytes().size());
}

TEST(EventChunk, CutAnywhereItIsDamagedUnlessTheCutFallsBetweenTwoEvents) {
  std::string events;
  PackEvents(kRows, events);
  DeliveryChunk deliveries;
  deliveries.Pack(kRows);
  int whole = 0;
  for (std::size_t size = 0; size < events.size(); ++size) {
    const auto found = UnpackEvent(10, std::string_view(events).substr(0, size), 99);
    whole += found ? 1 : 0;
    if (found) continue;
    EXPECT_EQ(found.error().code, base::ErrorCode::kInvalid);
  }
  EXPECT_EQ(whole, 3) << "nothing, one event, two events";
  whole = 0;
  for (std::size_t size = 0; size < deliveries.bytes().size(); ++size) {
    DeliveryChunk cut;
    whole += cut.Read(10, std::string_view(deliveries.bytes()).substr(0, size)) ? 1 : 0;
  }
  EXPECT_EQ(whole, 2) << "nothing, the deliveries of one event";
}

}  // namespace
}  // namespace octroi::store
