// OneTrust: a consent receipt, with the topics and custom preferences of its purposes.
#include <optional>

#include "gateway/cmp_reading.h"

namespace octroi::gateway::cmp {
namespace {

using policies::ConsentState;

std::optional<ConsentState> StateOf(const Json& type) {
  if (type == "CONFIRMED") return ConsentState::kGranted;
  if (type == "PENDING") return ConsentState::kPending;
  if (type == "WITHDRAWN" || type == "OPT_OUT" || type == "HARD_OPT_OUT")
    return ConsentState::kWithdrawn;
  if (type == "NOTGIVEN" || type == "NOT_GIVEN") return ConsentState::kDenied;
  return std::nullopt;
}

// Topics: "purpose/topic".
void ReadTopics(const Json& purpose, const Parts& parts, const std::string& pointer) {
  if (!parts.yes()) return;
  const Json& topics = Member(purpose, "Preferences");
  if (IsEmpty(topics)) return;
  if (!topics.is_array()) Refuse(kForm, pointer + "/Preferences");
  for (std::size_t i = 0; i < topics.size(); ++i) {
    const std::string here = pointer + "/Preferences/" + std::to_string(i);
    if (!topics[i].is_object() && !parts.Matters("")) continue;
    const std::string topic = TextIn(topics[i], {"TopicId"}, here);
    if (!parts.Matters(topic)) {
      parts.Part(topic, false, here);
      continue;
    }
    const Json& type = Member(topics[i], "TransactionType");
    const auto state = StateOf(type);
    const bool in = type == "OPT_IN" || state == ConsentState::kGranted;
    if (!in && (!state || state == ConsentState::kPending))
      Refuse(kState, here + "/TransactionType");
    if (in) OnlyThese(topics[i], {"TopicId", "TransactionType"}, here);
    parts.Part(topic, in, here);
  }
}

// Custom preferences: "purpose/preference/option". Those listed were chosen, the others were not.
void ReadOptions(const Json& purpose, const Parts& parts, const std::string& pointer) {
  if (!parts.yes()) return;
  const Json& customs = Member(purpose, "CustomPreferences");
  if (IsEmpty(customs)) return;
  if (!customs.is_array()) Refuse(kForm, pointer + "/CustomPreferences");
  for (std::size_t i = 0; i < customs.size(); ++i) {
    const std::string here = pointer + "/CustomPreferences/" + std::to_string(i);
    const std::string name = TextIn(customs[i], {"Id"}, here);
    const Json& options = ListIn(customs[i], "Options", here);
    OnlyThese(customs[i], {"Id", "Options"}, here);
    for (std::size_t o = 0; o < options.size(); ++o) {
      const std::string option = here + "/Options/" + std::to_string(o);
      if (!options[o].is_string()) Refuse(kForm, option);
      parts.Part(name + "/" + options[o].get<std::string>(), true, option);
    }
    parts.Others(name, here + "/Options");
  }
}

class Receipt {
 public:
  Receipt(const Json& body, const IsMapped& is_mapped, Choices& into)
      : body_(body), is_mapped_(is_mapped), into_(into) {}

  void Purpose(const Json& purpose, const std::string& here) {
    const std::string name = TextIn(purpose, {"Id", "id", "purposeId"}, here);
    if (const auto [withdrawn, where] = Date(purpose, "withdrawnDate", here);
        !withdrawn->is_null()) {
      const base::Millis at = DateOf(*withdrawn, where);
      return Parts(name, ConsentState::kWithdrawn, at, is_mapped_, into_).Whole(here);
    }
    const Json& type = Member(purpose, "TransactionType");
    if (type == "NO_CHOICE") return into_.not_acts.push_back(here);
    // The purpose stays as it was, which must be a yes; only its parts are spoken of.
    const bool parts_alone = type == "CHANGE_PREFERENCES";
    const auto state = parts_alone ? ConsentState::kGranted : StateOf(type);
    if (!state) Refuse(kState, here + "/TransactionType");
    const bool yes = *state == ConsentState::kGranted || *state == ConsentState::kPending;
    auto [when, where] = Date(purpose, "consentDate", here);
    if (when->is_null() || !yes || parts_alone)
      when = &Member(body_, "interactionDate"), where = "/interactionDate";
    if (yes && is_mapped_(name)) {
      OnlyThese(purpose,
                {"Id", "id", "purposeId", "TransactionType", "consentDate", "Preferences",
                 "CustomPreferences"},
                here);
    }
    const Parts parts(name, *state, DateOf(*when, where), is_mapped_, into_);
    if (!parts_alone) parts.Whole(here);
    ReadTopics(purpose, parts, here);
    ReadOptions(purpose, parts, here);
  }

 private:
  // Of one purpose, else of the receipt.
  std::pair<const Json*, std::string> Date(const Json& purpose, const char* member,
                                           const std::string& here) const {
    const Json& own = Member(purpose, member);
    if (!own.is_null()) return {&own, here + "/" + member};
    return {&Member(body_, member), std::string("/") + member};
  }

  const Json& body_;
  const IsMapped& is_mapped_;
  Choices& into_;
};

}  // namespace

void ReadOneTrust(const Json& body, const IsMapped& is_mapped, Choices& into) {
  if (Member(body, "test") == true) Refuse(kForm, "/test");  // nobody's choice
  const Json& purposes = ListIn(body, "purposes", "");
  Receipt receipt(body, is_mapped, into);
  for (std::size_t i = 0; i < purposes.size(); ++i)
    receipt.Purpose(purposes[i], "/purposes/" + std::to_string(i));
}

}  // namespace octroi::gateway::cmp
