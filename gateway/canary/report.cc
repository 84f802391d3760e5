// What is said of canaries: names of the config, reason keys and numbers.
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/canary/light.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

struct Word {
  std::string_view key, fr, en;
};
constexpr Word kWords[] = {
    {"record", "un enregistrement", "a record"},
    {"nothing", "rien", "nothing"},
    {"clear", "en clair", "in clear"},
    {"token", "un pseudonyme", "a pseudonym"},
    {"hash", "une empreinte recalculable", "a hash that anyone can compute"},
    {"less_precise", "une forme moins précise", "a less precise form"},
    {"another", "une autre valeur", "another value"},
    {"something", "une valeur non déclarée", "a value not declared"},
    {"unreadable", "illisible", "unreadable"},
};

std::string In(const std::string& key, bool fr) {
  for (const Word& word : kWords) {
    if (word.key == key) return std::string(fr ? word.fr : word.en);
  }
  return key;
}

}  // namespace

std::string_view Name(CanaryLight::Colour colour) {
  constexpr std::string_view kNames[] = {"off", "green", "red", "lost"};
  return kNames[static_cast<std::size_t>(colour)];
}

Json MismatchJson(const CanaryMismatch& mismatch) {
  Json json{{"canary", mismatch.canary}};
  if (!mismatch.destination.empty()) json["destination"] = mismatch.destination;
  if (!mismatch.field.empty()) json["field"] = mismatch.field;
  json["expected"] = mismatch.expected;
  json["seen"] = mismatch.seen;
  json["reason"] = mismatch.reason;
  json["people"] = mismatch.count;
  json["for_example"] = mismatch.people;
  return json;
}

Json CanariesJson(const CanaryLight& light) {
  Json json{{"light", Name(light.colour)}};
  if (light.colour == CanaryLight::Colour::kOff) return json;
  json["since"] = base::FormatRfc3339(light.since);
  json["checked"] = light.checked == 0 ? Json() : Json(base::FormatRfc3339(light.checked));
  json["plan"] = light.plan;
  json["people"] = light.people;
  json["not_judged"] = light.not_judged;
  json["not_watched"] = light.not_watched;
  json["mismatches"] = Json::array();
  for (const CanaryMismatch& one : light.mismatches)
    json["mismatches"].push_back(MismatchJson(one));
  return json;
}

std::string MismatchText(const Json& mismatch, Language language) {
  const bool fr = language == Language::kFrench;
  std::string text = mismatch.value("destination", mismatch["canary"].get<std::string>());
  if (mismatch.contains("field")) text += " · " + mismatch["field"].get<std::string>();
  text += (fr ? " : attendu " : ": expected ") + In(mismatch["expected"], fr) +
          (fr ? ", vu " : ", seen ") + In(mismatch["seen"], fr);
  text += " (" + mismatch["reason"].get<std::string>() + ")";
  text += (fr ? ", pour " : ", for ") + std::to_string(mismatch["people"].get<std::uint64_t>()) +
          (fr ? " personnes, dont " : " people, such as ") +
          mismatch["for_example"].get<std::string>() + "\n";
  return text;
}

std::string CanariesText(const Json& canaries, Language language) {
  const bool fr = language == Language::kFrench;
  const std::string light = canaries["light"];
  if (light == "off") return {};
  const std::string people = std::to_string(canaries["people"].get<std::uint64_t>());
  std::string text;
  if (light == "green") {
    text = fr ? "✓ Canaris : " + people + " personnes fictives, chaque flux est exact\n"
              : "✓ Canaries: " + people + " fictitious people, each stream is exact\n";
  } else if (light == "lost") {
    text = fr ? "▲ CANARIS PERDUS : aucun n'a été suivi depuis une minute\n"
              : "▲ CANARIES LOST: none was followed for a minute\n";
  } else {
    text = (fr ? "✗ CANARIS ROUGES depuis " : "✗ CANARIES RED since ") +
           canaries["since"].get<std::string>() + "\n";
  }
  for (const Json& one : canaries["mismatches"]) text += "  " + MismatchText(one, language);
  std::string not_watched;
  for (const Json& id : canaries["not_watched"])
    not_watched += (not_watched.empty() ? "" : ", ") + id.get<std::string>();
  if (!not_watched.empty())
    text += (fr ? "  Sans canari : " : "  No canary for: ") + not_watched + "\n";
  return text;
}

}  // namespace octroi::gateway
