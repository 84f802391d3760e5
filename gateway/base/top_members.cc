#include "base/top_members.h"

#include "base/json_text.h"

namespace octroi::base {

bool TopMembers::Next(Member& member) {
  if (json_[*at_] == ',') ++at_;
  if (json_[*at_] == '}') return false;
  member.offset = *at_;
  const std::string_view quoted = Scalar();
  member.name = quoted.substr(1, quoted.size() - 2);
  at_ += 2;  // the name and its colon
  member.type = Skip();
  return true;
}

std::string_view TopMembers::Scalar() const {
  std::size_t end = at_[1];
  while (IsJsonSpace(json_[end - 1])) --end;
  return json_.substr(*at_, end - *at_);
}

JsonType TopMembers::Skip() {
  const char first = json_[*at_];
  if (first == '{' || first == '[') {
    for (std::size_t open = 0;; ++at_) {
      const char c = json_[*at_];
      if (c == '{' || c == '[') ++open;
      if ((c == '}' || c == ']') && --open == 0) break;
    }
    ++at_;
    return first == '{' ? JsonType::kObject : JsonType::kArray;
  }
  const std::string_view scalar = Scalar();
  ++at_;
  switch (first) {
    case '"':
      return JsonType::kString;
    case 't':
    case 'f':
      return JsonType::kBool;
    case 'n':
      return JsonType::kNull;
    default:
      return ClassifyNumber(scalar) == NumberKind::kInteger ? JsonType::kInteger
                                                            : JsonType::kDecimal;
  }
}

}  // namespace octroi::base
