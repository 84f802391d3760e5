#include "gateway/training.h"

#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/bytes.h"
#include "base/text.h"
#include "crypto/merkle.h"
#include "gateway/consent_denies.h"
#include "gateway/consent_state.h"
#include "gateway/left_walk.h"
#include "gateway/names.h"
#include "policies/people.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;
using policies::ConsentEvent;
using policies::ConsentState;
using policies::Fingerprint;

constexpr std::string_view kTraining = "ai.training";
constexpr std::string_view kEntryFormat = "octroi/training/v1";
constexpr std::size_t kMonthBytes = 7;      // "2026-11"
constexpr std::size_t kListedMax = 10'000;  // records of one set; the others are counted
constexpr const char* kUnavailable = R"({"error":"store.unavailable"})";

bool IsTraining(std::string_view purpose) {
  return purpose.starts_with(kTraining) &&
         (purpose.size() == kTraining.size() || purpose[kTraining.size()] == '.');
}

std::string MonthOf(base::Millis at) { return base::FormatRfc3339(at).substr(0, kMonthBytes); }

// Every one that left for training, by ascending sequence, for these purposes alone.
base::Status EachForTraining(const TrainingParts& parts,
                             const std::function<base::Status(const Left&)>& each) {
  const std::uint32_t training = TrainingPurposes(*parts.plan);
  if (training == 0) return base::Ok();
  return EachThatLeft(*parts.store, 1, [&](const Left& left) {
    const std::uint32_t purposes = left.purposes & training;
    if (purposes == 0) return base::Ok();
    return each({left.row, left.record, left.state, purposes, left.certain});
  });
}

Json PurposesJson(const Names& names, std::uint32_t bits) {
  Json list = Json::array();
  for (std::size_t place = 0; place < names.purposes.size(); ++place) {
    if ((bits >> place & 1U) != 0) list.push_back(names.purposes[place]);
  }
  return list;
}

Json HeadJson(const TrainingParts& parts) {
  return {{"as_of", base::FormatRfc3339(parts.now)}, {"origin", parts.origin}};
}

Json SetJson(const TrainingParts& parts, std::uint16_t destination, base::Millis sent) {
  const std::string id = DestinationAt(*parts.plan, destination);
  Json json{{"set", TrainingSetOf(*parts.plan, destination, sent)},
            {"destination", id},
            {"month", MonthOf(sent)}};
  const auto known =
      std::ranges::find(parts.facts->recipients, id, &config::RecipientFacts::destination);
  if (known != parts.facts->recipients.end()) json["recipient"] = known->name;
  return json;
}

struct TrainingSet {
  std::uint16_t destination = 0;
  base::Millis first = 0, last = 0;
  std::uint64_t perhaps = 0;
  std::uint32_t purposes = 0;
  crypto::MerkleRoot root;
};

void AddTo(TrainingSet& set, std::string_view id, const Left& left) {
  set.destination = left.state.destination;
  set.purposes |= left.purposes;
  if (set.first == 0 || left.state.at < set.first) set.first = left.state.at;
  set.last = std::max(set.last, left.state.at);
  if (!left.certain) {
    ++set.perhaps;
    return;
  }
  std::string entry;
  crypto::AppendLp(kEntryFormat, entry);
  crypto::AppendLp(id, entry);
  base::ByteWriter writer(entry);
  writer.Fixed(left.row.sequence);
  const auto& commitment = left.record.commitment;
  writer.Raw({reinterpret_cast<const char*>(commitment.data()), commitment.size()});
  writer.Fixed(left.state.at);
  set.root.Add(entry);
}

// Who said no to training, and what becomes of the records that they are in.
class Affected {
 public:
  Affected(const TrainingParts& parts, const std::optional<std::vector<Fingerprint>>& person)
      : parts_(parts), names_(Names::Read(parts.plan->names)), one_(person.has_value()) {
    if (person) people_.insert(person->begin(), person->end());
  }

  base::Status Find() {
    if (auto read = one_ ? ReadPerson() : ReadRegister(); !read) return read;
    return EachForTraining(parts_, [&](const Left& left) {
      const bool theirs = std::ranges::any_of(
          left.record.subject, [&](const Fingerprint& print) { return people_.contains(print); });
      return theirs ? Look(left) : base::Ok();
    });
  }

  Json Report() const {
    Json report = HeadJson(parts_);
    std::uint64_t records = 0;
    report["sets"] = Json::array();
    for (const auto& [id, set] : sets_) {
      report["sets"].push_back(set.json);
      report["sets"].back()["people"] = set.people.size();
      if (set.left_off != 0) report["sets"].back()["left_off"] = set.left_off;
      records += set.json["records"].size() + set.left_off;
    }
    report["records"] = records;
    return report;
  }

 private:
  struct Set {
    Json json;
    std::set<std::vector<Fingerprint>> people;
    std::uint64_t left_off = 0;
  };

  bool IsAbout(const ConsentEvent& event) const {
    return event.purpose == policies::kWholePerson || IsTraining(event.purpose);
  }

  // Everybody who ever said no to it, by all identifiers that events link, however indirectly.
  base::Status ReadRegister() {
    const auto theirs = [&](const Fingerprint& print) { return people_.contains(print); };
    for (std::size_t before = people_.size() + 1; before != people_.size();) {
      before = people_.size();
      const auto read = parts_.store->ForEach([&](const ConsentEvent& event) {
        if ((policies::IsNo(event.state) && IsAbout(event)) ||
            std::ranges::any_of(event.subject, theirs))
          people_.insert(event.subject.begin(), event.subject.end());
      });
      if (!read) return read;
    }
    return base::Ok();
  }

  // All that events link to the identifiers that were asked about.
  base::Status ReadPerson() {
    const auto history = PersonHistory::Read(*parts_.store, {people_.begin(), people_.end()});
    if (!history) return history.error();
    people_.insert(history->identifiers().begin(), history->identifiers().end());
    return base::Ok();
  }

  base::Status Look(const Left& left) {
    const auto history = HistoryOf(left.record.subject);
    if (!history) return history.error();
    const auto said = SaidNo(**history, left.record, left.purposes);
    if (!said) return said.error();
    const ConsentState no = *said;
    if (no == ConsentState::kUnknown && !one_) return base::Ok();
    const std::uint16_t destination = left.state.destination;
    const base::Millis at = left.state.at;
    Set& set = sets_[TrainingSetOf(*parts_.plan, destination, at)];
    if (set.json.is_null()) {
      set.json = SetJson(parts_, destination, at);
      set.json["records"] = Json::array();
    }
    set.people.insert(left.record.subject);
    if (set.json["records"].size() == kListedMax) {
      ++set.left_off;
      return base::Ok();
    }
    Json line{{"event", EventId(parts_.origin, left.row.sequence)},
              {"id", parts_.plan->pseudonymizer->OutgoingId(destination, left.row.sequence)},
              {"at", base::FormatRfc3339(at)},
              {"arrived", left.certain ? "yes" : "perhaps"},
              {"purposes", PurposesJson(names_, left.purposes)}};
    if (no != ConsentState::kUnknown) {
      line["state"] = Name(no);
      line["article"] = ArticleOf(no);
    }
    set.json["records"].push_back(std::move(line));
    return base::Ok();
  }

  // The no that ends one of these purposes, of the person or of the purpose; kUnknown: none.
  base::Result<ConsentState> SaidNo(const PersonHistory& history,
                                    const journal::EventRecord& record,
                                    std::uint32_t purposes) const {
    const StateOfPerson now = history.At(*parts_.plan, parts_.now, parts_.now);
    const auto& specs = parts_.plan->policies->spec().purposes;
    for (std::size_t place = 0; place < names_.purposes.size(); ++place) {
      if ((purposes >> place & 1U) == 0) continue;
      const auto one =
          std::ranges::find(now.purposes, names_.purposes[place], &StateOfPurpose::purpose);
      if (one == now.purposes.end()) {  // no longer in force: what was said of it last
        if (policies::IsNo(now.person.state)) return now.person.state;
        const ConsentState last = LastSaid(history, record, names_.purposes[place]);
        if (policies::IsNo(last)) return last;
      } else if (Denies(now.person, *one, specs[place].basis)) {
        if (policies::IsNo(now.person.state)) return now.person.state;
        if (policies::IsNo(one->state)) return one->state;
      }
    }
    return ConsentState::kUnknown;
  }

  ConsentState LastSaid(const PersonHistory& history, const journal::EventRecord& record,
                        const std::string& purpose) const {
    const policies::People people(history.events(), parts_.now);
    ConsentState strictest = ConsentState::kUnknown;
    for (const Fingerprint& print : record.subject) {
      const ConsentState state = people.Of(print, purpose).state;
      if (policies::Strictness(state) > policies::Strictness(strictest)) strictest = state;
    }
    return strictest;
  }

  base::Result<const PersonHistory*> HistoryOf(const std::vector<Fingerprint>& person) {
    const auto known = histories_.find(person);
    if (known != histories_.end()) return &known->second;
    auto read = PersonHistory::Read(*parts_.store, person);
    if (!read) return read.error();
    return &histories_.emplace(person, *std::move(read)).first->second;
  }

  const TrainingParts& parts_;
  const Names names_;
  const bool one_;
  std::set<Fingerprint> people_;
  std::map<std::vector<Fingerprint>, PersonHistory> histories_;
  std::map<std::string, Set> sets_;
};

}  // namespace

std::uint32_t TrainingPurposes(const Plan& plan) {
  const Names names = Names::Read(plan.names);
  std::uint32_t bits = 0;
  for (std::size_t place = 0; place < names.purposes.size(); ++place)
    bits |= IsTraining(names.purposes[place]) ? 1U << place : 0U;
  return bits;
}

std::string DestinationAt(const Plan& plan, std::uint16_t destination) {
  const auto& all = plan.destinations;
  const std::string id = destination < all.size() ? all[destination].id : "";
  return id.empty() ? NameAt(Names::Read(plan.names).destinations, destination) : id;
}

std::string TrainingSetOf(const Plan& plan, std::uint16_t destination, base::Millis sent) {
  return DestinationAt(plan, destination) + "." + MonthOf(sent);
}

std::string TrainingSets(const TrainingParts& parts, std::string_view destination) {
  std::map<std::string, TrainingSet> sets;
  const auto walked = EachForTraining(parts, [&](const Left& left) {
    const std::string to = DestinationAt(*parts.plan, left.state.destination);
    if (!destination.empty() && to != destination) return base::Ok();
    const std::string id = to + "." + MonthOf(left.state.at);
    AddTo(sets[id], id, left);
    return base::Ok();
  });
  if (!walked) return kUnavailable;
  const Names names = Names::Read(parts.plan->names);
  Json report = HeadJson(parts);
  report["sets"] = Json::array();
  for (const auto& [id, set] : sets) {
    Json json = SetJson(parts, set.destination, set.last);
    json["purposes"] = PurposesJson(names, set.purposes);
    json["records"] = set.root.size();
    json["perhaps"] = set.perhaps;
    json["first_sent"] = base::FormatRfc3339(set.first);
    json["last_sent"] = base::FormatRfc3339(set.last);
    json["closed"] = MonthOf(parts.now) > MonthOf(set.last);
    json["digest"] = base::Hex(crypto::AsBytes(set.root.Root()));
    report["sets"].push_back(std::move(json));
  }
  return report.dump();
}

std::string TrainingAffected(const TrainingParts& parts,
                             const std::optional<std::vector<Fingerprint>>& person) {
  Affected affected(parts, person);
  if (!affected.Find()) return kUnavailable;
  return affected.Report().dump();
}

}  // namespace octroi::gateway
