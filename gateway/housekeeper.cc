#include "gateway/housekeeper.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "base/thread_name.h"

namespace octroi::gateway {

Housekeeper::~Housekeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Housekeeper::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Housekeeper::Run() {
  base::NameThread("housekeeper");
  std::unique_lock lock(mutex_);
  while (
      !wake_.wait_for(lock, std::chrono::milliseconds(parts_.every), [&] { return stopping_; })) {
    lock.unlock();
    Sweep();
    lock.lock();
  }
}

// Final everywhere is not enough: the store must have heard how each ended before it is asked what
// is kept, or a failed delivery would lose the payload that it is to be replayed from. Every
// outcome was appended before its lane let the event go, so what was appended when nothing was
// pending any more holds them all. A replay begins anew.
bool Housekeeper::IsOpen(const journal::SegmentInfo& segment) const {
  // Held first: a release queues before it lets go.
  return (parts_.holds != nullptr &&
          parts_.holds->AnyOf(segment.first_sequence, segment.last_sequence)) ||
         segment.last_sequence >= parts_.dispatcher->lowest_pending();
}

bool Housekeeper::PayloadDone(const journal::SegmentInfo& segment, base::Millis now) {
  if (segment.last_sequence == 0) return true;
  if (IsOpen(segment)) {
    quiet_.erase(segment.name);
    return false;
  }
  const std::uint64_t replays = parts_.dispatcher->replays();
  const auto [quiet, fresh] = quiet_.try_emplace(segment.name);
  if (fresh || quiet->second.replays != replays)
    quiet->second = {parts_.journal->appended_through(), replays};
  if (quiet->second.appended > parts_.projector->through()) return false;
  const auto kept = parts_.store->AnyKept(segment.first_sequence, segment.last_sequence,
                                          now - parts_.plan()->keep_failed);
  if (!kept || *kept) return false;  // a store that does not answer keeps everything
  if (replays != parts_.dispatcher->replays() || IsOpen(segment)) return false;
  quiet_.erase(quiet);
  return true;
}

void Housekeeper::Sweep() {
  if (parts_.late != nullptr) parts_.late->Sweep();  // before anything they read goes
  if (parts_.counts != nullptr) parts_.counts->Sweep();
  const base::Millis wall = parts_.clock->WallNow();
  const base::Millis now = parts_.steady == nullptr ? wall : std::min(wall, parts_.steady->Now());
  const base::Millis keep_decisions = parts_.plan()->keep_decisions;
  bool oldest = true;  // decisions go from the oldest on only, so that sequences stay contiguous
  const auto segments = parts_.journal->Segments();
  auto behind =
      static_cast<std::size_t>(std::ranges::count(segments, true, &journal::SegmentInfo::payload));
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const journal::SegmentInfo& segment = segments[i];
    if (segment.payload && --behind >= parts_.held_segments_max && parts_.holds != nullptr)
      parts_.holds->GiveUp(segment.last_sequence);
    if (segment.open) continue;
    bool remove = false;
    if (segment.payload) {
      remove = PayloadDone(segment, now);
    } else {
      // Its newest decision was made before the segment that follows began: none goes before its
      // time.
      remove = oldest && segments[i + 1].created < now - keep_decisions && !IsOpen(segment) &&
               segment.last_sequence <= parts_.projector->through();
      oldest = remove;
    }
    if (!remove) continue;
    const auto removed = parts_.journal->Remove(segment);
    if (!segment.payload) oldest = static_cast<bool>(removed);
    base::Log::Info("journal.segment_removed", {{"segment", base::Id::OfConfig(segment.name)},
                                                {"ok", static_cast<bool>(removed)}});
  }
  parts_.seen->Expire(now - parts_.seen_for);
}

}  // namespace octroi::gateway
