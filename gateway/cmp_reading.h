// What the readers of CMP messages share. Internal to cmp_*.cc.
#pragma once

#include <functional>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "gateway/cmp_choices.h"

namespace octroi::gateway::cmp {

using Json = nlohmann::json;
using IsMapped = std::function<bool(std::string_view)>;

inline constexpr std::string_view kForm = "consent.form_unknown", kState = "consent.state_invalid",
                                  kDate = "consent.effective_at_invalid",
                                  kMember = "consent.member_unknown",
                                  kPreference = "consent.preference_unmapped";

// Ends the reading; caught in ReadChoices alone.
struct Refused {
  ChoiceFault fault;
};
[[noreturn]] void Refuse(std::string_view code, std::string pointer);

const Json& Member(const Json& object, const char* name);  // null: there is none
const Json& ListIn(const Json& object, const char* name, const std::string& pointer);
std::string TextIn(const Json& object, std::initializer_list<const char*> names,
                   const std::string& pointer);
// A date with its zone; without one nobody knows when it was.
base::Millis DateOf(const Json& value, const std::string& pointer);
bool YesIn(const Json& object, const char* name, const std::string& pointer);
bool IsEmpty(const Json& value);  // null, {} or []
// What a grant may have beside it. Another member may say that it holds for one channel only.
void OnlyThese(const Json& object, std::initializer_list<std::string_view> known,
               const std::string& pointer);

// One purpose with what stands under it. Its parts are choices of their own, named
// "purpose/preference" or "purpose/preference/value"; the name of a no that ends in "/" is every
// one under it that the config names. A no of the whole is a no of its parts, whatever stands
// there: they are read beside a yes only. A yes beside a part that the config does not name is
// refused: it may hold for that part only.
class Parts {
 public:
  Parts(std::string name, policies::ConsentState state, base::Millis at, const IsMapped& is_mapped,
        Choices& into)
      : name_(std::move(name)), state_(state), at_(at), is_mapped_(is_mapped), into_(into) {}
  void Whole(const std::string& pointer) const;  // the purpose itself; and its parts, if it is a no
  void Part(const std::string& part, bool yes, const std::string& pointer) const;
  // A part with parts of its own: a choice where the config names it as a whole, too.
  void Group(const std::string& part, const std::string& pointer) const;
  // The parts under this one that were not named: a list of what was chosen is complete.
  void Others(const std::string& part, const std::string& pointer) const;
  // Whether the config has a line for the purpose or this part: of others only the name is read.
  bool Matters(const std::string& part) const {
    return is_mapped_(name_) || is_mapped_(name_ + "/" + part);
  }
  bool yes() const {
    return state_ == policies::ConsentState::kGranted || state_ == policies::ConsentState::kPending;
  }

 private:
  const std::string name_;
  const policies::ConsentState state_;
  const base::Millis at_;
  const IsMapped& is_mapped_;
  Choices& into_;
};

void ReadDidomi(const Json& body, const IsMapped& is_mapped, Choices& into);
void ReadOneTrust(const Json& body, const IsMapped& is_mapped, Choices& into);

}  // namespace octroi::gateway::cmp
