// Keeps the lanes of a backend full with jobs of any length: padding, inner and outer pass,
// refilling.
#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>

#include "crypto/openssl.h"
#include "crypto/sha256_backends.h"

namespace octroi::crypto {
namespace {

constexpr std::size_t kBlockBytes = 64;
constexpr std::size_t kInFlightMax = 2 * kLanesMax;

constexpr std::array<std::uint32_t, 8> kInitial = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                                   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

void PutBigEndian64(std::uint64_t value, std::uint8_t* at) {
  for (int shift = 56; shift >= 0; shift -= 8) *at++ = static_cast<std::uint8_t>(value >> shift);
}

void PutState(const std::uint32_t* state, std::uint8_t* at) {
  for (int i = 0; i < 8; ++i) {
    const std::uint32_t word = __builtin_bswap32(state[i]);
    std::memcpy(at + 4 * i, &word, sizeof word);
  }
}

// One job on its way: whole blocks straight from the message, then the padded tail, then the outer
// pass.
class InFlight {
 public:
  // `before` bytes were hashed into `state` already; `outer` is null for a plain hash.
  void Start(const std::uint32_t* state, std::size_t before, std::string_view message,
             const std::uint32_t* outer, Digest* out) {
    std::memcpy(lane_.state, state, sizeof lane_.state);
    outer_ = outer;
    out_ = out;
    const std::size_t rest = message.size() % kBlockBytes;
    const std::size_t whole = message.size() - rest;
    if (rest > 0) std::memcpy(tail_, message.data() + whole, rest);
    tail_blocks_ = Pad(rest, before + message.size());
    blocks_left_ = whole / kBlockBytes;
    lane_.blocks = reinterpret_cast<const std::uint8_t*>(message.data());
    if (blocks_left_ == 0) EnterTail();
  }

  Sha256Lane* lane() { return &lane_; }
  std::size_t blocks_left() const { return blocks_left_; }

  // `blocks` were compressed. False: the job is done and its digest written.
  bool Advance(std::size_t blocks) {
    blocks_left_ -= blocks;
    if (blocks_left_ > 0) return true;
    if (tail_blocks_ > 0) return EnterTail(), true;
    if (outer_ == nullptr) return PutState(lane_.state, out_->data()), false;
    PutState(lane_.state, tail_);
    std::memcpy(lane_.state, outer_, sizeof lane_.state);
    outer_ = nullptr;
    tail_blocks_ = Pad(sizeof(Digest), kBlockBytes + sizeof(Digest));
    return EnterTail(), true;
  }

 private:
  // Pads `rest` bytes in tail_ of a message of `total` bytes; returns the number of blocks.
  std::size_t Pad(std::size_t rest, std::size_t total) {
    const std::size_t end = rest + 9 <= kBlockBytes ? kBlockBytes : 2 * kBlockBytes;
    tail_[rest] = 0x80;
    std::memset(tail_ + rest + 1, 0, end - rest - 9);
    PutBigEndian64(std::uint64_t{total} * 8, tail_ + end - 8);
    return end / kBlockBytes;
  }

  void EnterTail() {
    lane_.blocks = tail_;
    blocks_left_ = tail_blocks_;
    tail_blocks_ = 0;
  }

  Sha256Lane lane_;
  std::size_t blocks_left_;
  std::size_t tail_blocks_;
  const std::uint32_t* outer_;
  Digest* out_;
  std::uint8_t tail_[2 * kBlockBytes];
};

// Runs all jobs; `start(job, in_flight)` begins one. Twice as many are in flight as there are
// lanes, in a queue, so that a lane does not idle while the same job's next pass waits for its
// first.
template <class Job, class Start>
void Run(const Sha256Code& code, std::span<const Job> jobs, const Start& start) {
  InFlight pool[kInFlightMax];
  InFlight* queue[kInFlightMax];
  const std::size_t capacity = std::min(2 * code.lanes, jobs.size());
  for (std::size_t i = 0; i < capacity; ++i) start(jobs[i], *(queue[i] = &pool[i]));
  std::size_t started = capacity;
  std::size_t queued = capacity;
  while (queued > 0) {
    const std::size_t width = std::min(code.lanes, queued);
    Sha256Lane* lanes[kLanesMax];
    std::size_t blocks = queue[0]->blocks_left();
    for (std::size_t i = 0; i < width; ++i) {
      lanes[i] = queue[i]->lane();
      blocks = std::min(blocks, queue[i]->blocks_left());
    }
    code.compress(lanes, width, blocks);
    InFlight* again[kLanesMax];
    std::size_t survivors = 0;
    for (std::size_t i = 0; i < width; ++i) {
      const bool more = queue[i]->Advance(blocks);
      if (!more && started == jobs.size()) continue;
      if (!more) start(jobs[started++], *queue[i]);
      again[survivors++] = queue[i];
    }
    std::copy(queue + width, queue + queued, queue);
    std::copy(again, again + survivors, queue + queued - width);
    queued = queued - width + survivors;
  }
}

}  // namespace

namespace {

// The two padded blocks of up to half as many keys as there are lanes, compressed at once.
class KeyLanes {
 public:
  KeyLanes() = default;
  ~KeyLanes() {
    OPENSSL_cleanse(pads_, sizeof pads_);
    OPENSSL_cleanse(lanes_, sizeof lanes_);
  }
  KeyLanes(const KeyLanes&) = delete;
  KeyLanes& operator=(const KeyLanes&) = delete;

  void Put(std::size_t index, const void* key, std::size_t size) {  // at most one block
    for (std::size_t pass = 0; pass < 2; ++pass) {
      std::uint8_t* const pad = pads_[2 * index + pass];
      std::memset(pad, 0, kBlockBytes);
      std::memcpy(pad, key, size);
      for (std::size_t i = 0; i < kBlockBytes; ++i) pad[i] ^= pass == 0 ? 0x36 : 0x5c;
      Sha256Lane& lane = lanes_[2 * index + pass];
      std::copy(kInitial.begin(), kInitial.end(), lane.state);
      lane.blocks = pad;
    }
  }
  void Compress(const Sha256Code& code, std::size_t keys) {
    Sha256Lane* all[kLanesMax];
    for (std::size_t i = 0; i < 2 * keys; ++i) all[i] = &lanes_[i];
    for (std::size_t i = 0; i < 2 * keys; i += code.lanes) {
      code.compress(all + i, std::min(code.lanes, 2 * keys - i), 1);
    }
  }
  const std::uint32_t* inner(std::size_t index) const { return lanes_[2 * index].state; }
  const std::uint32_t* outer(std::size_t index) const { return lanes_[2 * index + 1].state; }

 private:
  alignas(64) std::uint8_t pads_[kLanesMax][kBlockBytes];
  Sha256Lane lanes_[kLanesMax];
};

}  // namespace

HmacKey HmacAccess::MakeKey(const Sha256Code& code, std::string_view key) {
  Digest hashed;
  if (key.size() > kBlockBytes) {
    const ShaJob job{key, &hashed};
    Sha256(code, {&job, 1});
    key = AsBytes(hashed);
  }
  KeyLanes lanes;
  lanes.Put(0, key.data(), key.size());
  lanes.Compress(code, 1);
  HmacKey made;
  std::copy_n(lanes.inner(0), 8, made.inner_.begin());
  std::copy_n(lanes.outer(0), 8, made.outer_.begin());
  OPENSSL_cleanse(hashed.data(), hashed.size());
  return made;
}

void HmacAccess::MakeKeys(const Sha256Code& code,
                          std::span<const std::array<std::uint8_t, 32>> secrets,
                          std::span<HmacKey> keys) {
  constexpr std::size_t kAtOnce = kLanesMax / 2;
  for (std::size_t first = 0; first < secrets.size(); first += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, secrets.size() - first);
    KeyLanes lanes;
    for (std::size_t i = 0; i < count; ++i) {
      lanes.Put(i, secrets[first + i].data(), secrets[first + i].size());
    }
    lanes.Compress(code, count);
    for (std::size_t i = 0; i < count; ++i) {
      std::copy_n(lanes.inner(i), 8, keys[first + i].inner_.begin());
      std::copy_n(lanes.outer(i), 8, keys[first + i].outer_.begin());
    }
  }
}

void HmacAccess::Hmac(const Sha256Code& code, std::span<const HmacJob> jobs) {
  Run(code, jobs, [](const HmacJob& job, InFlight& in_flight) {
    const HmacKey& key = *job.key;
    // No key has two such states: this one was never made from a secret.
    if ((key.inner_[0] | key.inner_[1] | key.outer_[0] | key.outer_[1]) == 0) {
      Fatal("an HMAC key was used before it was made");
    }
    in_flight.Start(key.inner_.data(), kBlockBytes, job.message, key.outer_.data(), job.out);
  });
}

void HmacAccess::Sha256(const Sha256Code& code, std::span<const ShaJob> jobs) {
  Run(code, jobs, [](const ShaJob& job, InFlight& in_flight) {
    in_flight.Start(kInitial.data(), 0, job.message, nullptr, job.out);
  });
}

}  // namespace octroi::crypto
