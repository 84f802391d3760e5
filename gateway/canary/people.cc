#include "gateway/canary/people.h"

#include <algorithm>
#include <limits>
#include <set>

namespace octroi::gateway {
namespace {

constexpr CanaryWord kRecorded[] = {CanaryWord::kYes, CanaryWord::kNo, CanaryWord::kSilent};
constexpr CanaryWord kAccompanying[] = {CanaryWord::kYes, CanaryWord::kNo};

std::size_t AnswersTo(const CanaryPlan::Topic& topic) {
  return std::size(kRecorded) * (topic.accompanied ? std::size(kAccompanying) : 1);
}

CanaryAnswer AnswerTo(const CanaryPlan::Topic& topic, std::size_t n) {
  CanaryAnswer answer;
  answer.recorded = kRecorded[n % std::size(kRecorded)];
  if (topic.accompanied) answer.accompanying = kAccompanying[n / std::size(kRecorded)];
  return answer;
}

CanaryPerson Everywhere(const CanaryPlan& plan, CanaryWord recorded, CanaryWord accompanying) {
  CanaryPerson person;
  for (const CanaryPlan::Topic& topic : plan.topics)
    person.push_back({recorded, topic.accompanied ? accompanying : CanaryWord::kSilent});
  return person;
}

// The topics of each destination.
std::vector<std::set<std::size_t>> TopicsOf(const CanaryPlan& plan) {
  std::vector<std::uint16_t> destinations;
  std::vector<std::set<std::size_t>> topics;
  for (const CanaryPlan::Gets& gets : plan.gets) {
    const auto place = static_cast<std::size_t>(std::ranges::find(destinations, gets.destination) -
                                                destinations.begin());
    if (place == destinations.size()) {
      destinations.push_back(gets.destination);
      topics.emplace_back();
    }
    if (gets.when) topics[place].insert(*gets.when);
  }
  return topics;
}

std::size_t Combinations(const CanaryPlan& plan, const std::set<std::size_t>& topics) {
  std::size_t count = 1;
  for (const std::size_t topic : topics) {
    count *= AnswersTo(plan.topics[topic]);
    if (count > kCanaryPeopleMax) return kCanaryPeopleMax + 1;
  }
  return count;
}

}  // namespace

std::string_view Name(CanaryForm form) {
  constexpr std::string_view kNames[] = {"clear", "token", "hash", "less_precise"};
  return kNames[static_cast<std::size_t>(form)];
}

std::size_t PeopleAtMost(const CanaryPlan& plan) {
  std::size_t count = 3;
  for (const auto& topics : TopicsOf(plan)) count += 2 * Combinations(plan, topics);
  return count;
}

std::vector<CanaryPerson> PeopleOf(const CanaryPlan& plan) {
  const CanaryPerson yes = Everywhere(plan, CanaryWord::kYes, CanaryWord::kYes);
  const CanaryPerson no = Everywhere(plan, CanaryWord::kNo, CanaryWord::kNo);
  const CanaryPerson silent = Everywhere(plan, CanaryWord::kSilent, CanaryWord::kYes);
  std::set<CanaryPerson> people{yes, no, silent};
  for (const auto& topics : TopicsOf(plan)) {
    const std::size_t count = Combinations(plan, topics);
    for (std::size_t n = 0; n < count; ++n) {
      for (const CanaryPerson& others : {yes, no}) {
        CanaryPerson person = others;
        std::size_t rest = n;
        for (const std::size_t topic : topics) {
          const std::size_t answers = AnswersTo(plan.topics[topic]);
          person[topic] = AnswerTo(plan.topics[topic], rest % answers);
          rest /= answers;
        }
        people.insert(std::move(person));
      }
    }
  }
  return {people.begin(), people.end()};
}

std::string Say(const CanaryPlan& plan, const CanaryPerson& person) {
  constexpr std::string_view kRegister[] = {"unanswered", "granted", "denied"};
  constexpr std::string_view kEvent[] = {"", "/yes", "/no"};
  std::string text;
  for (std::size_t i = 0; i < person.size(); ++i) {
    if (!text.empty()) text += ' ';
    text += plan.topics[i].id;
    text += '=';
    text += kRegister[static_cast<std::size_t>(person[i].recorded)];
    text += kEvent[static_cast<std::size_t>(person[i].accompanying)];
  }
  return text;
}

}  // namespace octroi::gateway
