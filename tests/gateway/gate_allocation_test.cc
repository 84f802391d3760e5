// The whole way of an event on its thread (parse, identify, judge, decide, record, append)
// allocates nothing once warm: operator new is counted over 10,000 events.
#include <gtest/gtest.h>

#include "bench/bench_config.h"
#include "gateway/cloud_event.h"
#include "gateway/request_events.h"
#include "support/allocations.h"

namespace octroi::gateway {
namespace {

// What may grow now and then: the table of seen messages, a frame more when the writer is late.
constexpr long kGrowth = 30;

class GateAllocation : public ::testing::TestWithParam<std::size_t> {};

TEST_P(GateAllocation, NonePerEvent) {
  constexpr std::size_t kEvents = 10'000;
  const testing::BenchConfig config;
  testing::BenchGate gate(config);
  for (std::size_t n = 0; n < kEvents; n += GetParam()) gate.Admit(GetParam());  // warms up
  long counted = 0;
  for (std::size_t n = 0; n < kEvents; n += GetParam()) {
    const long before = testing::Allocations();
    const Admitted last = gate.Admit(GetParam());
    counted += testing::Allocations() - before;
    ASSERT_EQ(last.outcome, base::Outcome::kAccepted);
  }
  EXPECT_LE(counted, kGrowth) << "for " << kEvents << " events";
}

// Finding the events of a request, and reading a CloudEvent, in each form.
TEST(RequestEventsAllocation, NonePerRequest) {
  struct Row {
    const char* name;
    std::vector<std::pair<std::string_view, std::string_view>> headers;
    std::string_view body;
  };
  constexpr std::string_view kEvent =
      R"({"specversion":"1.0","id":"1","source":"/shop","type":"order.paid","data":{"a":1}})";
  const Row rows[] = {
      {"plain", {{"host", "a"}, {"content-type", "application/json"}}, R"({"event":"page"})"},
      {"lines", {{"content-type", "application/x-ndjson"}}, "{}\n{}\n{}"},
      {"structured", {{"content-type", "application/cloudevents+json"}}, kEvent},
      {"binary",
       {{"ce-specversion", "1.0"},
        {"ce-id", "%31"},
        {"ce-source", "/a-source-longer-than-a-short-string"},
        {"ce-type", "order.paid"}},
       R"({"a":1})"}};
  std::vector<base::PathMap::Entry> entries;
  AppendCloudEventPaths(entries);
  const base::PathMap paths = *base::PathMap::Compile(entries);
  for (const Row& row : rows) {
    RequestHead head;
    head.headers = row.headers;
    base::EventParser parser;
    base::Event event;
    RequestEvents events;
    std::string unpacked;
    const auto once = [&] {
      ASSERT_FALSE(events.Find(head, row.body, false, parser));
      const bool cloud_events = events.mode() != CloudEventMode::kNone;
      for (const std::string_view text : events.texts()) {
        if (!cloud_events) continue;
        ASSERT_EQ(ReadCloudEvent(parser, paths, text, events.body_at(), unpacked, event).rule, "");
      }
    };
    once();
    const long before = testing::Allocations();
    for (int i = 0; i < 1'000; ++i) once();
    EXPECT_EQ(testing::Allocations() - before, 0) << row.name;
  }
}

INSTANTIATE_TEST_SUITE_P(EventsPerRequest, GateAllocation, ::testing::Values(1, 100),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace octroi::gateway
