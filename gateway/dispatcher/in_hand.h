// InHand: one event that a lane is sending, with all that the second decision and the pseudonymiser
// read.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/dispatcher/lane_queue.h"
#include "gateway/dispatcher/second_decision.h"
#include "journal/journal.h"

namespace octroi::gateway {

class InHand {
 public:
  // Takes the item over. Its views come from the held frame, or Load must fill them.
  void Assign(QueuedItem item);
  void Release();  // gives its memory back
  void Decode();   // record and payload; see readable()

  std::uint64_t sequence() const { return item_.sequence; }
  const journal::EventRecord& record() const { return record_; }
  const base::FieldReader& fields() const { return fields_; }
  bool readable() const { return readable_; }  // false: record or payload is gone or damaged

  bool final = false;                // has its outcome; nothing more is done with it
  std::uint32_t attempts = 0;        // made, restarts included
  std::int64_t first_try_nanos = 0;  // of this process; 0: not tried
  Leave leave;                       // of the current attempt
  std::vector<std::string_view> purposes;

 private:
  friend void Load(const journal::Journal& journal, std::span<InHand> items);
  QueuedItem item_;
  std::string record_bytes_, payload_bytes_;  // of what was read back
  journal::EventRecord record_;
  journal::PayloadView fields_;
  bool readable_ = false;
};

// Reads back from the journal what no frame holds, then decodes all; check readable() of each.
void Load(const journal::Journal& journal, std::span<InHand> items);

}  // namespace octroi::gateway
