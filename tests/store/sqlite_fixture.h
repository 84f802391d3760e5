// A SQLite store in a folder of its own, and a raw connection to its file.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>
#include <string>
#include <vector>

#include "contract.h"
#include "samples.h"
#include "store_sqlite/sqlite_store.h"
#include "temp_folder.h"

namespace octroi::testing {

class SqliteStoreTest : public ::testing::Test {
 protected:
  using Opened = base::Result<std::unique_ptr<store::Store>>;
  Opened Open(bool read_only = false) {
    return store_sqlite::Open({.path = path_,
                               .read_only = read_only,
                               .fatal = [this](const base::Error& e) { fatal_.push_back(e); }});
  }
  // A result code of SQLite for statements on the raw file.
  int Raw(const std::string& sql) {
    sqlite3* db = nullptr;
    sqlite3_open(path_.c_str(), &db);
    sqlite3_extended_result_codes(db, 1);
    const int result = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
    sqlite3_close(db);
    return result;
  }

  TempFolder folder_;
  const std::string path_ = folder_ / "octroi.db";
  std::vector<base::Error> fatal_;
};

}  // namespace octroi::testing
