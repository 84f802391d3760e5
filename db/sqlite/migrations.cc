#include "store_sqlite/migrations.h"

#include <string>

namespace octroi::store_sqlite {
namespace {

constexpr std::string_view kWhere = "store.open";
constexpr std::int64_t kApplicationId = 0x4f435452;  // "OCTR"

base::Error Refuse(std::string detail) {
  return base::Error{base::ErrorCode::kInvalid, kWhere, std::move(detail)};
}

base::Status ApplyOne(Connection& db, std::size_t number) {
  return db.Transaction(kWhere, [&]() -> base::Status {
    if (base::Status done = db.Execute(Migrations()[number - 1], kWhere); !done) return done;
    const std::string marks = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                              "; PRAGMA user_version = " + std::to_string(number);
    return db.Execute(marks.c_str(), kWhere);
  });
}

}  // namespace

base::Status CheckOurs(Connection& db) {
  const base::Result<std::int64_t> id = db.Number("PRAGMA application_id", kWhere);
  if (!id) return id.error();
  const base::Result<std::int64_t> version = db.Number("PRAGMA user_version", kWhere);
  if (!version) return version.error();
  const base::Result<std::int64_t> tables = db.Number("SELECT count(*) FROM sqlite_schema", kWhere);
  if (!tables) return tables.error();
  const bool fresh = *id == 0 && *version == 0 && *tables == 0;
  if (*id != kApplicationId && !fresh) {
    return Refuse("`" + db.path() +
                  "` is the database of another program: give the gateway a file of its own");
  }
  const auto known = static_cast<std::int64_t>(Migrations().size());
  if (*version > known) {
    return Refuse("`" + db.path() + "` has schema " + std::to_string(*version) +
                  ", this program knows " + std::to_string(known) +
                  ": use the newer octroi, or restore the copy made before the upgrade");
  }
  return base::Ok();
}

base::Status Migrate(Connection& db) {
  const base::Result<std::int64_t> version = db.Number("PRAGMA user_version", kWhere);
  if (!version) return version.error();
  for (auto number = static_cast<std::size_t>(*version) + 1; number <= Migrations().size();
       ++number) {
    if (base::Status done = ApplyOne(db, number); !done) return done;
  }
  return base::Ok();
}

base::Status CheckCurrent(Connection& db) {
  const base::Result<std::int64_t> version = db.Number("PRAGMA user_version", kWhere);
  if (!version) return version.error();
  if (*version < static_cast<std::int64_t>(Migrations().size())) {
    return Refuse("`" + db.path() + "` has the older schema " + std::to_string(*version) +
                  ": start the gateway once, it brings the schema up to date");
  }
  return base::Ok();
}

}  // namespace octroi::store_sqlite
