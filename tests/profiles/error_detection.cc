// Precision, recall and F1 of cell errors on tests/data/error-detection, as one line of JSON: with
// the given rules as the literature reads them, as we read them, without any rule or label, and
// with both.
#include <cstdio>

#include "profiles/given_rules.h"
#include "profiles/shop_table.h"

using namespace octroi::profiles;

namespace {

void Print(const char* what, const Detection& found, const char* end) {
  std::printf("\"%s\": {\"precision\": %.3f, \"recall\": %.3f, \"f1\": %.3f}%s", what,
              found.Precision(), found.Recall(), found.F1(), end);
}

}  // namespace

int main() {
  const char* begin = "{";
  for (const std::string& name : DirtyTables()) {
    const DirtyTable table = ReadDirtyTable(name);
    const GivenRules rules = ReadGivenRules(name, table.dirty);
    const auto given = ByMajority(table.dirty, rules);
    const auto alone = SuspectsOf(table.dirty).suspects;
    std::printf("%s\"%s\": {", begin, name.c_str());
    Print("rules as given", Compare(table, AsGiven(table.dirty, rules)), ", ");
    Print("rules by majority", Compare(table, given), ", ");
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
