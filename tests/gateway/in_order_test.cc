// Parts of a question by several threads: the answer is that of one thread, whatever the order in
// which they end, whatever is left for them; and what nobody waits for any longer is given up.
#include "gateway/ask/in_order.h"

#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "../config/good_folder.h"
#include "gateway/ask/answer.h"

namespace octroi::gateway::ask {
namespace {

using policies::CaseSearch;
using Kind = CaseSearch::Answer;

// What FindCase does with a limit: before each step it says how many cases there may be.
struct Step {
  std::uint64_t estimate = 0, decided = 0;
  bool found = false;
};
using Part = std::vector<Step>;

CaseSearch SearchOf(const Part& part, std::uint64_t cases_max) {
  CaseSearch search;
  std::uint64_t decided = 0;
  for (const Step& step : part) {
    search.budget = std::max(search.budget, step.estimate);
    if (step.estimate > cases_max) {
      search.cases = step.estimate;
      return search;
    }
    decided += step.decided;
    if (!step.found) continue;
    search.found.emplace().now = static_cast<base::Millis>(decided);
    break;
  }
  search.cases = decided;
  search.answer = search.found ? Kind::kFound : Kind::kNone;
  return search;
}

// The definition: one after the other, each with what is left.
InOrder::Outcome OneAfterTheOther(const std::vector<Part>& parts, std::uint64_t cases_max) {
  InOrder::Outcome outcome;
  for (std::size_t at = 0; at < parts.size(); ++at) {
    CaseSearch search = SearchOf(parts[at], cases_max - std::min(outcome.cases, cases_max));
    outcome.cases += search.cases;
    if (search.answer == Kind::kNone) continue;
    outcome.settled = at;
    outcome.search = std::move(search);
    break;
  }
  return outcome;
}

TEST(InOrder, AnyNumberOfThreadsHasTheAnswerOfOne) {
  std::mt19937_64 random(11);
  const auto below = [&](std::uint64_t limit) { return random() % limit; };
  int settled[3] = {};
  for (int round = 0; round < 2'000; ++round) {
    std::vector<Part> parts(below(12));
    for (Part& part : parts) {
      for (std::uint64_t steps = 1 + below(3); steps > 0; --steps) {
        const std::uint64_t estimate = below(30);
        part.push_back({estimate, below(estimate + 1), below(16) == 0});
      }
    }
    const std::uint64_t cases_max = 20 + below(100);
    const InOrder::Outcome expected = OneAfterTheOther(parts, cases_max);
    ++settled[!expected.settled ? 0 : expected.search.found ? 1 : 2];
    for (const unsigned threads : {0u, 1u, 2u, 5u}) {
      const auto found =
          InOrder::Search(parts.size(), cases_max, threads,
                          [&](std::size_t part, std::uint64_t left, const InOrder::Moot&) {
                            if ((part + static_cast<std::size_t>(round)) % 3 == 0)
                              std::this_thread::yield();
                            return SearchOf(parts[part], left);
                          });
      ASSERT_EQ(found.settled, expected.settled) << round << ", " << threads << " threads";
      ASSERT_EQ(found.cases, expected.cases) << round << ", " << threads << " threads";
      ASSERT_EQ(found.search.answer, expected.search.answer) << round;
      ASSERT_EQ(found.search.found.has_value(), expected.search.found.has_value()) << round;
      if (found.search.found) {
        ASSERT_EQ(found.search.found->now, expected.search.found->now);
      }
    }
  }
  for (const int each : settled) EXPECT_GT(each, 50);
}

TEST(InOrder, WhatNobodyWaitsForIsGivenUp) {
  std::atomic<bool> second_runs = false, given_up = false;
  const auto outcome =
      InOrder::Search(40, 100, 2, [&](std::size_t part, std::uint64_t, const InOrder::Moot& moot) {
        CaseSearch search;
        search.answer = Kind::kFound;
        if (part == 0) {
          // Not before the other thread is at work: else there is nothing to give up.
          for (int i = 0; i < 20'000 && !second_runs; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
          search.found.emplace();
          return search;
        }
        EXPECT_EQ(part, 1u) << "taken though it is settled";
        second_runs = true;
        for (int i = 0; i < 20'000 && !given_up; ++i) {
          given_up = moot();
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return search;
      });
  EXPECT_EQ(outcome.settled, std::optional<std::size_t>(0));
  EXPECT_TRUE(second_runs);
  EXPECT_TRUE(given_up);
}

// The whole of `octroi ask`, on a config: same answer, same case, same count; at every limit that
// changes the answer, and beside it.
TEST(InOrder, AQuestionIsAnsweredAlike) {
  const ConfigFolder config = Load(GoodFolder());
  config::Findings none;
  const auto world = config::World::Read(config.files, none);
  const auto plan = PlanToAsk(config);
  ASSERT_TRUE(plan);
  constexpr base::Millis kAt = 1'795'251'600'000;
  int yes = 0, no = 0, undecided = 0;
  for (const char* const sentence :
       {"can any field reach any destination", "can email reach crm",
        "can any field reach any destination when consent marketing.email is denied for "
        "marketing.email",
        "can any field reach any destination with gpc for advertising.personalised",
        "can any field reach any destination when the person is suppressed"}) {
    const auto read = ReadQuestion(sentence, world);
    ASSERT_TRUE(std::holds_alternative<Question>(read)) << sentence;
    const auto& question = std::get<Question>(read);
    const Answer whole = AnswerTo(question, world, **plan, kAt);
    for (const std::uint64_t cases_max :
         {kCasesMax, whole.cases, whole.cases - 1, whole.cases / 2, std::uint64_t{1'000}}) {
      const Answer one = AnswerTo(question, world, **plan, kAt, {cases_max, 1});
      ++(one.what == Answer::What::kYes ? yes : one.what == Answer::What::kNo ? no : undecided);
      for (const unsigned threads : {2u, 4u}) {
        const Answer several = AnswerTo(question, world, **plan, kAt, {cases_max, threads});
        EXPECT_EQ(several.what, one.what) << sentence << ", at most " << cases_max;
        EXPECT_EQ(several.cases, one.cases) << sentence << ", at most " << cases_max;
        EXPECT_EQ(several.domain, one.domain) << sentence << ", at most " << cases_max;
        ASSERT_EQ(several.example.has_value(), one.example.has_value());
        if (!one.example) continue;
        EXPECT_EQ(InWords(several, question, **plan).en, InWords(one, question, **plan).en);
        EXPECT_EQ(several.leaving.field, one.leaving.field);
      }
    }
  }
  EXPECT_GT(yes, 0);
  EXPECT_GT(no, 0);
  EXPECT_GT(undecided, 0);
}

}  // namespace
}  // namespace octroi::gateway::ask
