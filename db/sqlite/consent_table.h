// The consent register in SQLite. Each half lives on the connection it was made with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.h"
#include "store_sqlite/connection.h"

namespace octroi::store_sqlite {

class ConsentWriter {
 public:
  base::Status Prepare(Connection& db);
  base::Status Append(Connection& db, const policies::ConsentEvent& event);  // inside a transaction

 private:
  base::Status Insert(Connection& db, const policies::ConsentEvent& event);
  Statement by_id_, insert_, link_;
  std::string subject_;  // scratch
};

class ConsentReader {
 public:
  struct Place {  // how far ForEach has come
    std::int64_t sequence = -1, row = -1;
  };
  base::Status Prepare(Connection& db);
  base::Result<std::vector<policies::ConsentEvent>> History(
      Connection& db, const std::vector<policies::Fingerprint>& subject, std::string_view purpose);
  // Replaces `page` with the next events after `place`; empty: the end.
  base::Status NextPage(Connection& db, Place& place, std::vector<policies::ConsentEvent>& page);
  base::Result<std::optional<policies::ConsentEvent>> BySequence(Connection& db,
                                                                 std::uint64_t sequence);
  base::Result<std::uint64_t> LastSequence(Connection& db);

 private:
  Statement history_, page_, by_sequence_, last_;
};

}  // namespace octroi::store_sqlite
