// Where the thread breaks, as a table that a marketer can read: lead -> meeting -> order, within
// ten days. A letter is a step (l, m, o), its sign what became of it, and the number the day.
//
//   l3   measured    l3-  withheld    l3!  its data could not be used
#include "scores/journeys.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <sstream>
#include <string>

namespace octroi::scores {
namespace {

constexpr base::Millis kDay = 86'400'000;
constexpr JourneyTerms kTerms{3, 10 * kDay, 0, 50 * kDay, 100 * kDay};

std::vector<Touch> Touches(const std::string& text, std::uint32_t person) {
  std::vector<Touch> touches;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    Touch touch;
    touch.person = person;
    touch.step = static_cast<std::uint16_t>(std::string("lmo").find(word[0]));
    if (word.back() == '-') touch.kind = TouchKind::kWithheld;
    if (word.back() == '!') touch.kind = TouchKind::kQuarantined;
    touch.at = std::stoll(word.substr(1)) * kDay;
    touches.push_back(touch);
  }
  return touches;
}

struct Row {
  const char* person;  // what they did
  std::size_t reached;
  const char* cause;  // why not further; "": they arrived, or never began
};
const Row kRows[] = {
    {"l1 m3 o5", 3, ""},
    {"l1", 1, "none"},
    {"l1 m3", 2, "none"},
    {"l1 m11", 2, "none"},
    {"l1 m12", 1, "late"},
    {"l1 m3 o12", 2, "late"},
    {"m0 l1", 1, "before"},
    {"l1 o2 m3", 2, "before"},
    {"l1 m3- o5", 1, "withheld"},
    {"l1 m3!", 1, "quarantined"},
    {"l1 m3! m4-", 1, "withheld"},
    {"l1 m12-", 1, "none"},
    {"l1 l30 m31 o32", 1, "late"},  // once a person, from the first time on
    {"l1 m3 m9 o9", 3, ""},
    {"l1 m1 o1", 3, ""},
    {"l1- m3 o5", 0, ""},
    {"l1- l2 m3 o5", 3, ""},
    {"m3 o5", 0, ""},
    {"l60 m61", 0, ""},  // after what was asked about
};

TEST(Journeys, WhereTheThreadBreaks) {
  for (const Row& row : kRows) {
    auto touches = Touches(row.person, 7);
    const auto figures = Follow(touches, kTerms);
    const auto reached = std::accumulate(figures.persons.begin(), figures.persons.end(), 0U);
    EXPECT_EQ(reached, row.reached) << row.person;
    std::string cause;
    for (const auto& link : figures.links) {
      for (std::size_t i = 0; i < kBreaks; ++i) {
        if (link.breaks[i] != 0) cause += Name(static_cast<Break>(i));
      }
    }
    EXPECT_EQ(cause, row.cause) << row.person;
  }
}

TEST(Journeys, WhoIsNotInItAndWhoNeverBegan) {
  auto touches = Touches("l1- m3", 1);
  for (const char* more : {"m3 o4", "l1"}) {
    for (Touch touch : Touches(more, more[0] == 'm' ? 2U : 3U)) touches.push_back(touch);
  }
  const auto figures = Follow(touches, kTerms);
  EXPECT_EQ(figures.excluded, 1u);
  EXPECT_EQ(figures.orphans, (std::vector<std::uint64_t>{0, 1, 1}));
  EXPECT_EQ(figures.persons, (std::vector<std::uint64_t>{1, 0, 0}));
}

TEST(Journeys, AWindowThatIsNotOverIsNoBreak) {
  auto touches = Touches("l95", 1);
  const auto figures = Follow(touches, {3, 10 * kDay, 0, 100 * kDay, 100 * kDay});
  EXPECT_EQ(figures.links[0].breaks[static_cast<std::size_t>(Break::kOpen)], 1u);
}

TEST(Journeys, TheMiddleDelay) {
  std::vector<Touch> touches;
  for (std::uint32_t person = 0; person < 3; ++person) {
    const auto days = std::to_string(person + 2);
    for (const Touch& touch : Touches("l1 m" + days, person)) touches.push_back(touch);
  }
  const auto figures = Follow(touches, kTerms);
  EXPECT_EQ(figures.links[0].median, 2 * kDay);
  EXPECT_FALSE(figures.links[1].median);
}

// However many people do whatever: nobody is lost between two steps.
TEST(Journeys, EverybodyIsSomewhere) {
  std::mt19937 random(20261123);
  for (int round = 0; round < 300; ++round) {
    std::vector<Touch> touches;
    for (int i = 0; i < 200; ++i) {
      touches.push_back(
          {static_cast<std::uint32_t>(random() % 30), static_cast<std::uint16_t>(random() % 3),
           static_cast<TouchKind>(random() % 3), static_cast<base::Millis>(random() % 60) * kDay});
    }
    const auto figures = Follow(touches, kTerms);
    for (std::size_t link = 0; link < 2; ++link) {
      const auto& breaks = figures.links[link].breaks;
      EXPECT_EQ(figures.persons[link],
                std::accumulate(breaks.begin(), breaks.end(), figures.persons[link + 1]));
    }
  }
}

// What is not told cannot be computed from what is: of a sum, never exactly one number is missing.
TEST(Journeys, NoNumberOfFewPeopleCanBeComputed) {
  EXPECT_EQ(MayBeTold(100, true, std::vector<std::uint64_t>{60, 40}),
            (std::vector<bool>{true, true, true}));
  EXPECT_EQ(MayBeTold(100, true, std::vector<std::uint64_t>{60, 35, 5}),
            (std::vector<bool>{true, true, false, false}));
  EXPECT_EQ(MayBeTold(100, true, std::vector<std::uint64_t>{91, 9, 0}),
            (std::vector<bool>{true, false, false, true}));
  EXPECT_EQ(MayBeTold(9, false, std::vector<std::uint64_t>{0, 9}),
            (std::vector<bool>{false, true, false}));
  std::mt19937 random(20261123);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::uint64_t> parts(1 + random() % 6);
    for (auto& part : parts) part = random() % 3 == 0 ? 0 : random() % 30;
    const auto total = std::accumulate(parts.begin(), parts.end(), std::uint64_t{0});
    const bool told_before = total == 0 || total >= kPeopleFloor;
    const auto told = MayBeTold(total, told_before, parts);
    std::size_t hidden = told[0] ? 0 : 1;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      EXPECT_FALSE(told[i + 1] && parts[i] > 0 && parts[i] < kPeopleFloor);
      hidden += told[i + 1] ? 0 : 1;
    }
    EXPECT_NE(hidden, 1u) << total;
  }
}

}  // namespace
}  // namespace octroi::scores
