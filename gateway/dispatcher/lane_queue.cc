#include "gateway/dispatcher/lane_queue.h"

#include <algorithm>
#include <chrono>

namespace octroi::gateway {

bool LaneQueue::Push(QueuedItem item) {
  const std::lock_guard lock(mutex_);
  if (item.again) {
    again_.emplace(item.sequence, item.attempts);
  } else if (item.held && spilled_.empty()) {
    held_.push_back(std::move(item));
  } else {
    spilled_.push_back(item.sequence);
    if (item.attempts > 0) attempts_[item.sequence] = item.attempts;
  }
  return wanted_ != 0 && CountLocked() >= wanted_;
}

void LaneQueue::Notify() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

std::uint64_t LaneQueue::Lowest() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t lowest = in_hand_;
  if (!held_.empty()) lowest = std::min(lowest, held_.front().sequence);
  if (!spilled_.empty()) lowest = std::min(lowest, spilled_.front());
  if (!again_.empty()) lowest = std::min(lowest, again_.begin()->first);
  return lowest;
}

bool LaneQueue::WaitForItem() {
  std::unique_lock lock(mutex_);
  wanted_ = 1;
  changed_.wait(lock, [&] { return shared_.draining() || CountLocked() > 0; });
  wanted_ = 0;
  return !shared_.draining();
}

bool LaneQueue::WaitForMore(std::size_t count, base::Millis within) {
  std::unique_lock lock(mutex_);
  wanted_ = count;
  changed_.wait_for(lock, std::chrono::milliseconds(within),
                    [&] { return shared_.draining() || CountLocked() >= count; });
  wanted_ = 0;
  return !shared_.draining();
}

void LaneQueue::Take(std::size_t count, std::vector<QueuedItem>& into) {
  const std::lock_guard lock(mutex_);
  const bool others = !held_.empty() || !spilled_.empty();
  const bool again = !again_.empty() && (turn_of_again_ || !others);
  turn_of_again_ = !again;
  for (; again && count > 0 && !again_.empty(); --count) {
    QueuedItem& item = into.emplace_back();
    const auto first = again_.extract(again_.begin());
    item.sequence = first.key();
    item.attempts = first.mapped();
    item.again = true;
  }
  if (again) count = 0;
  for (; count > 0 && !held_.empty(); --count) {
    into.push_back(std::move(held_.front()));
    held_.pop_front();
  }
  for (; count > 0 && !spilled_.empty(); --count) {
    QueuedItem& item = into.emplace_back();
    item.sequence = spilled_.front();
    spilled_.pop_front();
    if (const auto tried = attempts_.extract(item.sequence)) item.attempts = tried.mapped();
  }
  if (!into.empty()) in_hand_ = into.front().sequence;
}

void LaneQueue::SetInHand(std::uint64_t lowest) {
  const std::lock_guard lock(mutex_);
  in_hand_ = lowest;
}

void LaneQueue::Pause(base::Millis span, const std::function<bool()>& until) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::milliseconds(span), until);
}

}  // namespace octroi::gateway
