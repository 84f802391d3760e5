// `octroi consent late`, as JSON.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/consent_denies.h"
#include "gateway/consent_late.h"
#include "gateway/consent_report.h"
#include "gateway/names.h"
#include "gateway/training.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;
using policies::ConsentEvent;

constexpr std::size_t kListedMax = 1'000;  // deliveries of one late event; the others are counted

class Report {
 public:
  explicit Report(const LateParts& parts) : parts_(parts) {}

  base::Result<Json> Of(const std::vector<Late>& all) const {
    Json report{{"late", Json::array()}, {"deliveries", 0}};
    std::size_t deliveries = 0;
    for (const Late& late : all) {
      deliveries += late.deliveries.size();
      auto one = One(late);
      if (!one) return one.error();
      report["late"].push_back(*std::move(one));
    }
    report["deliveries"] = deliveries;
    return report;
  }

 private:
  Json Purposes(std::uint32_t bits) const {
    Json list = Json::array();
    for (std::size_t place = 0; place < parts_.plan->purposes.size(); ++place) {
      if ((bits >> place & 1) != 0) list.push_back(parts_.plan->purposes[place]);
    }
    return list;
  }

  Json DeliveryJson(const Late::Delivery& one) const {
    Json line{{"event", EventId(parts_.origin, one.sequence)},
              {"destination", DestinationAt(*parts_.plan, one.destination)},
              {"at", base::FormatRfc3339(one.at)},
              {"arrived", one.certain ? "yes" : "perhaps"},
              {"purposes", Purposes(one.purposes)}};
    if (one.others != 0) line["still_allowed_for"] = Purposes(one.others);
    return line;
  }

  base::Result<Json> One(const Late& late) const {
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
    for (const Late::Delivery& one : late.deliveries) {
      ++counted[one.destination];
      if (json["deliveries"].size() < kListedMax) json["deliveries"].push_back(DeliveryJson(one));
    }
    if (late.deliveries.size() > kListedMax) json["left_off"] = late.deliveries.size() - kListedMax;
    if (Json sets = SetsJson(late); !sets.empty()) json["training_sets"] = std::move(sets);
    json["tasks"] = Json::array();
    for (const auto& [place, deliveries] : counted) {
      auto task = TaskJson(event, place, deliveries);
      if (!task) return task.error();
      json["tasks"].push_back(*std::move(task));
    }
    return json;
  }

  // What has entered the training of a model is not taken out by deleting a record.
  Json SetsJson(const Late& late) const {
    std::map<std::string, std::size_t> records;  // by set
    for (const Late::Delivery& one : late.deliveries) {
      if ((one.purposes & training_) != 0)
        ++records[TrainingSetOf(*parts_.plan, one.destination, one.at)];
    }
    Json sets = Json::array();
    for (const auto& [set, count] : records) sets.push_back({{"set", set}, {"records", count}});
    return sets;
  }

  // GDPR 19: each recipient is told. Without a state: its task is not opened yet.
  base::Result<Json> TaskJson(const ConsentEvent& event, std::uint16_t place,
                              std::size_t deliveries) const {
    const std::string destination = DestinationAt(*parts_.plan, place);
    const std::string id = TaskIdOf(*parts_.keys, event.id, destination);
    const auto known = parts_.store->TaskById(id);
    if (!known) return known.error();
    Json task{
        {"task", id}, {"article", "19"}, {"destination", destination}, {"deliveries", deliveries}};
    if (*known) task["state"] = (**known).closed == 0 ? "open" : "done";
    AddRecipient(*parts_.facts, destination, task);
    return task;
  }

  const LateParts& parts_;
  const std::uint32_t training_ = TrainingPurposes(*parts_.plan);
};

}  // namespace

void AddRecipient(const config::RegisterFacts& facts, std::string_view destination, Json& task) {
  const auto known =
      std::ranges::find(facts.recipients, destination, &config::RecipientFacts::destination);
  if (known == facts.recipients.end()) return;  // no longer in the config
  task["recipient"] = known->name;
  task["role"] = known->role;
  task["country"] = known->country;
  if (!known->erase_by.empty()) task["erase_by"] = known->erase_by;
}

std::string TaskIdOf(const crypto::KeyRing& keys, std::string_view consent,
                     std::string_view destination) {
  std::string naming = "task";
  crypto::AppendLp(consent, naming);
  crypto::AppendLp(destination, naming);
  return ShortId("t_", crypto::Hmac(keys.StorageHmac("dedup"), naming));
}

std::string LateReport(const LateParts& parts) {
  const auto late = FindLate(parts);
  const auto report = late ? Report(parts).Of(*late) : base::Result<Json>(late.error());
  return report ? report->dump() : R"({"error":"store.unavailable"})";
}

}  // namespace octroi::gateway
