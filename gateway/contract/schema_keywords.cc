// Keywords about a value: JSON Schema Validation 2020-12, 6.1 to 6.3 and 7.
#include "gateway/contract/schema_keywords.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "gateway/config/node_json.h"
#include "gateway/config/scalar.h"
#include "gateway/contract/ecma_pattern.h"
#include "rules/check_spec.h"

namespace octroi::gateway::contract {
namespace {

using Keys = Condition::Keys;

constexpr std::uint8_t kNumber = rules::kIntegerBit | rules::kFractionBit;
constexpr std::size_t kValuesOfSchema = 100;  // of `enum`, that take as long as a schema

std::uint8_t TypeNamed(std::string_view word) {
  constexpr std::pair<std::string_view, std::uint8_t> kTypes[] = {
      {"null", rules::kNullBit},       {"boolean", rules::kBooleanBit},
      {"integer", rules::kIntegerBit}, {"number", kNumber},
      {"string", rules::kStringBit},   {"array", rules::kArrayBit},
      {"object", rules::kObjectBit}};
  const auto* found =
      std::ranges::find(kTypes, word, &std::pair<std::string_view, std::uint8_t>::first);
  return found == std::end(kTypes) ? std::uint8_t{0} : found->second;
}

std::uint8_t TypeOf(const Node& value) {
  switch (value.kind) {
    case Node::Kind::kNull:
      return rules::kNullBit;
    case Node::Kind::kBool:
      return rules::kBooleanBit;
    case Node::Kind::kInteger:
    case Node::Kind::kNumber:
      return kNumber;
    case Node::Kind::kString:
      return rules::kStringBit;
    case Node::Kind::kList:
      return rules::kArrayBit;
    case Node::Kind::kMap:
      break;
  }
  return rules::kObjectBit;
}

std::uint8_t With(std::uint8_t types, std::uint8_t more) {
  return static_cast<std::uint8_t>(types | more);
}
std::uint8_t AllBut(std::uint8_t types) { return static_cast<std::uint8_t>(~types); }

}  // namespace

bool SchemaReader::Here::Lost(std::string_view keyword, const Node& at, int code,
                              std::vector<config::Say> pieces) {
  reader.Lose(At(keyword), at, code, std::move(pieces));
  exact = false;
  return false;
}

bool SchemaReader::Here::HasRoom(std::size_t more, std::string_view keyword, const Node& at) {
  if (size + more > kConditionMax) return Lost(keyword, at, 1450, {std::string(keyword)});
  size += more;
  return true;
}

void SchemaReader::Here::Add(Asks asks, std::string_view keyword, const Node& at) {
  exact = exact && asks.exact;
  if (HasRoom(SizeOf(asks.condition), keyword, at)) parts.push_back(std::move(asks.condition));
}

Asks SchemaReader::Here::Read() {
  ReadTypes();
  ReadTexts();
  ReadNumbers();
  Emit();
  ReadMembers();
  ReadDependencies();
  ReadCombined();
  ReadNot();
  ReadIf();
  ReadBeyond();
  ReadFormat();
  ReadRest();
  return {All(std::move(parts)), exact};
}

void SchemaReader::Here::ReadTypes() {
  if (const Node* type = schema.Find("type")) {
    std::uint8_t named = rules::kAbsentBit;
    if (type->IsString()) named = With(named, TypeNamed(type->text));
    for (const Node& word : type->items) named = With(named, TypeNamed(word.text));
    if (named == rules::kAbsentBit) {
      Lost("type", *type, 1457, {"type"});
    } else {
      types &= named;
    }
  }
  if (const Node* value = schema.Find("const")) {
    Node list;
    list.kind = Node::Kind::kList;
    list.at = value->at;
    list.items.push_back(*value);
    ReadConstants(list, "const");
  }
  const Node* values = schema.Find("enum");
  if (values != nullptr && values->IsList()) ReadConstants(*values, "enum");
}

void SchemaReader::Here::ReadConstants(const Node& list, const std::string& at) {
  std::uint8_t plain = rules::kAbsentBit;
  std::vector<Condition> either;
  Keys words = Keys::array();
  const auto deep = [](const Node& value) { return !value.IsScalar(); };
  const bool all = std::ranges::none_of(list.items, deep);
  std::uint8_t those = rules::kAbsentBit;
  for (const Node& value : list.items) those = With(those, TypeOf(value));
  if (!all) Lost(at, list, 1444, {at});
  if (!reader.Spend(list.items.size() / kValuesOfSchema) ||
      static_cast<std::size_t>(std::ranges::count_if(list.items, &Node::IsNumber)) > kPartsMax) {
    Lost(at, list, 1450, {at});
    types &= those;
    return;
  }
  if (place.root()) {
    types &= those;
    return;
  }
  const std::string field = FieldHere();
  std::array<bool, 2> truths{};
  for (const Node& value : list.items) {
    const bool unsayable = value.IsString() && config::HasControlCharacter(value.text);
    if (unsayable) {
      Lost(at, value, 1456,
           {config::Say("un caractère de contrôle, qu'un fichier de config ne tient pas",
                        "a control character, which no config file holds")});
      plain = With(plain, rules::kStringBit);
    }
    if (value.IsString() && !unsayable) words.push_back(value.text);
    if (value.kind == Node::Kind::kBool) truths[value.truth ? 1 : 0] = true;
    if (value.kind == Node::Kind::kNull) plain = With(plain, rules::kNullBit);
    if (!value.IsScalar()) plain = With(plain, TypeOf(value));  // any of that type
    if (!value.IsNumber()) continue;
    const Keys number = config::JsonOf(value);
    either.push_back(Condition::Value(field, kNumber, {{"min", number}, {"max", number}}));
  }
  if (truths[0] && truths[1]) plain = With(plain, rules::kBooleanBit);
  if (truths[0] != truths[1]) {
    either.push_back(Condition::Value(field, rules::kBooleanBit,
                                      {{"in", Keys::array({truths[1] ? "true" : "false"})}}));
  }
  if (!words.empty())
    either.push_back(Condition::Value(field, rules::kStringBit, {{"in", std::move(words)}}));
  either.push_back(Condition::Value(field, plain));
  parts.push_back(Any(std::move(either)));
  types &= those;
}

void SchemaReader::Here::ReadTexts() {
  for (const auto& [keyword, key] :
       {std::pair{"minLength", "min_length"}, {"maxLength", "max_length"}}) {
    const auto length = NumberOf(keyword);
    if (!length) continue;
    if (*length < 0 || *length > 4e9 || std::floor(*length) != *length) {
      Lost(keyword, *schema.Find(keyword), 1457, {keyword});
    } else {
      texts[key] = static_cast<std::uint64_t>(*length);
    }
  }
  if (const Node* pattern = schema.Find("pattern"); (types & rules::kStringBit) != 0 && pattern) {
    Pattern made = WholeTextPattern(pattern->text);
    if (!made.why.empty()) {
      Lost("pattern", *pattern, 1443, {made.why});
    } else {
      texts["matches"] = std::move(made.re2);
    }
  }
}

std::optional<double> SchemaReader::Here::NumberOf(std::string_view keyword) {
  const Node* value = schema.Find(keyword);
  if (value == nullptr) return std::nullopt;
  if (value->IsNumber()) return value->number;
  Lost(keyword, *value, 1457, {std::string(keyword)});
  return std::nullopt;
}

void SchemaReader::Here::ReadNumbers() {
  constexpr std::pair<const char*, const char*> kLimits[] = {{"minimum", "min"},
                                                             {"maximum", "max"},
                                                             {"exclusiveMinimum", "above"},
                                                             {"exclusiveMaximum", "below"},
                                                             {"multipleOf", "multiple_of"}};
  for (const auto& [keyword, key] : kLimits) {
    if (NumberOf(keyword)) numbers[key] = config::JsonOf(*schema.Find(keyword));
  }
  // Of two limits on one side the narrower counts.
  const auto narrow = [&](const char* including, const char* excluding, bool low) {
    if (!numbers.contains(including) || !numbers.contains(excluding)) return;
    const double with = numbers[including], without = numbers[excluding];
    numbers.erase((low ? without >= with : without <= with) ? including : excluding);
  };
  narrow("min", "above", true);
  narrow("max", "below", false);
  const auto low = numbers.contains("min") ? numbers["min"] : numbers.value("above", Keys(-1e308));
  const auto high = numbers.contains("max") ? numbers["max"] : numbers.value("below", Keys(1e308));
  const bool one = numbers.contains("min") && numbers.contains("max");
  if (low.get<double>() < high.get<double>() || (one && low.get<double>() == high.get<double>()))
    return;
  numbers = Keys::object();  // no number is between
  types &= AllBut(kNumber);
}

// Keys that are asked of values of the types `of` only.
void SchemaReader::Here::Guarded(std::uint8_t of, const Keys& keys) {
  if (keys.empty() || (types & of) == 0 || place.root()) return;
  const std::string field = FieldHere();
  constexpr std::uint8_t kNothing = rules::kAbsentBit | rules::kNullBit;
  if ((types & ~(of | kNothing)) == 0) {
    parts.push_back(Condition::Value(field, types, keys));
  } else {
    parts.push_back(Any({Condition::Value(field, AllBut(of)),
                         Condition::Value(field, static_cast<std::uint8_t>(types & of), keys)}));
  }
}

void SchemaReader::Here::Emit() {
  const std::uint8_t most = texts.value("max_length", Keys(4e9)).get<double>() <
                                    texts.value("min_length", Keys(0)).get<double>()
                                ? rules::kStringBit
                                : 0;
  if (most != 0) {  // no text is so long and so short
    types &= AllBut(most);
    texts = Keys::object();
  }
  if (place.root()) {
    if ((types & rules::kObjectBit) == 0) parts.push_back(Condition::False());
    return;
  }
  if (types != kAllTypes) {
    const bool number = (types & ~rules::kAbsentBit & ~rules::kNullBit & ~kNumber) == 0;
    const bool integer = number && (types & rules::kFractionBit) == 0;
    const bool some = (types & kNumber) != 0;
    FieldHere(number && some ? (integer ? "integer" : "decimal") : "");
    parts.push_back(Condition::Value(FieldHere(), types));
  }
  Guarded(rules::kStringBit, texts);
  Guarded(kNumber, numbers);
}

void SchemaReader::Here::ReadFormat() {
  const Node* format = schema.FindString("format");
  if (format == nullptr) return;
  struct Known {
    std::string_view theirs;
    Keys keys;
  };
  static const Known kKnown[] = {
      {"email", {{"format", "email"}}},
      {"date", {{"format", "date"}}},
      {"date-time", {{"format", "datetime"}}},
      {"uuid", {{"format", "uuid"}}},
      {"ipv4", {{"format", "ip"}, {"not_matches", "(?s:.*):(?s:.*)"}}},
      {"ipv6", {{"format", "ip"}, {"matches", "(?s:.*):(?s:.*)"}}},
  };
  const auto* known = std::ranges::find(kKnown, format->text, &Known::theirs);
  if (known == std::end(kKnown)) return reader.Tell(At("format"), *format, 1445, {format->text});
  if (!sure || place.root()) return reader.Tell(At("format"), *format, 1447, {"format"});
  const std::string ours = known->keys["format"];
  const bool of_dictionary = (types & rules::kStringBit) != 0;
  const std::string field = FieldHere(of_dictionary ? ours : "");
  reader.formats_.push_back({field, format->text,
                             Any({Condition::Value(field, AllBut(rules::kStringBit)),
                                  Condition::Value(field, rules::kStringBit, known->keys)})});
  reader.Tell(At("format"), *format, 1446, {format->text});
}

}  // namespace octroi::gateway::contract
