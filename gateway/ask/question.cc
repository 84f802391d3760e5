#include "gateway/ask/question.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "gateway/ask/sentence.h"

namespace octroi::gateway::ask {
namespace {

using config::Say;
using policies::ConsentState;

constexpr std::uint16_t BitOf(ConsentState state) {
  return static_cast<std::uint16_t>(1u << static_cast<int>(state));
}
constexpr std::uint16_t kAnyState = BitOf(ConsentState::kRestricted) - 1;

constexpr std::pair<std::string_view, ConsentState> kStates[] = {
    {"unknown", ConsentState::kUnknown},      {"inconnu", ConsentState::kUnknown},
    {"requested", ConsentState::kRequested},  {"demande", ConsentState::kRequested},
    {"pending", ConsentState::kPending},      {"en attente", ConsentState::kPending},
    {"granted", ConsentState::kGranted},      {"given", ConsentState::kGranted},
    {"donne", ConsentState::kGranted},        {"accorde", ConsentState::kGranted},
    {"denied", ConsentState::kDenied},        {"refused", ConsentState::kDenied},
    {"refuse", ConsentState::kDenied},        {"withdrawn", ConsentState::kWithdrawn},
    {"retire", ConsentState::kWithdrawn},     {"objected", ConsentState::kObjected},
    {"oppose", ConsentState::kObjected},      {"expired", ConsentState::kExpired},
    {"expire", ConsentState::kExpired},       {"invalidated", ConsentState::kInvalidated},
    {"invalide", ConsentState::kInvalidated},
};

// Each step says false once the fault is set.
class Reader {
 public:
  Reader(std::string_view text, const config::World& world) : in_(text), world_(world) {}

  std::variant<Question, QuestionFault> Read() {
    in_.Take({"can", "est-ce que"});
    const bool read = What() && Verb() && Where() && Conditions();
    if (read) return std::move(question_);
    return std::move(fault_);
  }

 private:
  bool Fail(Say what, Say hint = {}) {
    fault_ = {in_.column(), std::move(what), std::move(hint)};
    return false;
  }
  bool Expected(const char* fr, const char* en) {
    const std::string next(in_.next());
    if (next.empty())
      return Fail({"la phrase s'arrête ; il manque " + std::string(fr),
                   "the sentence ends; missing: " + std::string(en)});
    return Fail({"« " + next + " » ; attendu : " + fr, "\"" + next + "\"; expected: " + en});
  }
  // A name of the config, or a fault that suggests one.
  bool Name(const std::vector<std::string>& known, const char* fr, const char* en,
            std::string& into) {
    if (in_.AtEnd()) return Expected(fr, en);
    const std::string name(in_.next());
    if (std::ranges::find(known, name) == known.end()) {
      return Fail({"« " + name + " » n'est pas " + fr, "\"" + name + "\" is not " + en},
                  config::DidYouMean(name, known));
    }
    into = in_.TakeName();
    return true;
  }
  bool Purpose(std::string& into) {
    in_.Take({"to", "for", "a", "pour", "de", "du", "of"});
    return Name(world_.Ids("Purpose"), "une finalité", "a purpose", into);
  }

  bool What() {
    const bool before = TakeShape();
    in_.Take({"of", "de"});
    if (in_.Take({"any field", "a field", "tout champ", "un champ"})) {
    } else if (in_.Take({"category", "the category", "categorie", "la categorie"})) {
      if (!Name(Categories(), "une catégorie", "a category", question_.category)) return false;
    } else if (!Name(world_.FieldIds(), "un champ du dictionnaire", "a field of the dictionary",
                     question_.field)) {
      return false;
    }
    if (!before) TakeShape();
    return true;
  }
  static std::vector<std::string> Categories() {
    std::vector<std::string> names;
    for (const std::string_view one : config::CategoryNames()) names.emplace_back(one);
    return names;
  }
  bool TakeShape() {
    using enum Shape;
    if (in_.Take({"clear", "in clear", "as clear", "en clair"})) {
      question_.shape = kClear;
    } else if (in_.Take({"pseudonym", "as pseudonym", "as a pseudonym", "pseudonymised",
                         "pseudonymised", "pseudonyme", "pseudonymisee", "pseudonymise",
                         "comme pseudonyme"})) {
      question_.shape = kPseudonym;
    } else if (in_.Take({"hash", "hashed", "as hash", "as a hash", "as hashed", "hache", "hachee",
                         "hachage"})) {
      question_.shape = kHashed;
    } else if (in_.Take({"generalised", "as generalised", "generalise", "generalisee"})) {
      question_.shape = kGeneralised;
    } else if (in_.Take({"redacted", "as redacted", "expurge", "expurgee"})) {
      question_.shape = kRedacted;
    } else {
      return false;
    }
    return true;
  }

  bool Verb() {
    if (in_.Take({"reach", "reaches", "can reach", "atteint", "peut atteindre", "peut-il atteindre",
                  "peut-elle atteindre", "atteindre"})) {
      return true;
    }
    return Expected("« atteint », « peut atteindre »", "\"reaches\", \"reach\"");
  }

  bool Where() {
    const bool any =
        in_.Take({"any destination", "a destination", "toute destination", "une destination"});
    question_.outside_eea =
        in_.Take({"outside the eea", "outside eea", "hors eee", "hors de l'eee", "hors l'eee"});
    if (!any && !question_.outside_eea &&
        !Name(world_.Ids("Destination"), "une destination", "a destination",
              question_.destination)) {
      return false;
    }
    if (!question_.shape) TakeShape();
    return true;
  }

  bool Conditions() {
    while (!in_.AtEnd()) {
      in_.Take({"and", "et"});
      if (!Condition()) return false;
    }
    return true;
  }
  bool Condition() {
    if (in_.Take({"without consent", "sans consentement", "sans le consentement", "sans accord"}))
      return State(static_cast<std::uint16_t>(kAnyState & ~BitOf(ConsentState::kGranted)));
    if (in_.Take({"after withdrawal", "apres retrait du consentement", "apres le retrait",
                  "apres retrait"})) {
      return State(BitOf(ConsentState::kWithdrawn));
    }
    if (in_.Take({"when consent", "quand le consentement", "si le consentement"})) return StateIs();
    if (in_.Take({"without identifier", "without an identifier", "sans identifiant"}))
      return Set(question_.identified, false);
    if (in_.Take({"with identifier", "with an identifier", "avec identifiant"}))
      return Set(question_.identified, true);
    if (in_.Take({"with gpc", "despite gpc", "avec gpc", "malgre gpc"}))
      return Set(question_.gpc, true);
    if (in_.Take({"without gpc", "sans gpc"})) return Set(question_.gpc, false);
    if (in_.Take({"when the signal denies", "quand le signal refuse"})) {
      std::string purpose;
      if (!Purpose(purpose)) return false;
      question_.denied.insert(std::move(purpose));
      return true;
    }
    if (in_.Take({"when the person is", "quand la personne est"})) return Person();
    if (in_.Take({"outside the pilot", "outside of the pilot", "hors pilote", "hors du pilote"}))
      return question_.enforced_only = true;
    if (in_.Take({"from source", "from", "depuis la source", "depuis", "de la source"}))
      return Once(question_.source, world_.Ids("Source"), "une source", "a source");
    if (in_.Take({"for purpose", "for", "pour la finalite", "pour"}))
      return Once(question_.purpose, world_.Ids("Purpose"), "une finalité", "a purpose");
    return Expected("une condition (octroi ask --help)", "a condition (octroi ask --help)");
  }

  bool State(std::uint16_t states) {
    std::string purpose;
    if (!Purpose(purpose)) return false;
    return Narrow(purpose, states);
  }
  bool Narrow(const std::string& purpose, std::uint16_t states) {
    std::uint16_t& left = question_.states.try_emplace(purpose, kAnyState).first->second;
    left &= states;
    return left != 0 || Contradiction();
  }
  bool StateIs() {
    std::string purpose;
    if (!Purpose(purpose)) return false;
    if (!in_.Take({"is", "est"})) return Expected("« est »", "\"is\"");
    for (const auto& [word, state] : kStates) {
      if (in_.Take({word})) return Narrow(purpose, BitOf(state));
    }
    return Expected("un état du consentement", "a state of consent");
  }
  bool Person() {
    using enum ConsentState;
    const auto said = in_.Take({"restricted", "restreinte", "limitee"})  ? kRestricted
                      : in_.Take({"suppressed", "supprimee", "effacee"}) ? kSuppressed
                                                                         : kUnknown;
    if (said == kUnknown)
      return Expected("« restreinte », « supprimée »", "\"restricted\", \"suppressed\"");
    if (question_.person && *question_.person != said) return Contradiction();
    question_.person = said;
    return true;
  }
  bool Set(std::optional<bool>& into, bool value) {
    if (into && *into != value) return Contradiction();
    into = value;
    return true;
  }
  bool Once(std::string& into, const std::vector<std::string>& known, const char* fr,
            const char* en) {
    if (!into.empty()) return Contradiction();
    return Name(known, fr, en, into);
  }
  bool Contradiction() {
    return Fail({"cela contredit ce qui précède", "this contradicts what was said before"});
  }

  Sentence in_;
  const config::World& world_;
  Question question_;
  QuestionFault fault_;
};

}  // namespace

Shape ShapeOf(policies::OutgoingField::Form form) {
  using Form = policies::OutgoingField::Form;
  switch (form) {
    case Form::kClear:
      return Shape::kClear;
    case Form::kPseudonym:
    case Form::kReversible:
    case Form::kEpoch:
    case Form::kRandom:
      return Shape::kPseudonym;
    case Form::kPartnerHash:
      return Shape::kHashed;
    case Form::kYear:
    case Form::kHour:
    case Form::kDepartment:
    case Form::kIpPrefix:
    case Form::kFamily:
      return Shape::kGeneralised;
    case Form::kRedacted:
      return Shape::kRedacted;
  }
  return Shape::kClear;  // of an unknown form nothing milder is said
}

std::string_view Name(Shape shape) {
  constexpr std::string_view kNames[] = {"clear", "pseudonym", "hashed", "generalised", "redacted"};
  return kNames[static_cast<std::size_t>(shape)];
}

std::variant<Question, QuestionFault> ReadQuestion(std::string_view text,
                                                   const config::World& world) {
  return Reader(text, world).Read();
}

}  // namespace octroi::gateway::ask
