#include "gateway/cli_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/text.h"
#include "gateway/canary/light.h"
#include "gateway/cli_layout.h"
#include "gateway/cli_text_consent.h"
#include "gateway/messages.h"
#include "journal/records.h"
#include "journal/release_record.h"
#include "journal/replay_record.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

std::size_t Width(const std::string& text) {  // code points: our words are Latin
  std::size_t width = 0;
  for (const char c : text) width += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return width;
}

// A table: first column names, then one column for each member, headed in the outcome words.
std::string Table(const std::string& title, const std::string& total, const Json& rows,
                  std::initializer_list<const char*> outcomes, const char* first,
                  Language language) {
  std::string text = Left(title, 18) + Right(total, 10);
  for (const char* outcome : outcomes) text += Right(OutcomeWord(outcome, language), 16);
  text += "\n";
  for (const auto& [name, row] : rows.items()) {
    text += Left(name, 18) + Right(std::to_string(row[first].get<std::uint64_t>()), 10);
    for (const char* outcome : outcomes)
      text += Right(std::to_string(row[outcome].get<std::uint64_t>()), 16);
    text += row["sum_holds"].get<bool>() ? "   ✓\n" : "   ✗\n";
  }
  return text;
}

}  // namespace

std::string ErrorText(const Json& json, Language language) {
  return std::string(Sentence(json["error"].get<std::string>(), language)) + "\n";
}

std::string Right(const std::string& text, std::size_t width) {
  return std::string(width > Width(text) ? width - Width(text) : 0, ' ') + text;
}

std::string Left(const std::string& text, std::size_t width) {
  return text + std::string(width > Width(text) ? width - Width(text) : 0, ' ');
}

std::string OutcomeWord(std::string_view outcome, Language language) {
  for (int o = 1; o <= 9; ++o) {
    const auto one = static_cast<base::Outcome>(o);
    if (base::Name(one) == outcome) return std::string(OutcomeName(one, language));
  }
  return std::string(outcome);
}

std::string Joined(const Json& list) {
  std::string text;
  for (const Json& item : list) text += (text.empty() ? "" : ", ") + item.get<std::string>();
  return text;
}

std::string_view UsageText(Language language) {
  if (language == Language::kEnglish) {
    return "octroi <command> [-c FOLDER] [--json] [--lang fr|en]\n"
           "  init [FOLDER]        writes a commented starter folder, with keys\n"
           "  check [FOLDER]       checks every file; all errors at once\n"
           "  schema [KIND]        prints a JSON Schema, or the kinds\n"
           "  help CODE            what OCT-1204 or consent.withdrawn means and what to do\n"
           "  run                  starts the gateway; SIGHUP reloads, SIGTERM drains\n"
           "  status               both sums, by source and destination\n"
           "  explain ID           why this event got this outcome, by which line, and what would\n"
           "                       change it (-f FILE --source S: of a file, without a gateway)\n"
           "  failures             failed and quarantined events (--limit N)\n"
           "  audit                every record that does not add up (--for \"24 h\")\n"
           "  reconcile FILE       a source's export against what was received (--source S, "
           "--for)\n"
           "  score                usable share, score, and why they moved (--by source|campaign|\n"
           "                       contract|field|rule|day, --source, --campaign, --field, "
           "--rule,\n"
           "                       --since, --until)\n"
           "  problems             what makes records unusable, and the one fix worth most\n"
           "  journeys [TERM]      how many people go on to the next step, and why the thread "
           "breaks\n"
           "                       (--since, --until, --campaign)\n"
           "  import FILE          events of a CSV, NDJSON or JSON file (--source S [--key FILE]); "
           "resumable\n"
           "  csv FILE             how a table is read (--json); needs no gateway\n"
           "  profile FILE         types, keys, dependencies, suspect cells, proposed rules "
           "(--json,\n"
           "                       --show-values; --contract ID: as a patch); needs no gateway\n"
           "  contract import FILE a contract from ODCS or JSON Schema, with what has no "
           "equivalent\n"
           "                       (--from odcs|json-schema, --object NAME); needs no gateway\n"
           "  contract export FILE a contract as ODCS 3.1 (a file, or an id in -c FOLDER)\n"
           "  diff [FOLDER]        what the files change, and whose approval that needs\n"
           "                       (--impact \"7 days\": on the decisions of those days)\n"
           "  pilot                what enforcing would change (--for \"7 days\"), and since when "
           "it "
           "is safe\n"
           "  propose [FOLDER]     writes a proposal to be approved (--reason TEXT, --version N)\n"
           "  proposals            the proposals and what they still need\n"
           "  approve FILE         signs a proposal (--as ROLE --key FILE); needs no gateway\n"
           "  apply [FOLDER|FILE]  brings it into force (--version N: an earlier one again)\n"
           "  versions             who changed what, when, why, approved by whom\n"
           "  keys approver ROLE FILE   a key for who approves, and its public half\n"
           "  test [--coverage]    the cases of tests/, and which policy lines decided\n"
           "  ask QUESTION         whether a field can reach a destination, with a counter-example "
           "(--as-test FILE; --help)\n"
           "  detect [FILE]        where personal data stands in a text, never what it is\n"
           "                       (--type iban,nir --all --json); needs no gateway\n"
           "  simulate FILE        what would become of a file of events (--source S [--at "
           "INSTANT]\n"
           "                       [--consents FILE]); writes and sends nothing\n"
           "  consent decode       what a TC or GPP string says and is worth (--tcf | --gpp "
           "STRING\n"
           "                       [--purposes 1,3,4 [--vendor N]] [--at INSTANT]); needs no "
           "gateway\n"
           "  consent state        what the register says of a person, on any date (--subject "
           "FILE|-\n"
           "                       [--at INSTANT] [--known-at INSTANT])\n"
           "  consent export       their consent records, ISO/IEC TS 27560 (--subject FILE|- "
           "[--receipt])\n"
           "  counts               how many records left only as a number, by day (--destination "
           "D; "
           "--since DATE)\n"
           "  tasks list | show | close   recipients to be told of a no that came late (--all; "
           "--reason TEXT)\n"
           "  consent late         what left before a withdrawal was known, and whom to tell\n"
           "  training show        what went into the training of models (--destination D)\n"
           "  training affected    which of it is of people who since said no (--subject FILE|-)\n"
           "  reidentify           who is behind a P2 or P4 token: ask, show, approve, refuse, "
           "open; it "
           "takes two people\n"
           "  tap                  live decisions, masked (--source --outcome --destination "
           "--reason)\n"
           "  top                  what comes, leaves and waits, each second (--once)\n"
           "  console user         who may log in to the console: add NAME --role R (password on "
           "stdin), remove, list\n"
           "  replay               failed deliveries once more (--destination D [--status 429] "
           "[--reason R]\n"
           "                       [--since \"2 h\"] [--limit N] [--rate 50/s] [--dry-run] "
           "[--yes])\n"
           "  keys show            versions of the pseudonym key; rotate [--until DAY], retire KV, "
           "reinstate KV,\n"
           "                       compromised KV, destroy KV: says what it will do, and asks "
           "[--yes]\n"
           "  breaches             breaches of personal data (GDPR 33): notified|closed BREACH "
           "--reference NUMBER\n"
           "  keys forget          makes the random tokens (P4) of a person nobody's, for good "
           "(--subject FILE|-\n"
           "                       --reason TEXT [--yes])\n"
           "  keys create          writes the key files that the config names and that are "
           "missing\n"
           "  rebuild              projects the journal into the store again (gateway stopped)\n"
           "  migrate              PostgreSQL: brings the schema up to date and moves the embedded "
           "store (gateway stopped)\n"
           "  journal check        reads every segment and says what is damaged\n"
           "  journal dump         prints every decision, one JSON line a record\n";
  }
  return "octroi <commande> [-c DOSSIER] [--json] [--lang fr|en]\n"
         "  init [DOSSIER]       écrit un dossier de départ commenté, avec ses clés\n"
         "  check [DOSSIER]      vérifie tous les fichiers ; toutes les erreurs d'un coup\n"
         "  schema [TYPE]        affiche un schéma JSON, ou la liste des types\n"
         "  help CODE            ce que veut dire OCT-1204 ou consent.withdrawn, et quoi faire\n"
         "  run                  démarre la passerelle ; SIGHUP recharge, SIGTERM arrête en "
         "douceur\n"
         "  status               les deux sommes, par source et par destination\n"
         "  explain ID           pourquoi cet événement a eu cette issue, par quelle ligne, et "
         "que\n"
         "                       changer (-f FICHIER --source S : d'un fichier, sans passerelle)\n"
         "  failures             événements en échec ou en quarantaine (--limit N)\n"
         "  audit                chaque enregistrement qui ne tombe pas juste (--for \"24 h\")\n"
         "  reconcile FICHIER    l'export d'une source face à ce qui fut reçu (--source S, --for)\n"
         "  score                part utilisable, note, et pourquoi elles ont bougé (--by source|\n"
         "                       campaign|contract|field|rule|day, --source, --campaign, --field,\n"
         "                       --rule, --since, --until)\n"
         "  problems             ce qui rend inutilisable, et la réparation qui rapporte le plus\n"
         "  journeys [TERME]     combien de personnes vont à l'étape suivante, et pourquoi le fil "
         "casse\n"
         "                       (--since, --until, --campaign)\n"
         "  import FICHIER       les événements d'un fichier CSV, NDJSON ou JSON (--source S "
         "[--key FICHIER]) ; se reprend\n"
         "  csv FICHIER          comment un tableau est lu (--json) ; sans passerelle\n"
         "  profile FICHIER      types, clés, dépendances, cellules suspectes, règles proposées\n"
         "                       (--json, --show-values ; --contract ID : en patch) ; sans "
         "passerelle\n"
         "  contract import FICHIER  un contrat depuis ODCS ou JSON Schema, et ce qui n'a pas\n"
         "                       d'équivalent (--from odcs|json-schema, --object NOM) ; sans "
         "passerelle\n"
         "  contract export FICHIER  un contrat en ODCS 3.1 (un fichier, ou un id de -c DOSSIER)\n"
         "  diff [DOSSIER]       ce que les fichiers changent, et qui doit l'approuver\n"
         "                       (--impact \"7 days\" : sur les décisions de ces jours)\n"
         "  pilot                ce qu'appliquer changerait (--for \"7 days\"), et depuis quand "
         "c'est "
         "sûr\n"
         "  propose [DOSSIER]    écrit une proposition à approuver (--reason TEXTE, --version N)\n"
         "  proposals            les propositions et ce qui leur manque\n"
         "  approve FICHIER      signe une proposition (--as RÔLE --key FICHIER), sans passerelle\n"
         "  apply [DOSSIER|FICHIER]   met en vigueur (--version N : une version passée, de "
         "nouveau)\n"
         "  versions             qui a changé quoi, quand, pourquoi, approuvé par qui\n"
         "  keys approver RÔLE FICHIER   une clé pour qui approuve, et sa moitié publique\n"
         "  test [--coverage]    les cas de tests/, et quelles lignes de politique ont décidé\n"
         "  ask QUESTION         si un champ peut atteindre une destination, avec un "
         "contre-exemple "
         "(--as-test FICHIER ; --help)\n"
         "  detect [FICHIER]     où un texte a des données personnelles, jamais lesquelles\n"
         "                       (--type iban,nir --all --json), sans passerelle\n"
         "  simulate FICHIER     ce que deviendrait un fichier d'événements (--source S [--at "
         "INSTANT]\n"
         "                       [--consents FICHIER]) ; n'écrit et n'envoie rien\n"
         "  consent decode       ce que dit et vaut une chaîne TC ou GPP (--tcf | --gpp CHAÎNE\n"
         "                       [--purposes 1,3,4 [--vendor N]] [--at INSTANT]), sans "
         "passerelle\n"
         "  consent state        ce que le registre dit d'une personne, à toute date (--subject\n"
         "                       FICHIER|- [--at INSTANT] [--known-at INSTANT])\n"
         "  consent export       ses fiches de consentement, ISO/IEC TS 27560 (--subject "
         "FICHIER|-\n"
         "                       [--receipt])\n"
         "  counts               combien d'enregistrements ne sortent que comptés, par jour "
         "(--destination D ; --since DATE)\n"
         "  tasks list | show | close   destinataires à prévenir d'un refus venu tard (--all ; "
         "--reason TEXTE)\n"
         "  consent late         ce qui est parti avant qu'un retrait soit connu, et qui prévenir\n"
         "  training show        ce qui est parti entraîner des modèles (--destination D)\n"
         "  training affected    ce qui y est de personnes qui ont dit non depuis (--subject "
         "FICHIER|-)\n"
         "  reidentify           qui est derrière un jeton P2 ou P4 : ask, show, approve, refuse, "
         "open ; "
         "il "
         "faut deux personnes\n"
         "  tap                  décisions en direct, masquées (--source --outcome --destination "
         "--reason)\n"
         "  top                  ce qui arrive, part et attend, chaque seconde (--once)\n"
         "  console user         qui peut se connecter à la console : add NOM --role R (mot de "
         "passe sur "
         "l'entrée standard), remove, list\n"
         "  replay               rejoue des livraisons en échec (--destination D [--status 429] "
         "[--reason R]\n"
         "                       [--since \"2 h\"] [--limit N] [--rate 50/s] [--dry-run] [--yes])\n"
         "  keys show            versions de la clé des pseudonymes ; rotate [--until JOUR], "
         "retire KV,\n"
         "                       reinstate KV, compromised KV, destroy KV : dit ce que ça fera, et "
         "demande [--yes]\n"
         "  breaches             violations de données (RGPD 33) : notified|closed VIOLATION "
         "--reference N°\n"
         "  keys forget          les jetons aléatoires (P4) d'une personne ne sont plus à "
         "personne, "
         "pour de bon\n"
         "                       (--subject FICHIER|- --reason TEXTE [--yes])\n"
         "  keys create          écrit les fichiers de clés que la configuration nomme et qui "
         "manquent\n"
         "  rebuild              projette de nouveau le journal dans la base (passerelle arrêtée)\n"
         "  migrate              PostgreSQL : met le schéma à jour et déménage la base embarquée "
         "(passerelle arrêtée)\n"
         "  journal check        lit tous les segments et dit ce qui est abîmé\n"
         "  journal dump         affiche chaque décision, une ligne JSON par enregistrement\n";
}

std::optional<std::string> HelpText(std::string_view code, Language language) {
  const bool fr = language == Language::kFrench;
  const std::vector<CodeHelp> codes = ConfigCodes();
  const auto found = std::ranges::find(codes, code, &CodeHelp::code);
  std::string text(code);
  if (found != codes.end()) {
    const bool warning = found->level == ConfigFinding::Level::kWarning;
    text += warning ? (fr ? " · alerte" : " · warning") : (fr ? " · erreur" : " · error");
    text += "\n  " + (fr ? found->fr : found->en);
    const std::string& hint = fr ? found->hint_fr : found->hint_en;
    if (!hint.empty()) text += "\n  → " + hint;
    return text + "\n";
  }
  std::string_view sentence = Sentence(code, language);
  if (sentence == code) sentence = SignalSentence(code, language);
  if (sentence.empty()) return std::nullopt;
  return text + "\n  " + std::string(sentence) + "\n";
}

std::string InitText(const std::string& folder, Language language) {
  return language == Language::kFrench ? "Écrit dans " + folder + ". Ensuite : octroi check " +
                                             folder + " && octroi run -c " + folder + "\n"
                                       : "Written to " + folder + ". Next: octroi check " + folder +
                                             " && octroi run -c " + folder + "\n";
}

std::string StatusText(const std::string& json, Language language) {
  const Json status = Json::parse(json);
  if (status.contains("error")) return ErrorText(status, language);
  const bool fr = language == Language::kFrench;
  const bool holds = status["sums_hold"];
  std::string text = std::string(holds ? "✓ " : "✗ ") + status["tenant"].get<std::string>() +
                     " · config " + status["config"].get<std::string>().substr(0, 12) + " · " +
                     (fr ? "en attente " : "pending ") +
                     std::to_string(status["pending"].get<std::uint64_t>()) + "\n";
  if (status["held"]) {
    text += fr ? "▲ Rien n'est envoyé : le registre des consentements ne répond pas.\n"
               : "▲ Nothing is sent: the consent register does not answer.\n";
  }
  if (const Json& consent = status["observed"]["consent"]; !consent.is_null()) {
    text += (fr ? "▲ MODE PILOTE : le consentement n'est qu'observé jusqu'au "
                : "▲ PILOT: consent is only observed until ") +
            consent["until"].get<std::string>() + (fr ? ", approuvé par " : ", approved by ") +
            consent["approved_by"].get<std::string>() + "\n";
  }
  for (const char* kind : {"sources", "contracts"}) {
    if (status["observed"][kind].empty()) continue;
    text += (fr ? "● Qualité observée : " : "● Quality observed: ") +
            Joined(status["observed"][kind]) + "\n";
  }
  text += CanariesText(status["canaries"], language);
  if (status.contains("key") && status["key"]["due"].get<bool>())
    text += fr ? "▲ La clé des pseudonymes est à tourner : octroi keys show\n"
               : "▲ The pseudonym key is to be rotated: octroi keys show\n";
  text += "\n";
  text += Table("SOURCE", fr ? "Reçus" : "Received", status["sources"],
                {"rejected", "quarantined", "merged", "accepted"}, "received", language);
  text += "\n";
  text += Table("DESTINATION", fr ? "Acceptés" : "Accepted", status["destinations"],
                {"withheld", "sent", "in_flight", "failed", "erased"}, "accepted", language);
  text += "\n";
  for (const auto& [source, contracts] : status["rules"].items()) {
    for (const auto& [contract, rules] : contracts.items()) {
      text += source + " · " + contract + "\n";
      for (const auto& [rule, count] : rules.items()) {
        text += "  " + Left(rule, 28) +
                Right(std::to_string(count["failed"].get<std::uint64_t>()), 8) + " / " +
                std::to_string(count["evaluated"].get<std::uint64_t>()) + "\n";
      }
    }
  }
  return text;
}

std::string FailuresText(const std::string& json, Language language) {
  const Json answer = Json::parse(json);
  if (answer.contains("error")) return ErrorText(answer, language);
  std::string text;
  for (const Json& item : answer["items"]) {
    text += Left(item.value("id", ""), 22) + Left(item.value("at", ""), 26) +
            Left(OutcomeWord(item.value("outcome", ""), language), 16) +
            Left(item.value("destination", "—"), 16) + item.value("reason", "") + "\n";
  }
  if (text.empty())
    return language == Language::kFrench ? "Rien en échec ni en quarantaine.\n"
                                         : "Nothing failed or quarantined.\n";
  return text;
}

std::string AuditText(const std::string& json, Language language) {
  const Json audit = Json::parse(json);
  if (audit.contains("error")) return ErrorText(audit, language);
  const bool fr = language == Language::kFrench;
  const auto number = [&](const char* key) {
    return std::to_string(audit[key].get<std::uint64_t>());
  };
  std::string text = std::string(audit["holds"] ? "✓ " : "✗ ") + number("events") +
                     (fr ? " événements, " : " events, ") + number("outcomes") +
                     (fr ? " issues, " : " outcomes, ") + number("minutes") +
                     (fr ? " minutes ; journal et base comparés un par un jusqu'à "
                         : " minutes; journal and store compared one by one through ") +
                     audit["through"].get<std::string>() + "\n";
  if (audit["accesses"] != 0)
    text += number("accesses") + (fr ? " accès à des personnes (octroi journal dump)\n"
                                     : " accesses to people (octroi journal dump)\n");
  for (const Json& minute : audit["failing_minutes"]) {
    text += (fr ? "✗ les sommes ne tombent pas juste : " : "✗ sums do not hold: ") +
            minute["minute"].get<std::string>() + "\n";
  }
  for (const Json& one : audit["discrepancies"]) {
    text += "✗ " + Left(one["id"].get<std::string>(), 22) +
            Left(one.value("destination", "—"), 16) + one["what"].get<std::string>() + "\n";
  }
  const std::size_t named = audit["discrepancies"].size();
  if (const auto total = audit["discrepancies_total"].get<std::size_t>(); total > named) {
    text += "… " + std::to_string(total - named) + (fr ? " de plus\n" : " more\n");
  }
  return text;
}

std::string MovedText(const MovedRecords& moved, Language language) {
  const auto [consents, configs, records] = moved;
  if (language == Language::kFrench) {
    return "Le schéma de PostgreSQL est à jour. " + std::to_string(consents) +
           " événements de consentement et " + std::to_string(configs) +
           " configurations copiés et comparés, " + std::to_string(records) +
           " enregistrements du journal projetés.\n";
  }
  return "The schema of PostgreSQL is up to date. " + std::to_string(consents) +
         " consent events and " + std::to_string(configs) + " configs copied and compared, " +
         std::to_string(records) + " records of the journal projected.\n";
}

std::string MovedJson(const MovedRecords& moved) {
  return "{\"consents\":" + std::to_string(moved.consents) +
         ",\"configs\":" + std::to_string(moved.configs) +
         ",\"records\":" + std::to_string(moved.records) + "}\n";
}

std::string RebuiltText(std::uint64_t records, Language language) {
  return std::to_string(records) + (language == Language::kFrench
                                        ? " enregistrements projetés de nouveau.\n"
                                        : " records projected again.\n");
}

std::string JournalText(const journal::CheckReport& report, Language language) {
  const bool fr = language == Language::kFrench;
  std::string text =
      std::to_string(report.segments) + " segments, " + std::to_string(report.blocks) +
      (fr ? " blocs, " : " blocks, ") + std::to_string(report.records) +
      (fr ? " enregistrements (n° " : " records (no. ") + std::to_string(report.first_sequence) +
      "–" + std::to_string(report.last_sequence) + ")\n";
  if (report.torn_tail) {
    text += fr ? "Fin inachevée : rien n'en avait été confirmé ; le démarrage la coupe.\n"
               : "Unfinished tail: nothing of it was acknowledged; start cuts it.\n";
  }
  for (const std::string& damage : report.damages) text += "✗ " + damage + "\n";
  if (report.damages.empty()) text += "✓ Journal intact.\n";
  return text;
}

std::string RecordJson(std::uint64_t sequence, std::string_view record, const Names& names) {
  const auto named = [](const std::vector<std::string>& list, std::size_t place) {
    return place < list.size() ? list[place] : std::string{};
  };
  Json line{{"sequence", sequence}};
  journal::EventRecord event;
  journal::OutcomeRecord outcome;
  journal::ConsentRecord consent;
  journal::ReplayRecord replay;
  journal::ReleaseRecord release;
  if (Decode(record, event)) {
    line["kind"] = "event";
    line["received"] = base::FormatRfc3339(event.received);
    line["outcome"] = base::Name(event.outcome);
    line["reason"] = names.ReasonName(event.reason);
    line["source"] = named(names.sources, event.source);
    line["merged_into"] = event.merged_into;
    line["verdicts"] = Json::array();
    for (const base::Verdict& verdict : event.verdicts) {
      line["verdicts"].push_back({{"destination", named(names.destinations, verdict.destination)},
                                  {"allowed", verdict.allowed},
                                  {"reason", names.ReasonName(verdict.reason)}});
    }
  } else if (Decode(record, outcome)) {
    line["kind"] = "outcome";
    line["destination"] = named(names.destinations, outcome.destination);
    line["outcome"] = base::Name(outcome.outcome);
    line["reason"] = names.ReasonName(outcome.reason);
    line["attempt"] = outcome.attempt;
    line["events"] = outcome.events;
  } else if (Decode(record, consent)) {
    line["kind"] = "consent";
    line["recorded_at"] = base::FormatRfc3339(consent.recorded_at);
  } else if (Decode(record, replay)) {
    line["kind"] = "replay";
    line["destination"] = named(names.destinations, replay.destination);
    line["at"] = base::FormatRfc3339(replay.at);
    line["uid"] = replay.uid;
    line["events"] = replay.events;
  } else if (Decode(record, release)) {
    line["kind"] = "release";
    line["destination"] = named(names.destinations, release.destination);
    line["at"] = base::FormatRfc3339(release.at);
    for (const journal::ReleaseRecord::Event& one : release.events)
      line["events"].push_back({{"sequence", one.sequence},
                                {"reason", names.ReasonName(one.reason)},
                                {"consent", one.consent}});
  } else {
    line["kind"] = "plan";
  }
  return line.dump();
}

std::string JournalJson(const journal::CheckReport& report) {
  return Json{{"segments", report.segments},
              {"blocks", report.blocks},
              {"records", report.records},
              {"payload_items", report.payload_items},
              {"first_sequence", report.first_sequence},
              {"last_sequence", report.last_sequence},
              {"torn_tail", report.torn_tail},
              {"damages", report.damages}}
             .dump() +
         "\n";
}

}  // namespace octroi::gateway
