#include "base/metrics.h"

#include <gtest/gtest.h>

namespace octroi::base {
namespace {

TEST(Metrics, RendersOpenMetrics) {
  Metrics metrics;
  const std::string odd = "a\\b\"c\nd";
  metrics.CounterOf("octroi_events", {{"source", "shop"}, {"outcome", "accepted"}}).Add(3);
  metrics.CounterOf("octroi_events", {{"source", Id::OfConfig(odd)}, {"outcome", "rejected"}})
      .Add();
  metrics.GaugeOf("octroi_connections").Set(5);
  metrics.GaugeOf("octroi_connections").Add(-7);
  EXPECT_EQ(metrics.Render(),
            "# TYPE octroi_connections gauge\n"
            "octroi_connections -2\n"
            "# TYPE octroi_events counter\n"
            "octroi_events_total{outcome=\"accepted\",source=\"shop\"} 3\n"
            "octroi_events_total{outcome=\"rejected\",source=\"a\\\\b\\\"c\\nd\"} 1\n"
            "# EOF\n");
}

TEST(Metrics, SameLabelsInAnyOrderAreOneSeries) {
  Metrics metrics;
  Counter& one = metrics.CounterOf("octroi_x", {{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(&one, &metrics.CounterOf("octroi_x", {{"b", "2"}, {"a", "1"}}));
  EXPECT_NE(&one, &metrics.CounterOf("octroi_x", {{"a", "2"}, {"b", "1"}}));
}

TEST(Metrics, LatencyBucketsAreCumulative) {
  Metrics metrics;
  Latency& latency = metrics.LatencyOf("octroi_commit", {{"log", "a"}});
  for (const std::int64_t micros : {-1, 0, 1, 2, 3, 4, 5, 1'000'000, 60'000'000, 70'000'000}) {
    latency.Record(micros);
  }
  const std::string text = metrics.Render();
  for (const char* line : {
           "# TYPE octroi_commit_seconds histogram\n# UNIT octroi_commit_seconds seconds\n",
           "octroi_commit_seconds_bucket{log=\"a\",le=\"0.000001\"} 3\n",
           "octroi_commit_seconds_bucket{log=\"a\",le=\"0.000002\"} 4\n",
           "octroi_commit_seconds_bucket{log=\"a\",le=\"0.000004\"} 6\n",
           "octroi_commit_seconds_bucket{log=\"a\",le=\"0.000008\"} 7\n",
           "octroi_commit_seconds_bucket{log=\"a\",le=\"1.048576\"} 8\n",
           "octroi_commit_seconds_bucket{log=\"a\",le=\"67.108864\"} 9\n",
           "octroi_commit_seconds_bucket{log=\"a\",le=\"+Inf\"} 10\n",
           "octroi_commit_seconds_count{log=\"a\"} 10\n",
           "octroi_commit_seconds_sum{log=\"a\"} 131.000015\n",
       }) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "is not in\n" << text;
  }
  EXPECT_TRUE(text.ends_with("# EOF\n"));
}

TEST(MetricsDeathTest, OneNameIsOneType) {
  Metrics metrics;
  metrics.CounterOf("octroi_x");
  EXPECT_DEATH(metrics.GaugeOf("octroi_x"), "");
}

}  // namespace
}  // namespace octroi::base
