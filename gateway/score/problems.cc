// What makes records unusable, and the one fix worth most.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <vector>

#include "base/text.h"
#include "gateway/score/figure.h"
#include "gateway/score/problem.h"
#include "gateway/score/report.h"

namespace octroi::gateway::score {
namespace {

using Json = nlohmann::ordered_json;
using base::Millis;
using scores::Micro;

constexpr Millis kHour = store::kQualityHour;
constexpr Millis kLookBack = 28 * store::kQualityDay;  // for when it began
constexpr std::uint64_t kFewestPeople = 10;
constexpr const char* kDimensions[] = {"completeness", "validity",   "uniqueness",
                                       "consistency",  "timeliness", "identity"};
constexpr const char* kSeverities[] = {"blocking", "major", "minor"};

std::string Error(const char* code) { return Json{{"error", code}}.dump(); }

// A record with that failure mended, and nothing else.
scores::Found Mended(const scores::Found& found, Kind kind, std::size_t rule) {
  scores::Found mended = found;
  if (kind == Kind::kRequired) mended.required_missing = false;
  if (kind == Kind::kRule) mended.failed &= ~(std::uint64_t{1} << rule);
  return mended;
}

class Problems {
 public:
  Problems(const Question& question, const Parts& parts)
      : question_(question), parts_(parts), counted_(parts) {}

  base::Status Read() {
    const Millis first =
        std::max<Millis>(0, std::min(question_.since, question_.until - kLookBack));
    if (auto read = counted_.Read(question_, first - first % kHour, question_.until); !read)
      return read;
    for (const Piece& piece : counted_.pieces()) Take(piece);
    WidenRefused();
    const PlanTerms* const in_force = counted_.TermsOfPlan(parts_.plan);
    for (auto& [cause, problem] : problems_) {
      if (problem.failed == 0) continue;
      problem.Follow(question_.since);
      problem.Assign(cause, in_force);
    }
    return base::Ok();
  }
  bool KnowsSource() { return counted_.KnowsSource(question_.source); }

  std::string Answer() {
    Json json{{"since", base::FormatRfc3339(question_.since)},
              {"until", base::FormatRfc3339(question_.until)},
              {"received", usable_.records}};
    if (usable_.records < scores::kFewest) {
      json["too_few"] = true;
      json["problems"] = Json::array();
      return json.dump();
    }
    json["usable"] = usable_.good;
    json["usable_share"] = Points(scores::Share(usable_));
    std::vector<std::pair<const Cause*, const Problem*>> order;
    std::size_t too_few = 0;
    for (const auto& [cause, problem] : problems_) {
      if (problem.failed == 0) continue;
      if (problem.applicable < scores::kFewest) {
        ++too_few;
      } else {
        order.emplace_back(&cause, &problem);
      }
    }
    std::ranges::stable_sort(order, std::greater{}, [](const auto& one) {
      const Problem& problem = *one.second;
      return std::tuple(problem.muted == nullptr, problem.Pressing(), problem.gain,
                        problem.score_gain, problem.failed);
    });
    Json list = Json::array();
    for (const auto& [cause, problem] : order) list.push_back(ProblemJson(*cause, *problem));
    const bool worth =
        !order.empty() && order.front().second->Pressing() && order.front().second->gain > 0;
    json["best"] = worth ? Json(0) : Json();
    json["muted"] =
        std::ranges::count_if(order, [](const auto& one) { return one.second->muted != nullptr; });
    json["problems"] = std::move(list);
    json["rules_too_few"] = too_few;
    return json.dump();
  }

 private:
  bool Asked(const ContractTerms* contract, Kind kind, std::size_t rule) const {
    if (question_.field.empty() && question_.rule.empty()) return true;
    if (kind == Kind::kRefused || contract == nullptr) return false;
    const std::vector<std::string>& fields =
        kind == Kind::kRequired ? contract->required : contract->rules[rule].fields;
    if (!question_.rule.empty() &&
        (kind != Kind::kRule || contract->rules[rule].id != question_.rule))
      return false;
    return question_.field.empty() || std::ranges::find(fields, question_.field) != fields.end();
  }

  void Take(const Piece& piece) {
    if (!piece.Counts()) return;
    received_[piece.hour] += piece.records;
    const bool now = piece.hour >= question_.since;
    if (now) usable_ += {piece.records, piece.usable ? piece.records : 0};
    if (!piece.judged) return Refused(piece, now);
    if (piece.folded || piece.contract == nullptr) return;
    const ContractTerms& contract = *piece.contract;
    if (contract.terms.requires_fields)
      Note({Kind::kRequired, contract.id, ""}, piece, 0, piece.found.required_missing, now);
    for (std::size_t i = 0; i < contract.rules.size() && i < 64; ++i) {
      if ((piece.found.evaluated >> i & 1) == 0) continue;
      Note({Kind::kRule, contract.id, contract.rules[i].id}, piece, i,
           (piece.found.failed >> i & 1) != 0, now);
    }
  }

  // Before any rule could look at it: that it would pass them is not known, so the gain is at most
  // this.
  void Refused(const Piece& piece, bool now) {
    Cause cause{Kind::kRefused, piece.contract == nullptr ? "" : piece.contract->id,
                std::string(base::Name(piece.reason))};
    Note(cause, piece, 0, true, now);
  }

  // Whatever came could have been refused, not only what was.
  void WidenRefused() {
    for (auto& [cause, problem] : problems_) {
      if (cause.kind != Kind::kRefused) continue;
      problem.applicable = usable_.records;
      for (const auto& [hour, records] : received_) {
        scores::Tally& tally = problem.hours[hour];
        tally = {records, records - tally.records};
      }
    }
  }

  void Note(const Cause& cause, const Piece& piece, std::size_t rule, bool failed, bool now) {
    if (!Asked(piece.contract, cause.kind, rule)) return;
    Problem& problem = problems_[cause];
    problem.contract = piece.contract;
    problem.rule = rule;
    problem.hours[piece.hour] +=
        scores::Tally{piece.records, failed ? std::uint64_t{0} : piece.records};
    if (!now) return;
    problem.applicable += piece.records;
    if (!failed) return;
    problem.failed += piece.records;
    problem.sources[*piece.source] += piece.records;
    if (cause.kind == Kind::kRefused) {
      problem.gain += piece.records;
      problem.score_gain += scores::kWhole * static_cast<Micro>(piece.records);
      return;
    }
    const scores::Terms& terms = piece.contract->terms;
    const scores::Found mended = Mended(piece.found, cause.kind, rule);
    if (!piece.usable && scores::IsUsable(terms, mended)) problem.gain += piece.records;
    const auto before = scores::ScoreOf(terms, piece.found), after = scores::ScoreOf(terms, mended);
    if (before && after)
      problem.score_gain += (*after - *before) * static_cast<Micro>(piece.records);
  }

  Json ProblemJson(const Cause& cause, const Problem& problem) const {
    constexpr const char* kKinds[] = {"rule", "required", "refused"};
    const auto all = static_cast<std::uint64_t>(usable_.records);
    const auto worst =
        std::ranges::max_element(problem.sources, {}, [](const auto& one) { return one.second; });
    Json json{{"kind", kKinds[static_cast<int>(cause.kind)]},
              {"contract", cause.contract},
              {cause.kind == Kind::kRefused ? "reason" : "rule", cause.what},
              {"applicable", problem.applicable},
              {"failed", problem.failed},
              {"failed_share", Points(scores::Share({problem.applicable, problem.failed}))},
              {"gain", problem.gain},
              {"gain_points", Points(scores::Share({all, problem.gain}))},
              {"gain_at_most", cause.kind == Kind::kRefused},
              {"score_gain_points", Points(scores::Mean(problem.score_gain, all))},
              {"since", base::FormatRfc3339(problem.began)},
              {"fell", problem.course.fell.has_value()},
              {"worst_source", {{"source", worst->first}, {"failed", worst->second}}}};
    problem.AddState(json);
    if (cause.kind != Kind::kRefused) AddPeople(cause, json);
    if (cause.kind == Kind::kRequired) json["fields"] = problem.contract->required;
    if (cause.kind == Kind::kRule) AddRule(problem, json);
    return json;
  }

  void AddPeople(const Cause& cause, Json& json) const {
    const std::uint64_t people =
        counted_.People(cause.contract, cause.what, question_.since, question_.until);
    json["people"] = people < kFewestPeople ? Json() : Json(people);
  }

  static void AddRule(const Problem& problem, Json& json) {
    const RuleTerms& rule = problem.contract->rules[problem.rule];
    const scores::RuleTerms& terms = problem.contract->terms.rules[problem.rule];
    json["dimension"] = kDimensions[static_cast<int>(terms.dimension)];
    json["severity"] = kSeverities[static_cast<int>(terms.severity)];
    json["fields"] = rule.fields;
    json["say"] = {{"fr", rule.say_fr}, {"en", rule.say_en}};
    json["file"] = rule.file;
    json["line"] = rule.line;
  }

  const Question question_;
  const Parts& parts_;
  Counted counted_;
  scores::Tally usable_;
  std::map<Millis, std::uint64_t> received_;  // by hour, also before the range
  std::map<Cause, Problem> problems_;
};

}  // namespace

std::string ProblemsReport(std::string_view question, const Parts& parts) {
  const auto asked = Question::FromJson(question, parts.now);
  if (!asked) return Error("request.invalid");
  Problems problems(*asked, parts);
  if (!problems.Read()) return Error("store.unavailable");
  if (!asked->source.empty() && !problems.KnowsSource()) return Error("source.unknown");
  return problems.Answer();
}

}  // namespace octroi::gateway::score
