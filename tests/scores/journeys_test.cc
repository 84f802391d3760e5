// Where the thread breaks, as a table that a marketer can read: lead -> meeting -> order, within
// ten days. A letter is a step (l, m, o), its sign what became of it, and the number the day.
//
//   l3   measured    l3-  withheld    l3!  its data could not be used    l3*  of another campaign
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
    if (word.back() == '*') touch.kind = TouchKind::kElsewhere;
    touch.at = std::stoll(word.substr(1)) * kDay;
    touch.record = touches.size() + 100 * person;
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
    {"l1* m3 o5", 0, ""},
    {"l1* l2 m3 o5", 3, ""},
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

// Somebody whose first step is known, of whatever kind, campaign and time, is no orphan.
TEST(Journeys, WhoIsAnOrphan) {
  const std::pair<const char*, std::uint64_t> rows[] = {
      {"m3", 1}, {"l60 m3", 0}, {"l1* m3", 0}, {"l1! m3", 0}, {"l1- m3", 0}, {"m60", 0}, {"m3-", 0},
  };
  for (const auto& [person, orphans] : rows) {
    auto touches = Touches(person, 1);
    EXPECT_EQ(Follow(touches, kTerms).orphans[1], orphans) << person;
  }
}

// The same event twice in a journey is two records: a first purchase is not its own repeat.
TEST(Journeys, OneRecordIsOneStep) {
  const auto both = [](std::initializer_list<int> days) {
    std::vector<Touch> touches;
    std::uint64_t record = 0;
    for (const int day : days) {
      ++record;
      for (std::uint16_t step = 0; step < 2; ++step)
        touches.push_back({1, step, TouchKind::kMeasured, day * kDay, record});
    }
    return Follow(touches, {2, 10 * kDay, 0, 50 * kDay, 100 * kDay});
  };
  EXPECT_EQ(both({1}).persons, (std::vector<std::uint64_t>{1, 0}));
  EXPECT_EQ(both({1, 3}).links[0].median, 2 * kDay);
  EXPECT_EQ(both({1, 1}).links[0].median, 0);
  EXPECT_EQ(both({1, 30}).links[0].breaks[static_cast<std::size_t>(Break::kLate)], 1u);
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
           static_cast<TouchKind>(random() % 3), static_cast<base::Millis>(random() % 60) * kDay,
           static_cast<std::uint64_t>(i)});
    }
    const auto figures = Follow(touches, kTerms);
    for (std::size_t link = 0; link < 2; ++link) {
      const auto& breaks = figures.links[link].breaks;
      EXPECT_EQ(figures.persons[link],
                std::accumulate(breaks.begin(), breaks.end(), figures.persons[link + 1]));
    }
  }
}

struct ToldRow {
  std::vector<std::uint64_t> parts;
  std::vector<bool> told;
};
TEST(Journeys, WhichNumbersAreTold) {
  const ToldRow rows[] = {
      {{60, 40}, {true, true}},
      {{60, 0}, {true, true}},
      {{60, 35, 5}, {true, false, false}},
      {{18, 1, 1}, {false, false, false}},  // 2 left of 20: two times one person
      {{90, 6, 5}, {true, false, false}},   // eleven, and nobody knows whose
      {{9, 91}, {false, false}},
      {{10, 1, 0}, {false, false, true}},
  };
  for (const ToldRow& row : rows) EXPECT_EQ(MayBeTold(true, row.parts), row.told) << row.parts[0];
  EXPECT_EQ(MayBeTold(false, std::vector<std::uint64_t>{50, 0}), (std::vector<bool>{false, false}));
}

// Of a sum, what is not told is nothing, or several numbers that are ten people or more together.
TEST(Journeys, NoNumberOfFewPeopleCanBeComputed) {
  std::mt19937 random(20261123);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::uint64_t> parts(1 + random() % 7);
    for (auto& part : parts) part = random() % 3 == 0 ? 0 : random() % 30;
    const auto total = std::accumulate(parts.begin(), parts.end(), std::uint64_t{0});
    if (total < kPeopleFloor) continue;  // is not told itself
    const auto told = MayBeTold(true, parts);
    std::size_t hidden = 0;
    std::uint64_t people = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      EXPECT_FALSE(told[i] && parts[i] > 0 && parts[i] < kPeopleFloor);
      hidden += told[i] ? 0 : 1;
      people += told[i] ? 0 : parts[i];
    }
    EXPECT_TRUE(hidden == 0 || (hidden >= 2 && people >= kPeopleFloor)) << total;
  }
}

}  // namespace
}  // namespace octroi::scores
