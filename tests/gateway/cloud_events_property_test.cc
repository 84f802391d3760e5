// No payload writes an attribute: whatever is sent as one, in the body or in base64, either is the
// event's `data` and nothing else, or the event is refused.
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <random>

#include "base/text.h"
#include "gateway/cloud_events_request.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::json;

constexpr int kPayloads = 20'000;

// Joined from what JSON is made of, so that a good part of them is valid, or nearly.
std::string SomePayload(std::mt19937& random) {
  static constexpr const char* kParts[] = {"{",
                                           "}",
                                           "[",
                                           "]",
                                           ",",
                                           ":",
                                           "{}",
                                           "[]",
                                           "\"",
                                           "\\",
                                           " ",
                                           "\n",
                                           "\"id\":\"2\"",
                                           "\"ext\":1",
                                           "\"time\":null",
                                           "\"data\":{}",
                                           "null",
                                           "1",
                                           "{\"a\":1}",
                                           "\"x\"",
                                           "{\"a\":",
                                           ",\"ext\":{\"a\":1",
                                           ",\"ext\":\"",
                                           "true"};
  std::string payload;
  const auto parts = 1 + random() % 5;
  for (std::size_t i = 0; i < parts; ++i) payload += kParts[random() % std::size(kParts)];
  return payload;
}

std::string Base64(const std::string& bytes) {
  std::string text;
  base::AppendBase64Url(bytes, text);
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  return text.append((4 - text.size() % 4) % 4, '=');
}

int CountAccepted(
    const std::function<std::vector<CloudEventsRequest::Read>(const std::string&)>& send) {
  std::mt19937 random(20261122);
  int accepted = 0;
  for (int i = 0; i < kPayloads; ++i) {
    const std::string payload = SomePayload(random);
    const auto events = send(payload);
    EXPECT_EQ(events.size(), 1u);
    const Json data = Json::parse(payload, nullptr, /*allow_exceptions=*/false);
    if (events[0].text.empty()) {
      EXPECT_NE(events[0].fault.rule, "") << payload;
      continue;
    }
    ++accepted;
    const Json wanted = {
        {"specversion", "1.0"}, {"id", "1"}, {"source", "/s"}, {"type", "t"}, {"data", data}};
    EXPECT_FALSE(data.is_discarded()) << payload;
    EXPECT_EQ(Json::parse(events[0].text), wanted) << payload;
  }
  return accepted;
}

TEST(CloudEventsProperty, NoBodyWritesAttributes) {
  CloudEventsRequest request;
  const int accepted = CountAccepted([&](const std::string& payload) {
    return request
        .Take({{"ce-specversion", "1.0"}, {"ce-id", "1"}, {"ce-source", "/s"}, {"ce-type", "t"}},
              payload)
        .second;
  });
  EXPECT_GT(accepted, kPayloads / 20);
}

TEST(CloudEventsProperty, NoBase64WritesAttributes) {
  CloudEventsRequest request;
  const int accepted = CountAccepted([&](const std::string& payload) {
    return request
        .Take({{"content-type", "application/cloudevents+json"}},
              R"({"specversion":"1.0","id":"1","data_base64":")" + Base64(payload) +
                  R"(","source":"/s","type":"t"})")
        .second;
  });
  EXPECT_GT(accepted, kPayloads / 20);
}

}  // namespace
}  // namespace octroi::gateway
