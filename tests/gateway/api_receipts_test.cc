// What is answered to events: one by one, in the order sent, and never before they are durable.
#include "gateway/front.h"

namespace octroi::gateway {
namespace {

class ReceiptTest : public ApiTest {
 protected:
  Answered Post(const std::string& body, const Headers& headers = {},
                const std::string& path = "/v1/events/shop") {
    const Headers& key = path == "/v1/events/shop"   ? kShopKey
                         : path == "/v1/events/till" ? kTillKey
                                                     : kSiteKey;
    return Say({.path = path, .body = body, .headers = headers + key});
  }
  // `text` with "@" for what comes before the sequence of an event's id.
  std::string Wanted(std::string text) const {
    for (std::size_t at = 0; (at = text.find('@', at)) != std::string::npos;)
      text.replace(at, 1, world_.journal->origin() + ".");
    return text;
  }
  std::vector<journal::EventRecord> Records(std::uint64_t through) const {
    world_.journal->WaitDurable(through);
    std::vector<journal::EventRecord> records;
    EXPECT_TRUE(world_.journal->Read(1, through, [&](std::uint64_t, std::string_view bytes) {
      EXPECT_TRUE(Decode(bytes, records.emplace_back()));
    }));
    return records;
  }
};

struct One {
  const char* name;
  std::string body;
  int status;
  std::string answer;  // "@1" is the id of the first event on the journal
};
void PrintTo(const One& row, std::ostream* out) { *out << row.name; }

class OneEvent : public ReceiptTest, public ::testing::WithParamInterface<One> {};

const std::string kFirst = R"({"id":"m-1","event":"order.paid","amount":1})";

TEST_P(OneEvent, IsAnswered) {
  ASSERT_EQ(Post(kFirst).response.status, 202);
  const Answered answer = Post(GetParam().body);
  EXPECT_EQ(answer.response.status, GetParam().status);
  EXPECT_EQ(answer.when_durable, 2u) << "also a rejected event has its record";
  const std::string wanted = Wanted(GetParam().answer);
  if (answer.response.status == 202) {
    EXPECT_EQ(answer.response.body, wanted);
  } else {
    EXPECT_EQ(answer.response.content_type, "application/problem+json");
    EXPECT_NE(answer.response.body.find("\"errors\":[" + wanted), std::string::npos)
        << answer.response.body;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Receipts, OneEvent,
    ::testing::Values(
        One{"Accepted", R"({"event":"order.paid"})", 202, R"({"id":"@2","outcome":"accepted"})"},
        One{"QuarantinedByARule", R"({"event":"order.paid","amount":-1})", 202,
            R"({"id":"@2","outcome":"quarantined","reason":"quality.amount_positive",)"
            R"("failed_rules":["amount-positive"]})"},
        One{"QuarantinedAsUnknown", R"({"event":"order.lost"})", 202,
            R"({"id":"@2","outcome":"quarantined","reason":"event.unknown"})"},
        One{"QuarantinedForItsTime", R"({"event":"order.paid","at":"yesterday"})", 202,
            R"({"id":"@2","outcome":"quarantined","reason":"event.time_invalid"})"},
        One{"TheSameAgain", kFirst, 202,
            R"({"id":"@2","outcome":"merged","reason":"duplicate.message_id","merged_into":"@1"})"},
        One{"TheSameIdWithAnotherBody", R"({"id":"m-1","event":"order.paid","amount":2})", 409,
            R"({"id":"@2","outcome":"rejected","reason":"conflict.message_id"}])"},
        One{"NotJson", R"({"event":)", 400,
            R"({"id":"@2","outcome":"rejected","reason":"json.invalid","rule":")"},
        One{"AMemberTwice", R"({"event":"order.paid","event":"x"})", 400,
            R"({"id":"@2","outcome":"rejected","reason":"json.duplicate_key","rule":")"},
        One{"BeyondALimit", R"({"event":"order.paid","x":9007199254740993})", 413,
            R"({"id":"@2","outcome":"rejected","reason":"json.limit","rule":"integer_range",)"},
        One{"SaysNotWhatItIs", R"({"order_id":"1"})", 422,
            R"({"id":"@2","outcome":"rejected","reason":"event.type_missing"}])"}),
    [](const auto& row) { return std::string(row.param.name); });

const std::string kAllKinds[] = {
    R"({"event":"order.paid"})", R"({"event":"order.paid","amount":-1})", "{oops",
    R"({"id":"m-1","event":"order.paid"})", R"({"id":"m-1","event":"order.paid"})"};

// One bad event spoils no other, and every event is answered in its place.
TEST_F(ReceiptTest, ABatchIsAnsweredInTheOrderSent) {
  std::string lines;
  for (const std::string& event : kAllKinds) lines += event + "\r\n \n";
  const Answered answer = Post(lines, {{"content-type", "application/x-ndjson; charset=utf-8"}});
  EXPECT_EQ(answer.response.status, 200);
  EXPECT_EQ(answer.when_durable, 5u);
  const std::string& body = answer.response.body;
  const std::string head =
      Wanted(R"({"success":true,"received":5,"rejected":1,"quarantined":1,"merged":1,"accepted":2,)"
             R"("items":[{"id":"@1","outcome":"accepted"},)"
             R"({"id":"@2","outcome":"quarantined","reason":"quality.amount_positive",)"
             R"("failed_rules":["amount-positive"]},)"
             R"({"id":"@3","outcome":"rejected","reason":"json.invalid","rule":")");
  EXPECT_EQ(body.substr(0, head.size()), head);
  const std::string tail =
      Wanted(R"(},{"id":"@4","outcome":"accepted"},)"
             R"({"id":"@5","outcome":"merged","reason":"duplicate.message_id"}]})");
  EXPECT_EQ(body.substr(body.size() - std::min(body.size(), tail.size())), tail);
}

TEST_F(ReceiptTest, WhatIsAnsweredIsOnTheJournal) {
  std::string lines;
  for (const std::string& event : kAllKinds) lines += event + "\n";
  const auto records =
      Records(Post(lines, {{"content-type", "application/x-ndjson"}}).when_durable);
  std::vector<std::string> outcomes;
  for (const auto& record : records) outcomes.emplace_back(base::Name(record.outcome));
  EXPECT_EQ(outcomes, (std::vector<std::string>{"accepted", "quarantined", "rejected", "accepted",
                                                "merged"}));
}

TEST_F(ReceiptTest, EveryFormOfABatchCountsItsEvents) {
  struct Row {
    const char *name, *path, *content_type, *body;
    int received;
  };
  const std::vector<Row> rows = {
      {"an array", "/v1/events/shop", "application/json", R"([{"event":"a"},{"event":"b"}])", 2},
      {"an array of one", "/v1/events/shop", "application/json", R"( [ {"event":"a"} ] )", 1},
      {"an array of things that are no events", "/v1/events/shop", "", R"([1,"two",null,[]])", 4},
      {"lines", "/v1/events/shop", "application/x-ndjson", "{\"event\":\"a\"}\n{\"event\":\"b\"}",
       2},
      {"one line", "/v1/events/shop", "application/x-ndjson", "\n\n{\"event\":\"a\"}", 1},
      {"Segment's batch", "/v1/batch", "", R"({"sentAt":"x","batch":[{"type":"page"},{}]})", 2},
      {"Segment's single call", "/v1/page", "", R"({"messageId":"s-1"})", 1},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const Response answer = Post(row.body, {{"content-type", row.content_type}}, row.path).response;
    EXPECT_EQ(answer.status, 200) << answer.body;
    const std::string head = R"({"success":true,"received":)" + std::to_string(row.received) + ",";
    EXPECT_EQ(answer.body.substr(0, head.size()), head);
  }
}

TEST_F(ReceiptTest, ABodyThatIsNoBatchIsRefusedWhole) {
  struct Row {
    const char *name, *path;
    std::string body;
    int status;
    const char* code;
  };
  std::string many = "[1";
  for (std::size_t i = 0; i < base::kEventsPerRequestMax; ++i) many += ",1";
  const std::vector<Row> rows = {
      {"nothing", "/v1/events/shop", "", 400, "body.empty"},
      {"an empty array", "/v1/events/shop", "[]", 400, "body.empty"},
      {"an empty batch", "/v1/batch", R"({"batch":[]})", 400, "body.empty"},
      {"a batch that is none", "/v1/batch", R"({"batch":{}})", 400, "body.not_array"},
      {"a batch without one", "/v1/batch", R"({"events":[]})", 400, "body.not_array"},
      {"two batches", "/v1/batch", R"({"batch":[{}],"batch":[{}]})", 400, "json.duplicate_key"},
      {"an array cut off", "/v1/events/shop", R"([{"event":"a"},)", 400, "json.invalid"},
      {"too many events", "/v1/events/shop", many + "]", 413, "json.limit"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const Answered answer = Post(row.body, {}, row.path);
    EXPECT_EQ(answer.response.status, row.status);
    EXPECT_EQ(CodeOf(answer.response), row.code);
    EXPECT_EQ(answer.when_durable, 0u) << "nothing was taken, so nothing is waited for";
  }
}

TEST_F(ReceiptTest, AnIdempotencyKeyCoversTheWholeRequest) {
  const Headers key = {{"idempotency-key", "\"k-1\""}};
  const std::string body = R"([{"event":"order.paid"},{"event":"page"}])";
  EXPECT_EQ(HeaderOf(Post(body, key).response, "Idempotency-Replayed"), "");
  const Response again = Post(body, {{"idempotency-key", "k-1"}}).response;
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(HeaderOf(again, "Idempotency-Replayed"), "true");
  const std::string items = Wanted(
      R"("items":[{"id":"@3","outcome":"merged","reason":"duplicate.idempotency_key",)"
      R"("merged_into":"@1"},{"id":"@4","outcome":"merged","reason":"duplicate.idempotency_key",)"
      R"("merged_into":"@2"}])");
  EXPECT_NE(again.body.find(items), std::string::npos) << again.body;
  EXPECT_EQ(CodeOf(Post(R"([{"event":"order.paid"}])", key).response), "conflict.idempotency_key");
  EXPECT_EQ(Post(R"([{"event":"order.paid"}])", key).response.status, 409);
}

TEST_F(ReceiptTest, AnIdempotencyKeyThatIsNoneIsRefused) {
  for (const std::string& key : {std::string("\"\""), std::string(256, 'k')}) {
    const Response answer = Post(R"({"event":"page"})", {{"idempotency-key", key}}).response;
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(CodeOf(answer), "idempotency.invalid");
  }
  const Headers longest = {{"idempotency-key", std::string(255, 'k')}};
  EXPECT_EQ(Post(R"({"event":"page"})", longest).response.status, 202);
}

TEST_F(ReceiptTest, BeyondItsRateASourceWaits) {
  std::string burst;
  for (std::uint64_t i = 0; i < kTillRate; ++i) burst += "{\"event\":\"page\"}\n";
  const Headers lines = {{"content-type", "application/x-ndjson"}};
  EXPECT_EQ(Post(burst, lines, "/v1/events/till").response.status, 200);
  const Answered answer = Post(R"({"event":"page"})", {}, "/v1/events/till");
  EXPECT_EQ(answer.response.status, 429);
  EXPECT_EQ(CodeOf(answer.response), "overload.rate");
  EXPECT_EQ(HeaderOf(answer.response, "Retry-After"), "1");
  EXPECT_EQ(Post(R"({"event":"page"})").response.status, 202) << "another source does not";
  world_.disk.clock.Advance(1'000);
  EXPECT_EQ(Post(R"({"event":"page"})", {}, "/v1/events/till").response.status, 202);
}

TEST_F(ReceiptTest, AJournalThatTakesNothingMeansTryAgainAndLeavesNoTrace) {
  world_.journal->Stop();
  const Answered answer = Post(kFirst);
  EXPECT_EQ(answer.response.status, 503);
  EXPECT_EQ(CodeOf(answer.response), "overload.journal");
  EXPECT_NE(HeaderOf(answer.response, "Retry-After"), "");
  EXPECT_EQ(answer.when_durable, 0u);
  EXPECT_EQ(world_.seen->entries(), 0u) << "the next try is no duplicate";
}

}  // namespace
}  // namespace octroi::gateway
