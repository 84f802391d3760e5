#include "gateway/token_desk.h"

#include <algorithm>
#include <cstring>

#include "base/crash_point.h"
#include "base/log.h"
#include "policies/outgoing_plan.h"

namespace octroi::gateway {
namespace {

using policies::Fingerprint;
using policies::RandomToken;
using policies::WantedToken;

constexpr std::string_view kLabel = "token";

base::Error Unavailable(std::string_view where, const char* detail) {
  return {base::ErrorCode::kUnavailable, where, detail};
}

std::string_view BytesOf(const std::array<std::uint8_t, 16>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A box belongs to its row: one that was moved to another person's does not open.
std::string BoundTo(std::string_view domain, const store::TokenRow& row) {
  std::string bound;
  crypto::AppendLp(domain, bound);
  bound.append(BytesOf(row.subject)).append(BytesOf(row.token));
  return bound;
}

void Seal(crypto::Sealer& sealer, std::string_view domain, std::string_view message,
          store::TokenRow& row) {
  std::string padded(message);
  policies::PadToBucket(padded);  // or the box would tell how long an address is
  sealer.Seal(BoundTo(domain, row), padded, row.sealed);
}

// LP(field) || LP(value), as it was sealed. Nothing: the row was not made by us, or was changed.
std::optional<std::string> Opened(crypto::Sealer& sealer, std::string_view domain,
                                  const store::TokenRow& row) {
  std::string padded;
  if (!sealer.Open(BoundTo(domain, row), row.sealed, padded)) return std::nullopt;
  const std::size_t end = padded.find_last_not_of('\0');
  if (end == std::string::npos || padded[end] != '\x80') return std::nullopt;
  padded.resize(end);
  return padded;
}

std::optional<std::string_view> TakeLp(std::string_view& rest) {
  if (rest.size() < 2) return std::nullopt;
  const auto high = static_cast<std::uint8_t>(rest[0]), low = static_cast<std::uint8_t>(rest[1]);
  const std::size_t size = std::size_t{high} << 8 | low;
  if (rest.size() - 2 < size) return std::nullopt;
  const std::string_view taken = rest.substr(2, size);
  rest.remove_prefix(2 + size);
  return taken;
}

}  // namespace

std::size_t TokenDesk::Hash::operator()(const Fingerprint& print) const {
  std::size_t hash = 0;
  std::memcpy(&hash, print.data(), sizeof hash);
  return hash;
}

TokenDesk::TokenDesk(Parts parts)
    : parts_(parts),
      minted_(parts.metrics->CounterOf("octroi_tokens_from_table")),
      in_vain_(parts.metrics->CounterOf("octroi_tokens_unavailable")) {}

base::Status TokenDesk::Resolve(std::string_view domain, std::span<WantedToken> wanted) {
  thread_local std::vector<std::size_t> missing;
  missing.clear();
  const std::uint64_t forgettings = FromMemory(domain, wanted, missing);
  if (missing.empty()) return base::Ok();
  if (auto read = FromTable(domain, wanted, missing); !read) {
    for (WantedToken& one : wanted) one.token = {};  // all of them, or none
    in_vain_.Add();
    base::Log::Error("tokens.unavailable", {{"where", base::Id::OfConfig(read.error().where)}});
    return Unavailable("tokens.resolve", "the table of random tokens does not answer");
  }
  minted_.Add(missing.size());
  Remember(domain, wanted, missing, forgettings);
  return base::Ok();
}

std::uint64_t TokenDesk::FromMemory(std::string_view domain, std::span<WantedToken> wanted,
                                    std::vector<std::size_t>& missing) {
  const std::int64_t now = parts_.clock->BootNowNanos();
  return known_.With([&](Known& known) {
    const bool old = parts_.shared && now - known.since_nanos > kTrustedForMs * 1'000'000;
    if (old || known.count >= parts_.known_max) {
      known.domains.clear();
      known.count = 0;
      known.since_nanos = now;
    }
    const auto of = known.domains.find(domain);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const bool any = of != known.domains.end();
      const auto found = any ? of->second.find(wanted[i].subject) : OfDomain::const_iterator();
      if (any && found != of->second.end()) {
        wanted[i].token = found->second;
      } else {
        missing.push_back(i);
      }
    }
    return known.forgettings;
  });
}

base::Status TokenDesk::FromTable(std::string_view domain, std::span<WantedToken> wanted,
                                  std::span<const std::size_t> missing) {
  crypto::Sealer sealer = parts_.keys->StorageSealer(kLabel);
  std::vector<store::TokenRow> rows(missing.size());
  for (std::size_t i = 0; i < missing.size(); ++i) {
    rows[i].subject = wanted[missing[i]].subject;
    crypto::RandomBytes(rows[i].token);
    Seal(sealer, domain, wanted[missing[i]].message, rows[i]);
  }
  if (auto minted = parts_.store->Mint(domain, rows); !minted) return minted;
  OCTROI_CRASH_POINT("tokens.minted");
  for (std::size_t i = 0; i < missing.size(); ++i) {
    WantedToken& one = wanted[missing[i]];
    const auto message = Opened(sealer, domain, rows[i]);
    if (!message || *message != one.message)  // somebody else's token would leave
      return Unavailable("tokens.damaged", "a row of the table of random tokens was changed");
    one.token = rows[i].token;
  }
  return base::Ok();
}

void TokenDesk::Remember(std::string_view domain, std::span<const WantedToken> wanted,
                         std::span<const std::size_t> missing, std::uint64_t forgettings) {
  known_.With([&](Known& known) {
    if (known.forgettings != forgettings) return;
    auto of = known.domains.find(domain);
    if (of == known.domains.end()) of = known.domains.emplace(domain, OfDomain()).first;
    for (const std::size_t place : missing) {
      known.count +=
          of->second.emplace(wanted[place].subject, wanted[place].token).second ? 1u : 0u;
    }
  });
}

base::Result<policies::OpenedToken> TokenDesk::Open(const policies::TokenParts& token) {
  RandomToken bytes{};
  const base::Error unknown{base::ErrorCode::kInvalid, "access.token_unknown",
                            "nobody has this token, or nobody any more"};
  if (token.form != policies::OutgoingField::Form::kRandom || token.body.size() != bytes.size())
    return unknown;
  std::memcpy(bytes.data(), token.body.data(), bytes.size());
  const auto row = parts_.store->ByToken(token.domain, bytes);
  if (!row) return Unavailable("access.table_unavailable", "the table does not answer");
  if (!*row) return unknown;
  crypto::Sealer sealer = parts_.keys->StorageSealer(kLabel);
  const auto message = Opened(sealer, token.domain, **row);
  std::string_view rest = message ? std::string_view(*message) : std::string_view();
  const auto field = TakeLp(rest), value = TakeLp(rest);
  if (!field || !value || !rest.empty())
    return Unavailable("access.table_unavailable", "the row of this token was changed");
  policies::OpenedToken opened;
  opened.of = {std::string(*field), base::IdentifierType::kOther};
  opened.value = *value;
  return opened;
}

base::Result<std::uint64_t> TokenDesk::Forget(std::span<const Fingerprint> subjects) {
  Drop(subjects);
  const auto gone = parts_.store->Forget(subjects);
  Drop(subjects);  // what a lane read from the table between the two
  if (!gone) return Unavailable("tokens.forget", "the table of random tokens does not answer");
  return *gone;
}

void TokenDesk::Drop(std::span<const Fingerprint> subjects) {
  known_.With([&](Known& known) {
    ++known.forgettings;
    for (auto& [domain, of] : known.domains) {
      for (const Fingerprint& subject : subjects) known.count -= of.erase(subject);
    }
  });
}

}  // namespace octroi::gateway
