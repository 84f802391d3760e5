#include "gateway/sender/sql_sender.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/log.h"
#include "gateway/sender/postgres_link.h"

namespace octroi::gateway {
namespace {

using Answer = PostgresLink::Answer;

// Names hold letters, digits and underscores: config says so.
std::string Quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

std::string QuotedTable(std::string_view table) {
  const std::size_t dot = table.find('.');
  return Quoted(table.substr(0, dot)) + "." + Quoted(table.substr(dot + 1));
}

// The server turns each event into a row of the table's own types; a member that is absent is NULL.
std::string InsertInto(const SqlPlan& sql) {
  const std::string table = QuotedTable(sql.table);
  std::string columns = Quoted("event_id"), values = "e.id", rows;
  for (const std::string& column : sql.columns) {
    columns += "," + Quoted(column);
    values += ",r." + Quoted(column);
  }
  if (sql.columns.empty()) {
    columns += "," + Quoted("payload");
    values += ",e.doc";
  } else {
    rows = ", LATERAL jsonb_populate_record(NULL::" + table + ", e.doc) AS r";
  }
  return "INSERT INTO " + table + " (" + columns + ") SELECT " + values +
         " FROM unnest($1::text[], $2::jsonb[]) WITH ORDINALITY AS e(id, doc, n)" + rows +
         " ORDER BY e.n ON CONFLICT (" + Quoted("event_id") + ") DO NOTHING";
}

void AppendElement(std::string_view text, std::string& array) {
  array += array.size() == 1 ? "\"" : ",\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') array += '\\';
    array += c;
  }
  array += '"';
}

class SqlSender final : public Sender {
 public:
  SqlSender(const DestinationPlan& destination, const base::Clock& clock,
            std::unique_ptr<Resolver> resolver)
      : id_(destination.id),
        within_(destination.answer_within),
        create_(CreateTable(*destination.sql)),
        insert_(InsertInto(*destination.sql)),
        ask_("SELECT " + Quoted("event_id") + " FROM " + QuotedTable(destination.sql->table) +
             " WHERE " + Quoted("event_id") + " = ANY ($1::text[])"),
        clock_(clock),
        resolver_(std::move(resolver)),
        link_(PostgresLink::For(destination.secret ? destination.secret->bytes : std::string(),
                                destination.allow_private_address, destination.answer_within)) {}

 private:
  Receipt DoSend(const policies::ProtectedBatch& batch, SendStart& start) override {
    const std::int64_t until = clock_.BootNowNanos() + within_ * 1'000'000;
    if (!Open(until)) return {};
    std::array<std::string, 2> rows{"{", "{"};
    for (std::size_t i = 0; i < batch.count(); ++i) {
      AppendElement(batch.id(i), rows[0]);
      AppendElement(batch.event(i), rows[1]);
    }
    for (std::string& array : rows) array += '}';
    const Answer answer = link_->Run(insert_.c_str(), rows, &start, clock_, until);
    switch (answer.kind) {
      case Answer::Kind::kDone:
        return {Receipt::Kind::kDelivered, 0, {}};
      case Answer::Kind::kNotStarted:
        return {Receipt::Kind::kNotStarted, 0, {}};
      case Answer::Kind::kRefused:
        return Refused(answer.state);
      case Answer::Kind::kLost:
        break;
    }
    if (!AllThere(rows[0], batch.count(), until)) return {};
    return {Receipt::Kind::kDelivered, 0, {}};
  }

  bool Open(std::int64_t until) {
    if (!link_) return Said("sender.connection_refused", link_.error().detail);
    const auto opened = link_->Open(*resolver_, clock_, until);
    if (opened) return true;
    return Said(opened.error().code == base::ErrorCode::kInvalid
                    ? base::Id("sender.address_refused")
                    : base::Id("sender.not_connected"),
                opened.error().detail);
  }

  bool Said(base::Id what, const std::string& detail) const {
    base::Log::Warn(
        what, {{"destination", base::Id::OfConfig(id_)}, {"what", base::Id::OfConfig(detail)}});
    return false;
  }

  Receipt Refused(const std::string& state) const {
    const SqlRefusal refusal = SqlRefusalOf(state);
    if (refusal == SqlRefusal::kTable) {
      base::Log::Warn("sender.table_unfit", {{"destination", base::Id::OfConfig(id_)},
                                             {"sqlstate", base::Id::OfConfig(state)},
                                             {"run", base::Id::OfConfig(create_)}});
    } else {
      base::Log::Warn("sender.sql_refused", {{"destination", base::Id::OfConfig(id_)},
                                             {"sqlstate", base::Id::OfConfig(state)}});
    }
    return {refusal == SqlRefusal::kRow ? Receipt::Kind::kRefused : Receipt::Kind::kRetry, 0, {}};
  }

  // A batch is there whole or not at all. That it is not there yet proves nothing: its backend may
  // still be at it.
  bool AllThere(const std::string& ids, std::size_t count, std::int64_t until) {
    if (!link_->Open(*resolver_, clock_, until)) return false;
    const Answer answer = link_->Run(ask_.c_str(), {&ids, 1}, nullptr, clock_, until);
    return answer.kind == Answer::Kind::kDone && answer.rows.size() == count;
  }

  const std::string id_;
  const base::Millis within_;
  const std::string create_, insert_, ask_;
  const base::Clock& clock_;
  const std::unique_ptr<Resolver> resolver_;
  base::Result<PostgresLink> link_;
};

}  // namespace

SqlRefusal SqlRefusalOf(std::string_view state) {
  if (state.size() != 5) return SqlRefusal::kLater;
  // Data, integrity, a view's check, what a trigger raised, more than an index takes.
  constexpr std::array<std::string_view, 5> kRow = {"22", "23", "44", "P0", "54"};
  // Access rule violations and undefined names; no such schema, no such database, wrong password.
  constexpr std::array<std::string_view, 4> kTable = {"42", "3F", "3D", "28"};
  const auto is = [&](std::string_view one) { return state.starts_with(one); };
  if (std::ranges::any_of(kRow, is)) return SqlRefusal::kRow;
  return std::ranges::any_of(kTable, is) ? SqlRefusal::kTable : SqlRefusal::kLater;
}

std::string CreateTable(const SqlPlan& sql) {
  std::string text = "CREATE TABLE " + QuotedTable(sql.table) + " (" + Quoted("event_id") +
                     " text PRIMARY KEY, " + Quoted("received_at") +
                     " timestamptz NOT NULL DEFAULT now()";
  for (const std::string& column : sql.columns) {
    if (column != "received_at") text += ", " + Quoted(column) + " text";
  }
  if (sql.columns.empty()) text += ", " + Quoted("payload") + " jsonb NOT NULL";
  return text + ")";
}

std::unique_ptr<Sender> MakeSqlSender(const DestinationPlan& destination, const base::Clock& clock,
                                      std::unique_ptr<Resolver> resolver) {
  return std::make_unique<SqlSender>(destination, clock, std::move(resolver));
}

}  // namespace octroi::gateway
