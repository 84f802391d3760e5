// A journal on a disk in memory, and what was acknowledged of it.
#pragma once

#include <atomic>
#include <map>
#include <string>

#include "base/bytes.h"
#include "journal/journal.h"
#include "support/fake_clock.h"
#include "support/memory_disk.h"

namespace octroi::journal {

struct Harness {
  testing::MemoryDisk disk;
  testing::FakeClock clock;
  std::unique_ptr<crypto::KeyRing> keys = crypto::KeyRing::FromRoot("test", std::string(32, 'k'));
  std::uint64_t segment_bytes = 64 * 1024;
  std::atomic<bool> fatal{false};
  std::map<std::uint64_t, std::string> recovered;  // sequence -> record, at the last Open

  base::Result<std::unique_ptr<Journal>> Open() {
    recovered.clear();
    return Journal::Open({&disk, &clock, keys.get(), "j", segment_bytes, base::kPendingBytesMax,
                          [this](const base::Error&) { fatal = true; }},
                         [this](std::uint64_t sequence, std::string_view record) {
                           if (sequence != 0) recovered[sequence] = record;
                         });
  }
};

// The payload item of an event whose text is `bytes` letters, by its number.
inline std::string PayloadOf(std::int64_t number, std::size_t bytes) {
  std::string item(32, 'r');
  base::ByteWriter w(item);
  w.Sized(std::string(bytes, static_cast<char>('a' + number % 26)));
  w.Varint(0);
  return item;
}

// A frame of one event record whose `received` is `number`, with such a payload.
inline FramePtr FrameOf(std::int64_t number, std::size_t payload_bytes) {
  auto frame = std::make_shared<Frame>();
  EventRecord record;
  record.received = number;
  record.has_payload = payload_bytes > 0;
  frame->Add(record);
  if (payload_bytes > 0) frame->AddPayload(0, PayloadOf(number, payload_bytes));
  return frame;
}

inline std::int64_t NumberOf(const std::string& record) {
  EventRecord decoded;
  return Decode(record, decoded) ? decoded.received : -1;
}

}  // namespace octroi::journal
