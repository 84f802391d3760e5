// One SQLite connection with the settings of its role. Not thread-safe: its owner holds a lock.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store_sqlite/statement.h"

namespace octroi::store_sqlite {

// The writer is the only connection of all processes that writes and checkpoints: Debian's SQLite
// can corrupt the file when two do (reliability.md D). Readers can do neither.
enum class Role { kWriter, kReader };

class Connection {
 public:
  using Fatal = std::function<void(const base::Error&)>;
  static base::Result<Connection> Open(const std::string& path, Role role, Fatal fatal);

  // WAL and synchronous=FULL; kInvalid where the file system cannot do WAL. Writers only, once the
  // file is ours.
  base::Status MakeDurable();
  base::Status QuickCheck();  // kInvalid: damaged

  base::Status Prepare(Statement& statement, const char* sql);
  base::Status Execute(const char* sql, std::string_view where);
  base::Result<std::int64_t> Number(const char* sql,
                                    std::string_view where);  // first column, first row

  // An Error from a result code: that code and `where`, no SQL and no values. A writer's I/O error
  // is fatal: after it what is on disk is unknown and SQLite would carry on (reliability.md A8, D).
  base::Error Fail(int result, std::string_view where);

  // BEGIN, work, COMMIT; durable when it returns ok. kInDoubt: the commit may be on disk.
  template <class Work>
  base::Status Transaction(std::string_view where, Work&& work) {
    if (base::Status begun = Begin(where); !begun) return begun;
    base::Status status = std::forward<Work>(work)();
    if (status) return Commit(where);
    RollBack();
    return status;
  }

  bool HasFailed() const { return failed_; }
  bool full() const { return full_; }  // the last failure: no space; nothing was written
  void Checkpoint();  // WAL into the database, so that the WAL's own bytes are used again
  int changes() const { return sqlite3_changes(db_.get()); }
  std::int64_t last_row() const { return sqlite3_last_insert_rowid(db_.get()); }
  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close(db); }
  };
  Connection(std::string path, Role role, Fatal fatal)
      : path_(std::move(path)), role_(role), fatal_(std::move(fatal)) {}
  base::Status Configure();
  base::Status Begin(std::string_view where);
  base::Status Commit(std::string_view where);
  void RollBack();
  void Stop(
      const base::Error& error);  // a writer: calls fatal once, and nothing is written any more

  std::string path_;
  Role role_;
  Fatal fatal_;
  bool failed_ = false;
  bool full_ = false;
  std::unique_ptr<int> wal_pages_ =
      std::make_unique<int>(0);  // SQLite's hook keeps a pointer to it
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace octroi::store_sqlite
