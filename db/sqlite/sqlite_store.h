// The embedded store: SQLite, WAL, synchronous=FULL, one connection that writes and checkpoints, no
// mmap (reliability.md D). Exits through `fatal` after a failed write or fsync: SQLite would carry
// on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace octroi::store_sqlite {

struct Options {
  std::string
      path;  // the database file; its folder exists. `path`.lock, -wal and -shm lie beside it
  bool read_only =
      false;  // for the command line beside a running gateway; writes are then kInvalid
  // Called once, from the writing thread and under the writer's lock, with no path back: it ends
  // the process. If it returns all the same, every later write is refused with kUnavailable.
  std::function<void(const base::Error&)> fatal;
  // Kept for consent events on a disk that fills up, as the file `path`-reserve. 0: none.
  std::uint64_t reserve_bytes = 0;
};

// Creates the database (0600) and brings its schema up to date, unless read_only.
// kInvalid: not our database, damaged (quick_check, which reads the whole file; not if read_only),
// or of a newer schema: the detail says what to do. kUnavailable: another process has it open for
// writing; or read_only and it is not there yet.
base::Result<std::unique_ptr<store::Store>> Open(Options options);

}  // namespace octroi::store_sqlite
