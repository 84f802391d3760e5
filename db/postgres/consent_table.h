// The consent register's tables. Append-only: the role has no right to change or remove, and
// triggers refuse it to everybody else.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "store/store.h"
#include "store_postgres/session.h"

namespace octroi::store_postgres {

// Commits nothing new for an event that is there; but it always writes, so that its commit waits
// until whatever an earlier one wrote is on the standby as well. kInvalid: the id of another event.
base::Status AppendConsent(Tx& tx, const policies::ConsentEvent& event);

std::vector<policies::ConsentEvent> ConsentHistory(
    Tx& tx, const std::vector<policies::Fingerprint>& subject, std::string_view purpose);
// The next page by sequence; moves the place on. Empty: the end.
struct ConsentPlace {
  std::int64_t sequence = -1, row = -1;
};
std::vector<policies::ConsentEvent> ConsentPage(Tx& tx, ConsentPlace& place);
std::optional<policies::ConsentEvent> ConsentBySequence(Tx& tx, std::uint64_t sequence);
std::uint64_t LastConsentSequence(Tx& tx);
store::ConsentStore::Others ConsentsOfOthers(Tx& tx, std::uint64_t after);

}  // namespace octroi::store_postgres
