#include "gateway/import/importer.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/crash_point.h"

namespace octroi::gateway::import {
namespace {

using base::Error;
using base::ErrorCode;
using Json = nlohmann::ordered_json;

constexpr base::Millis kFirstWait = 100, kLongestWait = 2'000;
constexpr std::size_t kFaultsABatch = 500;
constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();

Error Of(ErrorCode code, std::string detail) { return {code, "import", std::move(detail)}; }

}  // namespace

base::Result<Checkpoint> Importer::Run() {
  alive_nanos_ = parts_.clock->BootNowNanos();
  if (auto resumed = Resume(); !resumed) return resumed.error();
  if (state_.complete) return state_;
  const bool in_doubt = state_.next.has_value();
  auto batch = Compose(in_doubt ? state_.next->last : kNoEnd);
  if (!batch) return batch.error();
  if (!in_doubt) {
    if (auto announced = Announce(*batch); !announced) return announced.error();
  }
  for (bool doubted = in_doubt; batch->announced.last != 0; doubted = false) {
    if (auto delivered = Deliver(*batch, doubted); !delivered) return delivered.error();
    OCTROI_CRASH_POINT("import.taken");
    batch = Compose(kNoEnd);
    if (!batch) return batch.error();
    if (auto announced = Announce(*batch); !announced) return announced.error();
    OCTROI_CRASH_POINT("import.announced");
    if (parts_.progress) parts_.progress(state_.counts);
  }
  return state_;
}

base::Status Importer::Resume() {
  auto loaded = LoadCheckpoint(*parts_.disk, parts_.checkpoint);
  if (!loaded) return loaded.error();
  resumed_ = loaded->has_value();
  if (resumed_) {
    state_ = **loaded;
    if (state_.source != parts_.source || state_.digest != parts_.file->facts().digest)
      return Of(ErrorCode::kInvalid, "import.state_damaged");
    if (state_.reading != parts_.reading) return Of(ErrorCode::kInvalid, "import.other_reading");
  } else {
    state_.source = parts_.source;
    state_.digest = parts_.file->facts().digest;
    state_.reading = parts_.reading;
  }
  if (state_.complete) return base::Ok();
  if (auto opened = report_.Open(*parts_.disk, parts_.report, state_.report_bytes); !opened)
    return opened;
  while (item_.number < state_.counts.records) {
    const auto more = Read();
    if (!more) return more.error();
    if (!*more) return Of(ErrorCode::kInvalid, "import.state_damaged");
    held_ = false;
  }
  return base::Ok();
}

// The next record into item_. Where the file cannot be read any further, it ends here.
base::Result<bool> Importer::Read() {
  if (held_) return true;
  if (ended_) return false;
  const auto more = parts_.items->Next(item_);
  if (more && *more) {
    held_ = true;
    return true;
  }
  const Fault& fault = parts_.items->fault();
  if (!more && fault.code.empty()) return more.error();
  ended_ = true;
  if (!more) {
    state_.stopped = std::string(fault.code) + ":" + std::to_string(fault.at.line) + ":" +
                     std::to_string(fault.at.column);
  }
  return false;
}

// As many records as fit; through `until`, if that is a record.
base::Result<Importer::Batch> Importer::Compose(std::uint64_t until) {
  Batch batch;
  for (;;) {
    const auto more = Read();
    if (!more) return more.error();
    if (!*more || (until == kNoEnd && !Fits(item_, batch))) return batch;
    held_ = false;
    if (batch.announced.first == 0) batch.announced.first = item_.number;
    batch.announced.last = item_.number;
    const Line line{item_.number, item_.line, item_.last_line};
    if (!item_.fault.code.empty()) {
      batch.faults.push_back({line, item_.fault.at, item_.fault.cell, "unreadable",
                              std::string(item_.fault.code), "", ""});
    } else {
      batch.lines.push_back(line);
      batch.body += item_.event;
      batch.body += '\n';
      ++batch.announced.events;
    }
    if (item_.number == until) return batch;
  }
}

// One event always does: Items gives none that goes into no request.
bool Importer::Fits(const Item& item, const Batch& batch) const {
  if (!item.fault.code.empty()) return batch.faults.size() < kFaultsABatch;
  if (batch.lines.empty()) return true;
  return batch.lines.size() < parts_.batch_events &&
         batch.body.size() + item.event.size() < parts_.batch_bytes;
}

base::Status Importer::Announce(const Batch& batch) {
  state_.next.reset();
  state_.complete = batch.announced.last == 0;
  if (state_.complete && !parts_.file->Unchanged()) state_.stopped = "file.changed";
  if (!state_.complete) {
    state_.next = batch.announced;
    state_.next->since = parts_.clock->WallNow();
  }
  state_.report_bytes = report_.bytes();
  return Save(*parts_.disk, parts_.checkpoint, state_);
}

std::string Importer::KeyOf(const Announced& batch) const {
  return "octroi-import/" + state_.digest.substr(0, 32) + "/" + std::to_string(batch.first) + "-" +
         std::to_string(batch.last);
}

// Returns once it is known that the batch was taken.
base::Status Importer::Deliver(const Batch& batch, bool in_doubt) {
  if (batch.announced.events == 0 && state_.next->events == 0)
    return TakeItems(batch, R"({"items":[]})");
  base::Millis wait = kFirstWait;
  for (bool replayed = false;;) {
    if (in_doubt) {
      const auto taken = WasTaken(batch, replayed ? 0 : state_.next->since);
      if (taken && *taken) return base::Ok();
      if (!taken && taken.error().code != ErrorCode::kUnavailable) return taken.error();
      if (!taken) {
        if (auto waited = Wait(std::exchange(wait, std::min(wait * 2, kLongestWait))); !waited)
          return waited;
        continue;
      }
    }
    // It is not there, and a config of another day makes other events of its records.
    if (state_.next->events != batch.announced.events) {
      if (auto announced = Announce(batch); !announced) return announced;
    }
    const Posted posted = parts_.client->Post(batch.body, KeyOf(batch.announced));
    OCTROI_CRASH_POINT("import.posted");
    if (posted.kind != Posted::Kind::kUnknown) alive_nanos_ = parts_.clock->BootNowNanos();
    const bool again = replayed;
    replayed = posted.kind == Posted::Kind::kTaken && posted.replayed;
    if (posted.kind == Posted::Kind::kTaken && !replayed) return TakeItems(batch, posted.body);
    if (posted.kind == Posted::Kind::kRefused)
      return Of(ErrorCode::kInvalid, posted.code.empty() ? "import.refused" : posted.code);
    in_doubt = posted.kind != Posted::Kind::kBusy;
    if (!in_doubt) wait = posted.wait;
    // The journal has it, and what became of it; unless it keeps less than the memory of repeats.
    if (replayed && !again) continue;
    if (auto waited = Wait(wait); !waited) return waited;
    wait = in_doubt ? std::min(wait * 2, kLongestWait) : kFirstWait;
  }
}

base::Status Importer::Wait(base::Millis wait) {
  const base::Millis silent = (parts_.clock->BootNowNanos() - alive_nanos_) / 1'000'000;
  if (silent > parts_.wait) return Of(ErrorCode::kUnavailable, "import.no_gateway");
  parts_.pause(wait);
  return base::Ok();
}

// Asks the journal; takes the batch over from it if it is there.
base::Result<bool> Importer::WasTaken(const Batch& batch, base::Millis since) {
  const Json order{{"source", state_.source},
                   {"key", KeyOf(batch.announced)},
                   {"events", state_.next->events},
                   {"since", since}};
  const auto answer = parts_.ask("submitted " + order.dump());
  if (!answer) return answer.error();
  const Json json = Json::parse(*answer, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Of(ErrorCode::kUnavailable, "import.no_gateway");
  if (json.contains("error")) {
    const std::string code = json["error"];
    const bool gone = code == "import.journal_gone";
    return Of(gone ? ErrorCode::kInDoubt : ErrorCode::kUnavailable, code);
  }
  if (auto same = CheckOrigin(json.value("origin", "") + "."); !same) return same.error();
  if (!json.value("found", false)) return false;
  if (auto taken = TakeItems(batch, *answer); !taken) return taken.error();
  return true;
}

// Another journal has not what this one took.
base::Status Importer::CheckOrigin(std::string_view id) {
  const std::string origin(id.substr(0, id.find('.')));
  if (state_.origin.empty()) state_.origin = origin;
  if (state_.origin != origin) return Of(ErrorCode::kInDoubt, "import.other_journal");
  return base::Ok();
}

base::Status Importer::TakeItems(const Batch& batch, const std::string& receipt) {
  const Json items = Json::parse(receipt)["items"];
  std::vector<RejectedLine> rejected = batch.faults;
  const bool known = items.size() == batch.lines.size();
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Json& item = items[i];
    if (auto same = CheckOrigin(item.value("id", "")); !same) return same;
    const std::string outcome = item.value("outcome", "");
    Counts& counts = state_.counts;
    if (outcome == "accepted") ++counts.accepted;
    if (outcome == "merged") ++counts.merged;
    if (outcome == "rejected") ++counts.rejected;
    if (outcome == "quarantined") ++counts.quarantined;
    if (outcome != "rejected" && outcome != "quarantined") continue;
    RejectedLine line{known ? batch.lines[i] : Line{},
                      {},
                      0,
                      outcome,
                      item.value("reason", ""),
                      item.value("id", ""),
                      ""};
    for (const char* name : {"rule", "offset", "pointer", "failed_rules"}) {
      if (item.contains(name)) line.more += ",\"" + std::string(name) + "\":" + item[name].dump();
    }
    rejected.push_back(std::move(line));
  }
  alive_nanos_ = parts_.clock->BootNowNanos();
  state_.counts.unreadable += batch.faults.size();
  state_.counts.records = batch.announced.last;
  return report_.Add(std::move(rejected));
}

}  // namespace octroi::gateway::import
