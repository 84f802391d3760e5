#include "policies/layout.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

#include "base/json_text.h"
#include "base/text.h"
#include "policies/outgoing_plan.h"

namespace octroi::policies {
namespace {

using Kind = TemplateNode::Kind;
using As = TemplateNode::As;
using What = Segment::What;

const TemplateNode* EachIn(const TemplateNode& node) {
  if (node.kind == Kind::kEach) return &node;
  for (const TemplateNode& item : node.items) {
    if (const TemplateNode* each = EachIn(item)) return each;
  }
  return nullptr;
}

// Of the JSON string `name`.
std::string PreviousName(const std::string& name) {
  return name.substr(0, name.size() - 1).append(kPreviousSuffix).append("\"");
}

class Compiler {
 public:
  explicit Compiler(const PreparedContract& contract) : contract_(contract) {}

  // The whole of an event stays, also if nothing is in it.
  Layout Event(const TemplateNode& node) {
    if (node.kind == Kind::kConstant) {
      literal_ = node.text;
    } else {
      Container(node, "", false);
    }
    Flush();
    return std::move(layout_);
  }

 private:
  // Whether something is there whatever the event.
  bool Certain(const TemplateNode& node) const {
    switch (node.kind) {
      case Kind::kField:
      case Kind::kDate:
        return false;
      case Kind::kEvent:
        return node.names.empty();
      case Kind::kFirst:
        return node.items.back().kind == Kind::kConstant;
      case Kind::kObject:
      case Kind::kArray:
        return std::ranges::any_of(node.items, [this](const auto& item) { return Certain(item); });
      default:
        return true;
    }
  }

  // `before`: the member's name and colon. `maybe`: whether there is a comma is not known yet.
  void Value(const TemplateNode& node, std::string before, bool maybe) {
    switch (node.kind) {
      case Kind::kField:
      case Kind::kDate:
        Field(node, before);
        return;
      case Kind::kFirst:
        return First(node, before);
      case Kind::kObject:
      case Kind::kArray:
      case Kind::kFields:
        return Container(node, std::move(before), maybe);
      case Kind::kEvent:
        if (!node.names.empty()) return EventAs(node, std::move(before));
        break;
      default:
        break;
    }
    Sure(node, before, maybe);
  }

  void Sure(const TemplateNode& node, const std::string& before, bool maybe) {
    if (maybe) {  // only its first part can ask for the comma
      Flush();
      Segment& part = layout_.emplace_back();
      part.what = What::kConstant;
      part.text = before;
    } else {
      literal_ += before;
    }
    if (node.kind == Kind::kId) {
      literal_ += '"';
      Dynamic(What::kId);
      literal_ += '"';
    } else if (node.kind == Kind::kEvent || node.kind == Kind::kPurposes) {
      Dynamic(node.kind == Kind::kEvent ? What::kEvent : What::kPurposes);
    } else {
      literal_ += node.kind == Kind::kContract ? contract_.name : node.text;
    }
  }

  void Container(const TemplateNode& node, std::string before, bool maybe);
  void Items(const TemplateNode& node);
  void AllFields();
  void First(const TemplateNode& node, const std::string& before);
  bool Field(const TemplateNode& node, const std::string& before);  // false: never there
  void Put(std::size_t place, bool previous, const std::string& before);
  void EventAs(const TemplateNode& node, std::string before);

  void Dynamic(What what) {
    Flush();
    layout_.emplace_back().what = what;
  }
  void Flush() {
    if (literal_.empty()) return;
    layout_.emplace_back().text = std::move(literal_);
    literal_.clear();
  }

  const PreparedContract& contract_;
  Layout layout_;
  std::string literal_;  // not yet a segment: it may grow
  bool whole_ = true;
};

void Compiler::Container(const TemplateNode& node, std::string before, bool maybe) {
  const bool stays = std::exchange(whole_, false) || Certain(node);
  const char* const brackets = node.kind == Kind::kArray ? "[]" : "{}";
  before += brackets[0];
  if (stays && !maybe) {
    literal_ += before;
  } else {
    Flush();
    Segment& open = layout_.emplace_back();
    open.what = stays ? What::kConstant : What::kOpen;
    open.text = std::move(before);
  }
  node.kind == Kind::kFields ? AllFields() : Items(node);
  if (stays) {
    literal_ += brackets[1];
  } else {
    Flush();
    Segment& close = layout_.emplace_back();
    close.what = What::kClose;
    close.text = brackets[1];
  }
}

void Compiler::Items(const TemplateNode& node) {
  bool certain_before = false;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const TemplateNode& item = node.items[i];
    const std::string name = node.kind == Kind::kObject ? node.names[i] + ":" : std::string();
    const bool certain = Certain(item);
    const bool part = item.kind == Kind::kFirst || !certain;  // sees to its comma itself
    if (!part && certain_before) literal_ += ',';
    Value(item, name, i > 0 && !certain_before);
    certain_before = certain_before || certain;
  }
}

void Compiler::AllFields() {
  Flush();
  for (std::size_t i = 0; i < contract_.fields.size(); ++i) {
    const PreparedField& field = contract_.fields[i];
    Put(i, false, field.name + ":");
    if (field.has_previous()) Put(i, true, PreviousName(field.name) + ":");
  }
}

void Compiler::Put(std::size_t place, bool previous, const std::string& before) {
  const PreparedField& field = contract_.fields[place];
  Segment& segment = layout_.emplace_back();
  segment.what = What::kField;
  segment.field = static_cast<std::uint16_t>(place);
  segment.previous = previous;
  segment.text = before + (previous ? field.prev_head : field.token_head);
  segment.instead = before + (previous ? field.instead_prev_head : field.instead_head);
}

bool Compiler::Field(const TemplateNode& node, const std::string& before) {
  std::string name;
  base::AppendJsonString(node.text, name);
  for (std::size_t i = 0; i < contract_.fields.size(); ++i) {
    const PreparedField& field = contract_.fields[i];
    const bool previous = field.has_previous() && PreviousName(field.name) == name;
    if (!previous && field.name != name) continue;
    Flush();
    Put(i, previous, before);
    layout_.back().as = node.as;
    return true;
  }
  return false;  // not received of this contract, or no rotation is under way
}

void Compiler::First(const TemplateNode& node, const std::string& before) {
  Flush();
  const std::size_t begin = layout_.size();
  for (const TemplateNode& item : node.items) {
    if (item.kind == Kind::kConstant) {
      Segment& constant = layout_.emplace_back();
      constant.what = What::kConstant;
      constant.text = before + item.text;
    } else if (Field(item, before)) {
      layout_.back().present_only = true;
    }
  }
  for (std::size_t i = begin; i < layout_.size(); ++i) {
    layout_[i].skip = static_cast<std::uint16_t>(layout_.size() - 1 - i);
  }
}

void Compiler::EventAs(const TemplateNode& node, std::string before) {
  Flush();
  Segment& event = layout_.emplace_back();
  event.what = What::kEventAs;
  event.text = std::move(before);
  for (std::size_t i = 0; i < node.names.size(); ++i) {
    event.names.emplace_back(node.names[i], node.items[i].text);
  }
}

// Puts neighbours that do not depend on the event's fields into one.
Layout Joined(Layout layout) {
  const auto head = [](const Segment& one) {
    return one.what == What::kText || one.what == What::kEvent || one.what == What::kPurposes;
  };
  const auto text = [](const Segment& one) { return one.what == What::kText; };
  Layout joined;
  std::uint16_t heads = 0;
  for (auto at = layout.begin(); at != layout.end();) {
    auto end = std::find_if_not(at, layout.end(), head);
    if (!std::all_of(at, end, text)) {
      Segment& made = joined.emplace_back();
      made.what = What::kHead;
      made.field = heads++;
      std::move(at, end, std::back_inserter(made.parts));
    } else {  // one text, or what is not of a head
      end = std::next(at);
      joined.push_back(std::move(*at));
    }
    at = end;
  }
  return joined;
}

// What is around the list: nothing but constants, else it would be no template.
void Around(const TemplateNode& node, Frame& frame, std::string*& into) {
  if (node.kind == Kind::kEach) {
    *into += '[';
    into = &frame.after;
    *into += ']';
    return;
  }
  const bool object = node.kind == Kind::kObject;
  *into += node.kind == Kind::kConstant ? node.text : object ? "{" : "[";
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (i > 0) *into += ',';
    if (object) *into += node.names[i] + ":";
    Around(node.items[i], frame, into);
  }
  if (node.kind != Kind::kConstant) *into += object ? '}' : ']';
}

bool AppendDate(const base::Value& value, As as, std::string& out) {
  if (value.type != base::JsonType::kString) return false;
  const auto time = base::ParseRfc3339(value.text, true);
  if (!time) return false;
  if (as == As::kRfc3339 || as == As::kDay) {
    out += '"';
    base::AppendRfc3339(*time, out);
    if (as == As::kDay) out.resize(out.size() - std::string_view("T00:00:00.000Z").size());
    out += '"';
    return true;
  }
  const base::Millis second = *time / 1000 - (*time % 1000 < 0 ? 1 : 0);
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(),
                                 as == As::kUnixS    ? second
                                 : as == As::kUnixMs ? *time
                                                     : *time * 1000);
  out.append(digits.data(), end.ptr);
  return true;
}

}  // namespace

Layout LayoutOf(const Template& form, const PreparedContract& contract) {
  const TemplateNode* const each = EachIn(form.root());
  return Joined(Compiler(contract).Event(each != nullptr ? each->items.front() : form.root()));
}

Frame FrameOf(const Template& form) {
  Frame frame;
  std::string* into = &frame.before;
  if (form.has_each()) Around(form.root(), frame, into);
  return frame;
}

bool AppendAs(const base::Value& value, As as, std::string& out) {
  using base::JsonType;
  const bool number = value.type == JsonType::kInteger || value.type == JsonType::kDecimal;
  switch (as) {
    case As::kAsJudged:
      out += value.raw;
      return !value.raw.empty();
    case As::kString:
      if (value.type == JsonType::kString) {
        out += value.raw;
      } else if (number || value.type == JsonType::kBool) {
        out.append("\"").append(value.text).append("\"");
      } else {
        return false;
      }
      return true;
    case As::kNumber: {
      const auto kind = number || value.type != JsonType::kString
                            ? base::NumberKind::kMalformed
                            : base::ClassifyNumber(value.text);
      const bool reads = kind == base::NumberKind::kInteger || kind == base::NumberKind::kDecimal;
      if (!number && !reads) return false;
      out += number ? value.raw : value.text;
      return true;
    }
    default:
      return AppendDate(value, as, out);
  }
}

}  // namespace octroi::policies
