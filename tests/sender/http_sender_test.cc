// What a destination may do, and what the sender makes of it.
#include "gateway/sender/http_sender.h"

#include <gtest/gtest.h>

#include <array>

#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/sender.h"
#include "gateway/sender/answer.h"
#include "sender/batches.h"
#include "sender/scripted_server.h"

namespace octroi::gateway {
namespace {

using Kind = Receipt::Kind;

DestinationPlan To(const std::string& url) {
  DestinationPlan destination = DestinationNamed("crm");
  destination.url = url;
  destination.allow_private_address = true;
  destination.answer_within = 20'000;
  return destination;
}

class HttpSenderTest : public ::testing::Test {
 protected:
  Receipt Send(Sender& sender) {
    return sender.Send(maker_.Make(1, 2), maker_.ticket(), Unhindered());
  }
  std::unique_ptr<Sender> SenderTo(const DestinationPlan& destination) {
    return MakeHttpSender(destination, maker_.clock());
  }
  BatchMaker maker_;
};

TEST_F(HttpSenderTest, EveryAnswerHasItsMeaning) {
  const std::string html = "Content-Type: text/html\r\n";
  const struct {
    const char* what;
    Step step;
    Kind kind;
    int status;
    base::Millis retry_after = -1;  // -1: none
    bool kept = true;               // the connection is used again
  } kCases[] = {
      {"200", Answer("200 OK"), Kind::kDelivered, 200},
      {"201 with a body", Answer("201 Created", html, "<p>thanks</p>"), Kind::kDelivered, 201},
      {"202", Answer("202 Accepted"), Kind::kDelivered, 202},
      {"204 without length", Step("HTTP/1.1 204 No Content\r\n\r\n"), Kind::kDelivered, 204},
      {"200 chunked",
       Step("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
       Kind::kDelivered, 200},
      {"100, then 200",
       Step("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
       Kind::kDelivered, 200},
      {"200, connection: close", Answer("200 OK", "Connection: close\r\n"), Kind::kDelivered, 200,
       -1, false},
      {"200 of HTTP/1.0", Step("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"), Kind::kDelivered,
       200, -1, false},
      {"200, body until the end", Step("HTTP/1.1 200 OK\r\n\r\nbye", Then::kClose),
       Kind::kDelivered, 200, -1, false},
      {"200, then the connection is lost",
       Step("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbye", Then::kReset), Kind::kDelivered, 200,
       -1, false},
      {"200 and 70 KB announced", Answer("200 OK", "", std::string(70'000, 'x')), Kind::kDelivered,
       200, -1, false},
      {"200 and 70 KB in chunks",
       Step("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11170\r\n" +
            std::string(70'000, 'x') + "\r\n0\r\n\r\n"),
       Kind::kDelivered, 200, -1, false},
      {"200 and an answer too many", Step(Answer("200 OK").answer + Answer("200 OK").answer),
       Kind::kDelivered, 200, -1, false},
      {"301: never followed", Answer("301 Moved", "Location: http://127.0.0.1:1/\r\n"),
       Kind::kRefused, 301},
      {"302: never followed", Answer("302 Found", "Location: /elsewhere\r\n"), Kind::kRefused, 302},
      {"307: never followed", Answer("307 Temporary", "Location: /elsewhere\r\n"), Kind::kRefused,
       307},
      {"400", Answer("400 Bad Request", html, "no"), Kind::kRefused, 400},
      {"401", Answer("401 Unauthorized"), Kind::kRefused, 401},
      {"403", Answer("403 Forbidden"), Kind::kRefused, 403},
      {"404", Answer("404 Not Found"), Kind::kRefused, 404},
      {"409", Answer("409 Conflict"), Kind::kRefused, 409},
      {"410", Answer("410 Gone"), Kind::kRefused, 410},
      {"413", Answer("413 Too Large"), Kind::kRefused, 413},
      {"422", Answer("422 Unprocessable"), Kind::kRefused, 422},
      {"408", Answer("408 Timeout"), Kind::kRetry, 408},
      {"425", Answer("425 Too Early"), Kind::kRetry, 425},
      {"429 and seconds", Answer("429 Slow down", "Retry-After: 7\r\n"), Kind::kRetry, 429, 7'000},
      {"429 and nonsense", Answer("429 Slow down", "Retry-After: soon\r\n"), Kind::kRetry, 429},
      {"503 and a date gone by",
       Answer("503 Down", "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), Kind::kRetry, 503, 0},
      {"500", Answer("500 Oops"), Kind::kRetry, 500},
      {"502", Answer("502 Bad Gateway"), Kind::kRetry, 502},
      {"599", Answer("599 Odd"), Kind::kRetry, 599},
      {"600 is not HTTP", Answer("600 What"), Kind::kRetry, 0},
      {"no HTTP at all", Step("220 mail.example ESMTP\r\n\r\n", Then::kClose), Kind::kRetry, 0, -1,
       false},
      {"a status that is no number", Step("HTTP/1.1 OK OK\r\n\r\n", Then::kClose), Kind::kRetry, 0,
       -1, false},
      {"closed without an answer", Step("", Then::kClose), Kind::kRetry, 0, -1, false},
      {"reset without an answer", Step("", Then::kReset), Kind::kRetry, 0, -1, false},
      {"half a head, then closed", Step("HTTP/1.1 200 OK\r\nContent-", Then::kClose), Kind::kRetry,
       0, -1, false},
      {"a head without end",
       Step("HTTP/1.1 200 OK\r\nX: " + std::string(300'000, 'x'), Then::kClose), Kind::kRetry, 0,
       -1, false},
      {"a hundred thousand headers", Step([] {
         std::string head = "HTTP/1.1 200 OK\r\n";
         for (int i = 0; i < 100'000; ++i) head += "a:b\r\n";
         return head + "\r\n";
       }()),
       Kind::kRetry, 0, -1, false},
  };
  for (const auto& test : kCases) {
    ScriptedServer server({test.step, Answer("200 OK")});
    const auto sender = SenderTo(To(server.Url()));
    const Receipt receipt = Send(*sender);
    EXPECT_EQ(receipt.kind, test.kind) << test.what;
    EXPECT_EQ(receipt.http_status, test.status) << test.what;
    EXPECT_EQ(receipt.retry_after.value_or(-1), test.retry_after) << test.what;
    if (!test.kept) {
      EXPECT_TRUE(Eventually([&] {
        return server.hang_ups() == 1 || test.step.then == Then::kGoOn;
      })) << test.what;
    }
    // Whatever happened, the next attempt gets the answer to itself, and nothing was sent twice.
    EXPECT_EQ(Send(*sender).kind, Kind::kDelivered) << test.what;
    EXPECT_EQ(server.requests().size(), 2u) << test.what;
    EXPECT_EQ(server.connections(), test.kept ? 1 : 2) << test.what;
  }
}

TEST_F(HttpSenderTest, TheRequestSaysWhatItMust) {
  ScriptedServer server({});
  DestinationPlan destination = To(server.Url());
  destination.secret.emplace();
  destination.secret->bytes = "s3cret";
  const auto batch = maker_.Make(1, 2);
  const auto sender = SenderTo(destination);
  ASSERT_EQ(sender->Send(batch, maker_.ticket(), Unhindered()).kind, Kind::kDelivered);
  const ReceivedRequest request = server.requests().at(0);
  EXPECT_TRUE(request.head.starts_with("POST /events?v=1 HTTP/1.1\r\n")) << request.head;
  for (const std::string& line :
       {std::string("Content-Type: application/json"), std::string("User-Agent: octroi"),
        "Idempotency-Key: " + std::string(batch.idempotency_key()),
        std::string("Authorization: Bearer s3cret"),
        "Host: 127.0.0.1:" + std::to_string(server.port()),
        "Content-Length: " + std::to_string(batch.body().size())}) {
    EXPECT_NE(request.head.find("\r\n" + line + "\r\n"), std::string::npos) << line << "\n"
                                                                            << request.head;
  }
  EXPECT_EQ(request.body, batch.body());
  EXPECT_NE(request.body.find("\"events\":["), std::string::npos);
}

// Four requests under way together, each on a connection of its own, each with its own answer.
TEST_F(HttpSenderTest, SeveralAtATimeEachHaveTheirOwnAnswer) {
  BatchMaker maker(4);
  std::vector<policies::ProtectedBatch> batches;
  for (std::uint64_t n = 1; n <= 4; ++n) batches.push_back(maker.Make(n, 1, n == 3 ? 30'000 : 0));
  ScriptedServer server({});
  server.Judge([&](const ReceivedRequest& request) {
    if (request.body == batches[1].body()) return Answer("422 No");
    if (request.body == batches[2].body()) return Answer("503 Later", "Retry-After: 7\r\n");
    return Answer("200 OK");
  });
  const auto sender = MakeHttpSender(To(server.Url()), maker.clock());
  ASSERT_GE(sender->abreast_max(), 4u);
  const std::array<const policies::ProtectedBatch*, 4> all{&batches[0], &batches[1], &batches[2],
                                                           &batches[3]};
  for (int round = 0; round < 2; ++round) {
    std::vector<Receipt> receipts(4);
    sender->SendAbreast(all, maker.ticket(), Unhindered(), receipts);
    EXPECT_EQ(receipts[0].kind, Kind::kDelivered);
    EXPECT_EQ(receipts[1].kind, Kind::kRefused);
    EXPECT_EQ(receipts[2].kind, Kind::kRetry);
    EXPECT_EQ(receipts[2].retry_after.value_or(0), 7'000);
    EXPECT_EQ(receipts[3].kind, Kind::kDelivered);
  }
  EXPECT_EQ(server.connections(), 4) << "they are kept";
  EXPECT_EQ(server.requests().size(), 8u);
}

TEST_F(HttpSenderTest, OneThatIsNeverAnsweredCostsTheOthersNothing) {
  const auto one = maker_.Make(1, 1), two = maker_.Make(2, 1);
  ScriptedServer server({});
  server.Judge([&](const ReceivedRequest& request) {
    return request.body == one.body() ? Step("", Then::kSilence) : Answer("200 OK");
  });
  DestinationPlan destination = To(server.Url());
  destination.answer_within = 300;
  const std::array<const policies::ProtectedBatch*, 2> both{&one, &two};
  std::array<Receipt, 2> receipts;
  SenderTo(destination)->SendAbreast(both, maker_.ticket(), Unhindered(), receipts);
  EXPECT_EQ(receipts[0].kind, Kind::kRetry);
  EXPECT_EQ(receipts[1].kind, Kind::kDelivered) << "or it would be sent again";
}

TEST_F(HttpSenderTest, SeveralAtATimeAskTheGateOnce) {
  struct No final : SendStart {
    bool Enter() override { return ++asked < 0; }
    void Leave() override { ADD_FAILURE(); }
    int asked = 0;
  } no;
  ScriptedServer server({});
  const auto sender = SenderTo(To(server.Url()));
  const auto one = maker_.Make(1, 1), two = maker_.Make(2, 1);
  const std::array<const policies::ProtectedBatch*, 2> both{&one, &two};
  std::array<Receipt, 2> receipts;
  sender->SendAbreast(both, maker_.ticket(), no, receipts);
  EXPECT_EQ(no.asked, 1);
  EXPECT_EQ(receipts[0].kind, Kind::kNotStarted);
  EXPECT_EQ(receipts[1].kind, Kind::kNotStarted);
  EXPECT_EQ(server.requests().size(), 0u);
}

TEST_F(HttpSenderTest, SeveralAtATimeToNobody) {
  const auto sender = SenderTo(To("http://127.0.0.1:1/"));
  const auto one = maker_.Make(1, 1), two = maker_.Make(2, 1);
  const std::array<const policies::ProtectedBatch*, 2> both{&one, &two};
  std::array<Receipt, 2> receipts;
  sender->SendAbreast(both, maker_.ticket(), Unhindered(), receipts);
  EXPECT_EQ(receipts[0].kind, Kind::kRetry) << "counts as a failure, so that the breaker learns";
  EXPECT_EQ(receipts[1].kind, Kind::kNotStarted);
}

// Each of these would hold a lane for ever if only single reads had a timeout.
TEST_F(HttpSenderTest, OneDeadlineForTheWholeAttempt) {
  const std::string slow_head = "HTTP/1.1 200 OK\r\nX: " + std::string(5'000, 'x') + "\r\n\r\n";
  const struct {
    const char* what;
    Step step;
    Kind kind;
    std::string certificate;
  } kCases[] = {
      {"silence", Step("", Then::kSilence), Kind::kRetry, ""},
      {"a trickled head", Step(slow_head, Then::kTrickle), Kind::kRetry, ""},
      {"silence over TLS", Step("", Then::kSilence), Kind::kRetry, "localhost"},
      {"a trickled head over TLS", Step(slow_head, Then::kTrickle), Kind::kRetry, "localhost"},
      {"a body that never comes", Step("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
       Kind::kDelivered, ""},
  };
  setenv("SSL_CERT_FILE", OCTROI_SOURCE_DIR "/tests/sender/data/ca.pem", 1);
  for (const auto& test : kCases) {
    ScriptedServer server({test.step}, test.certificate);
    DestinationPlan destination =
        To(server.Url(test.certificate.empty() ? "127.0.0.1" : "localhost"));
    destination.answer_within = 300;
    const auto sender = SenderTo(destination);
    EXPECT_EQ(Send(*sender).kind, test.kind) << test.what;
    EXPECT_EQ(server.requests().size(), 1u) << test.what;
    EXPECT_TRUE(Eventually([&] { return server.hang_ups() == 1; })) << test.what;
  }
  unsetenv("SSL_CERT_FILE");
}

TEST_F(HttpSenderTest, AServerThatNeverShakesHandsCostsOneDeadline) {
  Poco::Net::ServerSocket mute(Poco::Net::SocketAddress("127.0.0.1", 0));
  DestinationPlan destination =
      To("https://127.0.0.1:" + std::to_string(mute.address().port()) + "/");
  destination.answer_within = 300;
  struct Counting final : SendStart {
    bool Enter() override { return ++entered > 0; }
    void Leave() override {}
    int entered = 0;
  } start;
  EXPECT_EQ(SenderTo(destination)->Send(maker_.Make(1, 2), maker_.ticket(), start).kind,
            Kind::kRetry);
  EXPECT_EQ(start.entered, 0) << "a withdrawal would wait for the handshake";
}

TEST_F(HttpSenderTest, AKeptConnectionThatDiedIsReplacedBeforeWriting) {
  auto server = std::make_unique<ScriptedServer>(std::vector<Step>{});
  const DestinationPlan destination = To(server->Url());
  const auto sender = SenderTo(destination);
  ASSERT_EQ(Send(*sender).kind, Kind::kDelivered);
  ASSERT_EQ(Send(*sender).kind, Kind::kDelivered);
  EXPECT_EQ(server->connections(), 1);
  server.reset();  // hangs up; and nobody listens there any more
  EXPECT_EQ(Send(*sender).kind, Kind::kRetry);
}

TEST_F(HttpSenderTest, ALargeBatchArrivesWhole) {
  for (const std::string certificate : {"", "localhost"}) {
    setenv("SSL_CERT_FILE", OCTROI_SOURCE_DIR "/tests/sender/data/ca.pem", 1);
    ScriptedServer server({}, certificate);
    const auto batch = maker_.Make(1, 2, 3'000'000);
    const auto sender = SenderTo(To(server.Url("localhost")));
    EXPECT_EQ(sender->Send(batch, maker_.ticket(), Unhindered()).kind, Kind::kDelivered);
    EXPECT_TRUE(server.requests().at(0).body == batch.body());
    unsetenv("SSL_CERT_FILE");
  }
}

TEST_F(HttpSenderTest, OnlyTheRightCertificateWillDo) {
  const struct {
    const char* what;
    std::string certificate;
    bool trusted;
    bool delivered;
  } kCases[] = {
      {"of an authority we trust, for this name", "localhost", true, true},
      {"of nobody we know", "localhost", false, false},
      {"of an authority we trust, for another name", "other.test", true, false},
  };
  for (const auto& test : kCases) {
    if (test.trusted) setenv("SSL_CERT_FILE", OCTROI_SOURCE_DIR "/tests/sender/data/ca.pem", 1);
    ScriptedServer server({}, test.certificate);
    const auto sender = SenderTo(To(server.Url("localhost")));
    EXPECT_EQ(Send(*sender).kind == Kind::kDelivered, test.delivered) << test.what;
    EXPECT_EQ(Send(*sender).kind == Kind::kDelivered, test.delivered) << test.what;
    EXPECT_EQ(server.requests().size(), test.delivered ? 2u : 0u) << test.what;
    if (test.delivered) {
      EXPECT_EQ(server.connections(), 1) << "kept alive";
    }
    unsetenv("SSL_CERT_FILE");
  }
}

TEST_F(HttpSenderTest, ARequestIsWhatTheConfigSays) {
  const struct {
    const char* what;
    PresentAs present_as;
    const char* secret;
    const char* name;
    const char* expected;  // in the head
  } kCases[] = {
      {"bearer", PresentAs::kBearer, "s3cret", "", "\r\nAuthorization: Bearer s3cret\r\n"},
      {"basic", PresentAs::kBasic, "user:p\xc3\xa4ss", "",
       "\r\nAuthorization: Basic dXNlcjpww6Rzcw==\r\n"},
      {"basic, longer than a line", PresentAs::kBasic,
       "user:0123456789012345678901234567890123456789012345678901234567890123456789", "",
       "\r\nAuthorization: Basic "
       "dXNlcjowMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1"
       "Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5\r\n"},
      {"a header", PresentAs::kHeader, "s3cret", "api-key", "\r\napi-key: s3cret\r\n"},
      {"a parameter", PresentAs::kQuery, "a&b=c d%\xc3\xa9", "key",
       "PATCH /events?v=1&key=a%26b%3Dc%20d%25%C3%A9 HTTP/1.1\r\n"},
  };
  for (const auto& test : kCases) {
    ScriptedServer server({});
    DestinationPlan destination = To(server.Url());
    destination.method = "PATCH";
    destination.headers = {{"revision", "2026-10-15"},
                           {"Content-Type", "application/vnd.api+json"}};
    destination.present_as = test.present_as;
    destination.secret_name = test.name;
    destination.secret.emplace().bytes = test.secret;
    EXPECT_EQ(Send(*SenderTo(destination)).kind, Kind::kDelivered) << test.what;
    const std::string head = server.requests().at(0).head;
    EXPECT_TRUE(head.starts_with("PATCH /events?v=1")) << head;
    EXPECT_NE(head.find(test.expected), std::string::npos) << test.what << "\n" << head;
    EXPECT_NE(head.find("\r\nrevision: 2026-10-15\r\n"), std::string::npos);
    EXPECT_NE(head.find("\r\nContent-Type: application/vnd.api+json\r\n"), std::string::npos);
    EXPECT_EQ(head.find("application/json"), std::string::npos);
  }
}

TEST_F(HttpSenderTest, ASignedRequestCarriesTheMacOfItsBody) {
  ScriptedServer server({});
  DestinationPlan destination = To(server.Url());
  destination.present_as = PresentAs::kHmacSha256;
  destination.secret.emplace().bytes = "s3cret";
  EXPECT_EQ(Send(*SenderTo(destination)).kind, Kind::kDelivered);
  const auto request = server.requests().at(0);
  const auto mac = crypto::Hmac(crypto::HmacKey("s3cret"), request.body);
  EXPECT_NE(request.head.find("\r\nX-Octroi-Signature: sha256=" + base::Hex(crypto::AsBytes(mac)) +
                              "\r\n"),
            std::string::npos);
}

TEST(RetryAfterTest, SecondsOrADate) {
  const base::Millis now = 784'111'777'000;  // Sun, 06 Nov 1994 08:49:37 GMT
  const struct {
    const char* text;
    base::Millis wait;  // -1: not understood
  } kCases[] = {
      {"0", 0},
      {"120", 120'000},
      {"4294967295", 4'294'967'295'000},
      {"99999999999999999999", -1},
      {"1.5", -1},
      {"-1", -1},
      {"", -1},
      {"tomorrow", -1},
      {"Sun, 06 Nov 1994 08:49:47 GMT", 10'000},
      {"Sun, 06 Nov 1994 08:49:37 GMT", 0},
      {"Sat, 05 Nov 1994 08:49:37 GMT", 0},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(ParseRetryAfter(test.text, now).value_or(-1), test.wait) << test.text;
  }
}

}  // namespace
}  // namespace octroi::gateway
