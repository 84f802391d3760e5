// The words every part of Octroi says the same way: outcomes, reasons, and the Verdict that joins
// them.
//
// The strings are the contract (API, CLI, console, logs, metrics, journal); the numbers below are
// the journal's (docs/FORMATS.md) and therefore append-only: never renumber, never reuse.
#pragma once

#include <cstdint>
#include <string_view>

namespace octroi::base {

// Per event, the first four; per event x destination, the last five. DESIGN.md section 3.
enum class Outcome : std::uint8_t {
  kUndecided = 0,  // never leaves the program
  kRejected = 1,
  kQuarantined = 2,
  kMerged = 3,
  kAccepted = 4,
  kSent = 5,
  kInFlight = 6,
  kWithheld = 7,
  kFailed = 8,
  kErased = 9,
};
std::string_view Name(Outcome outcome);  // "rejected", ... ; "undecided" for the first

// Built-in reasons. Reasons that a config defines (rule `r` -> "quality.<r with - as _>", the
// `reason:` of a policy line) get numbers from kFirstConfigured on, by their place in that plan's
// table (PlanRecord).
enum class Reason : std::uint16_t {
  kUndecided = 0,  // "undecided": a Verdict nobody filled in; denies
  // the event as a whole
  kAccepted = 1,             // "accepted"
  kJsonInvalid = 2,          // "json.invalid"
  kJsonDuplicateKey = 3,     // "json.duplicate_key"
  kJsonLimit = 4,            // "json.limit"
  kEventTypeMissing = 5,     // "event.type_missing"
  kEventUnknown = 6,         // "event.unknown"
  kEventTimeInvalid = 7,     // "event.time_invalid"
  kDuplicateMessageId = 8,   // "duplicate.message_id"
  kDuplicateRequest = 9,     // "duplicate.idempotency_key"
  kConflictMessageId = 10,   // "conflict.message_id": same id, other body (409)
  kContractRequired = 11,    // "quality.required": a required field of the contract is missing
  kContractExtraField = 12,  // "quality.extra_field"
  kSubjectMissing = 13,      // "subject.missing": no identifier, so no consent can be found
  // what CloudEvents asks of an event
  kCloudEventAttributeMissing = 14,  // "cloudevents.attribute_missing"
  kCloudEventAttributeInvalid = 15,  // "cloudevents.attribute_invalid": its name, type or form
  kCloudEventVersion = 16,           // "cloudevents.specversion_unsupported": not "1.0"
  kCloudEventDataAmbiguous = 17,     // "cloudevents.data_ambiguous": data and data_base64
  kCloudEventDataUnreadable = 18,    // "cloudevents.data_unreadable": not JSON, or not as declared
  // consent and policy, per destination
  kConsentGranted = 32,          // "consent.granted"
  kConsentDenied = 33,           // "consent.denied"
  kConsentWithdrawn = 34,        // "consent.withdrawn"
  kConsentObjected = 35,         // "consent.objected"
  kConsentExpired = 36,          // "consent.expired"
  kConsentUnknown = 37,          // "consent.unknown"
  kConsentRequested = 38,        // "consent.requested"
  kConsentPending = 39,          // "consent.pending"
  kConsentInvalidated = 40,      // "consent.invalidated"
  kConsentNotAtCollection = 41,  // "consent.not_at_collection": granted after the event happened
  kConsentUnreadable = 42,     // "consent.unreadable": the register could not be read; fail closed
  kBasisContract = 43,         // "basis.contract"
  kBasisLegalObligation = 44,  // "basis.legal_obligation"
  kBasisVitalInterests = 45,   // "basis.vital_interests"
  kBasisPublicTask = 46,       // "basis.public_task"
  kBasisLegitimateInterests = 47,  // "basis.legitimate_interests"
  kBasisMissing = 48,              // "basis.missing": purpose without a lawful basis
  kPurposeUnknown = 49,  // "purpose.unknown": destination names a purpose that is not in force
  kDestinationNotDeclared = 50,  // "destination.not_declared": it does not receive this contract
  kDestinationRemoved =
      51,                   // "destination.removed": no longer in the config at the time of sending
  kFieldsNone = 52,         // "fields.none": no field may leave for the allowing purposes
  kPolicyNotMet = 53,       // "policy.not_met"
  kSignalDenied = 54,       // "signal.denied": what accompanies the event says no
  kSignalGpc = 55,          // "signal.gpc": Sec-GPC: 1
  kAgeUnknown = 56,         // "age.unknown"
  kConsentObserved = 57,    // "consent.observed": would be withheld; a pilot only notes it
  kSubjectRestricted = 58,  // "subject.restricted": processing is restricted (GDPR 18)
  kSubjectSuppressed = 59,  // "subject.suppressed": erased or on the suppression list (GDPR 17, 21)
  // delivery, per destination
  kQueued = 64,                // "delivery.queued"
  kDelivered = 65,             // "delivery.acknowledged"
  kRetrying = 66,              // "delivery.retrying"
  kRefusedByDestination = 67,  // "delivery.refused": a 4xx that no retry will change
  kRetriesExhausted = 68,      // "delivery.retries_exhausted"
  kProtectFailed = 69,         // "delivery.protect_failed": could not be pseudonymised
  kPayloadGone = 70,           // "delivery.payload_gone": payload past its time, or unreadable
  // what a TC string that came with the event says against a destination, as signals/tcf.h answers
  kTcfVendorNotDisclosed = 96,   // "tcf.vendor_not_disclosed"
  kTcfVendorNotConsented = 97,   // "tcf.vendor_not_consented"
  kTcfPurposeNotConsented = 98,  // "tcf.purpose_not_consented"
  kTcfRestricted = 99,           // "tcf.restricted_by_publisher"
  // what the law asks beyond a state of consent
  kTransferNoSafeguard = 104,  // "transfer.no_safeguard": outside the EEA, none in force (GDPR 44)
  kTransferSuspended = 105,    // "transfer.suspended": its safeguard is suspended by the config
  kNoticeChanged = 106,        // "notice.changed": granted before the purpose's terms changed
  kAgeParentMissing = 107,     // "age.parent_missing": a child's grant without its parent (GDPR 8)
  kConsentNotExplicit = 108,   // "consent.not_explicit": special categories need it (GDPR 9)
  kAgeTransition = 109,        // "age.transition": a parent's grant, whose child came of age since
  // a record kept back until its person has answered
  kHoldConsentUnknown = 112,  // "hold.consent_unknown": in flight until an answer or the end
  kHoldExpired = 113,         // "hold.expired": no answer came in time
  kHoldFull = 114,            // "hold.full": no more can be kept back
  kVariantCounted = 116,      // "variant.counted": only its number may leave, in a count of many
  // a grant that says for whom and for what it is, and this is neither
  kConsentControllerNotListed = 117,  // "consent.controller_not_listed"
  kConsentVendorNotListed = 118,      // "consent.vendor_not_listed"
  kConsentCategoryNotListed = 119,    // "consent.category_not_listed"
  // of a delivery
  kGroupTooSmall = 120,      // "group.too_small": fewer than k of its batch looked the same
  kTokensUnavailable = 121,  // "tokens.unavailable": in flight until the table of tokens answers
  kRuleUnknown = 125,        // "quality.unknown": a rule could not be decided, which is no pass
  kFirstConfigured = 256,
};
std::string_view Name(Reason reason);  // built-in ones; "" for configured ones (ask the plan)

// What was decided for one event at one destination, and why. This is the lineage record's line
// (journal/records.h): no second struct, no mapping. A Verdict nobody filled in denies.
struct Verdict {
  std::uint16_t destination = 0;  // index in the plan
  bool allowed = false;
  Reason reason = Reason::kUndecided;
  std::uint32_t purposes = 0;  // bit per purpose of the plan: those that allow
  std::uint64_t consent = 0;   // journal sequence of the consent event that decided; 0: none
};

// What a signal that came with an event says against one destination. It only denies.
struct SignalDenial {
  std::uint16_t destination = 0;  // index in the plan
  Reason reason = Reason::kSignalDenied;
  std::uint32_t purposes = 0;  // bit per purpose of the plan
};

}  // namespace octroi::base
