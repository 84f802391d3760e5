// The simulation of ux.md C.2, as it is, against the module: every situation, usable share and
// score.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>

#include "scores/record_score.h"

namespace octroi::scores {
namespace {

struct Situation {
  double usable = 0, score = 0;
  std::uint64_t received = 0;
  Tally ours;
  Micro sum = 0;
};

std::string Simulated() {
  const std::string command =
      std::string("python3 ") + OCTROI_SOURCE_DIR + "/tests/scores/oracle.py";
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  std::string said;
  std::array<char, 4096> part{};
  for (std::size_t n = 0; (n = std::fread(part.data(), 1, part.size(), pipe)) > 0;)
    said.append(part.data(), n);
  return pclose(pipe) == 0 ? said : std::string();
}

Terms ReadTerms(std::istringstream& in) {
  Terms terms;
  std::size_t rules = 0;
  in >> rules;
  for (; rules > 0; --rules) {
    int dimension = 0, severity = 0;
    char slash = 0;
    in >> dimension >> slash >> severity;
    terms.rules.push_back(
        {static_cast<rules::Dimension>(dimension), static_cast<rules::Severity>(severity)});
  }
  return terms;
}

Situation Read(const std::string& line) {
  std::istringstream in(line);
  Situation read;
  in >> read.usable >> read.score >> read.received;
  const Terms terms = ReadTerms(in);
  std::size_t combinations = 0;
  in >> combinations;
  for (; combinations > 0; --combinations) {
    std::uint64_t mask = 0, count = 0;
    char colon = 0;
    in >> mask >> colon >> count;
    const Found found{(std::uint64_t{1} << terms.rules.size()) - 1, mask};
    read.ours += {count, IsUsable(terms, found) ? count : 0};
    read.sum += *ScoreOf(terms, found) * static_cast<Micro>(count);
  }
  read.ours.records = read.received;  // what was dropped before counts, and is not good
  return read;
}

double Points(Micro micro) { return static_cast<double>(micro) / kPoint; }

TEST(ScoreOracle, EverySituationOfTheSimulationIsOurs) {
  std::istringstream lines(Simulated());
  std::vector<Situation> all;
  for (std::string line; std::getline(lines, line);) all.push_back(Read(line));
  // The situation where others score only what was kept is none of ours: it is the next one.
  ASSERT_EQ(all.size(), 7u);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_NEAR(Points(Share(all[i].ours)), all[i].usable, 1e-6) << i;
    EXPECT_NEAR(Points(Mean(all[i].sum, all[i].received)), all[i].score, 1e-5) << i;
  }
  EXPECT_NEAR(Points(Share(all[0].ours)), 89.3, 0.05);
  EXPECT_EQ(all[1].ours, all[0].ours) << "twenty rules that are always true";
  EXPECT_EQ(all[1].sum, all[0].sum);
  EXPECT_NEAR(Points(Share(all[2].ours)), 62.5, 0.05) << "30 % of the e-mails break";
  EXPECT_EQ(all[3].ours, all[2].ours);
  EXPECT_EQ(all[3].sum, all[2].sum);
  EXPECT_EQ(all[5].ours, all[2].ours) << "what is dropped upstream was received";
  EXPECT_EQ(all[6].ours, all[2].ours) << "the same rule written twice";
  EXPECT_EQ(all[6].sum, all[2].sum);
}

}  // namespace
}  // namespace octroi::scores
