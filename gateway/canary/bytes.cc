#include "gateway/canary/bytes.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "crypto/hmac.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kTellingLength = 6;  // shorter ones are in other texts by chance
constexpr std::size_t kHashLength = 64;

struct Leaf {
  std::string name, path, text;  // of the nearest member; lower case
  bool data = false;             // beneath a member "data"
};

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

void Flatten(const Json& node, const Leaf& around, std::vector<Leaf>& leaves) {
  if (node.is_object()) {
    for (const auto& [name, value] : node.items()) {
      Leaf inner = around;
      inner.data = around.data || around.name == "data";
      inner.name = name;
      inner.path += inner.path.empty() ? name : "." + name;
      Flatten(value, inner, leaves);
    }
  } else if (node.is_array()) {
    for (const Json& value : node) Flatten(value, around, leaves);
  } else if (!node.is_null()) {
    Leaf leaf = around;
    leaf.text = Lower(node.is_string() ? node.get<std::string>() : node.dump());
    leaves.push_back(std::move(leaf));
  }
}

std::vector<Leaf> LeavesOf(std::string_view json) {
  std::vector<Leaf> leaves;
  Flatten(Json::parse(json, nullptr, /*allow_exceptions=*/false), {}, leaves);
  return leaves;
}

std::string HashOf(std::string_view value) {
  return base::Hex(crypto::AsBytes(crypto::Sha256(value)));
}

bool IsToken(std::string_view text) {
  return text.size() > 3 && text[0] == 'p' && text[1] >= '1' && text[1] <= '4' && text[2] == '.';
}

CanaryForm FormOf(const std::string& text, const std::string& value) {
  if (text == value) return CanaryForm::kClear;
  if (IsToken(text)) return CanaryForm::kToken;
  const bool hex = text.size() == kHashLength && std::ranges::all_of(text, [](char c) {
                     return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                   });
  return hex ? CanaryForm::kHash : CanaryForm::kLessPrecise;
}

class Check {
 public:
  Check(std::string_view body, std::string_view event, std::string_view own_word,
        std::span<const CanaryPlan::Field> fields)
      : leaving_(LeavesOf(body)), values_(LeavesOf(event)), fields_(fields) {
    own_.insert(Lower(std::string(own_word)));
  }

  std::vector<CanaryByteFault> Run() {
    for (const CanaryPlan::Field& field : fields_) Expected(field);
    for (const Leaf& leaf : leaving_) {
      const bool declared =
          std::ranges::any_of(fields_, [&](const auto& one) { return one.name == leaf.name; });
      if (!declared && (leaf.data || IsToken(leaf.text)))
        Add({leaf.name, "nothing", IsToken(leaf.text) ? "token" : "something"});
      Elsewhere(leaf);
    }
    return std::move(faults_);
  }

 private:
  void Expected(const CanaryPlan::Field& field) {
    std::string value;
    for (const Leaf& leaf : values_) {
      if (leaf.path == field.from) value = leaf.text;
    }
    if (field.as == CanaryForm::kClear) own_.insert(value);
    if (field.as == CanaryForm::kHash) hashes_.insert(HashOf(value));
    bool found = false;
    for (const Leaf& leaf : leaving_) {
      if (leaf.name != field.name) continue;
      found = true;
      const CanaryForm form = FormOf(leaf.text, value);
      const bool other = field.as == CanaryForm::kClear && form == CanaryForm::kLessPrecise;
      if (form != field.as)
        Add({field.name, std::string(Name(field.as)), other ? "another" : std::string(Name(form))});
    }
    if (!found) Add({field.name, std::string(Name(field.as)), "nothing"});
  }

  // A value of the event that stands where nothing was declared.
  void Elsewhere(const Leaf& leaf) {
    if (own_.contains(leaf.text)) return;
    std::vector<const Leaf*> clear;
    for (const Leaf& value : values_) {
      if (value.text.size() < kTellingLength || own_.contains(value.text)) continue;
      if (leaf.text.find(value.text) != std::string::npos) {
        clear.push_back(&value);
      } else if (leaf.text == HashOf(value.text) && !hashes_.contains(leaf.text)) {
        Add({value.path, "nothing", "hash"});
      }
    }
    for (const Leaf* value : clear) {  // but not what is only part of another one that is there
      const bool part = std::ranges::any_of(clear, [&](const Leaf* other) {
        return other->text.size() > value->text.size() &&
               other->text.find(value->text) != std::string::npos;
      });
      if (!part) Add({value->path, "nothing", "clear"});
    }
  }

  void Add(CanaryByteFault fault) {
    if (std::ranges::find(faults_, fault) == faults_.end()) faults_.push_back(std::move(fault));
  }

  const std::vector<Leaf> leaving_, values_;
  const std::span<const CanaryPlan::Field> fields_;
  std::set<std::string> own_, hashes_;  // what may stand anywhere
  std::vector<CanaryByteFault> faults_;
};

}  // namespace

std::vector<CanaryByteFault> CheckCanaryBytes(std::string_view body, std::string_view event,
                                              std::string_view own_word,
                                              std::span<const CanaryPlan::Field> fields) {
  return Check(body, event, own_word, fields).Run();
}

std::string CanaryValueAt(std::string_view event, std::string_view path) {
  for (const Leaf& leaf : LeavesOf(event)) {
    if (leaf.path == path) return leaf.text;
  }
  return {};
}

}  // namespace octroi::gateway
