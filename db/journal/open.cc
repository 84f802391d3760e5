// Opening: what a crash left is recovered, or refused with a clear message.
#include <algorithm>

#include "crypto/hmac.h"
#include "crypto/seal.h"
#include "journal/journal_state.h"

namespace octroi::journal {
namespace {

using base::Error;
using base::ErrorCode;
using base::Status;

std::string NewOrigin() {
  constexpr std::string_view kAlphabet = "abcdefghjkmnpqrstuvwxyz23456789";
  std::array<std::uint8_t, 8> random{};
  crypto::RandomBytes(random);
  std::string origin;
  for (const std::uint8_t byte : random) origin.push_back(kAlphabet[byte % kAlphabet.size()]);
  return origin;
}

}  // namespace

base::Result<std::unique_ptr<Journal>> Journal::Open(Parts parts, const Visit& each) {
  if (auto made = parts.disk->MakeFolder(parts.folder); !made) return made.error();
  std::unique_ptr<Journal> journal(new Journal());
  journal->state_ = std::make_unique<State>(std::move(parts));
  if (auto recovered = journal->state_->Recover(each); !recovered) return recovered.error();
  return journal;
}

Status Journal::State::Recover(const Visit& each) {
  const auto names = parts.disk->List(parts.folder);
  if (!names) return names.error();
  std::vector<std::string> decision_names, payload_names;  // List sorts, so oldest first
  for (const std::string& name : *names) {
    const auto parsed = ParseSegmentName(name);
    if (!parsed) continue;
    (parsed->first == SegmentClass::kDecisions ? decision_names : payload_names).push_back(name);
  }
  if (decision_names.empty() && !payload_names.empty()) {
    return Error{ErrorCode::kInvalid, "journal.recover",
                 "payload segments without decision segments: decisions are missing; restore them "
                 "from a backup"};
  }
  std::optional<BlockHeader> last;
  if (auto recovered = RecoverDecisions(decision_names, each, last); !recovered) return recovered;
  if (auto recovered = payload.Recover(payload_names, [](auto&&...) { return true; }); !recovered)
    return recovered;
  if (auto cut =
          payload.CutAfter(last ? last->payload_segment : 0, last ? last->payload_offset : 0);
      !cut)
    return cut;
  if (last) {
    commit = last->commit;
    next_sequence = last->last_sequence() + 1;
  }
  durable.store(next_sequence - 1);
  const auto segments = decisions.Snapshot();
  origin = segments.empty() ? NewOrigin() : segments.back()->header.origin;
  // Decisions first: payload without decisions is what recovery refuses.
  if (auto begun = decisions.Begin(origin, next_sequence); !begun) return begun;
  if (auto begun = payload.Begin(origin, next_sequence); !begun) return begun;
  return base::Ok();
}

Status Journal::State::RecoverDecisions(const std::vector<std::string>& names, const Visit& each,
                                        std::optional<BlockHeader>& last) {
  std::string opened_name, plain;
  std::unique_ptr<crypto::Sealer> sealer;
  Status problem = base::Ok();
  auto visit = [&](const Segment& segment, std::uint64_t offset, const ReadBlock& block) {
    if (opened_name != segment.name) {
      sealer = std::make_unique<crypto::Sealer>(segment.key->bytes());
      opened_name = segment.name;
    }
    plain.clear();
    if (!OpenBlock(block, *sealer, plain)) {
      problem = Error{ErrorCode::kInvalid, "journal.recover",
                      "`" + segment.name + "` is damaged at byte " + std::to_string(offset) +
                          ": a block does not open with its key; restore the file from a backup"};
      return false;
    }
    const bool head = block.header.kind == BlockKind::kPlan;
    if (!head && last && block.header.first_sequence != last->last_sequence() + 1) {
      problem =
          Error{ErrorCode::kInvalid, "journal.recover",
                "`" + segment.name + "` at byte " + std::to_string(offset) +
                    ": records before it are missing; restore the missing segment from a backup"};
      return false;
    }
    ForEachRecord(plain, [&](std::uint32_t index, std::string_view record) {
      each(head ? 0 : block.header.first_sequence + index, record);
      return true;
    });
    if (!head) last = block.header;
    return true;
  };
  auto recovered = decisions.Recover(names, visit);
  return problem ? std::move(recovered) : std::move(problem);  // the more telling of the two
}

}  // namespace octroi::journal
