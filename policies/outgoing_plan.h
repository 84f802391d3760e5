// What leaves for each destination, prepared once: keys derived, JSON heads rendered. Internal to
// policies.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/key_ring.h"
#include "crypto/siv.h"
#include "policies/layout.h"
#include "policies/pseudonymizer.h"

namespace octroi::policies {

// Label of the storage key that fingerprints people (KeyRing::StorageHmac): of the same message, so
// that a person's random tokens are found by what the register knows of them.
inline constexpr std::string_view kFingerprintLabel = "fingerprint";
inline constexpr std::size_t kLpBytesMax = 0xffff;  // what crypto::AppendLp takes

using Form = OutgoingField::Form;

// One pseudonym space: (form, domain, id_type, normaliser, version).
struct TokenKey {
  Form form;
  std::uint32_t version;
  std::string id_type;
  base::IdentifierType type;
  // P1; of P3 the one that each epoch's comes from; of P4 the one that fingerprints people
  crypto::HmacKey key;
  std::optional<crypto::SivKey> siv;  // P2
  std::string message_head;           // LP(id_type)

  // kInvalid: the form has no tokens, or the version may not be used.
  static base::Result<TokenKey> Make(const crypto::KeyRing& keys, std::string_view domain,
                                     const OutgoingField& field, std::uint32_t version);
  crypto::HmacKey OfEpoch(std::string_view month) const;  // P3
};

// A domain is part of every token, between dots and inside JSON strings.
bool IsDomain(std::string_view text);

// "p1.<domain>.<kv>."; P3 continues with the epoch. Of P4: "p4.<domain>.", for no key made it.
std::string TokenHead(Form form, std::string_view domain, std::uint32_t version);

// P3: "2026-11", UTC. Replaces `out`; allocates only if it must grow.
void MonthOf(base::Millis time, std::string& out);
// P2: 0x80 and zeros up to a multiple of 32 bytes, so that the length of a value hardly shows.
inline constexpr std::size_t kBucketBytes = 32;
void PadToBucket(std::string& value);

struct PreparedField {
  base::FieldId slot = 0;
  std::uint32_t category = 0;
  Form form = Form::kClear;
  const TokenKey* key = nullptr;  // null: the form has no tokens
  std::string name;               // a JSON string
  std::string token_head;         // of a token: its opening quote and head
  bool direct = false;
  const TokenKey* instead = nullptr;  // of a direct one: P1; null: it is left out
  std::string instead_head;           // of that token
  // The same under the key before, during a rotation; null: not asked for.
  const TokenKey *prev = nullptr, *instead_prev = nullptr;
  std::string prev_head, instead_prev_head;
  bool has_previous() const { return prev != nullptr || instead_prev != nullptr; }
};

enum class Leaves { kNothing, kListed, kToken };  // kToken: instead of what is listed
inline Leaves LeavesOf(const PreparedField& field, const Extent& may_leave) {
  if ((field.category & may_leave.categories) == 0) return Leaves::kNothing;
  if (!field.direct || (field.category & may_leave.clear) != 0) return Leaves::kListed;
  return field.instead != nullptr ? Leaves::kToken : Leaves::kNothing;
}

struct PreparedContract {
  std::string name;  // a JSON string: "lead@2"
  std::vector<PreparedField> fields;
  bool needs_received = false;  // P3
  Layout layout;
};

struct PreparedDestination {
  std::string domain;
  Frame frame;
  char between = ',';      // events
  bool one_event = false;  // a batch has no more
  bool previous = false;   // tokens of the key before, too
  crypto::HmacKey event_id;
  crypto::HmacKey idempotency;
  std::vector<std::unique_ptr<const TokenKey>> keys;       // fields point at them
  std::vector<std::optional<PreparedContract>> contracts;  // by place in the plan
};

// Immutable once filled.
class OutgoingPlan {
 public:
  OutgoingPlan(const crypto::KeyRing& keys, std::string_view origin, Redact with);

  base::Status Add(const crypto::KeyRing& keys,
                   const OutgoingForm& form);  // errors: Pseudonymizer::Make

  // Null: it does not receive this contract.
  const PreparedContract* Find(std::uint16_t destination, std::uint16_t contract) const;
  const std::vector<PreparedDestination>& destinations() const { return destinations_; }
  base::Millis previous_until() const { return previous_ ? previous_->until : 0; }
  const std::string& origin_lp() const { return origin_lp_; }
  Redact redact() const { return redact_; }  // may be null
  std::uint32_t version() const { return version_; }

 private:
  base::Status AddContract(const crypto::KeyRing& keys, const OutgoingForm::ForContract& form,
                           const Template& body, PreparedDestination& destination) const;
  base::Result<PreparedField> Prepare(const crypto::KeyRing& keys, const OutgoingField& field,
                                      PreparedDestination& destination) const;
  // Its key, and its token's opening quote and head, of that version.
  base::Status Keyed(const crypto::KeyRing& keys, const OutgoingField& field, std::uint32_t version,
                     PreparedDestination& destination, const TokenKey*& key,
                     std::string& head) const;

  std::string origin_lp_;
  std::uint32_t version_ = 0;
  Redact redact_;
  std::optional<crypto::KeyVersion> previous_;
  std::vector<PreparedDestination> destinations_;
};

}  // namespace octroi::policies
