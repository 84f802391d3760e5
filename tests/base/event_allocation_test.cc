// Counts operator new: once warm, parsing an event and normalising its identifiers allocate
// nothing.
#include <gtest/gtest.h>

#include "base/event.h"
#include "base/identifier.h"
#include "support/allocations.h"

namespace octroi::base {
namespace {

// As @segment/analytics-node sends it; with escapes, so that the scratch is used too.
constexpr std::string_view kTrack =
    R"({"type":"track",)"
    R"("messageId":"node-next-1732233600000-5a8e6a55-0f2e-4a5e-9a54-2a7a9d3c1d10",)"
    R"("anonymousId":"507f191e810c19729de860ea","userId":"97980cfea0067",)"
    R"("event":"Order Completed","timestamp":"2026-11-21T09:00:00.123Z",)"
    R"("sentAt":"2026-11-21T09:00:01.456Z",)"
    R"("context":{"library":{"name":"@segment/analytics-node","version":"2.1.3"},)"
    R"("ip":"8.8.8.8","locale":"fr-FR","page":{"url":"https:\/\/shop.example\/checkout",)"
    R"("title":"Commande valid\u00e9e"},"traits":{"email":"Jeanne.Dupont@Example.com",)"
    R"("phone":"+33 6 12 34 56 78"},"campaign":{"name":"automne","source":"newsletter",)"
    R"("medium":"email"}},"properties":{"order_id":"50314b8e9bcf000000000000","total":27.5,)"
    R"("revenue":25.00,"shipping":3,"tax":2,"discount":2.5,"coupon":"hasbros","currency":"EUR",)"
    R"("products":[{"product_id":"507f1f77bcf86cd799439011","sku":"45790-32",)"
    R"("name":"Monopoly: \"3rd\" Edition","price":19,"quantity":1,"category":"Games"}]},)"
    R"("integrations":{"All":true}})";

TEST(Allocation, NonePerEvent) {
  ASSERT_GT(kTrack.size(), 900u);
  ASSERT_LT(kTrack.size(), 1050u);
  const PathMap paths = *PathMap::Compile(std::vector<PathMap::Entry>{{"type", kSlotEventType},
                                                                      {"event", kSlotEventName},
                                                                      {"messageId", kSlotMessageId},
                                                                      {"timestamp", kSlotEventTime},
                                                                      {"context.traits.email", 0},
                                                                      {"context.traits.phone", 1},
                                                                      {"properties.order_id", 2},
                                                                      {"properties.total", 3},
                                                                      {"properties.products", 4},
                                                                      {"context.page.title", 5},
                                                                      {"userId", 6}});
  EventParser parser;
  Event event;
  std::string email;
  std::string phone;
  std::size_t faults = 0;
  long before = 0;
  for (int i = -1; i < 10'000; ++i) {
    if (i == 0) before = testing::Allocations();  // the first round was the warm-up
    faults += parser.Parse(kTrack, paths, event).reason == Reason::kUndecided ? 0 : 1;
    faults += Normalise(IdentifierType::kEmail, event[0].text, email) ? 0 : 1;
    faults += Normalise(IdentifierType::kPhone, event[1].text, phone) ? 0 : 1;
  }
  const long after = testing::Allocations();
  EXPECT_EQ(after, before);
  EXPECT_EQ(faults, 0u);
  EXPECT_EQ(event[5].text,
            "Commande valid\xc3\xa9"
            "e");
  EXPECT_EQ(email, "jeanne.dupont@example.com");
  EXPECT_EQ(phone, "+33612345678");
}

TEST(Allocation, TheCounterCounts) {
  const long before = testing::Allocations();
  EventParser
      parser;  // allocates its scratch, and simdjson's from inside its library at the first parse
  const long made = testing::Allocations();
  EXPECT_GT(made, before);
  Event event;
  ASSERT_EQ(parser.Parse("{}", PathMap(), event).reason, Reason::kUndecided);
  EXPECT_GT(testing::Allocations(), made);
}

}  // namespace
}  // namespace octroi::base
