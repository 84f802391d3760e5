// What the files say of transfers, laws, terms and special categories is what decisions read.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "good_folder.h"

namespace octroi::gateway {
namespace {

using policies::Basis;
using policies::Transfer;

struct Compiled {
  PlanPtr plan;
  std::string findings;
  const policies::DestinationSpec& To(std::string_view id) const {
    return *std::ranges::find(plan->policies->spec().destinations, id,
                              &policies::DestinationSpec::id);
  }
  const policies::PurposeSpec& For(std::string_view id) const {
    return *std::ranges::find(plan->policies->spec().purposes, id, &policies::PurposeSpec::id);
  }
};

struct Edit {
  const char *file, *text, *instead;
};

Compiled Compile(const std::vector<Edit>& edits) {
  static const std::string kFolder = [] {
    std::string folder = (std::filesystem::temp_directory_path() / "octroi-law-XXXXXX").string();
    EXPECT_NE(::mkdtemp(folder.data()), nullptr);
    EXPECT_TRUE(CreateMissingKeys(LoadConfig(GoodFolder(), folder, StillClock())));
    return folder;
  }();
  Files files = GoodFolder();
  for (const Edit& edit : edits)
    files[edit.file] = Replace(files[edit.file], edit.text, edit.instead);
  const auto keys = crypto::KeyRing::FromRoot("demonstration", std::string(32, 'k'));
  const ConfigFolder config = LoadConfig(files, kFolder, StillClock());
  EXPECT_TRUE(config.ok()) << Render(config, Language::kEnglish, false);
  const auto plan = CompilePlan(config, *keys, "test", 1, "");
  EXPECT_TRUE(plan);
  return {plan ? *plan : nullptr, Render(config, Language::kEnglish, false)};
}

constexpr const char *kGateway = "gateway.yaml", *kAds = "destinations/publicite.yaml",
                     *kMail = "purposes/marketing.email.yaml",
                     *kWords = "vocabulary/marketing.yaml";

TEST(Law, WhatATransferRestsOn) {
  struct Row {
    const char* name;
    std::vector<Edit> edits;
    Transfer transfer;
    const char* until;  // its last millisecond
  };
  const std::vector<Row> rows = {
      {"a safeguard without an end", {}, Transfer::kSafeguard, ""},
      {"until a day, which it includes",
       {{kAds, "safeguard: scc", "safeguard: scc\n  safeguard_until: 2026-12-31"}},
       Transfer::kSafeguard,
       "2026-12-31T23:59:59.999Z"},
      {"another one is suspended",
       {{kGateway, "tenant: ", "transfers: { suspended: [dpf, bcr] }\ntenant: "}},
       Transfer::kSafeguard,
       ""},
      {"it is suspended",
       {{kGateway, "tenant: ", "transfers: { suspended: [dpf, scc] }\ntenant: "}},
       Transfer::kSuspended,
       ""},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const Compiled made = Compile(row.edits);
    const auto& ads = made.To("publicite");
    EXPECT_EQ(ads.transfer, row.transfer);
    EXPECT_EQ(ads.safeguard_until, *row.until ? *base::ParseRfc3339(row.until) : 0);
    EXPECT_EQ(made.To("crm").transfer, Transfer::kNone);
  }
}

TEST(Law, WhoseLawCounts) {
  const Compiled made = Compile(
      {{kGateway,
        "tenant: ", "jurisdiction: { controller: FR, person: country, digital_age: 16 }\ntenant: "},
       {"purposes/crm.management.yaml",
        "legal_basis: ", "legal_basis_in: { CH: contract, FR: public_task }\nlegal_basis: "}});
  const auto& spec = made.plan->policies->spec();
  EXPECT_EQ(spec.jurisdictions, (std::vector<std::string>{"FR", "CH"}));
  ASSERT_TRUE(spec.jurisdiction_field);
  EXPECT_EQ(made.plan->fields[*spec.jurisdiction_field], "country");
  EXPECT_EQ(spec.digital_age, 16);
  const auto& purpose = made.For("crm.management");
  EXPECT_EQ(purpose.basis, Basis::kLegitimateInterests);
  ASSERT_EQ(purpose.bases.size(), 2u);
  for (const policies::JurisdictionBasis& line : purpose.bases)
    EXPECT_EQ(line.basis, line.jurisdiction == 0 ? Basis::kPublicTask : Basis::kContract);
}

TEST(Law, TermsThatChanged) {
  EXPECT_EQ(Compile({}).For("marketing.email").refresh_from, 0);
  const Compiled made = Compile({{kMail, "consent:\n", "consent:\n  refresh_from: 2026-06-01\n"}});
  EXPECT_EQ(made.For("marketing.email").refresh_from, *base::ParseRfc3339("2026-06-01T00:00:00Z"));
}

TEST(Law, WhatWaitsForAnAnswerAndHowMuchLeaves) {
  EXPECT_EQ(Compile({}).For("marketing.email").hold_for, 0);
  EXPECT_EQ(Compile({}).For("marketing.email").leaves, policies::Variant::kWhole);
  const Compiled made = Compile(
      {{kMail, "if_unknown: refuse", "if_unknown: hold\n  hold_for: \"24 h\""},
       {kMail, "legal_basis: ", "leaves: counted\nlegal_basis: "},
       {"purposes/crm.management.yaml", "legal_basis: ", "leaves: pseudonymous\nlegal_basis: "}});
  EXPECT_EQ(made.For("marketing.email").hold_for, 86'400'000);
  EXPECT_EQ(made.For("marketing.email").leaves, policies::Variant::kCounted);
  EXPECT_EQ(made.For("crm.management").leaves, policies::Variant::kPseudonymous);
  EXPECT_EQ(made.findings.find("OCT-2119"), std::string::npos);
  const Compiled late =
      Compile({{kMail, "if_unknown: refuse", "if_unknown: hold\n  hold_for: \"24 h\""},
               {kMail, "consent_covers: send", "consent_covers: both"}});
  EXPECT_NE(late.findings.find("OCT-2119"), std::string::npos) << "hardly any grant releases it";
}

TEST(Law, AParentsGrantOnceTheChildIsGrown) {
  const auto asks = [](const std::string& more) {
    const std::string law = "jurisdiction: { controller: FR" + more + " }\ntenant: ";
    const Compiled made = Compile({{kGateway, "tenant: ", law.c_str()}});
    return made.plan->policies->spec().ask_at_digital_age;
  };
  EXPECT_FALSE(asks(""));
  EXPECT_FALSE(asks(", at_digital_age: keep"));
  EXPECT_TRUE(asks(", at_digital_age: ask_again"));
}

// Not one sensitive field leaves for a purpose that does not say by what condition of Art. 9(2).
TEST(Law, SpecialCategoriesLeaveForPurposesThatSayWhy) {
  const Edit sensitive{kWords, "category: contact\n    personal_data: direct",
                       "category: contact\n    personal_data: sensitive"};
  const Edit why{kMail, "legal_basis: consent",
                 "special_categories: explicit_consent\n"
                 "dpia: { reference: AIPD-1, date: 2026-01-05 }\nlegal_basis: consent"};
  struct Row {
    const char* name;
    std::vector<Edit> edits;
    bool leaves, only_explicit;
  };
  const std::vector<Row> rows = {
      {"not sensitive", {}, true, false},
      {"sensitive", {sensitive}, false, false},
      {"sensitive, and the purpose says why", {sensitive, why}, true, true},
      {"not sensitive, and the purpose says why", {why}, true, true}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const Compiled made = Compile(row.edits);
    const auto email = std::ranges::find(made.plan->fields, "email") - made.plan->fields.begin();
    const auto& purpose = made.For("marketing.email");
    bool leaves = false;
    for (const auto& receives : made.To("emailing").receives) {
      for (const auto& field : receives.fields)
        leaves |= field.field == email && (field.category & purpose.categories) != 0;
    }
    EXPECT_EQ(leaves, row.leaves);
    EXPECT_EQ(purpose.explicit_only, row.only_explicit);
  }
}

}  // namespace
}  // namespace octroi::gateway
