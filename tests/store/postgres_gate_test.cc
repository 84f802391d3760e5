// Who may do what on PostgreSQL: tenants, roles, schema versions, connection strings.
#include <pqxx/pqxx>

#include "contract.h"
#include "postgres_server.h"
#include "samples.h"
#include "store_postgres/postgres_store.h"
#include "store_postgres/session.h"

namespace octroi::testing {
namespace {

using base::ErrorCode;
using policies::ConsentState;

constexpr const char* kTables[] = {
    "generations",     "consents",     "consent_subjects", "configs",       "meta",
    "projections",     "event_chunks", "delivery_chunks",  "attention",     "event_counts",
    "delivery_counts", "rule_counts",  "quality_counts",   "quality_people"};

std::string CodeOf(pqxx::connection& connection, const std::string& before,
                   const std::string& sql) {
  try {
    pqxx::work work(connection);
    if (!before.empty()) work.exec(before);
    work.exec(sql);
    return "done";
  } catch (const pqxx::insufficient_privilege&) {
    return "42501";  // libpqxx 6 gives it a type and no code
  } catch (const pqxx::sql_error& error) {
    return error.sqlstate();
  }
}

std::string Name(const std::string& tenant) {
  return "SELECT set_config('octroi.tenant', '" + tenant +
         "', true), "
         "set_config('octroi.origin', 'k3f9x2ab', true)";
}

class PostgresGate : public ::testing::Test {
 protected:
  void Fill(const std::string& tenant) {
    const auto store = server_.OpenStore(tenant);
    ASSERT_TRUE(IsOk(store->Append(Consent(1, {1, 2}, ConsentState::kGranted))));
    ASSERT_TRUE(IsOk(store->Archive({std::string(32, 'd'), 1, 5, "files", "{}"})));
    ASSERT_TRUE(IsOk(store->Set("key_check", "value")));
    store::Projection batch =
        Batch(3, {Accepted(1), Accepted(2),
                  EventOf(3, base::Outcome::kQuarantined, base::Reason::kFieldsNone)});
    batch.rules[{0, "site-web", "lead@1", "email"}] = {3, 1, 0};
    batch.quality.records[{.hour = 0}] = {3, 0};
    batch.quality.people[{.day = 0}].Add({1});
    ASSERT_TRUE(IsOk(store->Apply(batch)));
  }
  PostgresServer& server_ = PostgresServer::Shared();
};

TEST_F(PostgresGate, WithoutATenantNothingIsSeenAndNothingIsWritten) {
  const std::string ours = server_.NewTenant(), theirs = server_.NewTenant();
  Fill(ours);
  Fill(theirs);
  for (const std::string& role : {server_.Gateway(), server_.Owner()}) {
    pqxx::connection connection(role);
    for (const char* table : kTables) {
      SCOPED_TRACE(table);
      const std::string count = std::string("SELECT count(*) FROM octroi.") + table;
      const auto seen = [&](const std::string& before) {
        pqxx::work work(connection);
        if (!before.empty()) work.exec(before);
        const int all = work.exec(count)[0][0].as<int>();
        const int others = work.exec(count + " WHERE tenant <> '" + ours + "'")[0][0].as<int>();
        work.commit();
        return std::pair(all, others);
      };
      EXPECT_EQ(seen(""), std::pair(0, 0));
      EXPECT_EQ(seen(Name("")), std::pair(0, 0));
      const auto named = seen(Name(ours));
      EXPECT_GT(named.first, 0);
      EXPECT_EQ(named.second, 0);
      EXPECT_EQ(seen(""), std::pair(0, 0)) << "the tenant outlived its transaction";
    }
  }
  pqxx::connection gateway(server_.Gateway());
  const std::string insert = "INSERT INTO octroi.meta (key, value) VALUES ('x', '')";
  const std::string foreign =
      "INSERT INTO octroi.meta (tenant, key, value) VALUES ('" + theirs + "', 'x', '')";
  EXPECT_EQ(CodeOf(gateway, "", insert), "42501");
  EXPECT_EQ(CodeOf(gateway, Name(ours), foreign), "42501");
  EXPECT_EQ(CodeOf(gateway, Name(ours), insert), "done");
}

TEST_F(PostgresGate, TheGatewaysRoleMayNotDoMore) {
  const std::string tenant = server_.NewTenant();
  Fill(tenant);
  const char* statements[] = {
      "UPDATE octroi.consents SET state = 1",
      "DELETE FROM octroi.consents",
      "TRUNCATE octroi.consents CASCADE",
      "DELETE FROM octroi.consent_subjects",
      "UPDATE octroi.configs SET names = ''",
      "DELETE FROM octroi.configs",
      "DELETE FROM octroi.projections",
      "INSERT INTO octroi.schema_version (version) VALUES (99)",
      "CREATE TABLE octroi.mine (a int)",
      "ALTER TABLE octroi.consents DISABLE ROW LEVEL SECURITY",
      "DROP TABLE octroi.consents",
      "DROP POLICY tenant ON octroi.consents",
      "ALTER TABLE octroi.consents DISABLE TRIGGER ALL",
      "SET ROLE octroi_owner",
      "SELECT pg_read_file('PG_VERSION')",
  };
  pqxx::connection gateway(server_.Gateway());
  for (const char* sql : statements) EXPECT_EQ(CodeOf(gateway, Name(tenant), sql), "42501") << sql;
  pqxx::connection owner(server_.Owner());
  for (const char* sql : {"UPDATE octroi.consents SET state = 1", "DELETE FROM octroi.consents",
                          "TRUNCATE octroi.consents CASCADE", "DELETE FROM octroi.configs"}) {
    EXPECT_EQ(CodeOf(owner, Name(tenant), sql), "23001") << sql;  // append-only for everybody
  }
}

TEST_F(PostgresGate, OnlyTheSchemaThatItKnowsAndARoleThatIsBound) {
  struct Row {
    const char* what;
    std::string connection;
    const char* before;
    const char* after;
    const char* says;
  };
  constexpr const char* kOneMore =
      "INSERT INTO octroi.schema_version (version) SELECT max(version) + 1 "
      "FROM octroi.schema_version";
  constexpr const char* kOneLess =
      "DELETE FROM octroi.schema_version WHERE version = "
      "(SELECT max(version) FROM octroi.schema_version)";
  const Row rows[] = {
      {"no schema", server_.Admin(), "", "", "run `octroi migrate`"},
      {"older", server_.Gateway(), kOneLess, kOneMore, "run `octroi migrate`"},
      {"newer", server_.Gateway(), kOneMore, kOneLess, "use the newer octroi"},
      {"owner", server_.Owner(), "", "", "role of its own"},
      {"superuser", server_.Admin() + " dbname=octroi", "", "", "role of its own"},
      {"no connection string", "host", "", "", "cannot be read"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    pqxx::connection admin(server_.Admin() + " dbname=octroi");
    pqxx::nontransaction work(admin);
    if (*row.before != '\0') work.exec(row.before);
    const auto opened = store_postgres::Open({row.connection, "tenant-x"});
    if (*row.after != '\0') work.exec(row.after);
    ASSERT_TRUE(IsError(opened, ErrorCode::kInvalid));
    EXPECT_NE(opened.error().detail.find(row.says), std::string::npos) << opened.error().detail;
  }
  server_.MigrateSchema();  // again: nothing to do
  EXPECT_TRUE(IsOk(store_postgres::Open({server_.Gateway(), "tenant-x"})));
}

TEST(PostgresConnection, IsHardened) {
  struct Row {
    const char* given;
    bool verified;
  };
  const Row rows[] = {
      {"host=127.0.0.1 dbname=a user=b", false},
      {"host=/run/postgresql dbname=a", false},
      {"dbname=a", false},
      {"host=db.example.org dbname=a password='it\\'s \\\\ odd'", true},
      {"postgresql://u:p%20w@db.example.org/a", true},
      {"host=db.example.org sslmode=require dbname=a", false},
  };
  for (const Row& row : rows) {
    const auto hardened = store_postgres::HardenedConnection(row.given);
    ASSERT_TRUE(IsOk(hardened)) << row.given;
    EXPECT_EQ(hardened->find("sslmode=verify-full") != std::string::npos, row.verified)
        << row.given;
    EXPECT_NE(hardened->find("tcp_user_timeout=2000"), std::string::npos);
  }
}

}  // namespace
}  // namespace octroi::testing
