// Every key of a check, in a config that loads; and what is wrong with one, in both languages.
#include <gtest/gtest.h>

#include <algorithm>

#include "gateway/config/rule_faults.h"
#include "good_folder.h"

namespace octroi::gateway {
namespace {

constexpr const char* kCheck = "check: { any_present: [event_name] }";

Files With(const std::string& check) {
  Files files = GoodFolder();
  files["contracts/interaction.yaml"] = Replace(files["contracts/interaction.yaml"], kCheck, check);
  return files;
}

TEST(RulesConfig, EveryKeyLoads) {
  for (const char* check : {
           "check: { field: page_url, not_in: [a, 1], not_matches: \"x\" }",
           "check: { field: page_url, matches_any: [a, b], matches_all: [c] }",
           "check: { field: page_url, like: \"a%\", not_like: \"%b_\", casing: title }",
           "check: { field: page_url, not_email: [placeholder, role, disposable] }",
           "check: { field: page_url, domain_not_in_list: campaigns }",
           "check: { field: page_url, json_type: [absent, \"null\", integer], multiple_of: 0.5 }",
           "check: { field: page_url, format: postal-code, country: FR }",
           "check: { field: page_url, format: postal-code, country_field: event_name }",
           "check: { field: occurred_at, not_future: \"0 s\", max_age: \"30 days\", min_age: \"1 "
           "s\" }",
           "check: { all_or_none: [page_url, event_name] }",
           "check: { all_equal: [page_url, event_name], all_different: [page_url, event_name] }",
           "check: { sum_equals: { of: [page_url, event_name], total: occurred_at, tolerance: 0.01 "
           "} }",
           "check: { pair_in: { fields: [page_url, event_name], pairs: [[a, b], [c, 1]] } }",
           "check: { all_of: [{ any_present: [page_url] }, { not: { field: page_url, in: [a] } }] "
           "}",
           "check: { any_of: [{ field: page_url, format: iban }, { field: page_url, format: bic }] "
           "}",
           "check: { cel: \"has(event.page_url) && event.occurred_at < received\" }",
           "when: { field: page_url, matches: a }\n    check: { any_present: [event_name] }",
           "when: { present: page_url, not: { field: page_url, in: [a] }, cel: \"true\" }\n    "
           "check: { any_present: [event_name] }",
       }) {
    std::vector<std::string> errors = Errors(Load(With(check)));
    EXPECT_EQ(errors, std::vector<std::string>()) << check;
  }
  for (const char* format :
       {"payment-card", "vat", "nir", "ch-avs", "ch-uid", "json", "language-tag", "iso-currency"}) {
    const std::string check = std::string("check: { field: page_url, format: ") + format + " }";
    EXPECT_EQ(Errors(Load(With(check))), std::vector<std::string>()) << check;
  }
}

TEST(RulesConfig, WhatIsWrongIsSaidInBothLanguages) {
  const config::Say said = config::RuleFault("it checks nothing");
  EXPECT_EQ(said.fr, "rien n'est contrôlé");
  EXPECT_EQ(said.en, "it checks nothing");
  EXPECT_EQ(config::RuleFault("RE2 refuses it: x").fr, "RE2 le refuse : x");
  EXPECT_EQ(config::RuleFault("longer than 1000 bytes").fr, "plus long que 1000 octets");
  const ConfigFolder config = Load(With("check: { field: page_url, format: postal-code }"));
  const std::string french = Render(config, Language::kFrench, false);
  EXPECT_NE(french.find("« postal-code » demande « country »"), std::string::npos) << french;
}

// A critical field that an expression or an alternative looks at is covered.
TEST(RulesConfig, ACriticalFieldIsCoveredByAnExpression) {
  Files files = With("check: { any_of: [{ cel: \"event.page_url != ''\" }] }");
  std::string& contract = files["contracts/interaction.yaml"];
  const std::size_t at = contract.find("\n  page_url:");
  ASSERT_NE(at, std::string::npos);
  const std::size_t end = contract.find('\n', at + 1);
  contract.replace(at, end - at, "\n  page_url: { critical: true }");
  EXPECT_EQ(Errors(Load(files)), std::vector<std::string>());
  contract = Replace(contract, "event.page_url != ''", "event.event_name != ''");
  EXPECT_EQ(Errors(Load(files)).size(), 1u);
}

}  // namespace
}  // namespace octroi::gateway
