#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "rules/iso_tables.h"
#include "rules/latin.h"

namespace octroi::rules {
namespace {

// Every pair of letters, and whether it is a code.
class PairSet {
 public:
  void Add(std::string_view pair, char first) { has_[Place(pair, first)] = true; }
  bool Has(std::string_view pair, char first) const {
    if (pair.size() != 2) return false;
    for (const char letter : pair) {
      if (letter < first || letter > first + 25) return false;
    }
    return has_[Place(pair, first)];
  }

 private:
  static std::size_t Place(std::string_view pair, char first) {
    return static_cast<std::size_t>(pair[0] - first) * 26 +
           static_cast<std::size_t>(pair[1] - first);
  }
  std::array<bool, 26 * 26> has_{};
};

bool IsWordLetter(char32_t code) {
  if (code < 0x80) return (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9');
  const bool separates = code == 0xa0 || code == 0x202f || (code >= 0x2010 && code <= 0x2019);
  return !separates;  // any other letter is none of ours: the name will not be found
}

// Lower case, no accents, one space between words. Hyphens, apostrophes and dots, typographic ones
// too, are white space.
// The result stays until the thread's next call; a repair must not allocate.
const std::string& Folded(std::string_view name) {
  thread_local std::string plain, lower, folded;
  plain.clear();
  lower.clear();
  folded.clear();
  AppendUnaccented(name, plain);
  AppendLower(plain, lower);
  for (std::size_t at = 0; at < lower.size();) {
    const base::Utf8Char next = base::Utf8At(lower, at);
    const std::size_t size = std::max<std::size_t>(next.size, 1);
    if (IsWordLetter(next.code)) {
      folded.append(lower, at, size);
    } else if (!folded.empty() && folded.back() != ' ') {
      folded.push_back(' ');
    }
    at += size;
  }
  if (!folded.empty() && folded.back() == ' ') folded.pop_back();
  return folded;
}

using NameIndex = std::vector<std::pair<std::string, std::string_view>>;

NameIndex MakeNameIndex() {
  NameIndex index;
  for (const Country& country : kCountries) {
    index.emplace_back(Folded(country.alpha2), country.alpha2);
    index.emplace_back(Folded(country.alpha3), country.alpha2);
    std::string_view rest = country.names;
    while (!rest.empty()) {
      const std::size_t bar = std::min(rest.find('|'), rest.size());
      index.emplace_back(rest.substr(0, bar), country.alpha2);
      rest.remove_prefix(std::min(bar + 1, rest.size()));
    }
  }
  std::sort(index.begin(), index.end());
  return index;
}

constexpr std::size_t kNameBytesMax = 128;  // longer than any name of the table, accents included

}  // namespace

bool IsCountry(std::string_view alpha2) {
  static const PairSet codes = [] {
    PairSet set;
    for (const Country& country : kCountries) set.Add(country.alpha2, 'A');
    return set;
  }();
  return codes.Has(alpha2, 'A');
}

bool IsLanguage(std::string_view alpha2) {
  static const PairSet codes = [] {
    PairSet set;
    for (std::size_t at = 0; at + 2 <= kLanguages.size(); at += 3)
      set.Add(kLanguages.substr(at, 2), 'a');
    return set;
  }();
  return codes.Has(alpha2, 'a');
}

std::optional<std::string_view> CountryOf(std::string_view written) {
  static const NameIndex index = MakeNameIndex();
  if (written.size() > kNameBytesMax) return std::nullopt;
  const std::string& name = Folded(written);
  const auto at =
      std::lower_bound(index.begin(), index.end(), name,
                       [](const auto& entry, const std::string& key) { return entry.first < key; });
  if (at == index.end() || at->first != name) return std::nullopt;
  return at->second;
}

}  // namespace octroi::rules
