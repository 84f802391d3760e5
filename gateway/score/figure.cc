#include "gateway/score/figure.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace octroi::gateway::score {
namespace {

using Json = nlohmann::ordered_json;
using scores::Micro;
using scores::Segment;

std::set<std::string> WhatOf(const ContractTerms& contract) {
  std::set<std::string> what;
  for (const RuleTerms& rule : contract.rules) what.insert(rule.id + rule.what);
  if (!contract.required_what.empty()) what.insert(contract.required_what);
  return what;
}

Json PartsJson(const scores::Change& change) {
  const scores::Change tenths = scores::InTenths(change);
  const auto points = [](Micro n) { return static_cast<double>(n) / 10; };
  return {{"points", points(tenths.total)},
          {"parts",
           {{"data", points(tenths.data)},
            {"rules", points(tenths.rules)},
            {"mix", points(tenths.mix)}}}};
}

Segment::Side& SideOf(Segment& segment, bool before) {
  return before ? segment.before : segment.after;
}

}  // namespace

double Points(Micro micro) {
  return static_cast<double>(std::llround(static_cast<double>(micro) / 100)) / 10'000;
}

void CommonRules::Meet(const ContractTerms& contract) {
  if (!views_.emplace(&contract, View{}).second) return;
  const auto what = WhatOf(contract);
  const auto [at, fresh] = known_.try_emplace(contract.id, Known{what, &contract});
  if (fresh) return;
  at->second.newest = &contract;
  std::erase_if(at->second.what, [&](const std::string& one) { return !what.contains(one); });
}

void CommonRules::Close() {
  for (auto& [contract, view] : views_) {
    const Known& known = known_.at(contract->id);
    view.terms = contract->terms;
    view.terms.weights = known.newest->terms.weights;
    view.terms.requires_fields =
        contract->terms.requires_fields && known.what.contains(contract->required_what);
    for (std::size_t i = 0; i < contract->rules.size() && i < 64; ++i) {
      const RuleTerms& rule = contract->rules[i];
      if (!known.what.contains(rule.id + rule.what)) continue;
      view.among |= std::uint64_t{1} << i;
      const auto now = std::ranges::find(known.newest->rules, rule.id, &RuleTerms::id);
      const auto at = static_cast<std::size_t>(now - known.newest->rules.begin());
      view.terms.rules[i].counted = known.newest->terms.rules[at].counted;
    }
  }
}

const CommonRules::View& CommonRules::Of(const ContractTerms& contract) const {
  return views_.at(&contract);
}

void Figure::Add(const Piece& piece, const CommonRules& common, bool before) {
  if (!piece.Counts()) return;
  Moves& moves = segments_[{*piece.source, piece.campaign}];
  Segment::Side& side = SideOf(moves.usable, before);
  const auto records = static_cast<Micro>(piece.records);
  const Micro sum = piece.usable ? scores::kWhole * records : 0;
  side.records += piece.records;
  side.sum += sum;
  Micro shared = sum;
  if (piece.judged && !piece.folded && piece.contract != nullptr) {
    const CommonRules::View& view = common.Of(*piece.contract);
    scores::Found found = piece.found;
    found.required_missing = found.required_missing && view.terms.requires_fields;
    shared = scores::IsUsable(view.terms, found, view.among) ? scores::kWhole * records : 0;
  }
  side.common += shared;
  AddScore(piece, common, moves.score, before);
  const scores::Tally tally{piece.records, piece.usable ? piece.records : 0};
  (before ? before_ : usable_) += tally;
  if (before) return;
  if (piece.contract != nullptr) contracts_[piece.contract->id] = piece.contract;
  if (piece.outcome == base::Outcome::kRejected) rejected_ += piece.records;
  if (piece.outcome == base::Outcome::kQuarantined) quarantined_ += piece.records;
  if (piece.outcome == base::Outcome::kMerged) merged_ += piece.records;
  repaired_ += piece.repaired;
}

void Figure::AddScore(const Piece& piece, const CommonRules& common, Segment& segment,
                      bool before) {
  std::optional<Micro> score, shared;
  if (!piece.judged) {
    score = shared = 0;  // it was refused before any rule could look at it
  } else if (!piece.folded && piece.contract != nullptr) {
    score = scores::ScoreOf(piece.contract->terms, piece.found);
    const CommonRules::View& view = common.Of(*piece.contract);
    shared = scores::ScoreOf(view.terms, piece.found, view.among);
  }
  if (!score) {
    if (!before) unscored_ += piece.records;
    return;
  }
  const auto records = static_cast<Micro>(piece.records);
  Segment::Side& side = SideOf(segment, before);
  side.records += piece.records;
  side.sum += *score * records;
  side.common += shared.value_or(*score) * records;
}

scores::Coverage Figure::Covered() const {
  scores::Coverage coverage{contracts_.empty() ? 0 : 6, 0, 0};
  for (const auto& [id, contract] : contracts_) {
    coverage.dimensions = std::min(coverage.dimensions, contract->terms.Dimensions());
    coverage.critical += contract->critical;
    coverage.covered += contract->covered;
  }
  return coverage;
}

Json Figure::Delta() const {
  std::vector<Segment> usable, score;
  for (const auto& [key, moves] : segments_) {
    usable.push_back(moves.usable);
    score.push_back(moves.score);
  }
  Json delta = PartsJson(scores::Explain(usable));
  delta["significant"] = scores::Differ(before_, usable_);
  delta["received"] = before_.records;
  delta["usable_share"] = Points(scores::Share(before_));
  delta["score"] = PartsJson(scores::Explain(score));
  return delta;
}

Json Figure::AsJson() const {
  if (usable_.records < scores::kFewest) return {{"received", usable_.records}, {"too_few", true}};
  const scores::Interval interval = scores::Wilson(usable_);
  const scores::Coverage coverage = Covered();
  Json json{{"received", usable_.records},
            {"usable", usable_.good},
            {"usable_share", Points(scores::Share(usable_))},
            {"ci95", {Points(interval.low), Points(interval.high)}}};
  std::uint64_t scored = 0;
  Micro sum = 0;
  for (const auto& [key, moves] : segments_) {
    scored += moves.score.after.records;
    sum += moves.score.after.sum;
  }
  json["score"] = scored == 0 ? Json() : Json(Points(scores::Mean(sum, scored)));
  json["not_scored"] = unscored_;
  json["coverage"] = {{"dimensions", coverage.dimensions},
                      {"critical_fields", coverage.critical},
                      {"critical_covered", coverage.covered}};
  json["grade"] = std::string(1, scores::Grade(usable_, coverage).value_or('?'));
  json["rejected"] = rejected_;
  json["quarantined"] = quarantined_;
  json["merged"] = merged_;
  json["repaired"] = repaired_;
  json["delta"] = before_.records < scores::kFewest ? Json() : Delta();
  return json;
}

}  // namespace octroi::gateway::score
