// What marketing is told of a scorecard: nothing that says how many the few are.
#include "gateway/console/floor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "gateway/console/scorecard.h"

namespace octroi::gateway::console {
namespace {

using Json = nlohmann::ordered_json;

Json Floored(const char* text) {
  Json json = Json::parse(text);
  FloorCounts(json);
  return json;
}

TEST(Floor, SaysWhatItMayAndNoMore) {
  struct Case {
    const char *whole, *told;
  };
  const Case cases[] = {
      // Counts: every one of them.
      {R"({"received":9})", R"({"received":"<10"})"},
      {R"({"received":0,"too_few":true})", R"({"received":0,"too_few":true})"},
      {R"({"received":10})", R"({"received":10})"},
      {R"({"received":403})", R"({"received":400})"},
      {R"({"rejected":3,"quarantined":1,"merged":9,"repaired":7,"not_scored":2})",
       R"({"rejected":"<10","quarantined":"<10","merged":"<10","repaired":"<10","not_scored":"<10"})"},
      {R"({"repeats":4,"not_measured":5,"folded":6,"applicable":8,"people":12})",
       R"({"repeats":"<10","not_measured":"<10","folded":"<10","applicable":"<10","people":10})"},
      // 995 of 1,000: neither the share, nor the score, the interval or the change says "five".
      {R"({"received":1000,"usable":995,"usable_share":99.5,"ci95":[98.8,99.8],"score":99.6,
           "not_scored":0,"grade":"A","delta":{"points":0.3,"significant":false,"received":4000,
           "usable_share":99.2,"parts":{"data":0.3,"rules":0,"mix":0}}})",
       R"({"received":1000,"usable":990,"usable_share":">99","ci95":null,"score":">99",
           "not_scored":0,"grade":"A","delta":null})"},
      {R"({"received":401,"usable":3,"usable_share":0.7481,"score":0.5,"not_scored":0})",
       R"({"received":400,"usable":"<10","usable_share":"<2.5","score":"<2.5","not_scored":0})"},
      // The score is of those that are scored: 5 of 50 lost.
      {R"({"received":1000,"usable":900,"usable_share":90.0,"score":90.0,"not_scored":950})",
       R"({"received":1000,"usable":900,"usable_share":90.0,"score":">80","not_scored":950})"},
      // What is of enough is said, but not so finely that it says the count.
      {R"({"received":33,"usable":20,"usable_share":60.6061,"ci95":[43.6512,75.3278],"delta":null})",
       R"({"received":30,"usable":20,"usable_share":61.0,"ci95":[43.0,76.0],"delta":null})"},
      {R"({"received":12345,"usable":10000,"usable_share":81.0045,"score":88.1234,"not_scored":0,
           "delta":{"points":-2.4,"significant":true,"received":12000,"usable_share":83.4,
           "score":{"points":1.1,"parts":{}},"parts":{"data":-2.0,"rules":-0.5,"mix":0.1}}})",
       R"({"received":12340,"usable":10000,"usable_share":81.0,"score":88.1,"not_scored":0,
           "delta":{"points":-2.4,"parts":{"data":-2.0,"rules":-0.5,"mix":0.1},
           "significant":true}})"},
      // The change would say what the few before were.
      {R"({"received":2000,"usable_share":90.0,"delta":{"points":-9.9,"significant":true,
           "received":4000,"usable_share":99.9,"parts":{"data":-9.9,"rules":0,"mix":0}}})",
       R"({"received":2000,"usable_share":90.0,"delta":null})"},
      {R"({"received":1000,"problems":[{"applicable":1000,"failed":3,"failed_share":0.3,"gain":2,
           "gain_points":0.2,"score_gain_points":0.12,"people":null,"line":7,
           "worst_source":{"source":"a","failed":2}}],"best":0,"rules_too_few":1})",
       R"({"received":1000,"problems":[{"applicable":1000,"failed":"<10","failed_share":"<1",
           "gain":"<10","gain_points":"<1","score_gain_points":"<1","people":null,"line":7,
           "worst_source":{"source":"a","failed":"<10"}}],"best":0,"rules_too_few":1})"},
      {R"({"applicable":1000,"before":{"applicable":500,"failed_share":0.6},
           "during":{"applicable":403,"failed_share":40.1985},"after":null})",
       R"({"applicable":1000,"before":{"applicable":500,"failed_share":"<2"},
           "during":{"applicable":400,"failed_share":40.0},"after":null})"},
      {R"({"target":99.0,"window_days":28.0,"received":1000,"usable_share":99.7,"met":true,
           "budget_used":30.0,"pace":0.3,"runs_out":"2026-12-01T00:00:00Z"})",
       R"({"target":99.0,"window_days":28.0,"received":1000,"usable_share":">99","met":true,
           "budget_used":null,"pace":null,"runs_out":null})"},
      {R"({"received":2000,"usable_share":97.04,"budget_used":74.32,"pace":1.3,
           "runs_out":"2026-12-01T17:31:12.345Z"})",
       R"({"received":2000,"usable_share":97.0,"budget_used":74.3,"pace":null,
           "runs_out":"2026-12-01T00:00:00.000Z"})"},
      // What nobody has thought of.
      {R"({"received":50,"refused":3,"ratio":0.06,"some":[3,{"x":4}]})",
       R"({"received":50,"refused":null,"ratio":null,"some":[null,{"x":null}]})"},
  };
  for (const Case& one : cases) EXPECT_EQ(Floored(one.whole), Json::parse(one.told)) << one.whole;
}

// Whatever share a few are of however many: it is told as if they were any other few.
TEST(Floor, TellsOneFewAsAnother) {
  for (const double all : {30, 33, 99, 400, 1000, 12345}) {
    const auto told = [&](double few) {
      Json json{{"received", static_cast<unsigned>(all)},
                {"usable", static_cast<unsigned>(all - few)},
                {"usable_share", std::round((all - few) / all * 1e6) / 1e4},
                {"score", std::round((all - few) / all * 1e6) / 1e4},
                {"applicable", static_cast<unsigned>(all)},
                {"failed", static_cast<unsigned>(few)},
                {"failed_share", std::round(few / all * 1e6) / 1e4}};
      FloorCounts(json);
      json.erase("usable");  // in tens: of the two that it can be, none says the number
      return json;
    };
    for (int few = 2; few < 10; ++few) EXPECT_EQ(told(few), told(1)) << few << " of " << all;
    EXPECT_NE(told(10), told(1));
  }
}

TEST(Floor, IsForMarketing) {
  const Quality quality = [](std::string_view verb, std::string_view, score::Kept&) -> std::string {
    if (verb == "problems") return R"({"received":100,"problems":[]})";
    return R"({"total":{"received":103,"rejected":3},"rows":[{"name":"a","received":103}]})";
  };
  const Json all = ScorecardOf(quality, 0, 1, Role::kIt),
             few = ScorecardOf(quality, 0, 1, Role::kMarketing);
  EXPECT_EQ(all["score"]["total"]["rejected"], 3);
  EXPECT_EQ(few["score"]["total"]["rejected"], "<10");
  EXPECT_EQ(few["sources"][0]["received"], 100);
}

}  // namespace
}  // namespace octroi::gateway::console
