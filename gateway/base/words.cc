#include "base/words.h"

namespace octroi::base {

std::string_view Name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kUndecided:
      return "undecided";
    case Outcome::kRejected:
      return "rejected";
    case Outcome::kQuarantined:
      return "quarantined";
    case Outcome::kMerged:
      return "merged";
    case Outcome::kAccepted:
      return "accepted";
    case Outcome::kSent:
      return "sent";
    case Outcome::kInFlight:
      return "in_flight";
    case Outcome::kWithheld:
      return "withheld";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kErased:
      return "erased";
  }
  return "undecided";
}

// No default: the compiler names the reason that is missing here.
std::string_view Name(Reason reason) {
  switch (reason) {
    case Reason::kUndecided:
      return "undecided";
    case Reason::kAccepted:
      return "accepted";
    case Reason::kJsonInvalid:
      return "json.invalid";
    case Reason::kJsonDuplicateKey:
      return "json.duplicate_key";
    case Reason::kJsonLimit:
      return "json.limit";
    case Reason::kEventTypeMissing:
      return "event.type_missing";
    case Reason::kEventUnknown:
      return "event.unknown";
    case Reason::kEventTimeInvalid:
      return "event.time_invalid";
    case Reason::kDuplicateMessageId:
      return "duplicate.message_id";
    case Reason::kDuplicateRequest:
      return "duplicate.idempotency_key";
    case Reason::kConflictMessageId:
      return "conflict.message_id";
    case Reason::kContractRequired:
      return "quality.required";
    case Reason::kContractExtraField:
      return "quality.extra_field";
    case Reason::kSubjectMissing:
      return "subject.missing";
    case Reason::kSubjectRestricted:
      return "subject.restricted";
    case Reason::kSubjectSuppressed:
      return "subject.suppressed";
    case Reason::kCloudEventAttributeMissing:
      return "cloudevents.attribute_missing";
    case Reason::kCloudEventAttributeInvalid:
      return "cloudevents.attribute_invalid";
    case Reason::kCloudEventVersion:
      return "cloudevents.specversion_unsupported";
    case Reason::kCloudEventDataAmbiguous:
      return "cloudevents.data_ambiguous";
    case Reason::kCloudEventDataUnreadable:
      return "cloudevents.data_unreadable";
    case Reason::kConsentGranted:
      return "consent.granted";
    case Reason::kConsentDenied:
      return "consent.denied";
    case Reason::kConsentWithdrawn:
      return "consent.withdrawn";
    case Reason::kConsentObjected:
      return "consent.objected";
    case Reason::kConsentExpired:
      return "consent.expired";
    case Reason::kConsentUnknown:
      return "consent.unknown";
    case Reason::kConsentRequested:
      return "consent.requested";
    case Reason::kConsentPending:
      return "consent.pending";
    case Reason::kConsentInvalidated:
      return "consent.invalidated";
    case Reason::kConsentNotAtCollection:
      return "consent.not_at_collection";
    case Reason::kConsentUnreadable:
      return "consent.unreadable";
    case Reason::kBasisContract:
      return "basis.contract";
    case Reason::kBasisLegalObligation:
      return "basis.legal_obligation";
    case Reason::kBasisVitalInterests:
      return "basis.vital_interests";
    case Reason::kBasisPublicTask:
      return "basis.public_task";
    case Reason::kBasisLegitimateInterests:
      return "basis.legitimate_interests";
    case Reason::kBasisMissing:
      return "basis.missing";
    case Reason::kPurposeUnknown:
      return "purpose.unknown";
    case Reason::kDestinationNotDeclared:
      return "destination.not_declared";
    case Reason::kDestinationRemoved:
      return "destination.removed";
    case Reason::kFieldsNone:
      return "fields.none";
    case Reason::kPolicyNotMet:
      return "policy.not_met";
    case Reason::kSignalDenied:
      return "signal.denied";
    case Reason::kSignalGpc:
      return "signal.gpc";
    case Reason::kTcfVendorNotDisclosed:
      return "tcf.vendor_not_disclosed";
    case Reason::kTcfVendorNotConsented:
      return "tcf.vendor_not_consented";
    case Reason::kTcfPurposeNotConsented:
      return "tcf.purpose_not_consented";
    case Reason::kTcfRestricted:
      return "tcf.restricted_by_publisher";
    case Reason::kAgeUnknown:
      return "age.unknown";
    case Reason::kConsentObserved:
      return "consent.observed";
    case Reason::kQueued:
      return "delivery.queued";
    case Reason::kDelivered:
      return "delivery.acknowledged";
    case Reason::kRetrying:
      return "delivery.retrying";
    case Reason::kRefusedByDestination:
      return "delivery.refused";
    case Reason::kRetriesExhausted:
      return "delivery.retries_exhausted";
    case Reason::kProtectFailed:
      return "delivery.protect_failed";
    case Reason::kPayloadGone:
      return "delivery.payload_gone";
    case Reason::kFirstConfigured:
      return "";
  }
  return "";
}

}  // namespace octroi::base
