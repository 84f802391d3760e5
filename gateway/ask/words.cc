// A case in words, French and English.
#include <algorithm>

#include "base/text.h"
#include "gateway/ask/answer.h"

namespace octroi::gateway::ask {
namespace {

using config::Say;
using policies::ConsentEntry;
using policies::ConsentState;
using Form = policies::OutgoingField::Form;

void Append(Say& to, const Say& more) {
  to.fr += more.fr;
  to.en += more.en;
}

Say InForm(Form form) {
  switch (ShapeOf(form)) {
    case Shape::kClear:
      return {" en clair", " in clear"};
    case Shape::kPseudonym:
      return {" pseudonymisé", " as a pseudonym"};
    case Shape::kHashed:
      return {" haché", " hashed"};
    case Shape::kRedacted:
      return {" expurgé", " redacted"};
    case Shape::kGeneralised:
      break;
  }
  return {" généralisé", " generalised"};
}

Say StateWord(ConsentState state) {
  switch (state) {
    case ConsentState::kUnknown:
      return {"inconnu", "unknown"};
    case ConsentState::kRequested:
      return {"demandé", "requested"};
    case ConsentState::kPending:
      return {"en attente", "pending"};
    case ConsentState::kGranted:
      return {"donné", "granted"};
    case ConsentState::kDenied:
      return {"refusé", "denied"};
    case ConsentState::kWithdrawn:
      return {"retiré", "withdrawn"};
    case ConsentState::kObjected:
      return {"opposé", "objected"};
    case ConsentState::kExpired:
      return {"expiré", "expired"};
    case ConsentState::kInvalidated:
      return {"invalidé", "invalidated"};
    case ConsentState::kRestricted:
      return {"restreinte", "restricted"};
    case ConsentState::kLifted:
      return {"restriction levée", "restriction lifted"};
    case ConsentState::kSuppressed:
      return {"supprimée", "suppressed"};
    case ConsentState::kMerged:  // never of an entry
    case ConsentState::kSeparated:
      break;
  }
  return {"inconnu", "unknown"};
}

Say Since(const ConsentEntry& entry) {
  const std::string time = base::FormatRfc3339(base::Millis{entry.since_seconds} * 1000);
  Say said = StateWord(entry.state);
  Append(said, {" le " + time, " on " + time});
  if (entry.until_seconds == 0) return said;
  const std::string until = base::FormatRfc3339(base::Millis{entry.until_seconds} * 1000);
  Append(said, {", valable jusqu'au " + until, ", valid until " + until});
  return said;
}

Say OfPurpose(const std::string& purpose, const ConsentEntry& entry) {
  if (entry.state == ConsentState::kUnknown)
    return {"; " + purpose + " : inconnu", "; " + purpose + ": unknown"};
  const Say since = Since(entry);
  return {"; " + purpose + " : " + since.fr, "; " + purpose + ": " + since.en};
}

// Names of the config, but for recipients that it does not know.
Say ForWhom(const policies::SharedLimits& limits) {
  if (limits == nullptr) return {};
  const std::string text = " (" + policies::TextOf(limits.get()) + ")";
  return {text, text};
}

Say People(const policies::DecisionCase& one, const Plan& plan) {
  if (!one.identified) return {"; personne sans identifiant", "; nobody is identified"};
  if (one.subjects.empty())
    return {"; personne inconnue du registre", "; the register knows nothing of the person"};
  Say said;
  for (const policies::CaseSubject& subject : one.subjects) {
    Append(said, OfPurpose(plan.purposes[one.purpose], subject.purpose));
    Append(said, ForWhom(subject.limits));
    if (subject.person.state == ConsentState::kUnknown) continue;
    const Say since = Since(subject.person);
    Append(said, {"; personne : " + since.fr, "; person: " + since.en});
  }
  for (const auto& [purpose, entry] : one.others)
    Append(said, OfPurpose(plan.purposes[purpose], entry));
  if (one.subjects.size() > 1) Append(said, {" (deux fiches liées)", " (two linked subjects)"});
  return said;
}

}  // namespace

Say InWords(const Answer& answer, const Question& question, const Plan& plan) {
  const policies::DecisionCase& one = *answer.example;
  const std::string& field = plan.fields[answer.leaving.field];
  const std::string& destination = plan.destinations[one.destination].id;
  const std::string& purpose = plan.purposes[one.purpose];
  const Say form = InForm(answer.leaving.form);
  Say said{field + form.fr + " → " + destination + " pour " + purpose,
           field + form.en + " → " + destination + " for " + purpose};
  const std::string reason(plan.ReasonName(one.verdict.reason));
  const std::string from = plan.sources[one.source].id + ", " + plan.contracts[one.contract].name;
  Append(said, {" (" + reason + "), de " + from, " (" + reason + "), from " + from});
  Append(said, People(one, plan));
  if (one.event_time != one.now) {
    const std::string time = base::FormatRfc3339(one.event_time);
    Append(said, {"; événement du " + time, "; event of " + time});
  }
  if (one.gpc) Append(said, Say("; Sec-GPC: 1"));
  for (const std::string& denied : question.denied)
    Append(said, {"; le signal refuse " + denied, "; the signal denies " + denied});
  for (const policies::CaseField& value : one.fields) {
    const std::string name = "; " + plan.fields[value.field];
    if (value.type == base::JsonType::kAbsent) {
      Append(said, {name + " absent", name + " absent"});
    } else {
      if (value.text.starts_with("octroi")) {  // case_fields.cc: outside all that is named
        Append(said, {name + " : tout autre texte", name + ": any other text"});
        continue;
      }
      if (value.listed) {  // a value of a list may be about somebody
        Append(said, {name + " d'une liste", name + " of a list"});
        continue;
      }
      const std::string text = value.type == base::JsonType::kArray ? "[]" : value.text;
      Append(said, {name + " = « " + text + " »", name + " = \"" + text + "\""});
    }
  }
  const std::string at = base::FormatRfc3339(one.now);
  Append(said, {"; décidé le " + at, "; decided on " + at});
  return said;
}

}  // namespace octroi::gateway::ask
