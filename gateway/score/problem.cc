#include "gateway/score/problem.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/text.h"
#include "gateway/score/figure.h"

namespace octroi::gateway::score {
namespace {

using Json = nlohmann::ordered_json;
using base::Millis;

const char* StateOf(const Problem& problem) {
  if (problem.muted != nullptr) return "muted";
  constexpr const char* kStages[] = {"open", "eased", "mended"};
  return kStages[static_cast<int>(problem.course.stage)];
}

// How many failed, of a tally of those that did not.
Json FailedOf(const scores::Tally& tally) {
  if (tally.records < scores::kFewest) return {};
  return {{"applicable", tally.records},
          {"failed_share", Points(scores::Share({tally.records, tally.records - tally.good}))}};
}

const ContractTerms* ContractNamed(const PlanTerms* terms, const std::string& id) {
  if (terms == nullptr || id.empty()) return nullptr;
  const ContractTerms* newest = nullptr;
  for (const ContractTerms& contract : terms->contracts) {
    if (contract.id == id) newest = &contract;
  }
  return newest;
}

}  // namespace

// Hours without records are skipped, so that a fall is dated by what came.
void Problem::Follow(base::Millis since) {
  std::vector<scores::Tally> buckets;
  std::vector<Millis> starts;
  for (const auto& [hour, tally] : hours) {
    buckets.push_back(tally);
    starts.push_back(hour);
    if (began == 0 && hour >= since && tally.good < tally.records) began = hour;
  }
  course = scores::CourseOf(buckets);
  if (course.fell) began = starts[*course.fell];
  if (course.eased) eased = starts[*course.eased];
}

void Problem::Assign(const Cause& cause, const PlanTerms* in_force) {
  if (const ContractTerms* const terms = ContractNamed(in_force, cause.contract)) {
    asks = &terms->producer;
    if (cause.kind != Kind::kRefused) muted = MuteOf(terms->muted, cause.what);
  }
  if (cause.kind != Kind::kRefused || in_force == nullptr) return;
  std::uint64_t most = 0;
  bool all_muted = true;
  for (const auto& [source, count] : sources) {
    const auto at = std::ranges::find(in_force->sources, source) - in_force->sources.begin();
    const SourceTerms* const terms =
        at == std::ssize(in_force->sources) ? nullptr : &in_force->source_terms[at];
    const Mute* const mute = terms == nullptr ? nullptr : MuteOf(terms->muted, cause.what);
    all_muted = all_muted && mute != nullptr;
    if (count <= most || terms == nullptr) continue;
    most = count;
    asks = &terms->owner;
    muted = mute;
  }
  if (!all_muted) muted = nullptr;
}

void Problem::AddState(Json& json) const {
  json["state"] = StateOf(*this);
  json["before"] = course.fell ? FailedOf(course.before) : Json();
  json["during"] = FailedOf(course.during);
  json["eased"] = eased == 0 ? Json() : Json(base::FormatRfc3339(eased));
  json["after"] = course.eased ? FailedOf(course.after) : Json();
  json["answers"] =
      asks == nullptr ? Json() : Json{{"team", asks->team}, {"contact", asks->contact}};
  if (muted == nullptr) return;
  json["muted"] = {{"why", muted->why},
                   {"until", base::FormatRfc3339(muted->until - 1).substr(0, 10)}};
}

}  // namespace octroi::gateway::score
