// IAB GPP string, version 1: which sections it holds, and the GPC bit of the US ones.
//
// Section 2 is a TC string (tcf.h); all others stay opaque but for GPC. Pure, any thread, nothing
// thrown but std::bad_alloc. A text that cannot be read is a Fault, which is not the same as a text
// that says nothing: whoever asked decides what it means, and nobody was granted anything.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "signals/fault.h"

namespace octroi::signals {

inline constexpr std::uint16_t kGppTcfEu = 2;
inline constexpr std::uint16_t kGppUsFirst = 7;  // US national, then the states

// From what says nothing to what asks for most. Never a grant.
enum class Gpc : std::uint8_t {
  kAbsent,
  kOff,
  kUnreadable,  // a sub-section that cannot be read: it may have said on
  kOn,
};
std::string_view Name(Gpc gpc);  // "absent", "off", "unreadable", "on"
// The person opted out, or may have.
constexpr bool OptsOut(Gpc gpc) { return gpc >= Gpc::kUnreadable; }

struct GppSection {
  std::uint16_t id = 0;
  std::string_view text;   // of the caller's text, not empty
  std::size_t offset = 0;  // where it begins there
  Gpc gpc = Gpc::kAbsent;  // of sections from kGppUsFirst on
};

struct GppString {
  std::vector<GppSection> sections;  // ids ascending, each once; views into the text that was read
  const GppSection* Find(std::uint16_t id) const;  // nullptr: none
  Gpc gpc() const;                                 // the one that asks for most
};

// Faults: gpp.empty, gpp.too_long, gpp.character (in the header), gpp.type, gpp.version,
// gpp.truncated, gpp.section_id (beyond 65,535), gpp.trailing_garbage, gpp.sections_mismatch (the
// header names more or fewer than there are), gpp.section_empty.
std::variant<GppString, Fault> ReadGppString(std::string_view text);

}  // namespace octroi::signals
