#include "gateway/console/sessions.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "crypto/hmac.h"

namespace octroi::gateway::console {
namespace {

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

const Session* Sessions::Find(std::string_view token, const Users& users, base::Millis now,
                              bool by_hand) {
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
  if (by_hand) session.seen = now;
  return &session;
}

void Sessions::End(std::string_view token) { sessions_.erase(DigestOf(token)); }

base::Millis Tries::Wait(std::string_view name, std::string_view client, bool known,
                         base::Millis now) {
  while (!tries_.empty() && tries_.front().at + kTriesMs <= now) tries_.pop_front();
  base::Millis until = now;
  // The oldest of the newest `most` has to be forgotten first.
  const auto bound = [&](std::size_t most, const auto& counts) {
    std::size_t seen = 0;
    for (auto one = tries_.rbegin(); one != tries_.rend() && seen < most; ++one) {
      if (counts(*one) && ++seen == most) until = std::max(until, one->at + kTriesMs);
    }
  };
  bound(kTriesOfNameAndClient,
        [&](const Try& one) { return one.name == name && one.client == client; });
  bound(kTriesOfName, [&](const Try& one) { return one.name == name; });
  bound(kTriesOfClient, [&](const Try& one) { return one.client == client; });
  if (!known) bound(kTriesOfNobody, [](const Try& one) { return !one.known; });
  return until - now;
}

void Tries::Bad(std::string_view name, std::string_view client, bool known, base::Millis now) {
  tries_.push_back({now, std::string(name), std::string(client), known});
}

void Tries::Good(std::string_view name, std::string_view client) {
  std::erase_if(tries_, [&](const Try& one) { return one.name == name && one.client == client; });
}

}  // namespace octroi::gateway::console
