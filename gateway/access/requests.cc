#include "gateway/access/requests.h"

#include <array>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "crypto/hmac.h"

namespace octroi::gateway::access {
namespace {

constexpr base::Millis kHour = 3'600'000, kTold = 24 * kHour;

}  // namespace

bool Hourly::Take(base::Millis now, std::size_t most) {
  while (!taken_.empty() && taken_.front() <= now - kHour) taken_.pop_front();
  if (taken_.size() >= most) return false;
  taken_.push_back(now);
  return true;
}

const Request* Requests::Add(Request request, base::Millis now) {
  std::erase_if(waiting_, [&](const auto& one) { return one.second.until() + kTold < now; });
  if (waiting_.size() >= kWaitingMax) return nullptr;
  std::array<std::uint8_t, sizeof request.id> random;
  do {
    crypto::RandomBytes(random);
    std::memcpy(&request.id, random.data(), random.size());
  } while (request.id == 0 || waiting_.contains(request.id));
  return &waiting_.emplace(request.id, std::move(request)).first->second;
}

Request* Requests::Find(std::uint64_t id) {
  const auto found = waiting_.find(id);
  return found == waiting_.end() ? nullptr : &found->second;
}

std::string IdText(std::uint64_t id) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(id >> shift));
  return base::Hex(bytes);
}

}  // namespace octroi::gateway::access
