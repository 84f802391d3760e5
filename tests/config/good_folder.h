// A good config to spoil: the demonstration's, with a list and a test case added.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/config.h"

namespace octroi::gateway {

using Files = std::map<std::string, std::string>;

inline constexpr base::Millis kNow = 1'795'251'600'000;  // 2026-11-21T09:00:00Z

class StillClock final : public base::Clock {
 public:
  base::Millis WallNow() const override { return kNow; }
  std::int64_t BootNowNanos() const override { return 0; }
};

Files ReadTree(const std::string& folder);  // every file, by relative path
Files GoodFolder();
ConfigFolder Load(Files files);  // its folder is nowhere, so that no secret is found

// `text` says with "‸" where a finding is expected: the mark goes out, its line and column come
// back.
struct Marked {
  std::string text;
  int line = 0, column = 0;  // 0: no mark
};
Marked TakeMark(std::string text);
std::string Replace(std::string text, std::string_view what,
                    std::string_view with);  // once; must be there

// "contracts/lead.yaml:3:5 OCT-1102" for every error.
std::vector<std::string> Errors(const ConfigFolder& config);
std::vector<std::string> Codes(const ConfigFolder& config, ConfigFinding::Level level);

}  // namespace octroi::gateway
