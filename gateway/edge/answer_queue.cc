#include "gateway/edge/answer_queue.h"

#include <algorithm>

namespace octroi::gateway::edge {

void AnswerQueue::Push(Slot slot) {
  if (front_ > 0 && slots_.size() == slots_.capacity()) {
    slots_.erase(slots_.begin(), slots_.begin() + static_cast<std::ptrdiff_t>(front_));
    front_ = 0;
  }
  slots_.push_back(std::move(slot));
}

AnswerQueue::Slot* AnswerQueue::FindDeferred(std::uint64_t request) {
  const auto found =
      std::find_if(slots_.begin() + static_cast<std::ptrdiff_t>(front_), slots_.end(),
                   [request](const Slot& slot) {
                     return slot.state == State::kDeferred && slot.request == request;
                   });
  return found == slots_.end() ? nullptr : &*found;
}

bool AnswerQueue::TakeReady(std::uint64_t durable_through, std::int64_t now, base::Latency& durable,
                            std::string& out) {
  while (front_ < slots_.size()) {
    Slot& slot = slots_[front_];
    if (slot.state == State::kDeferred) return false;
    if (slot.state == State::kDurable && slot.sequence > durable_through) return false;
    if (slot.state == State::kDurable) durable.Record((now - slot.since) / 1'000);
    out += slot.bytes;
    slot.bytes = {};
    ++front_;
    if (slot.last) {
      Clear();
      return true;
    }
  }
  Clear();
  return false;
}

std::size_t AnswerQueue::memory() const {
  std::size_t bytes = 0;
  for (std::size_t i = front_; i < slots_.size(); ++i) bytes += slots_[i].bytes.size();
  return bytes;
}

void AnswerQueue::Clear() {
  slots_.clear();
  front_ = 0;
  if (slots_.capacity() > 4) slots_.shrink_to_fit();  // an idle connection stays small
}

}  // namespace octroi::gateway::edge
