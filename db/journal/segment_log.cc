#include "journal/segment_log.h"

#include <algorithm>
#include <cstring>

#include "base/crash_point.h"
#include "crypto/hmac.h"

namespace octroi::journal {
namespace {

using base::Error;
using base::ErrorCode;
using base::Status;

constexpr std::uint64_t kMarkEveryBytes = 256 * 1024;
constexpr std::size_t kZeroChunkBytes = 1024 * 1024;
constexpr std::uint64_t kLargeCommitBytes =
    256 * 1024;  // from here on zeros cost more than they save

Error Damaged(const std::string& name, std::uint64_t offset, const std::string& what) {
  return {ErrorCode::kInvalid, "journal.recover",
          "`" + name + "` is damaged at byte " + std::to_string(offset) + ": " + what +
              "; acknowledged records would be lost by going on. Run `octroi journal check`, then "
              "restore the file "
              "from a backup"};
}

}  // namespace

void Segment::Note(const BlockHeader& block, std::uint64_t offset) {
  if (block.kind != BlockKind::kRecords) return;
  if (marks.empty() || offset - marks.back().offset >= kMarkEveryBytes) {
    marks.push_back({block.first_sequence, offset});
  }
  last_sequence = block.last_sequence();
}

Status SegmentLog::Recover(
    const std::vector<std::string>& names,
    const std::function<bool(const Segment&, std::uint64_t, const ReadBlock&)>& visit) {
  std::vector<std::shared_ptr<Segment>> found;
  bool completed = false;
  for (const std::string& name : names) {
    auto file = parts_.disk->Open(parts_.folder + "/" + name, base::OpenMode::kReadWrite);
    if (!file) return file.error();
    auto segment = std::make_shared<Segment>();
    segment->name = name;
    segment->file = std::move(*file);
    auto header = ReadHeader(*segment->file, name);
    if (!header) return header.error();
    segment->header = std::move(*header);
    if (segment->header.kind != parts_.kind ||
        name != SegmentName(segment->header.kind, segment->header.number)) {
      return Damaged(name, 0, "its header belongs to another segment");
    }
    auto key = OpenKey(segment->header, *parts_.keys, name);
    if (!key) return key.error();
    segment->key = *key;
    const bool last = &name == &names.back();
    const bool skip = parts_.kind == SegmentClass::kPayload && !last;
    const Scanned scanned =
        Scan(*segment->file, segment->header, kHeaderBytes, skip ? Bodies::kSkip : Bodies::kVerify,
             [&](std::uint64_t offset, const ReadBlock& block) {
               segment->Note(block.header, offset);
               return visit(*segment, offset, block);
             });
    segment->end = scanned.offset;
    if (scanned.end == ScanEnd::kDamaged)
      return Damaged(name, scanned.offset, "good blocks follow bytes that are none");
    if (!last && scanned.end != ScanEnd::kComplete)
      return Damaged(name, scanned.offset, "it ends without its end mark");
    if (last && scanned.end == ScanEnd::kTorn) {
      if (auto cut = CutTail(*segment->file, scanned.offset); !cut) return cut;
    }
    completed = scanned.end == ScanEnd::kComplete;
    found.push_back(std::move(segment));
  }
  if (!found.empty()) {
    open_ = found.back().get();
    written_ = open_->end;
    synced_ = open_->end;
    complete_ = completed;
    sealer_ = std::make_unique<crypto::Sealer>(open_->key->bytes());
  }
  segments_.With([&](auto& segments) { segments = std::move(found); });
  return base::Ok();
}

Status SegmentLog::CutAfter(std::uint64_t segment, std::uint64_t offset) {
  if (open_ == nullptr) {
    if (segment == 0) return base::Ok();  // nothing was ever committed
    return Damaged(SegmentName(parts_.kind, segment), 0, "the segment is missing");
  }
  const auto position = std::pair{open_->header.number, open_->end};
  if (position < std::pair{segment, offset}) {
    return Damaged(open_->name, open_->end, "payload that finished commits count on is missing");
  }
  // A segment begun for a commit that never finished holds nothing anybody counts on: it is
  // emptied.
  if (open_->header.number != segment) offset = kHeaderBytes;
  if (open_->end == offset) return base::Ok();
  if (auto cut = CutTail(*open_->file, offset); !cut) return cut;
  written_ = offset;
  synced_ = offset;
  open_->end = offset;
  while (!open_->marks.empty() && open_->marks.back().offset >= offset) open_->marks.pop_back();
  open_->last_sequence = 0;
  Scan(*open_->file, open_->header, kHeaderBytes, Bodies::kVerify,
       [&](std::uint64_t, const ReadBlock& block) {
         if (block.header.kind == BlockKind::kRecords)
           open_->last_sequence = block.header.last_sequence();
         return true;
       });
  return base::Ok();
}

Status SegmentLog::Begin(const std::string& origin, std::uint64_t first_sequence) {
  if (open_ != nullptr && !complete_) return base::Ok();
  if (auto made = PrepareSpare(); !made) return made;
  return OpenNew(open_ == nullptr ? 1 : open_->header.number + 1, origin, first_sequence);
}

std::uint64_t SegmentLog::Capacity() const {
  return parts_.segment_bytes - kHeaderBytes - kEndBytes;
}

std::uint64_t SegmentLog::Free() const {
  const std::uint64_t used = written_ + kEndBytes;
  return used >= parts_.segment_bytes ? 0 : parts_.segment_bytes - used;
}

std::pair<std::uint64_t, std::uint64_t> SegmentLog::End() const {
  return {open_->header.number, written_.load()};
}

Status SegmentLog::Write(BlockHeader header, std::string_view plain) {
  header.body_bytes = static_cast<std::uint32_t>(plain.size() + crypto::kBoxOverheadBytes);
  if (BlockBytes(header) > Free()) {
    if (auto rotated = Rotate(header.first_sequence); !rotated) return rotated;
  }
  header.salt = open_->header.salt;
  const std::size_t bytes = BlockBytes(header);
  if (buffer_.size() < bytes) buffer_.resize(bytes);  // never shrinks: all of it is written below
  char* const body = buffer_.data() + kBlockHeaderBytes;
  sealer_->Seal(BlockAad(header), plain, body);
  header.crc = BlockCrc(header, {body, header.body_bytes});
  EncodeBlockHeader(header, buffer_.data());
  std::fill(body + header.body_bytes, buffer_.data() + bytes, '\0');
  if (auto wrote = open_->file->WriteAt(written_, {buffer_.data(), bytes}); !wrote) return wrote;
  unsynced_.emplace_back(header, written_.load());
  written_ += bytes;
  return base::Ok();
}

Status SegmentLog::Sync() {
  if (auto synced = open_->file->SyncData(); !synced) return synced;
  segments_.With([&](auto&) {
    for (const auto& [header, offset] : unsynced_) open_->Note(header, offset);
    open_->end = written_;
  });
  const std::uint64_t average = commit_bytes_.load(std::memory_order_relaxed);
  commit_bytes_.store((average * 7 + (written_ - synced_)) / 8, std::memory_order_relaxed);
  synced_ = written_;
  unsynced_.clear();
  return base::Ok();
}

Status SegmentLog::Rotate(std::uint64_t first_sequence) {
  BlockHeader end;
  end.kind = BlockKind::kEnd;
  end.salt = open_->header.salt;
  end.crc = BlockCrc(end, {});
  std::string bytes(kBlockHeaderBytes, '\0');
  EncodeBlockHeader(end, bytes.data());
  if (auto wrote = open_->file->WriteAt(written_, bytes); !wrote) return wrote;
  OCTROI_CRASH_POINT("segment.end_written");
  if (auto synced = Sync(); !synced) return synced;
  OCTROI_CRASH_POINT("segment.end_synced");
  if (auto opened = OpenNew(open_->header.number + 1, open_->header.origin, first_sequence);
      !opened)
    return opened;
  return on_new_segment ? on_new_segment() : base::Ok();
}

Status SegmentLog::OpenNew(std::uint64_t number, const std::string& origin,
                           std::uint64_t first_sequence) {
  if (!spare_ready())
    return Error{ErrorCode::kUnavailable, "journal.rotate", "no prepared segment"};
  auto segment = std::make_shared<Segment>();
  segment->name = SegmentName(parts_.kind, number);
  segment->header.kind = parts_.kind;
  segment->header.number = number;
  segment->header.first_sequence = first_sequence;
  segment->header.created = parts_.clock->WallNow();
  segment->header.origin = origin;
  crypto::RandomBytes(segment->header.salt);
  std::array<std::uint8_t, 32> key{};
  crypto::RandomBytes(key);
  segment->key = std::make_shared<SegmentKey>(
      std::string(reinterpret_cast<const char*>(key.data()), key.size()));
  explicit_bzero(key.data(), key.size());
  segment->header.wrapped_key = parts_.keys->WrapWithKek(segment->key->bytes());

  auto file = parts_.disk->Open(SparePath(), base::OpenMode::kReadWrite);
  if (!file) return file.error();
  segment->file = std::move(*file);
  if (auto wrote = segment->file->WriteAt(0, EncodeHeader(segment->header)); !wrote) return wrote;
  if (auto synced = segment->file->SyncData(); !synced) return synced;
  OCTROI_CRASH_POINT("segment.header_synced");
  if (auto renamed = parts_.disk->Rename(SparePath(), parts_.folder + "/" + segment->name);
      !renamed)
    return renamed;
  OCTROI_CRASH_POINT("segment.renamed");
  if (auto synced = parts_.disk->SyncFolder(parts_.folder); !synced) return synced;
  OCTROI_CRASH_POINT("segment.begun");

  sealer_ = std::make_unique<crypto::Sealer>(segment->key->bytes());
  open_ = segment.get();
  written_ = kHeaderBytes;
  synced_ = kHeaderBytes;
  spare_ready_.store(false, std::memory_order_release);
  segments_.With([&](auto& segments) { segments.push_back(std::move(segment)); });
  return base::Ok();
}

std::string SegmentLog::SparePath() const {
  return parts_.folder + "/spare-" + static_cast<char>(parts_.kind);
}

Status SegmentLog::PrepareSpare() {
  if (spare_ready()) return base::Ok();
  // Half of one would take what is left from everybody else.
  const auto free = parts_.disk->FreeBytes(parts_.folder);
  if (!free) return free.error();
  if (*free < parts_.segment_bytes + base::kRegisterDiskBytes)
    return Error{ErrorCode::kUnavailable, "journal.spare", "the disk has no room for a segment"};
  if (auto made = MakeFile(SparePath() + ".tmp"); !made) {
    (void)parts_.disk->Remove(SparePath() + ".tmp");
    return made;
  }
  OCTROI_CRASH_POINT("spare.made");
  if (auto renamed = parts_.disk->Rename(SparePath() + ".tmp", SparePath()); !renamed)
    return renamed;
  OCTROI_CRASH_POINT("spare.renamed");
  if (auto synced = parts_.disk->SyncFolder(parts_.folder); !synced) return synced;
  spare_ready_.store(true, std::memory_order_release);
  return base::Ok();
}

Status SegmentLog::MakeFile(const std::string& path) {
  (void)parts_.disk->Remove(path);  // a half-made one of an earlier run; absent is the usual case
  auto file = parts_.disk->Open(path, base::OpenMode::kCreateNew);
  if (!file) return file.error();
  if (commit_bytes_.load(std::memory_order_relaxed) >= kLargeCommitBytes) {
    const auto allocated = (*file)->Allocate(parts_.segment_bytes);
    if (allocated) return (*file)->SyncData();
    if (allocated.error().code != ErrorCode::kInvalid) return allocated;
  }
  const std::string zeros(kZeroChunkBytes, '\0');
  for (std::uint64_t offset = 0; offset < parts_.segment_bytes; offset += kZeroChunkBytes) {
    const std::size_t bytes =
        std::min<std::uint64_t>(kZeroChunkBytes, parts_.segment_bytes - offset);
    if (auto wrote = (*file)->WriteAt(offset, std::string_view(zeros).substr(0, bytes)); !wrote)
      return wrote;
  }
  return (*file)->SyncData();
}

std::vector<std::shared_ptr<const Segment>> SegmentLog::Snapshot() const {
  return segments_.With([](const auto& segments) {
    std::vector<std::shared_ptr<const Segment>> copies;
    copies.reserve(segments.size());
    for (const auto& segment : segments) copies.push_back(std::make_shared<Segment>(*segment));
    return copies;
  });
}

std::shared_ptr<const Segment> SegmentLog::Find(std::uint64_t sequence) const {
  return segments_.With([&](const auto& segments) -> std::shared_ptr<const Segment> {
    for (auto at = segments.rbegin(); at != segments.rend(); ++at) {
      if ((*at)->last_sequence == 0 || (*at)->header.first_sequence > sequence) continue;
      return sequence <= (*at)->last_sequence ? std::make_shared<Segment>(**at) : nullptr;
    }
    return nullptr;
  });
}

Status SegmentLog::Remove(const std::string& name) {
  const auto is_it = [&](const auto& segment) { return segment->name == name; };
  const bool found = segments_.With([&](auto& segments) {
    const auto at = std::find_if(segments.begin(), segments.end(), is_it);
    return at != segments.end() && at->get() != open_;
  });
  if (!found)
    return Error{ErrorCode::kInvalid, "journal.remove", "no such segment, or it is being written"};
  // The file first: what could not be removed stays known, and is tried again.
  if (auto removed = parts_.disk->Remove(parts_.folder + "/" + name); !removed) return removed;
  segments_.With([&](auto& segments) { std::erase_if(segments, is_it); });
  return parts_.disk->SyncFolder(parts_.folder);
}

}  // namespace octroi::journal
