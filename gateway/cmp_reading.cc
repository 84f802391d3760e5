#include "gateway/cmp_reading.h"

#include <algorithm>

#include "base/text.h"

namespace octroi::gateway::cmp {

void Refuse(std::string_view code, std::string pointer) {
  throw Refused{{code, std::move(pointer)}};
}

const Json& Member(const Json& object, const char* name) {
  static const Json kNone;
  if (!object.is_object()) return kNone;
  const auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

const Json& ListIn(const Json& object, const char* name, const std::string& pointer) {
  const Json& list = Member(object, name);
  if (!list.is_array()) Refuse(kForm, pointer + "/" + name);
  return list;
}

std::string TextIn(const Json& object, std::initializer_list<const char*> names,
                   const std::string& pointer) {
  for (const char* name : names) {
    const Json& value = Member(object, name);
    if (value.is_null()) continue;
    if (!value.is_string() || value.get_ref<const std::string&>().empty())
      Refuse(kForm, pointer + "/" + name);
    return value;
  }
  Refuse(kForm, pointer + "/" + *names.begin());
}

base::Millis DateOf(const Json& value, const std::string& pointer) {
  const auto read = value.is_string() ? base::ParseRfc3339(value.get_ref<const std::string&>())
                                      : std::optional<base::Millis>();
  if (!read) Refuse(kDate, pointer);
  return *read;
}

bool YesIn(const Json& object, const char* name, const std::string& pointer) {
  const Json& value = Member(object, name);
  if (!value.is_boolean()) Refuse(kState, pointer + "/" + name);
  return value;
}

bool IsEmpty(const Json& value) {
  return value.is_null() || (value.is_structured() && value.empty());
}

void OnlyThese(const Json& object, std::initializer_list<std::string_view> known,
               const std::string& pointer) {
  for (const auto& member : object.items()) {
    if (!IsEmpty(member.value()) && std::ranges::find(known, member.key()) == known.end())
      Refuse(kMember, pointer + "/*");
  }
}

void Parts::Whole(const std::string& pointer) const {
  into_.taken.push_back({name_, state_, at_, pointer});
  if (!yes()) into_.taken.push_back({name_ + "/", state_, at_, pointer});
}

void Parts::Part(const std::string& part, bool yes_here, const std::string& pointer) const {
  const std::string name = name_ + "/" + part;
  for (std::size_t end = name_.size(); !is_mapped_(name) && end != name.npos;
       end = name.find('/', end + 1)) {
    if (is_mapped_(name.substr(0, end))) Refuse(kPreference, pointer);
  }
  const auto state = yes_here ? state_ : policies::ConsentState::kDenied;
  into_.taken.push_back({name, state, at_, pointer});
  if (!yes_here) into_.taken.push_back({name + "/", state, at_, pointer});
}

void Parts::Group(const std::string& part, const std::string& pointer) const {
  if (is_mapped_(name_ + "/" + part)) Part(part, true, pointer);
}

void Parts::Others(const std::string& part, const std::string& pointer) const {
  into_.taken.push_back({name_ + "/" + part + "/", policies::ConsentState::kDenied, at_, pointer});
}

}  // namespace octroi::gateway::cmp
