#include "store_sqlite/archive_tables.h"

namespace octroi::store_sqlite {
namespace {

constexpr std::string_view kArchive = "store.archive";

base::Result<std::optional<store::ArchivedConfig>> OneConfig(Connection& db, Run& run) {
  const int result = run.Step();
  if (result == SQLITE_DONE) return std::optional<store::ArchivedConfig>();
  if (result != SQLITE_ROW) return db.Fail(result, "store.config");
  store::ArchivedConfig config;
  config.plan = static_cast<std::uint32_t>(run.Int(0));
  config.digest = run.String(1);
  config.since = run.Int(2);
  config.files = run.String(3);
  config.names = run.String(4);
  return std::optional(std::move(config));
}

}  // namespace

base::Status ArchiveWriter::Prepare(Connection& db) {
  base::Status done = db.Prepare(digest_, "SELECT digest FROM configs WHERE plan = ?1");
  if (done) {
    done = db.Prepare(
        insert_,
        "INSERT INTO configs (plan, digest, since, files, names) VALUES (?1, ?2, ?3, ?4, ?5)");
  }
  if (done) {
    done = db.Prepare(set_,
                      "INSERT INTO meta (key, value) VALUES (?1, ?2) "
                      "ON CONFLICT (key) DO UPDATE SET value = excluded.value");
  }
  return done;
}

base::Status ArchiveWriter::Archive(Connection& db, const store::ArchivedConfig& config) {
  if (config.digest.size() != 32) {
    return base::Error{base::ErrorCode::kInvalid, kArchive, "`digest` is not 32 bytes"};
  }
  {
    Run run(digest_);
    const int result = run.Int(1, config.plan).Step();
    if (result == SQLITE_ROW) {
      if (run.View(0) == config.digest) return base::Ok();
      return base::Error{base::ErrorCode::kInvalid, kArchive,
                         "`plan` is archived with another digest"};
    }
    if (result != SQLITE_DONE) return db.Fail(result, kArchive);
  }
  Run run(insert_);
  run.Int(1, config.plan).Bytes(2, config.digest).Int(3, config.since).Bytes(4, config.files);
  const int result = run.Text(5, config.names).Step();
  return result == SQLITE_DONE ? base::Ok() : base::Status(db.Fail(result, kArchive));
}

base::Status ArchiveWriter::Set(Connection& db, std::string_view key, std::string_view value) {
  Run run(set_);
  const int result = run.Text(1, key).Bytes(2, value).Step();
  return result == SQLITE_DONE ? base::Ok() : base::Status(db.Fail(result, "store.set"));
}

base::Status ArchiveReader::Prepare(Connection& db) {
  base::Status done =
      db.Prepare(by_plan_, "SELECT plan, digest, since, files, names FROM configs WHERE plan = ?1");
  if (done) {
    done = db.Prepare(latest_,
                      "SELECT plan, digest, since, files, names FROM configs "
                      "ORDER BY plan DESC LIMIT 1");
  }
  if (done) done = db.Prepare(get_, "SELECT value FROM meta WHERE key = ?1");
  return done;
}

base::Result<std::optional<store::ArchivedConfig>> ArchiveReader::ByPlan(Connection& db,
                                                                         std::uint32_t plan) {
  Run run(by_plan_);
  run.Int(1, plan);
  return OneConfig(db, run);
}

base::Result<std::optional<store::ArchivedConfig>> ArchiveReader::Latest(Connection& db) {
  Run run(latest_);
  return OneConfig(db, run);
}

base::Result<std::optional<std::string>> ArchiveReader::Get(Connection& db, std::string_view key) {
  Run run(get_);
  const int result = run.Text(1, key).Step();
  if (result == SQLITE_ROW) return std::optional(run.String(0));
  if (result != SQLITE_DONE) return db.Fail(result, "store.get");
  return std::optional<std::string>();
}

}  // namespace octroi::store_sqlite
