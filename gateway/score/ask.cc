#include "gateway/score/ask.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/campaign.h"
#include "gateway/names.h"

namespace octroi::gateway::score {
namespace {

constexpr base::Millis kWeek = 7 * store::kQualityDay;
const std::string kNoSource;

std::optional<By> ByOf(std::string_view name) {
  constexpr std::string_view kNames[] = {"source", "campaign", "contract", "field", "rule", "day"};
  const auto at = std::ranges::find(kNames, name);
  if (at == std::end(kNames)) return std::nullopt;
  return static_cast<By>(at - std::begin(kNames));
}

Piece PieceOf(const store::QualityKey& key, const store::QualityCount& count,
              const PlanTerms* terms, const PlanTerms* in_force) {
  Piece piece;
  piece.hour = key.hour;
  piece.source = &kNoSource;
  const PlanTerms* const names = terms != nullptr ? terms : in_force;  // places are stable
  if (names != nullptr && key.source < names->sources.size())
    piece.source = &names->sources[key.source];
  if (terms != nullptr && key.contract < terms->contracts.size() &&
      !terms->contracts[key.contract].id.empty())
    piece.contract = &terms->contracts[key.contract];
  piece.campaign = key.campaign;
  piece.found = {key.evaluated, key.failed, (key.marks & store::kMarkRequiredMissing) != 0};
  piece.records = count.records;
  piece.repaired = count.repaired;
  piece.outcome = key.outcome;
  piece.reason = key.reason;
  piece.usable = (key.marks & store::kMarkUsable) != 0;
  piece.folded = (key.marks & store::kMarkFolded) != 0;
  piece.judged =
      piece.usable || piece.folded || piece.found.evaluated != 0 || piece.found.required_missing;
  piece.repeat = !piece.judged && key.outcome == base::Outcome::kMerged;
  piece.unmeasured = !piece.judged && key.outcome == base::Outcome::kAccepted;
  return piece;
}

}  // namespace

std::optional<Question> Question::FromJson(std::string_view json, base::Millis now) {
  const auto read = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!read.is_object()) return std::nullopt;
  Question question;
  question.source = read.value("source", "");
  question.campaign = read.value("campaign", "");
  question.field = read.value("field", "");
  question.rule = read.value("rule", "");
  const bool of_rules = !question.field.empty() || !question.rule.empty();
  const char* const usual = !question.rule.empty() ? "rule" : of_rules ? "field" : "source";
  const auto by = ByOf(read.value("by", usual));
  if (!by || (of_rules && *by != By::kField && *by != By::kRule)) return std::nullopt;
  question.by = *by;
  question.until = read.value("until", now);
  question.since = read.value("since", question.until - kWeek);
  if (question.since < 0 || question.until <= question.since) return std::nullopt;
  const base::Millis over = question.until % store::kQualityHour;
  question.since -= question.since % store::kQualityHour;
  if (over != 0) question.until += store::kQualityHour - over;
  return question;
}

const PlanTerms* Counted::TermsOfPlan(std::uint32_t plan) {
  const auto known = kept_.plans.find(plan);
  if (known != kept_.plans.end()) return known->second.get();
  auto& made = kept_.plans[plan];
  const auto past = parts_.past(plan);
  if (!past) return nullptr;
  made = std::make_unique<PlanTerms>(TermsOf(*past, parts_.now, *parts_.campaigns));
  kept_.campaigns.insert(made->campaigns.begin(), made->campaigns.end());
  return made.get();
}

bool Counted::Wanted(const Question& question, const std::string& source,
                     std::uint64_t campaign) const {
  if (!question.source.empty() && question.source != source) return false;
  if (question.campaign.empty()) return true;
  if (question.campaign == CampaignName(campaign)) return true;
  std::string scratch;
  return campaign == CampaignHash(*parts_.campaigns, question.campaign, scratch);
}

base::Status Counted::Read(const Question& question, base::Millis since, base::Millis until) {
  const auto known = kept_.counts.find({since, until});
  if (known == kept_.counts.end()) {
    auto counts = parts_.store->Quality(since, until);
    if (!counts) return counts.error();
    counts_ = &kept_.counts.insert_or_assign({since, until}, std::move(*counts)).first->second;
  } else {
    counts_ = &known->second;
  }
  question_ = question;
  const PlanTerms* const in_force = TermsOfPlan(parts_.plan);
  for (const auto& [key, count] : counts_->records) {
    const Piece piece = PieceOf(key, count, TermsOfPlan(key.plan), in_force);
    if (Wanted(question, *piece.source, piece.campaign)) pieces_.push_back(piece);
  }
  return base::Ok();
}

bool Counted::KnowsSource(const std::string& source) {
  if (!pieces_.empty()) return true;
  const PlanTerms* const in_force = TermsOfPlan(parts_.plan);
  return in_force != nullptr && std::ranges::count(in_force->sources, source) > 0;
}

std::uint64_t Counted::People(std::string_view contract, std::string_view rule, base::Millis since,
                              base::Millis until) const {
  store::PeopleSketch all;
  for (const auto& [key, people] : counts_->people) {
    if (key.day < since - since % store::kQualityDay || key.day >= until) continue;
    const auto plan = kept_.plans.find(key.plan);
    if (plan == kept_.plans.end() || !plan->second) continue;
    const PlanTerms& terms = *plan->second;
    if (key.contract >= terms.contracts.size() || terms.contracts[key.contract].id != contract)
      continue;
    const auto& rules = terms.contracts[key.contract].rules;
    const bool same = rule.empty() ? key.rule == store::kRequiredMissing
                                   : key.rule < rules.size() && rules[key.rule].id == rule;
    if (same && Wanted(question_, NameAt(terms.sources, key.source), key.campaign))
      all.Merge(people);
  }
  return all.Estimate();
}

std::string Counted::CampaignName(std::uint64_t campaign) const {
  if (campaign == store::kNoCampaign) return "-";
  if (campaign == store::kOtherCampaigns) return "*";
  const auto named = kept_.campaigns.find(campaign);
  if (named != kept_.campaigns.end()) return named->second;
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(campaign >> shift & 0xff);
  return "#" + base::Hex(bytes).substr(0, 10);
}

}  // namespace octroi::gateway::score
