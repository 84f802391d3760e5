// Random tokens in SQLite. Each half lives on the connection it was made with.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/store.h"
#include "store_sqlite/connection.h"

namespace octroi::store_sqlite {

class TokenWriter {
 public:
  base::Status Prepare(Connection& db);
  // Both inside a transaction.
  base::Status Mint(Connection& db, std::string_view domain, std::span<store::TokenRow> rows);
  base::Result<std::uint64_t> Forget(Connection& db,
                                     std::span<const policies::Fingerprint> subjects);

 private:
  Statement known_, insert_, forget_;
};

class TokenReader {
 public:
  base::Status Prepare(Connection& db);
  base::Result<std::optional<store::TokenRow>> ByToken(Connection& db, std::string_view domain,
                                                       const policies::RandomToken& token);
  base::Result<std::vector<std::pair<std::string, store::TokenRow>>> After(
      Connection& db, const store::TokenStore::Place& place);

 private:
  Statement by_token_, after_;
};

}  // namespace octroi::store_sqlite
