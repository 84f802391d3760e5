#include "gateway/breach_desk.h"

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/text.h"
#include "journal/records.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;
using store::BreachEntry;

std::string Refused(std::string_view code) { return Json{{"error", code}}.dump(); }

std::string IdOf(std::uint32_t version) { return "key-" + std::to_string(version); }

Json DetailOf(const BreachEntry& entry) {
  Json detail = Json::parse(entry.detail, nullptr, /*allow_exceptions=*/false);
  return detail.is_object() ? detail : Json::object();
}

// One breach and what was said of it since, in order.
struct Breach {
  std::span<const BreachEntry> entries;

  bool Has(std::string_view what) const {
    return std::ranges::any_of(entries, [&](const BreachEntry& e) { return e.what == what; });
  }
  base::Millis notify_by() const {
    const auto known = base::ParseRfc3339(DetailOf(entries.front()).value("known_at", ""));
    return known.value_or(entries.front().at) + kNotifyWithinMs;
  }
  bool overdue(base::Millis now) const {
    return !Has("notified") && !Has("closed") && now > notify_by();
  }
  std::string_view state() const {
    return Has("closed") ? "closed" : Has("notified") ? "notified" : "open";
  }
};

// Entries come by id.
std::vector<Breach> BreachesOf(std::span<const BreachEntry> all) {
  std::vector<Breach> breaches;
  for (std::size_t first = 0, i = 1; i <= all.size(); ++i) {
    if (i < all.size() && all[i].breach == all[first].breach) continue;
    breaches.push_back({all.subspan(first, i - first)});
    first = i;
  }
  return breaches;
}

Json JsonOf(const Breach& breach, base::Millis now) {
  Json json{{"breach", breach.entries.front().breach}, {"state", breach.state()}};
  json.update(DetailOf(breach.entries.front()));
  json["notify_by"] = base::FormatRfc3339(breach.notify_by());
  json["overdue"] = breach.overdue(now);
  json["entries"] = Json::array();
  for (const BreachEntry& entry : breach.entries) {
    Json one{{"what", entry.what}, {"at", base::FormatRfc3339(entry.at)}, {"uid", entry.uid}};
    if (&entry != &breach.entries.front()) one.update(DetailOf(entry));
    json["entries"].push_back(std::move(one));
  }
  return json;
}

}  // namespace

bool IsReference(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  return !text.empty() && text.size() <= kLongest && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '/';
  });
}

Json BreachDesk::FactsOf(std::uint32_t version, base::Millis known_at) const {
  struct Left {
    std::uint64_t records = 0;
    base::Millis first = std::numeric_limits<base::Millis>::max(), last = 0;
  };
  std::map<std::uint16_t, Left> left;
  std::uint64_t from = std::numeric_limits<std::uint64_t>::max();
  for (const journal::SegmentInfo& segment : parts_.journal->Segments())
    if (!segment.payload) from = std::min(from, segment.first_sequence);
  from = std::min(from, parts_.journal->durable_through() + 1);  // an empty journal
  const auto read = parts_.journal->Read(
      from, parts_.journal->durable_through(), [&](std::uint64_t, std::string_view record) {
        journal::OutcomeRecord outcome;
        if (!journal::Decode(record, outcome) || outcome.outcome != base::Outcome::kSent ||
            outcome.key_version != version)
          return;
        Left& to = left[outcome.destination];
        to.records += outcome.events.size();
        to.first = std::min(to.first, outcome.at);
        to.last = std::max(to.last, outcome.at);
      });
  const PlanPtr plan = parts_.plan();
  Json destinations = Json::array();
  for (const auto& [place, to] : left) {
    const bool known = place < plan->destinations.size() && !plan->destinations[place].id.empty();
    destinations.push_back({{"id", known ? plan->destinations[place].id : std::to_string(place)},
                            {"records", to.records},
                            {"first", base::FormatRfc3339(to.first)},
                            {"last", base::FormatRfc3339(to.last)}});
  }
  return Json{{"kind", "key_compromised"},
              {"key_version", version},
              {"known_at", base::FormatRfc3339(known_at)},
              {"destinations", std::move(destinations)},
              {"counted", read && !parts_.shared},
              {"people_at_most", parts_.people()},
              {"store_key_too", !parts_.storage_apart && version == 1}};
}

base::Result<std::vector<BreachEntry>> BreachDesk::Read() {
  auto all = parts_.store->Breaches();
  if (all) known_.With([&](auto& known) { known = *all; });
  return all;
}

base::Status BreachDesk::OpenOne(std::uint32_t version, base::Millis known_at, std::uint32_t uid) {
  const std::string id = IdOf(version);
  const auto all = Read();
  if (!all) return all.error();
  if (std::ranges::any_of(*all, [&](const BreachEntry& one) { return one.breach == id; }))
    return base::Ok();
  const BreachEntry entry{id,  1,        parts_.clock->WallNow(),
                          uid, "opened", FactsOf(version, known_at).dump()};
  if (auto added = parts_.store->AddBreach(entry);
      !added && added.error().code != base::ErrorCode::kInvalid)  // another gateway was quicker
    return added;
  base::Log::Error("breach.opened", {{"breach", base::Id::OfConfig(id)}, {"uid", uid}});
  const auto again = Read();
  return again ? base::Ok() : base::Status(again.error());
}

base::Status BreachDesk::Begin(const std::vector<crypto::KeyVersion>& versions, std::uint32_t uid) {
  for (const crypto::KeyVersion& one : versions) {
    if (one.state != crypto::KeyState::kCompromised) continue;
    if (auto opened = OpenOne(one.version, one.since, uid); !opened) return opened;
  }
  const auto all = Read();
  return all ? base::Ok() : base::Status(all.error());
}

std::string BreachDesk::Open(std::string_view order, std::uint32_t uid) {
  const Json json = Json::parse(order, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.value("key_version", 0u) == 0) return Refused("request.invalid");
  const auto version = json["key_version"].get<std::uint32_t>();
  if (!OpenOne(version, parts_.clock->WallNow(), uid)) return Refused("breach.unrecorded");
  const std::string id = IdOf(version);
  const auto notify_by = known_.With([&](const auto& known) {
    for (const Breach& breach : BreachesOf(known))
      if (breach.entries.front().breach == id) return breach.notify_by();
    return base::Millis{0};
  });
  return Json{{"breach", id}, {"notify_by", base::FormatRfc3339(notify_by)}}.dump();
}

std::string BreachDesk::Add(std::string_view order, std::uint32_t uid) {
  const Json json = Json::parse(order, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Refused("request.invalid");
  const std::string id = json.value("breach", ""), what = json.value("what", ""),
                    reference = json.value("reference", "");
  if (what != "notified" && what != "closed") return Refused("request.invalid");
  if (!IsReference(reference)) return Refused("breach.reference");
  const auto all = Read();
  if (!all) return Refused("breach.unrecorded");
  const auto breaches = BreachesOf(*all);
  const auto found = std::ranges::find_if(
      breaches, [&](const Breach& one) { return one.entries.front().breach == id; });
  if (found == breaches.end()) return Refused("breach.unknown");
  if (found->Has("closed")) return Refused("breach.closed");
  const BreachEntry entry{id,
                          static_cast<std::uint32_t>(found->entries.back().place + 1),
                          parts_.clock->WallNow(),
                          uid,
                          what,
                          Json{{"reference", reference}}.dump()};
  if (!parts_.store->AddBreach(entry) || !Read()) return Refused("breach.unrecorded");
  return Json{{"breach", id}, {"state", what}}.dump();
}

std::string BreachDesk::List() {
  const auto all = Read();
  if (!all) return Refused("store.unavailable");
  Json list = Json::array();
  for (const Breach& breach : BreachesOf(*all))
    list.push_back(JsonOf(breach, parts_.clock->WallNow()));
  return Json{{"breaches", std::move(list)}}.dump();
}

BreachDesk::Light BreachDesk::Look() {
  const base::Millis now = parts_.clock->WallNow();
  return known_.With([&](const auto& known) {
    Light light;
    for (const Breach& breach : BreachesOf(known)) {
      light.open += breach.Has("closed") ? 0 : 1;
      light.overdue += breach.overdue(now) ? 1 : 0;
    }
    return light;
  });
}

}  // namespace octroi::gateway
