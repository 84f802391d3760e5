// Proposals: rules of a contract that a sample suggests, each with how often it would refuse what
// is right. They are drafts for people: nothing here puts one into force.
//
// How often a rule refuses wrongly is not read off the rows that it was made of, which it fits by
// making. The rows are halved by chance; the rule is made of one half and asked about the other,
// and the other way round: a row that it refuses there, and whose cell no signal suspects, is
// counted as wrongly refused. A rule that neither half gives is not proposed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "profiles/suspects.h"
#include "profiles/table.h"

namespace octroi::profiles {

// clang-format off
enum class Ask { kPresent, kFormat, kPattern, kIn, kRange, kUnique, kPairs };
// clang-format on
std::string_view NameOf(Ask ask);  // "one-of": also the end of the rule's id

// So many rows have every value that a proposal spells out: a value of one person is none.
inline constexpr std::size_t kSpelledMin = 20;

struct Proposal {
  Ask ask{};
  std::size_t column = 0, other = 0;  // other: of kPairs, the second
  rules::Format format = rules::Format::kNone;
  std::vector<std::string> shapes = {};                         // of kPattern: ExactShapeOf
  std::vector<std::string> values = {};                         // of kIn
  std::vector<std::pair<std::string, std::string>> pairs = {};  // of kPairs
  double min = 0, max = 0;              // of kRange: of one digit and zeros, nobody's value
  std::size_t refused = 0;              // rows of the sample
  std::size_t tested = 0, wrongly = 0;  // as above
};

// By column, then in the order of Ask.
std::vector<Proposal> ProposalsOf(const Table& table, const Findings& findings);

// Of a row, as the rule of a contract would; of what is absent, only kPresent refuses. kUnique
// refuses what an earlier row of the table has, however long before.
bool Refuses(const Proposal& proposal, const Table& table, std::size_t row);
std::string PatternOf(const Proposal& proposal);  // RE2, of kPattern: "[0-9]{5}|[A-Z]{2}-[0-9]{3}"

}  // namespace octroi::profiles
