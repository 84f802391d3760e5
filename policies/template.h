// Template: the JSON that one destination expects, written down as a file of the config: nesting,
// constants, and directives that name fields. Total and without code; the grammar is in
// docs/FORMATS.md.
//
// A directive is an object whose first sign is a member that begins with a literal `$`. Whoever
// needs such a member in what is sent writes the `$` as \u0024.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace octroi::policies {

inline constexpr std::size_t kTemplateBytesMax = 64 * 1024;

struct TemplateNode {
  // clang-format off
  enum class Kind : std::uint8_t {
    kConstant, kObject, kArray,               // what they look like
    kId, kEvent, kContract, kPurposes,        // of the event; kEvent with names: what each becomes
    kFields,                                  // an object of all that the destination receives
    kField, kDate,                            // one field, named by `text`
    kFirst,                                   // the first of `items` that is there
    kEach,                                    // the list of events; items[0] is one of them
  } kind = Kind::kConstant;
  enum class As : std::uint8_t {
    kAsJudged, kString, kNumber, kUnixS, kUnixMs, kUnixUs, kRfc3339, kDay
  } as = As::kAsJudged;
  // clang-format on
  std::size_t at = 0;               // byte of the file where it stands, for findings
  std::string text;                 // kConstant: its JSON, without spaces; kField, kDate: the field
  std::vector<std::string> names;   // kObject: JSON strings; kEvent: names of events
  std::vector<TemplateNode> items;  // kObject, kEvent: one a name
};

// Why a file is no template.
struct TemplateFault {
  enum class What : std::uint8_t {
    kNone,
    kTooLarge,
    kJson,       // `name` is the rule of base::EventParser that it breaks
    kUnknown,    // no directive of that name
    kArgument,   // what the directive `name` is given is not what it takes
    kBeside,     // the directive `name` with members that it does not take
    kEachTwice,  // more than one `$each`, or one within itself
    kNotOne,     // what stands for an event, or for the whole, is not an object
    kOutside,    // the directive `name` outside `$each`: of which event?
  } what = What::kNone;
  std::string name;
  std::size_t at = 0;  // byte of the file
};

// Immutable. Without `$each` what is sent is one event.
class Template {
 public:
  static TemplateFault Parse(std::string_view json, Template& into);
  // {"events": [{"id", "event", "contract", "purposes", "data": {...}}, ...]}
  static const Template& Standard();
  static const std::vector<std::string>& Directives();  // their names, with `$`

  const TemplateNode& root() const { return root_; }
  bool has_each() const { return has_each_; }
  // Calls `visit` with each node, in the order of the file.
  template <class Visit>
  void ForEach(Visit visit) const {
    Walk(root_, visit);
  }

 private:
  template <class Visit>
  static void Walk(const TemplateNode& node, Visit& visit) {
    visit(node);
    for (const TemplateNode& item : node.items) Walk(item, visit);
  }
  TemplateNode root_;
  bool has_each_ = false;
};

}  // namespace octroi::policies
