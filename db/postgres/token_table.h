// Random tokens on PostgreSQL.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/store.h"
#include "store_postgres/session.h"

namespace octroi::store_postgres {

base::Status MintTokens(Tx& tx, std::string_view domain, std::span<store::TokenRow> rows);
std::optional<store::TokenRow> TokenRowOf(Tx& tx, std::string_view domain,
                                          const policies::RandomToken& token);
std::uint64_t ForgetTokens(Tx& tx, std::span<const policies::Fingerprint> subjects);
std::vector<std::pair<std::string, store::TokenRow>> TokenPage(
    Tx& tx, const store::TokenStore::Place& place);

}  // namespace octroi::store_postgres
