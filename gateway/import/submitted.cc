#include "gateway/import/submitted.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/limits.h"

namespace octroi::gateway::import {
namespace {

using Json = nlohmann::ordered_json;

constexpr base::Millis kClocksMayDiffer = 86'400'000;  // or were set meanwhile

// The records of one request: the first says its key, the others follow it.
class Search {
 public:
  Search(const journal::Fingerprint& key, std::uint16_t source, std::uint64_t events)
      : key_(key), source_(source), left_(events) {}

  void Take(std::uint64_t sequence, std::string_view bytes) {
    if (sequence == 0 || (found_ && left_ == 0)) return;
    const auto kind = journal::KindOf(bytes);
    if (!kind || *kind != journal::RecordKind::kEvent || !Decode(bytes, record_)) {
      if (found_) left_ = 0;
      return;
    }
    if (!found_) found_ = record_.source == source_ && Named();
    if (!found_) return;
    --left_;
    items_.push_back({sequence, record_.outcome, record_.reason});
  }

  struct Item {
    std::uint64_t sequence = 0;
    base::Outcome outcome = base::Outcome::kUndecided;
    base::Reason reason = base::Reason::kUndecided;
  };
  bool found() const { return found_; }
  const std::vector<Item>& items() const { return items_; }

 private:
  bool Named() const {
    return std::ranges::any_of(record_.unique, [&](const journal::EventRecord::Unique& one) {
      return one.rule == base::Reason::kDuplicateRequest && one.key == key_;
    });
  }

  const journal::Fingerprint key_;
  const std::uint16_t source_;
  std::uint64_t left_;
  bool found_ = false;
  journal::EventRecord record_;
  std::vector<Item> items_;
};

struct From {
  std::uint64_t sequence = 0;
  bool whole = false;  // nothing since then was removed
};

// The last segment that was begun before then, and those after it, have what came since.
From Begin(const journal::Journal& journal, base::Millis since) {
  std::uint64_t earliest = std::numeric_limits<std::uint64_t>::max(), before = 0;
  for (const journal::SegmentInfo& segment : journal.Segments()) {
    if (segment.payload) continue;
    earliest = std::min(earliest, segment.first_sequence);
    if (segment.created <= since - kClocksMayDiffer)
      before = std::max(before, segment.first_sequence);
  }
  return {std::max(earliest, before), earliest <= 1 || before != 0};
}

}  // namespace

std::string FindSubmitted(const journal::Journal& journal, const GateKeys& keys, const Plan& plan,
                          const Submission& submission) {
  const SourcePlan* source = plan.SourceById(submission.source);
  if (source == nullptr) return R"({"error":"source.unknown"})";
  Search search(RequestPrintOf(keys.dedup, submission.source, submission.key),
                static_cast<std::uint16_t>(source - plan.sources.data()), submission.events);
  const From from = Begin(journal, submission.since);
  const auto read = journal.Read(
      from.sequence, journal.durable_through(),
      [&](std::uint64_t sequence, std::string_view record) { search.Take(sequence, record); });
  if (!read) return R"({"error":"store.unavailable"})";
  Json json{{"found", search.found()}, {"origin", journal.origin()}};
  if (!search.found()) {
    const bool known = submission.since == 0 || from.whole;
    return known ? json.dump() : R"({"error":"import.journal_gone"})";
  }
  Json& items = json["items"] = Json::array();
  for (const Search::Item& item : search.items()) {
    items.push_back({{"id", journal.origin() + "." + std::to_string(item.sequence)},
                     {"outcome", base::Name(item.outcome)},
                     {"reason", plan.ReasonName(item.reason)}});
  }
  return json.dump();
}

std::string FindSubmitted(const journal::Journal& journal, const GateKeys& keys, const Plan& plan,
                          std::string_view order) {
  const auto read = nlohmann::json::parse(order, nullptr, /*allow_exceptions=*/false);
  if (!read.is_object()) return R"({"error":"request.invalid"})";
  const Submission submission{read.value("source", ""), read.value("key", ""),
                              read.value("events", std::uint64_t{0}),
                              read.value("since", base::Millis{0})};
  if (submission.key.empty() || submission.events == 0 ||
      submission.events > base::kEventsPerRequestMax)
    return R"({"error":"request.invalid"})";
  return FindSubmitted(journal, keys, plan, submission);
}

}  // namespace octroi::gateway::import
