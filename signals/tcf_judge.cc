#include "signals/tcf.h"

namespace octroi::signals {
namespace {

constexpr base::Millis kDayMs = 24LL * 60 * 60 * 1000;
constexpr base::Millis kAgeMax = 13 * 30 * kDayMs;  // "13 months" as in every duration of a config
constexpr base::Millis kDisclosureSince = 1'772'236'800'000;  // 2026-02-28T00:00:00Z
constexpr SmallIds kConsentOnly = OfId(1) | OfId(3) | OfId(4) | OfId(5) | OfId(6);
constexpr std::uint8_t kPolicyMin = 4, kPolicyMax = 5;
constexpr std::uint16_t kCmpMin = 2;
constexpr std::uint8_t kRequireConsent = 1, kUndefined = 3;

bool HasUndefined(const TcString& string) {
  for (const Restriction& one : string.restrictions) {
    if (one.type == kUndefined || one.purpose == 0) return true;
  }
  return false;
}

// Purposes that the publisher takes from this vendor, as far as consent goes.
SmallIds Restricted(const TcString& string, std::uint16_t vendor) {
  SmallIds purposes = 0;
  for (const Restriction& one : string.restrictions) {
    if (one.type != kRequireConsent && vendor >= one.first && vendor <= one.last)
      purposes |= OfId(one.purpose);
  }
  return purposes;
}

}  // namespace

std::string_view Name(Flaw flaw) {
  switch (flaw) {
    case Flaw::kPolicyTooOld:
      return "tcf.policy_too_old";
    case Flaw::kPolicyUnknown:
      return "tcf.policy_unknown";
    case Flaw::kNotServiceSpecific:
      return "tcf.not_service_specific";
    case Flaw::kDisclosureMissing:
      return "tcf.disclosed_vendors_missing";
    case Flaw::kInterestNotPermitted:
      return "tcf.interest_not_permitted";
    case Flaw::kRestrictionUndefined:
      return "tcf.restriction_undefined";
    case Flaw::kCmpUnknown:
      return "tcf.cmp_unknown";
    case Flaw::kTrailingGarbage:
      return "tcf.trailing_garbage";
    case Flaw::kDatesInconsistent:
      return "tcf.dates_inconsistent";
    case Flaw::kFromTheFuture:
      return "tcf.from_the_future";
    case Flaw::kExpired:
      return "tcf.expired";
    case Flaw::kCount:
      break;
  }
  return "tcf.string_invalid";
}

std::string_view Validity::reason() const {
  for (unsigned flaw = 0; flaw < static_cast<unsigned>(Flaw::kCount); ++flaw) {
    if (Has(static_cast<Flaw>(flaw))) return Name(static_cast<Flaw>(flaw));
  }
  return "";
}

Validity Judge(const TcString& string, base::Millis at) {
  Validity verdict;
  const auto check = [&](Flaw flaw, bool there) {
    if (there) verdict.Add(flaw);
  };
  // Of two dates that should be one, the later: it is the one that asks for more.
  const base::Millis made =
      string.created > string.last_updated ? string.created : string.last_updated;
  check(Flaw::kPolicyTooOld, string.policy_version < kPolicyMin);
  check(Flaw::kPolicyUnknown, string.policy_version > kPolicyMax);
  check(Flaw::kNotServiceSpecific, !string.is_service_specific);
  check(Flaw::kDisclosureMissing, !string.disclosed_vendors && made >= kDisclosureSince);
  check(Flaw::kInterestNotPermitted, (string.purposes_li_transparency & kConsentOnly) != 0);
  check(Flaw::kRestrictionUndefined, HasUndefined(string));
  check(Flaw::kCmpUnknown, string.cmp_id < kCmpMin);
  check(Flaw::kTrailingGarbage, string.trailing_at != 0);
  check(Flaw::kDatesInconsistent, string.last_updated < string.created);
  check(Flaw::kFromTheFuture, string.last_updated > at + kDayMs);
  check(Flaw::kExpired, at - string.last_updated > kAgeMax);
  return verdict;
}

TcfStanding StandingOf(const TcString& string, std::optional<std::uint16_t> vendor) {
  TcfStanding standing{true, true, string.purposes_consent, 0};
  if (string.purpose_one_treatment) standing.agreed &= ~OfId(1);
  if (vendor) {
    standing.disclosed = !string.disclosed_vendors || string.disclosed_vendors->Has(*vendor);
    standing.consented = string.vendor_consents.Has(*vendor);
    standing.restricted = Restricted(string, *vendor);
  }
  return standing;
}

TcfAnswer MayProcess(const TcfStanding& standing, SmallIds purposes) {
  const auto no = [&](std::string_view reason, SmallIds in_the_way) {
    return TcfAnswer{false, reason, {}, in_the_way};
  };
  if (purposes == 0) return no("tcf.purpose_none", 0);
  if (!standing.disclosed) return no("tcf.vendor_not_disclosed", purposes);
  if (!standing.consented) return no("tcf.vendor_not_consented", purposes);
  if (const SmallIds missing = purposes & ~standing.agreed; missing != 0)
    return no("tcf.purpose_not_consented", missing);
  if (const SmallIds taken = purposes & standing.restricted; taken != 0)
    return no("tcf.restricted_by_publisher", taken);
  return {true, "tcf.consented", {}, 0};
}

TcfAnswer MayProcess(const TcString& string, const TcfQuestion& question, base::Millis at) {
  if (const Validity verdict = Judge(string, at); !verdict.valid())
    return {false, "tcf.string_invalid", verdict.reason(), question.purposes};
  return MayProcess(StandingOf(string, question.vendor), question.purposes);
}

}  // namespace octroi::signals
