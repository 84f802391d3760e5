#include "gateway/console/sessions.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "crypto/hmac.h"

namespace octroi::gateway::console {
namespace {

constexpr base::Millis kTriesMs = 15 * 60'000;
constexpr std::size_t kTriesOfName = 5, kTriesOfAll = 60;

std::string Random() {
  std::array<std::uint8_t, 32> bytes{};
  crypto::RandomBytes(bytes);
  std::string text;
  base::AppendBase64Url({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, text);
  return text;
}

std::string DigestOf(std::string_view token) {
  return std::string(crypto::AsBytes(crypto::Sha256(token)));
}

void Forget(std::deque<base::Millis>& tries, base::Millis now) {
  while (!tries.empty() && tries.front() + kTriesMs <= now) tries.pop_front();
}

}  // namespace

std::string Sessions::Begin(const User& user, base::Millis now) {
  if (sessions_.size() >= kSessionsMax) {
    sessions_.erase(
        std::ranges::min_element(sessions_, {}, [](const auto& one) { return one.second.seen; }));
  }
  std::string token = Random();
  sessions_[DigestOf(token)] = {user.name, user.password, user.role, Random(), now, now};
  return token;
}

const Session* Sessions::Find(std::string_view token, const Users& users, base::Millis now) {
  const auto found = sessions_.find(DigestOf(token));
  if (found == sessions_.end()) return nullptr;
  Session& session = found->second;
  const User* const user = users.Find(session.user);
  const bool same =
      user != nullptr && user->password == session.password && user->role == session.role;
  if (!same || session.seen + kIdleMs <= now || session.began + kWholeMs <= now) {
    sessions_.erase(found);
    return nullptr;
  }
  session.seen = now;
  return &session;
}

void Sessions::End(std::string_view token) { sessions_.erase(DigestOf(token)); }

base::Millis Tries::Take(std::string_view name, base::Millis now) {
  for (auto& [tried, when] : failed_) Forget(when, now);
  std::erase_if(failed_, [](const auto& one) { return one.second.empty(); });
  Forget(all_, now);
  auto& mine = failed_[std::string(name)];
  if (mine.size() >= kTriesOfName) return mine.front() + kTriesMs - now;
  if (all_.size() >= kTriesOfAll) return all_.front() + kTriesMs - now;
  mine.push_back(now);
  all_.push_back(now);
  return 0;
}

}  // namespace octroi::gateway::console
