// From the text of events to the figures: read, judged, put on the journal, projected, asked. The
// situation of ux.md C.2: 30 % of the e-mails break, and usable moves from 89 % to 62 %.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/evaluate.h"
#include "gateway/projector.h"
#include "gateway/score/report.h"
#include "support/fake_store.h"

namespace octroi::gateway::score {
namespace {

using Json = nlohmann::ordered_json;

const base::Millis kNow = *base::ParseRfc3339("2026-11-21T10:00:00Z");
constexpr base::Millis kWeek = 7 * store::kQualityDay;
constexpr int kEvents = 1'000;

class Chain : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = (std::filesystem::temp_directory_path() / "octroi-chain-XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    ASSERT_TRUE(InitFolder(folder_, Language::kEnglish));
    auto files = LoadConfig(folder_).files;
    std::string& source = files["sources/site-web.yaml"];
    const std::string map = "  context.campaign.name: campaign\n";
    source.replace(source.find(map), map.size(),
                   "campaign: { field: context.campaign.name, dictionary: campaign }\n");
    past_ = PastConfig{LoadConfig(files, folder_), nullptr};
    ASSERT_TRUE(past_.config.ok()) << Render(past_.config, Language::kEnglish, false);
    const auto ring = crypto::KeyRing::FromRoot("chain", std::string(32, 'k'));
    auto plan = CompilePlan(past_.config, *ring, "test", 1, "", Observing::kAsConfigured,
                            Secrets::kLeftOut);
    ASSERT_TRUE(plan);
    past_.plan = *plan;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static std::string Lead(int number, const char* campaign, bool lost, bool broken) {
    Json event{{"event", "lead.created"},
               {"message_id", std::string(campaign) + std::to_string(number)},
               {"sent_at", "2026-11-20T10:00:00Z"},
               {"context", {{"campaign", {{"name", campaign}}}}}};
    if (!lost) {
      event["userId"] = "c-" + std::to_string(number);
      event["traits"] = {
          {"email", broken ? "rien" : "c" + std::to_string(number) + "@example.org"}};
    }
    return event.dump();
  }

  // 10.7 % lack what reaches them; of the others, `broken` in ten have an e-mail that is none.
  void Send(base::Millis at, const char* campaign, int broken) {
    EventReader reader(keys_);
    Evaluator evaluator(keys_.dedup);
    ProjectionBuilder builder([this](std::uint32_t) { return past_.plan->names; });
    journal::EventRecord record;
    Circumstances around;
    around.plan = past_.plan.get();
    around.at = at;
    around.consent = &consent_;
    std::string bytes;
    for (int i = 0; i < kEvents; ++i) {
      const std::string text = Lead(i, campaign, i * 107 % kEvents < 107, i % 10 < broken);
      const std::string_view view = text;
      for (ReadEvent& read : reader.Read(past_.plan->sources[0], {}, {&view, 1}))
        evaluator.Evaluate(around, read, record);
      bytes.clear();
      Encode(record, bytes);
      builder.Add(++sequence_, bytes);
    }
    ASSERT_EQ(builder.unreadable(), 0u);
    ASSERT_TRUE(store_.Apply(builder.Take()));
  }

  Json Ask(bool score, const std::string& question) {
    const Parts parts{&store_, [this](std::uint32_t) { return base::Result<PastConfig>(past_); }, 1,
                      &keys_.dedup, kNow};
    return Json::parse(score ? ScoreReport(question, parts) : ProblemsReport(question, parts));
  }

  std::string folder_;
  PastConfig past_;
  GateKeys keys_{crypto::HmacKey("fingerprint"), crypto::HmacKey("dedup")};
  policies::ConsentIndex consent_{base::kPurposesMax};
  testing::FakeStore store_;
  std::uint64_t sequence_ = 0;
};

TEST_F(Chain, ABrokenEMailMovesUsableFrom89To62AndIsTheFixWorthMost) {
  int lost = 0, bad = 0;
  for (int i = 0; i < kEvents; ++i) {
    const bool gone = i * 107 % kEvents < 107;
    lost += gone ? 1 : 0;
    bad += !gone && i % 10 < 3 ? 1 : 0;
  }
  ASSERT_EQ(lost, 107);
  Send(kNow - kWeek - store::kQualityDay, "rentree", 0);
  Send(kNow - store::kQualityDay, "rentree", 3);
  const Json total = Ask(true, "{}")["total"];
  EXPECT_EQ(total["received"], kEvents);
  EXPECT_EQ(total["usable"], kEvents - lost - bad);
  EXPECT_NEAR(total["usable_share"].get<double>(), 62.5, 0.5);
  EXPECT_EQ(total["delta"]["usable_share"], 89.3);
  EXPECT_EQ(total["delta"]["parts"]["data"], total["delta"]["points"]) << "same rules, same mix";
  EXPECT_EQ(total["delta"]["significant"], true);

  const Json problems = Ask(false, "{}");
  const Json& best = problems["problems"][0];
  EXPECT_EQ(problems["best"], 0);
  EXPECT_EQ(best["rule"], "email-valid");
  EXPECT_EQ(best["gain"], bad);
  EXPECT_EQ(best["failed"], bad);
  EXPECT_NEAR(best["people"].get<double>(), bad, 0.1 * bad);
  EXPECT_EQ(problems["problems"][1]["rule"], "reachable");
  EXPECT_EQ(problems["problems"][1]["gain"], lost);
}

TEST_F(Chain, CampaignsAreToldApartByNameAndHeldAsHashes) {
  Send(kNow - store::kQualityDay, "rentree", 0);
  Send(kNow - store::kQualityDay, "noel", 3);
  EXPECT_EQ(Ask(true, R"({"campaign":"rentree"})")["total"]["usable_share"], 89.3);
  EXPECT_NEAR(Ask(true, R"({"campaign":"noel"})")["total"]["usable_share"].get<double>(), 62.5,
              0.5);
  const Json rows = Ask(true, R"({"by":"campaign"})")["rows"];
  ASSERT_EQ(rows.size(), 2u);
  for (const Json& row : rows) {
    const std::string name = row["name"];
    EXPECT_EQ(name[0], '#');
    EXPECT_EQ(Ask(true, Json{{"campaign", name}}.dump())["total"]["usable"], row["usable"]);
  }
  EXPECT_EQ(Ask(true, R"({"campaign":"paques"})")["total"]["received"], 0);
}

}  // namespace
}  // namespace octroi::gateway::score
