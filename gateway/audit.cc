#include "gateway/audit.h"

#include <algorithm>
#include <limits>
#include <map>

#include "store/event_walk.h"

namespace octroi::gateway {
namespace {

constexpr std::uint64_t kSlice = 50'000;  // records between two looks at the store
constexpr int kRounds = 20;               // of asking again about what changed meanwhile

// One pass over the journal after another, until every event was in one.
class Passes {
 public:
  Passes(const journal::Journal& journal, store::FlowStore& store, Auditor& auditor)
      : journal_(journal), store_(store), auditor_(auditor) {}

  base::Result<std::uint64_t> Run() {  // through which sequence
    std::uint64_t from = std::numeric_limits<std::uint64_t>::max();
    for (const journal::SegmentInfo& segment : journal_.Segments()) {
      if (!segment.payload) from = std::min(from, segment.first_sequence);
    }
    const auto last = store_.ProjectedThrough();
    if (!last) return last.error();
    while (from <= *last) {
      auditor_.Begin(from);
      through_ = from - 1;
      if (auto read = ReadTo(*last); !read) return read.error();
      auditor_.End(*last + 1);
      if (auto settled = SettleRest(); !settled) return settled.error();
      from = auditor_.end();
    }
    return std::max(through_, *last);
  }

 private:
  using Found = std::vector<Discrepancy>;

  base::Status ReadTo(std::uint64_t last) {
    while (through_ < last) {
      const std::uint64_t until = std::min(last, through_ + kSlice);
      auto read = journal_.Read(through_ + 1, until, [&](std::uint64_t s, std::string_view record) {
        auditor_.Take(s, record);
      });
      if (!read) return read;
      through_ = until;
      if (auto settled = SettleFinal(); !settled) return settled;
    }
    return base::Ok();
  }

  // What is final in what the store has projected is final there too.
  base::Status SettleFinal() {
    store::EventWalk walk(store_);
    for (const std::uint64_t sequence : auditor_.Final()) {
      const auto row = walk.At(sequence);
      if (!row) return row.error();
      auditor_.Settle(sequence, auditor_.Compare(sequence, *row));
    }
    return base::Ok();
  }

  // What can still change may be ahead in the store: the journal is read on before it is named.
  base::Status SettleRest() {
    std::map<std::uint64_t, Found> differing;
    for (const std::uint64_t sequence : auditor_.Open()) differing[sequence];
    for (int round = 0; round < kRounds; ++round) {
      if (auto compared = CompareAgain(differing); !compared) return compared;
      // Nothing new was projected since: what differs now differs for good.
      const auto now = store_.ProjectedThrough();
      if (!now) return now.error();
      if (differing.empty() || *now == through_) break;
      if (auto read = ReadTo(*now); !read) return read;
    }
    for (const std::uint64_t sequence : auditor_.Open()) {
      const auto found = differing.find(sequence);
      auditor_.Settle(sequence, found == differing.end() ? Found() : found->second);
    }
    return base::Ok();
  }

  // Leaves those that differ, and are not settled meanwhile.
  base::Status CompareAgain(std::map<std::uint64_t, Found>& differing) {
    store::EventWalk walk(store_);
    std::map<std::uint64_t, Found> still;
    for (const std::uint64_t sequence : auditor_.Open()) {
      if (!differing.contains(sequence)) continue;
      const auto row = walk.At(sequence);
      if (!row) return row.error();
      auto found = auditor_.Compare(sequence, *row);
      if (!found.empty()) still.emplace_hint(still.end(), sequence, std::move(found));
    }
    differing = std::move(still);
    return base::Ok();
  }

  const journal::Journal& journal_;
  store::FlowStore& store_;
  Auditor& auditor_;
  std::uint64_t through_ = 0;  // so far the journal was read
};

}  // namespace

base::Result<AuditReport> Audit(const journal::Journal& journal, store::FlowStore& store,
                                Auditor auditor) {
  const auto through = Passes(journal, store, auditor).Run();
  if (!through) return through.error();
  AuditReport report = auditor.Conclude();
  report.through = *through;
  return report;
}

}  // namespace octroi::gateway
