// Precision, recall and F1 of cell errors on tests/data/error-detection, as one line of JSON: with
// the given rules as the literature reads them, as we read them, by the rules that are proposed,
// without any rule or label, and with both.
#include <cstdio>

#include "profiles/given_rules.h"
#include "profiles/proposals.h"
#include "profiles/shop_table.h"

using namespace octroi::profiles;

namespace {

void Print(const char* what, const Detection& found, const char* end) {
  std::printf("\"%s\": {\"precision\": %.3f, \"recall\": %.3f, \"f1\": %.3f}%s", what,
              found.Precision(), found.Recall(), found.F1(), end);
}

// What the proposed rules alone refuse, record by record.
std::vector<Suspect> Refused(const Table& table, const std::vector<Proposal>& proposals) {
  Marks marks(table);
  for (const Proposal& one : proposals) {
    const std::size_t column = one.ask == Ask::kPairs ? one.other : one.column;
    for (std::size_t row = 0; row < table.rows(); ++row)
      if (Refuses(one, table, row)) marks.Mark(row, column, Signal::kForm);
  }
  return marks.All();
}

}  // namespace

int main() {
  const char* begin = "{";
  for (const std::string& name : DirtyTables()) {
    const DirtyTable table = ReadDirtyTable(name);
    const GivenRules rules = ReadGivenRules(name, table.dirty);
    const auto given = ByMajority(table.dirty, rules);
    const Findings findings = SuspectsOf(table.dirty);
    const auto& alone = findings.suspects;
    const auto proposals = ProposalsOf(table.dirty, findings);
    std::printf("%s\"%s\": {", begin, name.c_str());
    Print("rules as given", Compare(table, AsGiven(table.dirty, rules)), ", ");
    Print("rules by majority", Compare(table, given), ", ");
    Print("proposed rules", Compare(table, Refused(table.dirty, proposals)), ", ");
    Print("profile alone", Compare(table, alone), ", ");
    Print("profile and rules", Compare(table, Together(alone, given)), "}");
    begin = ", ";
  }
  // Made tables that no signal was made on (shop_table.h).
  Detection made;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const DirtyTable table = ShopTable(seed, true);
    const Detection one = Compare(table, SuspectsOf(table.dirty).suspects);
    made = {made.errors + one.errors, made.suspects + one.suspects, made.hits + one.hits};
  }
  std::printf(", \"shop, made\": {");
  Print("profile alone", made, "}}\n");
}
