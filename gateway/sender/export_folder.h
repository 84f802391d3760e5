// ExportFolder: the files that one destination's events are written into, an event a line
// (docs/FORMATS.md, "Export files").
//
//   <id>-<UTC>-<number>.ndjson.open    being written; whole lines only
//   <id>-<UTC>-<number>.ndjson[.gz]    complete, never touched again
//
// Names sort by age. Each event is there once, also after a crash: what an earlier process wrote
// and could not report is recognised by the event's outgoing id, which every line holds.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "gateway/plan.h"
#include "gateway/sender.h"
#include "policies/protected_batch.h"

namespace octroi::gateway {

// The ids in the last lines written, whichever text between quotes looks like one; asked only for
// true ids, which nobody can guess.
class WrittenIds {
 public:
  void TakeLine(std::string_view line);
  void Take(std::string_view id);
  bool Has(std::string_view id) const { return known_.contains(id); }
  std::size_t size() const { return known_.size(); }
  void Clear();

 private:
  std::deque<std::string> order_;  // known_ points into it
  std::unordered_set<std::string_view> known_;
};

// Safe from any thread; the lanes of a destination share one.
class ExportFolder {
 public:
  // Both must outlive it.
  ExportFolder(base::Disk& disk, const base::Clock& clock, std::string id)
      : disk_(disk), clock_(clock), id_(std::move(id)) {}

  // True: every event of the batch is in the folder, once, and durable. False: `start` said no,
  // right before the first byte. An error: some may be; ask again, with this batch or any other.
  base::Result<bool> Append(const FilePlan& plan, const policies::ProtectedBatch& batch,
                            SendStart& start);

 private:
  struct Found {
    std::string base, suffix;  // "crm-20261121T090000Z-000001", ".ndjson.gz"
  };

  base::Result<bool> Write(const FilePlan& plan, const std::string& lines, SendStart& start);
  base::Status Recover(const FilePlan& plan);
  base::Status Tidy(const FilePlan& plan, std::vector<Found>& found);
  base::Status ReadClosed(const FilePlan& plan, const std::vector<Found>& found);
  base::Status OpenCurrent(const FilePlan& plan, const std::string& base);
  base::Status Create(const FilePlan& plan);
  base::Status Close(const FilePlan& plan);
  base::Status Compress(const FilePlan& plan);
  bool Due(const FilePlan& plan, std::size_t more) const;
  std::vector<Found> Ours(const std::vector<std::string>& names) const;
  std::string Path(const FilePlan& plan, std::string_view suffix) const {
    return plan.folder + "/" + base_ + std::string(suffix);
  }

  base::Disk& disk_;
  const base::Clock& clock_;
  const std::string id_;
  std::mutex mutex_;
  bool ready_ = false;  // file_ and ids_ are what the disk holds
  std::unique_ptr<base::File> file_;
  std::string base_;        // of the file being written, or of the newest
  std::uint64_t size_ = 0;  // durable bytes of it, as far as this process knows
  bool known_ = false;      // size_ is of base_: what lies beyond is a failed attempt's
  WrittenIds ids_;
};

}  // namespace octroi::gateway
