#include "gateway/left_walk.h"

#include <algorithm>

#include "gateway/arrival.h"
#include "journal/records.h"

namespace octroi::gateway {
namespace {

constexpr base::Millis kClocksDifferMs = 86'400'000;

base::Status OfOne(const store::EventRow& row, const journal::EventRecord& record,
                   const std::function<base::Status(const Left&)>& each) {
  for (const store::DeliveryState& state : row.deliveries) {
    const Arrival arrival = ArrivalOf(state);
    if (arrival == Arrival::kNo) continue;
    const auto verdict =
        std::ranges::find(record.verdicts, state.destination, &base::Verdict::destination);
    if (verdict == record.verdicts.end()) continue;
    const Left left{row, record, state, verdict->purposes, arrival == Arrival::kYes};
    if (auto good = each(left); !good) return good;
  }
  return base::Ok();
}

}  // namespace

base::Status EachThatLeft(store::FlowStore& store, std::uint64_t from,
                          const std::function<base::Status(const Left&)>& each) {
  journal::EventRecord record;
  for (std::uint64_t next = from;;) {
    const auto page = store.Page(next);
    if (!page) return page.error();
    if (page->empty()) return base::Ok();
    for (const store::EventRow& row : *page) {
      if (row.deliveries.empty()) continue;
      if (auto good = journal::Decode(row.record, record); !good) return good;
      if (auto good = OfOne(row, record, each); !good) return good;
    }
    next = page->back().sequence + 1;
  }
}

base::Status EachReceived(const journal::Journal& journal, store::FlowStore& store,
                          base::Millis since, base::Millis until,
                          const std::function<base::Status(const store::EventRow&)>& each) {
  std::uint64_t next = 1;
  for (const journal::SegmentInfo& segment : journal.Segments()) {
    if (!segment.payload && segment.created <= since)
      next = std::max<std::uint64_t>(segment.first_sequence, 1);
  }
  while (true) {
    const auto page = store.Page(next);
    if (!page) return page.error();
    if (page->empty()) return base::Ok();
    if (page->front().received - kClocksDifferMs > until) return base::Ok();
    for (const store::EventRow& row : *page) {
      if (row.received < since || row.received >= until) continue;
      if (auto good = each(row); !good) return good;
    }
    next = page->back().sequence + 1;
  }
}

std::uint64_t FirstToldSince(const journal::Journal& journal, base::Millis since) {
  std::uint64_t from = 0;  // of the newest segment that began before then
  for (const journal::SegmentInfo& segment : journal.Segments()) {
    if (!segment.payload && segment.created <= since) from = segment.first_sequence;
  }
  if (from == 0) return 1;
  std::uint64_t first = journal.durable_through() + 1;
  journal::OutcomeRecord outcome;
  const auto read =
      journal.Read(from, journal.durable_through(), [&](std::uint64_t, std::string_view record) {
        const auto kind = journal::KindOf(record);
        if (!kind || *kind != journal::RecordKind::kOutcome || !Decode(record, outcome)) return;
        if (outcome.at >= since && !outcome.events.empty())
          first = std::min(first, outcome.events.front());
      });
  return read ? first : 1;
}

}  // namespace octroi::gateway
