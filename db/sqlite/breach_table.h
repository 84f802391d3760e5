// The register of breaches in SQLite. Each half lives on the connection it was made with.
#pragma once

#include <vector>

#include "store/store.h"
#include "store_sqlite/connection.h"

namespace octroi::store_sqlite {

class BreachWriter {
 public:
  base::Status Prepare(Connection& db);
  base::Status Add(Connection& db, const store::BreachEntry& entry);  // inside a transaction

 private:
  Statement known_, insert_;
};

class BreachReader {
 public:
  base::Status Prepare(Connection& db);
  base::Result<std::vector<store::BreachEntry>> All(Connection& db);

 private:
  Statement all_;
};

}  // namespace octroi::store_sqlite
