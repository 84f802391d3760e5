// Rules that somebody gave for a dirty table (nadeef_rules_dev.json), read in two ways.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "profiles/dirty_tables.h"

namespace octroi::profiles {

struct GivenRules {
  std::vector<Dependency> functions;
  std::vector<std::pair<std::size_t, std::string>> patterns;  // what is not of it is an error
};

// "hospital", "beers": the folders of tests/data/error-detection.
std::vector<std::string> DirtyTables();
DirtyTable ReadDirtyTable(const std::string& name);
GivenRules ReadGivenRules(const std::string& name, const Table& table);

// As the literature does: where a group holds two values, every cell of both columns in it.
std::vector<Suspect> AsGiven(const Table& table, const GivenRules& rules);
// As we do: the cell that most of its group speaks against.
std::vector<Suspect> ByMajority(const Table& table, const GivenRules& rules);
std::vector<Suspect> Together(const std::vector<Suspect>& one, const std::vector<Suspect>& other);

}  // namespace octroi::profiles
