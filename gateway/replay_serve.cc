// The second half of the replay desk: what it says to who asked.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "gateway/replay_walk.h"

namespace octroi::gateway {
namespace {

using base::Outcome;
using Json = nlohmann::ordered_json;

constexpr std::uint64_t kChunk = 200;
constexpr std::uint64_t kWaitingMax = 2'000;  // queued and without an outcome, for one who asks
constexpr int kStepMs = 100;

Json OutlookJson(const ReplayOutlook& outlook) {
  return {{"would_go", outlook.would_go},
          {"withheld", outlook.withheld},
          {"withheld_reasons", outlook.withheld_reasons},
          {"already_sent", outlook.already_sent},
          {"in_flight", outlook.in_flight},
          {"gone", outlook.gone},
          {"unknown", outlook.unknown}};
}

// The next ones that would go now, in order; fewer: there are no more.
base::Result<std::vector<std::uint64_t>> NextToGo(ReplayWalk& walk, std::uint64_t count) {
  std::vector<std::uint64_t> events;
  while (events.size() < count) {
    const auto candidate = walk.Next();
    if (!candidate) return candidate.error();
    if (!*candidate) break;
    if ((*candidate)->fate == ReplayCandidate::Fate::kWouldGo)
      events.push_back((*candidate)->sequence);
  }
  return events;
}

bool Complain(Live& live, std::string_view code) { return live.Put(Json{{"error", code}}.dump()); }

}  // namespace

void ReplayDesk::Serve(std::string_view ask, Live& live) {
  const Json json = Json::parse(ask, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return void(Complain(live, "request.invalid"));
  ReplayAsk wanted;
  bool dry_run = false;
  try {
    const std::string ours = parts_.journal->origin() + ".";
    for (const std::string& id : json.value("ids", std::vector<std::string>())) {
      if (!id.starts_with(ours)) return void(Complain(live, "not_found"));  // of another journal
      wanted.events.push_back(std::strtoull(id.c_str() + ours.size(), nullptr, 10));
    }
    const auto status = json.value("status", std::uint64_t{0});
    if (status > 599) return void(Complain(live, "request.invalid"));
    wanted.status = static_cast<std::uint16_t>(status);
    wanted.reason = json.value("reason", std::string());
    wanted.since = json.value("since", base::Millis{0});
    wanted.limit = json.value("limit", std::uint64_t{0});
    wanted.per_second = json.value("rate", std::uint32_t{0});
    dry_run = json.value("dry_run", false);
    const PlanPtr plan = parts_.plan();
    const auto& all = plan->destinations;
    const auto id = json.value("destination", std::string());
    const auto found = std::ranges::find(all, id, &DestinationPlan::id);
    if (id.empty() || found == all.end()) return void(Complain(live, "destination.unknown"));
    wanted.destination = static_cast<std::uint16_t>(found - all.begin());
  } catch (const Json::exception&) {  // a member of another type
    return void(Complain(live, "request.invalid"));
  }
  const auto outlook = Look(wanted, &live);
  if (!outlook) return void(Complain(live, "store.unavailable"));
  const bool heard = live.Put(Json{{"outlook", OutlookJson(*outlook)}}.dump());
  if (heard && !dry_run) Go(wanted, *outlook, live);
}

void ReplayDesk::Go(const ReplayAsk& ask, const ReplayOutlook& outlook, Live& live) {
  std::list<Run>::iterator run;
  {
    const std::lock_guard lock(runs_mutex_);
    run = runs_.emplace(runs_.end());
    run->destination = ask.destination;
    ++running_;
  }
  const PlanPtr plan = parts_.plan();
  ReplayWalk walk(parts_, *plan, ask, &live);  // once more, so that none need be kept in memory
  std::uint64_t next = 0, queued = 0, skipped = 0;
  std::string_view error;
  const std::int64_t begin = parts_.clock->BootNowNanos();
  std::int64_t news_at = begin, said_at = begin;
  std::uint64_t known = 0;
  for (;;) {
    Json now;
    std::uint64_t waiting = 0;
    std::uint64_t settled = 0;
    {
      const std::lock_guard lock(runs_mutex_);
      waiting = run->waiting.size();
      for (const auto& [outcome, count] : run->became) settled += count;
      now = {{"of", outlook.would_go},
             {"queued", queued},
             {"skipped", skipped},
             {"waiting", waiting},
             {"sent", run->became[Outcome::kSent]},
             {"withheld", run->became[Outcome::kWithheld]},
             {"failed", run->became[Outcome::kFailed]}};
    }
    const std::int64_t at = parts_.clock->BootNowNanos();
    if (settled != known || next < outlook.would_go) news_at = at;
    known = settled;
    const bool all = next == outlook.would_go && waiting == 0;
    const bool silent = (at - news_at) / 1'000'000 > parts_.settle;
    if (all || silent || !error.empty() || live.Done(0)) {
      if (!error.empty()) now["error"] = error;
      now["left"] = outlook.would_go - next;
      live.Put(Json{{"replayed", now}}.dump());
      break;
    }
    if ((at - said_at) / 1'000'000 >= 1'000) {
      said_at = at;
      live.Put(Json{{"progress", now}}.dump());
    }
    std::uint64_t room = waiting >= kWaitingMax ? 0 : std::min(kChunk, kWaitingMax - waiting);
    if (ask.per_second != 0) {
      const auto due =
          static_cast<std::uint64_t>(1 + (at - begin) / 1'000'000 * ask.per_second / 1'000);
      room = std::min(room, due > next ? due - next : 0);
    }
    const std::uint64_t count = std::min(room, outlook.would_go - next);
    if (count == 0) {
      static_cast<void>(live.Done(kStepMs));
      continue;
    }
    const auto events = NextToGo(walk, count);
    if (!events) {
      if (!live.Done(0)) error = "store.unavailable";
      continue;
    }
    const std::uint64_t rest = outlook.would_go - next;
    const bool last = events->size() < count;  // others took the rest, or consent changed
    const auto chunk = Queue(ask, *events, live.uid(), *run);
    if (!chunk) {
      error = chunk.error().where.starts_with("journal") ? "overload.journal" : "store.unavailable";
      continue;
    }
    next = last ? outlook.would_go : next + count;
    queued += chunk->queued;
    skipped += chunk->skipped + (last ? rest - events->size() : 0);
  }
  const std::lock_guard lock(runs_mutex_);
  runs_.erase(run);
  --running_;
}

}  // namespace octroi::gateway
