#include "attack/attack.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"

namespace octroi::testing {
namespace {

using crypto::Digest;

constexpr std::size_t kWindow = 8, kFilterBits = std::size_t{1} << 27;

std::uint64_t WindowAt(std::string_view bytes, std::size_t at) {
  std::uint64_t window = 0;
  std::memcpy(&window, bytes.data() + at, sizeof window);
  return window;
}
std::size_t SlotOf(std::uint64_t window) {
  return static_cast<std::size_t>((window * 0x9e3779b97f4a7c15ull) >> 37) % kFilterBits;
}

// All eight bytes that stand next to each other anywhere. The filter says no quickly.
class Windows {
 public:
  explicit Windows(const std::vector<Place>& places) : filter_(kFilterBits / 64) {
    for (const Place& place : places) {
      for (std::size_t at = 0; at + kWindow <= place.bytes.size(); ++at) {
        const std::uint64_t window = WindowAt(place.bytes, at);
        if (all_.empty() || all_.back() != window) all_.push_back(window);
        filter_[SlotOf(window) / 64] |= std::uint64_t{1} << (SlotOf(window) % 64);
      }
    }
    std::ranges::sort(all_);
  }
  bool Has(std::string_view text) const {
    const std::uint64_t window = WindowAt(text, 0);
    const std::size_t slot = SlotOf(window);
    return (filter_[slot / 64] >> (slot % 64) & 1) != 0 && std::ranges::binary_search(all_, window);
  }

 private:
  std::vector<std::uint64_t> filter_, all_;
};

class Attacker {
 public:
  Attacker(const std::vector<Place>& places, std::string_view tenant,
           const std::vector<crypto::HmacKey>& guessed)
      : places_(places), windows_(places), keys_(guessed) {
    const std::string zeros(32, '\0');
    for (const std::string_view key :
         {std::string_view(""), std::string_view(zeros), std::string_view(zeros).substr(0, 16),
          tenant, std::string_view("fingerprint"), std::string_view("dedup"),
          std::string_view("octroi"), std::string_view("octroi/storage/v1")}) {
      keys_.emplace_back(key);
    }
  }

  void Try(std::uint64_t number, const Identifier& one) {
    if (one.value.size() >= kWindow) Look(number, one.value);
    const std::array<std::string, 3> messages = {one.value, one.type + ":" + one.value,
                                                 LaidOut(one)};
    hashes_.clear();
    jobs_.clear();
    digests_.resize(messages.size() * (keys_.size() + 1));
    std::size_t next = 0;
    for (const std::string& message : messages) {
      hashes_.push_back({message, &digests_[next++]});
      for (const crypto::HmacKey& key : keys_) jobs_.push_back({&key, message, &digests_[next++]});
    }
    crypto::Sha256(hashes_);
    crypto::Hmac(jobs_);
    for (const Digest& digest : digests_) {
      const std::string_view bytes = crypto::AsBytes(digest);
      for (const std::string_view cut : {bytes.substr(0, 16), bytes.substr(16)}) {
        for (const std::string_view part : {cut.substr(0, kWindow), cut.substr(kWindow)})
          Look(number, part);
        Look(number, base::Hex(cut.substr(0, kWindow)));
        text_.clear();
        base::AppendBase64Url(cut.substr(0, 9), text_);
        Look(number, text_);
      }
    }
  }

  Found found;

 private:
  void Look(std::uint64_t number, std::string_view what) {
    if (!windows_.Has(what)) return;
    for (const Place& place : places_) {
      if (place.bytes.find(what) != place.bytes.npos) found[place.name].insert(number);
    }
  }

  const std::vector<Place>& places_;
  const Windows windows_;
  std::vector<crypto::HmacKey> keys_;
  std::vector<crypto::ShaJob> hashes_;
  std::vector<crypto::HmacJob> jobs_;
  std::vector<Digest> digests_;
  std::string text_;
};

}  // namespace

std::string LaidOut(const Identifier& one) {
  std::string message;
  crypto::AppendLp(one.type, message);
  crypto::AppendLp(one.value, message);
  return message;
}

Found Attack(const std::vector<Place>& places, std::uint64_t count,
             const std::function<Identifier(std::uint64_t)>& candidate, std::string_view tenant,
             const std::vector<crypto::HmacKey>& guessed) {
  Attacker attacker(places, tenant, guessed);
  for (std::uint64_t number = 0; number < count; ++number) attacker.Try(number, candidate(number));
  return std::move(attacker.found);
}

}  // namespace octroi::testing
