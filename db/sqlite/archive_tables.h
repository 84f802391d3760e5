// The config archive and the meta values in SQLite. Each half lives on the connection it was made
// with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/store.h"
#include "store_sqlite/connection.h"

namespace octroi::store_sqlite {

class ArchiveWriter {
 public:
  base::Status Prepare(Connection& db);
  base::Status Archive(Connection& db,
                       const store::ArchivedConfig& config);  // inside a transaction
  base::Status Set(Connection& db, std::string_view key, std::string_view value);

 private:
  Statement digest_, insert_, set_;
};

class ArchiveReader {
 public:
  base::Status Prepare(Connection& db);
  base::Result<std::optional<store::ArchivedConfig>> ByPlan(Connection& db, std::uint32_t plan);
  base::Result<std::optional<store::ArchivedConfig>> Latest(Connection& db);
  base::Result<std::optional<std::string>> Get(Connection& db, std::string_view key);

 private:
  Statement by_plan_, latest_, get_;
};

}  // namespace octroi::store_sqlite
