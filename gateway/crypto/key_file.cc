#include "crypto/key_file.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/text.h"
#include "crypto/openssl.h"
#include "crypto/secret_file.h"

namespace octroi::crypto {
namespace {

constexpr std::string_view kMagic = "octroi-key-v1";
constexpr std::size_t kRootBytes = 32;
constexpr std::string_view kUntil = " until=", kSince = " since=";
constexpr base::Millis kDay = 86'400'000;

constexpr std::pair<std::string_view, KeyState> kStates[] = {
    {"pre-active", KeyState::kPreActive},   {"active", KeyState::kActive},
    {"verify-only", KeyState::kVerifyOnly}, {"retired", KeyState::kRetired},
    {"destroyed", KeyState::kDestroyed},    {"compromised", KeyState::kCompromised}};

std::string_view TakeUntil(std::string_view& rest, char end) {
  const std::size_t at = rest.find(end);
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return taken;
}

std::string DayText(base::Millis day) {
  return base::FormatRfc3339(day).substr(0, std::string_view("2026-11-23").size());
}

bool HasSince(KeyState state) {
  return state == KeyState::kActive || state == KeyState::kCompromised;
}

std::string SinceText(KeyState state, base::Millis since) {
  return state == KeyState::kActive ? DayText(since) : base::FormatRfc3339(since);
}

// The header line, or nothing if it is not one for this purpose.
std::optional<KeyVersion> ParseHeader(std::string_view line, std::string_view purpose) {
  if (TakeUntil(line, ' ') != kMagic || TakeUntil(line, ' ') != purpose) return std::nullopt;
  std::string_view number = TakeUntil(line, ' ');
  if (!number.starts_with("kv=")) return std::nullopt;
  number.remove_prefix(3);
  KeyVersion parsed;
  const auto [end, fault] =
      std::from_chars(number.data(), number.data() + number.size(), parsed.version);
  if (fault != std::errc{} || end != number.data() + number.size() || parsed.version == 0) {
    return std::nullopt;
  }
  std::string_view since;
  if (const std::size_t at = line.find(kSince); at != std::string_view::npos) {
    since = line.substr(at + kSince.size());
    line = line.substr(0, at);
    const auto when = base::ParseRfc3339(since, /*date_allowed=*/true);
    if (!when) return std::nullopt;
    parsed.since = *when;
  }
  if (const std::size_t at = line.find(kUntil); at != std::string_view::npos) {
    const auto day = base::ParseRfc3339(line.substr(at + kUntil.size()), /*date_allowed=*/true);
    if (!day || DayText(*day) != line.substr(at + kUntil.size())) return std::nullopt;
    parsed.until = *day + kDay;
    line = line.substr(0, at);
    if (line != "verify-only") return std::nullopt;
  }
  for (const auto& [name, state] : kStates) {
    if (line == name) {
      parsed.state = state;
      const bool said = since.data() != nullptr;
      if (said && (!HasSince(state) || SinceText(state, parsed.since) != since))
        return std::nullopt;
      return parsed;
    }
  }
  return std::nullopt;
}

std::optional<RootKey> ParseKey(std::string_view line) {
  if (line.size() != 2 * kRootBytes) return std::nullopt;
  auto bytes = base::FromHex(line);
  if (!bytes) return std::nullopt;
  const WipedString wiped(std::move(*bytes));
  return RootKey(wiped.view());
}

class Reader {
 public:
  Reader(const std::string& path, std::string_view purpose) : path_(path), purpose_(purpose) {}

  base::Result<std::vector<RootVersion>> Read(std::string_view text) {
    while (!text.empty()) {
      const std::string_view header = TakeUntil(text, '\n');
      if (header.empty()) return Wrong("has an empty line where a key's first line should be");
      const auto version = ParseHeader(header, purpose_);
      if (!version) {
        return Wrong("needs the first line of a key to read `octroi-key-v1 " +
                     std::string(purpose_) + " kv=<number from 1> <state>`");
      }
      const auto key = ParseKey(TakeUntil(text, '\n'));
      if (!key) return Wrong("needs 64 hex digits" + Of(*version));
      if (auto added = Add({*version, *key}); !added) return added.error();
    }
    return Finish();
  }

 private:
  base::Status Add(RootVersion read) {
    static constexpr std::array<char, kRootBytes> kNoKey{};
    const bool empty = Equal(read.key.bytes(), {kNoKey.data(), kNoKey.size()});
    const bool destroyed = read.version.state == KeyState::kDestroyed;
    if (destroyed && !empty) return Wrong("must hold 64 zeros" + Of(read.version));
    if (!destroyed && empty) return Wrong("holds no key but zeros" + Of(read.version));
    for (const RootVersion& other : found_) {
      if (other.version.version == read.version.version) {
        return Wrong(std::string("names kv=") + std::to_string(read.version.version) + " twice");
      }
      if (!empty && Equal(other.key.bytes(), read.key.bytes())) {
        return Wrong("holds the same key" + Of(other.version) + " and" + Of(read.version));
      }
    }
    found_.push_back(read);
    return base::Ok();
  }

  base::Result<std::vector<RootVersion>> Finish() {
    const auto active = std::count_if(found_.begin(), found_.end(), [](const RootVersion& root) {
      return root.version.state == KeyState::kActive;
    });
    if (active != 1) return Wrong("must hold exactly one active key");
    std::sort(found_.begin(), found_.end(), [](const RootVersion& a, const RootVersion& b) {
      return a.version.version < b.version.version;
    });
    return std::move(found_);
  }

  static std::string Of(const KeyVersion& version) {
    return std::string(" for kv=") + std::to_string(version.version);
  }
  base::Error Wrong(const std::string& why) const {
    return {base::ErrorCode::kInvalid, "crypto.key_file", "`" + path_ + "` " + why};
  }

  const std::string& path_;
  std::string_view purpose_;
  std::vector<RootVersion> found_;
};

}  // namespace

RootKey::RootKey(std::string_view bytes32) {
  if (bytes32.size() != kRootBytes) Fatal("a root key is not 32 bytes long");
  std::copy(bytes32.begin(), bytes32.end(), bytes_.begin());
}

RootKey::~RootKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

base::Result<std::vector<RootVersion>> ReadKeyFile(const std::string& path,
                                                   std::string_view purpose) {
  auto text = ReadSecretFile(path);
  if (!text) return text.error();
  auto roots = Reader(path, purpose).Read(text->view());
  if (!roots) return roots;
  // A file that does not say since when: it was last written when that version came into its state,
  // or later, and then says so.
  for (RootVersion& root : *roots) {
    if (!HasSince(root.version.state) || root.version.since != 0) continue;
    root.version.since = SecretFileChanged(path);
    if (root.version.state == KeyState::kActive) root.version.since -= root.version.since % kDay;
  }
  return roots;
}

std::string_view KeyStateName(KeyState state) {
  const auto* const found =
      std::ranges::find(kStates, state, &std::pair<std::string_view, KeyState>::second);
  return found->first;
}

WipedString KeyFileText(const std::vector<RootVersion>& versions, std::string_view purpose) {
  std::string text;
  text.reserve(versions.size() * 256);  // never grows: growing would leave keys behind
  for (const RootVersion& root : versions) {
    text.append(kMagic).append(" ").append(purpose).append(" kv=");
    text.append(std::to_string(root.version.version)).append(" ");
    text.append(KeyStateName(root.version.state));
    if (root.version.until != 0) text.append(kUntil).append(DayText(root.version.until - kDay));
    if (HasSince(root.version.state) && root.version.since != 0)
      text.append(kSince).append(SinceText(root.version.state, root.version.since));
    const WipedString hex(base::Hex(root.key.bytes()));
    text.append("\n").append(hex.view()).append("\n");
  }
  return WipedString(std::move(text));
}

base::Status CreateKeyFile(const std::string& path, std::string_view purpose) {
  if (purpose != kPseudonymPurpose && purpose != kStoragePurpose) {
    return base::Error{base::ErrorCode::kInvalid, "crypto.key_file",
                       "a key file is for `pseudonym` or `storage`"};
  }
  std::array<std::uint8_t, kRootBytes> fresh;
  RandomBytes(fresh);
  const RootVersion first{KeyVersion{},
                          RootKey({reinterpret_cast<const char*>(fresh.data()), fresh.size()})};
  OPENSSL_cleanse(fresh.data(), fresh.size());
  return WriteSecretFile(path, KeyFileText({first}, purpose).view());
}

}  // namespace octroi::crypto
