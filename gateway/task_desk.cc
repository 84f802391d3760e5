#include "gateway/task_desk.h"

#include <chrono>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/log.h"
#include "base/text.h"
#include "gateway/change/statement.h"
#include "gateway/consent_denies.h"
#include "gateway/training.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kListedMax = 1'000;
constexpr std::size_t kRecordsOfFrame = 200;
constexpr int kProjectedTries = 250;  // of 20 ms

std::string ErrorJson(std::string_view code) { return Json{{"error", code}}.dump(); }

// "": there is none, or it is no text.
std::string TextOf(const Json& object, const char* name) {
  const bool text = object.contains(name) && object[name].is_string();
  return text ? object[name].get<std::string>() : std::string();
}

store::TaskChange OpeningOf(const journal::TaskRecord& record) {
  store::TaskChange change;
  change.task.deliveries = record.deliveries;
  change.task.perhaps = record.perhaps;
  return change;
}

// One record for each destination that something left for.
std::map<std::uint16_t, journal::TaskRecord> RecordsOf(const Late& late) {
  std::map<std::uint16_t, journal::TaskRecord> records;
  for (const Late::Delivery& one : late.deliveries) {
    journal::TaskRecord& record = records[one.destination];
    record.consent = late.event.id;
    record.handle = late.handle;
    record.purpose = late.event.purpose;
    record.state = static_cast<std::uint8_t>(late.event.state);
    record.effective_at = late.event.effective_at;
    record.recorded_at = late.event.recorded_at;
    record.destination = one.destination;
    ++record.deliveries;
    record.perhaps += one.certain ? 0 : 1;
  }
  return records;
}

}  // namespace

base::Status TaskDesk::Append(const journal::FramePtr& frame) const {
  const auto sequence = parts_.journal->Append(frame, journal::Claim::kOutcomes);
  if (!sequence) return sequence.error();
  parts_.journal->WaitDurable(*sequence);
  // So that who asks next sees it. A store that is down projects it later.
  for (int left = kProjectedTries; left > 0 && parts_.projected() < *sequence; --left)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return base::Ok();
}

base::Status TaskDesk::Open(std::span<const Late> late, const Plan& plan) {
  const std::lock_guard lock(mutex_);
  journal::FramePtr frame = parts_.journal->NewFrame();
  for (const Late& one : late) {
    for (auto& [destination, record] : RecordsOf(one)) {
      record.task = TaskIdOf(*parts_.keys, record.consent, DestinationAt(plan, destination));
      const auto known = parts_.store->TaskById(record.task);
      if (!known) return known.error();
      if (!store::Changed(*known, OpeningOf(record))) continue;
      record.plan = plan.number;
      record.at = parts_.clock->WallNow();
      record.due = record.recorded_at + kTaskDueMs;
      frame->Add(record);
      base::Log::Info("task.opened", {{"task", base::Id::OfConfig(record.task)},
                                      {"destination", static_cast<std::int64_t>(destination)},
                                      {"deliveries", record.deliveries}});
      if (frame->count < kRecordsOfFrame) continue;
      if (auto appended = Append(frame); !appended) return appended;
      frame = parts_.journal->NewFrame();
    }
  }
  return frame->count == 0 ? base::Ok() : Append(frame);
}

Json TaskDesk::TaskJson(const InForce& config, const store::Task& task) const {
  const std::string destination = DestinationAt(config.plan, task.destination);
  Json json{{"task", task.id},
            {"state", task.closed == 0 ? "open" : "done"},
            {"article", "19"},
            {"destination", destination}};
  AddRecipient(config.facts, destination, json);
  json["consent"] = {{"id", task.consent},
                     {"purpose", task.purpose},
                     {"state", Name(task.state)},
                     {"effective_at", base::FormatRfc3339(task.effective_at)},
                     {"recorded_at", base::FormatRfc3339(task.recorded_at)}};
  json["handle"] = task.handle;
  json["claims"] = ArticleOf(task.state);
  json["deliveries"] = task.deliveries;
  json["perhaps"] = task.perhaps;
  json["opened"] = base::FormatRfc3339(task.opened);
  json["due"] = base::FormatRfc3339(task.due);
  json["overdue"] = task.closed == 0 && task.due < parts_.clock->WallNow();
  if (task.closed == 0) return json;
  json["closed"] = {{"at", base::FormatRfc3339(task.closed)}, {"uid", task.closed_by}};
  if (const auto note =
          journal::OpenNote(*parts_.keys, task.id, task.closed, task.closed_by, task.note)) {
    json["closed"]["reason"] = *note;
  }
  return json;
}

std::string TaskDesk::List(const InForce& config, bool open_only) const {
  const auto tasks = parts_.store->Tasks(open_only, std::numeric_limits<std::size_t>::max());
  if (!tasks) return ErrorJson("store.unavailable");
  Json list = Json::array();
  std::size_t open = 0, overdue = 0;
  for (const store::Task& task : *tasks) {
    open += task.closed == 0 ? 1 : 0;
    overdue += task.closed == 0 && task.due < parts_.clock->WallNow() ? 1 : 0;
    if (list.size() < kListedMax) list.push_back(TaskJson(config, task));
  }
  Json report{{"open", open}, {"overdue", overdue}, {"tasks", std::move(list)}};
  if (tasks->size() > kListedMax) report["left_off"] = tasks->size() - kListedMax;
  return report.dump();
}

std::string TaskDesk::Show(const InForce& config, std::string_view id) const {
  const auto task = parts_.store->TaskById(id);
  if (!task) return ErrorJson("store.unavailable");
  return *task ? TaskJson(config, **task).dump() : ErrorJson("task.unknown");
}

std::string TaskDesk::Close(const InForce& config, std::string_view id, std::string_view reason,
                            std::uint32_t uid) {
  if (!change::IsReason(reason)) return ErrorJson("task.reason_missing");
  const std::lock_guard lock(mutex_);
  const auto task = parts_.store->TaskById(id);
  if (!task) return ErrorJson("store.unavailable");
  if (!*task) return ErrorJson("task.unknown");
  if ((*task)->closed != 0) return ErrorJson("task.closed");
  journal::TaskRecord record;
  record.step = journal::TaskStep::kClosed;
  record.plan = config.plan.number;
  record.at = parts_.clock->WallNow();
  record.task = id;
  record.uid = uid;
  record.note = journal::SealNote(*parts_.keys, id, record.at, uid, reason);
  const auto frame = parts_.journal->NewFrame();
  frame->Add(record);
  if (!Append(frame)) return ErrorJson("task.unrecorded");
  base::Log::Info("task.closed", {{"task", base::Id::OfConfig(record.task)}, {"uid", uid}});
  store::Task done = **task;
  done.closed = record.at;
  done.closed_by = uid;
  done.note = record.note;
  return TaskJson(config, done).dump();
}

std::string TaskDesk::Take(std::string_view order, std::uint32_t uid) {
  const Json json = Json::parse(order, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return ErrorJson("request.invalid");
  const auto past = parts_.config();
  if (!past) return ErrorJson("store.unavailable");
  const std::string what = TextOf(json, "what"), id = TextOf(json, "task");
  const InForce config{*past->plan, config::RegisterFacts::Of(past->config, parts_.language)};
  if (what == "list") return List(config, !json.contains("all") || json["all"] != true);
  if (what == "show") return Show(config, id);
  if (what == "close") return Close(config, id, TextOf(json, "reason"), uid);
  return ErrorJson("request.invalid");
}

}  // namespace octroi::gateway
