#include "policies/entry_rows.h"

#include <algorithm>
#include <new>
#include <thread>

#include "policies/pages.h"

namespace octroi::policies {
namespace {

constexpr std::size_t kStateBits = 4;
constexpr std::size_t kStatesPerWord = 32 / kStateBits;
constexpr std::uint32_t kStateMask = (1u << kStateBits) - 1;
constexpr std::size_t kSubjectsPerValidityPage = 16;

// The two halves of the sequence lock. Acquire on every read and release on every write of the
// data, instead of fences: who has seen one new word sees the odd number that was stored before it.
std::uint32_t Load(std::uint32_t& word) {
  return std::atomic_ref(word).load(std::memory_order_acquire);
}
void Store(std::uint32_t& word, std::uint32_t value) {
  std::atomic_ref(word).store(value, std::memory_order_release);
}

// Grants that are explicit, or by a parent, or both, in the codes that no state has.
constexpr std::uint32_t kGrants = 11;
static_assert(static_cast<std::uint32_t>(ConsentState::kSuppressed) <= kGrants);

std::uint32_t CodeOf(const ConsentEntry& entry) {
  if (entry.state != ConsentState::kGranted || (!entry.explicit_word && !entry.by_parent))
    return static_cast<std::uint32_t>(entry.state);
  return kGrants + (entry.explicit_word ? 1u : 0u) + (entry.by_parent ? 2u : 0u);
}

void SetCode(std::uint32_t code, ConsentEntry& entry) {
  entry.state = static_cast<ConsentState>(code);
  if (code <= kGrants) return;
  entry.state = ConsentState::kGranted;
  entry.explicit_word = ((code - kGrants) & 1) != 0;
  entry.by_parent = ((code - kGrants) & 2) != 0;
}

std::size_t StateShift(std::size_t purpose) { return purpose % kStatesPerWord * kStateBits; }

}  // namespace

struct EntryRows::Chunk {
  using Page = std::atomic<std::uint32_t*>;
  static constexpr std::size_t kPages = kRowsPerChunk / kSubjectsPerValidityPage;

  explicit Chunk(std::size_t row_words) : rows(kRowsPerChunk * row_words * sizeof(std::uint32_t)) {}
  ~Chunk() {
    Page* const pages = validity.load();
    for (std::size_t at = 0; pages != nullptr && at < kPages; ++at) delete[] pages[at].load();
    delete[] pages;
  }

  // Where the validity of `row` is kept, nullptr if its page does not exist.
  std::uint32_t* ValidityOf(std::uint32_t row, std::size_t purposes) const {
    Page* const pages = validity.load(std::memory_order_acquire);
    if (pages == nullptr) return nullptr;
    std::uint32_t* const page =
        pages[row % kRowsPerChunk / kSubjectsPerValidityPage].load(std::memory_order_acquire);
    return page == nullptr ? nullptr : page + row % kSubjectsPerValidityPage * purposes;
  }

  Pages rows;
  std::atomic<Page*> validity = nullptr;
};

EntryRows::EntryRows(std::size_t purposes)
    : purposes_(purposes),
      state_words_((purposes + kStatesPerWord - 1) / kStatesPerWord),
      row_words_(std::max<std::size_t>(1, state_words_ + 2 * purposes)),
      chunks_(new std::atomic<Chunk*>[kChunksMax]()) {}

EntryRows::~EntryRows() {
  for (std::size_t at = 0; at < kChunksMax; ++at) delete chunks_[at].load();
}

EntryRows::Chunk& EntryRows::ChunkOf(std::uint32_t row) const {
  return *chunks_[row / kRowsPerChunk].load(std::memory_order_acquire);
}

std::uint32_t* EntryRows::RowOf(const Chunk& chunk, std::uint32_t row) const {
  return static_cast<std::uint32_t*>(chunk.rows.data()) + row % kRowsPerChunk * row_words_;
}

ConsentEntry EntryRows::Read(std::uint32_t row, std::size_t purpose) const {
  const Chunk& chunk = ChunkOf(row);
  std::uint32_t* const words = RowOf(chunk, row);
  std::uint32_t* const times = words + state_words_ + 2 * purpose;
  const std::atomic<std::uint64_t>& sequence = sequences_[row % kSequences];
  for (;;) {
    const std::uint64_t before = sequence.load(std::memory_order_acquire);
    const std::uint32_t states = Load(words[purpose / kStatesPerWord]);
    ConsentEntry entry{ConsentState::kUnknown, Load(times[0]), 0, Load(times[1])};
    SetCode(states >> StateShift(purpose) & kStateMask, entry);
    if (std::uint32_t* const validity = chunk.ValidityOf(row, purposes_)) {
      entry.until_seconds = Load(validity[purpose]);
    }
    if (before % 2 == 0 && sequence.load(std::memory_order_relaxed) == before) return entry;
    std::this_thread::yield();
  }
}

std::size_t EntryRows::bytes() const {
  const std::size_t rows = size() * row_words_ * sizeof(std::uint32_t);
  return (rows + kHugePageBytes - 1) / kHugePageBytes * kHugePageBytes +
         validity_bytes_.load(std::memory_order_relaxed) + sizeof *this +
         kChunksMax * sizeof(std::atomic<Chunk*>);
}

std::uint32_t EntryRows::Add() {
  const std::size_t row = size_.load(std::memory_order_relaxed);
  if (row >= ConsentIndex::kNobody) throw std::bad_alloc();
  std::atomic<Chunk*>& chunk = chunks_[row / kRowsPerChunk];
  if (chunk.load(std::memory_order_relaxed) == nullptr) {
    chunk.store(new Chunk(row_words_), std::memory_order_release);
  }
  size_.store(row + 1, std::memory_order_release);
  return static_cast<std::uint32_t>(row);
}

void EntryRows::MakeValidity(Chunk& chunk, std::uint32_t row) {
  if (chunk.ValidityOf(row, purposes_) != nullptr) return;
  Chunk::Page* pages = chunk.validity.load(std::memory_order_relaxed);
  if (pages == nullptr) {
    pages = new Chunk::Page[Chunk::kPages]();
    chunk.validity.store(pages, std::memory_order_release);
    validity_bytes_ += Chunk::kPages * sizeof(Chunk::Page);
  }
  const std::size_t words = kSubjectsPerValidityPage * purposes_;
  pages[row % kRowsPerChunk / kSubjectsPerValidityPage].store(new std::uint32_t[words](),
                                                              std::memory_order_release);
  validity_bytes_ += words * sizeof(std::uint32_t);
}

void EntryRows::Write(std::uint32_t row, std::size_t purpose, const ConsentEntry& entry) {
  Chunk& chunk = ChunkOf(row);
  std::uint32_t* const words = RowOf(chunk, row);
  std::uint32_t* const times = words + state_words_ + 2 * purpose;
  if (entry.until_seconds != 0) MakeValidity(chunk, row);
  std::uint32_t* const validity = chunk.ValidityOf(row, purposes_);
  std::uint32_t& states = words[purpose / kStatesPerWord];
  const std::uint32_t others = states & ~(kStateMask << StateShift(purpose));

  std::atomic<std::uint64_t>& sequence = sequences_[row % kSequences];
  const std::uint64_t before = sequence.load(std::memory_order_relaxed);
  sequence.store(before + 1, std::memory_order_relaxed);
  Store(states, others | CodeOf(entry) << StateShift(purpose));
  Store(times[0], entry.since_seconds);
  Store(times[1], entry.reference);
  if (validity != nullptr) Store(validity[purpose], entry.until_seconds);
  sequence.store(before + 2, std::memory_order_release);
}

}  // namespace octroi::policies
