// A register to ask about people: events in a store of memory, under the small plan with terms that
// end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "gateway/consent_history.h"
#include "gateway/consent_parts.h"
#include "gateway/consent_state.h"
#include "gateway/world.h"

namespace octroi::gateway {

inline base::Millis At(std::string_view time) { return *base::ParseRfc3339(time, true); }

inline constexpr base::Millis kDayMs = 86'400'000;

// marketing.email by consent, asked again after 100 days; statistics.audience by legitimate
// interests; a hole.
inline std::shared_ptr<Plan> PlanWithTerms(base::Millis refresh_from = 0) {
  auto plan = SmallPlan();
  policies::PolicySetSpec spec = plan->policies->spec();
  spec.purposes[kNewsletter].ask_again_after = 100 * kDayMs;
  spec.purposes[kNewsletter].refresh_from = refresh_from;
  spec.purposes[kAudience].basis = policies::Basis::kLegitimateInterests;
  plan->policies.emplace(*policies::PolicySet::Compile(std::move(spec)));
  return plan;
}

struct Register {
  World world;
  std::shared_ptr<Plan> plan = PlanWithTerms();
  const crypto::KeyRing& keys = *world.disk.keys;

  policies::Fingerprint Print(std::string_view field, std::string_view value) const {
    return FingerprintOf(keys.StorageHmac("fingerprint"), field, value);
  }
  policies::ConsentEvent Event(std::string_view name, std::vector<policies::Fingerprint> person,
                               policies::ConsentState state, base::Millis effective,
                               base::Millis recorded, std::string purpose = "marketing.email") {
    policies::ConsentEvent event;
    event.id = ConsentEventId(keys, "test", "shop", name, effective);
    event.record_id = ConsentRecordId(keys, purpose, person.front());
    event.subject = std::move(person);
    event.purpose = std::move(purpose);
    event.state = state;
    event.effective_at = effective;
    event.recorded_at = recorded;
    event.notice = "n1";
    event.source = "shop";
    event.sequence = ++sequence_;
    return event;
  }
  void Add(const policies::ConsentEvent& event) {
    const auto stored = world.store.Append(event);
    EXPECT_TRUE(stored) << stored.error().detail;
  }
  PersonHistory Of(std::vector<policies::Fingerprint> person) {
    auto read = PersonHistory::Read(world.store, std::move(person));
    EXPECT_TRUE(read);
    return *std::move(read);
  }

 private:
  std::uint64_t sequence_ = 0;
};

}  // namespace octroi::gateway
