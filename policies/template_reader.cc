#include "policies/template_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/json_text.h"

namespace octroi::policies {
namespace {

using Kind = TemplateNode::Kind;
using As = TemplateNode::As;
using What = TemplateFault::What;

struct Directive {
  std::string_view name;
  Kind kind;
};
constexpr std::array<Directive, 9> kDirectives = {{{"$id", Kind::kId},
                                                   {"$event", Kind::kEvent},
                                                   {"$contract", Kind::kContract},
                                                   {"$purposes", Kind::kPurposes},
                                                   {"$fields", Kind::kFields},
                                                   {"$field", Kind::kField},
                                                   {"$date", Kind::kDate},
                                                   {"$first", Kind::kFirst},
                                                   {"$each", Kind::kEach}}};

struct Form {
  Kind of;
  std::string_view name;
  As as;
};
constexpr Form kForms[] = {
    {Kind::kField, "string", As::kString}, {Kind::kField, "number", As::kNumber},
    {Kind::kDate, "unix_s", As::kUnixS},   {Kind::kDate, "unix_ms", As::kUnixMs},
    {Kind::kDate, "unix_us", As::kUnixUs}, {Kind::kDate, "rfc3339", As::kRfc3339},
    {Kind::kDate, "date", As::kDay},
};

class Reader {
 public:
  explicit Reader(std::string_view json) : json_(json) {}

  TemplateNode Whole() {
    TemplateNode root = Value();
    if (ok() && !has_each_ && !IsObject(root)) Fail(What::kNotOne, "", 0);
    if (has_each_) CheckOutside(root);
    return root;
  }
  bool ok() const { return fault_.what == What::kNone; }
  bool has_each() const { return has_each_; }
  const TemplateFault& fault() const { return fault_; }

 private:
  struct Member {
    std::string_view name;  // with its quotes
    std::size_t at = 0, value_at = 0;
    bool IsDirective() const { return name.starts_with("\"$"); }
    std::string_view bare() const { return name.substr(1, name.size() - 2); }
  };

  TemplateNode Value();
  TemplateNode Object();
  TemplateNode Array();
  TemplateNode DirectiveOf(const std::vector<Member>& members, const Member& sign);
  void Argument(const Member& sign, TemplateNode& node);
  void Names(const Member& sign, TemplateNode& node);
  bool Alternatives(const TemplateNode& node) const;
  std::vector<Member> Members();
  std::optional<std::string_view> TextAt(std::size_t at);
  void CheckOutside(const TemplateNode& node);

  void SkipSpace() {
    while (base::IsJsonSpace(json_[at_])) ++at_;
  }
  std::string_view String() {
    const std::size_t start = at_++;
    while (json_[at_] != '"') at_ += json_[at_] == '\\' ? 2 : 1;
    return json_.substr(start, ++at_ - start);
  }
  void SkipValue();
  void Fail(What what, std::string_view name, std::size_t at) {
    if (ok()) fault_ = {what, std::string(name), at};
  }
  static bool IsObject(const TemplateNode& node) {
    return node.kind == Kind::kObject || node.kind == Kind::kFields ||
           (node.kind == Kind::kConstant && node.text.starts_with('{'));
  }
  // A container of nothing but constants is a constant.
  static TemplateNode Folded(TemplateNode node);

  const std::string_view json_;
  std::size_t at_ = 0;
  bool has_each_ = false;
  TemplateFault fault_;
};

void Reader::SkipValue() {
  std::size_t depth = 0;
  do {
    SkipSpace();
    const char c = json_[at_];
    if (c == '"') {
      String();
    } else if (c == '{' || c == '[') {
      ++depth, ++at_;
    } else if (c == '}' || c == ']') {
      --depth, ++at_;
    } else if (c == ',' || c == ':') {
      ++at_;
    } else {
      at_ = json_.find_first_of(" \n\r\t,]}", at_);
    }
  } while (depth > 0);
}

// Of the object that begins here; afterwards we are behind it.
std::vector<Reader::Member> Reader::Members() {
  std::vector<Member> members;
  ++at_;
  for (SkipSpace(); json_[at_] != '}'; SkipSpace()) {
    if (json_[at_] == ',') ++at_, SkipSpace();
    Member& member = members.emplace_back();
    member.at = at_;
    member.name = String();
    SkipSpace();
    ++at_;  // the colon
    SkipSpace();
    member.value_at = at_;
    SkipValue();
  }
  ++at_;
  return members;
}

TemplateNode Reader::Value() {
  SkipSpace();
  const std::size_t start = at_;
  if (json_[at_] == '{') return Object();
  if (json_[at_] == '[') return Array();
  SkipValue();
  TemplateNode node;
  node.at = start;
  node.text = json_.substr(start, at_ - start);
  return node;
}

TemplateNode Reader::Object() {
  TemplateNode node;
  node.kind = Kind::kObject;
  node.at = at_;
  const std::vector<Member> members = Members();
  const std::size_t end = at_;
  const auto sign = std::ranges::find_if(members, &Member::IsDirective);
  if (sign != members.end()) {
    node = DirectiveOf(members, *sign);
  } else {
    for (const Member& member : members) {
      at_ = member.value_at;
      node.names.emplace_back(member.name);
      node.items.push_back(Value());
      if (!ok()) return node;
    }
  }
  at_ = end;
  return Folded(std::move(node));
}

TemplateNode Reader::Array() {
  TemplateNode node;
  node.kind = Kind::kArray;
  node.at = at_++;
  for (SkipSpace(); json_[at_] != ']' && ok(); SkipSpace()) {
    if (json_[at_] == ',') ++at_;
    node.items.push_back(Value());
  }
  ++at_;
  return Folded(std::move(node));
}

TemplateNode Reader::Folded(TemplateNode node) {
  if (node.kind != Kind::kObject && node.kind != Kind::kArray) return node;
  const auto constant = [](const TemplateNode& item) { return item.kind == Kind::kConstant; };
  if (!std::ranges::all_of(node.items, constant)) return node;
  const bool object = node.kind == Kind::kObject;
  TemplateNode folded;
  folded.at = node.at;
  folded.text = object ? "{" : "[";
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (i > 0) folded.text += ',';
    if (object) folded.text.append(node.names[i]).append(":");
    folded.text += node.items[i].text;
  }
  folded.text += object ? '}' : ']';
  return folded;
}

TemplateNode Reader::DirectiveOf(const std::vector<Member>& members, const Member& sign) {
  TemplateNode node;
  node.at = sign.at;
  const auto known = std::ranges::find(kDirectives, sign.bare(), &Directive::name);
  if (known == kDirectives.end()) {
    Fail(What::kUnknown, sign.bare(), sign.at);
    return node;
  }
  node.kind = known->kind;
  for (const Member& member : members) {
    if (member.at == sign.at) continue;
    const auto form = member.name == "\"as\"" ? TextAt(member.value_at) : std::nullopt;
    const auto found = std::ranges::find_if(
        kForms, [&](const Form& one) { return one.of == node.kind && form && one.name == *form; });
    if (found == std::end(kForms)) return Fail(What::kBeside, sign.bare(), member.at), node;
    node.as = found->as;
  }
  if (node.kind == Kind::kDate && node.as == As::kAsJudged) {
    Fail(What::kArgument, sign.bare(), sign.at);
  }
  Argument(sign, node);
  return node;
}

std::optional<std::string_view> Reader::TextAt(std::size_t at) {
  if (json_[at] != '"') return std::nullopt;
  at_ = at;
  const std::string_view raw = String();
  return raw.substr(1, raw.size() - 2);
}

void Reader::Argument(const Member& sign, TemplateNode& node) {
  at_ = sign.value_at;
  const auto wrong = [&] { Fail(What::kArgument, sign.bare(), sign.value_at); };
  switch (node.kind) {
    case Kind::kField:
    case Kind::kDate: {
      const auto name = TextAt(sign.value_at);
      if (!name || name->empty()) return wrong();
      node.at = sign.value_at;
      node.text = *name;
      return;
    }
    case Kind::kFirst:
      node.items = json_[at_] == '[' ? Array().items : std::vector<TemplateNode>();
      if (!Alternatives(node)) wrong();
      return;
    case Kind::kEach: {
      if (std::exchange(has_each_, true)) return Fail(What::kEachTwice, "", sign.at);
      node.items.push_back(Value());
      if (!IsObject(node.items.front())) Fail(What::kNotOne, "", sign.value_at);
      return;
    }
    default:
      if (node.kind == Kind::kEvent && json_[at_] == '{') return Names(sign, node);
      if (!json_.substr(at_).starts_with("true")) wrong();
  }
}

// Fields and dates; a constant only as the last, for when none of them is there.
bool Reader::Alternatives(const TemplateNode& node) const {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Kind kind = node.items[i].kind;
    const bool constant = kind == Kind::kConstant && i + 1 == node.items.size() && i > 0;
    if (kind != Kind::kField && kind != Kind::kDate && !constant) return false;
  }
  return !node.items.empty();
}

void Reader::Names(const Member& sign, TemplateNode& node) {
  for (const Member& member : Members()) {
    at_ = member.value_at;
    TemplateNode item = Value();
    if (item.kind != Kind::kConstant) return Fail(What::kArgument, sign.bare(), member.value_at);
    item.at = member.at;
    node.names.emplace_back(member.bare());
    node.items.push_back(std::move(item));
  }
  if (node.items.empty()) Fail(What::kArgument, sign.bare(), sign.value_at);
}

void Reader::CheckOutside(const TemplateNode& node) {
  if (node.kind == Kind::kEach || node.kind == Kind::kConstant) return;
  if (node.kind != Kind::kObject && node.kind != Kind::kArray) {
    const auto own = std::ranges::find(kDirectives, node.kind, &Directive::kind);
    return Fail(What::kOutside, own->name, node.at);
  }
  for (const TemplateNode& item : node.items) CheckOutside(item);
}

}  // namespace

TemplateFault ReadTemplate(std::string_view strict_json, TemplateNode& root, bool& has_each) {
  Reader reader(strict_json);
  root = reader.Whole();
  has_each = reader.has_each();
  return reader.fault();
}

std::vector<std::string> DirectiveNames() {
  std::vector<std::string> names;
  names.reserve(kDirectives.size());
  for (const Directive& directive : kDirectives) names.emplace_back(directive.name);
  return names;
}

}  // namespace octroi::policies
