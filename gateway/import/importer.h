// Importer: the events of one file into a running gateway, each once.
//
//   announce batch n+1 (checkpoint, durable; it also closes batch n)
//     -> POST /v1/events/{source}, Idempotency-Key of file and records -> 200: durable there
//     -> report lines, synced -> announce the next
//
// Killed at any instant, at most the announced batch is in doubt. Whoever comes next asks the
// gateway's journal for its key (gateway/import/submitted.h) before sending it: it is there, and is
// counted from there; or it is not, and is sent. While a batch is under way the gateway's memory of
// repeats holds its key, too. So no event is lost and none is admitted twice, whoever was killed.
// Never two importers of one file at once: the caller holds a lock.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/result.h"
#include "gateway/import/checkpoint.h"
#include "gateway/import/import_file.h"
#include "gateway/import/ingest_client.h"
#include "gateway/import/reject_report.h"

namespace octroi::gateway::import {

inline constexpr std::size_t kBatchEvents = 500;
inline constexpr std::size_t kBatchBytes = 512 * 1024;

class Importer {
 public:
  struct Parts {
    base::Disk* disk = nullptr;
    const base::Clock* clock = nullptr;
    ImportFile* file = nullptr;
    Items* items = nullptr;
    IngestClient* client = nullptr;
    // One line to the running gateway's socket. kUnavailable: there is none now.
    std::function<base::Result<std::string>(const std::string& line)> ask;
    std::string checkpoint;  // path
    std::string report;      // path
    std::string source;
    std::string reading;  // what must be the same when it is taken up again
    std::size_t batch_events = kBatchEvents, batch_bytes = kBatchBytes;
    base::Millis wait = 600'000;  // for a gateway that does not answer what is posted
    std::function<void(const Counts&)> progress;
    std::function<void(base::Millis)> pause;
  };
  explicit Importer(Parts parts) : parts_(std::move(parts)) {}

  // Begins, or takes up where it was left. Errors leave a checkpoint from which a later Run goes
  // on. kUnavailable: the gateway answered no request for `wait`, or the disk. kInDoubt
  // "import.journal_gone", "import.other_journal": whether a batch was taken cannot be known any
  // more. kInvalid: a code of words.h, or of the gateway's answer: any 4xx but
  // 408 and 429 (401, 404, 409) ends the run, and its batch stays announced.
  base::Result<Checkpoint> Run();
  bool resumed() const { return resumed_; }

 private:
  struct Batch {
    Announced announced;
    std::string body;
    std::vector<Line> lines;           // of its events, in order
    std::vector<RejectedLine> faults;  // of its other records
  };
  base::Status Resume();
  base::Result<Batch> Compose(std::uint64_t until);
  bool Fits(const Item& item, const Batch& batch) const;
  base::Result<bool> Read();
  base::Status Announce(const Batch& batch);
  base::Status Deliver(const Batch& batch, bool in_doubt);
  base::Result<bool> WasTaken(const Batch& batch, base::Millis since);
  base::Status TakeItems(const Batch& batch, const std::string& receipt);
  base::Status CheckOrigin(std::string_view id);
  base::Status Wait(base::Millis wait);
  std::string KeyOf(const Announced& batch) const;

  Parts parts_;
  Checkpoint state_;
  RejectReport report_;
  Item item_;
  bool held_ = false, ended_ = false, resumed_ = false;  // held_: item_ is in no batch yet
  std::int64_t alive_nanos_ = 0;
};

}  // namespace octroi::gateway::import
