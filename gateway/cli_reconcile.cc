// A source's export against what was received: `octroi reconcile FILE --source S`.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/cli_verbs.h"
#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

std::string Number(const Json& json, const char* name) {
  return std::to_string(json[name].get<std::uint64_t>());
}

std::string Outcomes(const Json& counts, Language language) {
  std::string text;
  for (int o = 1; o <= 9; ++o) {
    const auto outcome = static_cast<base::Outcome>(o);
    const std::string name(base::Name(outcome));
    if (!counts.contains(name)) continue;
    text += (text.empty() ? "" : ", ") + std::string(OutcomeName(outcome, language)) + " " +
            Number(counts, name.c_str());
  }
  return text;
}

struct Word {
  const char *name, *fr, *en;
};
constexpr Word kWords[] = {
    {"missing", "jamais reçu", "never received"},
    {"differing", "reçu sous ce numéro, avec un autre contenu",
     "received under that id, with another content"},
    {"unreadable", "illisible : n'a pas pu être reçu", "unreadable: cannot have been received"},
    {"repeated", "déjà dans l'export", "in the export before"},
};

std::string ReconciliationText(const std::string& text, Language language) {
  const Json json = Json::parse(text);
  const bool fr = language == Language::kFrench;
  if (json.contains("error"))
    return std::string(Sentence(json["error"].get<std::string>(), language));
  std::string out = json["source"].get<std::string>() + " : " + Number(json, "found") + " / " +
                    Number(json, "exported") +
                    (fr ? " événements de l'export reçus" : " events of the export received") +
                    (json["holds"].get<bool>() ? "   ✓\n" : "   ✗\n");
  out += "  " + Outcomes(json["outcomes"], language) + "\n";
  for (const auto& [name, counts] : json["destinations"].items())
    out += "  " + name + " : " + Outcomes(counts, language) + "\n";
  for (const Word& word : kWords) {
    if (json[word.name] != 0)
      out += "  " + std::string(fr ? word.fr : word.en) + " : " + Number(json, word.name) + "\n";
  }
  if (json["not_exported"] != 0)
    out += (fr ? "  reçus, mais pas dans l'export : " : "  received, but not in the export: ") +
           Number(json, "not_exported") + "\n";
  for (const Json& line : json["lines"]) {
    out +=
        (fr ? "ligne " : "line ") + Number(line, "line") + "   " + line["what"].get<std::string>();
    if (line.contains("id")) out += "   " + line["id"].get<std::string>();
    out += "\n";
  }
  out.pop_back();
  return out;
}

}  // namespace

int ReconcileExport(const Arguments& args) {
  const auto span = base::ParseDuration(args.span);
  if (args.words.size() < 2 || !args.Has("--source") || !span) return Misused(args);
  std::error_code error;
  const Json order{{"path", std::filesystem::absolute(args.words[1], error).string()},
                   {"source", args.Option("--source")},
                   {"span", *span}};
  return Ask(args, "reconcile " + order.dump(),
             [&](const std::string& json) { return ReconciliationText(json, args.language); });
}

}  // namespace octroi::gateway
