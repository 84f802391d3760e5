#include "gateway/cli_text_tasks.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/cli_layout.h"
#include "gateway/cli_text_register.h"
#include "policies/consent.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

std::string Text(const Json& json, const char* key) { return json.value(key, std::string()); }
std::string Day(const std::string& instant) { return instant.substr(0, 10); }
std::string Count(const Json& json, const char* key) {
  return std::to_string(json[key].get<std::uint64_t>());
}

// "t_… · à faire avant le 2026-12-18 · Routeur SARL"
std::string HeadOf(const Json& task, bool fr) {
  const bool open = Text(task, "state") == "open";
  std::string text = open ? (task["overdue"].get<bool>() ? "✗ " : "▲ ") : "✓ ";
  text += Text(task, "task");
  if (open) {
    text += fr ? " · à faire avant le " : " · to be done by ";
    text += Day(Text(task, "due"));
    if (task["overdue"].get<bool>()) text += fr ? " (en retard)" : " (overdue)";
  } else {
    text += (fr ? " · fait le " : " · done ") + Day(Text(task["closed"], "at"));
  }
  return text + " · " +
         (task.contains("recipient") ? Text(task, "recipient") : Text(task, "destination")) + "\n";
}

std::string BodyOf(const Json& task, Language language) {
  const bool fr = language == Language::kFrench;
  const Json& consent = task["consent"];
  std::string text = "    " + Text(task, "handle") + " · " + Text(consent, "purpose") + " · " +
                     std::string(StateWord(Text(consent, "state"), language)) + " " +
                     Text(consent, "effective_at") + (fr ? ", connu " : ", known ") +
                     Text(consent, "recorded_at") + "\n    " + Count(task, "deliveries") +
                     (fr ? " envois" : " deliveries");
  if (task["perhaps"] != 0)
    text += (fr ? ", dont peut-être arrivés : " : ", of which perhaps arrived: ") +
            Count(task, "perhaps");
  return text + (fr ? " · RGPD, art. " : " · GDPR, Art. ") + Text(task, "article") +
         (fr ? " ; la personne peut demander l'art. " : "; the person may claim Art. ") +
         Text(task, "claims") + "\n";
}

}  // namespace

std::string TaskListText(const std::string& json, Language language) {
  const bool fr = language == Language::kFrench;
  const Json report = Json::parse(json);
  if (report.contains("error")) return ErrorText(report, language);
  if (report["tasks"].empty())
    return fr ? "✓ Aucun destinataire n'est à prévenir." : "✓ No recipient is to be told.";
  std::string text;
  for (const Json& task : report["tasks"]) text += HeadOf(task, fr) + BodyOf(task, language);
  if (report.contains("left_off")) text += "    + " + Count(report, "left_off") + "\n";
  return text + (fr ? "À faire : " : "Open: ") + Count(report, "open") +
         (fr ? ", en retard : " : ", overdue: ") + Count(report, "overdue");
}

std::string TaskText(const std::string& json, Language language) {
  const bool fr = language == Language::kFrench;
  const Json task = Json::parse(json);
  if (task.contains("error")) return ErrorText(task, language);
  std::string text = HeadOf(task, fr) + BodyOf(task, language);
  if (task.contains("role"))
    text += "    " + Text(task, "role") + " · " + Text(task, "country") + "\n";
  if (task.contains("erase_by"))
    text += (fr ? "    faire effacer : " : "    have it erased: ") + Text(task, "erase_by") + "\n";
  if (task.contains("closed")) {
    const Json& closed = task["closed"];
    text += "    " + Text(closed, "at") + " · uid " + Count(closed, "uid") + " · " +
            Text(closed, "reason") + "\n";
  } else {
    text += fr ? "    les enregistrements : octroi consent late\n"
               : "    the records: octroi consent late\n";
  }
  text.pop_back();
  return text;
}

std::string TaskRecordJson(std::uint64_t sequence, const journal::TaskRecord& record,
                           const Names& names, const crypto::KeyRing& keys) {
  const bool closed = record.step == journal::TaskStep::kClosed;
  Json line{{"sequence", sequence},
            {"kind", "task"},
            {"what", closed ? "task.closed" : "task.opened"},
            {"at", base::FormatRfc3339(record.at)},
            {"plan", record.plan},
            {"task", record.task}};
  if (closed) {
    line["uid"] = record.uid;
    const auto note = journal::OpenNote(keys, record.task, record.at, record.uid, record.note);
    if (note) line["reason"] = *note;
    return line.dump();
  }
  line["consent"] = {{"id", record.consent},
                     {"purpose", record.purpose},
                     {"state", Name(static_cast<policies::ConsentState>(record.state))},
                     {"effective_at", base::FormatRfc3339(record.effective_at)},
                     {"recorded_at", base::FormatRfc3339(record.recorded_at)}};
  line["handle"] = record.handle;
  line["destination"] = NameAt(names.destinations, record.destination);
  line["deliveries"] = record.deliveries;
  line["perhaps"] = record.perhaps;
  line["due"] = base::FormatRfc3339(record.due);
  return line.dump();
}

}  // namespace octroi::gateway
