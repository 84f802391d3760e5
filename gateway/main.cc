// octroi: the one place that sees every module.
#include "base/limits.h"
#include "crypto/key_ring.h"
#include "gateway/cli.h"
#include "store_postgres/postgres_store.h"
#include "store_sqlite/sqlite_store.h"

namespace {

using namespace octroi;

base::Result<std::unique_ptr<store::Store>> OpenEmbedded(const gateway::GatewaySettings& settings,
                                                         gateway::Stores::Fatal fatal) {
  return store_sqlite::Open(
      {settings.storage_path + "/store.sqlite", false, std::move(fatal), base::kRegisterDiskBytes});
}

base::Result<std::unique_ptr<store::Store>> OpenPostgres(const gateway::GatewaySettings& settings,
                                                         const gateway::Stores::Fatal&) {
  const auto connection = crypto::ReadSecret(settings.postgres_connect);
  if (!connection) return connection.error();
  return store_postgres::Open({connection->bytes, settings.tenant});
}

base::Result<std::unique_ptr<store::Store>> OpenReadOnly(const gateway::GatewaySettings& settings) {
  if (!settings.postgres_connect.empty()) return OpenPostgres(settings, nullptr);
  return store_sqlite::Open({settings.storage_path + "/store.sqlite", true, nullptr});
}

base::Status PreparePostgres(const gateway::GatewaySettings& settings) {
  const auto owner = crypto::ReadSecret(settings.postgres_owner);
  if (!owner) return owner.error();
  const auto connection = crypto::ReadSecret(settings.postgres_connect);
  if (!connection) return connection.error();
  return store_postgres::Migrate(owner->bytes, connection->bytes);
}

}  // namespace

int main(int argc, char** argv) {
  return gateway::CommandLine(argc, argv,
                              {OpenEmbedded, OpenPostgres, OpenReadOnly, PreparePostgres});
}
