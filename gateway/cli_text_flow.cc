#include "gateway/cli_text_flow.h"

#include <nlohmann/json.hpp>

#include "gateway/cli_layout.h"
#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

std::string Number(const Json& value) { return std::to_string(value.get<std::uint64_t>()); }

std::string Word(const Json& outcome, Language language) {
  return OutcomeWord(outcome.get<std::string>(), language);
}

std::string TapTotals(const Json& totals, bool fr) {
  std::string text = Number(totals["shown"]) + (fr ? " affichés en " : " shown in ") +
                     std::to_string(totals["seconds"].get<std::int64_t>()) + " s · " +
                     Number(totals["matched"]) + (fr ? " décisions sur " : " decisions of ") +
                     Number(totals["received"]) + (fr ? " événements reçus" : " events received");
  if (totals["not_shown"] != 0)
    text += " · " + Number(totals["not_shown"]) + (fr ? " non affichées" : " not shown");
  if (totals["dropped"] != 0)
    text += " · " + Number(totals["dropped"]) +
            (fr ? " enregistrements sautés, trop rapides" : " records skipped, too fast");
  return text + "\n";
}

std::string Outlook(const Json& look, bool fr) {
  std::string text = Number(look["would_go"]) + (fr ? " partiraient · " : " would go · ") +
                     Number(look["withheld"]) + (fr ? " retenus" : " withheld");
  std::string reasons;
  for (const auto& [reason, count] : look["withheld_reasons"].items())
    reasons += (reasons.empty() ? "" : ", ") + reason + " " + Number(count);
  if (!reasons.empty()) text += " (" + reasons + ")";
  text += " · " + Number(look["already_sent"]) +
          (fr ? " déjà reçus par la destination" : " the destination has already");
  const auto also = [&](const char* key, const char* in_french, const char* in_english) {
    if (look[key] != 0) text += " · " + Number(look[key]) + (fr ? in_french : in_english);
  };
  also("in_flight", " en cours", " in flight");
  also("gone", " qui ne sont plus gardés", " no longer kept");
  also("unknown", " inconnus ou jamais en échec", " unknown or never failed");
  return (fr ? "Consentements relus maintenant : " : "Consent read again now: ") + text + "\n";
}

std::string Progress(const Json& now, bool fr) {
  const std::uint64_t done = now["sent"].get<std::uint64_t>() +
                             now["withheld"].get<std::uint64_t>() +
                             now["failed"].get<std::uint64_t>();
  return std::to_string(done) + "/" + Number(now["of"]) + "   " + Number(now["sent"]) +
         (fr ? " transmis, " : " sent, ") + Number(now["waiting"]) +
         (fr ? " en attente" : " waiting");
}

std::string End(const Json& now, bool fr, Language language) {
  std::string text = Number(now["queued"]) + (fr ? " rejoués : " : " replayed: ") +
                     Number(now["sent"]) + (fr ? " transmis" : " sent");
  const auto also = [&](const char* key, const char* in_french, const char* in_english) {
    if (now[key] != 0) text += ", " + Number(now[key]) + (fr ? in_french : in_english);
  };
  also("withheld", " retenus", " withheld");
  also("failed", " de nouveau en échec", " failed again");
  also("waiting", " encore en cours (la passerelle continue)", " still in flight (it goes on)");
  also("skipped", " laissés : envoyés ou en cours entre-temps",
       " left: sent or under way meanwhile");
  also("left", " pas encore rejoués : relancez la même commande",
       " not replayed yet: run the same command again");
  if (now.contains("error")) text += " · " + ErrorText(now, language);
  return text.ends_with('\n') ? text : text + "\n";
}

}  // namespace

std::string TapHeadText(Language language) {
  return language == Language::kFrench ? "Masqué ; au plus 20 par seconde. Ctrl-C pour arrêter.\n"
                                       : "Masked; at most 20 a second. Ctrl-C to stop.\n";
}

std::string TapLineText(const std::string& json, Language language) {
  const bool fr = language == Language::kFrench;
  const Json line = Json::parse(json);
  if (line.contains("error")) return ErrorText(line, language);
  if (line.contains("totals")) return TapTotals(line["totals"], fr);
  const auto text = [&](const char* key) {
    const std::string value = line[key];
    return value.empty() ? std::string("—") : value;
  };
  return text("at").substr(11, 12) + "  " + Left(text("source"), 12) + "  " +
         Left(text("event"), 20) + "  " + Left(text("destination"), 12) + "  " +
         Left(Word(line["outcome"], language), 14) + "  " + Left(text("reason"), 26) + "  " +
         Left(text("subject"), 7) + "  " + text("id") + "\n";
}

std::string ReplayLineText(const std::string& json, Language language) {
  const bool fr = language == Language::kFrench;
  const Json line = Json::parse(json);
  if (line.contains("error")) return ErrorText(line, language);
  if (line.contains("outlook")) return Outlook(line["outlook"], fr);
  if (line.contains("progress")) return Progress(line["progress"], fr);
  return End(line["replayed"], fr, language);
}

std::string ReplayQuestion(const std::string& outlook, const std::string& destination,
                           Language language) {
  const std::string count = Number(Json::parse(outlook)["would_go"]);
  return language == Language::kFrench
             ? "Rejouer " + count + " livraisons vers « " + destination + " » ? [o/N] "
             : "Replay " + count + " deliveries to \"" + destination + "\"? [y/N] ";
}

}  // namespace octroi::gateway
