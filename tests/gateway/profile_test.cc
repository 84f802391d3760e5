// Proposed rules as a change to a contract: what the config loader says of it, and what is left
// out.
#include <gtest/gtest.h>

#include "../config/good_folder.h"
#include "gateway/profile/contract_patch.h"
#include "gateway/profile/report.h"
#include "profiles/suspects.h"

namespace octroi::gateway {
namespace {

using profiles::Ask;

// Lines of orders with a column for each kind of rule. `n` rows; one country goes with one
// campaign.
profiles::Table Orders(const std::vector<std::string>& names) {
  profiles::Sampler sampler(names);
  for (std::uint64_t n = 1; n <= 600; ++n) {
    const std::size_t k = n * 7 % 5;
    const std::string invoice = "F" + std::to_string(10'000 + n),
                      quantity = std::to_string(1 + n % 9),
                      price = std::to_string(n % 40) + "." + std::to_string(10 + n % 90),
                      client = std::to_string(17'000 + k), stock = "SKU-\"" + std::to_string(k),
                      text = "Article: #" + std::to_string(k);
    const std::string_view country[] = {"France", "Suisse", "Belgique", "Espagne", "Italie"};
    const std::vector<std::string_view> cells{invoice, quantity, price,     client,
                                              stock,   text,     country[k]};
    sampler.Add(n, cells);
  }
  return sampler.Finish();
}
const std::vector<std::string> kNames{"InvoiceNo", "data.quantity", "prix", "client",
                                      "sku",       "description",   "pays"};

base::Result<profile::ContractPatch> Patch(const Files& files, std::string_view contract,
                                           const profiles::Table& table) {
  const auto findings = profiles::SuspectsOf(table);
  return profile::PatchOf(Load(files), contract, table, profiles::ProposalsOf(table, findings));
}

// The contract with its first rule alone: the others ask some of what is proposed.
Files WithOneRule() {
  Files files = GoodFolder();
  std::string& text = files["contracts/order-line.yaml"];
  const std::size_t second = text.find("  - id: quantity-not-negative");
  text.erase(second, text.find("score:") - second);
  return files;
}

TEST(Profile, EveryProposedRuleIsOneThatTheConfigLoaderTakes) {
  Files files = WithOneRule();
  const auto patch = Patch(files, "order-line", Orders(kNames));
  ASSERT_TRUE(patch);
  EXPECT_EQ(patch->file, "contracts/order-line.yaml");
  for (const char* kind : {"-present-seen", "-format-seen", "-pattern-seen", "-one-of-seen",
                           "-range-seen", "-unique-seen", "-pairs-seen"})
    EXPECT_NE(patch->patched.find(kind), std::string::npos) << kind;
  files[patch->file] = patch->patched;
  const ConfigFolder loaded = Load(files);
  EXPECT_EQ(Errors(loaded), std::vector<std::string>{})
      << Render(loaded, Language::kEnglish, false);
  // The same again proposes nothing: the contract has the rules.
  const auto again = Patch(files, "order-line", Orders(kNames));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->rules, 0U) << again->text;
  EXPECT_EQ(again->text, "");
}

TEST(Profile, NoValueOfAFieldThatIsPersonalStandsInAPatch) {
  const auto patch = Patch(GoodFolder(), "order-line", Orders(kNames));
  ASSERT_TRUE(patch);
  EXPECT_NE(patch->text.find("Espagne"), std::string::npos) << "600 rows share five of them";
  EXPECT_EQ(patch->text.find("17001"), std::string::npos) << "a customer's number";
}

TEST(Profile, ColumnsThatAreNoFieldsAreNamed) {
  auto names = kNames;
  names[5] = "remarque";
  const auto patch = Patch(GoodFolder(), "order-line", Orders(names));
  ASSERT_TRUE(patch);
  EXPECT_EQ(patch->no_field, std::vector<std::string>{"remarque"});
}

TEST(Profile, AContractThatIsNotThereOrCannotBeAddedToIsRefused) {
  const auto table = Orders(kNames);
  EXPECT_EQ(Patch(GoodFolder(), "orders", table).error().detail, "profile.contract_unknown");
  Files files = GoodFolder();
  std::string& text = files["contracts/order-line.yaml"];
  const std::size_t rules = text.find("\nrules:"), score = text.find("\nscore:");
  text = text.substr(0, rules) + "\nrules: []" + text.substr(score);
  EXPECT_EQ(Patch(files, "order-line", table).error().detail, "profile.rules_form");
}

TEST(Profile, AReportNamesNoValueUnlessAsked) {
  profile::FileSample sample;
  sample.table = Orders(kNames);
  const auto findings = profiles::SuspectsOf(sample.table);
  const auto proposals = profiles::ProposalsOf(sample.table, findings);
  const std::string masked = profile::ReportJson(sample, findings, proposals, {}).dump();
  for (const char* value : {"17001", "Espagne", "F10001", "Article", "39.49"})
    EXPECT_EQ(masked.find(value), std::string::npos) << value;
  EXPECT_NE(masked.find("\"pays\""), std::string::npos);
}

// What stands behind a number may be a name: only what many rows have is said to be a unit.
TEST(Profile, WhatOneRowHasBehindANumberIsNoUnit) {
  profiles::Sampler sampler({"weight"});
  for (std::uint64_t n = 1; n <= 80; ++n) {
    const std::string text = std::to_string(n) + (n == 40 ? " Lea Martin" : " kg");
    const std::string_view cell = text;
    sampler.Add(n, {&cell, 1});
  }
  profile::FileSample sample;
  sample.table = sampler.Finish();
  const auto findings = profiles::SuspectsOf(sample.table);
  const auto said = [&](bool values) {
    profile::Shown shown;
    shown.values = values;
    return profile::ReportJson(sample, findings, {}, shown).dump();
  };
  EXPECT_NE(said(false).find("\"kg\""), std::string::npos);
  EXPECT_EQ(said(false).find("Lea"), std::string::npos);
  EXPECT_NE(said(true).find("Lea"), std::string::npos);
}

}  // namespace
}  // namespace octroi::gateway
