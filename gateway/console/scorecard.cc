#include "gateway/console/scorecard.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "gateway/console/floor.h"
#include "gateway/top.h"

namespace octroi::gateway::console {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kSecond = 1'000'000'000, kMinute = 60 * kSecond;

class Card {
 public:
  Card(const Quality& quality, base::Millis since, base::Millis until)
      : quality_(quality), since_(since), until_(until) {}

  Json Ask(std::string_view verb, Json question) {
    question["since"] = since_;
    question["until"] = until_;
    Json answer = Json::parse(quality_(verb, question.dump(), kept_), nullptr, false);
    if (!answer.is_object()) answer = {{"error", "store.unavailable"}};
    if (answer.contains("error") && error_.empty()) error_ = answer["error"];
    return answer;
  }

  // The first that asks for something to be done; null: there is none, or too little came.
  Json FirstProblem(const Json& row, Json question) {
    if (row.contains("too_few")) return nullptr;
    const Json all = Ask("problems", std::move(question));
    if (!all.contains("problems") || all["problems"].empty()) return nullptr;
    const Json& first = all["problems"].front();  // what is mended or muted stands last
    return first["state"] == "open" || first["state"] == "eased" ? first : Json();
  }

  Json Sources(const Json& score) {
    Json sources = Json::array();
    for (Json& row : Largest(score, kSourcesShown)) {
      const std::string name = row["name"];
      row["problem"] = FirstProblem(row, {{"source", name}});
      row["campaigns"] = Campaigns(name);
      sources.push_back(std::move(row));
    }
    return sources;
  }

  const std::string& error() const { return error_; }

 private:
  static std::vector<Json> Largest(const Json& score, std::size_t most) {
    std::vector<Json> rows;
    if (score.contains("rows")) rows.assign(score["rows"].begin(), score["rows"].end());
    std::ranges::stable_sort(rows, std::greater(), [](const Json& row) {
      return row.value("received", std::uint64_t{0});
    });
    if (rows.size() > most) rows.resize(most);
    return rows;
  }

  // None where the source names no campaign at all.
  Json Campaigns(const std::string& source) {
    const Json score = Ask("score", {{"by", "campaign"}, {"source", source}});
    Json campaigns = Json::array();
    for (Json& row : Largest(score, kCampaignsShown)) {
      const std::string name = row["name"];
      if (name != "*") row["problem"] = FirstProblem(row, {{"source", source}, {"campaign", name}});
      campaigns.push_back(std::move(row));
    }
    const bool none = campaigns.size() == 1 && campaigns[0]["name"] == "-";
    return none ? Json::array() : campaigns;
  }

  const Quality& quality_;
  const base::Millis since_, until_;
  std::string error_;
  score::Kept kept_;  // one range: read once, asked about many times
};

}  // namespace

Json ScorecardOf(const Quality& quality, base::Millis since, base::Millis until, Role role) {
  Card card(quality, since, until);
  Json score = card.Ask("score", {{"by", "source"}});
  Json problems = card.Ask("problems", Json::object());
  if (!card.error().empty()) return {{"error", card.error()}};
  Json sources = card.Sources(score);
  if (!card.error().empty()) return {{"error", card.error()}};
  score.erase("rows");
  Json all{{"score", std::move(score)},
           {"problems", std::move(problems)},
           {"sources", std::move(sources)}};
  if (role == Role::kMarketing) FloorCounts(all);
  return all;
}

Json Flow::Look(const std::function<std::string()>& status, std::int64_t nanos) {
  while (!samples_.empty() && nanos - samples_.front().nanos > kMinute + kSecond)
    samples_.pop_front();
  if (samples_.size() < 2 || nanos - samples_.back().nanos >= kSecond)
    samples_.push_back({status(), nanos});
  const Sample& now = samples_.back();
  const Sample& before = samples_.size() > 1 ? samples_[samples_.size() - 2] : now;
  const double seconds = static_cast<double>(now.nanos - before.nanos) / 1e9;
  const std::string figures =
      TopFigures(samples_.front().status, before.status, now.status, seconds);
  if (figures.empty()) {
    samples_.clear();
    return {{"error", "store.unavailable"}};
  }
  return {{"status", Json::parse(now.status)}, {"figures", Json::parse(figures)}};
}

}  // namespace octroi::gateway::console
