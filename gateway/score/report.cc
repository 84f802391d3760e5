#include "gateway/score/report.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/text.h"
#include "gateway/score/figure.h"

namespace octroi::gateway::score {
namespace {

using Json = nlohmann::ordered_json;
using base::Millis;

constexpr Millis kDay = store::kQualityDay, kWeek = 7 * kDay;
constexpr int kWeeks = 4;

std::string Error(const char* code) { return Json{{"error", code}}.dump(); }

// The same weekdays before: four weeks for up to one, else as many whole weeks as it covers.
class Periods {
 public:
  explicit Periods(const Question& question) : now_(question) {
    const Millis length = question.until - question.since;
    const Millis shift = (length + kWeek - 1) / kWeek * kWeek;
    for (int i = 1; i <= (length <= kWeek ? kWeeks : 1); ++i) shifts_.push_back(i * shift);
  }
  bool Now(Millis hour) const { return hour >= now_.since && hour < now_.until; }
  bool Before(Millis hour) const {
    return std::ranges::any_of(shifts_, [&](Millis shift) { return Now(hour + shift); });
  }
  Millis first() const { return now_.since - shifts_.back(); }
  Json AsJson() const {
    Json windows = Json::array();
    for (const Millis shift : shifts_)
      windows.push_back({{"since", base::FormatRfc3339(now_.since - shift)},
                         {"until", base::FormatRfc3339(now_.until - shift)}});
    return windows;
  }

 private:
  Question now_;
  std::vector<Millis> shifts_;
};

// Of one rule, or of all that look at one field.
struct Findings {
  scores::Tally now, before;
  Json AsJson() const {
    if (now.records < scores::kFewest) return {{"applicable", now.records}, {"too_few", true}};
    return {{"applicable", now.records},
            {"failed", now.records - now.good},
            {"passed_share", Points(scores::Share(now))},
            {"significant", scores::Differ(before, now)},
            {"passed_share_before",
             before.records < scores::kFewest ? Json() : Json(Points(scores::Share(before)))}};
  }
};

class Scorecard {
 public:
  Scorecard(const Question& question, const Parts& parts)
      : question_(question), parts_(parts), periods_(question), counted_(parts) {}

  base::Status Read() {
    Millis first = periods_.first();
    if (const PlanTerms* now = counted_.TermsOfPlan(parts_.plan)) {
      for (const ContractTerms& contract : now->contracts) {
        if (contract.objective)
          first = std::min(first, question_.until - contract.objective->window);
      }
    }
    first = std::max<Millis>(0, first - first % store::kQualityHour);
    if (auto read = counted_.Read(question_, first, question_.until); !read) return read;
    for (const Piece& piece : counted_.pieces()) {
      const bool asked = periods_.Now(piece.hour) || periods_.Before(piece.hour);
      if (asked && piece.contract != nullptr) common_.Meet(*piece.contract);
    }
    common_.Close();
    for (const Piece& piece : counted_.pieces()) Take(piece);
    return base::Ok();
  }

  bool KnowsSource() { return counted_.KnowsSource(question_.source); }

  std::string Answer() {
    Json rows = Json::array();
    for (const auto& [name, figure] : figures_) rows.push_back(Row(name, figure.AsJson()));
    for (const auto& [name, findings] : findings_) rows.push_back(Row(name, findings.AsJson()));
    return Json{{"since", base::FormatRfc3339(question_.since)},
                {"until", base::FormatRfc3339(question_.until)},
                {"compared_with", periods_.AsJson()},
                {"total", total_.AsJson()},
                {"rows", std::move(rows)},
                {"repeats", repeats_},
                {"not_measured", unmeasured_},
                {"folded", folded_},
                {"left_out", LeftOut()},
                {"objectives", Objectives()}}
        .dump();
  }

 private:
  static Json Row(const std::string& name, Json figure) {
    figure["name"] = name;
    return figure;
  }

  void Take(const Piece& piece) {
    const bool now = periods_.Now(piece.hour), before = periods_.Before(piece.hour);
    if (now && piece.repeat) repeats_ += piece.records;
    if (now && piece.unmeasured) unmeasured_ += piece.records;
    if (now && piece.folded) folded_ += piece.records;
    if (!now && !before) return;
    total_.Add(piece, common_, before);
    if (question_.by == By::kField || question_.by == By::kRule) return TakeRules(piece, before);
    if (piece.Counts() && !(question_.by == By::kDay && before))
      figures_[NameOf(piece)].Add(piece, common_, before);
  }

  std::string NameOf(const Piece& piece) const {
    switch (question_.by) {
      case By::kCampaign:
        return counted_.CampaignName(piece.campaign);
      case By::kContract:
        return piece.contract == nullptr ? "-" : piece.contract->id;
      case By::kDay:
        return base::FormatRfc3339(piece.hour).substr(0, 10);
      default:
        return *piece.source;
    }
  }

  void TakeRules(const Piece& piece, bool before) {
    if (piece.contract == nullptr || !piece.judged || piece.folded) return;
    const ContractTerms& contract = *piece.contract;
    std::map<std::string, bool> passed;  // by row
    for (std::size_t i = 0; i < contract.rules.size() && i < 64; ++i) {
      if ((piece.found.evaluated >> i & 1) == 0) continue;
      const RuleTerms& rule = contract.rules[i];
      const bool good = (piece.found.failed >> i & 1) == 0;
      const auto note = [&](const std::string& row) {
        bool& all = passed.try_emplace(row, true).first->second;
        all = all && good;
      };
      if (!question_.rule.empty() && question_.rule != rule.id) continue;
      const bool among = question_.field.empty() ||
                         std::ranges::find(rule.fields, question_.field) != rule.fields.end();
      if (question_.by == By::kRule && among) note(contract.id + "/" + rule.id);
      if (question_.by == By::kRule) continue;
      for (const std::string& field : rule.fields) {
        if (question_.field.empty() || question_.field == field) note(field);
      }
    }
    for (const auto& [row, good] : passed) {
      Findings& findings = findings_[row];
      (before ? findings.before : findings.now) +=
          scores::Tally{piece.records, good ? piece.records : 0};
    }
  }

  // Printed under the score (ux.md C.6).
  Json LeftOut() {
    Json list = Json::array();
    const PlanTerms* const now = counted_.TermsOfPlan(parts_.plan);
    if (now == nullptr) return list;
    for (const ContractTerms& contract : now->contracts) {
      for (const RuleTerms& rule : contract.rules) {
        if (rule.left_out_until == 0) continue;
        list.push_back({{"contract", contract.name},
                        {"rule", rule.id},
                        {"why", rule.left_out_why},
                        {"until", base::FormatRfc3339(rule.left_out_until - kDay).substr(0, 10)}});
      }
    }
    return list;
  }

  Json Objectives() {
    Json list = Json::array();
    const PlanTerms* const now = counted_.TermsOfPlan(parts_.plan);
    if (now == nullptr) return list;
    for (const ContractTerms& contract : now->contracts) {
      if (contract.objective) list.push_back(ObjectiveJson(contract));
    }
    return list;
  }

  Json ObjectiveJson(const ContractTerms& contract) const {
    const auto& [target, window] = *contract.objective;
    scores::Tally all, lately;
    for (const Piece& piece : counted_.pieces()) {
      if (!piece.Counts() || piece.contract == nullptr || piece.contract->id != contract.id ||
          piece.hour < question_.until - window)
        continue;
      const scores::Tally tally{piece.records, piece.usable ? piece.records : 0};
      all += tally;
      if (piece.hour >= question_.until - kDay) lately += tally;
    }
    Json json{{"contract", contract.name},
              {"target", Points(target)},
              {"window_days", static_cast<double>(window) / static_cast<double>(kDay)},
              {"received", all.records}};
    const auto budget = scores::BudgetOf(all, lately, target, window);
    if (!budget || all.records < scores::kFewest) {
      json["too_few"] = true;
      return json;
    }
    json["usable_share"] = Points(scores::Share(all));
    json["met"] = scores::Share(all) >= target;
    json["budget_used"] = Points(budget->used);
    json["pace"] = std::round(budget->pace * 100) / 100;
    json["runs_out"] =
        budget->lasts ? Json(base::FormatRfc3339(question_.until + *budget->lasts)) : Json();
    return json;
  }

  const Question question_;
  const Parts& parts_;
  const Periods periods_;
  Counted counted_;
  CommonRules common_;
  Figure total_;
  std::map<std::string, Figure> figures_;
  std::map<std::string, Findings> findings_;
  std::uint64_t repeats_ = 0, unmeasured_ = 0, folded_ = 0;
};

}  // namespace

std::string ScoreReport(std::string_view question, const Parts& parts) {
  const auto asked = Question::FromJson(question, parts.now);
  if (!asked) return Error("request.invalid");
  Scorecard card(*asked, parts);
  if (!card.Read()) return Error("store.unavailable");
  if (!asked->source.empty() && !card.KnowsSource()) return Error("source.unknown");
  return card.Answer();
}

}  // namespace octroi::gateway::score
