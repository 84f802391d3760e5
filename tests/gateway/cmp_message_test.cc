// A message of a CMP at the desk: what is recorded of it, and that it is all or nothing.
#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/consent_parts.h"
#include "gateway/world.h"

namespace octroi::gateway {
namespace {

using policies::ConsentState;

std::string Body(std::string_view purposes, std::string_view more = "") {
  return R"({"created_at":"2026-11-20T09:00:00Z","status":"confirmed",)" + std::string(more) +
         R"("user":{"email":"posted@example.org"},"consents":{"purposes":[)" +
         std::string(purposes) + "]}}";
}

class CmpMessages : public ::testing::Test {
 protected:
  CmpMessages() {
    SourcePlan& source = world_.plan->sources[kShop];
    source.dialect = Dialect::kChoices;
    ChoicesPlan& choices = source.choices.emplace();
    choices.notice = "banner-v2";
    choices.purposes = {{"news", 1U << kNewsletter},
                        {"all", 1U << kNewsletter | 1U << kAudience},
                        {"stats", 1U << kAudience}};
    choices.pointers = {{kEmail, "/user/email"}};
    const std::vector<base::PathMap::Entry> paths{{"user.email", kEmail}};
    source.paths = *base::PathMap::Compile(paths);
    desk_.Start();
  }
  Response Post(const std::string& body) {
    Reply reply;
    auto refused = desk_.SubmitMessage(world_.plan, world_.plan->sources[kShop], body,
                                       [&] { return reply.Promise(); });
    return refused ? *std::move(refused) : reply.Wait();
  }
  ConsentState State(std::size_t purpose) const {
    return world_.StateOf("posted@example.org", purpose);
  }
  void ExpectRefused(const std::string& body, int status, const char* code,
                     const std::string& pointer) {
    const Response answer = Post(body);
    EXPECT_EQ(answer.status, status) << body;
    EXPECT_EQ(CodeOf(answer), code) << body;
    if (!pointer.empty()) {
      EXPECT_NE(answer.body.find("\"pointer\":\"" + pointer + "\""), std::string::npos)
          << answer.body;
    }
    EXPECT_EQ(answer.body.find("posted"), std::string::npos) << answer.body;
    EXPECT_TRUE(world_.ConsentsInStore().empty());
    EXPECT_EQ(world_.journal->durable_through(), 0u);
  }
  World world_;
  ConsentDesk desk_{world_.DeskParts()};
};

TEST_F(CmpMessages, EachChoiceIsAnEventOfEachPurposeThatItMeans) {
  const Response answer =
      Post(Body(R"({"id":"all","enabled":true},{"id":"posted-x","enabled":true})"));
  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_NE(answer.body.find(R"("unmapped":["/consents/purposes/1"])"), std::string::npos)
      << answer.body;
  EXPECT_EQ(answer.body.find("posted"), std::string::npos) << answer.body;
  EXPECT_EQ(State(kNewsletter), ConsentState::kGranted);
  EXPECT_EQ(State(kAudience), ConsentState::kGranted);
  const auto stored = world_.ConsentsInStore();
  ASSERT_EQ(stored.size(), 2u);
  for (const auto& event : stored) {
    EXPECT_EQ(event.notice, "banner-v2");
    EXPECT_EQ(event.source, "shop");
    EXPECT_EQ(base::FormatRfc3339(event.effective_at), "2026-11-20T09:00:00.000Z");
    EXPECT_EQ(event.detail.find("posted"), std::string::npos) << "sealed";
  }
  EXPECT_NE(stored[0].record_id, stored[1].record_id);
  EXPECT_NE(world_.metrics.Render().find("octroi_choices_unmapped_total{source=\"shop\"} 1"),
            std::string::npos);
}

// What stands under a purpose has lines of its own; nothing grants more than was said.
TEST_F(CmpMessages, PreferencesMeanWhatTheirLinesSay) {
  auto& purposes = world_.plan->sources[kShop].choices->purposes;
  purposes = {{"news", 1U << kNewsletter}, {"club/stats", 1U << kAudience}};
  ExpectRefused(
      Body(R"({"id":"news","enabled":true,"preferences":[{"id":"sms","enabled":false}]})"), 422,
      "consent.preference_unmapped", "/consents/purposes/0/preferences/0");
  const Response answer = Post(Body(
      R"({"id":"club","enabled":true,"preferences":[{"id":"stats","enabled":true},{"id":"x","enabled":true}]})"));
  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_NE(answer.body.find(
                R"("unmapped":["/consents/purposes/0","/consents/purposes/0/preferences/1"])"),
            std::string::npos)
      << answer.body;
  EXPECT_EQ(State(kAudience), ConsentState::kGranted);
  EXPECT_EQ(State(kNewsletter), ConsentState::kUnknown);
  ASSERT_EQ(Post(Body(R"({"id":"club","enabled":false})")).status, 201);
  EXPECT_EQ(State(kAudience), ConsentState::kDenied) << "a no of the whole";
}

TEST_F(CmpMessages, ANameThatEndsInASlashGrantsNothingUnderIt) {
  world_.plan->sources[kShop].choices->purposes = {{"club/stats", 1U << kAudience}};
  const Response answer = Post(Body(R"({"id":"club/","enabled":true})"));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(State(kAudience), ConsentState::kUnknown);
}

TEST_F(CmpMessages, OfOnePurposeANoStandsBesideAYes) {
  auto& purposes = world_.plan->sources[kShop].choices->purposes;
  purposes.emplace("vendor:google", 1U << kNewsletter);
  const Response answer = Post(
      R"({"created_at":"2026-11-20T09:00:00Z","status":"confirmed","user":{"email":"posted@example.org"},"consents":{"purposes":[{"id":"all","enabled":true}],"vendors":[{"id":"google","enabled":false}]}})");
  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(State(kNewsletter), ConsentState::kDenied);
  EXPECT_EQ(State(kAudience), ConsentState::kGranted);
  EXPECT_EQ(world_.ConsentsInStore().size(), 3u) << "of equal times the stricter";
}

TEST_F(CmpMessages, OfAListOfWhatWasChosenTheRestIsANo) {
  auto& purposes = world_.plan->sources[kShop].choices->purposes;
  purposes = {{"club/often/weekly", 1U << kNewsletter}, {"club/often/daily", 1U << kAudience}};
  const auto chosen = [](std::string_view at, std::string_view value) {
    return R"({"created_at":")" + std::string(at) +
           R"(","status":"confirmed","user":{"email":"posted@example.org"},"consents":{"purposes":[{"id":"club","enabled":true,"preferences":[{"id":"often","enabled":true,"values":[{"id":")" +
           std::string(value) + R"(","enabled":true}]}]}]}})";
  };
  ASSERT_EQ(Post(chosen("2026-11-19T09:00:00Z", "daily")).status, 201);
  EXPECT_EQ(State(kAudience), ConsentState::kGranted);
  EXPECT_EQ(State(kNewsletter), ConsentState::kDenied);
  ASSERT_EQ(Post(chosen("2026-11-20T09:00:00Z", "weekly")).status, 201);
  EXPECT_EQ(State(kAudience), ConsentState::kDenied);
  EXPECT_EQ(State(kNewsletter), ConsentState::kGranted);
}

TEST_F(CmpMessages, AnObjectionReachesWhatRestsOnInterests) {
  policies::PolicySetSpec spec = world_.plan->policies->spec();
  spec.purposes[kAudience].basis = policies::Basis::kLegitimateInterests;
  world_.plan->policies.emplace(*policies::PolicySet::Compile(std::move(spec)));
  const Response answer = Post(
      R"({"updated":"2026-11-20T09:00:00Z","user":{"email":"posted@example.org"},"purposes":{"consent":{"enabled":["news"],"disabled":[]},"legitimate_interest":{"enabled":[],"disabled":["all"]}}})");
  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(State(kNewsletter), ConsentState::kGranted) << "by consent: an objection ends nothing";
  EXPECT_EQ(State(kAudience), ConsentState::kObjected);
}

TEST_F(CmpMessages, AnObjectionReachesWhatRestsOnInterestsUnderOneLawOnly) {
  policies::PolicySetSpec spec = world_.plan->policies->spec();
  spec.jurisdictions = {"eea", "ch"};
  spec.purposes[kAudience].bases = {{1, policies::Basis::kLegitimateInterests}};
  world_.plan->policies.emplace(*policies::PolicySet::Compile(std::move(spec)));
  const Response answer = Post(
      R"({"updated":"2026-11-20T09:00:00Z","user":{"email":"posted@example.org"},"purposes":{"consent":{},"legitimate_interest":{"disabled":["all"]}}})");
  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(State(kAudience), ConsentState::kObjected);
  EXPECT_EQ(State(kNewsletter), ConsentState::kUnknown);
}

// A yes to a part excepts it from a no of the whole that is not later than the yes.
TEST_F(CmpMessages, ALaterNoOfTheWholeReachesAPartThatWasGrantedBefore) {
  ChoicesPlan& choices = *world_.plan->sources[kShop].choices;
  choices.form = CmpForm::kOneTrust;
  choices.purposes = {{"mail/x", 1U << kNewsletter}, {"mail/y", 1U << kAudience}};
  const auto receipt = [](std::string_view granted, std::string_view withdrawn) {
    return R"({"interactionDate":"2026-11-20T09:00:00Z","user":{"email":"posted@example.org"},"purposes":[{"Id":"mail","TransactionType":"CONFIRMED","consentDate":")" +
           std::string(granted) +
           R"(","Preferences":[{"TopicId":"x","TransactionType":"OPT_IN"}]},{"Id":"mail","TransactionType":"CONFIRMED","withdrawnDate":")" +
           std::string(withdrawn) + R"("}]})";
  };
  ASSERT_EQ(Post(receipt("2026-11-20T09:00:00Z", "2026-11-19T09:00:00Z")).status, 201);
  EXPECT_EQ(State(kNewsletter), ConsentState::kGranted);
  EXPECT_EQ(State(kAudience), ConsentState::kWithdrawn);
  ASSERT_EQ(Post(receipt("2026-11-20T09:00:00Z", "2026-11-20T09:00:01Z")).status, 201);
  EXPECT_EQ(State(kNewsletter), ConsentState::kWithdrawn);
}

TEST_F(CmpMessages, ANoIsObeyedWithoutANotice) {
  ASSERT_EQ(Post(Body(R"({"id":"all","enabled":true})")).status, 201);
  const Response answer = Post(Body(R"({"id":"news","enabled":false})", R"("again":1,)"));
  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(State(kNewsletter), ConsentState::kDenied);
  EXPECT_EQ(State(kAudience), ConsentState::kGranted) << "partial: what is absent is no change";
}

TEST_F(CmpMessages, TheSameMessageTwiceIsHarmless) {
  const std::string body = Body(R"({"id":"all","enabled":true},{"id":"stats","enabled":false})");
  const Response first = Post(body), second = Post(body);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(second.status, 201) << second.body;
  EXPECT_EQ(world_.ConsentsInStore().size(), 3u);
  EXPECT_EQ(State(kAudience), ConsentState::kDenied) << "of equal times the stricter";
}

TEST_F(CmpMessages, NothingOfAMessageIsRecordedIfOneChoiceCannotBe) {
  ExpectRefused(Body(R"({"id":"news","enabled":true},{"id":"stats","enabled":"posted"})"), 422,
                "consent.state_invalid", "/consents/purposes/1/enabled");
  ExpectRefused(Body(R"({"id":"news","enabled":true},{"enabled":true})"), 422,
                "consent.form_unknown", "/consents/purposes/1/id");
  ExpectRefused(
      R"({"created_at":"2026-11-20T09:00:00","status":"confirmed","consents":{"purposes":[]}})",
      422, "consent.effective_at_invalid", "/created_at");
  ExpectRefused(
      R"({"created_at":"2026-11-20T09:00:00Z","status":"confirmed","consents":{"purposes":[]}})",
      422, "consent.subject_missing", "/user/email");
  ExpectRefused(
      R"({"created_at":"2026-11-20T09:00:00Z","status":"confirmed","user":{"email":"posted"},"consents":{"purposes":[]}})",
      422, "consent.subject_invalid", "/user/email");
  ExpectRefused(R"({"created_at":1,"created_at":2})", 400, "json.duplicate_key", "");
  ExpectRefused("posted", 400, "json.invalid", "");
  EXPECT_EQ(State(kNewsletter), ConsentState::kUnknown);
}

TEST_F(CmpMessages, ChoicesOfNothingThatIsOursAreAnsweredAndNotRecorded) {
  const Response answer = Post(Body(R"({"id":"posted","enabled":true})"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"recorded":[],"unmapped":["/consents/purposes/0"],"not_acts":[]})");
  EXPECT_EQ(world_.journal->durable_through(), 0u);
}

// The store refuses one event of the message, because another has its id: none of it is kept.
TEST_F(CmpMessages, AConflictOfOneIsAConflictOfAll) {
  const std::string body = Body(R"({"id":"news","enabled":true},{"id":"stats","enabled":true})");
  bool taken = false;
  world_.consents.before_append = [&](const policies::ConsentEvent& event) {
    if (event.purpose != "statistics.audience" || taken) return;
    taken = true;
    policies::ConsentEvent other = event;
    other.purpose = "marketing.email";
    other.sequence = 1'000;
    EXPECT_TRUE(world_.store.AppendAll(std::vector{other}));
  };
  const Response answer = Post(body);
  EXPECT_EQ(answer.status, 409) << answer.body;
  EXPECT_EQ(CodeOf(answer), "conflict.consent_id");
  EXPECT_EQ(world_.ConsentsInStore().size(), 1u) << "the other one";
  EXPECT_EQ(State(kNewsletter), ConsentState::kUnknown);
}

TEST_F(CmpMessages, WhileTheStoreIsDownAMessageIsKeptAndSettledWhole) {
  world_.store.SetDown(true);
  const Response answer = Post(Body(R"({"id":"all","enabled":true})"));
  EXPECT_EQ(answer.status, 503) << answer.body;
  EXPECT_EQ(State(kNewsletter), ConsentState::kUnknown);
  world_.store.SetDown(false);
  ASSERT_TRUE(desk_.Settle(*world_.plan));
  EXPECT_EQ(State(kNewsletter), ConsentState::kGranted);
  EXPECT_EQ(State(kAudience), ConsentState::kGranted);
}

}  // namespace
}  // namespace octroi::gateway
