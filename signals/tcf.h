// IAB TCF: the TC string, version 2 (policies 4 and 5, TCF 2.2 and 2.3).
//
// Three questions, kept apart. Can it be read (ReadTcString)? Is what was read valid at an instant
// (Judge)? Does it let one vendor process for some purposes (MayProcess)? Only the last is an
// answer for a decision, and it asks the other two first. Whatever goes wrong, the answer is no;
// no string is ever granted more than IAB's reference decoder, @iabtcf/core, reads in it
// (tests/signals).
//
// Pure: no clock, no network, no vendor list, no state; any thread. Strings are hostile: memory is
// bounded (some 100 KiB) and time linear in the text. Nothing is thrown but std::bad_alloc.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "signals/fault.h"
#include "signals/id_set.h"

namespace octroi::signals {

// A set of small ids (purposes 1..24, special features 1..12): id n is bit n - 1.
using SmallIds = std::uint32_t;
constexpr SmallIds OfId(unsigned id) { return id >= 1 && id <= 32 ? SmallIds{1} << (id - 1) : 0; }
inline constexpr unsigned kTcfPurposesMax = 24;

// What a publisher says about one purpose of vendors first..last.
struct Restriction {
  std::uint8_t purpose = 0;  // 1..63; 0 is no purpose
  std::uint8_t type = 0;     // 0 not allowed, 1 consent, 2 legitimate interest, 3 undefined
  std::uint16_t first = 0, last = 0;
};

// Segment PublisherTC: what the person answered for the publisher's own purposes.
struct PublisherTc {
  SmallIds purposes_consent = 0, purposes_li_transparency = 0;
  std::uint8_t custom_purposes = 0;                       // how many; 0..63
  std::uint64_t custom_consent = 0, custom_interest = 0;  // id n is bit n - 1
};

// What a string says, as it says it; whether it may say so is Judge's.
struct TcString {
  base::Millis created = 0, last_updated = 0;
  std::uint16_t cmp_id = 0, cmp_version = 0;
  std::uint8_t consent_screen = 0;
  std::array<char, 2> consent_language{};
  std::uint16_t vendor_list_version = 0;
  std::uint8_t policy_version = 0;
  bool is_service_specific = false, use_non_standard_texts = false, purpose_one_treatment = false;
  SmallIds special_feature_optins = 0, purposes_consent = 0, purposes_li_transparency = 0;
  std::array<char, 2> publisher_cc{};
  IdSet vendor_consents, vendor_interests;
  std::vector<Restriction> restrictions;
  std::optional<IdSet> disclosed_vendors;  // nothing: the string has no such segment
  std::optional<IdSet> allowed_vendors;    // read, and otherwise ignored: out of use since TCF 2.2
  std::optional<PublisherTc> publisher_tc;
  std::size_t trailing_at = 0;  // offset of what follows a segment's last field; 0: nothing does
};

// Faults: tcf.empty, tcf.too_long, tcf.character, tcf.version (only 2 is read), tcf.core_missing
// (it comes first), tcf.segment_unknown, tcf.segment_repeated, tcf.truncated, tcf.letters,
// tcf.vendor_range (vendor 0, an end before its start or beyond MaxVendorId).
std::variant<TcString, Fault> ReadTcString(std::string_view text);

// Why a string that can be read is not to be believed.
enum class Flaw : std::uint8_t {
  kPolicyTooOld,          // "tcf.policy_too_old": below 4, invalid since 2023-09-30
  kPolicyUnknown,         // "tcf.policy_unknown": above 5; its rules are not known here
  kNotServiceSpecific,    // "tcf.not_service_specific": global scope is no more
  kDisclosureMissing,     // "tcf.disclosed_vendors_missing": required since 2026-02-28
  kInterestNotPermitted,  // "tcf.interest_not_permitted": purposes 1 and 3 to 6 need consent
  kRestrictionUndefined,  // "tcf.restriction_undefined": type 3, or of no purpose
  kCmpUnknown,            // "tcf.cmp_unknown": CMP 0 or 1, which no register has
  kTrailingGarbage,       // "tcf.trailing_garbage"
  kDatesInconsistent,     // "tcf.dates_inconsistent": updated before it was created
  kFromTheFuture,         // "tcf.from_the_future": updated over a day after the instant
  kExpired,               // "tcf.expired": not updated for 13 months (of 30 days)
  kCount,
};
std::string_view Name(Flaw flaw);

class Validity {
 public:
  bool valid() const { return flaws_ == 0; }
  bool Has(Flaw flaw) const { return (flaws_ >> static_cast<unsigned>(flaw) & 1U) != 0; }
  void Add(Flaw flaw) { flaws_ |= 1U << static_cast<unsigned>(flaw); }
  std::string_view reason() const;  // the first flaw's name; "" if valid

 private:
  std::uint32_t flaws_ = 0;
};
Validity Judge(const TcString& string, base::Millis at);

struct TcfQuestion {
  SmallIds purposes = 0;                // all of them must be allowed; none is no question
  std::optional<std::uint16_t> vendor;  // nothing: only what the person agreed to as such
};
struct TcfAnswer {
  bool allowed = false;
  // "tcf.consented" if allowed. Else "tcf.string_invalid", "tcf.purpose_none",
  // "tcf.vendor_not_disclosed", "tcf.vendor_not_consented", "tcf.purpose_not_consented",
  // "tcf.restricted_by_publisher".
  std::string_view reason = "tcf.string_invalid";
  std::string_view flaw;  // why the string is invalid
  SmallIds purposes = 0;  // those asked for that stand in the way
};
// What a string that Judge finds valid says of one vendor, or of none in particular.
struct TcfStanding {
  bool disclosed = false, consented = false;  // the vendor; true where none is asked about
  SmallIds agreed = 0;                        // purposes that the person agreed to
  SmallIds restricted = 0;                    // of them, what the publisher takes from the vendor
};
TcfStanding StandingOf(const TcString& string, std::optional<std::uint16_t> vendor);
TcfAnswer MayProcess(const TcfStanding& standing, SmallIds purposes);

// Judge, StandingOf and MayProcess in one.
// On the basis of consent, the only one that a string can grant here: legitimate interest depends
// on what a vendor declared in the vendor list. So a publisher's restriction of type 1 (consent)
// changes nothing, and one of type 0, 2 or 3 denies. A string from before DisclosedVendors was
// required may lack it; then the vendor's consent bit alone says that it was shown. Where Purpose 1
// was not disclosed (PurposeOneTreatment), nobody consented to it.
TcfAnswer MayProcess(const TcString& string, const TcfQuestion& question, base::Millis at);

}  // namespace octroi::signals
