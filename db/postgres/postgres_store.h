// The store on PostgreSQL (libpqxx): for production, shared by gateways. reliability.md D says what
// libpqxx and libpq must not be left to do; session.h does it.
//
// Four connections, so that a withdrawal never waits for a projection, nor the lease for a reader:
// consents and configs, the flow projection, reading, and what other gateways recorded.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace octroi::store_postgres {

struct Options {
  std::string connection;  // libpq connection string of the gateway's role; never printed
  std::string tenant;      // row-level security shows no other tenant's rows
};

// kUnavailable: the server does not answer (noticed within 2.5 s). kInvalid: the connection string
// cannot be read, the schema is missing, older or newer, or the role may do too much: the detail
// says what to do. Later calls: kUnavailable within 2.5 s while the server is down; the connection
// comes back by itself.
base::Result<std::unique_ptr<store::Store>> Open(const Options& options);

// As the owner of the schema: creates it or brings it up to date, and grants the role that
// `gateway` logs in as what it needs. Errors as Open's.
base::Status Migrate(const std::string& owner, const std::string& gateway);

}  // namespace octroi::store_postgres
