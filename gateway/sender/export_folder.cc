#include "gateway/sender/export_folder.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/crash_point.h"
#include "base/text.h"
#include "gateway/sender/gzip.h"

namespace octroi::gateway {
namespace {

constexpr std::string_view kOpen = ".ndjson.open", kPlain = ".ndjson", kGzip = ".ndjson.gz",
                           kHalfMade = ".ndjson.gz.tmp";
constexpr std::size_t kTimeSize = std::string_view("20261121T090000Z").size();
constexpr std::size_t kNumberSize = 6;
constexpr std::size_t kIdSize = 22;  // base64url of 16 bytes
// Sent and not yet on the journal is what the last commits carried: far less than this.
constexpr std::size_t kIdsKept = 100'000;
constexpr std::uint64_t kReadBackBytes = 16 * 1024 * 1024;  // of complete files
constexpr std::size_t kReadBackFiles = 64;
constexpr std::size_t kPiece = 256 * 1024;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsIdChar(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

// "20261121T090000Z": what sorts and what every file system takes.
std::string TimeName(base::Millis time) {
  std::string name = base::FormatRfc3339(time).substr(0, 19) + "Z";
  std::erase_if(name, [](char c) { return c == '-' || c == ':'; });
  return name;
}

base::Millis TimeOf(std::string_view name) {
  std::string text(name.substr(0, kTimeSize));
  for (const std::size_t at : {13u, 11u}) text.insert(at, ":");
  for (const std::size_t at : {6u, 4u}) text.insert(at, "-");
  return base::ParseRfc3339(text).value_or(0);
}

// Follows a file line by line. What is whole ends at `good`: a line without its end, or with a NUL
// (which no JSON holds, and which a lost sector reads as), is a torn write's, and so is the rest.
class LineScan {
 public:
  explicit LineScan(WrittenIds& ids) : ids_(ids) {}
  void Take(std::string_view piece) {
    while (!torn_ && !piece.empty()) {
      const std::size_t end = std::min(piece.find('\n'), piece.size());
      line_.append(piece.substr(0, end));
      if (end == piece.size()) return;
      piece.remove_prefix(end + 1);
      torn_ = line_.find('\0') != std::string::npos;
      if (torn_) return;
      ids_.TakeLine(line_);
      good_ += line_.size() + 1;
      line_.clear();
    }
  }
  std::uint64_t good() const { return good_; }

 private:
  WrittenIds& ids_;
  std::string line_;
  std::uint64_t good_ = 0;
  bool torn_ = false;
};

base::Status ReadPieces(const base::File& file, LineScan& scan) {
  std::vector<char> piece(kPiece);
  for (std::uint64_t at = 0;;) {
    const auto got = file.ReadAt(at, piece);
    if (!got) return got.error();
    if (*got == 0) return base::Ok();
    scan.Take({piece.data(), *got});
    at += *got;
  }
}

}  // namespace

void WrittenIds::TakeLine(std::string_view line) {
  for (std::size_t at = line.find('"'); at != std::string_view::npos; at = line.find('"', at + 1)) {
    if (at + kIdSize + 1 >= line.size() || line[at + kIdSize + 1] != '"') continue;
    const std::string_view id = line.substr(at + 1, kIdSize);
    if (std::ranges::all_of(id, IsIdChar)) Take(id);
  }
}

void WrittenIds::Take(std::string_view id) {
  if (id.empty() || known_.contains(id)) return;
  known_.insert(order_.emplace_back(id));
  if (order_.size() > kIdsKept) {
    known_.erase(order_.front());
    order_.pop_front();
  }
}

void WrittenIds::Clear() {
  known_.clear();
  order_.clear();
}

base::Result<bool> ExportFolder::Append(const FilePlan& plan, const policies::ProtectedBatch& batch,
                                        SendStart& start) {
  const std::lock_guard lock(mutex_);
  if (!ready_) {
    if (auto recovered = Recover(plan); !recovered) return recovered.error();
    ready_ = true;
  }
  std::string lines;
  for (std::size_t i = 0; i < batch.count(); ++i) {
    if (ids_.Has(batch.id(i))) continue;
    const std::size_t begin = lines.size();
    lines += batch.event(i);
    // A list or an object keeps the spaces it came with; strings hold no control characters.
    std::replace_if(
        lines.begin() + static_cast<std::ptrdiff_t>(begin), lines.end(),
        [](char c) { return c == '\n' || c == '\r'; }, ' ');
    lines += '\n';
  }
  if (lines.empty()) return true;
  auto written = Write(plan, lines, start);
  if (!written) {  // what is on the disk now is not known: look again
    file_.reset();
    ready_ = false;
  } else if (*written) {
    for (std::size_t i = 0; i < batch.count(); ++i) ids_.Take(batch.id(i));
  }
  return written;
}

base::Result<bool> ExportFolder::Write(const FilePlan& plan, const std::string& lines,
                                       SendStart& start) {
  if (file_ && Due(plan, lines.size())) {
    if (auto closed = Close(plan); !closed) return closed.error();
  }
  if (!file_) {
    if (auto created = Create(plan); !created) return created.error();
  }
  Starting starting(start);
  if (!starting) return false;
  if (auto wrote = file_->WriteAt(size_, lines); !wrote) return wrote.error();
  starting.Started();
  OCTROI_CRASH_POINT("export.written");
  if (auto synced = file_->SyncData(); !synced) return synced.error();
  OCTROI_CRASH_POINT("export.synced");
  size_ += lines.size();
  return true;
}

bool ExportFolder::Due(const FilePlan& plan, std::size_t more) const {
  if (size_ == 0) return false;
  if (size_ + more > plan.rotate_bytes) return true;
  const base::Millis opened = TimeOf(std::string_view(base_).substr(id_.size() + 1));
  return plan.rotate_after > 0 && clock_.WallNow() - opened >= plan.rotate_after;
}

// Our files by age: those of a folder that holds others' too.
std::vector<ExportFolder::Found> ExportFolder::Ours(const std::vector<std::string>& names) const {
  std::vector<Found> found;
  const std::size_t base_size = id_.size() + 1 + kTimeSize + 1 + kNumberSize;
  for (const std::string& name : names) {
    if (!name.starts_with(id_ + "-") || name.size() <= base_size) continue;
    const std::string_view time = std::string_view(name).substr(id_.size() + 1, kTimeSize);
    const std::string_view number =
        std::string_view(name).substr(base_size - kNumberSize, kNumberSize);
    const bool ours = time.back() == 'Z' && time[8] == 'T' &&
                      std::ranges::all_of(number, IsDigit) && name[base_size] == '.';
    if (ours) found.push_back({name.substr(0, base_size), name.substr(base_size)});
  }
  std::ranges::stable_sort(found, {}, &Found::base);
  return found;
}

base::Status ExportFolder::Recover(const FilePlan& plan) {
  file_.reset();
  if (auto made = disk_.MakeFolder(plan.folder); !made) return made;
  const auto names = disk_.List(plan.folder);
  if (!names) return names.error();
  if (names->empty()) {  // perhaps just made
    const std::string parent = plan.folder.substr(0, plan.folder.rfind('/'));
    if (auto synced = disk_.SyncFolder(parent.empty() ? "/" : parent); !synced) return synced;
  }
  std::vector<Found> found = Ours(*names);
  ids_.Clear();
  if (auto tidied = Tidy(plan, found); !tidied) return tidied;
  if (auto read = ReadClosed(plan, found); !read) return read;
  for (const Found& file : found) {
    if (file.suffix != kOpen) continue;
    if (file_) {  // an older one that a crash left
      if (auto closed = Close(plan); !closed) return closed;
    }
    if (auto opened = OpenCurrent(plan, file.base); !opened) return opened;
  }
  if (file_) return base::Ok();
  known_ = false;
  if (!found.empty()) base_ = found.back().base;
  return base::Ok();
}

// Removes what a crash left of a compression: half of one, or what it was made from.
base::Status ExportFolder::Tidy(const FilePlan& plan, std::vector<Found>& found) {
  const auto all = found;
  for (const Found& file : all) {
    const bool twin = file.suffix == kOpen && std::ranges::any_of(all, [&](const Found& other) {
                        return other.base == file.base && other.suffix == kGzip;
                      });
    if (file.suffix != kHalfMade && !twin) continue;
    if (auto removed = disk_.Remove(plan.folder + "/" + file.base + file.suffix); !removed) {
      return removed;
    }
    std::erase_if(found, [&](const Found& one) {
      return one.base == file.base && one.suffix == file.suffix;
    });
  }
  return base::Ok();
}

// The newest closed files: a file may have been closed after what is not reported yet.
base::Status ExportFolder::ReadClosed(const FilePlan& plan, const std::vector<Found>& found) {
  std::vector<std::pair<std::unique_ptr<base::File>, bool>> newest;  // and whether it is plain
  std::uint64_t bytes = 0;
  for (auto file = found.rbegin(); file != found.rend() && bytes < kReadBackBytes; ++file) {
    if (file->suffix != kPlain && file->suffix != kGzip) continue;
    auto opened = disk_.Open(plan.folder + "/" + file->base + file->suffix, base::OpenMode::kRead);
    if (!opened) return opened.error();
    const auto size = (*opened)->Size();
    if (!size) return size.error();
    bytes += *size;
    newest.emplace_back(std::move(*opened), file->suffix == kPlain);
    if (newest.size() == kReadBackFiles) break;
  }
  for (auto at = newest.rbegin(); at != newest.rend(); ++at) {
    const auto& [file, plain] = *at;
    LineScan scan(ids_);
    const auto read = plain ? ReadPieces(*file, scan)
                            : GunzipFile(*file, [&](std::string_view piece) { scan.Take(piece); });
    if (!read) return read;
  }
  return base::Ok();
}

base::Status ExportFolder::OpenCurrent(const FilePlan& plan, const std::string& base) {
  const bool known = known_ && base_ == base;
  const std::uint64_t durable = size_;
  base_ = base;
  auto opened = disk_.Open(Path(plan, kOpen), base::OpenMode::kReadWrite);
  if (!opened) return opened.error();
  // A failed sync may have lost what reads well: only what is known to be there is kept.
  if (known) {
    if (auto cut = (*opened)->Truncate(durable); !cut) return cut;
  }
  LineScan scan(ids_);
  if (auto read = ReadPieces(**opened, scan); !read) return read;
  if (auto cut = (*opened)->Truncate(scan.good()); !cut) return cut;
  if (auto synced = (*opened)->SyncData(); !synced) return synced;
  file_ = std::move(*opened);
  size_ = scan.good();
  known_ = true;
  return base::Ok();
}

base::Status ExportFolder::Create(const FilePlan& plan) {
  std::string time = TimeName(clock_.WallNow());
  std::uint32_t number = 0;
  if (!base_.empty()) {  // behind the newest, also where the clock was set back
    const std::string_view newest = std::string_view(base_).substr(id_.size() + 1);
    time = std::max(time, std::string(newest.substr(0, kTimeSize)));
    const std::string_view digits = newest.substr(kTimeSize + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
  }
  std::string digits = std::to_string((number + 1) % 1'000'000);
  digits.insert(0, kNumberSize - digits.size(), '0');
  const std::string base = id_ + "-" + time + "-" + digits;
  auto made = disk_.Open(plan.folder + "/" + base + std::string(kOpen), base::OpenMode::kCreateNew);
  if (!made) return made.error();
  if (auto synced = disk_.SyncFolder(plan.folder); !synced) return synced;
  OCTROI_CRASH_POINT("export.created");
  file_ = std::move(*made);
  base_ = base;
  size_ = 0;
  known_ = true;
  return base::Ok();
}

base::Status ExportFolder::Close(const FilePlan& plan) {
  auto closed = plan.gzip ? Compress(plan) : disk_.Rename(Path(plan, kOpen), Path(plan, kPlain));
  if (!closed) return closed;
  OCTROI_CRASH_POINT("export.renamed");
  file_.reset();
  known_ = false;
  return disk_.SyncFolder(plan.folder);
}

base::Status ExportFolder::Compress(const FilePlan& plan) {
  auto made = disk_.Open(Path(plan, kHalfMade), base::OpenMode::kCreateNew);
  if (!made) return made.error();
  if (auto written = GzipFile(*file_, size_, **made); !written) return written;
  if (auto synced = (*made)->SyncData(); !synced) return synced;
  OCTROI_CRASH_POINT("export.compressed");
  if (auto named = disk_.Rename(Path(plan, kHalfMade), Path(plan, kGzip)); !named) return named;
  if (auto synced = disk_.SyncFolder(plan.folder); !synced) return synced;
  OCTROI_CRASH_POINT("export.twin_named");
  return disk_.Remove(Path(plan, kOpen));
}

}  // namespace octroi::gateway
