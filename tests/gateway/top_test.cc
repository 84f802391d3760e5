// What `octroi top` makes of three answers of `status`.
#include "gateway/top.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

struct Moment {
  std::uint64_t received = 0, sent = 0, failed = 0, withdrawn = 0;
  Json answered = Json::object(), sent_within = Json::object();
  bool held = false;
};

std::string Status(const Moment& at) {
  return Json{{"as_of", "2026-11-22T10:00:00.000Z"},
              {"tenant", "acme"},
              {"pending", 3},
              {"held", at.held},
              {"sources", {{"site", {{"received", at.received}, {"accepted", at.received}}}}},
              {"destinations",
               {{"crm",
                 {{"sent", at.sent},
                  {"withheld", 0},
                  {"failed", at.failed},
                  {"queue", 3},
                  {"breaker", at.failed > 0 ? "open" : "closed"},
                  {"sent_within_micros", at.sent_within}}}}},
              {"answered_within_micros", at.answered},
              {"withheld_reasons", {{"consent.withdrawn", at.withdrawn}}}}
      .dump();
}

Json Figures(const Moment& earliest, const Moment& before, const Moment& now,
             double seconds = 1.0) {
  return Json::parse(TopFigures(Status(earliest), Status(before), Status(now), seconds));
}

TEST(Top, RatesAreOfTheLastSecondReasonsOfTheLastMinute) {
  const Json figures = Figures({100, 10, 0, 5}, {400, 30, 0, 6}, {450, 35, 0, 9}, 2.0);
  EXPECT_EQ(figures["sources"]["site"]["received_per_second"], 25.0);
  EXPECT_EQ(figures["destinations"]["crm"]["sent_per_second"], 2.5);
  EXPECT_EQ(figures["destinations"]["crm"]["queue"], 3);
  EXPECT_EQ(figures["withheld_last_minute"], Json({{"consent.withdrawn", 4}}));
  // A total shrinks when what failed is replayed.
  EXPECT_EQ(Figures({}, {0, 0, 9}, {0, 0, 4})["destinations"]["crm"]["failed_per_second"], 0.0);
}

TEST(Top, PercentilesAreOfWhatCameInTheLastMinute) {
  Moment earliest, now;
  earliest.answered = {{"1024", 1'000'000}, {"4194304", 7}};  // long ago: of no interest
  now.answered = {{"1024", 1'000'060}, {"2048", 38}, {"524288", 1}, {"4194304", 8}};
  const Json answered = Figures(earliest, earliest, now)["answered_last_minute"];
  EXPECT_EQ(answered["count"], 100);
  EXPECT_EQ(answered["p50_ms"], 1.024) << "60 of 100 took at most that";
  EXPECT_EQ(answered["p99_ms"], 524.288) << "99 of 100";

  const struct {
    Json within;
    Json p50, p99;
  } rows[] = {
      {Json::object(), nullptr, nullptr},
      {{{"16", 1}}, 0.016, 0.016},
      {{{"16", 1}, {"32", 1}}, 0.016, 0.032},
      {{{"1024", 99}, {"2048", 1}}, 1.024, 1.024},
      {{{"1024", 98}, {"2048", 2}}, 1.024, 2.048},
      {{{"1024", 49}, {"2048", 51}}, 2.048, 2.048},
      {{{"1024", 98}, {"longer", 2}}, 1.024, nullptr},
      // As text "16384" comes before "2048".
      {{{"16384", 2}, {"2048", 98}}, 2.048, 16.384},
  };
  for (const auto& row : rows) {
    Moment then;
    then.sent_within = row.within;
    const Json sent = Figures({}, {}, then)["destinations"]["crm"]["sent_last_minute"];
    EXPECT_EQ(sent["p50_ms"], row.p50) << row.within;
    EXPECT_EQ(sent["p99_ms"], row.p99) << row.within;
  }
}

TEST(Top, AGatewayThatStartedAgainCountsFromZero) {
  Moment before, now;
  before.answered = {{"1024", 500}};
  now.answered = {{"1024", 3}, {"2048", 4}};
  const Json figures = Figures(before, before, now);
  EXPECT_EQ(figures["answered_last_minute"]["count"], 4) << "never less than nothing";
  EXPECT_EQ(figures["sources"]["site"]["received_per_second"], 0.0);
}

TEST(Top, WithoutAStatusThereIsNothingToSay) {
  const std::string whole = Status({});
  EXPECT_NE(TopFigures(whole, whole, whole, 1), "");
  for (const std::string broken : {"", "{}", R"({"error":"store.unavailable"})"}) {
    EXPECT_EQ(TopFigures(broken, whole, whole, 1), "");
    EXPECT_EQ(TopFigures(whole, broken, whole, 1), "");
    EXPECT_EQ(TopFigures(whole, whole, broken, 1), "");
  }
}

TEST(Top, TheTextSaysItInBothLanguages) {
  Moment now{100, 50, 1, 2};
  now.answered = {{"2048", 98}, {"4194304", 2}};
  now.sent_within = {{"16384", 98}, {"longer", 2}};
  now.held = true;
  const std::string figures = Figures({}, {}, now).dump();
  const std::string fr = TopText(figures, Language::kFrench, false),
                    en = TopText(figures, Language::kEnglish, false);
  for (const char* said : {"ENVOIS SUSPENDUS", "reçus/s", "100,0", "▲ ouvert", "16,4 ms", "> 67 s",
                           "de la requête lue à la réponse durable : p50 ≤ 2,0 ms · p99 ≤ 4,2 s",
                           "de la réception à transmis", "consent.withdrawn 2"}) {
    EXPECT_NE(fr.find(said), std::string::npos) << said << "\n" << fr;
  }
  for (const char* said :
       {"SENDING HELD", "received/s", "100.0", "▲ open", "16.4 ms", "> 67 s",
        "from the request read to the durable answer: p50 ≤ 2.0 ms · p99 ≤ 4.2 s",
        "from receipt to sent", "consent.withdrawn 2"}) {
    EXPECT_NE(en.find(said), std::string::npos) << said << "\n" << en;
  }
  EXPECT_EQ(en.find('\x1b'), std::string::npos);
  EXPECT_NE(TopText(figures, Language::kEnglish, true).find("\x1b[33m▲ open\x1b[0m"),
            std::string::npos);
  const std::string idle = TopText(Figures({}, {}, {}).dump(), Language::kEnglish, false);
  EXPECT_NE(idle.find("p50 — · p99 —"), std::string::npos) << idle;
}

}  // namespace
}  // namespace octroi::gateway
