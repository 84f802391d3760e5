#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>

#include "base/limits.h"
#include "policies/consent.h"
#include "policies/entry_rows.h"
#include "policies/fingerprint_table.h"

namespace octroi::policies {

struct ConsentIndex::State {
  explicit State(std::size_t purposes) : rows(std::min(purposes, base::kPurposesMax)) {}

  std::mutex writing;  // held by Set: one writer at a time in `table` and `rows`
  FingerprintTable table;
  EntryRows rows;
  // Of the person as a whole: a row for each subject that ever had such an entry, by its number.
  FingerprintTable with_person;
  EntryRows persons{2};
  static constexpr std::size_t kHold = 0, kAge = 1;  // the age is an entry whose state is the band

  // FingerprintTable expects bits that are spread evenly.
  static Fingerprint KeyOf(Subject subject) {
    Fingerprint key{};
    std::uint64_t mixed = subject;
    for (std::size_t half = 0; half < key.size(); half += sizeof mixed) {
      mixed = (mixed ^ mixed >> 31) * 0x9e3779b97f4a7c15ull + 1;
      mixed = (mixed ^ mixed >> 29) * 0xbf58476d1ce4e5b9ull;
      std::memcpy(key.data() + half, &mixed, sizeof mixed);
    }
    return key;
  }
  void SetPerson(Subject subject, std::size_t what, const ConsentEntry& entry) {
    with_person.Reserve(1);
    std::uint32_t row = with_person.Find(KeyOf(subject));
    const bool fresh = row == kNobody;
    if (fresh) row = persons.Add();
    persons.Write(row, what, entry);
    if (fresh) with_person.Insert(KeyOf(subject), row);
  }
  ConsentEntry OfPerson(Subject subject, std::size_t what) const {
    if (persons.size() == 0) return {};
    const std::uint32_t row = with_person.Find(KeyOf(subject));
    return row == kNobody ? ConsentEntry{} : persons.Read(row, what);
  }
  // The entry first, then the link, then the generation: a reader who finds a subject finds it with
  // this entry, and one who remembers an answer under a generation learns, once it has returned,
  // that it may be outdated.
  template <class Write>
  void On(const Fingerprint& fingerprint, Write write) {
    const std::lock_guard lock(writing);
    table.Reserve(1);
    const Subject known = table.Find(fingerprint);
    const Subject subject = known == kNobody ? rows.Add() : known;
    write(subject);
    if (known == kNobody) table.Insert(fingerprint, subject);
    generation.fetch_add(1, std::memory_order_release);
  }
  std::atomic<std::uint64_t> generation = 0;
};

ConsentIndex::ConsentIndex(std::size_t purposes) : state_(std::make_unique<State>(purposes)) {}

ConsentIndex::~ConsentIndex() = default;

ConsentIndex::Subject ConsentIndex::Find(const Fingerprint& fingerprint) const {
  return state_->table.Find(fingerprint);
}

void ConsentIndex::Prefetch(const Fingerprint& fingerprint) const {
  state_->table.Prefetch(fingerprint);
}

ConsentEntry ConsentIndex::Get(Subject subject, std::size_t purpose) const {
  if (purpose == kPerson) return state_->OfPerson(subject, State::kHold);
  const EntryRows& rows = state_->rows;
  if (subject >= rows.size() || purpose >= rows.purposes()) return {};
  return rows.Read(subject, purpose);
}

AgeBand ConsentIndex::AgeOf(Subject subject) const {
  return static_cast<AgeBand>(state_->OfPerson(subject, State::kAge).state);
}

std::uint64_t ConsentIndex::generation() const {
  return state_->generation.load(std::memory_order_acquire);
}

std::size_t ConsentIndex::subjects() const { return state_->rows.size(); }

std::size_t ConsentIndex::bytes() const {
  const std::size_t persons =
      state_->persons.size() == 0 ? 0 : state_->persons.bytes() + state_->with_person.bytes();
  return state_->table.bytes() + state_->rows.bytes() + persons;
}

std::vector<ConsentIndex::Subject> ConsentIndex::SubjectsOf(
    std::span<const Fingerprint> fingerprints) const {
  std::vector<Subject> subjects;
  for (const Fingerprint& fingerprint : fingerprints) {
    const Subject subject = Find(fingerprint);
    if (subject == kNobody) continue;
    if (std::ranges::find(subjects, subject) == subjects.end()) subjects.push_back(subject);
  }
  return subjects;
}

void ConsentIndex::Set(const Fingerprint& fingerprint, std::size_t purpose,
                       const ConsentEntry& entry) {
  if (purpose != kPerson && purpose >= state_->rows.purposes()) return;
  state_->On(fingerprint, [&](Subject subject) {
    purpose == kPerson ? state_->SetPerson(subject, State::kHold, entry)
                       : state_->rows.Write(subject, purpose, entry);
  });
}

void ConsentIndex::SetAge(const Fingerprint& fingerprint, AgeBand age) {
  state_->On(fingerprint, [&](Subject subject) {
    state_->SetPerson(subject, State::kAge, {static_cast<ConsentState>(age)});
  });
}

}  // namespace octroi::policies
