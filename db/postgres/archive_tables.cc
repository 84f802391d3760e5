#include "store_postgres/archive_tables.h"

namespace octroi::store_postgres {
namespace {

constexpr Sql kArchive = {"config_archive",
                          "INSERT INTO octroi.configs (plan, digest, since, files, names) "
                          "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, plan) DO NOTHING"};
constexpr Sql kDigest = {"config_digest", "SELECT digest FROM octroi.configs WHERE plan = $1"};
constexpr Sql kByPlan = {"config_by_plan",
                         "SELECT plan, digest, since, files, names FROM octroi.configs "
                         "WHERE plan = $1"};
constexpr Sql kLatest = {"config_latest",
                         "SELECT plan, digest, since, files, names FROM octroi.configs "
                         "ORDER BY plan DESC LIMIT 1"};
constexpr Sql kGet = {"meta_get", "SELECT value FROM octroi.meta WHERE key = $1"};
constexpr Sql kSet = {"meta_set",
                      "INSERT INTO octroi.meta (key, value) VALUES ($1, $2) "
                      "ON CONFLICT (tenant, key) DO UPDATE SET value = excluded.value"};

pqxx::binarystring Bytes(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

std::optional<store::ArchivedConfig> OneConfig(const pqxx::result& rows) {
  if (rows.empty()) return {};
  store::ArchivedConfig config;
  config.plan = static_cast<std::uint32_t>(rows[0][0].as<std::int64_t>());
  config.digest = pqxx::binarystring(rows[0][1]).str();
  config.since = rows[0][2].as<std::int64_t>();
  config.files = pqxx::binarystring(rows[0][3]).str();
  config.names = pqxx::binarystring(rows[0][4]).str();
  return config;
}

}  // namespace

base::Status ArchiveConfig(Tx& tx, const store::ArchivedConfig& config) {
  constexpr std::string_view where = "store.archive";
  if (config.digest.size() != 32) {
    return base::Error{base::ErrorCode::kInvalid, where, "`digest` is not 32 bytes"};
  }
  const auto plan = static_cast<std::int64_t>(config.plan);
  tx.Run(kArchive, plan, Bytes(config.digest), config.since, Bytes(config.files),
         Bytes(config.names));
  const pqxx::result stored = tx.Run(kDigest, plan);
  if (stored.size() == 1 && pqxx::binarystring(stored[0][0]).str() == config.digest) {
    return base::Ok();
  }
  return base::Error{base::ErrorCode::kInvalid, where, "`plan` is archived with another digest"};
}

std::optional<store::ArchivedConfig> ConfigByPlan(Tx& tx, std::uint32_t plan) {
  return OneConfig(tx.Run(kByPlan, static_cast<std::int64_t>(plan)));
}

std::optional<store::ArchivedConfig> LatestConfig(Tx& tx) { return OneConfig(tx.Run(kLatest)); }

std::optional<std::string> GetMeta(Tx& tx, std::string_view key) {
  const pqxx::result rows = tx.Run(kGet, std::string(key));
  if (rows.empty()) return {};
  return pqxx::binarystring(rows[0][0]).str();
}

void SetMeta(Tx& tx, std::string_view key, std::string_view value) {
  tx.Run(kSet, std::string(key), Bytes(value));
}

}  // namespace octroi::store_postgres
