#include "store_sqlite/connection.h"

#include <utility>

#include "base/crash_point.h"

namespace octroi::store_sqlite {
namespace {

constexpr std::string_view kOpen = "store.open";
constexpr int kBusyMillis = 5'000;
constexpr int kCheckpointPages =
    4'096;  // 16 MiB: pages that change often are copied once, not each time

constexpr const char* kReaderSettings =
    "PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
    "PRAGMA cache_size = -4096; PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0";
// wal_autocheckpoint off: SQLite ignores its errors, so the connection checkpoints by itself.
constexpr const char* kWriterSettings =
    "PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
    "PRAGMA cache_size = -16384; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;"
    "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = "
    "67108864; PRAGMA secure_delete = ON";

base::ErrorCode CodeOf(int result) {
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return base::ErrorCode::kUnavailable;
    case SQLITE_TOOBIG:
      return base::ErrorCode::kTooLarge;
    default:
      return base::ErrorCode::kInvalid;
  }
}

int KeepPages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

}  // namespace

base::Result<Connection> Connection::Open(const std::string& path, Role role, Fatal fatal) {
  Connection made(path, role, std::move(fatal));
  const int access = role == Role::kWriter ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  sqlite3* db = nullptr;
  const int result = sqlite3_open_v2(path.c_str(), &db, access | SQLITE_OPEN_NOMUTEX, nullptr);
  made.db_.reset(db);
  if (result != SQLITE_OK) {
    return base::Error{base::ErrorCode::kUnavailable, kOpen, "cannot open `" + path + "`"};
  }
  if (base::Status set = made.Configure(); !set) return set.error();
  return made;
}

base::Status Connection::Configure() {
  sqlite3_extended_result_codes(db_.get(), 1);
  sqlite3_busy_timeout(db_.get(), kBusyMillis);
  sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (role_ == Role::kReader) {
    sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return Execute(kReaderSettings, kOpen);
  }
  if (base::Status set = Execute(kWriterSettings, kOpen); !set) return set;
  sqlite3_wal_hook(db_.get(), KeepPages, wal_pages_.get());
  return base::Ok();
}

base::Status Connection::MakeDurable() {
  Statement wal;
  if (base::Status prepared = Prepare(wal, "PRAGMA journal_mode = WAL"); !prepared) return prepared;
  Run run(wal);
  if (const int result = run.Step(); result != SQLITE_ROW) return Fail(result, kOpen);
  if (run.View(0) == "wal") return base::Ok();
  return base::Error{
      base::ErrorCode::kInvalid, kOpen,
      "the file system of `" + path_ + "` cannot share memory (WAL): use a local disk"};
}

base::Status Connection::QuickCheck() {
  Statement check;
  if (base::Status prepared = Prepare(check, "PRAGMA quick_check(1)"); !prepared) return prepared;
  Run run(check);
  const int result = run.Step();
  if (result != SQLITE_ROW) return Fail(result, kOpen);
  return run.View(0) == "ok" ? base::Ok() : base::Status(Fail(SQLITE_CORRUPT, kOpen));
}

base::Status Connection::Prepare(Statement& statement, const char* sql) {
  const int result = statement.Prepare(db_.get(), sql);
  return result == SQLITE_OK ? base::Ok() : base::Status(Fail(result, "store.prepare"));
}

base::Status Connection::Execute(const char* sql, std::string_view where) {
  const int result = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  return result == SQLITE_OK ? base::Ok() : base::Status(Fail(result, where));
}

base::Result<std::int64_t> Connection::Number(const char* sql, std::string_view where) {
  Statement statement;
  if (base::Status prepared = Prepare(statement, sql); !prepared) return prepared.error();
  Run run(statement);
  if (const int result = run.Step(); result != SQLITE_ROW) return Fail(result, where);
  return run.Int(0);
}

base::Error Connection::Fail(int result, std::string_view where) {
  base::Error error{CodeOf(result), where,
                    "sqlite result " + std::to_string(result) + ", " + sqlite3_errstr(result)};
  if (const int kind = result & 0xff; kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB) {
    error.detail =
        "`" + path_ + "` is damaged or not a database (" + error.detail +
        "): put it aside and restore the last copy; the consent register is in no other file";
  }
  full_ = (result & 0xff) == SQLITE_FULL;
  if ((result & 0xff) == SQLITE_IOERR) Stop(error);
  return error;
}

void Connection::Stop(const base::Error& error) {
  if (role_ != Role::kWriter || failed_) return;
  failed_ = true;
  if (fatal_) fatal_(error);
}

base::Status Connection::Begin(std::string_view where) {
  full_ = false;
  if (failed_) {
    return base::Error{base::ErrorCode::kUnavailable, where,
                       "an earlier write failed: restart the gateway once the disk is sound"};
  }
  return Execute(role_ == Role::kWriter ? "BEGIN IMMEDIATE" : "BEGIN", where);
}

base::Status Connection::Commit(std::string_view where) {
  if (role_ == Role::kWriter) OCTROI_CRASH_POINT("store.before_commit");
  const int result = sqlite3_exec(db_.get(), "COMMIT", nullptr, nullptr, nullptr);
  if (role_ == Role::kWriter) OCTROI_CRASH_POINT("store.committed");
  if (result != SQLITE_OK) {
    base::Error error = Fail(result, where);
    // Full or busy: the WAL has no commit mark. After anything else it may have one, which counts
    // after a crash (SQLite notes a commit in its shared index, and can fail there, after it synced
    // the mark).
    if (const int kind = result & 0xff; kind != SQLITE_FULL && kind != SQLITE_BUSY) {
      error.code = base::ErrorCode::kInDoubt;
      Stop(error);
    }
    RollBack();
    return error;
  }
  if (role_ == Role::kWriter && *wal_pages_ >= kCheckpointPages) Checkpoint();
  return base::Ok();
}

void Connection::RollBack() {
  // After some errors SQLite has rolled back by itself. If this fails too, the next BEGIN says so.
  if (sqlite3_get_autocommit(db_.get()) == 0) {
    sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Connection::Checkpoint() {
  // Full or busy: the commit is durable in the WAL and the next one tries again. An I/O error is
  // fatal.
  const int result =
      sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if ((result & 0xff) == SQLITE_IOERR) static_cast<void>(Fail(result, "store.checkpoint"));
}

}  // namespace octroi::store_sqlite
