// Everything that a copy of the store holds, found by asking the store itself.
#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "attack/attack.h"

namespace octroi::testing {
namespace {

namespace fs = std::filesystem;

class Database {
 public:
  explicit Database(const fs::path& path) {
    if (sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK) Fail();
  }
  ~Database() { sqlite3_close(db_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Each row as the bytes of its columns.
  template <class Each>
  void Read(const std::string& sql, Each each) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) Fail();
    int step = SQLITE_ROW;
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
      for (int column = 0; column < sqlite3_column_count(statement); ++column)
        each(column, ValueOf(statement, column));
    }
    sqlite3_finalize(statement);
    if (step != SQLITE_DONE) Fail();
  }

 private:
  // A number as its eight bytes, both ways round.
  static std::string ValueOf(sqlite3_stmt* statement, int column) {
    if (sqlite3_column_type(statement, column) == SQLITE_INTEGER) {
      const auto number = static_cast<std::uint64_t>(sqlite3_column_int64(statement, column));
      std::string bytes;
      for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(number >> shift);
      return bytes + std::string(bytes.rbegin(), bytes.rend());
    }
    const auto* blob = static_cast<const char*>(sqlite3_column_blob(statement, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return blob == nullptr ? std::string() : std::string(blob, size);
  }
  [[noreturn]] void Fail() const {
    std::fprintf(stderr, "the store cannot be read: %s\n", sqlite3_errmsg(db_));
    std::exit(2);
  }

  sqlite3* db_ = nullptr;
};

void AddColumns(const fs::path& file, std::vector<Place>& places) {
  Database database(file);
  std::vector<std::string> tables, columns;
  database.Read("SELECT name FROM sqlite_schema WHERE type = 'table'",
                [&](int, std::string name) { tables.push_back(std::move(name)); });
  for (const std::string& table : tables) {
    columns.clear();
    database.Read("SELECT name FROM pragma_table_info('" + table + "')",
                  [&](int, std::string name) { columns.push_back(std::move(name)); });
    const std::size_t first = places.size();
    for (const std::string& column : columns) places.push_back({table + "." + column, {}});
    database.Read("SELECT * FROM \"" + table + "\"", [&](int column, const std::string& value) {
      places[first + static_cast<std::size_t>(column)].bytes += value;
    });
  }
}

}  // namespace

std::vector<Place> PlacesOf(const fs::path& storage) {
  std::vector<Place> places;
  AddColumns(storage / "store.sqlite", places);
  for (const auto& entry : fs::recursive_directory_iterator(storage)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    places.push_back({entry.path().lexically_relative(storage).string(),
                      std::string(std::istreambuf_iterator<char>(in), {})});
  }
  return places;
}

}  // namespace octroi::testing
