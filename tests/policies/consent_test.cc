// Consent events: their names, what is refused before storing, and the fold (standards.md C1-C4).
#include "policies/consent.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

namespace octroi::policies {
namespace {

constexpr base::Millis kMinute = 60'000;
constexpr base::Millis kT = 1'780'000'000'000;  // any moment

ConsentEvent Event(ConsentState state, base::Millis effective, base::Millis recorded,
                   std::string id = "0") {
  ConsentEvent event;
  event.id = std::move(id);
  event.state = state;
  event.effective_at = effective;
  event.recorded_at = recorded;
  event.sequence = static_cast<std::uint64_t>(effective % 1000 + 7);
  return event;
}

ConsentState FoldedState(std::vector<ConsentEvent> events, base::Millis now = kT) {
  return Fold(events, now).state;
}

TEST(ConsentNames, StoredStatesGoThereAndBackDerivedOnesAreNotAccepted) {
  for (const char* name : {"requested", "pending", "granted", "denied", "withdrawn", "objected",
                           "invalidated", "restricted", "lifted", "suppressed"}) {
    ASSERT_TRUE(ConsentStateOf(name)) << name;
    EXPECT_EQ(Name(*ConsentStateOf(name)), name);
  }
  for (const char* name : {"unknown", "expired", "refused", "Granted", "granted ", ""}) {
    EXPECT_FALSE(ConsentStateOf(name)) << name;
  }
  EXPECT_EQ(Name(ConsentState::kUnknown), "unknown");
  EXPECT_EQ(Name(ConsentState::kExpired), "expired");
}

TEST(ConsentFold, NoEventIsUnknown) {
  EXPECT_EQ(Fold(std::vector<ConsentEvent>{}, kT), ConsentEntry{});
}

TEST(ConsentFold, TheLastActOfThePersonDecidesNotTheLastThatWeLearnt) {
  const auto granted = Event(ConsentState::kGranted, kT - 100, kT - 50);
  const auto withdrawn_earlier_told_later = Event(ConsentState::kWithdrawn, kT - 200, kT - 10);
  EXPECT_EQ(FoldedState({granted, withdrawn_earlier_told_later}), ConsentState::kGranted);
}

TEST(ConsentFold, OfTheSameMomentTheMoreRestrictiveDecides) {
  const std::vector<std::vector<ConsentState>> from_mild_to_strict = {
      {ConsentState::kGranted},
      {ConsentState::kRequested, ConsentState::kPending},
      {ConsentState::kInvalidated},
      {ConsentState::kDenied},
      {ConsentState::kWithdrawn, ConsentState::kObjected}};
  for (std::size_t mild = 0; mild < from_mild_to_strict.size(); ++mild) {
    for (std::size_t strict = mild + 1; strict < from_mild_to_strict.size(); ++strict) {
      for (const ConsentState a : from_mild_to_strict[mild]) {
        for (const ConsentState b : from_mild_to_strict[strict]) {
          const std::vector events = {Event(b, kT - 100, kT - 90), Event(a, kT - 100, kT - 80)};
          EXPECT_EQ(FoldedState(events), b) << Name(a) << " and " << Name(b);
        }
      }
    }
  }
}

TEST(ConsentFold, OfEqualRestrictivenessTheOneLearntLaterThenTheLargerId) {
  const auto requested = Event(ConsentState::kRequested, kT - 100, kT - 90, "a");
  EXPECT_EQ(FoldedState({Event(ConsentState::kPending, kT - 100, kT - 89, "0"), requested}),
            ConsentState::kPending);
  EXPECT_EQ(FoldedState({Event(ConsentState::kPending, kT - 100, kT - 90, "0"), requested}),
            ConsentState::kRequested);
  EXPECT_EQ(FoldedState({Event(ConsentState::kPending, kT - 100, kT - 90, "b"), requested}),
            ConsentState::kPending);
}

// GDPR Art. 21: whoever objected is not asked to object again.
TEST(ConsentFold, AnObjectionStandsUntilAGrantComesAfterIt) {
  const auto objected = Event(ConsentState::kObjected, kT - 100, kT - 90, "o");
  for (const ConsentState later :
       {ConsentState::kRequested, ConsentState::kPending, ConsentState::kDenied,
        ConsentState::kWithdrawn, ConsentState::kInvalidated}) {
    const auto after = Event(later, kT - 50, kT - 40, "z");
    const auto granted_before = Event(ConsentState::kGranted, kT - 200, kT - 20, "y");
    const auto granted_between = Event(ConsentState::kGranted, kT - 60, kT - 60, "x");
    EXPECT_EQ(FoldedState({objected, after}), ConsentState::kObjected) << Name(later);
    EXPECT_EQ(FoldedState({granted_before, objected, after}), ConsentState::kObjected);
    EXPECT_EQ(FoldedState({objected, granted_between, after}), later);
    const auto waiting = Event(ConsentState::kGranted, kT + 60 * kMinute, kT, "w");
    EXPECT_EQ(FoldedState({objected, after, waiting}), ConsentState::kObjected);
  }
  EXPECT_EQ(FoldedState({objected, Event(ConsentState::kGranted, kT - 50, kT - 50)}),
            ConsentState::kGranted);
}

// GDPR Art. 17, 18, 21. In the moments of the table: what is in force, and since when.
TEST(ConsentFold, OfThePersonAsAWhole) {
  using enum ConsentState;
  struct Row {
    const char* name;
    std::vector<std::pair<ConsentState, int>> events;
    ConsentState state;
    int since;
  };
  const Row rows[] = {
      {"restricted", {{kRestricted, 1}}, kRestricted, 1},
      {"lifted", {{kRestricted, 1}, {kLifted, 2}}, kLifted, 2},
      {"lifted in the same moment", {{kRestricted, 1}, {kLifted, 1}}, kRestricted, 1},
      {"restricted again", {{kRestricted, 1}, {kLifted, 2}, {kRestricted, 3}}, kRestricted, 3},
      {"lifted before", {{kLifted, 1}, {kRestricted, 2}}, kRestricted, 2},
      {"suppressed", {{kSuppressed, 1}}, kSuppressed, 1},
      {"nothing lifts it", {{kSuppressed, 1}, {kLifted, 2}}, kSuppressed, 1},
      {"twice", {{kSuppressed, 1}, {kSuppressed, 4}}, kSuppressed, 4},
      {"restricted since", {{kSuppressed, 1}, {kRestricted, 3}}, kSuppressed, 3},
      {"and lifted", {{kSuppressed, 1}, {kRestricted, 3}, {kLifted, 4}}, kSuppressed, 1},
      {"suppressed since", {{kRestricted, 1}, {kSuppressed, 3}}, kSuppressed, 3},
  };
  for (const Row& row : rows) {
    std::vector<ConsentEvent> events;
    for (const auto& [state, at] : row.events) {
      const base::Millis when = kT + at * kMinute;
      events.push_back(Event(state, when, when, std::to_string(events.size())));
    }
    std::ranges::sort(events, {}, &ConsentEvent::id);
    do {
      const ConsentEntry entry = Fold(events, kT + 10 * kMinute);
      EXPECT_EQ(entry.state, row.state) << row.name;
      EXPECT_EQ(entry.since_seconds, (kT + row.since * kMinute) / 1000) << row.name;
    } while (std::ranges::next_permutation(events, {}, &ConsentEvent::id).found);
  }
  const auto ahead = Event(kLifted, kT + 60 * kMinute, kT);
  const auto restricted = Event(kRestricted, kT, kT);
  EXPECT_EQ(FoldedState({restricted, ahead}, kT + kMinute), kRestricted);
  EXPECT_EQ(FoldedState({restricted, ahead}, kT + 60 * kMinute), kLifted);
}

TEST(ConsentFold, AGrantFromTheFutureWaitsAWithdrawalDoesNot) {
  const base::Millis recorded = kT;
  const base::Millis in_skew = kT + 5 * kMinute;
  EXPECT_EQ(FoldedState({Event(ConsentState::kGranted, in_skew, recorded)}, kT),
            ConsentState::kGranted);
  EXPECT_EQ(FoldedState({Event(ConsentState::kGranted, in_skew + 1, recorded)}, kT),
            ConsentState::kPending);
  EXPECT_EQ(FoldedState({Event(ConsentState::kGranted, in_skew + 1, recorded)}, in_skew),
            ConsentState::kPending);
  EXPECT_EQ(FoldedState({Event(ConsentState::kGranted, in_skew + 1, recorded)}, in_skew + 1),
            ConsentState::kGranted);
  for (const ConsentState state : {ConsentState::kWithdrawn, ConsentState::kObjected,
                                   ConsentState::kDenied, ConsentState::kInvalidated}) {
    const auto granted = Event(ConsentState::kGranted, kT - 100, kT - 100);
    EXPECT_EQ(FoldedState({granted, Event(state, kT + 60 * kMinute, recorded)}, kT), state);
  }
}

// Told twice of one grant, once long before it: the waiting one is the more restrictive until its
// time.
TEST(ConsentFold, AWaitingGrantOutranksAGrantOfTheSameMoment) {
  const base::Millis effective = kT + 6 * kMinute;
  const std::vector events = {Event(ConsentState::kGranted, effective, kT),
                              Event(ConsentState::kGranted, effective, kT + 2 * kMinute)};
  EXPECT_EQ(FoldedState(events, effective - 1), ConsentState::kPending);
  EXPECT_EQ(FoldedState(events, effective), ConsentState::kGranted);
}

TEST(ConsentFold, CountsInWholeSecondsAndKeepsTheReference) {
  auto event = Event(ConsentState::kGranted, 10'999, 11'000);
  event.valid_until = 20'999;
  event.sequence = 0x1'0000'0005;
  EXPECT_EQ(Fold(std::vector{event}, kT), (ConsentEntry{ConsentState::kGranted, 10, 20, 5}));
}

TEST(ConsentFold, AValidityIsNeverLostInRounding) {
  auto event = Event(ConsentState::kGranted, 1, 1);
  for (const base::Millis until : {base::Millis{1}, base::Millis{999}, base::Millis{-5}}) {
    event.valid_until = until;
    EXPECT_EQ(Fold(std::vector{event}, kT).until_seconds, 1u);
  }
}

// C4 case 4: any permutation of the same events folds to the same entry.
TEST(ConsentFold, DoesNotDependOnTheOrderOfArrival) {
  std::mt19937_64 random(20261121);
  const auto upto = [&](int n) { return std::uniform_int_distribution(0, n - 1)(random); };
  constexpr ConsentState kStored[] = {ConsentState::kRequested,  ConsentState::kPending,
                                      ConsentState::kGranted,    ConsentState::kDenied,
                                      ConsentState::kWithdrawn,  ConsentState::kObjected,
                                      ConsentState::kInvalidated};
  for (int round = 0; round < 5'000; ++round) {
    std::vector<ConsentEvent> events;
    for (int count = 1 + upto(6), at = 0; at < count; ++at) {
      // Few moments, so that ties of every depth occur; some grants from the future.
      const base::Millis effective = kT + upto(3) + upto(2) * 20 * kMinute;
      auto event = Event(kStored[upto(7)], effective, kT + upto(2), std::to_string(at));
      event.sequence = static_cast<std::uint64_t>(at);
      events.push_back(std::move(event));
    }
    const base::Millis now = kT + upto(2) * 30 * kMinute;
    const ConsentEntry folded = Fold(events, now);
    for (int shuffle = 0; shuffle < 4; ++shuffle) {
      std::ranges::shuffle(events, random);
      ASSERT_EQ(Fold(events, now), folded) << "round " << round;
    }
  }
}

ConsentEvent Valid() {
  ConsentEvent event;
  event.id = "01936f5e-2c4b-7a10-8e5d-0123456789ab";
  event.record_id = "5b1f8a52-7d3c-4e0f-9a6b-0123456789ab";
  event.subject = {Fingerprint{1}};
  event.purpose = "marketing.email";
  event.state = ConsentState::kGranted;
  event.effective_at = kT - 10;
  event.recorded_at = kT;
  event.notice = "newsletter-v4";
  event.source = "site-web";
  return event;
}

TEST(ConsentValidate, AcceptsACompleteEventAndARefusalWithoutNotice) {
  EXPECT_TRUE(Validate(Valid()));
  for (const ConsentState state : {ConsentState::kDenied, ConsentState::kWithdrawn,
                                   ConsentState::kObjected, ConsentState::kInvalidated}) {
    ConsentEvent event = Valid();
    event.state = state;
    event.notice.clear();
    EXPECT_TRUE(Validate(event)) << Name(state);
  }
}

TEST(ConsentValidate, NamesTheMemberThatIsWrong) {
  struct Fault {
    const char* member;
    std::function<void(ConsentEvent&)> plant;
  };
  const std::vector<Fault> faults = {
      {"`id`", [](auto& e) { e.id.clear(); }},
      {"`id`", [](auto& e) { e.id = "01936F5E-2C4B-7A10-8E5D-0123456789AB"; }},
      {"`id`", [](auto& e) { e.id[14] = '4'; }},
      {"`record_id`", [](auto& e) { e.record_id[14] = '7'; }},
      {"`record_id`", [](auto& e) { e.record_id[8] = '0'; }},
      {"`subject`", [](auto& e) { e.subject.clear(); }},
      {"`subject`", [](auto& e) { e.subject.resize(9); }},
      {"`purpose`", [](auto& e) { e.purpose.clear(); }},
      {"`state`", [](auto& e) { e.state = ConsentState::kUnknown; }},
      {"`state`", [](auto& e) { e.state = ConsentState::kExpired; }},
      {"`effective_at`", [](auto& e) { e.effective_at = 0; }},
      {"`effective_at`", [](auto& e) { e.effective_at = 4'294'967'296'000; }},
      {"`recorded_at`", [](auto& e) { e.recorded_at = -1; }},
      {"`valid_until`", [](auto& e) { e.valid_until = -1; }},
      {"`valid_until`", [](auto& e) { e.valid_until = e.effective_at - 1; }},
      {"`notice`", [](auto& e) { e.notice.clear(); }},
      {"`notice`", [](auto& e) { e.notice.clear(), e.state = ConsentState::kPending; }},
      {"`notice`", [](auto& e) { e.notice.clear(), e.state = ConsentState::kRequested; }},
      {"`source`", [](auto& e) { e.source.clear(); }},
  };
  for (const Fault& fault : faults) {
    ConsentEvent event = Valid();
    fault.plant(event);
    const base::Status status = Validate(event);
    ASSERT_FALSE(status) << fault.member;
    EXPECT_EQ(status.error().code, base::ErrorCode::kInvalid);
    EXPECT_EQ(status.error().detail.find(fault.member), 0u) << status.error().detail;
  }
}

}  // namespace
}  // namespace octroi::policies
