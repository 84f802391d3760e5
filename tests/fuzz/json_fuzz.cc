// Any bytes into EventParser: no crash, nothing read outside the input, and what is accepted is
// consistent: the raw text of every value, read alone, is the same value again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "base/event.h"
#include "base/top_members.h"

namespace {

using namespace octroi::base;  // NOLINT(google-build-using-namespace): the whole file is about it

void Require(bool holds) {
  if (!holds) std::abort();
}

bool Within(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

struct Rig {
  EventParser parser;
  EventParser again;  // its own scratch, so that the first event's views stay valid
  PathMap paths = *PathMap::Compile(std::vector<PathMap::Entry>{
      {"a", 0}, {"b", 1}, {"a.b", 2}, {"b.a", 3}, {"type", 4}, {"batch", 5}, {"a", 6}, {"b", 6}});
  PathMap alone = *PathMap::Compile(std::vector<PathMap::Entry>{{"v", 0}});
  Event event;
  Event one;
  std::vector<std::string_view> elements;
};

void CheckValues(Rig& rig, std::string_view text) {
  for (FieldId slot = 0; slot < 7; ++slot) {
    const Value& value = rig.event[slot];
    if (value.type == JsonType::kAbsent) continue;
    Require(Within(value.raw, text));
    const std::string wrapped = "{\"v\":" + std::string(value.raw) + "}";
    const ParseFault fault = rig.again.Parse(wrapped, rig.alone, rig.one);
    Require(fault.reason == Reason::kUndecided);
    Require(rig.one[0].type == value.type && rig.one[0].text == value.text &&
            rig.one[0].raw == value.raw);
  }
}

// Every member once, in order, of the type that its path found.
void CheckMembers(Rig& rig, std::string_view text) {
  TopMembers members = rig.parser.Members();
  std::size_t last = 0;
  for (TopMembers::Member member; members.Next(member); last = member.offset) {
    Require(Within(member.name, text) && member.offset > last && text[member.offset] == '"');
    for (const auto& [name, slot] : {std::pair("a", 0), {"b", 1}, {"type", 4}, {"batch", 5}}) {
      const JsonType found = rig.event[static_cast<FieldId>(slot)].type;
      if (member.name == name) Require(found == member.type);
    }
  }
}

// What Parse accepts as a whole, Split takes apart into values that Parse accepts.
void CheckElements(Rig& rig, std::string_view text, bool whole_accepted) {
  for (const char* member : {"", "batch"}) {
    const ParseFault fault = rig.parser.Split(text, member, rig.elements);
    Require(fault.reason == Reason::kUndecided || rig.elements.empty());
    const char* last = text.data();
    for (const std::string_view element : rig.elements) {
      Require(!element.empty() && Within(element, text) && element.data() >= last);
      last = element.data() + element.size();
      if (!whole_accepted) continue;
      const std::string wrapped = "{\"v\":" + std::string(element) + "}";
      Require(rig.again.Parse(wrapped, rig.alone, rig.one).reason == Reason::kUndecided);
      Require(rig.one[0].raw == element);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Rig& rig = *new Rig;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ParseFault fault = rig.parser.Parse(text, rig.paths, rig.event);
  const bool accepted = fault.reason == Reason::kUndecided;
  Require(accepted == fault.rule.empty() && fault.offset <= size);
  if (accepted) CheckMembers(rig, text);
  if (accepted) CheckValues(rig, text);
  CheckElements(rig, text, accepted);
  return 0;
}
