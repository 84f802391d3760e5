#include "base/bytes.h"
#include "rules/compiled.h"

namespace octroi::rules {
namespace {

constexpr std::uint16_t kAbsent = 0xffff;
constexpr std::uint16_t kLong = 0xfffe;

void AppendSized(std::string_view text, std::string& key) {
  base::ByteWriter writer(key);
  if (text.size() < kLong) {
    writer.Fixed(static_cast<std::uint16_t>(text.size()));
  } else {
    writer.Fixed(kLong);
    writer.Fixed(static_cast<std::uint32_t>(text.size()));
  }
  writer.Raw(text);
}

}  // namespace

bool AppendUniqueKey(const Test& test, const base::Event& event, const Surroundings& around,
                     std::string& key) {
  bool anything = false;
  for (const base::FieldId field : test.fields) {
    if (field == kSubjectField) {
      if (around.subject_keys.empty()) return false;
      base::ByteWriter(key).Fixed(static_cast<std::uint16_t>(around.subject_keys.size()));
      for (const std::string_view identifier : around.subject_keys) AppendSized(identifier, key);
      anything = true;
      continue;
    }
    const base::Value& value = event[field];
    if (!value.present()) {
      base::ByteWriter(key).Fixed(kAbsent);
      continue;
    }
    const bool composite =
        value.type == base::JsonType::kArray || value.type == base::JsonType::kObject;
    AppendSized(composite ? value.raw : value.text, key);
    anything = true;
  }
  return anything;
}

}  // namespace octroi::rules
