#include "gateway/reconcile.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "store/event_walk.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;
using What = Reconciliation::What;

struct Ours {
  std::uint64_t sequence = 0, body_digest = 0;
  base::Outcome outcome = base::Outcome::kUndecided;
};

// Decisions on one source's events, by what an export can be matched with. Remembers what the
// export asks for, and counts the rest.
class Received {
 public:
  Received(std::uint16_t source, base::Millis since) : source_(source), since_(since) {}

  void Want(const ReadEvent& read) {
    if (read.fault.reason != base::Reason::kUndecided) return;
    if (read.message == journal::Fingerprint{}) {
      by_bytes_.try_emplace(read.body_digest);
    } else {
      by_message_.try_emplace(read.message);
    }
  }

  void Take(std::uint64_t sequence, std::string_view bytes) {
    const auto kind = journal::KindOf(bytes);
    if (sequence == 0 || !kind || *kind != journal::RecordKind::kEvent || !Decode(bytes, record_))
      return;
    // A repeat was answered with the first one's id: it is no event of its own.
    if (record_.source != source_ || record_.received < since_ ||
        record_.outcome == base::Outcome::kMerged) {
      return;
    }
    const Ours ours{sequence, record_.body_digest, record_.outcome};
    ++count_;
    if (record_.message == journal::Fingerprint{}) {
      Keep(by_bytes_, record_.body_digest, ours);
    } else {
      Keep(by_message_, record_.message, ours);
    }
  }

  const Ours* Find(const ReadEvent& read) const {
    const Ours& ours = read.message == journal::Fingerprint{} ? by_bytes_.at(read.body_digest)
                                                              : by_message_.at(read.message);
    return ours.sequence == 0 ? nullptr : &ours;
  }
  std::uint64_t count() const { return count_; }

 private:
  template <class Map, class Key>
  static void Keep(Map& wanted, const Key& key, const Ours& ours) {
    const auto found = wanted.find(key);
    if (found != wanted.end() && found->second.sequence == 0) found->second = ours;
  }

  std::uint16_t source_;
  base::Millis since_;
  journal::EventRecord record_;
  std::map<journal::Fingerprint, Ours> by_message_;
  std::map<std::uint64_t, Ours> by_bytes_;
  std::uint64_t count_ = 0;
};

const char* NameOf(What what) {
  switch (what) {
    case What::kMissing:
      return "missing";
    case What::kDiffering:
      return "differing";
    case What::kUnreadable:
      return "unreadable";
    case What::kRepeated:
      break;
  }
  return "repeated";
}

class Comparison {
 public:
  Comparison(const Received& received, Reconciliation& result)
      : received_(received), result_(result) {}

  void Take(const ReadEvent& read) {
    ++result_.exported;
    if (read.fault.reason != base::Reason::kUndecided)
      return Name(What::kUnreadable, result_.unreadable, 0);
    const Ours* ours = received_.Find(read);
    if (ours == nullptr) return Name(What::kMissing, result_.missing, 0);
    if (ours->body_digest != read.body_digest)
      return Name(What::kDiffering, result_.differing, ours->sequence);
    if (!found_.insert(ours->sequence).second)
      return Name(What::kRepeated, result_.repeated, ours->sequence);
    ++result_.found;
    ++result_.outcomes[ours->outcome];
  }
  const std::set<std::uint64_t>& found() const { return found_; }

 private:
  void Name(What what, std::uint64_t& count, std::uint64_t sequence) {
    ++count;
    if (result_.lines.size() < kOddLinesMax)
      result_.lines.push_back({result_.exported, what, sequence});
  }
  const Received& received_;
  Reconciliation& result_;
  std::set<std::uint64_t> found_;
};

base::Status CountDeliveries(store::FlowStore& store, const std::set<std::uint64_t>& found,
                             Reconciliation& result) {
  store::EventWalk walk(store);
  for (const std::uint64_t sequence : found) {
    const auto row = walk.At(sequence);
    if (!row) return row.error();
    if (*row == nullptr) {
      ++result.not_projected;
      continue;
    }
    for (const store::DeliveryState& state : (*row)->deliveries)
      ++result.deliveries[state.destination][state.outcome];
  }
  return base::Ok();
}

Json Counts(const std::map<base::Outcome, std::uint64_t>& counts) {
  Json json = Json::object();
  for (const auto& [outcome, count] : counts) json[std::string(base::Name(outcome))] = count;
  return json;
}

}  // namespace

base::Result<Reconciliation> Reconcile(const journal::Journal& journal, store::FlowStore& store,
                                       const GateKeys& keys, const Plan& plan, std::uint16_t source,
                                       const std::vector<std::string_view>& events,
                                       base::Millis since) {
  EventReader reader(keys);
  const auto for_each = [&](const auto& take) {
    for (std::size_t at = 0; at < events.size(); at += EventReader::kAtOnce) {
      const std::size_t count = std::min(EventReader::kAtOnce, events.size() - at);
      for (const ReadEvent& one :
           reader.Read(plan.sources[source], {}, {events.data() + at, count}))
        take(one);
    }
  };
  Received received(source, since);
  for_each([&](const ReadEvent& one) { received.Want(one); });
  std::uint64_t first = std::numeric_limits<std::uint64_t>::max();
  for (const journal::SegmentInfo& segment : journal.Segments()) {
    if (!segment.payload) first = std::min(first, segment.first_sequence);
  }
  const auto read = journal.Read(
      first, journal.durable_through(),
      [&](std::uint64_t sequence, std::string_view record) { received.Take(sequence, record); });
  if (!read) return read.error();

  Reconciliation result;
  Comparison comparison(received, result);
  for_each([&](const ReadEvent& one) { comparison.Take(one); });
  result.not_exported = received.count() - comparison.found().size();
  if (auto counted = CountDeliveries(store, comparison.found(), result); !counted)
    return counted.error();
  return result;
}

std::string ReconciliationJson(const Reconciliation& result, const std::string& origin,
                               const Plan& plan, std::uint16_t source) {
  Json destinations = Json::object();
  for (const auto& [place, counts] : result.deliveries) {
    const bool named = place < plan.destinations.size() && !plan.destinations[place].id.empty();
    destinations[named ? plan.destinations[place].id : "#" + std::to_string(place)] =
        Counts(counts);
  }
  Json lines = Json::array();
  for (const Reconciliation::Line& line : result.lines) {
    Json one{{"line", line.number}, {"what", NameOf(line.what)}};
    if (line.sequence != 0) one["id"] = origin + "." + std::to_string(line.sequence);
    lines.push_back(std::move(one));
  }
  return Json{{"source", plan.sources[source].id},
              {"exported", result.exported},
              {"found", result.found},
              {"missing", result.missing},
              {"differing", result.differing},
              {"unreadable", result.unreadable},
              {"repeated", result.repeated},
              {"not_exported", result.not_exported},
              {"not_projected", result.not_projected},
              {"outcomes", Counts(result.outcomes)},
              {"destinations", std::move(destinations)},
              {"lines", std::move(lines)},
              {"holds", result.holds()}}
      .dump();
}

}  // namespace octroi::gateway
