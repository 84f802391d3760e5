#include "gateway/dispatcher/in_hand.h"

#include <algorithm>

namespace octroi::gateway {
namespace {

// Beyond this, records of other lanes and of denied events between two of ours cost more than
// reading each alone.
constexpr std::uint64_t kReadSpanMax = 4096;

}  // namespace

void InHand::Assign(QueuedItem item) {
  Release();
  item_ = std::move(item);
  final = false;
  attempts = item_.attempts;
  first_try_nanos = 0;
}

void InHand::Release() {
  item_ = {};
  std::string().swap(record_bytes_);
  std::string().swap(payload_bytes_);
  readable_ = false;
}

void InHand::Decode() {
  const std::string_view record = item_.held ? item_.record : std::string_view(record_bytes_);
  const std::string_view payload = item_.held ? item_.payload : std::string_view(payload_bytes_);
  readable_ = !record.empty() && !payload.empty() &&
              static_cast<bool>(journal::Decode(record, record_)) &&
              static_cast<bool>(fields_.Decode(payload));
}

void Load(const journal::Journal& journal, std::span<InHand> items) {
  const auto missing = [](const InHand& item) { return item.item_.held == nullptr; };
  for (auto first = std::find_if(items.begin(), items.end(), missing); first != items.end();) {
    auto last = first;
    for (auto next = first; next != items.end(); ++next) {
      if (next->sequence() - first->sequence() > kReadSpanMax) break;
      if (missing(*next)) last = next;
    }
    auto at = first;
    // What is not found stays empty, which Decode refuses: an unreadable record is never sent.
    (void)journal.Read(first->sequence(), last->sequence(),
                       [&](std::uint64_t sequence, std::string_view record) {
                         while (at != last && at->sequence() < sequence) ++at;
                         if (at->sequence() == sequence) at->record_bytes_.assign(record);
                       });
    first = std::find_if(std::next(last), items.end(), missing);
  }
  for (InHand& item : items) {
    if (missing(item) && !journal.ReadPayload(item.sequence(), item.payload_bytes_)) {
      item.payload_bytes_.clear();
    }
    item.Decode();
  }
}

}  // namespace octroi::gateway
