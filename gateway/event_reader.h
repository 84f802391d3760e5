// EventReader: steps 1 and 2 of the walk for some events at a time: each parsed, its person and
// message identified, its body committed to. No step of it can be seen from outside, so events may
// be read ahead of the decisions about those before them; the hashes of all then run in lanes.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/limits.h"
#include "crypto/hmac.h"
#include "crypto/key_ring.h"
#include "gateway/plan.h"
#include "journal/records.h"

namespace octroi::gateway {

// Keys under which the gate remembers; storage keys, never pseudonym keys.
struct GateKeys {
  crypto::HmacKey fingerprint, dedup;
};

// Keyed fingerprint of one identifier of a person: what the index and the records hold. `key` is
// GateKeys::fingerprint.
journal::Fingerprint FingerprintOf(const crypto::HmacKey& key, std::string_view id_type,
                                   std::string_view normalised);

// What a request is remembered by under its Idempotency-Key. `key` is GateKeys::dedup.
journal::Fingerprint RequestPrintOf(const crypto::HmacKey& key, std::string_view source,
                                    std::string_view idempotency_key);

// One event as read. Views are valid until the reader's next Read, and as long as the text.
struct ReadEvent {
  base::ParseFault fault;  // if any: nothing else is filled in
  base::Event event;
  std::string unpacked;  // the event's text where it is not as it came: ReadCloudEvent
  std::array<std::string, base::kIdentifiersPerEventMax> identifiers;  // normalised
  std::array<journal::Fingerprint, base::kIdentifiersPerEventMax> subject{};
  std::size_t people = 0;          // identifiers and subject in use
  journal::Fingerprint message{};  // of its message id; all zero: it has none
  std::uint64_t body_digest = 0;
  journal::Commitment commitment{}, opening_key{};
};

// How the texts of one request are written.
struct EventForm {
  bool cloud_events = false;
  std::size_t body_at = 0;  // of the one CloudEvent of a binary-mode request: ReadCloudEvent
};

// One thread. Allocates nothing once warm, but for a CloudEvent in base64.
class EventReader {
 public:
  static constexpr std::size_t kAtOnce = 16;
  explicit EventReader(const GateKeys& keys);  // which outlive it

  // At most kAtOnce texts.
  std::span<ReadEvent> Read(const SourcePlan& source, const EventForm& form,
                            std::span<const std::string_view> texts);

 private:
  base::ParseFault Parse(const SourcePlan& source, const EventForm& form, std::string_view text,
                         ReadEvent& read);
  void Identify(const SourcePlan& source, const EventForm& form, std::size_t place);
  void Commit(std::size_t place);
  void Finish(std::size_t place);
  std::string& Job(const crypto::HmacKey& key, crypto::Digest& out);
  void RunJobs();

  const GateKeys& keys_;
  base::EventParser parser_;
  std::vector<ReadEvent> read_ = std::vector<ReadEvent>(kAtOnce);

  struct Digests {  // of one event
    std::array<crypto::Digest, base::kIdentifiersPerEventMax> subject;
    crypto::Digest hash, body, commitment, message;
  };
  std::vector<Digests> digests_ = std::vector<Digests>(kAtOnce);
  std::vector<crypto::ShaJob> hashes_;
  std::vector<crypto::HmacJob> jobs_;
  std::vector<std::string> messages_;  // of jobs_, by place; only grows
  std::array<std::array<std::uint8_t, 32>, kAtOnce> secrets_{};
  std::array<crypto::HmacKey, kAtOnce> opening_;
};

}  // namespace octroi::gateway
