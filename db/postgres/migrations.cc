#include "store_postgres/migrations.h"

namespace octroi::store_postgres {
namespace {

constexpr std::string_view kWhere = "store.open";
constexpr base::Millis kMigrationMs = 600'000;  // an index over a full table takes its time

// What the gateway's role may do. Consents and configs: read and append, never change.
constexpr const char* kGrants[] = {
    "GRANT USAGE ON SCHEMA octroi TO ",
    "GRANT SELECT ON octroi.schema_version TO ",
    "GRANT SELECT, INSERT ON octroi.consents, octroi.consent_subjects, octroi.configs, "
    "octroi.breaches TO ",
    "GRANT SELECT, INSERT, DELETE ON octroi.tokens TO ",
    "GRANT SELECT, INSERT, UPDATE ON octroi.generations, octroi.projections TO ",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON octroi.meta, octroi.event_chunks, "
    "octroi.delivery_chunks, octroi.attention, octroi.event_counts, octroi.delivery_counts, "
    "octroi.rule_counts, octroi.tasks, octroi.quality_counts, octroi.quality_people TO ",
};

constexpr Sql kVersion = {"schema_version",
                          "SELECT coalesce(max(version), 0) FROM octroi.schema_version"};
constexpr Sql kSchema = {"schema_there", "SELECT to_regclass('octroi.schema_version') IS NOT NULL"};
constexpr Sql kRights = {
    "role_rights",
    "SELECT r.rolsuper OR r.rolbypassrls OR EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n "
    "ON n.oid = c.relnamespace WHERE n.nspname = 'octroi' AND c.relkind = 'r' AND "
    "pg_has_role(r.oid, c.relowner, 'MEMBER')) FROM pg_roles r WHERE r.rolname = current_user"};

base::Error Refuse(std::string detail) {
  return base::Error{base::ErrorCode::kInvalid, kWhere, std::move(detail)};
}

std::string Versions(std::int64_t there) {
  return "the schema on postgresql is number " + std::to_string(there) + ", this program knows " +
         std::to_string(Migrations().size());
}

base::Status Prepare(Tx& tx) {
  tx.Execute("SELECT pg_advisory_xact_lock(hashtext('octroi/migrate'))");
  tx.Execute("CREATE SCHEMA IF NOT EXISTS octroi");
  tx.Execute(
      "CREATE TABLE IF NOT EXISTS octroi.schema_version (version integer PRIMARY KEY, "
      "applied_at timestamptz NOT NULL DEFAULT now())");
  return base::Ok();
}

// Applies the next migration; `left` is whether another follows.
base::Status ApplyNext(Tx& tx, bool& left) {
  tx.Execute("SELECT pg_advisory_xact_lock(hashtext('octroi/migrate'))");
  const auto version = tx.Run(kVersion)[0][0].as<std::int64_t>();
  const auto known = static_cast<std::int64_t>(Migrations().size());
  if (version > known) return Refuse(Versions(version) + ": use the newer octroi");
  left = version + 1 < known;
  if (version == known) return base::Ok();
  tx.Execute("SET LOCAL statement_timeout = 0");
  tx.Execute(Migrations()[static_cast<std::size_t>(version)]);
  tx.Execute("INSERT INTO octroi.schema_version (version) VALUES (" + std::to_string(version + 1) +
             ")");
  return base::Ok();
}

std::string Quoted(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

}  // namespace

base::Status Migrate(Session& owner, const std::string& role) {
  base::Status done = owner.Transact(kWhere, Prepare, kMigrationMs);
  for (bool left = true; done && left;) {
    done = owner.Transact(
        kWhere, [&](Tx& tx) { return ApplyNext(tx, left); }, kMigrationMs);
  }
  if (!done) return done;
  return owner.Transact(kWhere, [&](Tx& tx) {
    for (const char* grant : kGrants) tx.Execute(grant + Quoted(role));
    return base::Ok();
  });
}

base::Result<std::string> RoleOf(Session& session) {
  std::string role;
  base::Status done = session.Transact(kWhere, [&](Tx& tx) {
    role = tx.Execute("SELECT current_user")[0][0].as<std::string>();
    return base::Ok();
  });
  if (!done) return done.error();
  return role;
}

base::Status CheckGate(Session& session) {
  return session.Transact(kWhere, [](Tx& tx) -> base::Status {
    const auto known = static_cast<std::int64_t>(Migrations().size());
    if (!tx.Run(kSchema)[0][0].as<bool>()) {
      return Refuse("postgresql has no octroi schema yet: run `octroi migrate`");
    }
    const auto version = tx.Run(kVersion)[0][0].as<std::int64_t>();
    if (version < known) return Refuse(Versions(version) + ": run `octroi migrate`");
    if (version > known) return Refuse(Versions(version) + ": use the newer octroi");
    if (!tx.Run(kRights)[0][0].as<bool>()) return base::Ok();
    return Refuse(
        "the gateway's role on postgresql is superuser, BYPASSRLS or owner of the tables: "
        "row-level security does not bind it. Give `storage.postgres.connect` a role of its own "
        "and `storage.postgres.owner` the owner's");
  });
}

}  // namespace octroi::store_postgres
