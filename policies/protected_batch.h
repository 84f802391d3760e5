// ProtectedBatch: what one destination may have of some events, ready to send.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/hmac.h"
#include "policies/random_tokens.h"

namespace octroi::policies {

// Events that may leave for one destination, as the JSON body of one request, in the form of its
// template; the standard one:
//   {"events":[{"id":"...","event":"lead.created","contract":"lead@2",
//               "purposes":["marketing.email"],
//               "data":{"amount":12.50,"customer_id":"p1.crm.1...."}}, ...]}
// Only a Pseudonymizer fills one; reuse keeps its memory. Body and key read empty until Finish.
class ProtectedBatch {
 public:
  std::string_view body() const { return finished_ ? std::string_view(body_) : std::string_view(); }
  // The same for the same events, every attempt.
  std::string_view idempotency_key() const { return key_; }
  std::size_t count() const { return count_; }
  // One event as it stands in the body, and its outgoing id (empty: the template has none).
  std::string_view event(std::size_t i) const {
    return body().substr(events_[i].at, events_[i].size);
  }
  std::string_view id(std::size_t i) const {
    return events_[i].id_size == 0 ? std::string_view()
                                   : body().substr(events_[i].id_at, events_[i].id_size);
  }
  std::uint64_t last_sequence() const { return last_sequence_; }
  std::uint32_t key_version() const { return key_version_; }  // of the tokens

 private:
  friend class Pseudonymizer;
  struct Slot {  // where the text of a digest goes once the lanes have run
    std::size_t at = 0, message_at = 0, message_size = 0;
    const crypto::HmacKey* key = nullptr;  // null: of `epoch`
    std::size_t digest_bytes = 0, epoch = 0;
    bool random = false;  // not the digest itself: the random token of whom it is the fingerprint
  };
  struct Epoch {
    const void* of = nullptr;  // TokenKey
    std::string month;
    crypto::HmacKey key;
  };
  struct Event {
    std::size_t at = 0, size = 0, id_at = 0, id_size = 0;
  };
  // `messages_` from `message_at` on is hashed under `key` in Finish, and the base64url of its
  // first `digest_bytes` goes here.
  void AwaitDigest(const crypto::HmacKey* key, std::size_t message_at, std::size_t digest_bytes);

  // Fills wanted_ from the digests, and has `tokens` give what is wanted.
  base::Status Resolve(std::string_view domain, RandomTokens* tokens);

  // The same for most events of a batch: rendered once.
  struct Head {
    bool made = false;
    std::uint16_t contract = 0;
    std::string_view event;
    std::vector<std::string_view> purposes;
    std::vector<std::string> texts;  // of each kHead of the layout
  };

  std::string body_, key_, messages_, sequences_, scratch_, box_;
  Head head_;
  std::vector<Slot> slots_;
  std::vector<Event> events_;
  std::vector<Epoch> epochs_;
  std::vector<std::size_t> open_;  // where containers begin that may go again
  std::vector<crypto::HmacJob> jobs_;
  std::vector<crypto::Digest> digests_;
  std::vector<WantedToken> wanted_;  // of the slots that are random, in order
  const void* maker_ = nullptr;      // whose destination it is for: others may not add to it
  std::uint16_t destination_ = 0;
  bool finished_ = false;
  std::size_t count_ = 0;
  std::uint64_t last_sequence_ = 0;
  std::uint32_t key_version_ = 0;
};

}  // namespace octroi::policies
