// JSON Schema 2020-12, the part that our schemas use, over the Node tree.
#include <algorithm>
#include <set>

#include "gateway/config/schema.h"

namespace octroi::gateway::config {
namespace {

// clang-format off
constexpr std::string_view kKeywords[] = {
    "$defs", "$ref", "$schema", "additionalProperties", "allOf", "const", "contains",
    "default", "description", "enum", "examples", "format", "if", "items",
    "maxProperties", "maximum", "minItems", "minLength", "minProperties", "minimum", "not",
    "oneOf", "pattern", "properties", "propertyNames", "required", "then", "title",
    "type"};
// clang-format on

SchemaPair Sub(SchemaPair schema, std::string_view key) {
  return {schema.fr->Find(key), schema.en->Find(key)};
}

SchemaPair SubItem(SchemaPair schema, std::string_view key, std::size_t index) {
  return {&schema.fr->List(key)[index], &schema.en->List(key)[index]};
}

Say Description(SchemaPair schema) {
  return {std::string(schema.fr->Text("description")), std::string(schema.en->Text("description"))};
}

Say TypeName(std::string_view type) {
  if (type == "string") return {"un texte", "a text"};
  if (type == "integer") return {"un nombre entier", "a whole number"};
  if (type == "number") return {"un nombre", "a number"};
  if (type == "boolean") return {"true ou false", "true or false"};
  if (type == "array") return {"une liste", "a list"};
  return {"un bloc de clés", "a block of keys"};
}

bool HasType(const Node& node, std::string_view type) {
  if (type == "string") return node.IsString();
  if (type == "integer") return node.kind == Node::Kind::kInteger;
  if (type == "number") return node.IsNumber();
  if (type == "boolean") return node.kind == Node::Kind::kBool;
  if (type == "array") return node.IsList();
  return type == "object" && node.IsMap();
}

bool SameScalar(const Node& a, const Node& b) {
  if (a.IsNumber() && b.IsNumber()) return a.number == b.number;
  return a.IsScalar() && a.kind == b.kind && a.text == b.text;
}

std::string Joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::size_t CodePoints(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

class Shape {
 public:
  // `root`: the whole schema, whose $defs a $ref names.
  Shape(SchemaPair root, const std::string& file, Findings& findings)
      : root_(root), file_(file), findings_(findings) {}

  // `name` is the key that holds the node, `owner` where it stands: what a sentence points at.
  void Check(const Node& node, SchemaPair schema, const std::string& name, Position owner) {
    if (!schema.fr->IsMap()) return;  // `true`
    if (schema.fr->Find("$ref")) return Check(node, Referred(schema), name, owner);
    if (!CheckType(node, schema, name)) return;
    CheckScalar(node, schema, name);
    if (node.IsList()) CheckList(node, schema, name);
    if (node.IsMap()) CheckMap(node, schema, name, owner);
    if (schema.fr->Find("oneOf")) CheckOneOf(node, schema, name, owner);
    for (std::size_t i = 0; i < schema.fr->List("allOf").size(); ++i) {
      Check(node, SubItem(schema, "allOf", i), name, owner);
    }
    if (schema.fr->Find("if") && Fits(node, Sub(schema, "if"))) {
      Check(node, Sub(schema, "then"), name, owner);
    }
  }

 private:
  // "#/$defs/check", the only form that our schemas use.
  SchemaPair Referred(SchemaPair schema) const {
    constexpr std::string_view kDefs = "#/$defs/";
    const std::string_view name = schema.fr->Text("$ref").substr(kDefs.size());
    return {root_.fr->FindPath({"$defs", name}), root_.en->FindPath({"$defs", name})};
  }

  bool Fits(const Node& node, SchemaPair schema) const {
    Findings quiet;
    Shape(root_, file_, quiet).Check(node, schema, "", node.at);
    return quiet.errors() == 0;
  }

  bool CheckType(const Node& node, SchemaPair schema, const std::string& name) {
    const Node* type = schema.fr->Find("type");
    if (!type) return true;
    if (type->IsString()) {
      if (HasType(node, type->text)) return true;
      findings_.Add(1101, file_, node.at, {name, TypeName(type->text)}, Description(schema));
      return false;
    }
    Say names;
    for (const Node& one : type->items) {
      if (HasType(node, one.text)) return true;
      const Say next = TypeName(one.text);
      names = names.empty() ? next : Say{names.fr + " ou " + next.fr, names.en + " or " + next.en};
    }
    findings_.Add(1101, file_, node.at, {name, names}, Description(schema));
    return false;
  }

  void CheckScalar(const Node& node, SchemaPair schema, const std::string& name) {
    const Node& rules = *schema.fr;
    const Node* constant = rules.Find("const");
    if (constant && !SameScalar(node, *constant)) {
      findings_.Add(1105, file_, node.at, {name, constant->text}, Description(schema));
    }
    if (const Node* allowed = rules.Find("enum")) CheckEnum(node, *allowed, schema, name);
    if (node.IsString()) CheckString(node, schema, name);
    if (!node.IsNumber()) return;
    const Node* least = rules.Find("minimum");
    const Node* most = rules.Find("maximum");
    if (least && node.number < least->number) {
      findings_.Add(1109, file_, node.at,
                    {name, Say{"au moins " + least->text, "at least " + least->text}});
    }
    if (most && node.number > most->number) {
      findings_.Add(1109, file_, node.at,
                    {name, Say{"au plus " + most->text, "at most " + most->text}});
    }
  }

  void CheckEnum(const Node& node, const Node& allowed, SchemaPair schema,
                 const std::string& name) {
    std::vector<std::string> names;
    for (const Node& one : allowed.items) {
      if (SameScalar(node, one)) return;
      names.push_back(one.text);
    }
    Say hint = DidYouMean(node.IsScalar() ? node.text : "", names);
    if (hint.empty()) hint = Description(schema);
    findings_.Add(1104, file_, node.at, {name, Joined(names)}, hint);
  }

  void CheckString(const Node& node, SchemaPair schema, const std::string& name) {
    const Node& rules = *schema.fr;
    const Node* pattern = rules.FindString("pattern");
    // The value is not repeated: somebody may have pasted a secret where a reference belongs.
    if (pattern && !MatchesPattern(pattern->text, node.text)) {
      findings_.Add(1106, file_, node.at, {name}, PatternHint(schema));
    }
    const Node* shortest = rules.Find("minLength");
    if (shortest && static_cast<double>(CodePoints(node.text)) < shortest->number) {
      findings_.Add(1107, file_, node.at, {name}, Description(schema));
    }
    const std::string_view format = rules.Text("format");
    const bool good = format == "email"       ? IsEmail(node.text)
                      : format == "date"      ? IsDate(node.text)
                      : format == "date-time" ? IsDateTime(node.text)
                                              : true;
    if (!good) findings_.Add(1110, file_, node.at, {name, FormatName(format)}, Description(schema));
  }

  static Say FormatName(std::string_view format) {
    if (format == "email") return {"une adresse e-mail", "an e-mail address"};
    if (format == "date") return {"une date AAAA-MM-JJ", "a date YYYY-MM-DD"};
    return {"une date et une heure RFC 3339", "an RFC 3339 date-time"};
  }

  static Say PatternHint(SchemaPair schema) {
    Say hint = Description(schema);
    if (schema.fr->Find("examples")) {
      std::vector<std::string> examples;
      for (const Node& one : schema.fr->List("examples")) examples.push_back(one.text);
      hint.fr += (hint.fr.empty() ? "" : " ") + std::string("Exemples : ") + Joined(examples) + ".";
      hint.en += (hint.en.empty() ? "" : " ") + std::string("Examples: ") + Joined(examples) + ".";
    }
    return hint;
  }

  void CheckList(const Node& node, SchemaPair schema, const std::string& name) {
    const Node* least = schema.fr->Find("minItems");
    if (least && static_cast<double>(node.items.size()) < least->number) {
      findings_.Add(1108, file_, node.at, {name, least->text}, Description(schema));
    }
    if (schema.fr->Find("items")) {
      for (const Node& item : node.items) Check(item, Sub(schema, "items"), name, item.at);
    }
    if (schema.fr->Find("contains") && std::ranges::none_of(node.items, [&](const Node& item) {
          return Contained(item, Sub(schema, "contains"));
        })) {
      findings_.Add(1112, file_, node.at, {name}, Description(schema));
    }
  }

  bool Contained(const Node& item, SchemaPair schema) const {
    if (schema.fr->Find("not")) return !Fits(item, Sub(schema, "not"));
    return Fits(item, schema);
  }

  void CheckMap(const Node& node, SchemaPair schema, const std::string& name, Position owner) {
    const Node& rules = *schema.fr;
    for (const Node& required : rules.List("required")) {
      if (!node.Find(required.text))
        findings_.Add(1103, file_, owner, {name, required.text}, Meaning(schema, required.text));
    }
    const Node* least = rules.Find("minProperties");
    const Node* most = rules.Find("maxProperties");
    const auto count = static_cast<double>(node.members.size());
    if ((least && count < least->number) || (most && count > most->number)) {
      findings_.Add(1113, file_, node.at, {name}, Description(schema));
    }
    const Node* names = rules.FindPath({"propertyNames", "pattern"});
    for (const Node::Member& member : node.members) {
      if (names && !MatchesPattern(names->text, member.key)) {
        findings_.Add(1114, file_, member.key_at, {name, member.key});
      }
      CheckMember(member, schema, name);
    }
  }

  static Say Meaning(SchemaPair schema, std::string_view key) {
    const Node* fr = schema.fr->FindPath({"properties", key});
    const Node* en = schema.en->FindPath({"properties", key});
    return fr && en && fr->IsMap() ? Description({fr, en}) : Say{};
  }

  void CheckMember(const Node::Member& member, SchemaPair schema, const std::string& name) {
    const Node* known = schema.fr->FindPath({"properties", member.key});
    if (known) {
      Check(member.value, {known, schema.en->FindPath({"properties", member.key})}, member.key,
            member.key_at);
      return;
    }
    const Node* others = schema.fr->Find("additionalProperties");
    if (!others) return;
    if (others->IsMap()) {
      Check(member.value, Sub(schema, "additionalProperties"), member.key, member.key_at);
    } else if (others->kind == Node::Kind::kBool && !others->truth) {
      std::vector<std::string> names;
      for (const auto& property : schema.fr->Map("properties")) names.push_back(property.key);
      Say hint = DidYouMean(member.key, names);
      if (hint.empty())
        hint = {"Clés connues : " + Joined(names) + ".", "Known keys: " + Joined(names) + "."};
      findings_.Add(1102, file_, member.key_at, {member.key, name}, hint);
    }
  }

  // Exactly one branch fits, by the way our schemas are written: branches differ in type or in
  // their keys.
  void CheckOneOf(const Node& node, SchemaPair schema, const std::string& name, Position owner) {
    std::vector<std::string> forms;
    for (std::size_t i = 0; i < schema.fr->List("oneOf").size(); ++i) {
      const SchemaPair branch = SubItem(schema, "oneOf", i);
      if (Fits(node, branch)) return;
      if (const Node* constant = branch.fr->Find("const")) forms.push_back(constant->text);
      for (const Node& one : branch.fr->List("enum")) forms.push_back(one.text);
      for (const Node::Member& property : branch.fr->Map("properties"))
        forms.push_back(property.key);
      const bool meant =
          node.members.size() == 1 && branch.fr->FindPath({"properties", node.members[0].key});
      if (meant) return Check(node, branch, name, owner);
    }
    const std::string written = node.members.size() == 1 ? node.members[0].key : node.text;
    findings_.Add(1111, file_, node.at, {name, Joined(forms)}, DidYouMean(written, forms));
  }

  SchemaPair root_;
  const std::string& file_;
  Findings& findings_;
};

}  // namespace

std::span<const std::string_view> SchemaKeywords() { return kKeywords; }

void CheckShape(const Node& node, SchemaPair schema, const std::string& file, Findings& findings) {
  Shape(schema, file, findings).Check(node, schema, std::string(schema.fr->Text("title")), node.at);
}

}  // namespace octroi::gateway::config
