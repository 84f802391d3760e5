// Layout: a template compiled for the fields of one contract, flat: what to append, in order.
// Internal to policies.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/event.h"
#include "policies/template.h"

namespace octroi::policies {

struct PreparedField;
struct PreparedContract;

// Whether a comma goes before a member or element is known when the template is compiled, unless
// what stands before it may be left out; then the body says, by what it ends with.
struct Segment {
  enum class What : std::uint8_t {
    kText,      // `text`
    kId,        // the event's outgoing id
    kEvent,     // its name, as a JSON string
    kPurposes,  // the purposes that allow, as a JSON array
    kHead,      // `parts`, which are the same for most events of a batch: rendered once
    // These may be left out, and then `text` before them too:
    kConstant,  // never is: the last of alternatives
    kEventAs,   // what the template has for the event's name
    kField,     // a field
    kOpen,      // a container of which each part may be left out: `text` ends with its bracket,
    kClose,     // and it goes again if nothing followed
  } what = What::kText;
  TemplateNode::As as = TemplateNode::As::kAsJudged;
  bool present_only = false;  // kField: null is not there
  bool previous = false;      // kField: its token under the key before
  std::uint16_t field = 0;    // kField: of PreparedContract::fields; kHead: which of them
  std::uint16_t skip = 0;     // segments to skip if this one left something: other alternatives
  std::string text;
  std::string instead;  // kField: `text` where a token stands instead of what is listed
  std::vector<std::pair<std::string, std::string>> names;  // kEventAs: event name, JSON
  std::vector<Segment> parts;
};

using Layout = std::vector<Segment>;

// One event of `form`; fields that the contract's destination does not receive are never there.
Layout LayoutOf(const Template& form, const PreparedContract& contract);
// What stands before the first event of a batch, and behind its last.
struct Frame {
  std::string before, after;
};
Frame FrameOf(const Template& form);

// Appends the value in that form. False: it has none, and nothing was appended.
bool AppendAs(const base::Value& value, TemplateNode::As as, std::string& out);

}  // namespace octroi::policies
