// Runs people.cases: one test for each story, told in many orders; and what is not a matter of
// stories.
#include "policies/people.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>

namespace octroi::policies {
namespace {

const std::string kFile = std::string(OCTROI_SOURCE_DIR) + "/tests/policies/people.cases";
constexpr base::Millis kNow = 100'000;

Fingerprint Person(char name) {
  Fingerprint print{};
  print.fill(static_cast<std::uint8_t>(name));
  return print;
}

struct Named {
  std::vector<Fingerprint> prints;
  std::uint8_t accounts = 0, contact_points = 0;
};

struct Asked {
  int line = 0;
  Named who;
  std::string purpose;
  ConsentState state = ConsentState::kUnknown;
};

struct Story {
  std::string name;
  std::vector<ConsentEvent> says;
  std::vector<Asked> asks;
};

ConsentState StateNamed(const std::string& name) {
  if (name == "unknown") return ConsentState::kUnknown;
  const auto state = ConsentStateOf(name);
  if (!state) throw std::runtime_error("no state: " + name);
  return *state;
}

// "account A, address M" or "account A = account B", and the purpose after it.
Named ReadIdentifiers(std::istream& words, std::string& purpose) {
  Named named;
  for (std::string kind, name; words >> kind;) {
    if (kind != "account" && kind != "address" && kind != "device") {
      purpose = kind == "person" ? std::string(kWholePerson) : kind;
      return named;
    }
    words >> name;
    named.prints.push_back(Person(name[0]));
    if (kind == "account") ++named.accounts;
    if (kind == "address") ++named.contact_points;
    if (name.size() == 1 && (words >> std::ws).peek() == '=') {
      words.get();
      words >> kind >> name;
      named.prints.push_back(Person(name[0]));
    }
  }
  throw std::runtime_error("a line without a purpose");
}

std::vector<Story> ReadStories() {
  std::ifstream file(kFile);
  std::vector<Story> stories;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string what, state;
    if (!(words >> what)) continue;
    if (what == "story") {
      stories.push_back({line.substr(line.find_first_not_of(' ', 5)), {}, {}});
      continue;
    }
    Asked asked{number, {}, {}, {}};
    base::Millis second = 0;
    if (what == "says") words >> second;
    asked.who = ReadIdentifiers(words, asked.purpose);
    words >> state;
    asked.state = StateNamed(state);
    if (what == "asks") {
      stories.back().asks.push_back(asked);
      continue;
    }
    ConsentEvent event;
    event.id = std::to_string(number);
    event.subject = asked.who.prints;
    event.scoped = true;
    event.accounts = asked.who.accounts;
    event.contact_points = asked.who.contact_points;
    event.purpose = asked.purpose;
    event.state = asked.state;
    event.effective_at = event.recorded_at = second * 1000;
    event.sequence = static_cast<std::uint64_t>(number);
    stories.back().says.push_back(event);
  }
  return stories;
}

// Of a record with several identifiers, as Decide does.
ConsentState StateOf(const People& people, const Asked& asked) {
  ConsentState strictest = ConsentState::kUnknown;
  for (const Fingerprint& print : asked.who.prints) {
    const ConsentState state = people.Of(print, asked.purpose).state;
    if (Strictness(state) > Strictness(strictest)) strictest = state;
  }
  return strictest;
}

class Stories : public testing::TestWithParam<Story> {};

TEST_P(Stories, IsToldInAnyOrder) {
  Story story = GetParam();
  std::mt19937 random(7);
  for (int order = 0; order < 40; ++order) {
    const People people(story.says, kNow);
    for (const Asked& asked : story.asks) {
      const ConsentState state = StateOf(people, asked);
      EXPECT_EQ(Name(state), Name(asked.state))
          << kFile << ":" << asked.line << " in order " << order;
    }
    std::ranges::shuffle(story.says, random);
  }
}

INSTANTIATE_TEST_SUITE_P(People, Stories, testing::ValuesIn(ReadStories()),
                         [](const auto& story) { return std::to_string(story.index); });

TEST(People, EveryStoryIsRead) {
  const auto stories = ReadStories();
  EXPECT_GE(stories.size(), 28u);
  for (const Story& story : stories)
    EXPECT_FALSE(story.says.empty() || story.asks.empty()) << story.name;
}

// A random register of few identifiers: the whole answer, entries and ages, is the same in any
// order.
TEST(People, TheOrderOfArrivalDoesNotMatter) {
  std::mt19937 random(20261123);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  constexpr ConsentState kStates[] = {ConsentState::kGranted, ConsentState::kGranted,
                                      ConsentState::kDenied, ConsentState::kWithdrawn,
                                      ConsentState::kPending};
  for (int run = 0; run < 2'000; ++run) {
    std::vector<ConsentEvent> events;
    for (unsigned n = 0; n < 8; ++n) {
      ConsentEvent event;
      event.id = std::to_string(n);
      event.sequence = n + 1;
      event.effective_at = 1'000 * (1 + below(5));
      event.recorded_at = event.effective_at + 1'000 * below(3);
      event.scoped = true;
      event.age = static_cast<AgeBand>(below(4));
      const bool merge = below(5) == 0;
      event.subject = {Person(static_cast<char>('A' + below(3)))};
      event.accounts = 1;
      if (merge) {
        event.subject.push_back(Person(static_cast<char>('A' + below(3))));
        event.state = below(3) == 0 ? ConsentState::kSeparated : ConsentState::kMerged;
        event.purpose = kWholePerson;
      } else {
        if (below(2) == 0) event.accounts = 0, event.subject.clear();
        const bool address = below(2) == 0 || event.subject.empty();
        if (address) event.subject.push_back(Person(static_cast<char>('M' + below(2))));
        event.contact_points = address ? 1 : 0;
        if (below(4) == 0) event.subject.push_back(Person('X'));
        event.state = kStates[below(5)];
        event.purpose = "p";
      }
      events.push_back(event);
    }
    const auto answer = [&] {
      const People people(events, kNow);
      std::ostringstream out;
      for (const char name : {'A', 'B', 'C', 'M', 'N', 'X'}) {
        const ConsentEntry entry = people.Of(Person(name), "p");
        out << name << Name(entry.state) << entry.since_seconds << "/" << entry.reference
            << Name(people.AgeOf(Person(name))) << " ";
      }
      return out.str();
    };
    const std::string expected = answer();
    for (int order = 0; order < 4; ++order) {
      std::ranges::shuffle(events, random);
      ASSERT_EQ(answer(), expected) << "run " << run;
    }
  }
}

ConsentEvent Said(base::Millis second, std::vector<Fingerprint> subject, std::uint8_t accounts,
                  ConsentState state, std::string_view purpose = "p") {
  ConsentEvent event;
  event.id = std::to_string(second);
  event.sequence = static_cast<std::uint64_t>(second);
  event.effective_at = event.recorded_at = second * 1000;
  event.scoped = true;
  event.accounts = accounts;
  event.contact_points = static_cast<std::uint8_t>(subject.size() - accounts);
  event.subject = std::move(subject);
  event.state = state;
  event.purpose = purpose;
  return event;
}

// Of two grants that a merge joins, what both allow, and the older is cited.
TEST(People, WhatBothGrantedIsTheLessOfTheTwo) {
  const auto merge = [] {
    ConsentEvent event =
        Said(9, {Person('A'), Person('B')}, 1, ConsentState::kMerged, kWholePerson);
    event.contact_points = 0;
    return event;
  };
  struct Row {
    base::Millis until_a, until_b;
    bool parent_a, parent_b, explicit_a, explicit_b;
    std::uint32_t until;
    bool by_parent, explicit_word;
  };
  for (const Row& row : {Row{50, 80, true, false, true, true, 50, false, true},
                         Row{80, 50, true, true, false, true, 50, true, false},
                         Row{0, 70, false, true, true, false, 70, false, false},
                         Row{70, 0, true, true, true, true, 70, true, true},
                         Row{0, 0, false, false, false, false, 0, false, false}}) {
    std::vector events{Said(3, {Person('A')}, 1, ConsentState::kGranted),
                       Said(4, {Person('B')}, 1, ConsentState::kGranted), merge()};
    events[0].valid_until = row.until_a * 1000;
    events[1].valid_until = row.until_b * 1000;
    events[0].by_parent = row.parent_a;
    events[1].by_parent = row.parent_b;
    events[0].explicit_word = row.explicit_a;
    events[1].explicit_word = row.explicit_b;
    for (const char name : {'A', 'B'}) {
      const People people(events, kNow);
      EXPECT_EQ(people.Of(Person(name), "p"), (ConsentEntry{ConsentState::kGranted, 3, row.until, 3,
                                                            row.by_parent, row.explicit_word}));
    }
  }
}

// What one of them was limited to limits both; lists that differ cover nobody.
TEST(People, GrantsOfMergedAccountsAreLimitedAsEither) {
  const SharedLimits none, crm = *Limited({{}, {}, {"crm"}}), ads = *Limited({{}, {}, {"ads"}}),
                           crm_too = *Limited({{}, {}, {"crm"}});
  struct Row {
    const SharedLimits &a, &b;
    const GrantLimits* both;
  };
  for (const Row& row :
       {Row{none, none, nullptr}, Row{crm, none, crm.get()}, Row{none, crm, crm.get()},
        Row{crm, crm_too, crm.get()}, Row{crm, ads, &CoversNothing()}}) {
    std::vector events{Said(3, {Person('A')}, 1, ConsentState::kGranted),
                       Said(4, {Person('B')}, 1, ConsentState::kGranted),
                       Said(9, {Person('A'), Person('B')}, 1, ConsentState::kMerged, kWholePerson)};
    events[2].contact_points = 0;
    events[0].limits = row.a;
    events[1].limits = row.b;
    for (const char name : {'A', 'B'}) {
      ConsentEntry entry{ConsentState::kGranted, 3, 0, 3};
      entry.limits = row.both;
      const People people(events, kNow);
      EXPECT_EQ(people.Of(Person(name), "p"), entry) << TextOf(row.both);
    }
  }
}

// Of a shared address: since when is the latest that is in force against any of its persons.
TEST(People, OfSeveralHoldsTheLatestInForceCounts) {
  const auto of = [](ConsentState a, base::Millis at, ConsentState b, base::Millis when) {
    const std::vector events{Said(1, {Person('A'), Person('M')}, 1, ConsentState::kGranted),
                             Said(2, {Person('B'), Person('M')}, 1, ConsentState::kGranted),
                             Said(at, {Person('A')}, 1, a, kWholePerson),
                             Said(when, {Person('B')}, 1, b, kWholePerson)};
    const ConsentEntry entry = People(events, kNow).Of(Person('M'), kWholePerson);
    return std::string(Name(entry.state)) + " since " + std::to_string(entry.since_seconds) +
           " by " + std::to_string(entry.reference);
  };
  using enum ConsentState;
  EXPECT_EQ(of(kSuppressed, 5, kRestricted, 8), "suppressed since 8 by 5");
  EXPECT_EQ(of(kRestricted, 8, kSuppressed, 5), "suppressed since 8 by 5");
  EXPECT_EQ(of(kRestricted, 5, kRestricted, 8), "restricted since 8 by 8");
  EXPECT_EQ(of(kRestricted, 8, kRestricted, 5), "restricted since 8 by 8");
  EXPECT_EQ(of(kRestricted, 5, kLifted, 8), "restricted since 5 by 5");
  EXPECT_EQ(of(kLifted, 8, kRestricted, 5), "restricted since 5 by 5");
  EXPECT_EQ(of(kLifted, 5, kLifted, 8), "lifted since 8 by 8");
}

// An age is a person's; said with a shared address alone, it is told of the address alone.
TEST(People, AnAgeIsOfWhomItWasSaid) {
  const auto age = [](std::vector<ConsentEvent> events, char name) {
    return People(events, kNow).AgeOf(Person(name));
  };
  std::vector events{Said(1, {Person('A'), Person('M')}, 1, ConsentState::kGranted),
                     Said(2, {Person('B'), Person('M')}, 1, ConsentState::kGranted),
                     Said(3, {Person('M')}, 0, ConsentState::kGranted)};
  EXPECT_EQ(age(events, 'M'), AgeBand::kUnknown);
  events[2].age = AgeBand::kAdult;
  EXPECT_EQ(age(events, 'M'), AgeBand::kAdult);
  EXPECT_EQ(age(events, 'A'), AgeBand::kUnknown);
  events[0].age = AgeBand::kMinor;
  events[1].age = AgeBand::kChild;
  EXPECT_EQ(age(events, 'A'), AgeBand::kMinor);
  EXPECT_EQ(age(events, 'B'), AgeBand::kChild);
  events[2].age = AgeBand::kUnknown;
  EXPECT_EQ(age(events, 'M'), AgeBand::kChild) << "the youngest of its persons";
  events[0].effective_at = 500;  // in the first second there is
  EXPECT_EQ(age(events, 'A'), AgeBand::kMinor);
}

// What a merge names together on one side is one account's, whatever becomes of the merge.
TEST(People, AMergeMayNameAnAccountByTwoIdentifiers) {
  for (const bool first : {true, false}) {
    std::vector<Fingerprint> both{Person('A'), Person('C')}, other{Person('B')};
    std::vector<Fingerprint> subject = first ? both : other;
    const std::vector<Fingerprint>& rest = first ? other : both;
    const auto accounts = static_cast<std::uint8_t>(subject.size());
    subject.insert(subject.end(), rest.begin(), rest.end());
    std::vector events{Said(1, {Person('A')}, 1, ConsentState::kGranted),
                       Said(2, subject, accounts, ConsentState::kMerged, kWholePerson),
                       Said(3, subject, accounts, ConsentState::kSeparated, kWholePerson)};
    const People people(events, kNow);
    EXPECT_EQ(people.Of(Person('C'), "p").state, ConsentState::kGranted);
    EXPECT_EQ(people.Of(Person('B'), "p").state, ConsentState::kUnknown);
  }
}

TEST(People, NothingIsKnownOfNobody) {
  const std::vector events{Said(1, {Person('B')}, 1, ConsentState::kGranted)};
  const People people(events, kNow);
  for (const char name : {'A', 'C'}) {
    EXPECT_EQ(people.Of(Person(name), "p"), ConsentEntry{});
    EXPECT_EQ(people.AgeOf(Person(name)), AgeBand::kUnknown);
  }
}

TEST(People, CountsThePersonsBehindIdentifiers) {
  ConsentEvent one, two, three;
  one.scoped = two.scoped = three.scoped = true;
  one.subject = {Person('A'), Person('M'), Person('D')};
  two.subject = {Person('B'), Person('M')};
  one.accounts = one.contact_points = two.accounts = two.contact_points = 1;
  three.subject = {Person('N')};
  three.contact_points = 1;
  const std::vector events{one, two, three};
  const People people(events, kNow);
  const auto count = [&](std::vector<Fingerprint> prints) { return people.Count(prints); };
  EXPECT_EQ(count({}), 0u);
  EXPECT_EQ(count({Person('Z')}), 0u);
  EXPECT_EQ(count({Person('A')}), 1u);
  EXPECT_EQ(count({Person('A'), Person('D')}), 1u);
  EXPECT_EQ(count({Person('D')}), 1u);
  EXPECT_EQ(count({Person('M')}), 2u);
  EXPECT_EQ(count({Person('A'), Person('M')}), 2u);
  EXPECT_EQ(count({Person('A'), Person('N')}), 2u);
}

// One who asks about an account is told of its addresses; who shares a device with it is not asked.
TEST(People, DevicesLeadToNobody) {
  ConsentEvent event;
  event.scoped = true;
  event.subject = {Person('A'), Person('D')};
  event.accounts = 1;
  EXPECT_TRUE(LinksOn(event, {Person('A')}));
  EXPECT_FALSE(LinksOn(event, {Person('D')}));
  event.scoped = false;  // before scopes were recorded
  EXPECT_TRUE(LinksOn(event, {Person('D')}));
}

}  // namespace
}  // namespace octroi::policies
