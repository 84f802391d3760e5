#include "store_postgres/flow_reader.h"

#include <algorithm>
#include <limits>

#include "store/event_chunk.h"
#include "store/projection.h"

namespace octroi::store_postgres {
namespace {

constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

constexpr Sql kThrough = {"flow_through",
                          "SELECT through FROM octroi.projections WHERE origin = octroi.origin()"};
constexpr Sql kFind = {
    "flow_find",
    "SELECT first, events, (SELECT states FROM octroi.delivery_chunks d WHERE d.origin = "
    "octroi.origin() AND d.first = e.first) FROM octroi.event_chunks e WHERE origin = "
    "octroi.origin() AND first <= $1 ORDER BY first DESC LIMIT 1"};
constexpr Sql kPage = {
    "flow_page",
    "SELECT first, events, (SELECT states FROM octroi.delivery_chunks d WHERE d.origin = "
    "octroi.origin() AND d.first = e.first) FROM octroi.event_chunks e WHERE origin = "
    "octroi.origin() AND first >= (SELECT coalesce(max(first), 0) FROM octroi.event_chunks WHERE "
    "origin = octroi.origin() AND first <= $1) ORDER BY first LIMIT 2"};
constexpr Sql kSum = {"flow_sum",  // one statement, so that both come from one moment
                      "SELECT true, plan, place, outcome, reason, n FROM octroi.event_counts "
                      "WHERE origin = octroi.origin() UNION ALL SELECT false, plan, place, "
                      "outcome, reason, n FROM octroi.delivery_counts WHERE origin = "
                      "octroi.origin()"};
constexpr Sql kRules = {"flow_rules",
                        "SELECT hour, source, contract, rule, evaluated, failed, repaired FROM "
                        "octroi.rule_counts WHERE origin = octroi.origin()"};
constexpr Sql kAttention = {"flow_attention",
                            "SELECT seq, destination, outcome, reason, at, plan, source FROM "
                            "octroi.attention WHERE origin = octroi.origin() "
                            "ORDER BY at DESC, seq DESC, destination DESC LIMIT $1"};
constexpr Sql kKept = {"flow_kept",
                       "SELECT EXISTS (SELECT 1 FROM octroi.attention WHERE origin = "
                       "octroi.origin() AND seq BETWEEN $1 AND $2 AND at > $3)"};

template <class T>
T Num(const pqxx::row& row, int column) {
  return static_cast<T>(row[column].as<std::int64_t>());
}

std::string StatesOf(const pqxx::field& field) {
  return field.is_null() ? std::string() : pqxx::binarystring(field).str();
}

std::int64_t Clamped(std::uint64_t value) {
  return static_cast<std::int64_t>(std::min(value, kMax));
}

}  // namespace

std::uint64_t ProjectedThrough(Tx& tx) {
  const pqxx::result rows = tx.Run(kThrough);
  return rows.empty() ? 0 : Num<std::uint64_t>(rows[0], 0);
}

base::Result<std::optional<store::EventRow>> FindEvent(Tx& tx, std::uint64_t sequence) {
  if (sequence > kMax) return std::optional<store::EventRow>();
  const pqxx::result rows = tx.Run(kFind, static_cast<std::int64_t>(sequence));
  if (rows.empty()) return std::optional<store::EventRow>();
  const auto first = Num<std::uint64_t>(rows[0], 0);
  auto event = store::UnpackEvent(first, pqxx::binarystring(rows[0][1]).str(), sequence);
  if (!event || !*event) return event;
  if (base::Status read = store::ReadDeliveries(first, StatesOf(rows[0][2]), **event); !read)
    return read.error();
  return event;
}

base::Result<std::vector<store::EventRow>> EventPage(Tx& tx, std::uint64_t sequence) {
  std::vector<store::EventRow> page;
  if (sequence > kMax) return page;
  for (const pqxx::row& row : tx.Run(kPage, static_cast<std::int64_t>(sequence))) {
    auto events = store::UnpackFrom(Num<std::uint64_t>(row, 0), pqxx::binarystring(row[1]).str(),
                                    StatesOf(row[2]), sequence);
    if (!events) return events.error();
    page = std::move(*events);
    if (!page.empty()) break;  // else the chunk ended before it, and the next one is the page
  }
  return page;
}

std::map<std::uint32_t, store::Totals> SumByPlan(Tx& tx) {
  std::map<std::uint32_t, store::Totals> plans;
  for (const pqxx::row& row : tx.Run(kSum)) {
    const store::Totals::Why why = {Num<std::uint16_t>(row, 2), Num<base::Outcome>(row, 3),
                                    Num<base::Reason>(row, 4)};
    const auto count = row[0].as<bool>() ? store::CountEvents : store::CountDeliveries;
    count(plans[Num<std::uint32_t>(row, 1)], why, Num<std::uint64_t>(row, 5));
  }
  for (auto& [plan, totals] : plans) store::OfferAccepted(totals);
  return plans;
}

std::map<store::RuleKey, store::RuleCount> RuleCounts(Tx& tx) {
  std::map<store::RuleKey, store::RuleCount> rules;
  for (const pqxx::row& row : tx.Run(kRules)) {
    rules[{Num<base::Millis>(row, 0), row[1].as<std::string>(), row[2].as<std::string>(),
           row[3].as<std::string>()}] = {Num<std::uint64_t>(row, 4), Num<std::uint64_t>(row, 5),
                                         Num<std::uint64_t>(row, 6)};
  }
  return rules;
}

std::vector<store::Attention> NeedAttention(Tx& tx, std::size_t limit) {
  std::vector<store::Attention> found;
  for (const pqxx::row& row : tx.Run(kAttention, Clamped(limit))) {
    found.push_back({.sequence = Num<std::uint64_t>(row, 0),
                     .destination = Num<std::uint16_t>(row, 1),
                     .outcome = Num<base::Outcome>(row, 2),
                     .reason = Num<base::Reason>(row, 3),
                     .at = Num<base::Millis>(row, 4),
                     .plan = Num<std::uint32_t>(row, 5),
                     .source = Num<std::uint16_t>(row, 6)});
  }
  return found;
}

bool AnyKept(Tx& tx, std::uint64_t first, std::uint64_t last, base::Millis since) {
  return tx.Run(kKept, Clamped(first), Clamped(last), since)[0][0].as<bool>();
}

}  // namespace octroi::store_postgres
