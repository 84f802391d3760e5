#include <algorithm>
#include <atomic>
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
  const EntryRows& rows = state_->rows;
  if (subject >= rows.size() || purpose >= rows.purposes()) return {};
  return rows.Read(subject, purpose);
}

std::uint64_t ConsentIndex::generation() const {
  return state_->generation.load(std::memory_order_acquire);
}

std::size_t ConsentIndex::subjects() const { return state_->rows.size(); }

std::size_t ConsentIndex::bytes() const { return state_->table.bytes() + state_->rows.bytes(); }

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

// Entries first, then links, then the generation: a reader who finds a subject finds it with this
// entry, and one who remembers an answer under a generation learns, once Set has returned, that it
// may be outdated.
void ConsentIndex::Set(std::span<const Fingerprint> fingerprints, std::size_t purpose,
                       const ConsentEntry& entry) {
  if (fingerprints.empty() || purpose >= state_->rows.purposes()) return;
  const std::lock_guard lock(state_->writing);
  state_->table.Reserve(fingerprints.size());
  std::vector<Subject> subjects = SubjectsOf(fingerprints);
  if (subjects.empty()) subjects.push_back(state_->rows.Add());
  for (const Subject subject : subjects) state_->rows.Write(subject, purpose, entry);
  for (const Fingerprint& fingerprint : fingerprints) {
    if (Find(fingerprint) == kNobody) state_->table.Insert(fingerprint, subjects.front());
  }
  state_->generation.fetch_add(1, std::memory_order_release);
}

}  // namespace octroi::policies
