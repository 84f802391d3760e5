// The cases stand for all inputs: what Decide allows of 100,000 random ones, the search finds a
// case of; what is allowed for several purposes is allowed for one of them alone; and what one of
// two sets allows and the other does not, is found too.
#include "policies/decision_cases.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace octroi::policies {
namespace {

constexpr base::Millis kNow = 1'795'251'600'000;
constexpr base::Millis kDay = 86'400'000;
constexpr std::uint16_t kPurposes = 3, kDestinations = 2, kSources = 2, kFields = 3;

class Words final : public NamedList {
 public:
  explicit Words(std::vector<std::string> values) : values_(std::move(values)) {}
  bool Has(std::string_view value) const override {
    return std::ranges::find(values_, value) != values_.end();
  }
  std::span<const std::string> Values() const override { return values_; }

 private:
  std::vector<std::string> values_;
};

class Event final : public base::FieldReader {
 public:
  const base::Value& Field(base::FieldId field) const override { return values[field]; }
  std::array<base::Value, base::kSlots> values{};
};

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}
  int Below(int limit) { return std::uniform_int_distribution(0, limit - 1)(random_); }
  bool Of(int in) { return Below(in) == 0; }
  template <class T>
  const T& One(const std::vector<T>& values) {
    return values[static_cast<std::size_t>(Below(static_cast<int>(values.size())))];
  }

 private:
  std::mt19937_64 random_;
};

const std::vector<std::string> kTexts{"FR", "BE", "DE", "x"};
const std::vector<ConsentState> kStored{ConsentState::kUnknown,  ConsentState::kRequested,
                                        ConsentState::kPending,  ConsentState::kGranted,
                                        ConsentState::kGranted,  ConsentState::kGranted,
                                        ConsentState::kDenied,   ConsentState::kWithdrawn,
                                        ConsentState::kObjected, ConsentState::kInvalidated};

// `fields`: how many they are about. Each more multiplies the cases.
ConditionSpec RandomCondition(Chance& chance, int fields) {
  ConditionSpec one;
  const auto field = static_cast<base::FieldId>(chance.Below(fields));
  switch (chance.Below(6)) {
    case 0:
    case 1:
      one.consent = static_cast<ConsentState>(chance.Below(9));
      return one;
    case 2:
      one.present = field;
      return one;
    case 3:
      one.subject_age = ConditionSpec::Age{chance.Of(2) ? 15 : 18, !chance.Of(4)};
      return one;
    case 4:
      one.field = field;
      one.in = {chance.One(kTexts), chance.One(kTexts)};
      return one;
    default:
      break;
  }
  if (chance.Of(3)) {
    one.person = {field, static_cast<base::FieldId>(chance.Below(fields))};
  } else {
    one.field = field;
  }
  auto list = std::make_shared<Words>(std::vector{chance.One(kTexts), chance.One(kTexts)});
  (chance.Of(2) ? one.in_list : one.not_in_list) = std::move(list);
  return one;
}

PolicySetSpec RandomSpec(Chance& chance, int fields) {
  PolicySetSpec spec;
  for (int i = 0; i < kPurposes; ++i) {
    PurposeSpec& purpose = spec.purposes.emplace_back();
    purpose.id = "p" + std::to_string(i);
    purpose.basis = chance.Of(2) ? Basis::kConsent : static_cast<Basis>(chance.Below(7));
    purpose.covers = static_cast<Covers>(chance.Below(3));
    purpose.ask_again_after = chance.Of(2) ? 30 * kDay : 0;
    purpose.categories = static_cast<std::uint32_t>(chance.Below(4));
    purpose.advertising = chance.Of(2);
    purpose.explicit_only = chance.Of(5);
    if (chance.Of(4)) purpose.hold_for = 5 * kDay;
    if (chance.Of(10)) purpose.leaves = static_cast<Variant>(chance.Below(3));
    if (chance.Of(5)) purpose.refresh_from = kNow - chance.Below(60) * kDay;
    if (chance.Of(3)) {
      purpose.bases = {{static_cast<std::uint16_t>(chance.Below(2)),
                        chance.Of(2) ? Basis::kConsent : static_cast<Basis>(chance.Below(7))}};
    }
  }
  spec.jurisdictions = {"FR", "BE"};
  spec.controller = chance.Of(8) ? "them" : "us";
  spec.categories = {"a", "b"};
  spec.ask_at_digital_age = chance.Of(3);
  if (!chance.Of(3)) spec.jurisdiction_field = 0;
  for (int i = 0; i < kDestinations; ++i) {
    DestinationSpec& destination = spec.destinations.emplace_back();
    destination.id = "d" + std::to_string(i);
    destination.vendor = chance.Of(4) ? "" : chance.Of(2) ? "us" : destination.id;
    destination.decides = !destination.vendor.empty() && chance.Of(3);
    for (std::uint16_t p = 0; p < kPurposes; ++p) {
      if (destination.purposes.empty() || !chance.Of(3)) destination.purposes.push_back(p);
    }
    destination.receives = {{0, {{0, 1}, {1, 2}}}, {1, {{2, 2}}}};
    if (chance.Of(4)) {
      destination.transfer = Transfer::kSafeguard;
      destination.safeguard_until = chance.Of(2) ? kNow + kDay : 0;
    }
  }
  for (int count = chance.Below(3), i = 0; i < count; ++i) {
    PolicySpec& policy = spec.policies.emplace_back();
    policy.id = "policy";
    if (chance.Of(2)) policy.purposes = {static_cast<std::uint16_t>(chance.Below(kPurposes))};
    if (chance.Of(3)) policy.sources = {static_cast<std::uint16_t>(chance.Below(kSources))};
    for (int c = 0; c <= chance.Below(2); ++c)
      policy.allow_when.push_back(RandomCondition(chance, fields));
    policy.otherwise.emplace_back();
  }
  if (chance.Of(3)) spec.observe_consent_until = kNow + kDay;
  return spec;
}
PolicySet Compiled(PolicySetSpec spec) {
  auto compiled = PolicySet::Compile(std::move(spec));
  EXPECT_TRUE(compiled) << compiled.error().detail;
  return *std::move(compiled);
}
PolicySet RandomSet(Chance& chance, int fields = 1) { return Compiled(RandomSpec(chance, fields)); }

// One thing changed, as people change it.
constexpr int kChanges = 14;
PolicySetSpec Changed(PolicySetSpec spec, int change, Chance& chance) {
  PurposeSpec& purpose = spec.purposes[0];
  DestinationSpec& destination = spec.destinations[0];
  switch (change) {
    case 0:
      purpose.ask_again_after = (purpose.ask_again_after == 0 ? 25 : 12 + chance.Below(40)) * kDay;
      break;
    case 1:
      purpose.refresh_from = kNow - chance.Below(60) * kDay;
      break;
    case 2:
      purpose.explicit_only = !purpose.explicit_only;
      break;
    case 3:
      purpose.covers = purpose.covers == Covers::kSend ? Covers::kBoth : Covers::kSend;
      break;
    case 4:
      purpose.basis = purpose.basis == Basis::kConsent ? Basis::kContract : Basis::kConsent;
      break;
    case 5:
      spec.observe_consent_until = spec.observe_consent_until == 0 ? kNow + kDay : 0;
      break;
    case 6:
      destination.transfer = Transfer::kSafeguard;
      destination.safeguard_until = kNow + (chance.Of(2) ? kDay : 5 * kDay);
      break;
    case 7: {
      PolicySpec& policy = spec.policies.emplace_back();
      policy.allow_when.push_back(RandomCondition(chance, 1));
      policy.otherwise.emplace_back();
      break;
    }
    case 8:
      purpose.bases = {{1, purpose.basis == Basis::kConsent ? Basis::kMissing : Basis::kConsent}};
      spec.jurisdiction_field = 0;
      break;
    case 9:
      destination.vendor = chance.Of(3) ? "" : destination.vendor == "d0" ? "d1" : "d0";
      destination.decides = destination.decides && !destination.vendor.empty();
      break;
    case 10:
      destination.vendor = "d0";
      destination.decides = !destination.decides;
      break;
    case 11:
      spec.controller = spec.controller == "us" ? "them" : "us";
      break;
    case 12:
      destination.receives[0].fields.pop_back();
      break;
    default:
      purpose.advertising = !purpose.advertising;
      break;
  }
  return spec;
}

// Lists of which each name is there or not, so that some cover one destination and not another.
const GrantLimits* RandomLimits(Chance& chance) {
  static std::vector<SharedLimits> kept;  // for as long as the test runs
  GrantLimits limits;
  const auto some = [&](std::vector<std::string> names, std::vector<std::string>& list) {
    if (!chance.Of(2)) return;
    for (std::string& name : names) {
      if (chance.Of(2)) list.push_back(std::move(name));
    }
  };
  some({"us", "them", "d0", "d1", "d2"}, limits.controllers);
  some({"a", "b", "c"}, limits.data_categories);
  some({"us", "d0", "d1", "d2"}, limits.vendors);
  kept.push_back(Limited(std::move(limits)).value());
  return kept.back().get();
}

ConsentEntry RandomEntry(Chance& chance, base::Millis now) {
  ConsentEntry entry{chance.One(kStored), 0, 0, 0};
  if (entry.state == ConsentState::kUnknown) return entry;
  entry.by_parent = entry.state == ConsentState::kGranted && chance.Of(2);
  entry.explicit_word = entry.state == ConsentState::kGranted && chance.Of(2);
  if (entry.state == ConsentState::kGranted && chance.Of(2)) entry.limits = RandomLimits(chance);
  entry.since_seconds = static_cast<std::uint32_t>((now - chance.Below(60) * kDay) / 1000);
  if (chance.Of(4))
    entry.until_seconds = static_cast<std::uint32_t>((now + (chance.Below(40) - 20) * kDay) / 1000);
  return entry;
}

// A register of twelve people, and an event about none, one or up to three of them.
struct Input {
  ConsentIndex index{kPurposes};
  std::vector<ConsentIndex::Subject> all;
  std::set<ConsentIndex::Subject> restricted, suppressed;
  std::vector<ConsentIndex::Subject> chosen;
  Event event;
  DecisionInput input;

  explicit Input(Chance& chance, base::Millis now) {
    for (std::uint8_t i = 1; i <= 12; ++i) {
      Fingerprint print{};
      print.fill(i);
      for (std::uint16_t p = 0; p < kPurposes; ++p) index.Set(print, p, RandomEntry(chance, now));
      const ConsentIndex::Subject subject = index.Find(print);
      all.push_back(subject);
      if (chance.Of(3)) index.SetAge(print, static_cast<AgeBand>(chance.Below(4)));
      if (!chance.Of(3)) continue;
      ConsentEntry hold{static_cast<ConsentState>(9 + chance.Below(3)), 0, 0, 0};
      hold.since_seconds = static_cast<std::uint32_t>((now - chance.Below(60) * kDay) / 1000);
      index.Set(print, ConsentIndex::kPerson, hold);
      if (hold.state == ConsentState::kRestricted) restricted.insert(subject);
      if (hold.state == ConsentState::kSuppressed) suppressed.insert(subject);
    }
    input.now = now;
  }
  void Choose(Chance& chance) {
    chosen.clear();
    input.identified = !chance.Of(6);
    for (int i = chance.Below(4); input.identified && i > 0; --i) chosen.push_back(chance.One(all));
    input.subjects = chosen;
    input.source = static_cast<std::uint16_t>(chance.Below(kSources));
    input.contract = static_cast<std::uint16_t>(chance.Below(2));
    input.event_time = input.now - chance.Below(60) * kDay;
    input.signals.gpc = chance.Of(3);
    input.signals.denied_purposes =
        chance.Of(2) ? 0 : static_cast<std::uint32_t>(chance.Below(1 << kPurposes));
    for (base::FieldId field = 0; field < kFields; ++field) {
      base::Value& value = event.values[field];
      value = {};
      if (chance.Of(4)) continue;
      if (chance.Of(6)) {
        value = {base::JsonType::kObject, "{}", {}};
        continue;
      }
      value = {base::JsonType::kString, "\"\"", chance.One(kTexts)};
    }
    input.fields = &event;
  }
};

CasesAsked AllOf(std::uint16_t destination, std::uint16_t purpose) {
  CasesAsked asked;
  asked.destination = destination;
  asked.purpose = purpose;
  asked.now = kNow;
  for (std::uint16_t source = 0; source < kSources; ++source) {
    for (std::uint16_t contract = 0; contract < 2; ++contract)
      asked.routes.push_back({source, contract, {}});
  }
  return asked;
}

bool Finds(const PolicySet& set, const CasesAsked& asked, std::uint32_t purpose_bit) {
  const CaseSearch search = FindCase(
      set, asked, [&](const base::Verdict& verdict, const auto&, const auto&, const auto&) {
        return verdict.allowed && (verdict.purposes & purpose_bit) != 0;
      });
  EXPECT_NE(search.answer, CaseSearch::Answer::kUndecided);
  if (search.found) {  // and it is of what was asked
    EXPECT_EQ(search.found->gpc, asked.gpc.value_or(search.found->gpc));
    EXPECT_EQ(search.found->identified, asked.identified.value_or(search.found->identified));
    EXPECT_EQ(search.found->denied, asked.denied.value_or(search.found->denied));
  }
  return search.answer == CaseSearch::Answer::kFound;
}

std::uint16_t Bit(ConsentState state) {
  return static_cast<std::uint16_t>(1u << static_cast<int>(state));
}

// Everything that one allowed input answers "yes" to.
std::vector<std::pair<std::string, CasesAsked>> AnsweredYes(const PolicySet& set, const Input& in,
                                                            std::uint16_t destination,
                                                            std::uint16_t purpose) {
  std::vector<std::pair<std::string, CasesAsked>> questions;
  const auto add = [&](std::string name, auto change) {
    CasesAsked asked = AllOf(destination, purpose);
    change(asked);
    questions.emplace_back(std::move(name), std::move(asked));
  };
  add("at all", [](CasesAsked&) {});
  add("this route", [&](CasesAsked& asked) {
    asked.routes = {{in.input.source, in.input.contract, {}}};
  });
  for (std::uint16_t p = 0; p < kPurposes; ++p) {
    const ConsentState state = set.StateOf(in.input, p, in.index);
    const std::string of = std::to_string(p);
    add("state " + of, [&](CasesAsked& asked) { asked.states = {{p, Bit(state)}}; });
    if (state == ConsentState::kGranted) continue;
    add("without " + of, [&](CasesAsked& asked) {
      asked.states = {{p, static_cast<std::uint16_t>(0x1ff & ~Bit(ConsentState::kGranted))}};
    });
  }
  add("gpc", [&](CasesAsked& asked) { asked.gpc = in.input.signals.gpc; });
  add("identified", [&](CasesAsked& asked) { asked.identified = in.input.identified; });
  add("denied", [&](CasesAsked& asked) {
    asked.denied = (in.input.signals.denied_purposes >> purpose & 1) != 0;
  });
  const auto has = [&](const auto& people) {
    return std::ranges::any_of(in.chosen, [&](auto one) { return people.contains(one); });
  };
  if (has(in.restricted))
    add("restricted", [](CasesAsked& asked) { asked.person = ConsentState::kRestricted; });
  if (has(in.suppressed))
    add("suppressed", [](CasesAsked& asked) { asked.person = ConsentState::kSuppressed; });
  if (in.input.now >= set.spec().observe_consent_until)
    add("enforced", [](CasesAsked& asked) { asked.enforced_only = true; });
  return questions;
}

std::string KeyOf(const std::string& name, std::uint16_t purpose, const CasesAsked& asked) {
  const auto flag = [](const std::optional<bool>& one) {
    return one ? std::string(*one ? "+" : "-") : std::string("?");
  };
  const CaseRoute& route = asked.routes.front();
  return name + " p" + std::to_string(purpose) + " route " + std::to_string(route.source) +
         std::to_string(route.contract) + " states " +
         std::to_string(asked.states.empty() ? 0 : asked.states[0].states) + flag(asked.gpc) +
         flag(asked.identified) + flag(asked.denied);
}

TEST(DecisionCases, NothingThatIsAllowedIsMissed) {
  constexpr int kSets = 10, kRegisters = 20, kInputs = 2'000;
  constexpr std::size_t kQuestions = 25;  // of a set; the rest would take too long
  std::size_t allowed = 0;
  for (int s = 0; s < kSets; ++s) {
    Chance chance(static_cast<std::uint64_t>(s) + 1);
    const PolicySet set = RandomSet(chance, s == 0 ? 2 : 1);
    std::map<std::string, bool> found;  // by question
    for (int i = 0; i < kRegisters; ++i) {
      // Also once a pilot is over.
      Input in(chance, chance.Of(2) ? kNow : kNow + 2 * kDay);
      for (int j = 0; j < kInputs; ++j) {
        in.Choose(chance);
        const base::Verdict verdict = set.Decide(in.input, 0, in.index);
        for (std::uint16_t p = 0; p < kPurposes; ++p) {
          const std::uint32_t received = in.input.contract == 0 ? 3 : 2;
          if (!verdict.allowed || (verdict.purposes >> p & 1) == 0) continue;
          if ((set.spec().purposes[p].categories & received) == 0)
            continue;  // nothing leaves for it
          ++allowed;
          const auto [name, asked] = chance.One(AnsweredYes(set, in, 0, p));
          const std::string key = KeyOf(name, p, asked);
          auto known = found.find(key);
          if (known == found.end() && found.size() >= kQuestions) continue;
          if (known == found.end()) known = found.emplace(key, Finds(set, asked, 1u << p)).first;
          ASSERT_TRUE(known->second) << "set " << s << ": " << key;
        }
      }
    }
  }
  EXPECT_GT(allowed, 10'000u);
}

TEST(DecisionCases, SeveralPurposesAllowWhatEachAloneDoes) {
  Chance chance(7);
  for (int s = 0; s < 60; ++s) {
    const PolicySet set = RandomSet(chance, kFields);
    Input in(chance, kNow);
    for (int i = 0; i < 100; ++i) {
      in.Choose(chance);
      const std::uint32_t own = in.input.signals.denied_purposes;
      for (std::uint16_t d = 0; d < kDestinations; ++d) {
        in.input.signals.denied_purposes = own;
        const auto categories = [&](const base::Verdict& verdict) {
          if (!verdict.allowed) return 0u;
          std::uint32_t bits = 0;
          for (std::uint16_t p = 0; p < kPurposes; ++p) {
            if ((verdict.purposes >> p & 1) != 0) bits |= set.spec().purposes[p].categories;
          }
          return bits & (in.input.contract == 0 ? 3u : 2u);
        };
        const std::uint32_t together = categories(set.Decide(in.input, d, in.index));
        std::uint32_t alone = 0;
        for (std::uint16_t p = 0; p < kPurposes; ++p) {
          in.input.signals.denied_purposes = own | ~(1u << p);
          alone |= categories(set.Decide(in.input, d, in.index));
        }
        ASSERT_EQ(together, alone) << "set " << s;
      }
    }
  }
}

// A found case is one: made anew, Decide says the same.
TEST(DecisionCases, WhatIsFoundIsSo) {
  int found = 0;
  for (int s = 0; s < 6; ++s) {
    Chance chance(static_cast<std::uint64_t>(s) + 500);
    const PolicySet set = RandomSet(chance);
    for (std::uint16_t p = 0; p < kPurposes; ++p) {
      CasesAsked asked = AllOf(0, p);
      asked.states = {
          {static_cast<std::uint16_t>((p + 1) % kPurposes), Bit(ConsentState::kWithdrawn)}};
      const CaseSearch search = FindCase(
          set, asked, [](const base::Verdict& verdict, const auto&, const auto&, const auto&) {
            return verdict.allowed;
          });
      if (!search.found) continue;
      ++found;
      const DecisionCase& one = *search.found;
      ConsentIndex index(kPurposes);
      std::vector<ConsentIndex::Subject> people;
      for (const CaseSubject& subject : one.subjects) {
        Fingerprint print{};
        print.fill(static_cast<std::uint8_t>(people.size() + 1));
        index.Set(print, one.purpose, subject.purpose);
        index.Set(print, ConsentIndex::kPerson, subject.person);
        index.SetAge(print, one.age);
        for (const auto& [purpose, entry] : one.others) index.Set(print, purpose, entry);
        people.push_back(index.Find(print));
      }
      Event event;
      for (const CaseField& field : one.fields)
        event.values[field.field] = {field.type, "x", field.text};
      DecisionInput input;
      input.source = one.source;
      input.contract = one.contract;
      input.now = one.now;
      input.event_time = one.event_time;
      input.identified = one.identified;
      input.subjects = people;
      input.signals.gpc = one.gpc;
      input.fields = &event;
      const base::Verdict verdict = set.Decide(input, one.destination, index);
      EXPECT_TRUE(verdict.allowed) << s;
      EXPECT_NE(verdict.purposes >> p & 1, 0u) << s;
      EXPECT_EQ(set.StateOf(input, asked.states[0].purpose, index), ConsentState::kWithdrawn) << s;
    }
  }
  EXPECT_GT(found, 3);
}

bool FindsBetween(const PolicySet& yes, const PolicySet& no, std::uint16_t purpose) {
  CasesAsked asked = AllOf(0, purpose);
  asked.beside = &no;
  const CaseSearch search =
      FindCase(yes, asked,
               [&](const base::Verdict& verdict, const auto&, const DecisionInput& input,
                   const ConsentIndex& index) {
                 return verdict.allowed && !no.Decide(input, 0, index).allowed;
               });
  EXPECT_NE(search.answer, CaseSearch::Answer::kUndecided);
  return search.answer == CaseSearch::Answer::kFound;
}

TEST(DecisionCases, NothingThatAChangeChangesIsMissed) {
  std::map<int, int> changed;  // by kind of change: how many sets it changed an answer of
  for (int s = 0; s < 4 * kChanges; ++s) {
    Chance chance(static_cast<std::uint64_t>(s) + 900);
    const int change = s % kChanges;
    PolicySetSpec spec = RandomSpec(chance, 1);
    spec.purposes[0].basis = Basis::kConsent;
    if (s % 2 == 0) spec.policies.clear();
    const PolicySet before = Compiled(spec);
    const PolicySet after = Compiled(Changed(std::move(spec), change, chance));
    const std::pair<const PolicySet*, const PolicySet*> ways[] = {{&before, &after},
                                                                  {&after, &before}};
    std::set<std::pair<int, std::uint16_t>> found;
    for (int i = 0; i < 6; ++i) {
      Input in(chance, kNow + chance.Below(3) * 3 * kDay);
      for (int j = 0; j < 300; ++j) {
        in.Choose(chance);
        for (std::uint16_t p = 0; p < kPurposes; ++p) {
          in.input.signals.denied_purposes = ~(1u << p);
          for (int way = 0; way < 2; ++way) {
            const auto [yes, no] = ways[way];
            if (!yes->Decide(in.input, 0, in.index).allowed ||
                no->Decide(in.input, 0, in.index).allowed || !found.emplace(way, p).second) {
              continue;
            }
            EXPECT_TRUE(FindsBetween(*yes, *no, p))
                << "set " << s << " change " << change << " way " << way << " purpose " << p;
          }
        }
      }
    }
    changed[change] += !found.empty();
  }
  for (int change = 0; change < kChanges; ++change) EXPECT_GT(changed[change], 0) << change;
}

// The cases leave out when events happened where consent is needed at sending only, and Sec-GPC
// where nothing is advertised: Decide must not ask there, of one purpose with the others denied.
TEST(DecisionCases, WhatTheCasesLeaveOutDoesNotMatter) {
  std::size_t times = 0, signals = 0, told = 0;
  for (int s = 0; s < 60; ++s) {
    Chance chance(static_cast<std::uint64_t>(s) + 2'000);
    const PolicySet set = RandomSet(chance, kFields);
    Input in(chance, chance.Of(2) ? kNow : kNow + 2 * kDay);
    for (int i = 0; i < 300; ++i) {
      in.Choose(chance);
      const auto p = static_cast<std::uint16_t>(chance.Below(kPurposes));
      const PurposeSpec& purpose = set.spec().purposes[p];
      in.input.signals.denied_purposes = ~(1u << p);
      const base::Verdict one = set.Decide(in.input, 0, in.index);
      DecisionInput other = in.input;
      other.event_time = in.input.now - chance.Below(60) * kDay;
      const base::Verdict then = set.Decide(other, 0, in.index);
      if (purpose.covers == Covers::kSend) {
        ++times;
        ASSERT_EQ(one.reason, then.reason) << "set " << s;
        ASSERT_EQ(one.purposes, then.purposes) << "set " << s;
      }
      other = in.input;
      other.signals.gpc = !in.input.signals.gpc;
      const base::Verdict signalled = set.Decide(other, 0, in.index);
      told += signalled.reason != one.reason || then.reason != one.reason;
      if (purpose.advertising) continue;
      ++signals;
      ASSERT_EQ(one.reason, signalled.reason) << "set " << s;
      ASSERT_EQ(one.purposes, signalled.purposes) << "set " << s;
    }
  }
  EXPECT_GT(times, 1'000u);
  EXPECT_GT(signals, 1'000u);
  EXPECT_GT(told, 100u);  // where they do matter, these inputs tell
}

TEST(DecisionCases, TooManyIsNeverANo) {
  Chance chance(3);
  const PolicySet set = RandomSet(chance);
  CasesAsked asked = AllOf(0, set.spec().destinations[0].purposes[0]);
  asked.cases_max = 1'000;
  const auto never = [](const auto&, const auto&, const auto&, const auto&) { return false; };
  const CaseSearch search = FindCase(set, asked, never);
  EXPECT_EQ(search.answer, CaseSearch::Answer::kUndecided);
  EXPECT_GT(search.cases, 1'000u);
  asked.cases_max = search.cases;
  const CaseSearch all = FindCase(set, asked, never);
  EXPECT_EQ(all.answer, CaseSearch::Answer::kNone);
  EXPECT_EQ(all.cases, search.cases) << "all of them were decided";
}

TEST(DecisionCases, GrantsTooShortToTellApartAreNotDecided) {
  PolicySetSpec spec;
  spec.purposes.push_back({"p", Basis::kConsent, Covers::kBoth, 9'000, 1, false});
  spec.destinations.push_back({"d", {0}, {{0, {{0, 1}}}}});
  const auto set = PolicySet::Compile(std::move(spec));
  ASSERT_TRUE(set);
  CasesAsked asked;
  asked.routes = {{0, 0, {}}};
  asked.now = kNow;
  const auto never = [](const auto&, const auto&, const auto&, const auto&) { return false; };
  EXPECT_EQ(FindCase(*set, asked, never).answer, CaseSearch::Answer::kUndecided);
}

}  // namespace
}  // namespace octroi::policies
