// CloudEvents through the API: which mode a request is in, what is answered, and what is one
// message.
#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/front.h"

namespace octroi::gateway {
namespace {

constexpr const char* kStructured = "application/cloudevents+json";
constexpr const char* kBatched = "application/cloudevents-batch+json";

const std::string kWhole = R"("specversion":"1.0","id":"1","source":"/s","type":"order.paid")";
const Headers kHeaders = {{"ce-type", "order.paid"},
                          {"ce-specversion", "1.0"},
                          {"content-type", "application/json"},
                          {"ce-source", "/s"},
                          {"ce-id", "1"}};
constexpr const char* kTyped =
    R"({"id":"1","source":"/s","specversion":"1.0","type":"order.paid","datacontenttype":"application/json")";

class CloudEventsApi : public ApiTest {
 protected:
  Response Post(const std::string& body, const Headers& headers) {
    return Say({.path = "/v1/events/shop", .body = body, .headers = headers + kShopKey}).response;
  }
  Response Structured(const std::string& event) {
    return Post(event, {{"content-type", kStructured}});
  }
};

TEST_F(CloudEventsApi, WhichModeARequestIsIn) {
  const std::string event = "{" + kWhole + "}";
  const Headers plus = {{"ce-id", "1"}};
  struct Mode {
    const char* name;
    Headers headers;
    std::string body;
    int status;
    std::string holds;
  };
  const std::vector<Mode> rows = {
      {"structured", {{"content-type", kStructured}}, event, 202, "accepted"},
      {"in capitals, with a charset",
       {{"content-type", "Application/CloudEvents+JSON ; charset=utf-8"}},
       event,
       202,
       "merged"},
      {"copies of attributes beside it", Headers{{"content-type", kStructured}} + plus, event, 202,
       "merged"},
      {"an array is not one event",
       {{"content-type", kStructured}},
       "[" + event + "]",
       400,
       "top_not_object"},
      {"structured, but nothing", {{"content-type", kStructured}}, "", 400, "body.empty"},
      {"batched", {{"content-type", kBatched}}, "[" + event + "]", 200, R"("merged":1)"},
      {"an empty batch",
       {{"content-type", kBatched}},
       " [ ] ",
       200,
       R"("received":0,"rejected":0)"},
      {"one event is no batch", {{"content-type", kBatched}}, event, 400, "body.not_array"},
      {"a batch of nothing", {{"content-type", kBatched}}, "", 400, "json.invalid"},
      {"another format",
       {{"content-type", "application/cloudevents+avro"}},
       event,
       415,
       "cloudevents.format_unsupported"},
      {"no format",
       {{"content-type", "application/cloudevents"}},
       event,
       415,
       "cloudevents.format_unsupported"},
      {"binary", kHeaders, "", 409, "conflict.message_id"},
      {"binary, one attribute alone", plus, "{}", 422, R"("pointer":"/specversion")"},
      {"plain", {{"content-type", "application/json"}}, R"({"event":"page"})", 202, "accepted"},
      {"plain, though written like one",
       {{"content-type", "application/json"}},
       event,
       202,
       "accepted"},
  };
  for (const Mode& row : rows) {
    SCOPED_TRACE(row.name);
    const Response answer = Post(row.body, row.headers);
    EXPECT_EQ(answer.status, row.status) << answer.body;
    EXPECT_NE(answer.body.find(row.holds), std::string::npos) << answer.body;
  }
}

TEST_F(CloudEventsApi, ARejectedOneSaysWhereAndNeverWhat) {
  const Response answer =
      Structured(R"({"specversion":"1.0","id":"1","source":"/s","type":"t","time":"secret"})");
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(CodeOf(answer), "cloudevents.attribute_invalid");
  EXPECT_NE(answer.body.find(R"("rule":"rfc3339","pointer":"/time"})"), std::string::npos)
      << answer.body;
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
}

TEST_F(CloudEventsApi, FailureIsPerEventNeverPerBatch) {
  const std::string body = "[{" + kWhole + "},{},{" + kWhole + R"(,"data":{"amount":-1}},7])";
  const Response answer = Post(body, {{"content-type", kBatched}});
  EXPECT_EQ(answer.status, 200);
  const std::string head =
      R"({"success":true,"received":4,"rejected":3,"quarantined":0,"merged":0,)"
      R"("accepted":1,"items":[)";
  EXPECT_EQ(answer.body.substr(0, head.size()), head);
  EXPECT_NE(answer.body.find(R"("reason":"cloudevents.attribute_missing","rule":"missing",)"
                             R"("pointer":"/specversion"})"),
            std::string::npos)
      << answer.body;
}

TEST_F(CloudEventsApi, ThePayloadIsJudgedInEveryMode) {
  const std::string head = R"({"specversion":"1.0","source":"/s","type":"order.paid",)";
  const Response answers[] = {
      Structured(head + R"("id":"a","data":{"amount":-1}})"),
      Structured(head + R"("id":"b","data_base64":"eyJhbW91bnQiOi0xfQ=="})"),
      Post("[" + head + R"("id":"c","data":{"amount":-1}}])", {{"content-type", kBatched}}),
      Post(R"({"amount":-1})", kHeaders)};
  for (const Response& answer : answers)
    EXPECT_NE(answer.body.find("quality.amount_positive"), std::string::npos) << answer.body;
}

TEST_F(CloudEventsApi, AMessageIsItsSourceAndIdTogether) {
  struct Sent {
    const char *source, *id, *outcome;
  };
  const Sent rows[] = {{"/a", "1", "accepted"}, {"/a", "2", "accepted"}, {"/b", "1", "accepted"},
                       {"/a", "1", "merged"},   {"/a1", "", "rejected"}, {"/b", "1", "merged"}};
  for (const Sent& row : rows) {
    SCOPED_TRACE(std::string(row.source) + " " + row.id);
    Headers headers = kHeaders;
    headers[3].second = row.source;
    headers[4].second = row.id;
    EXPECT_NE(Post("", headers).body.find(std::string("\"outcome\":\"") + row.outcome),
              std::string::npos);
  }
  EXPECT_EQ(Post(R"({"id":"1","event":"page"})", {}).status, 202)
      << "a plain event's id is another";
}

TEST_F(CloudEventsApi, BinaryAndStructuredAreOneMessageInAnyOrderOfHeaders) {
  const std::string body = R"({"order_id":"1"})";
  EXPECT_EQ(Post(body, kHeaders).status, 202);
  Headers turned(kHeaders.rbegin(), kHeaders.rend());
  EXPECT_NE(Post(body, turned).body.find("merged"), std::string::npos);
  EXPECT_NE(Structured(kTyped + (",\"data\":" + body) + "}").body.find("merged"),
            std::string::npos);
}

TEST_F(CloudEventsApi, HeadersThatAreNoAttributesAreRefused) {
  struct Extra {
    const char *name, *value;
    int status;
    const char* code;
  };
  const Extra rows[] = {{"ce-datacontenttype", "text/plain", 400, "cloudevents.header_invalid"},
                        {"ce-data", "{}", 400, "cloudevents.header_invalid"},
                        {"ce-ext", "%C0%A0", 400, "cloudevents.header_invalid"},
                        {"ce-my-ext", "a", 422, "cloudevents.attribute_invalid"},
                        {"ce-", "a", 422, "cloudevents.attribute_invalid"},
                        {"ce-id", "2", 400, "json.duplicate_key"}};
  for (const Extra& row : rows) {
    SCOPED_TRACE(row.name);
    const Response answer = Post("{}", kHeaders + Headers{{row.name, row.value}});
    EXPECT_EQ(answer.status, row.status);
    EXPECT_EQ(CodeOf(answer), row.code);
  }
}

// A signature covers the body: whoever could change headers on the way would write the event.
TEST_F(CloudEventsApi, ASourceThatSignsBodiesSendsNoAttributesInHeaders) {
  const std::string body = "{" + kWhole + "}";
  const auto signature = crypto::Hmac(crypto::HmacKey("ledger-key"), body);
  const Headers signed_so = {
      {"x-octroi-signature", "sha256=" + base::Hex(crypto::AsBytes(signature))}};
  const auto post = [&](const Headers& headers) {
    return Say({.path = "/v1/events/ledger", .body = body, .headers = headers + signed_so})
        .response;
  };
  EXPECT_EQ(CodeOf(post(kHeaders)), "cloudevents.headers_unsigned");
  EXPECT_EQ(post({{"content-type", kStructured}}).status, 202);
}

TEST_F(CloudEventsApi, SegmentsApiKnowsNone) {
  const Response answer =
      Say({.path = "/v1/track", .body = kTrack, .headers = kHeaders + kSiteKey}).response;
  EXPECT_NE(answer.body.find("\"accepted\":1"), std::string::npos) << answer.body;
}

}  // namespace
}  // namespace octroi::gateway
