#include "gateway/dispatcher/second_decision.h"

#include <algorithm>
#include <vector>

#include "base/limits.h"
#include "gateway/admission.h"

namespace octroi::gateway {
namespace {

Leave Deny(base::Reason reason, std::uint64_t consent = 0) {
  Leave leave;
  leave.reason = reason;
  leave.consent = consent;
  return leave;
}

const base::Verdict* Admission(const journal::EventRecord& record, std::uint16_t destination) {
  for (const base::Verdict& verdict : record.verdicts) {
    if (verdict.destination == destination) return &verdict;
  }
  return nullptr;
}

std::string_view EventName(const Plan& plan, const journal::EventRecord& record) {
  if (record.source >= plan.sources.size()) return {};
  const auto& accepts = plan.sources[record.source].accepts;
  return record.event < accepts.size() ? std::string_view(accepts[record.event].event)
                                       : std::string_view();
}

policies::DecisionInput InputOf(const journal::EventRecord& record,
                                std::span<const policies::ConsentIndex::Subject> subjects,
                                const base::FieldReader& fields, base::Millis now) {
  policies::DecisionInput input;
  input.source = record.source;
  input.contract = record.contract;
  input.event_time = record.event_time != 0 ? record.event_time : record.received;
  input.now = now;
  input.received = record.received;
  input.subjects = subjects;
  input.identified = !subjects.empty();
  input.signals.denied_purposes = record.denied_purposes;
  input.signals.gpc = record.gpc;
  input.signals.denials = record.denials;
  input.fields = &fields;
  return input;
}

bool AnyFieldLeaves(const Plan& plan, std::uint16_t destination, std::uint16_t contract,
                    std::uint32_t categories) {
  for (const auto& receives : plan.policies->spec().destinations[destination].receives) {
    if (receives.contract != contract) continue;
    return std::any_of(receives.fields.begin(), receives.fields.end(),
                       [&](const auto& field) { return (field.category & categories) != 0; });
  }
  return false;
}

}  // namespace

base::Verdict DecideNow(const Plan& plan, std::uint16_t destination,
                        const policies::ConsentIndex& index, const journal::EventRecord& record,
                        const base::FieldReader& fields, base::Millis now, std::uint32_t purposes) {
  if (destination >= plan.destinations.size() || plan.destinations[destination].id.empty() ||
      !plan.policies || destination >= plan.policies->spec().destinations.size()) {
    return {destination, false, base::Reason::kDestinationRemoved, 0, 0};
  }
  std::array<policies::ConsentIndex::Subject, base::kIdentifiersPerEventMax> subjects{};
  std::size_t count = 0;
  for (const auto& fingerprint : record.subject) {
    if (count < subjects.size()) subjects[count++] = index.Find(fingerprint);
  }
  policies::DecisionInput input = InputOf(record, {subjects.data(), count}, fields, now);
  input.signals.denied_purposes |= ~purposes;
  return plan.policies->Decide(input, destination, index);
}

Leave DecideAgain(const Plan& plan, std::uint16_t destination, const policies::ConsentIndex& index,
                  const journal::EventRecord& record, const base::FieldReader& fields,
                  base::Millis now) {
  const base::Verdict now_says = DecideNow(plan, destination, index, record, fields, now);
  if (now_says.reason == base::Reason::kDestinationRemoved) return Deny(now_says.reason);
  const base::Verdict* admission = Admission(record, destination);
  if (admission == nullptr || (!admission->allowed && !IsHeld(*admission))) {
    return Deny(admission == nullptr ? base::Reason::kUndecided : admission->reason);
  }
  if (IsHeld(now_says)) return Deny(base::Reason::kConsentUnknown, now_says.consent);
  if (!now_says.allowed) return Deny(now_says.reason, now_says.consent);

  Leave leave;
  leave.event = EventName(plan, record);
  if (leave.event.empty()) return Deny(base::Reason::kEventUnknown);
  leave.purposes = admission->purposes & now_says.purposes;
  leave.extent = plan.ExtentOf(leave.purposes);
  if (!AnyFieldLeaves(plan, destination, record.contract, leave.extent.categories)) {
    return Deny(base::Reason::kFieldsNone, now_says.consent);
  }
  leave.allowed = true;
  leave.reason = now_says.reason;
  leave.consent = now_says.consent;
  return leave;
}

base::Status AddLeaving(const Plan& plan, std::uint16_t destination, std::uint64_t sequence,
                        const journal::EventRecord& record, const base::FieldReader& fields,
                        const Leave& leave, std::vector<std::string_view>& purposes,
                        policies::ProtectedBatch& batch) {
  purposes.clear();
  for (std::size_t purpose = 0; purpose < plan.purposes.size(); ++purpose) {
    if ((leave.purposes >> purpose & 1) != 0) purposes.push_back(plan.purposes[purpose]);
  }
  policies::OutgoingEvent event;
  event.sequence = sequence;
  event.event = leave.event;
  event.contract = record.contract;
  event.may_leave = leave.extent;
  event.purposes = purposes;
  event.fields = &fields;
  event.received = record.received;
  return plan.pseudonymizer->Add(destination, event, batch);
}

}  // namespace octroi::gateway
