#include "store_sqlite/statement.h"

namespace octroi::store_sqlite {

int Statement::Prepare(sqlite3* db, const char* sql) {
  sqlite3_stmt* made = nullptr;
  const int result = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  statement_.reset(made);
  return result;
}

Run::~Run() { Again(); }

Run& Run::Text(int at, std::string_view value) {
  const char* data = value.data() == nullptr ? "" : value.data();  // a null pointer would bind NULL
  return Bound(sqlite3_bind_text64(statement_, at, data, value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

Run& Run::Bytes(int at, std::string_view value) {
  const char* data = value.data() == nullptr ? "" : value.data();
  return Bound(sqlite3_bind_blob64(statement_, at, data, value.size(), SQLITE_STATIC));
}

int Run::Step() { return result_ == SQLITE_OK ? sqlite3_step(statement_) : result_; }

void Run::Again() {
  sqlite3_reset(statement_);  // repeats the error that Step returned
  sqlite3_clear_bindings(statement_);
  result_ = SQLITE_OK;
}

std::string_view Run::View(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);  // of a text: its UTF-8 bytes
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data == nullptr ? std::string_view()
                         : std::string_view(static_cast<const char*>(data), size);
}

}  // namespace octroi::store_sqlite
