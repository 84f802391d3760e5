// `octroi ask`: questions with their answers, French and English; sentences that cannot be read;
// and the way round of a yes: its example, written as a test case, passes `octroi test`.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "../config/good_folder.h"
#include "gateway/ask/report.h"
#include "gateway/policy_tests.h"

namespace octroi::gateway {
namespace {

using ask::Answer;
using What = ask::Answer::What;

struct Asked {
  explicit Asked(Files files) : config(Load(std::move(files))) {
    EXPECT_TRUE(config.ok()) << Render(config, Language::kEnglish, false);
    config::Findings none;
    world.emplace(config::World::Read(config.files, none));
    auto made = ask::PlanToAsk(config);
    EXPECT_TRUE(made) << made.error().detail;
    plan = *made;
  }
  std::variant<ask::Question, ask::QuestionFault> Read(const std::string& sentence) const {
    return ask::ReadQuestion(sentence, *world);
  }
  Answer Ask(const std::string& sentence) const {
    const auto read = Read(sentence);
    if (const auto* fault = std::get_if<ask::QuestionFault>(&read)) {
      ADD_FAILURE() << sentence << ": " << fault->column << ": " << fault->what.en;
      return {};
    }
    return AnswerTo(std::get<ask::Question>(read), *world, *plan, kNow);
  }
  ask::Example Example(const std::string& sentence, const Answer& answer) const {
    return ExampleOf(answer, std::get<ask::Question>(Read(sentence)), sentence, config, *world,
                     *plan);
  }

  ConfigFolder config;
  std::optional<config::World> world;
  std::shared_ptr<Plan> plan;
};

struct Row {
  const char* sentence;
  What answer;
  const char* reason = "";  // of the example
};

constexpr Row kRows[] = {
    {"can email reach publicite without consent advertising.personalised", What::kNo},
    {"email peut-il atteindre publicite sans consentement advertising.personalised ?", What::kNo},
    {"email reaches publicite without consent to \"advertising.personalised\"", What::kNo},
    {"Est-ce que email peut atteindre « publicite » ?", What::kYes, "consent.granted"},
    {"can email reach publicite as clear", What::kNo},
    {"can clear email reach publicite?", What::kNo},
    {"can pseudonym of email reach publicite?", What::kYes, "consent.granted"},
    {"email pseudonymisé atteint publicite", What::kYes, "consent.granted"},
    {"email en clair atteint emailing", What::kYes, "consent.granted"},
    {"can email reach emailing hashed", What::kNo},
    {"can email reach crm without consent advertising.personalised", What::kYes,
     "basis.legitimate_interests"},
    {"can email reach crm when consent crm.management is objected", What::kNo},
    {"email peut-il atteindre crm quand le consentement crm.management est retiré", What::kYes,
     "basis.legitimate_interests"},
    {"can email reach crm when the person is restricted", What::kNo},
    {"can email reach emailing when the person is restricted", What::kYes, "consent.granted"},
    {"email atteint emailing quand la personne est supprimée", What::kYes, "consent.granted"},
    {"can any field reach any destination outside the EEA without consent "
     "advertising.personalised",
     What::kNo},
    {"tout champ atteint toute destination hors EEE sans consentement marketing.email", What::kYes,
     "consent.granted"},
    {"can any field reach any destination without consent marketing.email and without consent "
     "advertising.personalised for marketing.email",
     What::kNo},
    {"can category contact reach publicite as clear", What::kNo},
    {"la catégorie contact atteint crm", What::kYes, "basis.legitimate_interests"},
    {"can any field reach publicite with gpc", What::kNo},
    {"un champ atteint emailing malgré GPC", What::kYes, "consent.granted"},
    {"can email reach emailing after withdrawal of marketing.email", What::kNo},
    {"email atteint emailing après retrait de marketing.email", What::kNo},
    {"can email reach emailing when consent marketing.email is expired", What::kNo},
    {"can email reach emailing without identifier", What::kNo},
    {"can company reach crm without identifier", What::kYes, "basis.legitimate_interests"},
    {"can email reach emailing from boutique", What::kNo},
    {"can customer_id reach emailing as clear from boutique", What::kNo},
    {"customer_id atteint emailing depuis boutique", What::kYes, "consent.granted"},
    {"can email reach emailing when the signal denies marketing.email", What::kNo},
    {"email atteint emailing quand le signal refuse advertising.personalised depuis site-web",
     What::kYes, "consent.granted"},
    {"can email reach emailing for marketing.email", What::kYes, "consent.granted"},
    {"can email reach emailing for crm.management", What::kNo},
    // Decide reads the policy's field: without it nothing enters the CRM.
    {"can company reach crm from boutique", What::kNo},
};

TEST(Ask, QuestionsHaveTheirAnswers) {
  const Asked asked(GoodFolder());
  for (const Row& row : kRows) {
    const Answer answer = asked.Ask(row.sentence);
    EXPECT_EQ(answer.what, row.answer) << row.sentence;
    if (answer.what != What::kYes || row.answer != What::kYes) continue;
    EXPECT_EQ(asked.plan->ReasonName(answer.example->verdict.reason), row.reason) << row.sentence;
  }
}

TEST(Ask, EveryYesIsConfirmedByItsTestCase) {
  const Asked asked(GoodFolder());
  int confirmed = 0;
  for (const Row& row : kRows) {
    if (row.answer != What::kYes) continue;
    const Answer answer = asked.Ask(row.sentence);
    ASSERT_TRUE(answer.example) << row.sentence;
    const ask::Example example = asked.Example(row.sentence, answer);
    EXPECT_TRUE(example.confirmed) << row.sentence << ": " << example.not_confirmed << "\n"
                                   << example.test;
    EXPECT_EQ(example.not_as_test, "") << row.sentence;
    Files files = asked.config.files;
    files.erase("tests/cases.yaml");
    files["tests/asked.yaml"] = example.test;
    const ConfigFolder with = Load(files);
    ASSERT_TRUE(with.ok()) << Render(with, Language::kEnglish, false) << example.test;
    const auto report = RunPolicyTests(with);
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_TRUE(report->passed()) << example.test << PolicyTestsJson(*report, false);
    EXPECT_TRUE(nlohmann::json::accept(example.event_json)) << example.event_json;
    // What it says is what was decided: where the person says no, the same case fails.
    const std::size_t sent = example.test.rfind("\"sent\"");
    ASSERT_NE(sent, std::string::npos);
    ConfigFolder otherwise = with;
    otherwise.files["tests/asked.yaml"] =
        std::string(example.test).replace(sent, 6, "\"withheld\"");
    EXPECT_FALSE(RunPolicyTests(otherwise)->passed()) << example.test;
    ++confirmed;
  }
  EXPECT_GE(confirmed, 12);
}

TEST(Ask, WhatCannotBeReadIsPointedAt) {
  struct Fault {
    const char* sentence;
    int column;
    const char* what;
    const char* hint = "";
  };
  constexpr Fault kFaults[] = {
      {"can emial reach crm", 5, "\"emial\" is not a field", "Did you mean \"email\"?"},
      {"can email reach emailng", 17, "\"emailng\" is not a destination",
       "Did you mean \"emailing\"?"},
      {"can email go crm", 11, "expected: \"reaches\""},
      {"email atteint crm sans consentement marketing.emali", 37, "is not a purpose",
       "Did you mean \"marketing.email\"?"},
      {"can email reach", 16, "the sentence ends"},
      {"", 1, "the sentence ends"},
      {"can email reach crm unless it rains", 21, "expected: a condition"},
      {"can email reach crm when consent marketing.email is nice", 53, "a state of consent"},
      {"can email reach crm with gpc and without gpc", 45, "contradicts"},
      {"can email reach crm without consent marketing.email and when consent marketing.email is "
       "granted",
       96, "contradicts"},
      {"can category weather reach crm", 14, "is not a category"},
      {"can email reach crm from boutiqe", 26, "is not a source", "Did you mean \"boutique\"?"},
  };
  const Asked asked(GoodFolder());
  for (const Fault& row : kFaults) {
    const auto read = asked.Read(row.sentence);
    const auto* fault = std::get_if<ask::QuestionFault>(&read);
    ASSERT_NE(fault, nullptr) << row.sentence;
    EXPECT_EQ(fault->column, row.column) << row.sentence;
    EXPECT_NE(fault->what.en.find(row.what), std::string::npos) << fault->what.en;
    EXPECT_EQ(fault->hint.en, row.hint) << row.sentence;
    EXPECT_FALSE(fault->what.fr.empty());
  }
}

// A pilot sends without a known consent, and an answer must say so.
TEST(Ask, WhatIsObservedIsSentWithoutConsent) {
  Files files = GoodFolder();
  files["gateway.yaml"] =
      Replace(files["gateway.yaml"], "mode: enforce",
              "observe: { consent: { approved_by: dpo@exemple.fr, until: 2026-12-15 } }");
  const Asked asked(files);
  const char* const sentence = "can email reach emailing without consent marketing.email";
  const Answer answer = asked.Ask(sentence);
  ASSERT_EQ(answer.what, What::kYes);
  EXPECT_EQ(asked.plan->ReasonName(answer.example->verdict.reason), "consent.observed");
  EXPECT_TRUE(asked.Example(sentence, answer).confirmed);
  EXPECT_EQ(asked.Ask(std::string(sentence) + " outside the pilot").what, What::kNo);
  EXPECT_EQ(asked.Ask("can email reach emailing when consent marketing.email is withdrawn").what,
            What::kNo);
}

// A template that does not use a field keeps it in.
TEST(Ask, WhatTheTemplateLeavesOutDoesNotLeave) {
  Files files = GoodFolder();
  EXPECT_EQ(Asked(files).Ask("can person_name reach emailing").what, What::kYes);
  files["templates/short.json"] =
      R"({"events":{"$each":{"id":{"$id":true},"email":{"$field":"email"}}}})";
  files["destinations/emailing.yaml"] =
      Replace(files["destinations/emailing.yaml"], "automated_decision: false",
              "format: { template: templates/short.json }");
  const Asked asked(files);
  EXPECT_EQ(asked.Ask("can person_name reach emailing").what, What::kNo);
  EXPECT_EQ(asked.Ask("can email reach emailing").what, What::kYes);
}

// What a list holds may be about people.
TEST(Ask, ValuesOfListsAreNotShown) {
  Files files = GoodFolder();
  files["policies/crm-management.yaml"] =
      Replace(files["policies/crm-management.yaml"], "{ present: customer_id }",
              "{ field: campaign, in_list: campaigns }");
  const Asked asked(files);
  const char* const sentence = "can page_url reach crm";
  const Answer answer = asked.Ask(sentence);
  ASSERT_EQ(answer.what, What::kYes);
  const auto& fields = answer.example->fields;
  ASSERT_EQ(fields.size(), 1u);
  EXPECT_TRUE(fields[0].listed);
  const ask::Example example = asked.Example(sentence, answer);
  EXPECT_TRUE(example.confirmed) << example.not_confirmed;
  EXPECT_EQ(example.not_as_test, "list");
  const std::string json = AnswerJson(answer, std::get<ask::Question>(asked.Read(sentence)),
                                      sentence, *asked.plan, &example)
                               .dump();
  EXPECT_EQ(json.find(fields[0].text), std::string::npos) << json;
  EXPECT_EQ(json.find("\"test\":\"#"), std::string::npos);
}

TEST(Ask, TooManyCasesIsNeitherYesNorNo) {
  const Asked asked(GoodFolder());
  const auto read = asked.Read("can email reach emailing when consent marketing.email is denied");
  const Answer answer =
      AnswerTo(std::get<ask::Question>(read), *asked.world, *asked.plan, kNow, {1'000});
  EXPECT_EQ(answer.what, What::kUndecided);
  EXPECT_EQ(answer.domain, "emailing");
}

}  // namespace
}  // namespace octroi::gateway
