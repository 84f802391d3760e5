#include "gateway/score/journeys.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/text.h"
#include "gateway/campaign.h"
#include "gateway/config/journey_facts.h"
#include "gateway/left_walk.h"
#include "gateway/names.h"
#include "gateway/people.h"
#include "journal/records.h"
#include "scores/journeys.h"

namespace octroi::gateway::score {
namespace {

using Json = nlohmann::ordered_json;
using config::JourneyFacts;
using scores::Touch;
using scores::TouchKind;

constexpr base::Millis kUsualSpanMs = 90 * 86'400'000LL;

struct Question {
  std::string term;
  std::uint64_t campaign = 0;  // 0: all
  base::Millis since = 0, until = 0;
};

// What one journey gathers on the walk.
struct Gathered {
  const JourneyFacts* facts = nullptr;
  std::uint32_t purpose = 0;  // its bit; 0: none
  People people;
  std::vector<Touch> touches;                // `person` is a place of `prints` until the end
  std::vector<journal::Fingerprint> prints;  // the first identifier of each touch
  std::vector<std::uint64_t> unidentified;   // records by step
  std::vector<std::uint64_t> unmeasured;     // records by step that nobody gets for the purpose
};

std::uint32_t BitOf(const Plan& plan, const std::string& purpose) {
  const auto at = std::ranges::find(plan.purposes, purpose);
  if (purpose.empty() || at == plan.purposes.end()) return 0;
  return 1U << static_cast<unsigned>(at - plan.purposes.begin());
}

bool Serves(const Plan& plan, std::uint16_t destination, std::uint32_t purpose) {
  const auto& destinations = plan.policies->spec().destinations;
  return destination < destinations.size() &&
         std::ranges::any_of(destinations[destination].purposes,
                             [&](std::uint16_t place) { return purpose == 1U << place; });
}

// What the event is for somebody's journey; nothing: no destination gets it for that purpose.
std::optional<TouchKind> KindOf(const Plan& plan, const store::EventRow& row,
                                const journal::EventRecord& record, std::uint32_t purpose) {
  if (record.outcome == base::Outcome::kQuarantined) return TouchKind::kQuarantined;
  bool served = false;
  for (const base::Verdict& verdict : record.verdicts) {
    if (!Serves(plan, verdict.destination, purpose)) continue;
    served = true;
    const auto state =
        std::ranges::find(row.deliveries, verdict.destination, &store::DeliveryState::destination);
    const bool withheld =
        state != row.deliveries.end() && state->outcome == base::Outcome::kWithheld;
    const bool counted = verdict.reason == base::Reason::kVariantCounted;
    if ((verdict.purposes & purpose) != 0 && ((verdict.allowed && !withheld) || counted))
      return TouchKind::kMeasured;
  }
  return served ? std::optional(TouchKind::kWithheld) : std::nullopt;
}

void Take(const Plan& plan, const Question& question, const store::EventRow& row,
          const journal::EventRecord& record, std::string_view event, Gathered& journey) {
  const auto& events = journey.facts->events;
  for (std::size_t step = 0; step < events.size(); ++step) {
    if (events[step] != event) continue;
    const base::Millis at = record.event_time != 0 ? record.event_time : record.received;
    const bool asked = at >= question.since && at < question.until;
    if (record.subject.empty()) {
      journey.unidentified[step] += asked ? 1U : 0U;
      continue;
    }
    const bool elsewhere =
        step == 0 && question.campaign != 0 && record.campaign != question.campaign;
    const auto kind = elsewhere ? std::optional(TouchKind::kElsewhere)
                                : KindOf(plan, row, record, journey.purpose);
    if (!kind) {
      journey.unmeasured[step] += asked ? 1U : 0U;
      continue;
    }
    journey.people.Add(record.subject);
    journey.prints.push_back(record.subject.front());
    journey.touches.push_back({static_cast<std::uint32_t>(journey.touches.size()),
                               static_cast<std::uint16_t>(step), *kind, at, row.sequence});
  }
}

Json Told(std::uint64_t people, bool told) { return told ? Json(people) : Json(nullptr); }
bool Tellable(std::uint64_t number) { return number == 0 || number >= scores::kPeopleFloor; }

// `told`: whether the number of who is at its first step is told; then, of its second.
Json LinkJson(const JourneyFacts& facts, const scores::JourneyFigures& figures, std::size_t link,
              bool& told) {
  const auto& breaks = figures.links[link].breaks;
  std::vector<std::uint64_t> parts{figures.persons[link + 1]};
  parts.insert(parts.end(), breaks.begin(), breaks.end());
  const std::uint64_t total = figures.persons[link];
  const std::vector<bool> may = scores::MayBeTold(told, parts);
  told = may[0];
  Json json{{"from", facts.events[link]},
            {"to", facts.events[link + 1]},
            {"persons", Told(parts[0], told)},
            {"share", told && total != 0
                          ? Json(static_cast<double>(parts[0]) / static_cast<double>(total))
                          : Json(nullptr)}};
  const auto median = figures.links[link].median;
  json["median_delay_s"] = told && median ? Json(*median / 1'000) : Json(nullptr);
  json["breaks"] = Json::array();
  for (std::size_t one = 0; one < breaks.size(); ++one) {
    if (may[one + 1] && breaks[one] == 0) continue;
    json["breaks"].push_back({{"cause", scores::Name(static_cast<scores::Break>(one))},
                              {"persons", Told(breaks[one], may[one + 1])}});
  }
  return json;
}

Json JourneyJson(Gathered& journey, const Question& question, base::Millis now) {
  const JourneyFacts& facts = *journey.facts;
  Json json{{"term", facts.term},
            {"title", facts.title},
            {"file", facts.file},
            {"line", facts.line},
            {"within_s", facts.within / 1'000},
            {"purpose", facts.purpose.empty() ? Json(nullptr) : Json(facts.purpose)}};
  if (journey.purpose == 0) {
    json["not_counted"] = facts.purpose.empty() ? "purpose.missing" : "purpose.unknown";
    return json;
  }
  for (Touch& touch : journey.touches)
    touch.person = static_cast<std::uint32_t>(journey.people.Of(journey.prints[touch.person]));
  const auto figures = scores::Follow(
      journey.touches, {facts.events.size(), facts.within, question.since, question.until, now});
  bool told = Tellable(figures.persons[0]);
  Json steps = Json::array(), links = Json::array();
  for (std::size_t step = 0; step < facts.events.size(); ++step) {
    if (step > 0) links.push_back(LinkJson(facts, figures, step - 1, told));
    const auto told_or_null = [](std::uint64_t number) { return Told(number, Tellable(number)); };
    steps.push_back({{"event", facts.events[step]},
                     {"persons", Told(figures.persons[step], told)},
                     {"without_identity", told_or_null(journey.unidentified[step])},
                     {"not_measured", told_or_null(journey.unmeasured[step])},
                     {"orphans", told_or_null(figures.orphans[step])}});
  }
  json["steps"] = std::move(steps);
  json["links"] = std::move(links);
  json["excluded"] = Told(figures.excluded, Tellable(figures.excluded));
  return json;
}

std::optional<Question> QuestionOf(const JourneyParts& parts, std::string_view order) {
  const auto read = nlohmann::json::parse(order, nullptr, /*allow_exceptions=*/false);
  if (!read.is_object()) return std::nullopt;
  Question question;
  question.term = read.value("term", "");
  question.until = read.value("until", parts.now);
  question.since = read.value("since", question.until - kUsualSpanMs);
  const std::string campaign = read.value("campaign", "");
  std::string scratch;
  if (!campaign.empty()) question.campaign = CampaignHash(*parts.campaigns, campaign, scratch);
  if (question.since < 0 || question.until <= question.since) return std::nullopt;
  return question;
}

base::Status Walk(const JourneyParts& parts, const Question& question,
                  std::vector<Gathered>& journeys) {
  const Plan& plan = *parts.config->plan;
  const Names names = Names::Read(plan.names);
  journal::EventRecord record;
  const auto each = [&](const store::EventRow& row) -> base::Status {
    if (row.outcome != base::Outcome::kAccepted && row.outcome != base::Outcome::kQuarantined)
      return base::Ok();
    if (auto good = journal::Decode(row.record, record); !good) return good;
    const auto events = names.events.find(NameAt(names.sources, row.source));
    if (events == names.events.end()) return base::Ok();
    const std::string event = NameAt(events->second, record.event);
    std::size_t touches = 0;
    for (Gathered& journey : journeys) {
      if (journey.purpose != 0) Take(plan, question, row, record, event, journey);
      touches += journey.touches.size();
    }
    if (touches <= parts.bytes_max / kTouchBytes) return base::Ok();
    return base::Error{base::ErrorCode::kTooLarge, "journeys", "more events than are followed"};
  };
  base::Millis within = 0;  // who began before the period is known as somebody who began
  for (const Gathered& journey : journeys) within = std::max(within, journey.facts->within);
  return EachReceived(*parts.journal, *parts.store, question.since - within, parts.now + 1, each);
}

}  // namespace

std::string JourneysReport(const JourneyParts& parts, std::string_view order) {
  const auto question = QuestionOf(parts, order);
  if (!question) return R"({"error":"change.order"})";
  const auto facts = JourneyFacts::Of(parts.config->config, parts.language);
  std::vector<Gathered> journeys;
  for (const JourneyFacts& one : facts) {
    if (!question->term.empty() && one.term != question->term) continue;
    Gathered& journey = journeys.emplace_back();
    journey.facts = &one;
    journey.purpose = BitOf(*parts.config->plan, one.purpose);
    journey.unidentified.resize(one.events.size());
    journey.unmeasured.resize(one.events.size());
  }
  if (journeys.empty() && !question->term.empty()) return R"({"error":"term.unknown"})";
  if (const auto walked = Walk(parts, *question, journeys); !walked) {
    return walked.error().code == base::ErrorCode::kTooLarge ? R"({"error":"journeys.too_many"})"
                                                             : R"({"error":"store.unavailable"})";
  }
  Json report{{"as_of", base::FormatRfc3339(parts.now)},
              {"origin", parts.journal->origin()},
              {"floor", scores::kPeopleFloor},
              {"since", base::FormatRfc3339(question->since)},
              {"until", base::FormatRfc3339(question->until)},
              {"journeys", Json::array()}};
  for (Gathered& journey : journeys)
    report["journeys"].push_back(JourneyJson(journey, *question, parts.now));
  return report.dump();
}

}  // namespace octroi::gateway::score
