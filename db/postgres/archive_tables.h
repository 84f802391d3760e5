// The tables of the config archive and of small facts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/store.h"
#include "store_postgres/session.h"

namespace octroi::store_postgres {

base::Status ArchiveConfig(Tx& tx, const store::ArchivedConfig& config);
std::optional<store::ArchivedConfig> ConfigByPlan(Tx& tx, std::uint32_t plan);
std::optional<store::ArchivedConfig> LatestConfig(Tx& tx);
std::optional<std::string> GetMeta(Tx& tx, std::string_view key);
void SetMeta(Tx& tx, std::string_view key, std::string_view value);

}  // namespace octroi::store_postgres
