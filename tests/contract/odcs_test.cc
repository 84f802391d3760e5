// ODCS: every example of the standard loads or says what has no equivalent; what is exported comes
// back as it was.
#include "gateway/contract/odcs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gateway/config/node_json.h"
#include "judged_import.h"

namespace octroi::gateway::contract {
namespace {

using Json = nlohmann::ordered_json;
using Verdict = JudgedImport::Verdict;

const std::string kRoot = OCTROI_SOURCE_DIR;

std::string Text(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::filesystem::path> Examples() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(kRoot + "/tests/data/odcs/docs/examples")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

struct Sum {
  int contracts = 0, fields = 0, rules = 0, lost = 0, said = 0;
  bool operator==(const Sum&) const = default;
};

void Count(const std::vector<Note>& notes, Sum& sum) {
  for (const Note& note : notes) {
    ++(note.lost ? sum.lost : sum.said);
    EXPECT_FALSE(SentenceOf(note, Language::kFrench).empty());
    EXPECT_EQ(SentenceOf(note, Language::kEnglish).find('{'), std::string::npos) << note.code;
    EXPECT_NE(note.at.line, 0) << note.pointer;
  }
}

TEST(Odcs, EveryExampleLoadsOrSaysWhy) {
  Sum sum;
  int files = 0;
  for (const auto& path : Examples()) {
    const OdcsImport read = ImportOdcs(NodeOf(Text(path)));
    Sum one;
    Count(read.notes, one);
    for (const Imported& imported : read.contracts) {
      Count(imported.notes, one);
      const JudgedImport judged(imported);
      EXPECT_EQ(judged.faults, "") << path << "\n" << ContractFile(imported, Language::kEnglish);
      one.contracts += imported.contract.is_null() ? 0 : 1;
      one.fields += static_cast<int>(imported.fields.size());
      if (!imported.contract.is_null())
        one.rules += static_cast<int>(imported.contract["rules"].size());
    }
    std::printf("%-48s %3d contracts %3d fields %3d rules %3d not checked %4d said\n",
                path.filename().c_str(), one.contracts, one.fields, one.rules, one.lost, one.said);
    ++files;
    sum = {sum.contracts + one.contracts, sum.fields + one.fields, sum.rules + one.rules,
           sum.lost + one.lost, sum.said + one.said};
  }
  std::printf("%d files: %d contracts %d fields %d rules %d not checked %d said\n", files,
              sum.contracts, sum.fields, sum.rules, sum.lost, sum.said);
  EXPECT_EQ(files, 18);
  // The figures are those of docs/FORMATS.md.
  EXPECT_EQ(sum, (Sum{82, 491, 572, 108, 1750}));
}

// Everything that an import gives, places in the file left out.
std::string Whole(const config::Node& document) {
  const OdcsImport read = ImportOdcs(document);
  std::string text;
  const auto add = [&](const std::vector<Note>& notes) {
    for (const Note& note : notes) text += note.pointer + " " + std::to_string(note.code) + "\n";
  };
  add(read.notes);
  for (const Imported& imported : read.contracts) {
    text += ContractFile(imported, Language::kEnglish);
    add(imported.notes);
  }
  return text;
}

// What says no more than its absence would.
bool GoesWithoutSaying(const std::string& at, const config::Node& value) {
  using Kind = config::Node::Kind;
  const bool usual = (at == "/version" && value.text == "1.0.0") ||
                     (at == "/status" && value.text == "draft") ||
                     (at == "/id" && value.text == "orders") ||  // as its object is called
                     (at.ends_with("/format") && value.text == "yyyy-MM-dd") ||
                     (at.starts_with("/schema/") && std::ranges::count(at, '/') == 3 &&
                      at.ends_with("/logicalType") && value.text == "object");
  return usual || value.kind == Kind::kNull || (value.kind == Kind::kBool && !value.truth) ||
         (value.IsNumber() && (value.number == -1 || value.number == 0)) ||
         (value.IsScalar() && value.text.empty() && !value.IsNumber() &&
          value.kind != Kind::kBool) ||
         (!value.IsScalar() && value.items.empty() && value.members.empty());
}

// Takes each member out, one at a time; below what has a note nothing more is asked.
struct Eraser {
  const config::Node& document;
  std::string whole;
  std::vector<std::string> noted;
  int every = 1, seen = 0, taken = 0;

  void Walk(config::Node& node, const std::string& pointer) {
    for (std::size_t i = 0; i < node.members.size(); ++i) {
      const std::string at = PointerTo(pointer, node.members[i].key);
      if (std::ranges::find(noted, at) == noted.end()) Walk(node.members[i].value, at);
      if (GoesWithoutSaying(at, node.members[i].value) || seen++ % every != 0) continue;
      config::Node::Member member = node.members[i];
      node.members.erase(node.members.begin() + static_cast<std::ptrdiff_t>(i));
      EXPECT_NE(Whole(document), whole) << at << " is dropped without a word";
      node.members.insert(node.members.begin() + static_cast<std::ptrdiff_t>(i), std::move(member));
      ++taken;
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const std::string at = pointer + "/" + std::to_string(i);
      if (std::ranges::find(noted, at) == noted.end()) Walk(node.items[i], at);
    }
  }
};

TEST(Odcs, NothingIsDroppedWithoutAWord) {
  int taken = 0;
  for (const auto& path : Examples()) {
    config::Node document = NodeOf(Text(path));
    const OdcsImport read = ImportOdcs(document);
    Eraser eraser{document, Whole(document), {}};
    const auto add = [&](const std::vector<Note>& notes) {
      for (const Note& note : notes) {
        if (!note.pointer.empty()) eraser.noted.push_back(note.pointer);
      }
    };
    add(read.notes);
    for (const Imported& imported : read.contracts) add(imported.notes);
    eraser.every = document.List("schema").size() > 20 ? 67 : 1;  // alike, a hundred times
    eraser.Walk(document, "");
    taken += eraser.taken;
  }
  EXPECT_GT(taken, 300);
}

std::vector<std::filesystem::path> OurContracts() {
  std::vector<std::filesystem::path> files;
  for (const char* folder : {"/tests/data/examples/contracts", "/docs/examples/demo/contracts",
                             "/gateway/config/starter/contracts"}) {
    if (!std::filesystem::is_directory(kRoot + folder)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(kRoot + folder))
      files.push_back(entry.path());
  }
  return files;
}

Json RoundTrip(const Json& contract) {
  const OdcsImport back = ImportOdcs(NodeOf(YamlOf(ExportOdcs(contract))));
  EXPECT_EQ(back.contracts.size(), 1u);
  for (const Note& note : back.notes) ADD_FAILURE() << note.pointer << " " << note.code;
  for (const Note& note : back.contracts.at(0).notes)
    ADD_FAILURE() << note.pointer << " " << SentenceOf(note, Language::kEnglish);
  return back.contracts.at(0).contract;
}

TEST(Odcs, WhatIsExportedComesBack) {
  int contracts = 0;
  for (const auto& path : OurContracts()) {
    const Json contract = config::JsonOf(NodeOf(Text(path)));
    EXPECT_EQ(nlohmann::json(RoundTrip(contract)), nlohmann::json(contract)) << path;
    // The order of rules says which reason is given.
    EXPECT_EQ(RoundTrip(contract)["rules"].dump(), contract["rules"].dump()) << path;
    ++contracts;
  }
  EXPECT_GE(contracts, 4);
}

constexpr const char* kContract = R"yaml(
apiVersion: octroi/v1
kind: Contract
id: lead
version: 3
title: { fr: "Lead" }
status: active
mode: observe
between: { producer: { team: A, contact: a@exemple.fr }, consumers: [{ team: B, contact: b@exemple.fr }] }
fields: { email: { required: true, critical: true }, country: { critical: false }, note: { required: false, default: "null" } }
extra_fields: quarantine
rules:
  - { id: b, say: { fr: "Pays connu." }, dimension: validity, severity: major, check: { field: country, in: [FR, CH, 1] }, on_fail: keep }
  - { id: a, say: { fr: "é : # - [x] \"y\"" }, dimension: identity, severity: minor, when: { present: note }, check: { field: note, matches: "a\\d+\n" }, on_fail: reject }
  - { id: c, say: { fr: "Forme.", en: "Form." }, dimension: validity, severity: minor, check: { field: note, matches: "[a-z]{2}" }, on_fail: drop-field, score: { counted: false, why: essai, until: "2027-01-01" } }
  - { id: d, say: { fr: "Une fois." }, dimension: uniqueness, severity: blocking, check: { unique_on: [email], within: "30 days" }, on_fail: merge }
  - { id: e, say: { fr: "Ou." }, dimension: consistency, severity: major, check: { any_of: [{ field: email, json_type: ["null", string] }, { cel: "has(event.note)" }] }, on_fail: keep }
score: { weights: { completeness: 20, validity: 25, uniqueness: 15, consistency: 10, timeliness: 10, identity: 20 } }
)yaml";

TEST(Odcs, EveryKeyComesBack) {
  const Json contract = config::JsonOf(NodeOf(kContract));
  ASSERT_EQ(contract["rules"].size(), 5u);
  const Json back = RoundTrip(contract);
  EXPECT_EQ(nlohmann::json(back), nlohmann::json(contract));
  EXPECT_EQ(back["rules"].dump(), contract["rules"].dump());
}

TEST(Odcs, WhatOthersChangeInAnExportCounts) {
  Json exported = ExportOdcs(config::JsonOf(NodeOf(kContract)));
  Json& country = exported["schema"][0]["properties"][1];
  ASSERT_EQ(country["quality"][0]["metric"], "invalidValues");
  country["quality"][0]["arguments"]["validValues"] = {"DE", nullptr};
  const OdcsImport back = ImportOdcs(NodeOf(YamlOf(exported)));
  const Json& rules = back.contracts.at(0).contract["rules"];
  ASSERT_EQ(rules.size(), 5u);
  EXPECT_EQ(rules[4]["check"], Json({{"field", "country"}, {"in", {"DE"}}}));
  EXPECT_TRUE(std::ranges::any_of(back.contracts[0].notes, [](const Note& note) {
    return note.code == 1458 && note.pointer == "/schema/0/properties/1/quality/0";
  }));
}

TEST(Odcs, WhatIsImportedJudges) {
  const OdcsImport read = ImportOdcs(
      NodeOf(Text(kRoot + "/tests/data/odcs/docs/examples/data-types/all-data-types.odcs.yaml")));
  JudgedImport judged(read.contracts.at(0));
  const auto good = [&](const char* event) {
    EXPECT_EQ(judged.Judge(event), Verdict::kAccepted) << event;
  };
  const auto bad = [&](const char* event) {
    EXPECT_EQ(judged.Judge(event), Verdict::kRefused) << event;
  };
  good(R"({"account_id":"ACC12345678","age":18,"amount":0.5,"is_open":true})");
  good(R"({"account_id":null})");
  bad(R"({"account_id":"ACC1234567"})");
  bad(R"({"account_id":12345678901})");
  bad(R"({"age":17})");
  good(R"({"age":99.0})");
  bad(R"({"age":100})");
  bad(R"({"age":18.5})");
  bad(R"({"amount":-0.1})");
  bad(R"({"is_open":"true"})");
  bad(R"({"txn_ref_date":"2020-01-01"})");  // exclusive
  good(R"({"txn_ref_date":"2020-01-02"})");
  good(R"({"txn_ref_date":"2021-01-01"})");
  bad(R"({"txn_ref_date":"2021-01-02"})");
  bad(R"({"latest_txns":"a"})");
  good(R"({"latest_txns":["a"]})");
}

TEST(Odcs, OtherDocumentsAreRefused) {
  for (const char* text :
       {"kind: DataContract\napiVersion: v2.2.2\n", "kind: Other\napiVersion: v3.1.0\n", "{}"}) {
    const OdcsImport read = ImportOdcs(NodeOf(text));
    EXPECT_TRUE(read.contracts.empty());
    ASSERT_EQ(read.notes.size(), 1u);
    EXPECT_EQ(read.notes[0].code, 1451);
  }
}

}  // namespace
}  // namespace octroi::gateway::contract
