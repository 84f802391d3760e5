// Proposed rules as a change to a contract: what the config loader says of it, and what is left
// out.
#include <gtest/gtest.h>

#include "../config/good_folder.h"
#include "gateway/cli_text_profile.h"
#include "gateway/profile/contract_patch.h"
#include "gateway/profile/names.h"
#include "gateway/profile/report.h"
#include "profiles/suspects.h"
#include "support/memory_disk.h"

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
  EXPECT_EQ(patch->no_field, std::vector<std::size_t>{5});
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

std::string Said(const profile::FileSample& sample, const profile::Shown& shown = {}) {
  const auto findings = profiles::SuspectsOf(sample.table);
  return profile::ReportJson(sample, findings, profiles::ProposalsOf(sample.table, findings), shown)
      .dump();
}

profile::FileSample SampleIn(const std::vector<std::string>& names, profile::Names from,
                             const std::vector<std::vector<std::string>>& rows) {
  profiles::Sampler sampler(names);
  std::uint64_t line = 0;
  for (const auto& row : rows)
    sampler.Add(++line, std::vector<std::string_view>(row.begin(), row.end()));
  profile::FileSample sample;
  sample.table = sampler.Finish();
  sample.names = from;
  return sample;
}

// A quartile is somebody's cell: exact only to who asks, and of few rows or of numbers that name
// not at all.
TEST(Profile, NoNumberOfOnePersonStandsInAReport) {
  const auto rows = [](std::size_t count, const auto& number) {
    std::vector<std::vector<std::string>> made;
    for (std::size_t n = 0; n < count; ++n) made.push_back({std::to_string(number(n))});
    return SampleIn({"salary"}, profile::Names::kHeader, made);
  };
  const auto one = rows(1, [](auto) { return 48'731; });
  const auto few = rows(19, [](auto n) { return 1'234 + n % 2; });
  const auto ids = rows(600, [](auto n) { return 123 + n * 37; });
  const auto clients = rows(600, [](auto n) { return 9'001 + n % 3 * 4'567; });
  for (const auto* sample : {&one, &few, &ids}) {
    EXPECT_EQ(Said(*sample).find("quartile"), std::string::npos) << Said(*sample);
    EXPECT_EQ(Said(*sample).find("mean"), std::string::npos);
  }
  profile::Shown all;
  all.values = true;
  const std::string shared = Said(clients);
  EXPECT_NE(shared.find("\"median\":14000.0"), std::string::npos) << shared;
  for (const char* value : {"9001", "13568", "18135"}) {
    EXPECT_EQ(shared.find(value), std::string::npos) << value;
    EXPECT_NE(Said(clients, all).find(value), std::string::npos) << value;
  }
  EXPECT_NE(Said(ids, all).find("quartile"), std::string::npos);
}

TEST(Profile, AFirstRowTakenForAHeaderIsNotPrinted) {
  const std::vector<std::string> person{"Lea", "Martin", "lea@exemple.fr", "0612345678"};
  const std::vector<std::vector<std::string>> rows{
      {"Ada", "Faure", "ada@exemple.fr", "0712345678"}};
  const auto sample = SampleIn(person, profile::Names::kHeader, rows);
  for (const std::string& name : person)
    EXPECT_EQ(Said(sample).find(name), std::string::npos) << name;
  EXPECT_NE(Said(sample).find("\"name\":\"column 3\""), std::string::npos);
  EXPECT_NE(Said(sample).find("\"names_hidden\":4"), std::string::npos);
  profile::Shown shown;
  shown.place = "colonne ";
  EXPECT_NE(Said(sample, shown).find("\"colonne 3\""), std::string::npos);
  shown.values = true;
  EXPECT_NE(Said(sample, shown).find("\"lea@exemple.fr\""), std::string::npos);
  EXPECT_NE(Said(SampleIn(person, profile::Names::kSaid, rows)).find("Martin"), std::string::npos)
      << "names that the caller said";
  // No number and no address: but a first name that comes again.
  const auto names =
      SampleIn({"Lea", "Martin"}, profile::Names::kHeader, {{"Ada", "Faure"}, {"Lea", "Petit"}});
  EXPECT_EQ(Said(names).find("Martin"), std::string::npos);
}

TEST(Profile, KeysOfAMapByPersonAreNotPrinted) {
  std::vector<std::vector<std::string>> rows;
  for (int n = 0; n < 40; ++n)
    rows.push_back({"3", n == 7 ? "4" : "", "5", n == 8 ? "6" : "", "7", n < 20 ? "8" : ""});
  const auto said = Said(SampleIn({"users.lea@x.fr.age", "users.Ada Faure.age", "users.17.age",
                                   "users.Zoe.age", "order.total", "order.coupon"},
                                  profile::Names::kPaths, rows));
  for (const char* key : {"lea@x.fr", "Ada Faure", "users.17", "Zoe"})
    EXPECT_EQ(said.find(key), std::string::npos) << key;
  EXPECT_NE(said.find("order.total"), std::string::npos);
  EXPECT_NE(said.find("order.coupon"), std::string::npos) << "20 events have it";
  EXPECT_NE(said.find("\"names_hidden\":4"), std::string::npos);
}

TEST(Profile, NamesOfColumnsAreNotTakenForValues) {
  for (const char* name : {"courriel",
                           "address2",
                           "first name",
                           "InvoiceNo",
                           "sales_2024",
                           "utm.source",
                           "data.customer_id",
                           "prix (EUR)",
                           "nom d'usage",
                           "",
                           "id",
                           "date",
                           "iban",
                           "code postal",
                           "téléphone",
                           "customer.email",
                           "_ga",
                           "ABV",
                           "ProviderNumber",
                           "MeasureCode",
                           "no_field",
                           "Score %",
                           "siret",
                           "n° client",
                           "card_number"})
    EXPECT_FALSE(profile::ReadsLikeAValue(name)) << name;
  for (const char* value :
       {"lea@exemple.fr", "75002", "06 12 34 56 78", "12,50", "2026-01-02", "C-1001", "12 kg",
        "users.42.age", "192.0.2.7", "FR7630006000011234567890189", "https://exemple.fr/",
        "123e4567-e89b-12d3-a456-426614174000"})
    EXPECT_TRUE(profile::ReadsLikeAValue(value)) << value;
}

// Half a megabyte of path for each of 100,000 members: 50 GB from one line.
TEST(Profile, WhatOneEventCanMakeIsBounded) {
  const auto sample_of = [](const std::string& text) {
    testing::MemoryDisk disk;
    auto file = disk.Open("events.ndjson", base::OpenMode::kCreateNew);
    EXPECT_TRUE(file && (*file)->WriteAt(0, text));
    import::Fault fault;
    auto sample = profile::SampleOf(disk, "events.ndjson", {}, fault);
    EXPECT_TRUE(sample);
    return *std::move(sample);
  };
  const std::string key(512 * 1024, 'k');
  std::string members = "{\"a\":0", many = members;
  for (int n = 0; n < 5'000; ++n) {
    members += ",\"" + std::to_string(n) + "\":0";
    if (n < 1'500) many += ",\"m" + std::to_string(n) + "\":0";
  }
  const auto bomb = sample_of("{\"" + key + "\":" + members + "},\"b\":1}\n");
  EXPECT_TRUE(bomb.limited);
  ASSERT_EQ(bomb.table.columns.size(), 1U);
  EXPECT_EQ(bomb.table.columns[0].name, "b");
  EXPECT_NE(Said(bomb).find("\"limited\":true"), std::string::npos);
  const auto wide = sample_of(many + "}\n");
  EXPECT_TRUE(wide.limited);
  EXPECT_EQ(wide.table.columns.size() + wide.table.columns_left_out, 1'000U);
  EXPECT_TRUE(sample_of("{\"" + std::string(257, 'k') + "\":1,\"a\":1}\n").limited);
  const auto usual = sample_of("{\"" + std::string(250, 'k') + "\":{\"a\":1}}\n");
  EXPECT_FALSE(usual.limited);
  EXPECT_EQ(usual.table.columns.size(), 1U);
}

// A wide table suggests more rules than a contract holds.
TEST(Profile, APatchHasNoMoreRulesThanAContractHolds) {
  Files files = WithOneRule();
  std::string &dictionary = files["vocabulary/marketing.yaml"],
              &contract = files["contracts/order-line.yaml"];
  std::string fields, used;
  std::vector<std::string> names;
  for (int n = 0; n < 40; ++n) {
    names.push_back("wide_" + std::string(1, static_cast<char>('a' + n / 26)) +
                    static_cast<char>('a' + n % 26));
    fields += "  - id: " + names.back() + "\n    title: { fr: \"" + names.back() + "\", en: \"" +
              names.back() + "\" }\n    category: transaction\n    personal_data: none\n" +
              "    format: integer\n";
    used += "  " + names.back() + ": { required: false }\n";
  }
  dictionary.insert(dictionary.find("  - id: campaign\n"), fields);
  contract.insert(contract.find("extra_fields:"), used);
  const std::string_view critical = "invoice_no: { required: true, critical: true }";
  contract.replace(contract.find(critical), critical.size(), "invoice_no: { required: true }");
  ASSERT_EQ(Errors(Load(files)), std::vector<std::string>{});
  std::vector<std::vector<std::string>> rows(400, std::vector<std::string>(40));
  for (std::size_t n = 0; n < rows.size(); ++n)
    for (std::size_t c = 0; c < 40; ++c) rows[n][c] = std::to_string((n * 7 + c * n * n) % 97);
  rows[9][39] = "N/A";
  const auto sample = SampleIn(names, profile::Names::kHeader, rows);
  const auto patch = Patch(files, "order-line", sample.table);
  ASSERT_TRUE(patch);
  EXPECT_EQ(patch->rules, 63U);
  EXPECT_GT(patch->left_out, 0U);
  // That which catches something, though its column is the last.
  EXPECT_NE(patch->text.find(names[39] + ", format: integer"), std::string::npos) << patch->text;
  files[patch->file] = patch->patched;
  EXPECT_EQ(Errors(Load(files)), std::vector<std::string>{});
  const auto again = Patch(files, "order-line", sample.table);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->rules, 0U);
  EXPECT_EQ(again->text, "");
}

// The highest of a direct field would be near somebody's.
TEST(Profile, NoRangeOfAFieldThatIsPersonal) {
  std::vector<std::vector<std::string>> rows;
  for (int n = 0; n < 400; ++n) rows.push_back({std::to_string(n % 90), std::to_string(n % 80)});
  const auto sample = SampleIn({"client", "prix"}, profile::Names::kHeader, rows);
  const auto patch = Patch(WithOneRule(), "order-line", sample.table);
  ASSERT_TRUE(patch);
  EXPECT_EQ(patch->text.find("customer-id-range-seen"), std::string::npos);
  EXPECT_NE(patch->text.find("unit-price-range-seen"), std::string::npos);
  EXPECT_NE(patch->text.find("min: 0, max: 80 "), std::string::npos) << patch->text;
}

// Also those above ASCII: some terminals take U+009B for the start of a command.
TEST(Profile, ATerminalGetsNoControlCharacter) {
  const auto sample = SampleIn({"na\x1bme \xc2\x9b"
                                "31m \xc2\xa0 \xc3\x9b"},
                               profile::Names::kSaid, {{"a"}, {"b"}});
  const auto findings = profiles::SuspectsOf(sample.table);
  const std::string text =
      ProfileText(profile::ReportJson(sample, findings, {}, {}), 10, Language::kEnglish);
  EXPECT_EQ(text.find("\xc2\x9b"), std::string::npos);
  EXPECT_NE(text.find("na me  31m \xc2\xa0 \xc3\x9b"), std::string::npos) << text;
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
