// One prepared statement, kept; and one run of it.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace octroi::store_sqlite {

class Statement {
 public:
  int Prepare(sqlite3* db, const char* sql);  // SQLite's result code

 private:
  friend class Run;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Binds, steps, reads; resets at the end of its scope, which also ends the read transaction of a
// reader. Text and bytes are bound by reference: they outlive the Run. A failed bind is what Step
// then returns.
class Run {
 public:
  explicit Run(Statement& statement) : statement_(statement.statement_.get()) {}
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Run& Int(int at, std::int64_t value) { return Bound(sqlite3_bind_int64(statement_, at, value)); }
  Run& Text(int at, std::string_view value);
  Run& Bytes(int at, std::string_view value);
  int Step();    // SQLITE_ROW, SQLITE_DONE or an error
  void Again();  // for the next row of values through the same statement

  std::int64_t Int(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string_view View(int column) const;  // until the next Step
  std::string String(int column) const { return std::string(View(column)); }

 private:
  Run& Bound(int result) {
    if (result_ == SQLITE_OK) result_ = result;
    return *this;
  }
  sqlite3_stmt* statement_;
  int result_ = SQLITE_OK;
};

}  // namespace octroi::store_sqlite
