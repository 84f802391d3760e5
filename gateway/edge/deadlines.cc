#include "gateway/edge/deadlines.h"

#include <algorithm>

namespace octroi::gateway::edge {
namespace {
bool Later(const Deadlines::Entry& a, const Deadlines::Entry& b) { return a.at > b.at; }
}  // namespace

void Deadlines::Add(Entry entry) {
  heap_.push_back(entry);
  std::push_heap(heap_.begin(), heap_.end(), Later);
}

bool Deadlines::TakeDue(std::int64_t now, Entry& due) {
  if (heap_.empty() || heap_.front().at > now) return false;
  std::pop_heap(heap_.begin(), heap_.end(), Later);
  due = heap_.back();
  heap_.pop_back();
  return true;
}

}  // namespace octroi::gateway::edge
