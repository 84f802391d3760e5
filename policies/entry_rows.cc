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
constexpr std::size_t kSubjectsPerRarePage = 16;

// The two halves of the sequence lock. Acquire on every read and release on every write of the
// data, instead of fences: who has seen one new word sees the odd number that was stored before it.
template <class Word>
Word Load(Word& word) {
  return std::atomic_ref(word).load(std::memory_order_acquire);
}
template <class Word>
void Store(Word& word, Word value) {
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

}  // namespace

// What few rows have, of each purpose one value; 0 where there is none.
template <class Value>
class EntryRows::Rare {
 public:
  ~Rare() {
    Page* const pages = pages_.load();
    for (std::size_t at = 0; pages != nullptr && at < kPages; ++at) delete[] pages[at].load();
    delete[] pages;
  }

  // Where the values of `row` are kept, nullptr if its page does not exist.
  Value* Of(std::uint32_t row, std::size_t purposes) const {
    Page* const pages = pages_.load(std::memory_order_acquire);
    if (pages == nullptr) return nullptr;
    Value* const page = pages[Place(row)].load(std::memory_order_acquire);
    return page == nullptr ? nullptr : page + row % kSubjectsPerRarePage * purposes;
  }

  // The bytes that it took to have a page for `row`.
  std::size_t Make(std::uint32_t row, std::size_t purposes) {
    if (Of(row, purposes) != nullptr) return 0;
    std::size_t bytes = 0;
    Page* pages = pages_.load(std::memory_order_relaxed);
    if (pages == nullptr) {
      pages = new Page[kPages]();
      pages_.store(pages, std::memory_order_release);
      bytes = kPages * sizeof(Page);
    }
    const std::size_t values = kSubjectsPerRarePage * purposes;
    pages[Place(row)].store(new Value[values](), std::memory_order_release);
    return bytes + values * sizeof(Value);
  }

 private:
  using Page = std::atomic<Value*>;
  static constexpr std::size_t kPages = kRowsPerChunk / kSubjectsPerRarePage;
  static std::size_t Place(std::uint32_t row) { return row % kRowsPerChunk / kSubjectsPerRarePage; }

  std::atomic<Page*> pages_ = nullptr;
};

// The states of all rows, packed, then the times and references of each. So a word of states may be
// of two rows; there is one writer, and each keeps the other's bits.
struct EntryRows::Chunk {
  explicit Chunk(std::size_t purposes) : rows(BytesOf(kRowsPerChunk, purposes)) {}

  static std::size_t StateWords(std::size_t purposes) {
    return kRowsPerChunk * purposes / kStatesPerWord;
  }
  static std::size_t BytesOf(std::size_t count, std::size_t purposes) {
    const std::size_t words = StateWords(purposes) + count * 2 * purposes;
    return std::max<std::size_t>(1, words) * sizeof(std::uint32_t);
  }
  std::uint32_t& StateWord(std::size_t state) const {
    return static_cast<std::uint32_t*>(rows.data())[state / kStatesPerWord];
  }
  std::uint32_t* Times(std::size_t state, std::size_t purposes) const {
    return static_cast<std::uint32_t*>(rows.data()) + StateWords(purposes) + 2 * state;
  }

  Pages rows;
  Rare<std::uint32_t> validity;
  Rare<LimitPool::Number> limits;
};

namespace {

// The place of a row's state of one purpose among those of its chunk.
std::size_t StateOf(std::size_t row_of_chunk, std::size_t purposes, std::size_t purpose) {
  return row_of_chunk * purposes + purpose;
}
std::size_t StateShift(std::size_t state) { return state % kStatesPerWord * kStateBits; }

}  // namespace

EntryRows::EntryRows(std::size_t purposes)
    : purposes_(purposes), chunks_(new std::atomic<Chunk*>[kChunksMax]()) {
  static_assert(kRowsPerChunk % kStatesPerWord == 0);
}

EntryRows::~EntryRows() {
  for (std::size_t at = 0; at < kChunksMax; ++at) delete chunks_[at].load();
}

EntryRows::Chunk& EntryRows::ChunkOf(std::uint32_t row) const {
  return *chunks_[row / kRowsPerChunk].load(std::memory_order_acquire);
}

ConsentEntry EntryRows::Read(std::uint32_t row, std::size_t purpose) const {
  const Chunk& chunk = ChunkOf(row);
  const std::size_t state = StateOf(row % kRowsPerChunk, purposes_, purpose);
  std::uint32_t* const times = chunk.Times(state, purposes_);
  const std::atomic<std::uint64_t>& sequence = sequences_[row % kSequences];
  for (;;) {
    const std::uint64_t before = sequence.load(std::memory_order_acquire);
    const std::uint32_t states = Load(chunk.StateWord(state));
    ConsentEntry entry{ConsentState::kUnknown, Load(times[0]), 0, Load(times[1])};
    SetCode(states >> StateShift(state) & kStateMask, entry);
    if (std::uint32_t* const validity = chunk.validity.Of(row, purposes_))
      entry.until_seconds = Load(validity[purpose]);
    LimitPool::Number limits = 0;
    if (LimitPool::Number* const numbers = chunk.limits.Of(row, purposes_))
      limits = Load(numbers[purpose]);
    if (before % 2 == 0 && sequence.load(std::memory_order_relaxed) == before) {
      entry.limits = limits_.At(limits);
      return entry;
    }
    std::this_thread::yield();
  }
}

// Of the last chunk what has been touched, by huge pages; the others are full.
std::size_t EntryRows::bytes() const {
  const std::size_t chunk = Chunk::BytesOf(kRowsPerChunk, purposes_);
  const std::size_t rest = size() % kRowsPerChunk;
  const std::size_t touched = rest == 0 ? 0 : Chunk::BytesOf(rest, purposes_);
  const std::size_t pages = (touched + kHugePageBytes - 1) / kHugePageBytes;
  return size() / kRowsPerChunk * chunk + std::min(pages * kHugePageBytes, chunk) +
         rare_bytes_.load(std::memory_order_relaxed) + limits_.bytes() + sizeof *this +
         kChunksMax * sizeof(std::atomic<Chunk*>);
}

std::uint32_t EntryRows::Add() {
  const std::size_t row = size_.load(std::memory_order_relaxed);
  if (row + 1 >= kRowsMax) throw std::bad_alloc();
  std::atomic<Chunk*>& chunk = chunks_[row / kRowsPerChunk];
  if (chunk.load(std::memory_order_relaxed) == nullptr) {
    chunk.store(new Chunk(purposes_), std::memory_order_release);
  }
  size_.store(row + 1, std::memory_order_release);
  return static_cast<std::uint32_t>(row);
}

void EntryRows::Write(std::uint32_t row, std::size_t purpose, const ConsentEntry& entry) {
  Chunk& chunk = ChunkOf(row);
  const LimitPool::Number number = limits_.Keep(entry.limits);
  if (entry.until_seconds != 0) rare_bytes_ += chunk.validity.Make(row, purposes_);
  if (number != 0) rare_bytes_ += chunk.limits.Make(row, purposes_);
  std::uint32_t* const validity = chunk.validity.Of(row, purposes_);
  LimitPool::Number* const limits = chunk.limits.Of(row, purposes_);
  const std::size_t state = StateOf(row % kRowsPerChunk, purposes_, purpose);
  std::uint32_t* const times = chunk.Times(state, purposes_);
  std::uint32_t& states = chunk.StateWord(state);
  const std::uint32_t others = states & ~(kStateMask << StateShift(state));

  std::atomic<std::uint64_t>& sequence = sequences_[row % kSequences];
  const std::uint64_t before = sequence.load(std::memory_order_relaxed);
  sequence.store(before + 1, std::memory_order_relaxed);
  Store(states, others | CodeOf(entry) << StateShift(state));
  Store(times[0], entry.since_seconds);
  Store(times[1], entry.reference);
  if (validity != nullptr) Store(validity[purpose], entry.until_seconds);
  if (limits != nullptr) Store(limits[purpose], number);
  sequence.store(before + 2, std::memory_order_release);
}

}  // namespace octroi::policies
