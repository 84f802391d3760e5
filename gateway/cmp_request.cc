#include "gateway/cmp_request.h"

#include <algorithm>
#include <map>

#include "base/event.h"
#include "crypto/hmac.h"
#include "crypto/seal.h"
#include "gateway/consent_parts.h"
#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

using policies::ConsentEvent;
using policies::ConsentState;

constexpr std::size_t kEventsMax = 1'000;  // of one message: as many as its JSON could name

bool NeedsNotice(ConsentState state) {
  return state == ConsentState::kGranted || state == ConsentState::kPending;
}

bool IsObjectable(policies::Basis basis) {
  return basis == policies::Basis::kLegitimateInterests || basis == policies::Basis::kPublicTask;
}

// Purposes that an objection can end: the others rest on an interest under no law.
std::uint32_t ObjectableOf(const Plan& plan) {
  std::uint32_t bits = 0;
  const auto& purposes = plan.policies->spec().purposes;
  for (std::size_t place = 0; place < purposes.size(); ++place) {
    const bool anywhere = std::ranges::any_of(purposes[place].bases, IsObjectable,
                                              &policies::JurisdictionBasis::basis);
    if (anywhere || IsObjectable(purposes[place].basis)) bits |= 1U << place;
  }
  return bits;
}

using Granted = std::map<std::string_view, base::Millis>;  // when it was said last

// Names that a message says yes to.
Granted GrantedBy(const std::vector<Choice>& choices) {
  Granted names;
  for (const Choice& choice : choices) {
    if (policies::IsNo(choice.state)) continue;
    base::Millis& last = names.try_emplace(choice.name, choice.effective_at).first->second;
    last = std::max(last, choice.effective_at);
  }
  return names;
}

// Bits of our purposes that a name of theirs means; of a no of all names under one, those that the
// message does not grant at that time or later.
std::uint32_t MeantBy(const Choice& choice, const ChoicesPlan& means, std::uint32_t objectable,
                      const Granted& granted) {
  std::uint32_t bits = 0;
  const bool under = policies::IsNo(choice.state) && choice.name.ends_with('/');
  for (auto at = means.purposes.lower_bound(choice.name); at != means.purposes.end(); ++at) {
    const bool named = under ? at->first.starts_with(choice.name) : at->first == choice.name;
    if (!named) break;
    const auto yes = under ? granted.find(at->first) : granted.end();
    if (yes == granted.end() || yes->second < choice.effective_at) bits |= at->second;
  }
  return choice.state == ConsentState::kObjected ? bits & objectable : bits;
}

class Maker {
 public:
  Maker(const Plan& plan, const SourcePlan& source, std::string_view body,
        const crypto::KeyRing& keys, base::Millis recorded_at)
      : plan_(plan),
        source_(source),
        keys_(keys),
        recorded_at_(recorded_at),
        body_(body),
        digest_(crypto::AsBytes(crypto::Sha256(body))) {}

  std::optional<Response> All(const std::vector<Choice>& choices,
                              const std::vector<Identified>& person, CmpMessage& message) const {
    const std::uint32_t objectable = ObjectableOf(plan_);
    const Granted granted = GrantedBy(choices);
    for (const Choice& choice : choices) {
      const std::uint32_t purposes = MeantBy(choice, *source_.choices, objectable, granted);
      if (purposes == 0 && !choice.name.ends_with('/')) message.unmapped.push_back(choice.pointer);
      if (auto refused = Events(choice, purposes, person, message.events)) return refused;
      if (message.events.size() > kEventsMax) return ProblemOf(413, "consent.too_many");
    }
    return std::nullopt;
  }

 private:
  std::optional<Response> Events(const Choice& choice, std::uint32_t purposes,
                                 const std::vector<Identified>& person,
                                 std::vector<ConsentEvent>& events) const {
    for (std::size_t place = 0; place < plan_.purposes.size(); ++place) {
      if ((purposes >> place & 1U) == 0) continue;
      ConsentEvent event;
      event.purpose = plan_.purposes[place];
      event.state = choice.state;
      SetSubject(keys_, person, std::nullopt, event);
      event.effective_at = choice.effective_at;
      event.recorded_at = recorded_at_;
      if (NeedsNotice(choice.state)) event.notice = source_.choices->notice;
      event.source = source_.id;
      std::string name = digest_ + choice.pointer;
      crypto::AppendLp(event.purpose, name);
      event.id = ConsentEventId(keys_, "choice", source_.id, name, event.effective_at);
      if (std::ranges::find(events, event.id, &ConsentEvent::id) != events.end()) continue;
      Seal(choice, events, event);
      if (const auto valid = policies::Validate(event); !valid)
        return RefusedConsent("consent.invalid", choice.pointer);
      events.push_back(std::move(event));
    }
    return std::nullopt;
  }

  void Seal(const Choice& choice, const std::vector<ConsentEvent>& before,
            ConsentEvent& event) const {
    std::string detail = R"({"at":")" + choice.pointer + R"(",)";
    if (before.empty()) {
      detail += "\"body\":" + std::string(body_) + "}";
    } else {
      detail += R"("body_of":")" + before.front().id + "\"}";
    }
    keys_.StorageSealer("detail").Seal(event.id, detail, event.detail);
  }

  const Plan& plan_;
  const SourcePlan& source_;
  const crypto::KeyRing& keys_;
  const base::Millis recorded_at_;
  const std::string_view body_;
  const std::string digest_;
};

}  // namespace

std::optional<Response> ReadCmpMessage(const Plan& plan, const SourcePlan& source,
                                       std::string_view body, const crypto::KeyRing& keys,
                                       base::Millis recorded_at, CmpMessage& message) {
  thread_local base::EventParser parser;
  thread_local base::Event parsed;
  const base::ParseFault fault = parser.Parse(body, source.paths, parsed);
  if (fault.reason != base::Reason::kUndecided) {
    const int status = fault.reason == base::Reason::kJsonLimit ? 413 : 400;
    return ProblemOf(status, base::Name(fault.reason));
  }
  const ChoicesPlan& means = *source.choices;
  auto read = ReadChoices(means.form, body, [&](std::string_view name) {
    const auto found = means.purposes.find(name);
    return found != means.purposes.end() && found->second != 0;
  });
  if (const auto* refused = std::get_if<ChoiceFault>(&read))
    return RefusedConsent(refused->code, refused->pointer);

  const auto pointer_of = [&](base::FieldId field) {
    const auto found = means.pointers.find(field);
    return found == means.pointers.end() ? "/" + plan.fields[field] : found->second;
  };
  std::vector<Identified> person;
  if (auto refused = ReadPerson(source, parsed, keys, pointer_of, person)) return refused;
  if (person.empty())
    return RefusedConsent("consent.subject_missing", pointer_of(source.subject.front().field));

  auto& choices = std::get<Choices>(read);
  message.not_acts = std::move(choices.not_acts);
  return Maker(plan, source, body, keys, recorded_at).All(choices.taken, person, message);
}

}  // namespace octroi::gateway
