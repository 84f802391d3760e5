// `logicalTypeOptions` of ODCS.
#include "gateway/config/node_json.h"
#include "gateway/contract/ecma_pattern.h"
#include "gateway/contract/odcs_object.h"
#include "gateway/contract/odcs_words.h"
#include "rules/check_spec.h"
#include "rules/contract.h"

namespace octroi::gateway::contract {
namespace {

using config::Say;
using Json = nlohmann::ordered_json;

constexpr std::uint8_t kNumber = rules::kIntegerBit | rules::kFractionBit;

}  // namespace

void OdcsObject::ReadOptions(const Property& property, const Node& options, std::uint8_t of) {
  if ((of & rules::kStringBit) != 0) ReadTexts(property, options, of);
  if ((of & kNumber) != 0) ReadNumbers(property, options, of);
  if ((of & rules::kObjectBit) != 0) ReadMembers(property, options);
  const std::string at = PointerTo(property.pointer, "logicalTypeOptions");
  if ((of & rules::kArrayBit) == 0) {
    if ((of & rules::kBooleanBit) != 0) NoteTheRest(options, at, {}, out_.notes);
    return;
  }
  for (const Node::Member& member : options.members) {
    if (!(member.value.IsNumber() && member.value.number == 0))
      Lose(PointerTo(at, member.key), member.value, 1440, {member.key});
  }
}

void OdcsObject::ReadTexts(const Property& property, const Node& options, std::uint8_t types) {
  const std::string at = PointerTo(property.pointer, "logicalTypeOptions");
  Json keys = Json::object();
  for (const auto& [theirs, ours] :
       {std::pair{"minLength", "min_length"}, {"maxLength", "max_length"}}) {
    const Node* length = options.Find(theirs);
    if (length == nullptr) continue;
    if (length->kind == Node::Kind::kInteger && length->number >= 0) {
      keys[ours] = config::JsonOf(*length);
    } else {
      Lose(PointerTo(at, theirs), *length, 1457, {theirs});
    }
  }
  if (keys.size() == 2 && keys["min_length"] > keys["max_length"]) {
    Lose(PointerTo(at, "maxLength"), *options.Find("maxLength"), 1457, {"maxLength"});
    keys.erase("max_length");
  }
  if (const Node* pattern = options.Find("pattern")) {
    Pattern made = WholeTextPattern(pattern->text);
    if (made.why.empty()) keys["matches"] = made.re2;
    if (!made.why.empty()) Lose(PointerTo(at, "pattern"), *pattern, 1443, {made.why});
  }
  if (!keys.empty()) conditions_.push_back(Condition::Value(property.field, types, keys));
  if (const Node* format = options.Find("format")) {
    const std::string_view word = format->text;
    if (word == "email" || word == "uuid") {
      formats_.push_back({property.field, format->text,
                          Condition::Value(property.field, types, {{"format", format->text}})});
      out_.fields.back().format = format->text;
      Tell(PointerTo(at, "format"), *format, 1446, {format->text});
    } else {
      Tell(PointerTo(at, "format"), *format, 1445, {format->text});
    }
  }
  NoteTheRest(options, at, {"minLength", "maxLength", "pattern", "format"}, out_.notes);
}

void OdcsObject::ReadNumbers(const Property& property, const Node& options, std::uint8_t types) {
  constexpr std::pair<const char*, const char*> kLimits[] = {{"minimum", "min"},
                                                             {"exclusiveMinimum", "above"},
                                                             {"maximum", "max"},
                                                             {"exclusiveMaximum", "below"},
                                                             {"multipleOf", "multiple_of"}};
  const std::string at = PointerTo(property.pointer, "logicalTypeOptions");
  for (const auto& [theirs, ours] : kLimits) {
    const Node* limit = options.Find(theirs);
    if (limit == nullptr) continue;
    const bool fits =
        limit->IsNumber() && (limit->number > 0 || std::string_view(ours) != "multiple_of");
    if (!fits) {
      Lose(PointerTo(at, theirs), *limit, 1457, {theirs});
      continue;
    }
    // One by one: two on one side are no check together, but both hold.
    conditions_.push_back(
        Condition::Value(property.field, types, {{ours, config::JsonOf(*limit)}}));
  }
  if (const Node* width = options.Find("format")) {
    // What 2^53 and doubles hold is in every event.
    constexpr std::pair<const char*, int> kBits[] = {{"8", 8}, {"16", 16}, {"32", 32}};
    const bool natural = width->text.starts_with('u');
    for (const auto& [text, bits] : kBits) {
      if (width->text.substr(1) != text || width->text.starts_with('f')) continue;
      const auto least = natural ? std::int64_t{0} : -(std::int64_t{1} << (bits - 1));
      const auto most = (std::int64_t{1} << (natural ? bits : bits - 1)) - 1;
      conditions_.push_back(Condition::Value(property.field, types, {{"min", least}}));
      conditions_.push_back(Condition::Value(property.field, types, {{"max", most}}));
    }
    if (natural && width->text.size() > 2 && width->text != "u16" && width->text != "u32")
      conditions_.push_back(Condition::Value(property.field, types, {{"min", 0}}));
    Tell(PointerTo(at, "format"), *width, 1447, {width->text});
  }
  NoteTheRest(
      options, at,
      {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "format"},
      out_.notes);
}

void OdcsObject::ReadTimes(const Property& property, const Node& options) {
  constexpr std::pair<const char*, const char*> kLimits[] = {
      {"minimum", ">="}, {"exclusiveMinimum", ">"}, {"maximum", "<="}, {"exclusiveMaximum", "<"}};
  const std::string at = PointerTo(property.pointer, "logicalTypeOptions");
  const std::string& format = out_.fields.back().format;
  for (const auto& [theirs, sign] : kLimits) {
    const Node* limit = options.Find(theirs);
    if (limit == nullptr) continue;
    const bool day = rules::HasFormat(rules::Format::kDate, limit->text);
    const bool instant = rules::HasFormat(rules::Format::kDatetime, limit->text);
    if (format == "text" || !(format == "date" ? day : day || instant)) {
      Lose(PointerTo(at, theirs), *limit, 1455,
           {theirs, Say("cette limite ou ce champ n'est pas une date ou heure RFC 3339",
                        "this limit or this field is no RFC 3339 date or time")});
      continue;
    }
    const std::string name = "event." + property.field;
    const std::string text = limit->text + (day ? "T00:00:00Z" : "");
    rules_.push_back(
        {{IdOf(property.field, '-') + "-range", property.field, ""},
         {{"field", property.field},
          {"cel", "!has(" + name + ") || " + name + " " + sign + " timestamp('" + text + "')"}}});
  }
  if (const Node* timezone = options.Find("timezone"); timezone != nullptr && timezone->truth)
    Tell(PointerTo(at, "timezone"), *timezone, 1447, {"timezone"});
  NoteTheRest(options, at,
              {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "format", "timezone"},
              out_.notes);
}

void OdcsObject::ReadMembers(const Property& property, const Node& options) {
  const std::string at = PointerTo(property.pointer, "logicalTypeOptions");
  for (const Node::Member& member : options.members) {
    if (member.key != "required" || !member.value.IsList()) {
      Lose(PointerTo(at, member.key), member.value, 1441, {member.key});
      continue;
    }
    Lose(PointerTo(at, member.key), member.value, 1455,
         {"required",
          Say("« required » se dit de chaque champ", "\"required\" is said of each field")});
  }
}

}  // namespace octroi::gateway::contract
