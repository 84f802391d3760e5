// The writer: one commit after the other; and the preparer, which has the next segments ready.
#include <algorithm>
#include <chrono>

#include "base/bytes.h"
#include "base/crash_point.h"
#include "base/thread_name.h"
#include "journal/journal_state.h"

namespace octroi::journal {
namespace {

using base::Error;
using base::Status;

constexpr std::chrono::milliseconds kRetrySpare{250};
constexpr std::chrono::microseconds kGather{1000};

}  // namespace

// Takes what fits into one commit. A commit's blocks each fit into one segment.
void Journal::State::TakeBatch() {
  const std::uint64_t most =
      std::min<std::uint64_t>(base::kCommitBytesMax, decisions.Capacity() / 2);
  Cost taken;
  batch.clear();
  for (FramePtr& frame : queue) {
    const Cost cost = CostOf(*frame);
    if (!batch.empty() &&
        std::max(taken.decisions + cost.decisions, taken.payload + cost.payload) > most) {
      break;
    }
    taken.decisions += cost.decisions;
    taken.payload += cost.payload;
    batch.push_back(std::move(frame));
  }
  queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(batch.size()));
}

// A commit costs the same for one frame and for fifty, so where several came together lately, a
// moment is waited for as many again. Who comes alone is never kept waiting.
void Journal::State::Gather(std::unique_lock<std::mutex>& lock) {
  const auto enough = [&] { return stopping || queue.size() >= wanted; };
  wanted = 1;
  work.wait(lock, enough);
  if (crowd < 2) return;
  wanted = crowd;
  work.wait_for(lock, kGather, enough);
}

void Journal::State::Write() {
  base::NameThread("journal");
  for (;;) {
    {
      std::unique_lock lock(mutex);
      Gather(lock);
      if (queue.empty()) return;
      TakeBatch();
      crowd = std::max(batch.size(), crowd / 2);
    }
    if (auto committed = Commit(); !committed) return Fail(committed.error());
    Publish();
  }
}

Status Journal::State::Commit() {
  decisions_plain.clear();
  payload_plain.clear();
  const std::uint64_t first = batch.front()->first_sequence;
  const std::uint64_t last = batch.back()->last_sequence();
  base::ByteWriter payload_writer(payload_plain);
  for (const FramePtr& frame : batch) {
    decisions_plain.append(frame->records);
    ForEachPayload(frame->payload, [&](std::uint32_t index, std::string_view item) {
      payload_writer.Varint(frame->first_sequence - first + index);
      payload_writer.Sized(item);
      return true;
    });
  }
  BlockHeader header;
  header.commit = ++commit;
  header.first_sequence = first;
  header.count = static_cast<std::uint32_t>(last - first + 1);
  if (!payload_plain.empty()) {
    if (auto wrote = payload.Write(header, payload_plain); !wrote) return wrote;
    OCTROI_CRASH_POINT("journal.payload_written");
    if (auto synced = payload.Sync(); !synced) return synced;
    OCTROI_CRASH_POINT("journal.payload_synced");
  }
  std::tie(header.payload_segment, header.payload_offset) = payload.End();
  if (auto wrote = decisions.Write(header, decisions_plain); !wrote) return wrote;
  OCTROI_CRASH_POINT("journal.decisions_written");
  return decisions.Sync();
}

void Journal::State::Publish() {
  OCTROI_CRASH_POINT("journal.decisions_synced");
  const std::uint64_t last = batch.back()->last_sequence();
  durable.store(last, std::memory_order_release);
  { const std::lock_guard lock(durable_mutex); }
  durable_moved.notify_all();
  for (DurableListener* listener : listeners) listener->OnDurable(batch, Ticket(last));
  OCTROI_CRASH_POINT("journal.told");
  Cost done;
  for (const FramePtr& frame : batch) {
    const Cost cost = CostOf(*frame);
    done.decisions += cost.decisions;
    done.payload += cost.payload;
  }
  batch.clear();
  {
    const std::lock_guard lock(mutex);
    pending.decisions -= done.decisions;
    pending.payload -= done.payload;
  }
  if (!decisions.spare_ready() || !payload.spare_ready()) room.notify_one();
}

void Journal::State::Fail(const Error& error) {
  {
    const std::lock_guard lock(mutex);
    failed = true;
    stopping = true;
  }
  room.notify_all();
  if (parts.fatal) parts.fatal(error);
}

void Journal::State::Prepare() {
  base::NameThread("journal-spare");
  std::unique_lock lock(mutex);
  while (!stopping) {
    if (decisions.spare_ready() && payload.spare_ready()) {
      room.wait(lock);
      continue;
    }
    lock.unlock();
    const bool made =
        static_cast<bool>(decisions.PrepareSpare()) && static_cast<bool>(payload.PrepareSpare());
    lock.lock();
    if (!made)
      room.wait_for(lock, kRetrySpare,
                    [&] { return stopping; });  // no space: Append refuses until there is
  }
}

Status Journal::State::WritePlanHead() {
  std::string head;
  {
    const std::lock_guard lock(mutex);
    head = plan;
  }
  if (head.empty()) return base::Ok();
  BlockHeader header;
  header.kind = BlockKind::kPlan;
  return decisions.Write(header, head);
}

}  // namespace octroi::journal
