// People who do not exist: a config that is right is green, and each way of being wrong is named,
// with the destination and the people it happens to.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "canary_folder.h"
#include "gateway/canary/bytes.h"
#include "gateway/canary/people.h"
#include "gateway/canary/walk.h"

namespace octroi::gateway {
namespace {

std::shared_ptr<Plan> PlanOf(const Files& files) {
  const auto keys = crypto::KeyRing::FromRoot("demonstration", std::string(32, 'k'));
  const ConfigFolder config = Load(files);
  EXPECT_TRUE(config.ok()) << Render(config, Language::kEnglish, false);
  auto plan =
      CompilePlan(config, *keys, "test", 1, "", Observing::kAsConfigured, Secrets::kLeftOut);
  EXPECT_TRUE(plan) << plan.error().detail;
  return *plan;
}

CanaryResult Walk(const Files& files) {
  const auto keys = crypto::KeyRing::FromRoot("demonstration", std::string(32, 'k'));
  const auto plan = PlanOf(files);
  EXPECT_EQ(plan->canaries.size(), 1u);
  return WalkCanary(*plan, plan->canaries.at(0), *keys, kNow);
}

// "publicite[.field]: expected / seen (reason)"
std::set<std::string> Seen(const CanaryResult& result) {
  std::set<std::string> lines;
  for (const CanaryMismatch& one : result.mismatches) {
    lines.insert(one.destination + (one.field.empty() ? "" : "." + one.field) + ": " +
                 one.expected + " / " + one.seen + " (" + one.reason + ")");
  }
  return lines;
}
using Lines = std::set<std::string>;

Files With(const char* file, std::string_view what, std::string_view with) {
  Files files = CanaryFolder();
  files[file] = Replace(files[file], what, with);
  return files;
}

TEST(Canary, ARightConfigIsGreenForEveryCombination) {
  const CanaryResult result = Walk(CanaryFolder());
  EXPECT_EQ(Seen(result), Lines{});
  EXPECT_EQ(result.people, 21u);  // 2 x (6 + 6), four of them twice, and one silent in everything
  EXPECT_EQ(result.not_judged, 0u);
}

TEST(Canary, EachCombinationOfADestinationsTopicsIsWalkedOnce) {
  CanaryPlan plan;
  plan.topics.resize(3);
  for (std::size_t i = 0; i < 3; ++i)
    plan.topics[i].id = std::string(1, static_cast<char>('a' + i));
  plan.topics[0].accompanied = true;
  plan.gets = {{0, 0, {}}, {0, 1, {}}, {1, 2, {}}};
  const auto people = PeopleOf(plan);
  std::set<std::pair<CanaryAnswer, CanaryAnswer>> together;
  std::set<CanaryAnswer> alone;
  for (const CanaryPerson& person : people) {
    together.emplace(person[0], person[1]);
    alone.insert(person[2]);
  }
  EXPECT_EQ(together.size(), 18u);
  EXPECT_EQ(alone.size(), 3u);
  EXPECT_EQ(std::set<CanaryPerson>(people.begin(), people.end()).size(), people.size());
  EXPECT_LE(people.size(), PeopleAtMost(plan));
}

// The source says what people refuse, and is read as if it said what they accept.
TEST(Canary, AnInvertedPolarityIsRedBothWays) {
  Files files = CanaryFolder();
  std::string& canary = files[kCanaryFile];
  for (const char* id : {"C0003", "C0004"}) {
    canary = Replace(canary, std::string(id) + ": true", std::string(id) + ": refused");
    canary = Replace(canary, std::string(id) + ": false", std::string(id) + ": true");
    canary = Replace(canary, std::string(id) + ": refused", std::string(id) + ": false");
  }
  EXPECT_EQ(Seen(Walk(files)), (Lines{"emailing: nothing / record (consent.granted)",
                                      "emailing: record / nothing (signal.denied)",
                                      "publicite: nothing / record (consent.granted)",
                                      "publicite: record / nothing (signal.denied)"}));
}

// YAML knows numbers that JSON does not write.
TEST(Canary, AnEventIsJsonWhateverItsYaml) {
  EXPECT_EQ(Seen(Walk(With(kCanaryFile, "campaign_name: \"canary-winter\"",
                           "campaign_name: \"canary-winter\", rank: +5, share: .5"))),
            Lines{});
}

TEST(Canary, TwoSwappedCategoriesAreRed) {
  const CanaryResult result = Walk(
      With("sources/site-web.yaml", "C0003: [marketing.email], C0004: [advertising.personalised]",
           "C0003: [advertising.personalised], C0004: [marketing.email]"));
  const Lines seen = Seen(result);
  EXPECT_TRUE(seen.contains("emailing: nothing / record (consent.granted)"));
  EXPECT_TRUE(seen.contains("publicite: nothing / record (consent.granted)"));
}

TEST(Canary, ASignalThatIsNoLongerReadIsRed) {
  Files files = CanaryFolder();
  files["sources/site-web.yaml"] = Replace(files["sources/site-web.yaml"], kMapping, "");
  EXPECT_EQ(Seen(Walk(files)), (Lines{"emailing: nothing / record (consent.granted)",
                                      "publicite: nothing / record (consent.granted)"}));
}

TEST(Canary, AnInvertedConditionOfAPolicyIsRed) {
  const CanaryResult result =
      Walk(With("policies/marketing-email.yaml", "{ consent: granted }", "{ consent: denied }"));
  EXPECT_EQ(Seen(result), (Lines{"emailing: record / nothing (policy.not_met)"}));
}

TEST(Canary, APurposeThatNoLongerAsksIsRed) {
  Files files = CanaryFolder();
  std::string& purpose = files["purposes/marketing.email.yaml"];
  purpose = Replace(purpose, "legal_basis: consent", "legal_basis: contract");
  const auto from = purpose.find("consent_covers"), to = purpose.find("register:");
  purpose.erase(from, to - from);
  files.erase("policies/marketing-email.yaml");
  const CanaryResult result = Walk(files);
  EXPECT_EQ(Seen(result), (Lines{"emailing: nothing / record (basis.contract)"}));
  EXPECT_EQ(result.mismatches.at(0).people.find("email=granted/yes"), std::string::npos);
}

TEST(Canary, AFieldInClearInsteadOfATokenIsRed) {
  Files files = CanaryFolder();
  std::string& ads = files["destinations/publicite.yaml"];
  ads = Replace(ads, "email: { pseudonym: per-destination }", "email: clear");
  EXPECT_EQ(Seen(Walk(files)),
            (Lines{"publicite.email: token / clear (consent.granted)",
                   "publicite.properties.email: nothing / clear (consent.granted)"}));
}

TEST(Canary, AFieldTooManyAndOneTooFewAreRed) {
  EXPECT_EQ(Seen(Walk(With("destinations/publicite.yaml", "      event_name: clear\n      campaign",
                           "      page_url: clear\n      campaign"))),
            (Lines{"publicite.event_name: clear / nothing (consent.granted)",
                   "publicite.page_url: nothing / something (consent.granted)",
                   "publicite.context.page.url: nothing / clear (consent.granted)"}));
}

TEST(Canary, ASourceThatMapsOneFieldToAnotherIsRed) {
  const Lines seen = Seen(
      Walk(With("sources/site-web.yaml", "properties.email: email", "properties.email: campaign")));
  EXPECT_TRUE(seen.contains("publicite.email: token / nothing (consent.granted)")) << seen.size();
}

TEST(Canary, ADestinationThatSilentlyReceivesNothingIsRed) {
  const Lines seen = Seen(Walk(With("policies/advertising-personalised.yaml",
                                    "{ subject_age: { at_least: 18, if_unknown: assume_adult } }",
                                    "{ field: campaign, in: [summer] }")));
  EXPECT_EQ(seen, (Lines{"publicite: record / nothing (policy.not_met)"}));
}

// What a canary does not name must get nothing: a new destination is red until its owner has said
// what it gets.
TEST(Canary, ADestinationThatNobodyNamedMustGetNothing) {
  Files files = CanaryFolder();
  files["destinations/other.yaml"] =
      Replace(files["destinations/crm.yaml"], "id: crm", "id: other");
  EXPECT_EQ(Seen(Walk(files)), (Lines{"other: nothing / record (basis.legitimate_interests)"}));
  EXPECT_EQ(NotWatched(*PlanOf(files)), std::vector<std::string>{"other"});
}

// A pilot lets pass who has not answered; whoever said no is watched as ever.
TEST(Canary, APilotIsNotJudgedWhereItLetsSilencePass) {
  Files files = CanaryFolder();
  files["gateway.yaml"] +=
      "observe: { consent: { approved_by: dpo@exemple.fr, until: 2026-12-01 } }\n";
  const CanaryResult result = Walk(files);
  EXPECT_EQ(Seen(result), Lines{});
  EXPECT_GT(result.not_judged, 0u);
  files["sources/site-web.yaml"] = Replace(files["sources/site-web.yaml"], kMapping, "");
  EXPECT_FALSE(Seen(Walk(files)).empty());
}

// A CMP's message goes through the reader of its source.
TEST(Canary, AnInvertedMessageOfACmpIsRed) {
  Files files = CanaryFolder();
  files["sources/didomi.yaml"] = R"(apiVersion: octroi/v1
kind: Source
id: didomi
title: { fr: "Didomi", en: "Didomi" }
owner: { team: "Marketing digital", contact: digital@exemple.fr }
collected_from: subject
notice: both
receive: { type: didomi, path: /v1/consents/didomi, format: json, purposes: { mail: [marketing.email], ads: [advertising.personalised] } }
authenticate: { method: hmac-sha256, secret: { from: "file:keys/didomi.secret" } }
subject: { keys: [customer_id] }
map: { user.organization_user_id: customer_id }
)";
  files["notices/both.yaml"] = Replace(
      Replace(files["notices/newsletter-v4.yaml"], "id: newsletter-v4", "id: both"),
      "purposes: [marketing.email]", "purposes: [marketing.email, advertising.personalised]");
  std::string& canary = files[kCanaryFile];
  const auto message = [](const char* enabled) {
    return std::string(
               R"({ created_at: "@now", status: confirmed, user: { organization_user_id: "@person" }, )") +
           "consents: { purposes: [{ id: mail, enabled: " + enabled + " }] } }";
  };
  const std::string told = "told: { source: didomi, \"yes\": " + message("true") +
                           ", \"no\": " + message("false") + " }";
  canary = Replace(canary, "purposes: [marketing.email]", told);
  EXPECT_EQ(Seen(Walk(files)), Lines{});
  files["sources/didomi.yaml"] = Replace(
      files["sources/didomi.yaml"], "mail: [marketing.email], ads: [advertising.personalised]",
      "mail: [advertising.personalised], ads: [marketing.email]");
  EXPECT_FALSE(Seen(Walk(files)).empty());
}

TEST(CanaryBytes, ReadsWhatTheReceiverWouldRead) {
  const std::string event =
      R"({"user":"canary-1234","mail":"Canary@x.invalid","n":1234567,"s":"FR"})";
  const std::vector<CanaryPlan::Field> fields{{"id", "user", CanaryForm::kToken},
                                              {"mail", "mail", CanaryForm::kHash}};
  const std::string hash = "b1f24b43d6d3b5b0c2ac2fa7a6dd7ddfcc7a1d9b1ee4f24f0d8a1c5f2b9c4a77";
  const auto check = [&](const std::string& body) {
    std::string text;
    for (const CanaryByteFault& one : CheckCanaryBytes(body, event, "", fields))
      text += one.field + ":" + one.expected + "/" + one.seen + " ";
    return text;
  };
  EXPECT_EQ(check(R"({"id":"p1.crm.1.abc","mail":")" + hash + R"("})"), "");
  EXPECT_EQ(check(R"({"id":"p1.crm.1.abc"})"), "mail:hash/nothing ");
  EXPECT_EQ(check(R"({"id":"canary-1234","mail":")" + hash + R"("})"),
            "id:token/clear user:nothing/clear ");
  // under any name, within any text, in either case
  EXPECT_EQ(check(R"({"id":"p1.a","mail":")" + hash + R"(","x":{"y":["to CANARY@X.invalid!"]}})"),
            "mail:nothing/clear ");
  EXPECT_EQ(check(R"({"id":"p1.a","mail":")" + hash + R"(","z":1234567})"), "n:nothing/clear ");
  EXPECT_EQ(check(R"({"id":"p1.a","mail":")" + hash + R"(","z":"p2.other"})"), "z:nothing/token ");
  EXPECT_EQ(check(R"({"data":{"id":"p1.a","mail":")" + hash + R"(","s":"FR"}})"),
            "s:nothing/something ");
  EXPECT_NE(check("not json"), "");
}

}  // namespace
}  // namespace octroi::gateway
