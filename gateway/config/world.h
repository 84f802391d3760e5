// World: all files of one folder, parsed, with what they refer to each other by.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "gateway/config/findings.h"
#include "gateway/config/node.h"

namespace octroi::gateway::config {

using Files = std::map<std::string, std::string>;

// Templates stand beside the files that have a kind.
inline bool IsTemplateFile(std::string_view file) { return file.starts_with("templates/"); }

struct Document {
  std::string file, kind;
  std::string id;  // as others name it: "site-web", "lead@2"; may be empty if the shape is wrong
  Node root;
};

struct DictionaryField {
  const Document* document = nullptr;
  const Node* node = nullptr;
  std::string id, category, format;
};

// Built once and not changed; pointers into it are valid as long as it. A World may be moved.
class World {
 public:
  // Parses and checks the shape of every file; what is wrong goes to `findings`, the rest is still
  // there.
  static World Read(const Files& files, Findings& findings);

  std::vector<const Document*> Of(std::string_view kind) const;  // sorted by file
  std::vector<const Document*> All() const;                      // as they were read
  const Document* Find(std::string_view kind, std::string_view id) const;
  std::vector<std::string> Ids(std::string_view kind) const;
  const Document* gateway() const;  // the first; null if none
  const std::vector<DictionaryField>& fields() const { return fields_; }
  const DictionaryField* Field(std::string_view id) const;
  std::vector<std::string> FieldIds() const;
  const DictionaryField* FieldWithSynonym(std::string_view name) const;

 private:
  std::vector<std::unique_ptr<Document>> documents_;
  std::vector<DictionaryField> fields_;
};

// The category that each bit stands for, in the order of bits; "" where it stands for none.
std::vector<std::string> NamesOfCategoryBits();

// One bit for each data category of the register, in the schema's order; 0 if unknown.
std::span<const std::string_view> CategoryNames();
std::uint32_t CategoryBit(std::string_view category);

// The same for a field. Data of special categories (personal_data: sensitive; GDPR 9) has bits of
// its own, which only purposes with `special_categories` list.
std::uint32_t CategoryBit(const DictionaryField& field);
bool IsSpecial(const DictionaryField& field);
std::uint32_t CategoriesOf(const Node& purpose);  // of all that may leave for it

inline constexpr base::Millis kDay = 86'400'000;
// The first instant of a day (UTC); 0 if absent.
base::Millis DayOf(const Node& node, std::string_view key);

// When observing consent ends: with the last day (UTC) of observe.consent.until. 0: it is enforced.
base::Millis ObservedUntil(const Node& gateway);

// A duration that the shape has let through; `otherwise` if absent.
base::Millis DurationOr(const Node& node, std::string_view key, base::Millis otherwise);

}  // namespace octroi::gateway::config
