// SqlSender: events as rows of a PostgreSQL table, each there once (docs/FORMATS.md, "Tables").
//
// A batch is one INSERT, so one transaction; its rows are keyed by the events' outgoing ids, and
// one that is there already is left alone: a batch that comes again, whole or in part, has no
// second effect. What the server did not answer is settled by asking it for the ids, while there is
// time, and else by the next attempt.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/plan.h"
#include "gateway/sender.h"
#include "gateway/sender/resolver.h"

namespace octroi::gateway {

// Uses destination.sql and its secret, the connection string. `clock` must outlive it.
std::unique_ptr<Sender> MakeSqlSender(const DestinationPlan& destination, const base::Clock& clock,
                                      std::unique_ptr<Resolver> resolver);

// What an SQLSTATE means for a batch.
enum class SqlRefusal {
  kRow,    // about a value: no retry will change it
  kTable,  // the table, or our rights, are not what config says: until somebody mends it
  kLater,  // anything else, or nothing
};
SqlRefusal SqlRefusalOf(std::string_view state);

// What makes the table that such a destination writes to: one statement.
std::string CreateTable(const SqlPlan& sql);

}  // namespace octroi::gateway
