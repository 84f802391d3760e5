// The schema: numbered SQL files (db/migrations/) embedded into the program, and the gate that
// applies them.
#pragma once

#include <span>

#include "base/result.h"
#include "store_sqlite/connection.h"

namespace octroi::store_sqlite {

std::span<const char* const>
Migrations();  // number n is at n - 1; made by db/migrations/embed.cmake

// kInvalid: another program's database, or of a newer schema; the detail says what to do. Reads
// only.
base::Status CheckOurs(Connection& db);
// Brings the schema up to date, one transaction per migration. CheckOurs passed before.
base::Status Migrate(Connection& db);
// kInvalid: older than this program; read-only users cannot migrate.
base::Status CheckCurrent(Connection& db);

}  // namespace octroi::store_sqlite
