#include "gateway/contract/condition.h"

#include <algorithm>
#include <map>
#include <utility>

#include "rules/check_spec.h"

namespace octroi::gateway::contract {
namespace {

using Json = nlohmann::ordered_json;
using Kind = Condition::Kind;

Json WordsOf(std::uint8_t types) {
  constexpr std::pair<std::uint8_t, const char*> kWords[] = {
      {rules::kAbsentBit, "absent"},   {rules::kNullBit, "null"},
      {rules::kBooleanBit, "boolean"}, {rules::kIntegerBit | rules::kFractionBit, "number"},
      {rules::kIntegerBit, "integer"}, {rules::kStringBit, "string"},
      {rules::kArrayBit, "array"},     {rules::kObjectBit, "object"}};
  Json words = Json::array();
  for (const auto& [bits, word] : kWords) {
    if ((types & bits) != bits) continue;
    words.push_back(word);
    types = static_cast<std::uint8_t>(types & ~bits);
  }
  return words;
}

// Keys are asked of what is there and not null only.
constexpr std::uint8_t kNothing = rules::kAbsentBit | rules::kNullBit;

// A side of a range, and the key that says it without its end.
struct Bound {
  const char *including, *excluding;
  bool low;
};
constexpr Bound kBounds[] = {{"min", "above", true},
                             {"max", "below", false},
                             {"min_length", "", true},
                             {"max_length", "", false}};

const Json* BoundOf(const Json& keys, const Bound& bound) {
  for (const char* key : {bound.including, bound.excluding}) {
    if (const auto found = keys.find(key); found != keys.end()) return &*found;
  }
  return nullptr;
}

// Of two limits on one side the narrower counts.
void Narrow(Json& keys, const Json& other, const Bound& bound) {
  const Json* theirs = BoundOf(other, bound);
  if (theirs == nullptr) return;
  const bool without = !other.contains(bound.including);
  if (const Json* ours = BoundOf(keys, bound); ours != nullptr) {
    const double had = ours->get<double>(), comes = theirs->get<double>();
    const bool narrower = bound.low ? comes > had : comes < had;
    if (!narrower && !(comes == had && without)) return;
  }
  keys.erase(bound.including);
  keys.erase(bound.excluding);
  keys[without ? bound.excluding : bound.including] = *theirs;
}

bool IsBound(const std::string& key) {
  return std::ranges::any_of(kBounds, [&](const Bound& bound) {
    return key == bound.including || key == bound.excluding;
  });
}

// Nothing lies between them.
bool IsEmptyRange(const Json& keys, const Bound& low, const Bound& high) {
  const Json *least = BoundOf(keys, low), *most = BoundOf(keys, high);
  if (least == nullptr || most == nullptr) return false;
  const bool closed = keys.contains(low.including) && keys.contains(high.including);
  const double from = least->get<double>(), to = most->get<double>();
  return closed ? from > to : from >= to;
}

// Both are about the same value, and their keys are those of one check.
bool Merge(Condition& into, const Condition& other) {
  if (into.kind != Kind::kValue || other.kind != Kind::kValue || into.field != other.field)
    return false;
  for (const auto& [key, value] : other.keys.items()) {
    if (!IsBound(key) && into.keys.contains(key)) return false;
  }
  into.types &= other.types;
  for (const Bound& bound : kBounds) Narrow(into.keys, other.keys, bound);
  for (const auto& [key, value] : other.keys.items()) {
    if (!IsBound(key)) into.keys[key] = value;
  }
  if (IsEmptyRange(into.keys, kBounds[0], kBounds[1]) ||
      IsEmptyRange(into.keys, kBounds[2], kBounds[3])) {
    into.types &= kNothing;  // no value is there
    into.keys = Json::object();
  }
  return true;
}

constexpr std::uint8_t kNumber = rules::kIntegerBit | rules::kFractionBit;

// Alternatives of type are one, as long as no key is asked of more than it was.
bool MergeTypes(Condition& into, const Condition& other) {
  if (into.kind != Kind::kValue || other.kind != Kind::kValue || into.field != other.field)
    return false;
  const auto fits = [](const Condition& plain, const Condition& keyed) {
    return plain.keys.empty() && (keyed.keys.empty() || (plain.types & ~kNothing) == 0);
  };
  if (!fits(into, other) && !fits(other, into)) return false;
  into.types |= other.types;
  into.keys.update(other.keys);
  return true;
}

Condition Settled(Condition value) {
  if (value.kind != Kind::kValue) return value;
  if (value.types == 0) return Condition::False();
  if (value.types == kAllTypes && value.keys.empty()) return Condition::True();
  if ((value.types & ~kNothing) == 0) value.keys = Json::object();
  return value;
}

Condition Several(Kind kind, std::vector<Condition> parts) {
  const Kind neutral = kind == Kind::kAll ? Kind::kTrue : Kind::kFalse;
  const Kind decisive = kind == Kind::kAll ? Kind::kFalse : Kind::kTrue;
  Condition whole;
  whole.kind = kind;
  // By field: the values that a part may become one with. Of very many the newest are enough.
  constexpr std::size_t kLookedAt = 16;
  std::map<std::string, std::vector<std::size_t>> values;
  const auto add = [&](Condition part) {
    if (part.kind == Kind::kValue) {
      std::vector<std::size_t>& same = values[part.field];
      const std::size_t first = same.size() > kLookedAt ? same.size() - kLookedAt : 0;
      for (std::size_t i = first; i < same.size(); ++i) {
        Condition& known = whole.parts[same[i]];
        if (kind == Kind::kAll ? Merge(known, part) : MergeTypes(known, part)) {
          known = Settled(std::move(known));
          return;
        }
      }
      same.push_back(whole.parts.size());
    }
    whole.parts.push_back(std::move(part));
  };
  for (Condition& part : parts) {
    if (part.kind != kind) {
      add(std::move(part));
      continue;
    }
    for (Condition& inner : part.parts) add(std::move(inner));
  }
  std::erase_if(whole.parts, [&](const Condition& part) { return part.kind == neutral; });
  if (std::ranges::any_of(whole.parts, [&](const Condition& p) { return p.kind == decisive; })) {
    return decisive == Kind::kTrue ? Condition::True() : Condition::False();
  }
  if (whole.parts.empty()) return neutral == Kind::kTrue ? Condition::True() : Condition::False();
  if (whole.parts.size() == 1) return std::move(whole.parts.front());
  return whole;
}

}  // namespace

Condition Condition::False() {
  Condition condition;
  condition.kind = Kind::kFalse;
  return condition;
}

Condition Condition::Value(std::string field, std::uint8_t types, Keys keys) {
  Condition condition;
  condition.kind = Kind::kValue;
  condition.field = std::move(field);
  condition.types = types;
  condition.keys = std::move(keys);
  return Settled(std::move(condition));
}

Condition All(std::vector<Condition> parts) { return Several(Kind::kAll, std::move(parts)); }
Condition Any(std::vector<Condition> parts) { return Several(Kind::kAny, std::move(parts)); }

Condition Not(Condition condition) {
  if (condition.kind == Kind::kTrue) return Condition::False();
  if (condition.kind == Kind::kFalse) return Condition::True();
  if (condition.kind == Kind::kNot) return std::move(condition.parts.front());
  // No word says a number that is no integer.
  const bool fraction = (condition.types & kNumber) != rules::kIntegerBit;
  if (condition.kind == Kind::kValue && condition.keys.empty() && fraction) {
    condition.types = static_cast<std::uint8_t>(~condition.types);
    return Settled(std::move(condition));
  }
  Condition negated;
  negated.kind = Kind::kNot;
  negated.parts.push_back(std::move(condition));
  return negated;
}

Condition ExactlyOne(const std::vector<Condition>& parts) {
  std::vector<Condition> all = {Any(parts)};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t j = i + 1; j < parts.size(); ++j) {
      all.push_back(Any({Not(parts[i]), Not(parts[j])}));
    }
  }
  return All(std::move(all));
}

Json CheckOf(const Condition& condition) {
  Json check = Json::object();
  if (condition.kind == Kind::kValue) {
    check["field"] = condition.field;
    if (condition.types != kAllTypes) check["json_type"] = WordsOf(condition.types);
    check.update(condition.keys);
    return check;
  }
  if (condition.kind == Kind::kNot) {
    check["not"] = CheckOf(condition.parts.front());
    return check;
  }
  Json& list = check[condition.kind == Kind::kAll ? "all_of" : "any_of"] = Json::array();
  for (const Condition& part : condition.parts) list.push_back(CheckOf(part));
  return check;
}

std::size_t SizeOf(const Condition& condition) {
  constexpr std::size_t kValuesOfPart = 16;
  std::size_t size = 1;
  if (const auto values = condition.keys.find("in"); values != condition.keys.end())
    size += values->size() / kValuesOfPart;
  for (const Condition& part : condition.parts) size += SizeOf(part);
  return size;
}

std::size_t DepthOf(const Json& check) {
  std::size_t depth = 0;
  for (const char* key : {"all_of", "any_of"}) {
    if (!check.contains(key)) continue;
    for (const Json& part : check[key]) depth = std::max(depth, 1 + DepthOf(part));
  }
  if (check.contains("not")) depth = std::max(depth, 1 + DepthOf(check["not"]));
  return depth;
}

std::size_t PartsOf(const Json& check) {
  std::size_t parts = 1;
  for (const char* key : {"all_of", "any_of"}) {
    if (!check.contains(key)) continue;
    for (const Json& part : check[key]) parts += PartsOf(part);
  }
  if (check.contains("not")) parts += PartsOf(check["not"]);
  return parts;
}

}  // namespace octroi::gateway::contract
