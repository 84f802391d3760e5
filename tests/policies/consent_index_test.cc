// ConsentIndex: what readers see, alone and beside a writer, and what a subject costs.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <ctime>
#include <iostream>
#include <thread>

#include "policies/consent.h"

namespace octroi::policies {
namespace {

using Subject = ConsentIndex::Subject;

// Spread like a keyed fingerprint, and reproducible (splitmix64).
Fingerprint Person(std::uint64_t number) {
  const auto mixed = [](std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
  };
  const std::uint64_t words[2] = {mixed(2 * number + 1), mixed(2 * number + 2)};
  Fingerprint fingerprint;
  std::memcpy(fingerprint.data(), words, sizeof words);
  return fingerprint;
}

// Kept for as long as the test runs.
const GrantLimits* Limits(std::uint32_t number) {
  static const std::vector<SharedLimits> kept = [] {
    std::vector<SharedLimits> made;
    for (const char* vendor : {"a", "b", "c"}) made.push_back(*Limited({{}, {}, {vendor}}));
    return made;
  }();
  return number % 5 == 0 ? kept[number / 5 % kept.size()].get() : nullptr;
}

// An entry whose members belong together, so that a torn one shows.
ConsentEntry Entry(std::uint32_t number) {
  ConsentEntry entry{static_cast<ConsentState>(1 + number % 8), number,
                     number % 3 == 0 ? 0 : number + 1, number + 2};
  entry.limits = Limits(number);
  return entry;
}
bool IsWhole(const ConsentEntry& entry) {
  return entry == ConsentEntry{} || entry == Entry(entry.since_seconds);
}

TEST(ConsentIndex, NobodyIsKnownAtFirst) {
  const ConsentIndex index(4);
  EXPECT_EQ(index.Find(Person(1)), ConsentIndex::kNobody);
  EXPECT_EQ(index.Get(ConsentIndex::kNobody, 0), ConsentEntry{});
  EXPECT_EQ(index.Get(0, 0), ConsentEntry{});
  EXPECT_EQ(index.subjects(), 0u);
  EXPECT_EQ(index.generation(), 0u);
  EXPECT_TRUE(index.SubjectsOf(std::vector{Person(1)}).empty());
}

TEST(ConsentIndex, GivesBackWhatWasSetPurposeByPurpose) {
  for (const std::size_t purposes : {1u, 4u, 8u, 9u, 32u}) {
    ConsentIndex index(purposes);
    for (std::uint32_t person = 0; person < 50; ++person) {
      for (std::size_t purpose = 0; purpose < purposes; ++purpose) {
        index.Set(Person(person), purpose,
                  Entry(person * 100 + static_cast<std::uint32_t>(purpose)));
      }
    }
    for (std::uint32_t person = 0; person < 50; ++person) {
      const Subject subject = index.Find(Person(person));
      for (std::size_t purpose = 0; purpose < purposes; ++purpose) {
        EXPECT_EQ(index.Get(subject, purpose),
                  Entry(person * 100 + static_cast<std::uint32_t>(purpose)));
      }
      EXPECT_EQ(index.Get(subject, purposes), ConsentEntry{});
    }
  }
}

TEST(ConsentIndex, KeepsEveryBitOfAnEntryAndForgetsAnEarlierValidity) {
  ConsentIndex index(2);
  const ConsentEntry extreme{ConsentState::kInvalidated, 0xffffffff, 0xffffffff, 0xffffffff};
  index.Set(Person(1), 1, extreme);
  EXPECT_EQ(index.Get(index.Find(Person(1)), 1), extreme);
  EXPECT_EQ(index.Get(index.Find(Person(1)), 0), ConsentEntry{});
  const ConsentEntry open{ConsentState::kGranted, 5, 0, 6};
  index.Set(Person(1), 1, open);
  EXPECT_EQ(index.Get(index.Find(Person(1)), 1), open);
}

TEST(ConsentIndex, EachIdentifierHasItsOwn) {
  ConsentIndex index(2);
  index.Set(Person(1), 0, Entry(1));
  index.Set(Person(2), 0, Entry(2));
  index.Set(Person(2), 1, Entry(3));
  EXPECT_EQ(index.subjects(), 2u);
  EXPECT_EQ(index.Get(index.Find(Person(1)), 0), Entry(1));
  EXPECT_EQ(index.Get(index.Find(Person(2)), 0), Entry(2));
  EXPECT_EQ(index.Get(index.Find(Person(1)), 1), ConsentEntry{});
  EXPECT_EQ(index.SubjectsOf(std::vector{Person(1), Person(9), Person(2), Person(1)}),
            (std::vector<Subject>{index.Find(Person(1)), index.Find(Person(2))}));
  index.SetAge(Person(1), AgeBand::kChild);
  index.SetAge(Person(1), AgeBand::kMinor);
  EXPECT_EQ(index.AgeOf(index.Find(Person(1))), AgeBand::kMinor);
  EXPECT_EQ(index.AgeOf(index.Find(Person(2))), AgeBand::kUnknown);
}

// Apart from the purposes, in few: and it does not disturb them.
TEST(ConsentIndex, KeepsWhatIsSaidOfThePersonAsAWhole) {
  ConsentIndex index(2);
  const auto print = [](std::uint32_t number) {
    Fingerprint fingerprint{};
    std::memcpy(fingerprint.data(), &number, sizeof number);
    return fingerprint;
  };
  for (std::uint32_t n = 1; n <= 2'000; ++n)
    index.Set(print(n), 1, {ConsentState::kGranted, n, 0, n});
  const std::size_t before = index.bytes();
  for (std::uint32_t n = 7; n <= 2'000; n += 7) {
    EXPECT_EQ(index.Get(index.Find(print(n)), ConsentIndex::kPerson), ConsentEntry{});
    index.Set(print(n), ConsentIndex::kPerson, {ConsentState::kRestricted, n, 0, n + 1});
  }
  index.Set(print(14), ConsentIndex::kPerson, {ConsentState::kLifted, 15, 0, 16});
  index.Set(print(5'000), ConsentIndex::kPerson, {ConsentState::kSuppressed, 1, 0, 2});
  for (std::uint32_t n = 1; n <= 2'000; ++n) {
    const auto subject = index.Find(print(n));
    EXPECT_EQ(index.Get(subject, 1), (ConsentEntry{ConsentState::kGranted, n, 0, n}));
    const ConsentEntry person = index.Get(subject, ConsentIndex::kPerson);
    ConsentEntry expected;
    if (n % 7 == 0) expected = {ConsentState::kRestricted, n, 0, n + 1};
    if (n == 14) expected = {ConsentState::kLifted, 15, 0, 16};
    EXPECT_EQ(person, expected) << n;
  }
  EXPECT_EQ(index.Get(index.Find(print(5'000)), ConsentIndex::kPerson).state,
            ConsentState::kSuppressed);
  EXPECT_EQ(index.Get(ConsentIndex::kNobody, ConsentIndex::kPerson), ConsentEntry{});
  EXPECT_GT(index.bytes(), before);
}

TEST(ConsentIndex, NothingHappensForAPurposeOutOfRange) {
  ConsentIndex index(2);
  index.Set(Person(1), 2, Entry(1));
  EXPECT_EQ(index.subjects(), 0u);
  EXPECT_EQ(index.generation(), 0u);
}

TEST(ConsentIndex, GenerationGrowsWithEverySet) {
  ConsentIndex index(1);
  for (std::uint64_t set = 1; set <= 10; ++set) {
    index.Set(Person(1), 0, Entry(1));
    EXPECT_EQ(index.generation(), set);
  }
}

// 68 bits of them: the first eight bytes and half of the ninth.
TEST(ConsentIndex, TellsFingerprintsApartByTheirFirst68Bits) {
  ConsentIndex index(1);
  index.Set(Fingerprint{1}, 0, Entry(1));
  Fingerprint ninth{1};
  ninth[8] = 1;
  EXPECT_EQ(index.Find(ninth), ConsentIndex::kNobody);
  Fingerprint tenth{1};
  tenth[9] = 1;
  EXPECT_EQ(index.Find(tenth), index.Find(Fingerprint{1}));
}

TEST(ConsentIndex, SimilarFingerprintsStayApart) {
  ConsentIndex index(1);
  for (std::uint32_t number = 0; number < 3'000; ++number) {
    Fingerprint fingerprint{};
    std::memcpy(fingerprint.data() + (number % 2) * 4, &number, sizeof number);
    index.Set(fingerprint, 0, Entry(number));
    EXPECT_EQ(index.Get(index.Find(fingerprint), 0), Entry(number));
  }
  EXPECT_EQ(index.subjects(), 3'000u);
}

// Readers run while one writer adds people (the table outgrows itself some twenty times) and
// rewrites entries. Whoever was set before is always found, and whole.
TEST(ConsentIndex, ReadersBesideAWriterSeeWholeEntriesAndNeverLoseAnyone) {
  constexpr std::uint32_t kPeople = 60'000;
  constexpr std::size_t kPurposes = 4;
  ConsentIndex index(kPurposes);
  std::atomic<std::uint32_t> known = 0;
  std::atomic<bool> faulty = false;

  const auto read = [&](std::uint64_t seed) {
    std::uint64_t random = seed;
    while (known.load(std::memory_order_acquire) < kPeople) {
      const std::uint32_t people = known.load(std::memory_order_acquire);
      random = random * 6364136223846793005u + 1442695040888963407u;
      const auto person = static_cast<std::uint32_t>(random >> 33);
      const Subject subject = index.Find(Person(person % (people + 100)));
      if (subject == ConsentIndex::kNobody) {
        if (person % (people + 100) < people) faulty = true;
        continue;
      }
      const ConsentEntry entry = index.Get(subject, random % kPurposes);
      if (!IsWhole(entry)) faulty = true;
    }
  };
  std::thread readers[] = {std::thread(read, 1), std::thread(read, 2)};
  for (std::uint32_t person = 0; person < kPeople; ++person) {
    index.Set(Person(person), person % kPurposes, Entry(person));
    known.store(person + 1, std::memory_order_release);
    index.Set(Person(person / 2), person % kPurposes, Entry(person + kPeople));
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_FALSE(faulty);
  EXPECT_EQ(index.subjects(), kPeople);
}

// One entry rewritten again and again: a reader sees the numbers only grow, never a mixture of two,
// and whatever generation it has read, at least that many Sets.
TEST(ConsentIndex, AReaderSeesAnEntryOnlyMoveForward) {
  constexpr std::uint32_t kSets = 100'000;
  ConsentIndex index(5);
  index.Set(Person(1), 4, Entry(0));
  const Subject subject = index.Find(Person(1));
  std::atomic<bool> done = false;
  std::atomic<bool> faulty = false;
  std::thread reader([&] {
    std::uint32_t last = 0;
    while (!done) {
      const std::uint64_t generation = index.generation();
      const ConsentEntry entry = index.Get(subject, 4);
      if (!IsWhole(entry) || entry.since_seconds < last) faulty = true;
      if (entry.since_seconds + 1 < generation) faulty = true;
      last = entry.since_seconds;
    }
  });
  for (std::uint32_t set = 1; set <= kSets; ++set) index.Set(Person(1), 4, Entry(set));
  done = true;
  reader.join();
  EXPECT_FALSE(faulty);
}

TEST(ConsentIndex, SeveralWritersTakeTurns) {
  ConsentIndex index(1);
  const auto write = [&](std::uint32_t from) {
    for (std::uint32_t person = from; person < 20'000; person += 2) {
      index.Set(Person(person), 0, Entry(person));
    }
  };
  std::thread even(write, 0), odd(write, 1);
  even.join();
  odd.join();
  EXPECT_EQ(index.generation(), 20'000u);
  for (std::uint32_t person = 0; person < 20'000; ++person) {
    ASSERT_EQ(index.Get(index.Find(Person(person)), 0), Entry(person));
  }
}

double CpuNanos() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e9 * static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec);
}

// What one random Find and Get costs among the first `people`, prefetching `ahead` of the reads.
double ReadNanos(const ConsentIndex& index, std::uint32_t people, std::uint32_t ahead) {
  constexpr std::uint32_t kReads = 1'000'000;
  std::vector<Fingerprint> asked;
  for (std::uint32_t read = 0; read < kReads; ++read) {
    asked.push_back(Person(std::uint64_t{read} * 2654435761u % people));
  }
  std::uint64_t found = 0;
  const double start = CpuNanos();
  for (std::uint32_t read = 0; read < kReads; ++read) {
    if (ahead != 0) index.Prefetch(asked[std::min(read + ahead, kReads - 1)]);
    found += index.Get(index.Find(asked[read]), read % 4).state == ConsentState::kGranted;
  }
  const double spent = CpuNanos() - start;
  EXPECT_EQ(found, kReads);
  return spent / kReads;
}

// The bounds of the header, at every size, not only at a lucky one.
TEST(ConsentIndex, ASubjectWithFourPurposesCostsAtMost48Bytes) {
  constexpr std::uint32_t kMillion = 1'000'000, kPeople = 1'150'000;
  constexpr std::size_t kPurposes = 4;
  ConsentIndex index(kPurposes);
  double most = 0, at_million = 0;
  for (std::uint32_t person = 0; person < kPeople; ++person) {
    for (std::size_t purpose = 0; purpose < kPurposes; ++purpose) {
      index.Set(Person(person), purpose, {ConsentState::kGranted, person, 0, person + 1});
    }
    const double people = person + 1;
    ASSERT_LE(static_cast<double>(index.bytes()), 47.8 * people + 2.5 * 1024 * 1024);
    const double bytes = static_cast<double>(index.bytes()) / people;
    if (person + 1 == kMillion) at_million = bytes;
    if (person + 1 >= kMillion) most = std::max(most, bytes);
  }
  std::cout << "bytes a subject, 4 purposes: " << at_million << " at a million, at most " << most
            << " beyond\n";
  EXPECT_LE(most, 50);

  std::cout << "Find and Get, CPU ns: " << ReadNanos(index, 1'000, 0) << " hot; among " << kPeople
            << ": " << ReadNanos(index, kPeople, 0) << " one at a time, "
            << ReadNanos(index, kPeople, 16) << " prefetched\n";
}

}  // namespace
}  // namespace octroi::policies
