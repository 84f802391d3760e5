// Writes TC strings, also those that nobody should write. Shares nothing with the reader.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace octroi::signals {

class Bits {
 public:
  Bits& Put(std::uint64_t value, int bits) {
    for (int bit = bits - 1; bit >= 0; --bit) text_ += (value >> bit & 1U) != 0 ? '1' : '0';
    return *this;
  }
  Bits& Set(const std::vector<int>& ids, int bits) {
    std::string field(static_cast<std::size_t>(bits), '0');
    for (const int id : ids) field[static_cast<std::size_t>(id - 1)] = '1';
    text_ += field;
    return *this;
  }
  // Padded with zeros to whole characters, and with `more` of them.
  std::string Base64(int more = 0) const {
    std::string bits = text_ + std::string(static_cast<std::size_t>(more), '0');
    while (bits.size() % 6 != 0) bits += '0';
    std::string out;
    for (std::size_t at = 0; at < bits.size(); at += 6)
      out += "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[std::stoul(
          bits.substr(at, 6), nullptr, 2)];
    return out;
  }
  std::size_t size() const { return text_.size(); }

 private:
  std::string text_;
};

using Ranges = std::vector<std::pair<int, int>>;

// A valid string unless a member says otherwise; times in ms.
struct Written {
  int version = 2;
  std::int64_t created = 1'790'000'000'000, last_updated = 1'790'000'000'000;  // 2026-09-21
  int cmp = 31, policy = 5;
  int language = 5 << 6 | 17, country = 5 << 6 | 17;  // "FR"
  bool service_specific = true, purpose_one_treatment = false;
  std::vector<int> purposes = {1, 2, 3, 4, 7}, interests = {2, 7, 8};
  int vendor_max = 800;
  Ranges vendors = {{10, 20}, {755, 755}};
  struct Rule {
    int purpose = 0, type = 0;
    Ranges vendors;
  };
  std::vector<Rule> rules;
  bool disclosed_there = true;
  std::vector<int> disclosed = {10, 11, 12, 20, 30};

  static void PutRanges(Bits& bits, const Ranges& ranges) {
    bits.Put(ranges.size(), 12);
    for (const auto& [first, last] : ranges) {
      bits.Put(first != last ? 1 : 0, 1).Put(static_cast<std::uint64_t>(first), 16);
      if (first != last) bits.Put(static_cast<std::uint64_t>(last), 16);
    }
  }
  Bits Core() const {
    Bits bits;
    bits.Put(static_cast<std::uint64_t>(version), 6)
        .Put(static_cast<std::uint64_t>(created / 100), 36)
        .Put(static_cast<std::uint64_t>(last_updated / 100), 36);
    bits.Put(static_cast<std::uint64_t>(cmp), 12).Put(640, 12).Put(1, 6);
    bits.Put(static_cast<std::uint64_t>(language), 12)
        .Put(126, 12)
        .Put(static_cast<std::uint64_t>(policy), 6);
    bits.Put(service_specific ? 1 : 0, 1).Put(0, 1).Set({1}, 12);
    bits.Set(purposes, 24).Set(interests, 24);
    bits.Put(purpose_one_treatment ? 1 : 0, 1).Put(static_cast<std::uint64_t>(country), 12);
    bits.Put(static_cast<std::uint64_t>(vendor_max), 16).Put(1, 1);
    PutRanges(bits, vendors);
    bits.Put(0, 16).Put(0, 1);
    bits.Put(rules.size(), 12);
    for (const Rule& rule : rules) {
      bits.Put(static_cast<std::uint64_t>(rule.purpose), 6)
          .Put(static_cast<std::uint64_t>(rule.type), 2);
      PutRanges(bits, rule.vendors);
    }
    return bits;
  }
  std::string Disclosed() const {
    const int max = disclosed.empty() ? 0 : disclosed.back();
    return Bits()
        .Put(1, 3)
        .Put(static_cast<std::uint64_t>(max), 16)
        .Put(0, 1)
        .Set(disclosed, max)
        .Base64();
  }
  std::string Text() const {
    return Core().Base64() + (disclosed_there ? "." + Disclosed() : std::string());
  }
};

}  // namespace octroi::signals
