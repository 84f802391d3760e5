// Findings: what is wrong with a config, each under a stable code whose two texts stand in one
// table.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config.h"
#include "gateway/config/node.h"

namespace octroi::gateway::config {

// A piece put into a sentence; a name of the config reads the same in both languages.
struct Say {
  std::string fr, en;
  Say() = default;
  Say(std::string both) : fr(both), en(std::move(both)) {}  // NOLINT(google-explicit-constructor)
  Say(std::string_view both) : Say(std::string(both)) {}    // NOLINT(google-explicit-constructor)
  Say(const char* both) : Say(std::string(both)) {}         // NOLINT(google-explicit-constructor)
  Say(std::string french, std::string english) : fr(std::move(french)), en(std::move(english)) {}
  bool empty() const { return fr.empty(); }
};

// One row of the tables in codes_*.cc. "{0}", "{1}" stand for what Add is given.
struct CodeText {
  int number = 0;
  const char* fr;
  const char* en;
  const char* hint_fr;
  const char* hint_en;
};
std::span<const CodeText> ReadingCodes();  // 10xx files and YAML, 11xx shape
std::span<const CodeText> MeaningCodes();  // 12xx references, 13xx meaning
std::span<const CodeText> RuleCodes();     // 14xx quality rules
std::span<const CodeText> LaterCodes();    // 19xx not supported yet, 2xxx warnings
const CodeText* FindCode(int number);
std::string CodeName(int number);          // 1204 -> "OCT-1204"
ConfigFinding::Level LevelOf(int number);  // 2xxx warning, 3xxx note, else error

// Collects; never throws away. Not thread-safe.
class Findings {
 public:
  void Add(int code, const std::string& file, Position at, const std::vector<Say>& pieces = {},
           const Say& hint = {});
  std::vector<ConfigFinding> Sorted() &&;
  std::size_t errors() const { return errors_; }
  std::size_t errors_in(std::string_view file) const;

 private:
  std::vector<ConfigFinding> findings_;
  std::size_t errors_ = 0;
};

// "did you mean": the known name within a Damerau-Levenshtein distance of 2 (1 for short names),
// the nearest first; "" if none.
std::string Nearest(std::string_view wrong, std::span<const std::string> known);
Say DidYouMean(std::string_view wrong,
               std::span<const std::string> known);  // empty if none is near

}  // namespace octroi::gateway::config
