// The quality counters (store/quality.h) as tables.
#pragma once

#include "store/quality.h"
#include "store_sqlite/connection.h"

namespace octroi::store_sqlite {

class QualityWriter {
 public:
  base::Status Prepare(Connection& db);
  base::Status Add(Connection& db, const store::QualityCounts& counts);  // inside a transaction
  static base::Status Clear(Connection& db);                             // inside a transaction

 private:
  base::Status AddPeople(Connection& db, const store::PeopleKey& key,
                         const store::PeopleSketch& people);
  Statement count_, people_, set_people_;
};

class QualityReader {
 public:
  base::Status Prepare(Connection& db);
  // What FlowStore::Quality says. Inside a transaction, so that both are of one moment.
  base::Status Read(Connection& db, base::Millis since, base::Millis until,
                    store::QualityCounts& into);

 private:
  Statement counts_, people_;
};

}  // namespace octroi::store_sqlite
