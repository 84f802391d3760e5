// The schema on PostgreSQL: numbered SQL files (db/migrations/postgres/) embedded into the program,
// the owner's command that applies them, and the gate that the gateway's role must pass.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "store_postgres/session.h"

namespace octroi::store_postgres {

std::span<const char* const>
Migrations();  // number n is at n - 1; made by db/migrations/embed.cmake

// As the owner: creates the schema, brings it up to date (one transaction a migration, one migrator
// at a time) and grants `role` what the gateway needs and no more. kInvalid: a newer schema.
base::Status Migrate(Session& owner, const std::string& role);
// The role that a connection logs in as.
base::Result<std::string> RoleOf(Session& session);
// kInvalid, saying what to do: no schema, an older or a newer one, or a role that may do more than
// the gateway needs (superuser, BYPASSRLS, owner of a table): row-level security would not bind it.
base::Status CheckGate(Session& session);

}  // namespace octroi::store_postgres
