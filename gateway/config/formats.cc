#include <Poco/Exception.h>
#include <Poco/RegularExpression.h>

#include <map>
#include <memory>
#include <mutex>

#include "base/guarded.h"
#include "base/text.h"
#include "gateway/config/schema.h"

namespace octroi::gateway::config {
namespace {

constexpr std::size_t kPatternTextBytesMax = 4096;  // no id, path or duration is longer

using Patterns = std::map<std::string, std::unique_ptr<Poco::RegularExpression>, std::less<>>;

bool Match(Patterns& patterns, std::string_view pattern, std::string_view text) {
  auto found = patterns.find(pattern);
  if (found == patterns.end()) {
    using Regex = Poco::RegularExpression;
    auto compiled =
        std::make_unique<Regex>(std::string(pattern), Regex::RE_UTF8 | Regex::RE_DOLLAR_ENDONLY);
    found = patterns.emplace(std::string(pattern), std::move(compiled)).first;
  }
  Poco::RegularExpression::Match match;
  return found->second->match(std::string(text), 0, match) > 0;
}

}  // namespace

bool MatchesPattern(std::string_view pattern, std::string_view text) {
  static base::Guarded<Patterns> kPatterns;
  if (text.size() > kPatternTextBytesMax) return false;
  try {
    return kPatterns.With([&](Patterns& patterns) { return Match(patterns, pattern, text); });
  } catch (const Poco::Exception&) {
    return false;  // PCRE's own limits; what cannot be matched does not match
  }
}

bool IsEmail(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos) {
    return false;
  }
  const std::string_view domain = text.substr(at + 1);
  return text.size() <= 254 && !domain.empty() && domain.front() != '.' && domain.back() != '.' &&
         text.find_first_of(" \t\n\r,;<>()\"") == std::string_view::npos;
}

bool IsDate(std::string_view text) {
  return text.size() == 10 && base::ParseRfc3339(text, true).has_value();
}

bool IsDateTime(std::string_view text) {
  return text.size() > 10 && base::ParseRfc3339(text).has_value();
}

}  // namespace octroi::gateway::config
