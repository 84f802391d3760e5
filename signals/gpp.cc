#include "signals/gpp.h"

#include <algorithm>

#include "base/limits.h"
#include "signals/bit_reader.h"

namespace octroi::signals {
namespace {

constexpr std::uint64_t kType = 3, kVersion = 1, kGpcSubsection = 1;
constexpr std::uint32_t kIdMax = 0xFFFF;

// Fibonacci code: bits of 1, 2, 3, 5, 8…, ended by two ones. 0: none, or too large, or cut off.
std::uint32_t ReadFibonacci(BitReader& bits) {
  std::uint32_t value = 0;
  std::uint32_t number = 1;
  std::uint32_t next = 2;
  for (bool last = false; number <= kIdMax;) {
    const bool set = bits.Read(1) != 0;
    if (bits.failed()) return 0;
    if (set && last) return value;
    if (set) value += number;
    last = set;
    const std::uint32_t after = number + next;
    number = next;
    next = after;
  }
  return 0;
}

// The ids that the header names, at most `most` and one more.
Fault ReadIds(BitReader& bits, std::size_t most, std::vector<std::uint16_t>& ids) {
  const auto fault = [&](std::string_view reason, std::string_view field, std::size_t bit) {
    return Fault{reason, field, bit / kBitsPerCharacter, 0, bit};
  };
  const std::uint64_t items = bits.Read(12);
  std::uint32_t last = 0;
  for (std::uint64_t item = 0; item < items && ids.size() <= most; ++item) {
    const std::size_t start = bits.at();
    const bool range = bits.Read(1) != 0;
    const std::uint32_t first_step = ReadFibonacci(bits);
    const std::uint32_t range_step = range ? ReadFibonacci(bits) : 0;
    if (bits.failed()) return fault("gpp.truncated", "sections", start);
    const std::uint32_t first = last + first_step;
    const std::uint32_t end = first + range_step;
    if (first_step == 0 || (range && range_step == 0) || end > kIdMax)
      return fault("gpp.section_id", "sections", start);
    for (last = first; last <= end && ids.size() <= most; ++last)
      ids.push_back(static_cast<std::uint16_t>(last));
    last = end;
  }
  if (bits.failed()) return fault("gpp.truncated", "sections", bits.at());
  return {};
}

Fault ReadHeader(std::string_view header, std::size_t sections, std::vector<std::uint16_t>& ids) {
  if (const std::size_t foreign = FindForeign(header); foreign != std::string_view::npos)
    return {"gpp.character", {}, foreign, 0, foreign * kBitsPerCharacter};
  BitReader bits(header);
  if (bits.Read(6) != kType) return {"gpp.type", "type", 0, 0, 0};
  if (bits.Read(6) != kVersion) return {"gpp.version", "version", 1, 0, 6};
  if (const Fault fault = ReadIds(bits, sections, ids); !fault.reason.empty()) return fault;
  if (ids.size() != sections) return {"gpp.sections_mismatch", "sections", 2, 0, 12};
  if (const std::size_t bit = FindTrailing(bits); bit != std::string_view::npos)
    return {"gpp.trailing_garbage", "sections", bit / kBitsPerCharacter, 0, bit};
  return {};
}

// The sub-sections behind the first, of which one may be GPC: type (2 bits) 1, then the bit.
Gpc ReadGpc(std::string_view section) {
  Gpc found = Gpc::kAbsent;
  for (std::size_t dot = section.find('.'); dot != std::string_view::npos;) {
    const std::size_t at = dot + 1;
    dot = section.find('.', at);
    const std::string_view part =
        section.substr(at, dot == std::string_view::npos ? dot : dot - at);
    if (part.empty() || FindForeign(part) != std::string_view::npos) {
      found = std::max(found, Gpc::kUnreadable);
      continue;
    }
    BitReader bits(part);
    if (bits.Read(2) != kGpcSubsection) continue;
    found = std::max(found, bits.Read(1) != 0 ? Gpc::kOn : Gpc::kOff);
  }
  return found;
}

}  // namespace

std::string_view Name(Gpc gpc) {
  switch (gpc) {
    case Gpc::kAbsent:
      return "absent";
    case Gpc::kOff:
      return "off";
    case Gpc::kUnreadable:
      return "unreadable";
    case Gpc::kOn:
      return "on";
  }
  return "unreadable";
}

const GppSection* GppString::Find(std::uint16_t id) const {
  const auto found = std::ranges::find(sections, id, &GppSection::id);
  return found == sections.end() ? nullptr : &*found;
}

Gpc GppString::gpc() const {
  Gpc most = Gpc::kAbsent;
  for (const GppSection& section : sections) most = std::max(most, section.gpc);
  return most;
}

std::variant<GppString, Fault> ReadGppString(std::string_view text) {
  if (text.empty()) return Fault{"gpp.empty", {}, 0, 0, 0};
  if (text.size() > base::kGppStringCharsMax)
    return Fault{"gpp.too_long", {}, base::kGppStringCharsMax, 0, 0};
  const std::size_t header_end = std::min(text.find('~'), text.size());
  GppString read;
  for (std::size_t at = header_end; at < text.size();) {
    const std::size_t start = at + 1;
    at = std::min(text.find('~', start), text.size());
    read.sections.push_back({0, text.substr(start, at - start), start, Gpc::kAbsent});
  }
  std::vector<std::uint16_t> ids;
  if (const Fault fault = ReadHeader(text.substr(0, header_end), read.sections.size(), ids);
      !fault.reason.empty())
    return fault;
  for (std::size_t i = 0; i < read.sections.size(); ++i) {
    GppSection& section = read.sections[i];
    if (section.text.empty()) return Fault{"gpp.section_empty", {}, section.offset, 0, 0};
    section.id = ids[i];
    if (section.id >= kGppUsFirst) section.gpc = ReadGpc(section.text);
  }
  return read;
}

}  // namespace octroi::signals
