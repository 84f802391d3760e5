// Pseudonymizer: journalled event -> what one destination may have. The only maker of a ProtectedBatch.
//
// Identifiers become P1 tokens (standards.md B2), one pseudonymisation domain per destination, so that two
// destinations cannot join their data; event ids and idempotency keys are derived per destination for the
// same reason. A field that the destination does not list does not leave. A value that is missing or not
// valid for its identifier type is left out, never tokenised.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/identifier.h"
#include "base/result.h"
#include "crypto/key_ring.h"

namespace octroi::policies {

struct OutgoingField {
  base::FieldId field = 0;
  std::string name;                          // dictionary id: the member's name in "data"
  enum class Form : std::uint8_t { kClear, kPseudonym } form = Form::kPseudonym;
  base::IdentifierType type = base::IdentifierType::kOther;   // of a pseudonym
  std::uint32_t category = 0;                // its bit; leaves only if an allowing purpose has it
};

struct OutgoingForm {
  std::string domain;                        // the destination's id
  struct ForContract {
    std::uint16_t contract = 0;              // place in the plan
    std::string name;                        // "lead@2"
    std::vector<OutgoingField> fields;
  };
  std::vector<ForContract> contracts;
};

struct OutgoingEvent {                       // views must live until Finish
  std::uint64_t sequence = 0;
  std::string_view event;                    // its name, from config: "lead.created"
  std::uint16_t contract = 0;
  std::uint32_t allowed_categories = 0;      // of the purposes that allow
  std::span<const std::string_view> purposes;  // ids that allow
  const base::FieldReader* fields = nullptr;
};

// Events that may leave for one destination, as the JSON body of one request:
//   {"events":[{"id":"...","event":"lead.created","contract":"lead@2","purposes":["marketing.email"],
//               "data":{"email":"...","customer_id":"p1.crm.1...."}}, ...]}
// Only a Pseudonymizer fills one; reuse keeps its memory.
class ProtectedBatch {
 public:
  std::string_view body() const { return body_; }
  std::string_view idempotency_key() const { return key_; }   // the same for the same events, every attempt
  std::size_t count() const { return count_; }
  std::uint64_t last_sequence() const { return last_sequence_; }
  std::uint32_t key_version() const { return key_version_; }

 private:
  friend class Pseudonymizer;
  struct Slot {                              // where a token goes once the lanes have run
    std::size_t at = 0, message_at = 0, message_size = 0;
    std::uint32_t key = 0;
  };
  std::string body_, key_, messages_;
  std::vector<Slot> slots_;
  std::vector<crypto::HmacJob> jobs_;
  std::vector<crypto::Digest> digests_;
  std::size_t count_ = 0;
  std::uint64_t last_sequence_ = 0;
  std::uint32_t key_version_ = 0;
};

// Immutable after Make; safe from any thread. Copies of keys stay inside prepared HMAC states.
class Pseudonymizer {
 public:
  static base::Result<std::unique_ptr<Pseudonymizer>> Make(const crypto::KeyRing& keys, std::string origin,
                                                           std::vector<OutgoingForm> destinations);
  ~Pseudonymizer();

  void Begin(std::uint16_t destination, ProtectedBatch& batch) const;
  // kInvalid: the destination does not receive this contract. The batch is unchanged then.
  base::Status Add(std::uint16_t destination, const OutgoingEvent& event, ProtectedBatch& batch) const;
  void Finish(std::uint16_t destination, ProtectedBatch& batch) const;   // runs the lanes; call once

  // P1 of one normalised value, for the vectors and for `octroi explain`'s renderer.
  static base::Result<std::string> P1Token(const crypto::KeyRing& keys, std::string_view domain,
                                           base::IdentifierType type, std::string_view id_type,
                                           std::string_view normalised, std::uint32_t version);

 private:
  Pseudonymizer();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace octroi::policies
