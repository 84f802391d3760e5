// The API in front of a World: what an edge would hand to it, and what it answers.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "gateway/api.h"
#include "gateway/world.h"

namespace octroi::gateway {

using Headers = std::vector<std::pair<std::string, std::string>>;

inline const Headers kShopKey = {{"authorization", "Bearer shop-key"}};
inline const Headers kTillKey = {{"authorization", "Basic dGlsbC1rZXk6"}};  // "till-key:"
inline const Headers kSiteKey = {{"authorization", "Basic c2l0ZS1rZXk6"}};  // "site-key:"

// One body for each kind of path.
inline const std::string kEvent = R"({"event":"order.paid","order_id":"1"})";
inline const std::string kTrack = R"({"type":"track","event":"Order Paid"})";
inline const std::string kBatch = R"({"batch":[{"type":"track","event":"Order Paid"}]})";
inline const std::string kConsent = R"({"subject":{"customer_id":"c-1"},"purpose":"marketing.email",
    "state":"withdrawn","effective_at":"2026-11-21T09:00:00Z"})";

inline Headers operator+(Headers some, const Headers& more) {
  some.insert(some.end(), more.begin(), more.end());
  return some;
}

class ApiTest : public ::testing::Test {
 protected:
  ApiTest() { desk_.Start(); }
  Api::Parts Parts() {
    Api::Parts parts;
    parts.gate = world_.gate.get();
    parts.consents = &desk_;
    parts.journal = world_.journal.get();
    parts.clock = &world_.disk.clock;
    parts.metrics = &world_.metrics;
    parts.plan = [this] { return plan_; };
    parts.ready = [this] { return ready_; };
    parts.before_metrics = [this] { ++refreshed_; };
    parts.language = Language::kEnglish;
    return parts;
  }
  Answered Say(const Asked& asked) { return Ask(api_, asked, world_.disk.clock.WallNow()); }

  World world_;
  PlanPtr plan_ = world_.plan;
  bool ready_ = true;
  int refreshed_ = 0;  // times that the gauges were
  ConsentDesk desk_{world_.DeskParts()};
  Api api_{Parts()};
};

}  // namespace octroi::gateway
