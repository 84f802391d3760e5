// What a change lets out and keeps in: each change as people make them, the cells that it changes,
// and of each cell the case, which leaves under the one config and not under the other.
#include "gateway/change/cells.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "../config/good_folder.h"
#include "gateway/change/report.h"
#include "gateway/cli_text_change.h"
#include "gateway/policy_tests.h"

namespace octroi::gateway {
namespace {

using change::Cell;
using change::Compare;
using change::DifferenceJson;

struct Row {
  const char* what;
  const char *file, *from, *to;  // `to` null: the file goes
  std::vector<std::string> cells;
};

std::string Named(const Cell& cell) {
  const char* const names[] = {"gained", "lost", "undecided"};
  return std::string(names[static_cast<int>(cell.what)]) + " " + cell.category + " " +
         cell.destination + " " + cell.purpose + " (" + cell.reason_otherwise + ")";
}

std::vector<std::string> Each(const std::string& what, const std::vector<std::string>& categories,
                              const std::string& rest) {
  std::vector<std::string> cells;
  for (const std::string& category : categories)
    cells.push_back(what + " " + category + " " + rest);
  return cells;
}

std::vector<std::string> Both(std::vector<std::string> one, const std::vector<std::string>& other) {
  one.insert(one.end(), other.begin(), other.end());
  std::ranges::sort(one);
  return one;
}

const std::vector<std::string> kEmailing = {"contact",    "identity",  "location",
                                            "navigation", "technical", "transaction"};
const std::vector<std::string> kCrm = {"attribution", "contact",   "identity",   "location",
                                       "navigation",  "technical", "transaction"};

constexpr std::string_view kSpoken = "a field less";
const std::vector<Row> kRows = {
    {"a comment", "policies/marketing-email.yaml", "mode: enforce", "mode: enforce  # ours", {}},
    {"a port", "gateway.yaml", "127.0.0.1:18081", "127.0.0.1:18091", {}},
    {"an age", "policies/marketing-email.yaml", "  - { consent: granted }\n",
     "  - { consent: granted }\n  - { subject_age: { at_least: 16, if_unknown: refuse } }\n",
     Each("lost", kEmailing, "emailing marketing.email (policy.not_met)")},
    {"another condition", "policies/crm-management.yaml", "  - { present: customer_id }",
     "  - { present: email }",
     Both(Each("gained", {"attribution", "contact", "identity", "navigation", "technical"},
               "crm crm.management (crm.customer_missing)"),
          Each("lost",
               {"attribution", "identity", "location", "navigation", "technical", "transaction"},
               "crm crm.management (crm.customer_missing)"))},
    {"a field less",
     "destinations/crm.yaml",
     "      email: clear\n",
     "",
     // Of a grant that is limited to the rest, the rest is covered now.
     {"gained identity crm crm.management (consent.category_not_listed)",
      "lost contact crm crm.management ()"}},
    {"in clear instead of as a pseudonym",
     "destinations/publicite.yaml",
     "      email: { pseudonym: per-destination }",
     "      email: clear",
     {"gained contact publicite advertising.personalised ()",
      "lost contact publicite advertising.personalised ()"}},
    {"another legal basis", "purposes/crm.management.yaml", "legal_basis: legitimate_interests",
     "legal_basis: contract", Each("gained", kCrm, "crm crm.management (consent.objected)")},
    {"consent that lasts longer", "purposes/marketing.email.yaml", "ask_again_after: \"13 months\"",
     "ask_again_after: \"24 months\"",
     Each("gained", kEmailing, "emailing marketing.email (consent.expired)")},
    {"an event by another name",
     "sources/boutique.yaml",
     "  - { event: order.line, contract: order-line@1 }",
     "  - { event: order.lines, contract: order-line@1 }",
     {}},
    {"a pilot", "gateway.yaml", "mode: enforce",
     "observe: { consent: { approved_by: dpo@exemple.fr, until: 2026-12-15 } }",
     Both(Each("gained", kEmailing, "emailing marketing.email (consent.unknown)"),
          Each("gained",
               {"attribution", "contact", "identity", "location", "navigation", "transaction"},
               "publicite advertising.personalised (consent.unknown)"))},
};

change::Cells CellsOf(const ConfigFolder& before, const ConfigFolder& after,
                      std::uint64_t cases_max = change::kCellCasesMax) {
  auto cells = change::CellsOf(before, after, Compare(before, after), kNow, cases_max);
  EXPECT_TRUE(cells) << cells.error().detail;
  return *std::move(cells);
}

ConfigFolder After(const Row& row) {
  Files files = GoodFolder();
  if (row.to == nullptr) {
    files.erase(row.file);
  } else {
    files[row.file] = Replace(files[row.file], row.from, row.to);
  }
  ConfigFolder after = Load(std::move(files));
  EXPECT_TRUE(after.ok()) << row.what << Render(after, Language::kEnglish, false);
  return after;
}

bool Passes(ConfigFolder config, const std::string& test) {
  std::erase_if(config.files, [](const auto& file) { return file.first.starts_with("tests/"); });
  config.files["tests/asked.yaml"] = test;
  const auto report = RunPolicyTests(config);
  return report && report->cases.size() == 1 && report->passed();
}

TEST(Cells, EachChangeHasItsCells) {
  const ConfigFolder before = Load(GoodFolder());
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.what);
    const ConfigFolder after = After(row);
    const change::Cells cells = CellsOf(before, after);
    std::vector<std::string> named;
    for (const Cell& cell : cells.cells) named.push_back(Named(cell));
    std::ranges::sort(named);
    EXPECT_EQ(named, row.cells);
    for (const Cell& cell : cells.cells) {
      SCOPED_TRACE(Named(cell));
      const bool gained = cell.what == Cell::What::kGained;
      EXPECT_TRUE(cell.example.confirmed) << cell.example.not_confirmed << cell.example.test;
      if (cell.example.test.empty()) continue;
      EXPECT_TRUE(Passes(gained ? after : before, cell.example.test)) << cell.example.test;
      EXPECT_EQ(Passes(gained ? before : after, cell.example.test), cell.reason_otherwise.empty())
          << cell.example.test;
    }
    if (row.what != kSpoken) continue;
    nlohmann::ordered_json json = DifferenceJson(Compare(before, after));
    json["cells"] = CellsJson(cells);
    json["missing"] = nlohmann::ordered_json::array();
    EXPECT_NE(
        ChangeText(json.dump(), Language::kFrench)
            .find("- contact → crm pour crm.management : ne peut plus partir\n    ex. email en "
                  "clair → crm"),
        std::string::npos);
    EXPECT_NE(ChangeText(json.dump(), Language::kEnglish)
                  .find("after: leaves, without this field or in another form\n"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace octroi::gateway
