// The embedded store: SQLite, WAL, synchronous=FULL, one connection that writes and checkpoints, no mmap
// (reliability.md D). Exits through `fatal` after a failed fsync: SQLite would carry on.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace octroi::store_sqlite {

struct Options {
  std::string path;                                     // the database file; its folder exists
  bool read_only = false;                               // for the command line beside a running gateway
  std::function<void(const base::Error&)> fatal;
};

// kInvalid: not our database, damaged (quick_check), or of a newer schema: the detail says what to do.
// kUnavailable: another process has it open for writing.
base::Result<std::unique_ptr<store::Store>> Open(Options options);

}  // namespace octroi::store_sqlite
