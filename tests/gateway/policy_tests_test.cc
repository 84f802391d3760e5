// `octroi test`: cases that pass, cases that must fail and say why, and which lines decided.
#include "gateway/policy_tests.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

namespace octroi::gateway {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "tests/marketing-email.yaml";

// A fresh folder, as `octroi init` makes it, with one case in the place of its own.
class PolicyTests : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "octroi-tests-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    ASSERT_TRUE(InitFolder(folder_, Language::kEnglish));
    fs::remove_all(folder_ + "/keys");  // nothing of it is needed
    files_ = LoadConfig(folder_).files;
  }
  void TearDown() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  PolicyTestReport Run() const {
    const ConfigFolder config = LoadConfig(files_, folder_);
    EXPECT_TRUE(config.ok()) << Render(config, Language::kEnglish, false);
    auto report = RunPolicyTests(config);
    EXPECT_TRUE(report) << report.error().detail;
    return *std::move(report);
  }
  // What the one case did not find as expected: "what: expected / found".
  std::vector<std::string> Mismatches(const std::string& given, const std::string& expect) {
    files_[kFile] =
        "apiVersion: octroi/v1\nkind: Test\nid: marketing-email\ntitle: { fr: \"T\", en: \"T\" }\n"
        "at: \"2026-11-21T09:00:00Z\"\ncases:\n"
        "  - name: { fr: \"Un cas\", en: \"A case\" }\n"
        "    given: { source: site-web, event: lead.created, " +
        given + " }\n    expect: { " + expect + " }\n";
    const PolicyTestReport report = Run();
    std::vector<std::string> found;
    for (const auto& one : report.results.at(0).mismatches)
      found.push_back(one.what + ": " + one.expected + " / " + one.found);
    EXPECT_EQ(report.passed(), found.empty());
    return found;
  }

  std::string folder_;
  std::map<std::string, std::string> files_;
};

TEST_F(PolicyTests, WhatInitWritesPassesWithoutAKey) {
  const PolicyTestReport report = Run();
  EXPECT_TRUE(report.passed()) << PolicyTestsJson(report, false);
  EXPECT_EQ(report.cases.size(), 5u);
  EXPECT_EQ(report.cases[0].file, kFile);
}

TEST_F(PolicyTests, WhatIsHeldIsInFlight) {
  std::string& purpose = files_["purposes/marketing.email.yaml"];
  const std::string refuse = "if_unknown: refuse";
  ASSERT_NE(purpose.find(refuse), std::string::npos);
  purpose.replace(purpose.find(refuse), refuse.size(), "if_unknown: hold\n  hold_for: \"1 h\"");
  using Words = std::vector<std::string>;
  const std::string given = R"(data: { email: "lea@example.org" })";
  EXPECT_EQ(Mismatches(given, "emailing: { in_flight: hold.consent_unknown }"), Words{});
  EXPECT_EQ(Mismatches(given, "emailing: withheld"),
            Words{"emailing: withheld / in_flight (hold.consent_unknown)"});
  EXPECT_EQ(Mismatches(given, "emailing: sent"),
            Words{"emailing: sent / in_flight (hold.consent_unknown)"});
}

TEST_F(PolicyTests, EachExpectationCanFailAndSaysWhatWasFound) {
  const std::string lea = R"(data: { email: "lea@example.org" })";
  const auto consent = [&](const std::string& state, const std::string& more = "") {
    return lea + ", consent: { marketing.email: { state: " + state + more + " } }";
  };
  struct Row {
    const char* name;
    std::string given, expect;
    std::vector<std::string> found;
  };
  const std::vector<Row> rows = {
      {"granted", consent("granted"), "emailing: sent", {}},
      {"in flight is before sent", consent("granted"), "emailing: in_flight", {}},
      {"granted is not withheld",
       consent("granted"),
       "emailing: withheld",
       {"emailing: withheld / sent (consent.granted)"}},
      {"denied is not sent",
       consent("denied"),
       "emailing: sent",
       {"emailing: sent / withheld (consent.denied)"}},
      {"another reason",
       consent("denied"),
       "emailing: { withheld: consent.withdrawn }",
       {"emailing: withheld (consent.withdrawn) / withheld (consent.denied)"}},
      {"expired", consent("expired"), "emailing: { withheld: consent.expired }", {}},
      {"unknown", consent("unknown"), "emailing: { withheld: consent.unknown }", {}},
      {"objected", consent("objected"), "emailing: { withheld: consent.objected }", {}},
      {"older than the purpose allows",
       consent("granted", ", at: \"2025-01-01T00:00:00Z\""),
       "emailing: { withheld: consent.expired }",
       {}},
      {"granted after the event",
       consent("granted", ", at: \"2026-11-21T09:00:01Z\""),
       "emailing: { withheld: consent.not_at_collection }",
       {}},
      {"nobody to find consent of",
       R"(data: { campaign: x }, consent: { marketing.email: { state: granted } })",
       "outcome: accepted",
       {"outcome: accepted / quarantined (quality.reachable)"}},
      {"a rule that held", lea, "failed_rules: [reachable]", {"failed_rules: reachable / "}},
      {"a destination where nothing was decided",
       R"(data: { campaign: x })",
       "emailing: withheld",
       {"emailing: withheld / quarantined"}},
      {"what only happens later",
       consent("granted"),
       "emailing: failed",
       {"emailing: failed / sent (consent.granted)"}},
      {"two at once",
       consent("denied"),
       "outcome: merged, emailing: sent",
       {"outcome: merged / accepted (accepted)", "emailing: sent / withheld (consent.denied)"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(Mismatches(row.given, row.expect), row.found);
  }
}

TEST_F(PolicyTests, WhatCannotBeJudgedYetIsSaid) {
  EXPECT_TRUE(Mismatches(R"(data: { email: "lea@example.org" })", "score_at_least: 90").empty());
  EXPECT_EQ(Run().cases.at(0).not_judged, std::vector<std::string>{"score_at_least"});
}

// Consent comes before the policies: a line that repeats it never decides.
TEST_F(PolicyTests, CoverageNamesTheLinesThatDecided) {
  const auto decisive = [](const PolicyTestReport& report) {
    std::vector<std::string> lines;
    for (const PolicyLine& line : report.lines) {
      lines.push_back(line.file + ":" + std::to_string(line.line) +
                      (line.condition ? " allow_when " : " otherwise ") +
                      std::to_string(line.decisive));
    }
    return lines;
  };
  const std::string file = "policies/marketing-email.yaml:";
  EXPECT_EQ(decisive(Run()),
            (std::vector<std::string>{file + "10 allow_when 0", file + "11 allow_when 1",
                                      file + "13 otherwise 0", file + "14 otherwise 0",
                                      file + "15 otherwise 1"}));
  EXPECT_TRUE(
      Mismatches(R"(data: { customer_id: "c-1" })", "emailing: { withheld: consent.unknown }")
          .empty());
  EXPECT_EQ(decisive(Run())[1], file + "11 allow_when 0");
}

// Segment's calls are named by their type; what it calls traits has another name in the dictionary.
TEST_F(PolicyTests, ASourceOfSegmentIsSentWhatSegmentSends) {
  files_ = LoadConfig(OCTROI_SOURCE_DIR "/docs/examples/demo").files;
  const auto outcome = [&](const std::string& event, const std::string& data) {
    files_[kFile] =
        "apiVersion: octroi/v1\nkind: Test\nid: marketing-email\ntitle: { fr: \"T\", en: \"T\" }\n"
        "cases:\n  - name: { fr: \"Un cas\", en: \"A case\" }\n    given: { source: site-web, "
        "event: " +
        event + ", data: { " + data + " } }\n    expect: { outcome: merged }\n";
    return Run().results.at(0).mismatches.at(0).found;
  };
  EXPECT_EQ(outcome("identify", "customer_id: c-1, email: lea@example.org"), "accepted (accepted)");
  EXPECT_EQ(outcome("page", "customer_id: c-1, page_url: \"https://example.org/\""),
            "accepted (accepted)");
  EXPECT_EQ(outcome("identify", "company: Exemple"), "quarantined (quality.identified)");
  EXPECT_EQ(outcome("checkout", "customer_id: c-1"), "accepted (accepted)") << "a track call";
}

TEST_F(PolicyTests, AsJson) {
  const auto json = nlohmann::json::parse(PolicyTestsJson(Run(), true));
  EXPECT_TRUE(json["holds"]);
  EXPECT_EQ(json["passed"], 5);
  EXPECT_EQ(json["cases"][4]["name"]["en"], "No e-mail nor customer number: quarantine");
  EXPECT_EQ(json["coverage"].size(), 5u);
  EXPECT_FALSE(nlohmann::json::parse(PolicyTestsJson(Run(), false)).contains("coverage"));
}

}  // namespace
}  // namespace octroi::gateway
