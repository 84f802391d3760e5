// Writer: one event after the other, rendered into a batch, segment by segment. Internal to
// policies.
#pragma once

#include <cstdint>
#include <string>

#include "policies/outgoing_plan.h"
#include "policies/pseudonymizer.h"

namespace octroi::policies {

inline constexpr std::size_t kIdBytes = 16;  // of event ids and idempotency keys

inline void AppendU64(std::uint64_t value, std::string& out) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

class Pseudonymizer::Writer {
 public:
  Writer(const PreparedDestination& destination, const PreparedContract& contract,
         const OutgoingPlan& plan, ProtectedBatch& batch)
      : destination_(destination), contract_(contract), plan_(plan), batch_(batch) {}

  void Write(const OutgoingEvent& event);

 private:
  // False: it was left out, with its text.
  bool Field(const Segment& segment, const OutgoingEvent& event);
  bool Redacted(const base::Value& value);
  // Under the key before: only during the rotation, and only of what leaves as a token.
  bool Previous(const Segment& segment, const PreparedField& field, Leaves leaves,
                const base::Value& value, base::Millis received);
  bool Token(std::string_view text, const TokenKey& key, const base::Value& value,
             base::Millis received);
  std::size_t Epoch(const TokenKey& key, base::Millis received);  // place in the batch's
  void Id(const OutgoingEvent& event);
  void EventAs(const Segment& segment, const OutgoingEvent& event);
  void Close(const Segment& segment);
  void Begin(std::string_view text) {
    const char last = batch_.body_.back();
    if (last != '{' && last != '[') batch_.body_ += ',';
    batch_.body_ += text;
  }
  void RefreshHead(const OutgoingEvent& event);
  static void AppendHead(const Segment& part, const OutgoingEvent& event, std::string& text);

  const PreparedDestination& destination_;
  const PreparedContract& contract_;
  const OutgoingPlan& plan_;
  ProtectedBatch& batch_;
};

}  // namespace octroi::policies
