#include <map>

#include "journal/journal.h"
#include "journal/scan.h"

namespace octroi::journal {
namespace {

struct Checker {
  base::Disk& disk;
  const std::string& folder;
  const crypto::KeyRing& keys;
  const Journal::Visit& each;
  CheckReport report;

  void Damage(const std::string& name, std::uint64_t offset, const std::string& what) {
    report.damages.push_back("`" + name + "` at byte " + std::to_string(offset) + ": " + what);
  }

  void Block(const std::string& name, std::uint64_t offset, const ReadBlock& block, bool payload,
             crypto::Sealer& sealer) {
    ++report.blocks;
    std::string plain;
    if (!OpenBlock(block, sealer, plain))
      return Damage(name, offset, "a block does not open with its key");
    if (payload) {
      ForEachPayload(plain, [&](std::uint32_t, std::string_view item) {
        PayloadView view;
        ++report.payload_items;
        if (!view.Decode(item)) Damage(name, offset, "a payload item is malformed");
        return true;
      });
      return;
    }
    std::uint32_t seen = 0;
    ForEachRecord(plain, [&](std::uint32_t index, std::string_view record) {
      ++seen;
      if (each)
        each(block.header.kind == BlockKind::kPlan ? 0 : block.header.first_sequence + index,
             record);
      if (!KindOf(record)) Damage(name, offset, "a record is of no known kind");
      return true;
    });
    if (block.header.kind == BlockKind::kPlan) return;
    if (seen != block.header.count)
      Damage(name, offset, "it holds another number of records than it says");
    if (report.last_sequence != 0 && block.header.first_sequence != report.last_sequence + 1) {
      Damage(name, offset, "records before it are missing");
    }
    if (report.records == 0) report.first_sequence = block.header.first_sequence;
    report.records += seen;
    report.last_sequence = block.header.last_sequence();
  }

  void Segment(const std::string& name, bool last) {
    ++report.segments;
    auto file = disk.Open(folder + "/" + name, base::OpenMode::kRead);
    if (!file) return Damage(name, 0, "it cannot be read");
    const auto header = ReadHeader(**file, name);
    if (!header) return Damage(name, 0, "its header is unreadable");
    const auto key = OpenKey(*header, keys, name);
    if (!key) return Damage(name, 0, "its key does not open with the storage root in use");
    crypto::Sealer sealer((*key)->bytes());
    const bool payload = header->kind == SegmentClass::kPayload;
    const Scanned scanned = Scan(**file, *header, kHeaderBytes, Bodies::kVerify,
                                 [&](std::uint64_t offset, const ReadBlock& block) {
                                   Block(name, offset, block, payload, sealer);
                                   return true;
                                 });
    if (scanned.end == ScanEnd::kDamaged)
      Damage(name, scanned.offset, "bytes that are no block, with blocks after them");
    if (!last && (scanned.end == ScanEnd::kOpen || scanned.end == ScanEnd::kTorn)) {
      Damage(name, scanned.offset, "it ends without its end mark");
    }
    if (last && scanned.end == ScanEnd::kTorn) report.torn_tail = true;
  }
};

}  // namespace

base::Result<CheckReport> Check(base::Disk& disk, const std::string& folder,
                                const crypto::KeyRing& keys, const Journal::Visit& each) {
  const auto names = disk.List(folder);
  if (!names) return names.error();
  std::map<SegmentClass, std::vector<std::string>> by_class;
  for (const std::string& name : *names) {
    if (const auto parsed = ParseSegmentName(name)) by_class[parsed->first].push_back(name);
  }
  Checker checker{disk, folder, keys, each, {}};
  for (const auto& [kind, segments] : by_class) {
    for (const std::string& name : segments) checker.Segment(name, name == segments.back());
  }
  return checker.report;
}

}  // namespace octroi::journal
