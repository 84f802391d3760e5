// Checkpoint: how far the import of one file into one source has come, on disk. Written whole and
// synced before the batch that it announces is sent, so that after a kill at any instant at most
// that one batch is in doubt, and it is known by its key. Holds no value of the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/disk.h"
#include "base/result.h"

namespace octroi::gateway::import {

// Records by outcome. `records` is their sum.
struct Counts {
  std::uint64_t records = 0, accepted = 0, quarantined = 0, merged = 0, rejected = 0,
                unreadable = 0;
};

// A batch that may have been sent.
struct Announced {
  std::uint64_t first = 0, last = 0;  // records
  std::uint64_t events = 0;           // of them that were sent
  base::Millis since = 0;             // when it was announced
};

struct Checkpoint {
  std::string source, digest;  // of the file
  std::string reading;         // ImportFile::Reading, and the name of events without one
  std::string origin;          // of the journal that took it; empty: nothing was taken yet
  Counts counts;
  std::uint64_t report_bytes = 0;  // of the report on rejected lines
  std::optional<Announced> next;
  std::string stopped;  // a code: nothing behind can be read
  bool complete = false;
};

// Nothing: there is none. kInvalid: not what Save wrote; kUnavailable: the disk.
base::Result<std::optional<Checkpoint>> LoadCheckpoint(base::Disk& disk, const std::string& path);
// Durable when it returns; a kill leaves the old one or the new one.
base::Status Save(base::Disk& disk, const std::string& path, const Checkpoint& checkpoint);

}  // namespace octroi::gateway::import
