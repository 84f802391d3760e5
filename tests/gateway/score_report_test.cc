// `octroi score` and `octroi problems` on counters of two periods and two configs: what moved, and
// why. On the folder that `octroi init` writes.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/campaign.h"
#include "gateway/score/report.h"
#include "support/fake_store.h"

namespace octroi::gateway::score {
namespace {

using Json = nlohmann::ordered_json;
using store::QualityKey;
using testing::FakeStore;

const base::Millis kNow = *base::ParseRfc3339("2026-11-21T10:00:00Z");
constexpr base::Millis kDay = store::kQualityDay;
constexpr const char* kContract = "contracts/lead.yaml";
// Bits of the starter's contract: reachable, email-valid; and of one that a second config adds.
constexpr std::uint64_t kReachable = 1, kEmail = 2, kNew = 4;

class Reports : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = (std::filesystem::temp_directory_path() / "octroi-score-XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    ASSERT_TRUE(InitFolder(folder_, Language::kEnglish));
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder_); }

  // Plan 1 is the starter's; every later one has one blocking rule more, which from plan 3 on has
  // `later_` in it.
  base::Result<PastConfig> Past(std::uint32_t number) const {
    if (number == 99) return base::Error{base::ErrorCode::kInvalid, "test", "gone"};
    auto files = LoadConfig(folder_).files;
    std::string& contract = files[kContract];
    const std::size_t at = contract.find("\nscore:\n");
    if (number > 1) contract.insert(at + 1, more_);
    if (number > 2) contract.insert(contract.rfind("    on_fail"), later_);
    contract += muted_;
    files["sources/site-web.yaml"] += source_muted_;
    PastConfig past{LoadConfig(files, folder_), nullptr};
    EXPECT_TRUE(past.config.ok()) << Render(past.config, Language::kEnglish, false);
    const auto keys = crypto::KeyRing::FromRoot("score", std::string(32, 'k'));
    auto plan = CompilePlan(past.config, *keys, "test", number, "", Observing::kAsConfigured,
                            Secrets::kLeftOut);
    if (!plan) return plan.error();
    past.plan = *plan;
    return past;
  }

  void Count(base::Millis at, std::uint32_t plan, std::uint64_t evaluated, std::uint64_t failed,
             std::uint64_t records, std::uint64_t campaign = 0, bool usable = false) {
    QualityKey key{.hour = at - at % store::kQualityHour, .plan = plan};
    key.contract = 0;
    key.campaign = campaign;
    key.outcome = base::Outcome::kAccepted;
    key.evaluated = evaluated;
    key.failed = failed;
    key.marks = failed == 0 || usable ? store::kMarkUsable : 0;
    counts_.records[key].records += records;
  }

  Json Ask(bool score, const std::string& question = "{}", std::uint32_t plan = 2) {
    FakeStore store;
    store::Projection batch;
    batch.through = 1;
    batch.quality = counts_;
    EXPECT_TRUE(store.Apply(batch));
    const Parts parts{&store, [this](std::uint32_t number) { return Past(number); }, plan, &key_,
                      kNow};
    return Json::parse(score ? ScoreReport(question, parts) : ProblemsReport(question, parts));
  }

  static inline std::string folder_;
  std::string more_ =
      "  - id: campaign-there\n"
      "    say: { fr: \"Une campagne.\", en: \"A campaign.\" }\n"
      "    dimension: completeness\n"
      "    severity: blocking\n"
      "    check: { all_present: [campaign] }\n"
      "    on_fail: quarantine\n";
  std::string later_, muted_, source_muted_;  // muted_: of the contract
  store::QualityCounts counts_;
  crypto::HmacKey key_{"campaigns"};
};

// Same mix; the e-mails are worse by 10 points, and a new rule takes 5 more.
TEST_F(Reports, AChangeIsDataRulesAndMix) {
  const base::Millis before = kNow - 7 * kDay - kDay, now = kNow - kDay;
  Count(before, 1, 3, 0, 900);
  Count(before, 1, 3, kEmail, 100);
  Count(now, 2, 7, 0, 750);
  Count(now, 2, 7, kEmail, 200);
  Count(now, 2, 7, kNew, 50);
  const Json total = Ask(true)["total"];
  EXPECT_EQ(total["usable_share"], 75.0);
  const Json& delta = total["delta"];
  EXPECT_EQ(delta["points"], -15.0);
  EXPECT_EQ(delta["parts"], Json({{"data", -10.0}, {"rules", -5.0}, {"mix", 0.0}}));
  EXPECT_EQ(delta["significant"], true);
  EXPECT_EQ(delta["usable_share"], 90.0);
}

// Neither campaign moves; the worse one grows.
TEST_F(Reports, AnotherMixIsSaidToBeThat) {
  for (const auto& [at, worse] : {std::pair(kNow - 8 * kDay, 100u), std::pair(kNow - kDay, 300u)}) {
    Count(at, 1, 3, 0, 1'000, 5);
    Count(at, 1, 3, 0, worse / 2, 6);
    Count(at, 1, 3, kReachable, worse / 2, 6);
  }
  const Json delta = Ask(true, "{}", 1)["total"]["delta"];
  EXPECT_EQ(delta["parts"]["data"], 0.0);
  EXPECT_EQ(delta["parts"]["rules"], 0.0);
  EXPECT_EQ(delta["parts"]["mix"], delta["points"]);
  EXPECT_LT(delta["points"], 0.0);
}

TEST_F(Reports, TheScoreIsTheMeanOverWhatWasReceived) {
  Count(kNow - kDay, 1, 3, 0, 50);
  Count(kNow - kDay, 1, 3, kEmail, 50);  // validity 25 of 45 lost
  QualityKey refused{.hour = kNow - kDay, .plan = 1};
  refused.outcome = base::Outcome::kRejected;
  refused.reason = base::Reason::kEventTypeMissing;
  counts_.records[refused].records = 100;
  const Json total = Ask(true, "{}", 1)["total"];
  EXPECT_NEAR(total["score"].get<double>(), (50 * 100 + 50 * 100 * 20.0 / 45) / 200, 1e-3);
  EXPECT_EQ(total["rejected"], 100);
  EXPECT_EQ(total["usable_share"], 25.0);
  EXPECT_EQ(total["coverage"]["dimensions"], 2);
}

TEST_F(Reports, WhatIsNoRecordOrHasNoContractIsNotMeasuredAndSaid) {
  Count(kNow - kDay, 1, 3, 0, 100);
  QualityKey repeat{.hour = kNow - kDay, .plan = 1}, open = repeat;
  repeat.contract = 0;
  repeat.outcome = base::Outcome::kMerged;
  open.outcome = base::Outcome::kAccepted;
  counts_.records[repeat].records = 7;
  counts_.records[open].records = 9;
  Count(kNow - kDay, 99, 3, 0, 11);  // of a config that cannot be read any more
  const Json score = Ask(true, "{}", 1);
  EXPECT_EQ(score["repeats"], 7);
  EXPECT_EQ(score["not_measured"], 9);
  EXPECT_EQ(score["total"]["received"], 111);
  EXPECT_EQ(score["total"]["usable"], 111);
  EXPECT_EQ(score["total"]["not_scored"], 11);
}

TEST_F(Reports, ARuleLeftOutLeavesTheScoreOnlyAndComesBackByItself) {
  more_.insert(more_.find("    on_fail"),
               "    score: { counted: false, why: \"wrong list\", until: 2026-11-30 }\n");
  Count(kNow - kDay, 2, 7, 0, 50);
  Count(kNow - kDay, 2, 7, kNew, 50);
  Json score = Ask(true);
  EXPECT_EQ(score["total"]["score"], 100.0);
  EXPECT_EQ(score["total"]["usable_share"], 50.0);
  ASSERT_EQ(score["left_out"].size(), 1u);
  EXPECT_EQ(score["left_out"][0]["rule"], "campaign-there");
  EXPECT_EQ(score["left_out"][0]["until"], "2026-11-30");
  more_.replace(more_.find("2026-11-30"), 10, "2026-11-20");
  score = Ask(true);
  EXPECT_LT(score["total"]["score"].get<double>(), 100.0);
  EXPECT_TRUE(score["left_out"].empty());
}

TEST_F(Reports, ARuleLeftOutSinceIsRulesAndNotData) {
  later_ = "    score: { counted: false, why: \"wrong list\", until: 2026-11-30 }\n";
  for (const auto& [at, plan] : {std::pair(kNow - 8 * kDay, 2u), std::pair(kNow - kDay, 3u)}) {
    Count(at, plan, 7, 0, 50);
    Count(at, plan, 7, kNew, 50);
  }
  const Json score = Ask(true, "{}", 3)["total"]["delta"]["score"];
  EXPECT_GT(score["points"].get<double>(), 0.0);
  EXPECT_EQ(score["parts"]["rules"], score["points"]);
  EXPECT_EQ(score["parts"]["data"], 0.0);
}

// What an expression or an alternative looks at is what the rule looks at.
TEST_F(Reports, ARuleIsFoundByEveryFieldThatItLooksAt) {
  Count(kNow - kDay, 2, 7, 0, 50);
  Count(kNow - kDay, 2, 7, kNew, 50);
  const std::string check = "check: { all_present: [campaign] }";
  const std::size_t at = more_.find(check);
  const std::string before = more_;
  for (const char* other : {"check: { cel: \"has(event.campaign) || has(event.customer_id)\" }",
                            "check: { any_of: [ { all_present: [campaign] }, { not: { all_present: "
                            "[customer_id] } } ] }",
                            "check: { all_or_none: [campaign, customer_id] }"}) {
    more_ = before;
    more_.replace(at, check.size(), other);
    const Json of_field = Ask(false, R"({"field":"customer_id"})")["problems"];
    ASSERT_EQ(of_field.size(), 1u) << other;
    EXPECT_EQ(of_field[0]["rule"], "campaign-there");
    EXPECT_EQ(of_field[0]["fields"], Json({"campaign", "customer_id"}));
  }
}

TEST_F(Reports, WhatWasRefusedIsAShareOfAllThatCame) {
  for (base::Millis at = kNow - 10 * kDay; at < kNow; at += store::kQualityHour) {
    Count(at, 1, 3, 0, 95);
    QualityKey refused{.hour = at - at % store::kQualityHour, .plan = 1};
    refused.outcome = base::Outcome::kRejected;
    refused.reason = base::Reason::kEventTypeMissing;
    counts_.records[refused].records += at < kNow - 2 * kDay ? 5 : 40;
  }
  const Json one = Ask(false, "{}", 1)["problems"][0];
  EXPECT_EQ(one["kind"], "refused");
  EXPECT_EQ(one["applicable"], Ask(false, "{}", 1)["received"]);
  EXPECT_LT(one["failed_share"].get<double>(), 30.0);
  EXPECT_EQ(one["fell"], true);
  EXPECT_EQ(one["since"], base::FormatRfc3339(kNow - 2 * kDay));
}

TEST_F(Reports, TheGainCountsWhatOneCauseAloneKeepsUnusable) {
  Count(kNow - kDay, 1, 3, 0, 800);
  Count(kNow - kDay, 1, 3, kEmail, 60);
  Count(kNow - kDay, 1, 3, kReachable, 90);
  Count(kNow - kDay, 1, 3, kEmail | kReachable, 50);
  const Json problems = Ask(false, "{}", 1);
  EXPECT_EQ(problems["best"], 0);
  ASSERT_EQ(problems["problems"].size(), 2u);
  EXPECT_EQ(problems["problems"][0]["rule"], "reachable");
  EXPECT_EQ(problems["problems"][0]["gain"], 90);
  EXPECT_EQ(problems["problems"][0]["failed"], 140);
  EXPECT_EQ(problems["problems"][1]["gain"], 60);
  EXPECT_EQ(problems["problems"][1]["failed"], 110);
}

TEST_F(Reports, SinceIsTheHourOfTheFall) {
  const base::Millis began = kNow - 2 * kDay;
  for (base::Millis at = kNow - 10 * kDay; at < kNow; at += store::kQualityHour) {
    Count(at, 1, 3, 0, 95);
    Count(at, 1, 3, kEmail, at < began ? 5 : 40);
  }
  const Json one = Ask(false, "{}", 1)["problems"][0];
  EXPECT_EQ(one["since"], base::FormatRfc3339(began));
  EXPECT_EQ(one["fell"], true);
}

// Ten days of a hundred records an hour: the e-mails break for three days, the day before last they
// are mended.
TEST_F(Reports, AProblemSaysWhoAnswersWhatItWasAndWhetherItIsMended) {
  const base::Millis began = kNow - 4 * kDay, mended = kNow - kDay;
  const auto answer = [&](base::Millis until) {
    counts_ = {};
    for (base::Millis at = kNow - 10 * kDay; at < until; at += store::kQualityHour) {
      const bool broken = at >= began && at < mended;
      Count(at, 1, 3, 0, broken ? 60 : 95);
      Count(at, 1, 3, kEmail, broken ? 40 : 5);
    }
    return Ask(false, "{}", 1);
  };
  const Json open = answer(mended), one = open["problems"][0];
  EXPECT_EQ(open["best"], 0);
  EXPECT_EQ(one["state"], "open");
  EXPECT_EQ(one["since"], base::FormatRfc3339(began));
  EXPECT_EQ(one["before"]["failed_share"], 5.0);
  EXPECT_EQ(one["during"]["failed_share"], 40.0);
  EXPECT_TRUE(one["eased"].is_null() && one["after"].is_null());
  EXPECT_EQ(one["answers"],
            Json({{"team", "Marketing digital"}, {"contact", "digital@exemple.fr"}}));
  const Json after = answer(kNow), now = after["problems"][0];
  EXPECT_TRUE(after["best"].is_null()) << "nothing to do about it any more";
  EXPECT_EQ(now["state"], "mended");
  EXPECT_EQ(now["since"], base::FormatRfc3339(began));
  EXPECT_EQ(now["eased"], base::FormatRfc3339(mended));
  EXPECT_EQ(now["during"]["failed_share"], 40.0);
  EXPECT_EQ(now["after"], Json({{"applicable", 2400}, {"failed_share", 5.0}}));
}

// It is out of the way until the end of its day, never out of the figures.
TEST_F(Reports, AMutedProblemIsLastAndSaysWhyAndUntilWhen) {
  Count(kNow - kDay, 1, 3, 0, 800);
  Count(kNow - kDay, 1, 3, kEmail, 60);
  Count(kNow - kDay, 1, 3, kReachable, 90);
  const Json loud = Ask(false, "{}", 1);
  EXPECT_EQ(loud["problems"][0]["rule"], "reachable");
  EXPECT_EQ(loud["muted"], 0);
  muted_ = "muted: [{ rule: reachable, why: \"Ticket 12\", until: 2026-11-21 }]\n";
  const Json muted = Ask(false, "{}", 1);
  EXPECT_EQ(muted["usable"], loud["usable"]);
  EXPECT_EQ(muted["muted"], 1);
  ASSERT_EQ(muted["problems"].size(), 2u);
  EXPECT_EQ(muted["problems"][0]["rule"], "email-valid");
  EXPECT_EQ(muted["best"], 0);
  const Json& last = muted["problems"][1];
  EXPECT_EQ(last["state"], "muted");
  EXPECT_EQ(last["muted"], Json({{"why", "Ticket 12"}, {"until", "2026-11-21"}}));
  EXPECT_EQ(last["failed"], 90);
  muted_ = "muted: [{ rule: reachable, why: \"Ticket 12\", until: 2026-11-20 }]\n";
  EXPECT_EQ(Ask(false, "{}", 1)["problems"], loud["problems"]) << "its day has passed";
}

TEST_F(Reports, ARefusalIsForTheOwnerOfItsSource) {
  Count(kNow - kDay, 1, 3, 0, 800);
  QualityKey refused{.hour = kNow - kDay, .plan = 1};
  refused.outcome = base::Outcome::kRejected;
  refused.reason = base::Reason::kEventTypeMissing;
  counts_.records[refused].records = 100;
  Json one = Ask(false, "{}", 1)["problems"][0];
  EXPECT_EQ(one["kind"], "refused");
  EXPECT_EQ(one["answers"]["contact"], "digital@exemple.fr");
  EXPECT_EQ(one["state"], "open");
  source_muted_ =
      "muted: [{ reason: event.type_missing, why: \"Ticket 13\", until: 2026-12-31 }]\n";
  one = Ask(false, "{}", 1)["problems"][0];
  EXPECT_EQ(one["state"], "muted");
  EXPECT_EQ(one["muted"]["why"], "Ticket 13");
}

TEST_F(Reports, PeopleAreCountedOnceAndFewAreNotSaid) {
  const auto person = [](std::uint8_t who) {
    policies::Fingerprint print{};
    for (std::size_t i = 0; i < print.size(); ++i)
      print[i] = static_cast<std::uint8_t>(who * 37 + i * who * 11 + who / 7);
    return print;
  };
  Count(kNow - kDay, 1, 3, kEmail, 100);
  const base::Millis day = kNow - kDay - (kNow % kDay);
  for (std::uint8_t who = 0; who < 9; ++who) counts_.people[{day, 1, 0, 0, 0, 1}].Add(person(who));
  EXPECT_TRUE(Ask(false, "{}", 1)["problems"][0]["people"].is_null());
  for (std::uint8_t who = 0; who < 40; ++who)
    counts_.people[{day - kDay, 1, 0, 0, 0, 1}].Add(person(who));
  EXPECT_NEAR(Ask(false, "{}", 1)["problems"][0]["people"].get<double>(), 40, 4);
}

TEST_F(Reports, AQuestionThatIsNoneIsRefused) {
  for (const char* question :
       {"", "[]", R"({"by":"mood"})", R"({"since":5,"until":5})", R"({"by":"source","rule":"x"})"})
    EXPECT_EQ(Ask(true, question)["error"], "request.invalid") << question;
  EXPECT_EQ(Ask(true, R"({"source":"nowhere"})")["error"], "source.unknown");
}

}  // namespace
}  // namespace octroi::gateway::score
