// Question: what can be asked about policy, read from one sentence of French or English, with its
// names found in the config. The same sentence without "can" is an invariant.
//
//   [can] WHAT reach(es) WHERE {[and] CONDITION} [?]
//   WHAT peut(-il) atteindre | atteint WHERE {[et] CONDITION} [?]
//
//   WHAT       FIELD | any field | category C            FIELD | tout champ | catégorie C
//              then, or before FIELD, or after WHERE, a form:
//              clear, as clear | as pseudonym | hashed | generalised
//              en clair | pseudonymisé | haché | généralisé
//   WHERE      DESTINATION | any destination [outside the EEA]
//              DESTINATION | toute destination [hors EEE]
//   CONDITION  without consent P                         sans consentement P
//              when consent P is STATE                   quand le consentement P est STATE
//              after withdrawal of P                     après retrait de P
//              with | without identifier                 avec | sans identifiant
//              with | without gpc                        avec | sans gpc
//              when the signal denies P                  quand le signal refuse P
//              when the person is restricted|suppressed  quand la personne est restreinte|supprimée
//              from SOURCE                               depuis SOURCE
//              for P                                     pour P
//              outside the pilot                         hors pilote
//
// Upper and lower case and accents of our own words do not count; names are as in the config, with
// quotes around them if one likes. What is said twice must hold twice.
//
// "without consent P": the register, which is the strictest of the person's subjects at the moment
// of decision, says anything but granted for P. It is so of whom nobody knows and without an
// identifier; it is so while consent is only observed, since observing is sending without a known
// consent ("outside the pilot" leaves that time out). A grant given after the event is a grant.
// Restrictions of the person are another matter ("when the person is restricted").
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/config/findings.h"
#include "gateway/config/world.h"
#include "policies/consent.h"
#include "policies/pseudonymizer.h"

namespace octroi::gateway::ask {

enum class Shape { kClear, kPseudonym, kHashed, kGeneralised, kRedacted };
Shape ShapeOf(policies::OutgoingField::Form form);
std::string_view Name(Shape shape);  // "clear", "pseudonym", "hashed", "generalised", "redacted"

struct Question {
  std::string field, category;  // both empty: any field
  std::optional<Shape> shape;
  std::string destination;  // empty: any
  bool outside_eea = false;
  std::map<std::string, std::uint16_t> states;  // by purpose; a bit for each ConsentState that fits
  std::set<std::string> denied;                 // purposes that the signal denies
  std::optional<policies::ConsentState> person;
  std::optional<bool> identified, gpc;
  std::string source, purpose;  // empty: any
  bool enforced_only = false;
};

// What cannot be read: `column` in characters of the sentence, from 1.
struct QuestionFault {
  int column = 1;
  config::Say what, hint;
};

std::variant<Question, QuestionFault> ReadQuestion(std::string_view text,
                                                   const config::World& world);

}  // namespace octroi::gateway::ask
