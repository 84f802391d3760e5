// TC string: core first, then the other segments in any order, each once.
#include <algorithm>

#include "base/limits.h"
#include "signals/bit_reader.h"
#include "signals/tcf.h"

namespace octroi::signals {
namespace {

constexpr std::uint64_t kVersion = 2;
enum SegmentType : std::uint64_t { kCore = 0, kDisclosed = 1, kAllowed = 2, kPublisher = 3 };

// Reads fields of one segment; the first that fails is remembered, and all after it are nothing.
class SegmentReader {
 public:
  SegmentReader(std::string_view text, std::size_t at) : bits_(text), segment_at_(at) {}

  std::uint64_t Number(std::string_view field, std::size_t bits) {
    const std::uint64_t value = bits_.Read(bits);
    if (bits_.failed()) Fail("tcf.truncated", field, bits_.at());
    return ok() ? value : 0;
  }
  bool Bool(std::string_view field) { return Number(field, 1) != 0; }
  base::Millis Time(std::string_view field) {
    return static_cast<base::Millis>(Number(field, 36)) * 100;  // deciseconds
  }
  std::array<char, 2> Letters(std::string_view field) {
    const std::size_t start = bits_.at();
    std::array<char, 2> letters{};
    for (char& letter : letters) {
      const std::uint64_t value = Number(field, 6);
      if (value > 25) Fail("tcf.letters", field, start);
      letter = static_cast<char>('A' + value % 26);
    }
    return letters;
  }
  // `count` bits, of which the first is id 1.
  std::uint64_t Ids(std::string_view field, std::size_t count) {
    const std::uint64_t bits = Number(field, count);
    std::uint64_t ids = 0;
    for (std::size_t id = 1; id <= count; ++id) ids |= (bits >> (count - id) & 1U) << (id - 1);
    return ids;
  }
  SmallIds SmallSet(std::string_view field, std::size_t count) {
    return static_cast<SmallIds>(Ids(field, count));
  }
  IdSet Vendors(std::string_view field);
  std::vector<Restriction> Restrictions(std::string_view field);

  bool ok() const { return fault_.reason.empty(); }
  const Fault& fault() const { return fault_; }
  // The offset of what follows the last field; 0: nothing does.
  std::size_t Trailing() {
    const std::size_t bit = FindTrailing(bits_);
    return bit == std::string_view::npos ? 0 : Offset(bit);
  }

 private:
  struct Range {
    std::uint16_t first = 0, last = 0;
  };
  Range NextRange(std::string_view field, std::uint64_t max);
  std::size_t Offset(std::size_t bit) const { return segment_at_ + bit / kBitsPerCharacter; }
  void Fail(std::string_view reason, std::string_view field, std::size_t bit) {
    if (ok()) fault_ = {reason, field, Offset(bit), segment_at_, bit};
  }

  BitReader bits_;
  std::size_t segment_at_;
  Fault fault_;
};

SegmentReader::Range SegmentReader::NextRange(std::string_view field, std::uint64_t max) {
  const std::size_t start = bits_.at();
  const bool several = Bool(field);
  const std::uint64_t first = Number(field, 16);
  const std::uint64_t last = several ? Number(field, 16) : first;
  if (first == 0 || last < first || last > max) Fail("tcf.vendor_range", field, start);
  return {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)};
}

IdSet SegmentReader::Vendors(std::string_view field) {
  const auto max = static_cast<std::uint16_t>(Number(field, 16));
  const bool ranges = Bool(field);
  IdSet vendors(max);
  if (!ranges && bits_.left() < max) Fail("tcf.truncated", field, bits_.at());
  if (!ranges) {
    for (std::uint32_t id = 1; ok() && id <= max; ++id) {
      const auto vendor = static_cast<std::uint16_t>(id);
      if (Bool(field)) vendors.Add(vendor, vendor);
    }
    return vendors;
  }
  for (std::uint64_t left = Number(field, 12); ok() && left > 0; --left) {
    const Range range = NextRange(field, max);
    if (ok()) vendors.Add(range.first, range.last);
  }
  return vendors;
}

// An entry without vendors restricts nothing, and is left out.
std::vector<Restriction> SegmentReader::Restrictions(std::string_view field) {
  std::vector<Restriction> all;
  for (std::uint64_t left = Number(field, 12); ok() && left > 0; --left) {
    const auto purpose = static_cast<std::uint8_t>(Number(field, 6));
    const auto type = static_cast<std::uint8_t>(Number(field, 2));
    for (std::uint64_t entries = Number(field, 12); ok() && entries > 0; --entries) {
      const Range range = NextRange(field, 0xFFFF);
      if (ok()) all.push_back({purpose, type, range.first, range.last});
    }
  }
  return all;
}

void ReadCore(SegmentReader& in, TcString& out) {
  in.Number("version", 6);
  out.created = in.Time("created");
  out.last_updated = in.Time("lastUpdated");
  out.cmp_id = static_cast<std::uint16_t>(in.Number("cmpId", 12));
  out.cmp_version = static_cast<std::uint16_t>(in.Number("cmpVersion", 12));
  out.consent_screen = static_cast<std::uint8_t>(in.Number("consentScreen", 6));
  out.consent_language = in.Letters("consentLanguage");
  out.vendor_list_version = static_cast<std::uint16_t>(in.Number("vendorListVersion", 12));
  out.policy_version = static_cast<std::uint8_t>(in.Number("tcfPolicyVersion", 6));
  out.is_service_specific = in.Bool("isServiceSpecific");
  out.use_non_standard_texts = in.Bool("useNonStandardTexts");
  out.special_feature_optins = in.SmallSet("specialFeatureOptins", 12);
  out.purposes_consent = in.SmallSet("purposesConsent", kTcfPurposesMax);
  out.purposes_li_transparency = in.SmallSet("purposesLITransparency", kTcfPurposesMax);
  out.purpose_one_treatment = in.Bool("purposeOneTreatment");
  out.publisher_cc = in.Letters("publisherCC");
  out.vendor_consents = in.Vendors("vendorConsents");
  out.vendor_interests = in.Vendors("vendorLegitimateInterests");
  out.restrictions = in.Restrictions("publisherRestrictions");
}

PublisherTc ReadPublisher(SegmentReader& in) {
  PublisherTc out;
  out.purposes_consent = in.SmallSet("pubPurposesConsent", kTcfPurposesMax);
  out.purposes_li_transparency = in.SmallSet("pubPurposesLITransparency", kTcfPurposesMax);
  out.custom_purposes = static_cast<std::uint8_t>(in.Number("numCustomPurposes", 6));
  out.custom_consent = in.Ids("customPurposesConsent", out.custom_purposes);
  out.custom_interest = in.Ids("customPurposesLITransparency", out.custom_purposes);
  return out;
}

// Everything of one segment behind what says which it is. `seen`: a bit for each type so far.
Fault ReadSegment(std::string_view text, std::size_t at, unsigned& seen, TcString& out) {
  if (text.empty()) return {"tcf.empty", {}, at, at, 0};
  if (const std::size_t foreign = FindForeign(text); foreign != std::string_view::npos)
    return {"tcf.character", {}, at + foreign, at, foreign * kBitsPerCharacter};
  const std::uint64_t type = BitReader(text).Read(3);
  if (at == 0 && type >= kDisclosed && type <= kPublisher)
    return {"tcf.core_missing", {}, at, at, 0};
  if (at == 0 && BitReader(text).Read(6) != kVersion) return {"tcf.version", "version", at, at, 0};
  if (type > kPublisher) return {"tcf.segment_unknown", "segmentType", at, at, 0};
  if ((seen >> type & 1U) != 0) return {"tcf.segment_repeated", "segmentType", at, at, 0};
  seen |= 1U << type;
  SegmentReader in(text, at);
  if (type == kCore) {
    ReadCore(in, out);
  } else {
    in.Number("segmentType", 3);
    if (type == kDisclosed) out.disclosed_vendors = in.Vendors("disclosedVendors");
    if (type == kAllowed) out.allowed_vendors = in.Vendors("allowedVendors");
    if (type == kPublisher) out.publisher_tc = ReadPublisher(in);
  }
  if (!in.ok()) return in.fault();
  if (out.trailing_at == 0) out.trailing_at = in.Trailing();
  return {};
}

}  // namespace

std::variant<TcString, Fault> ReadTcString(std::string_view text) {
  if (text.size() > base::kTcStringCharsMax)
    return Fault{"tcf.too_long", {}, base::kTcStringCharsMax, 0, 0};
  TcString read;
  unsigned seen = 0;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t dot = std::min(text.find('.', at), text.size());
    const Fault fault = ReadSegment(text.substr(at, dot - at), at, seen, read);
    if (!fault.reason.empty()) return fault;
    at = dot + 1;
  }
  return read;
}

}  // namespace octroi::signals
