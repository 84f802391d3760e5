#include "store_sqlite/flow_reader.h"

#include <algorithm>
#include <limits>

#include "store/event_chunk.h"
#include "store/projection.h"

namespace octroi::store_sqlite {
namespace {

constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

std::int64_t Clamped(std::uint64_t value) {
  return static_cast<std::int64_t>(std::min(value, kMax));
}

template <class Each>
base::Status EachRow(Connection& db, Run& run, std::string_view where, Each&& each) {
  int result = SQLITE_ROW;
  while ((result = run.Step()) == SQLITE_ROW) each();
  return result == SQLITE_DONE ? base::Ok() : base::Status(db.Fail(result, where));
}

store::Totals::Why WhyOf(const Run& run) {
  return {static_cast<std::uint16_t>(run.Int(1)), static_cast<base::Outcome>(run.Int(2)),
          static_cast<base::Reason>(run.Int(3))};
}

}  // namespace

base::Status FlowReader::Prepare(Connection& db) {
  struct Text {
    Statement& statement;
    const char* sql;
  };
  const Text all[] = {
      {through_, "SELECT through FROM projection"},
      {find_,
       "SELECT first, events, (SELECT states FROM delivery_chunks d WHERE d.first = e.first) "
       "FROM event_chunks e WHERE first <= ?1 ORDER BY first DESC LIMIT 1"},
      {page_,
       "SELECT first, events, (SELECT states FROM delivery_chunks d WHERE d.first = e.first) "
       "FROM event_chunks e WHERE first >= (SELECT coalesce(max(first), 0) FROM event_chunks WHERE "
       "first <= ?1) ORDER BY first LIMIT 2"},
      {event_counts_, "SELECT plan, place, outcome, reason, n FROM event_counts"},
      {delivery_counts_, "SELECT plan, place, outcome, reason, n FROM delivery_counts"},
      {rules_, "SELECT hour, source, contract, rule, evaluated, failed, repaired FROM rule_counts"},
      {attention_,
       "SELECT seq, destination, outcome, reason, at, plan, source FROM attention "
       "ORDER BY at DESC, seq DESC, destination DESC LIMIT ?1"},
      {kept_, "SELECT EXISTS (SELECT 1 FROM attention WHERE seq BETWEEN ?1 AND ?2 AND at > ?3)"},
  };
  for (const Text& text : all) {
    if (base::Status done = db.Prepare(text.statement, text.sql); !done) return done;
  }
  return quality_.Prepare(db);
}

base::Result<std::uint64_t> FlowReader::Through(Connection& db) {
  Run run(through_);
  const int result = run.Step();
  if (result != SQLITE_ROW) return db.Fail(result, "store.projected_through");
  return static_cast<std::uint64_t>(run.Int(0));
}

base::Result<std::optional<store::EventRow>> FlowReader::Find(Connection& db,
                                                              std::uint64_t sequence) {
  if (sequence > kMax) return std::optional<store::EventRow>();
  Run run(find_);
  const int result = run.Int(1, static_cast<std::int64_t>(sequence)).Step();
  if (result == SQLITE_DONE) return std::optional<store::EventRow>();
  if (result != SQLITE_ROW) return db.Fail(result, "store.find");
  const auto first = static_cast<std::uint64_t>(run.Int(0));
  auto event = store::UnpackEvent(first, run.View(1), sequence);
  if (!event || !*event) return event;
  const base::Status read = store::ReadDeliveries(first, run.View(2), **event);
  if (!read) return read.error();
  return event;
}

// The chunk that holds the sequence may end before it: then the next one is the page.
base::Result<std::vector<store::EventRow>> FlowReader::Page(Connection& db,
                                                            std::uint64_t sequence) {
  std::vector<store::EventRow> page;
  if (sequence > kMax) return page;
  Run run(page_);
  run.Int(1, static_cast<std::int64_t>(sequence));
  while (page.empty()) {
    const int result = run.Step();
    if (result == SQLITE_DONE) break;
    if (result != SQLITE_ROW) return db.Fail(result, "store.page");
    auto events = store::UnpackFrom(static_cast<std::uint64_t>(run.Int(0)), run.View(1),
                                    run.View(2), sequence);
    if (!events) return events.error();
    page = std::move(*events);
  }
  return page;
}

base::Status FlowReader::SumByPlan(Connection& db, std::map<std::uint32_t, store::Totals>& plans) {
  constexpr std::string_view where = "store.sum";
  Run events(event_counts_);
  base::Status done = EachRow(db, events, where, [&] {
    store::CountEvents(plans[static_cast<std::uint32_t>(events.Int(0))], WhyOf(events),
                       static_cast<std::uint64_t>(events.Int(4)));
  });
  if (!done) return done;
  Run deliveries(delivery_counts_);
  done = EachRow(db, deliveries, where, [&] {
    store::CountDeliveries(plans[static_cast<std::uint32_t>(deliveries.Int(0))], WhyOf(deliveries),
                           static_cast<std::uint64_t>(deliveries.Int(4)));
  });
  for (auto& [plan, totals] : plans) store::OfferAccepted(totals);
  return done;
}

base::Result<std::map<store::RuleKey, store::RuleCount>> FlowReader::Rules(Connection& db) {
  std::map<store::RuleKey, store::RuleCount> rules;
  Run run(rules_);
  base::Status done = EachRow(db, run, "store.rules", [&] {
    rules[{run.Int(0), run.String(1), run.String(2), run.String(3)}] = {
        static_cast<std::uint64_t>(run.Int(4)), static_cast<std::uint64_t>(run.Int(5)),
        static_cast<std::uint64_t>(run.Int(6))};
  });
  if (!done) return done.error();
  return rules;
}

base::Result<std::vector<store::Attention>> FlowReader::NeedAttention(Connection& db,
                                                                      std::size_t limit) {
  std::vector<store::Attention> found;
  Run run(attention_);
  run.Int(1, Clamped(limit));
  base::Status done = EachRow(db, run, "store.need_attention", [&] {
    found.push_back({.sequence = static_cast<std::uint64_t>(run.Int(0)),
                     .destination = static_cast<std::uint16_t>(run.Int(1)),
                     .outcome = static_cast<base::Outcome>(run.Int(2)),
                     .reason = static_cast<base::Reason>(run.Int(3)),
                     .at = run.Int(4),
                     .plan = static_cast<std::uint32_t>(run.Int(5)),
                     .source = static_cast<std::uint16_t>(run.Int(6))});
  });
  if (!done) return done.error();
  return found;
}

base::Result<bool> FlowReader::AnyKept(Connection& db, std::uint64_t first, std::uint64_t last,
                                       base::Millis since) {
  Run run(kept_);
  const int result = run.Int(1, Clamped(first)).Int(2, Clamped(last)).Int(3, since).Step();
  if (result != SQLITE_ROW) return db.Fail(result, "store.any_kept");
  return run.Int(0) != 0;
}

}  // namespace octroi::store_sqlite
