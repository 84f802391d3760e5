// `octroi score` and `octroi problems`: how usable the data is, and the one fix worth most.
#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/text.h"
#include "gateway/cli_layout.h"
#include "gateway/cli_verbs.h"
#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

class Words {
 public:
  explicit Words(Language language) : language_(language) {}
  std::string operator()(const char* fr, const char* en) const { return French() ? fr : en; }
  bool French() const { return language_ == Language::kFrench; }
  Language language() const { return language_; }
  std::string Share(const Json& points) const {
    return Decimal(points.get<double>(), 1, language_) + (French() ? " %" : "%");
  }
  std::string Signed(const Json& points) const {
    const double value = points.get<double>();
    return (value > 0 ? "+" : "") + Decimal(value, 1, language_);
  }
  std::string Count(const Json& count) const { return std::to_string(count.get<std::uint64_t>()); }
  std::string TooFew() const { return (*this)("trop peu de données", "too little data"); }

 private:
  Language language_;
};

std::string DeltaText(const Json& delta, const Words& say) {
  const Json& parts = delta["parts"];
  return say.Signed(delta["points"]) + say(" pt : données ", " pt: data ") +
         say.Signed(parts["data"]) + say(" · règles ", " · rules ") + say.Signed(parts["rules"]) +
         say(" · répartition ", " · mix ") + say.Signed(parts["mix"]) +
         (delta["significant"].get<bool>()
              ? ""
              : say("   (pas plus que le hasard)", "   (no more than chance)"));
}

std::string TotalText(const Json& total, const Words& say) {
  if (total.contains("too_few"))
    return say("Reçus : ", "Received: ") + say.Count(total["received"]) + "   " + say.TooFew() +
           "\n";
  const Json& ci = total["ci95"];
  const Json& coverage = total["coverage"];
  std::string out = say("Utilisables ", "Usable ") + say.Share(total["usable_share"]) + " = " +
                    say.Count(total["usable"]) + " / " + say.Count(total["received"]) + "   (" +
                    say.Share(ci[0]) + "–" + say.Share(ci[1]) + ")   " +
                    total["grade"].get<std::string>() + "\n";
  out += say("  note ", "  score ") +
         (total["score"].is_null() ? say("non mesurée", "not measured")
                                   : Decimal(total["score"].get<double>(), 1, say.language())) +
         "   " + say.Count(coverage["dimensions"]) + "/6 dimensions · " +
         say.Count(coverage["critical_covered"]) + "/" + say.Count(coverage["critical_fields"]) +
         say(" champs critiques\n", " critical fields\n");
  out += say("  refusés ", "  rejected ") + say.Count(total["rejected"]) +
         say(" · quarantaine ", " · quarantined ") + say.Count(total["quarantined"]) +
         say(" · fusionnés ", " · merged ") + say.Count(total["merged"]) +
         say(" · réparés ", " · repaired ") + say.Count(total["repaired"]) + "\n";
  if (total["delta"].is_null()) return out;
  out += say("  par rapport aux mêmes jours avant : ", "  against the same days before: ") +
         DeltaText(total["delta"], say) + "\n";
  return out;
}

std::string RowText(const Json& row, const Words& say) {
  const std::string name = "  " + Left(row["name"].get<std::string>(), 28) + " ";
  const bool of_rule = row.contains("applicable");
  const std::string count = Right(say.Count(row[of_rule ? "applicable" : "received"]), 10);
  if (row.contains("too_few")) return name + count + "   " + say.TooFew() + "\n";
  if (of_rule)
    return name + count + "   " + Right(say.Share(row["passed_share"]), 8) +
           say("   en échec ", "   failed ") + say.Count(row["failed"]) + "\n";
  std::string line = name + count + "   " + Right(say.Share(row["usable_share"]), 8) + "   ";
  line += row["score"].is_null() ? "  -" : Right(Decimal(row["score"], 0, say.language()), 3);
  const Json& delta = row["delta"];
  if (!delta.is_null() && delta["significant"].get<bool>())
    line += std::string("   ") + (delta["points"].get<double>() > 0 ? "▲ " : "▼ ") +
            say.Signed(delta["points"]);
  return line + "\n";
}

std::string ObjectiveText(const Json& one, const Words& say) {
  std::string line = say("Objectif ", "Objective ") + one["contract"].get<std::string>() + " : " +
                     say.Share(one["target"]) + say(" sur ", " over ") +
                     Decimal(one["window_days"], 0, say.language()) + say(" jours : ", " days: ");
  if (one.contains("too_few")) return line + say.TooFew() + "\n";
  line += say.Share(one["usable_share"]) + say(", budget consommé ", ", budget used ") +
          say.Share(one["budget_used"]) + say(", rythme ×", ", pace ×") +
          Decimal(one["pace"], 1, say.language());
  if (!one["runs_out"].is_null())
    line +=
        say(", épuisé le ", ", runs out on ") + one["runs_out"].get<std::string>().substr(0, 10);
  return line + "\n";
}

std::string ScoreText(const std::string& text, Language language) {
  const Json json = Json::parse(text);
  if (json.contains("error")) return ErrorText(json, language);
  const Words say(language);
  std::string out = json["since"].get<std::string>().substr(0, 16) + " → " +
                    json["until"].get<std::string>().substr(0, 16) + "\n";
  out += TotalText(json["total"], say);
  for (const Json& row : json["rows"]) out += RowText(row, say);
  for (const Json& one : json["objectives"]) out += ObjectiveText(one, say);
  for (const Json& rule : json["left_out"])
    out += say("Hors de la note : ", "Left out of the score: ") +
           rule["contract"].get<std::string>() + "/" + rule["rule"].get<std::string>() +
           say(", jusqu'au ", ", until ") + rule["until"].get<std::string>() + " : " +
           rule["why"].get<std::string>() + "\n";
  if (json["not_measured"] != 0)
    out += say("Sans contrat, non mesurés : ", "Without a contract, not measured: ") +
           say.Count(json["not_measured"]) + "\n";
  out.pop_back();
  return out;
}

std::string WhatText(const Json& problem, const Words& say) {
  const std::string kind = problem["kind"];
  if (kind == "refused") {
    const std::string reason = problem["reason"];
    return reason + "   " + std::string(Sentence(reason, say.language()));
  }
  const std::string contract = problem["contract"];
  if (kind == "required")
    return contract + "   " + say("champ obligatoire absent : ", "required field missing: ") +
           Joined(problem["fields"]);
  return contract + "/" + problem["rule"].get<std::string>() + "   " +
         problem["say"][say.French() ? "fr" : "en"].get<std::string>();
}

std::string Failing(const Json& of, const Words& say) {
  return of.is_null() ? std::string("?") : say.Share(of["failed_share"]);
}

// "Shop team (shop@example.com) · muted until 2026-12-31: …"
std::string StateText(const Json& problem, const Words& say) {
  std::string out;
  if (const Json& who = problem["answers"]; !who.is_null())
    out += who["team"].get<std::string>() + " (" + who["contact"].get<std::string>() + ") · ";
  const bool shown = problem["fell"].get<bool>() || !problem["eased"].is_null();
  if (shown) {
    out += say("en échec : ", "failing: ") + Failing(problem["before"], say) + " → " +
           Failing(problem["during"], say);
    if (!problem["eased"].is_null())
      out += " → " + Failing(problem["after"], say) + say(" depuis le ", " since ") +
             problem["eased"].get<std::string>().substr(0, 16);
    out += " · ";
  }
  const std::string state = problem["state"];
  if (state == "muted")
    return out + say("en sourdine jusqu'au ", "muted until ") +
           problem["muted"]["until"].get<std::string>() + say(" : ", ": ") +
           problem["muted"]["why"].get<std::string>();
  if (state == "mended") return out + say("réparé", "mended");
  return out + (state == "eased" ? say("en baisse", "eased") : say("ouvert", "open"));
}

std::string ProblemText(const Json& problem, const Words& say) {
  std::string out = WhatText(problem, say) + "\n    " + say.Count(problem["failed"]) +
                    say(" enregistrements", " records") + " (" +
                    say.Share(problem["failed_share"]) + ")";
  if (problem.contains("people"))
    out +=
        " · " + (problem["people"].is_null()
                     ? say("moins de 10 personnes identifiées", "fewer than 10 identified people")
                     : say("environ ", "about ") + say.Count(problem["people"]) +
                           say(" personnes", " people"));
  out += (problem["fell"].get<bool>() ? say(" · depuis le ", " · since ")
                                      : say(" · vu dès le ", " · seen from ")) +
         problem["since"].get<std::string>().substr(0, 16) + say(" · surtout ", " · mostly ") +
         problem["worst_source"]["source"].get<std::string>() + "\n    ";
  out += problem["gain_at_most"].get<bool>()
             ? say("réparer rendrait au plus ", "a fix gains at most ")
             : say("réparer rendrait ", "a fix gains ");
  out += say.Count(problem["gain"]) + say(" utilisables de plus (", " more usable (") +
         say.Signed(problem["gain_points"]) + say(" pt), note ", " pt), score ") +
         say.Signed(problem["score_gain_points"]);
  if (problem.contains("file"))
    out += "   " + problem["file"].get<std::string>() + ":" +
           std::to_string(problem["line"].get<int>());
  return out + "\n    " + StateText(problem, say) + "\n";
}

std::string ProblemsText(const std::string& text, Language language) {
  const Json json = Json::parse(text);
  if (json.contains("error")) return ErrorText(json, language);
  const Words say(language);
  if (json.contains("too_few"))
    return say("Reçus : ", "Received: ") + say.Count(json["received"]) + "   " + say.TooFew();
  std::string out = say("Utilisables ", "Usable ") + say.Share(json["usable_share"]) + " = " +
                    say.Count(json["usable"]) + " / " + say.Count(json["received"]) + "\n";
  if (json["problems"].empty()) return out + say("Aucun problème.", "No problem.");
  std::size_t place = 0;
  for (const Json& problem : json["problems"]) {
    const bool best = json["best"] == place++;
    out += (best ? "★ " : "  ") + ProblemText(problem, say);
  }
  if (!json["best"].is_null())
    out += say("★ la réparation qui rapporte le plus\n", "★ the one fix worth most\n");
  out.pop_back();
  return out;
}

// False, and nothing asked: it is not how these are used.
bool OrderOf(const Arguments& args, Json& order) {
  if (args.words.size() > 1) return false;
  for (const char* key : {"by", "source", "campaign", "field", "rule"}) {
    const std::string given = args.Option((std::string("--") + key).c_str());
    if (!given.empty()) order[key] = given;
  }
  return TakeInstant(args, "--since", "since", order) &&
         TakeInstant(args, "--until", "until", order);
}

}  // namespace

std::string Decimal(double value, int digits, Language language) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  std::string out(text.data());
  if (language == Language::kFrench) std::ranges::replace(out, '.', ',');
  return out;
}

bool TakeInstant(const Arguments& args, const char* option, const char* key, Json& order) {
  if (!args.Has(option)) return true;
  const std::string text = args.Option(option);
  auto at = base::ParseRfc3339(text, /*date_allowed=*/true);
  if (const auto span = base::ParseDuration(text); !at && span)
    at = base::SystemClock().WallNow() - *span;
  if (at) order[key] = *at;
  return at.has_value();
}

int AskScore(const Arguments& args) {
  Json order = Json::object();
  if (!OrderOf(args, order)) return Misused(args);
  return Ask(args, "score " + order.dump(),
             [&](const std::string& json) { return ScoreText(json, args.language); });
}

int AskProblems(const Arguments& args) {
  Json order = Json::object();
  if (!OrderOf(args, order)) return Misused(args);
  return Ask(args, "problems " + order.dump(),
             [&](const std::string& json) { return ProblemsText(json, args.language); });
}

}  // namespace octroi::gateway
