#include "gateway/contract/odcs_words.h"

#include <algorithm>

namespace octroi::gateway::contract {
namespace {

using config::Node;
using config::Say;

struct Reason {
  std::string_view key;
  bool lost;  // the document asks something that is not asked here
  const char *fr, *en;
};

constexpr Reason kReasons[] = {
    {"servers", false, "les sources et les destinations disent d'où et où vont les données",
     "sources and destinations say where data comes from and goes"},
    {"price", false, "la passerelle ne facture rien", "the gateway bills nothing"},
    {"team", false, "« owner » et « between » sont à remplir par leurs équipes",
     "\"owner\" and \"between\" are for their teams to fill in"},
    {"roles", false, "les rôles sont ceux de la passerelle", "roles are those of the gateway"},
    {"slaProperties", true, "un niveau de service se mesure sur le flux, pas sur un événement",
     "a service level is measured on the flow, not on an event"},
    {"slaDefaultElement", false, "un niveau de service se mesure sur le flux, pas sur un événement",
     "a service level is measured on the flow, not on an event"},
    {"relationships", true, "les valeurs d'un autre objet ne sont pas tenues ici",
     "the values of another object are not held here"},
    {"partitioned", false, "un événement n'est pas dans une table", "an event is in no table"},
    {"partitionKeyPosition", false, "un événement n'est pas dans une table",
     "an event is in no table"},
    {"physicalType", false, "un événement n'est pas dans une table", "an event is in no table"},
    {"physicalName", false, "un événement n'est pas dans une table", "an event is in no table"},
    {"classification", false, "le dictionnaire dit « personal_data » et « category »",
     "the dictionary says \"personal_data\" and \"category\""},
    {"encryptedName", false, "les pseudonymes sont dits par destination",
     "pseudonyms are said by destination"},
    {"transformLogic", false, "la passerelle lit ce qui lui est envoyé",
     "the gateway reads what it is sent"},
    {"transformSourceObjects", false, "la passerelle lit ce qui lui est envoyé",
     "the gateway reads what it is sent"},
    {"transformDescription", false, "la passerelle lit ce qui lui est envoyé",
     "the gateway reads what it is sent"},
    {"schedule", false, "une règle est jugée à chaque événement", "a rule is judged at each event"},
    {"scheduler", false, "une règle est jugée à chaque événement",
     "a rule is judged at each event"},
    {"defaultTimezone", true, "une heure sans fuseau n'est pas une heure RFC 3339",
     "a time without a zone is no RFC 3339 time"},
};

// Documentation that asks nothing.
constexpr std::string_view kAnnotations[] = {"tags",        "authoritativeDefinitions",
                                             "description", "businessName",
                                             "examples",    "domain",
                                             "tenant",      "dataProduct",
                                             "support",     "contractCreatedTs",
                                             "id",          "businessImpact",
                                             "method",      "customProperties",
                                             "name",        "dataGranularityDescription",
                                             "unit",        "rule"};

bool SaysNothing(const Node& value) {
  switch (value.kind) {
    case Node::Kind::kNull:
      return true;
    case Node::Kind::kBool:
      return !value.truth;
    case Node::Kind::kInteger:
    case Node::Kind::kNumber:
      return value.number == -1;
    case Node::Kind::kString:
      return value.text.empty();
    case Node::Kind::kList:
      return value.items.empty();
    case Node::Kind::kMap:
      break;
  }
  return value.members.empty();
}

Note NoteOf(const Node::Member& member, const std::string& pointer) {
  const auto* reason = std::ranges::find(kReasons, std::string_view(member.key), &Reason::key);
  if (reason != std::end(kReasons))
    return {
        pointer, member.value.at, 1455, {member.key, Say(reason->fr, reason->en)}, reason->lost};
  const bool said = std::ranges::find(kAnnotations, member.key) != std::end(kAnnotations);
  return {pointer, member.value.at, said ? 1447 : 1448, {member.key}, false};
}

}  // namespace

void NoteTheRest(const Node& node, const std::string& pointer,
                 const std::vector<std::string_view>& taken, std::vector<Note>& notes) {
  for (const Node::Member& member : node.members) {
    if (std::ranges::find(taken, member.key) != taken.end() || SaysNothing(member.value)) continue;
    notes.push_back(NoteOf(member, PointerTo(pointer, member.key)));
  }
}

const Node* OursOf(const Node& node, std::string_view key) {
  for (const Node& property : node.List("customProperties")) {
    const std::string_view name = property.Text("property");
    if (name.starts_with("octroi.") && name.substr(7) == key) return property.Find("value");
  }
  return nullptr;
}

void NoteCustom(const Node& node, const std::string& pointer, std::vector<Note>& notes) {
  const auto& list = node.List("customProperties");
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].Text("property").starts_with("octroi.")) continue;
    notes.push_back({PointerTo(pointer, "customProperties") + "/" + std::to_string(i),
                     list[i].at,
                     1447,
                     {"customProperties"},
                     false});
  }
}

}  // namespace octroi::gateway::contract
