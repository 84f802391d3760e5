#include "gateway/consent_late.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/text.h"
#include "gateway/arrival.h"
#include "gateway/consent_denies.h"
#include "gateway/consent_report.h"
#include "gateway/consent_state.h"
#include "gateway/names.h"
#include "gateway/training.h"
#include "journal/records.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;
using policies::ConsentEvent;
using policies::Fingerprint;

constexpr std::size_t kListedMax = 1'000;  // deliveries of one late event; the others are counted

struct Delivery {
  std::uint64_t sequence = 0;
  std::uint16_t destination = 0;
  base::Millis at = 0;
  bool certain = false;
  std::uint32_t purposes = 0, others = 0;  // denied; still allowed at that moment
};

struct Late {
  ConsentEvent event;
  std::vector<Delivery> deliveries;
  std::string handle;  // of the person
};

class Finder {
 public:
  explicit Finder(const LateParts& parts) : parts_(parts) {}

  base::Status ReadRegister() {
    const auto read = parts_.store->ForEach([&](const ConsentEvent& event) {
      if (!policies::IsNo(event.state) || event.effective_at >= event.recorded_at) return;
      late_.push_back({event, {}, {}});
      late_.back().event.detail.clear();
    });
    // A delivery is the first one's that came late for it.
    std::ranges::stable_sort(late_, {}, [](const Late& one) { return one.event.recorded_at; });
    if (!read) return read;
    // A record may name the person by an identifier that only other events link to this one.
    for (std::size_t i = 0; i < late_.size(); ++i) {
      const auto history = HistoryOf(late_[i].event.subject);
      if (!history) return history.error();
      for (const Fingerprint& print : (*history)->identifiers()) of_[print].push_back(i);
    }
    return base::Ok();
  }

  base::Status Walk() {
    journal::EventRecord record;
    for (std::uint64_t next = 1; !late_.empty();) {
      const auto page = parts_.store->Page(next);
      if (!page) return page.error();
      if (page->empty()) break;
      for (const store::EventRow& row : *page) {
        if (row.deliveries.empty()) continue;
        if (auto good = journal::Decode(row.record, record); !good) return good;
        if (auto good = Look(row, record); !good) return good;
      }
      next = page->back().sequence + 1;
    }
    return base::Ok();
  }

  std::string Report() const {
    Json report{{"late", Json::array()}, {"deliveries", 0}};
    std::size_t all = 0;
    for (const Late& late : late_) {
      if (late.deliveries.empty()) continue;
      all += late.deliveries.size();
      report["late"].push_back(One(late));
    }
    report["deliveries"] = all;
    return report.dump();
  }

 private:
  base::Status Look(const store::EventRow& row, const journal::EventRecord& record) {
    std::set<std::size_t> candidates;  // by when they were recorded
    for (const Fingerprint& print : record.subject) {
      if (const auto of = of_.find(print); of != of_.end())
        candidates.insert(of->second.begin(), of->second.end());
    }
    for (const store::DeliveryState& state : row.deliveries) {
      const Arrival arrival = ArrivalOf(state);
      if (arrival == Arrival::kNo) continue;
      const auto verdict =
          std::ranges::find(record.verdicts, state.destination, &base::Verdict::destination);
      if (verdict == record.verdicts.end() || !verdict->allowed) continue;
      for (const std::size_t candidate : candidates) {
        Late& late = late_[candidate];
        if (!Within(late.event, row, state)) continue;
        Delivery delivery{
            row.sequence, state.destination, state.at, arrival == Arrival::kYes, 0, 0};
        const auto history = HistoryOf(record.subject);
        if (!history) return history.error();
        Judge(late.event, **history, verdict->purposes, delivery);
        if (delivery.purposes == 0) continue;
        late.handle = HandleOf(*parts_.keys, **history);
        late.deliveries.push_back(delivery);
        break;
      }
    }
    return base::Ok();
  }

  // Delivered after the person acted, and decided before the register knew. What was on the wire
  // when it learnt is told of a little later.
  bool Within(const ConsentEvent& event, const store::EventRow& row,
              const store::DeliveryState& state) const {
    const auto& destinations = parts_.plan->destinations;
    const base::Millis wire =
        state.destination < destinations.size() ? destinations[state.destination].answer_within : 0;
    return state.at >= event.effective_at && row.received < event.recorded_at &&
           state.at < event.recorded_at + wire;
  }

  base::Result<const PersonHistory*> HistoryOf(const std::vector<Fingerprint>& person) {
    const auto known = histories_.find(person);
    if (known != histories_.end()) return &known->second;
    auto read = PersonHistory::Read(*parts_.store, person);
    if (!read) return read.error();
    return &histories_.emplace(person, *std::move(read)).first->second;
  }

  // Which purposes of the delivery the register denied then, had it known.
  void Judge(const ConsentEvent& event, const PersonHistory& history, std::uint32_t purposes,
             Delivery& delivery) const {
    const StateOfPerson then = history.At(*parts_.plan, delivery.at, event.recorded_at);
    const auto& specs = parts_.plan->policies->spec().purposes;
    for (const StateOfPurpose& one : then.purposes) {
      const auto place = static_cast<std::size_t>(
          std::ranges::find(parts_.plan->purposes, one.purpose) - parts_.plan->purposes.begin());
      if (place >= specs.size() || (purposes >> place & 1) == 0) continue;
      const bool spoken_of =
          event.purpose == one.purpose || event.purpose == policies::kWholePerson;
      const bool denied = Denies(then.person, one, specs[place].basis);
      if (denied && spoken_of) delivery.purposes |= 1U << place;
      if (!denied) delivery.others |= 1U << place;
    }
  }

  Json Purposes(std::uint32_t bits) const {
    Json list = Json::array();
    for (std::size_t place = 0; place < parts_.plan->purposes.size(); ++place) {
      if ((bits >> place & 1) != 0) list.push_back(parts_.plan->purposes[place]);
    }
    return list;
  }

  Json One(const Late& late) const {
    const ConsentEvent& event = late.event;
    Json json{{"mark", "late_withdrawal"},
              {"consent",
               {{"id", event.id},
                {"record", event.record_id},
                {"purpose", event.purpose},
                {"state", Name(event.state)},
                {"effective_at", base::FormatRfc3339(event.effective_at)},
                {"recorded_at", base::FormatRfc3339(event.recorded_at)}}},
              {"handle", late.handle},
              {"article", ArticleOf(event.state)}};
    json["deliveries"] = Json::array();
    std::map<std::uint16_t, std::size_t> counted;
    for (const Delivery& one : late.deliveries) {
      ++counted[one.destination];
      if (json["deliveries"].size() == kListedMax) continue;
      Json line{{"event", EventId(parts_.origin, one.sequence)},
                {"destination", DestinationAt(*parts_.plan, one.destination)},
                {"at", base::FormatRfc3339(one.at)},
                {"arrived", one.certain ? "yes" : "perhaps"},
                {"purposes", Purposes(one.purposes)}};
      if (one.others != 0) line["still_allowed_for"] = Purposes(one.others);
      json["deliveries"].push_back(std::move(line));
    }
    if (late.deliveries.size() > kListedMax) json["left_off"] = late.deliveries.size() - kListedMax;
    if (Json sets = TrainingSets(late); !sets.empty()) json["training_sets"] = std::move(sets);
    json["tasks"] = Json::array();
    for (const auto& [place, deliveries] : counted)
      json["tasks"].push_back(Task(place, deliveries));
    return json;
  }

  // What has entered the training of a model is not taken out by deleting a record.
  Json TrainingSets(const Late& late) const {
    std::map<std::string, std::size_t> records;  // by set
    for (const Delivery& one : late.deliveries) {
      if ((one.purposes & training_) != 0)
        ++records[TrainingSetOf(*parts_.plan, one.destination, one.at)];
    }
    Json sets = Json::array();
    for (const auto& [set, count] : records) sets.push_back({{"set", set}, {"records", count}});
    return sets;
  }

  // GDPR 19: each recipient is told.
  Json Task(std::uint16_t place, std::size_t deliveries) const {
    const std::string id = DestinationAt(*parts_.plan, place);
    Json task{{"article", "19"}, {"destination", id}, {"deliveries", deliveries}};
    const auto known =
        std::ranges::find(parts_.facts->recipients, id, &config::RecipientFacts::destination);
    if (known == parts_.facts->recipients.end()) return task;  // no longer in the config
    task["recipient"] = known->name;
    task["role"] = known->role;
    task["country"] = known->country;
    if (!known->erase_by.empty()) task["erase_by"] = known->erase_by;
    return task;
  }

  const LateParts& parts_;
  const std::uint32_t training_ = TrainingPurposes(*parts_.plan);
  std::vector<Late> late_;
  std::map<Fingerprint, std::vector<std::size_t>> of_;  // places in late_
  std::map<std::vector<Fingerprint>, PersonHistory> histories_;
};

}  // namespace

std::string LateReport(const LateParts& parts) {
  Finder finder(parts);
  if (!finder.ReadRegister() || !finder.Walk()) return R"({"error":"store.unavailable"})";
  return finder.Report();
}

}  // namespace octroi::gateway
