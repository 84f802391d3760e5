// What the strict profile must still accept, and what the handler then sees.
#include <netinet/tcp.h>

#include <string>

#include "edge_fixture.h"

namespace octroi::testing {
namespace {

class LegalRequests : public EdgeTest {
 protected:
  void SetUp() override { Start(); }
  // Sends, reads one answer, returns what was handled.
  Handled One(const std::string& sent, int status = 202) {
    handler_.Forget();
    Client client(port());
    client.Send(sent);
    EXPECT_EQ(StatusOf(client.ReadAnswer()), status);
    const std::vector<Handled> handled = handler_.handled();
    EXPECT_EQ(handled.size(), 1u);
    return handled.empty() ? Handled{} : handled.front();
  }
};

TEST_F(LegalRequests, HandlerSeesHeadAndBody) {
  const Handled seen =
      One("POST /v1/events/shop?dry=1&x=%20 HTTP/1.1\r\nHOST: a.example:8080\r\nX-Name:  two  "
          "words \t\r\n"
          "my_header: 1\r\nEmpty:\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.path, "/v1/events/shop");
  EXPECT_EQ(seen.query, "dry=1&x=%20");
  EXPECT_EQ(seen.body, "hello");
  EXPECT_EQ(seen.peer, "127.0.0.1");
  EXPECT_EQ(seen.headers.at("host"), "a.example:8080");
  EXPECT_EQ(seen.headers.at("x-name"), "two  words");
  EXPECT_EQ(seen.headers.at("my_header"), "1");
  EXPECT_EQ(seen.headers.at("empty"), "");
}

TEST_F(LegalRequests, AbsoluteFormOfTheSameHost) {
  const Handled seen = One("GET HTTP://A.example/p?q HTTP/1.1\r\nHost: a.EXAMPLE\r\n\r\n");
  EXPECT_EQ(seen.path, "/p");
  EXPECT_EQ(seen.query, "q");
  EXPECT_EQ(One("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n").path, "/");
  EXPECT_EQ(One("GET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n").query, "q");
  EXPECT_EQ(One("GET https://[::1]:8443/ HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n").path, "/");
}

TEST_F(LegalRequests, EncodedWordsAreLiteral) {
  const std::string word = "=?us-ascii?Q?a=0D=0AX-Injected:_1?=";
  const Handled seen = One(Get("/", "X-Word: " + word + "\r\n"));
  EXPECT_EQ(seen.headers.at("x-word"), word);
  EXPECT_EQ(seen.headers.count("x-injected"), 0u);
}

TEST_F(LegalRequests, NonAsciiValueIsLiteral) {
  EXPECT_EQ(One(Get("/", "X: caf\xc3\xa9\r\n")).headers.at("x"), "caf\xc3\xa9");
}

TEST_F(LegalRequests, CloudEventsAttributesAreLiteral) {
  const Handled seen = One(Get("/",
                               "CE-Id: 1\r\nce-idx: 1\r\nce-subject:  caf%C3%A9!~ \r\n"
                               "ce-ext: \"older  sender\"\r\nce-empty:\r\n"));
  EXPECT_EQ(seen.headers.at("ce-id"), "1");
  EXPECT_EQ(seen.headers.at("ce-subject"), "caf%C3%A9!~");
  EXPECT_EQ(seen.headers.at("ce-ext"), "\"older  sender\"");
  EXPECT_EQ(seen.headers.at("ce-empty"), "");
}

TEST_F(LegalRequests, LargestHeadAndCount) {
  std::string headers;
  for (int i = 0; i < 63; ++i) headers += "X" + std::to_string(i) + ": y\r\n";
  EXPECT_EQ(One(Get("/", headers)).headers.size(), 64u);
  EXPECT_EQ(One(Get("/" + std::string(8 * 1024 - 1, 'a'))).path.size(), 8u * 1024);
}

TEST_F(LegalRequests, ChunkedInTinyPiecesWithExtensionsAndTrailers) {
  const std::string sent =
      "POST /e HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;name=\"value\"\r\nhello\r\n1\r\n \r\n00005\r\nworld\r\n0\r\nX-Checksum: 1\r\nDigest: "
      "2\r\n\r\n";
  EXPECT_EQ(One(sent).body, "hello world");
  handler_.Forget();
  Client client(port());
  const int on = 1;
  setsockopt(client.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  for (const char c : sent + sent) client.Send({&c, 1});  // byte by byte, twice
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 202);
  EXPECT_EQ(StatusOf(client.ReadAnswer()), 202);
  ASSERT_EQ(handler_.handled().size(), 2u);
  EXPECT_EQ(handler_.handled()[1].body, "hello world");
}

TEST_F(LegalRequests, LargestBody) {
  std::string body(base::kBodyBytesMax, 'x');
  body.back() = 'y';
  EXPECT_EQ(One(Post("/e", body)).body, body);
}

TEST_F(LegalRequests, PipelinedTenAreAnsweredInOrder) {
  std::string sent;
  for (int i = 0; i < 10; ++i) sent += Post("/echo", "number " + std::to_string(i));
  Client client(port());
  client.Send(sent);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(BodyOf(client.ReadAnswer()), "number " + std::to_string(i));
  }
}

TEST_F(LegalRequests, PipelinedThousandsWithSlowReaderKeepOrder) {
  std::string sent;
  for (int i = 0; i < 5000; ++i) sent += Post("/echo", std::to_string(i) + std::string(300, '.'));
  Client client(port(), 4096);
  std::thread sender([&] { client.Send(sent); });
  for (int i = 0; i < 5000; ++i) {
    ASSERT_EQ(BodyOf(client.ReadAnswer()), std::to_string(i) + std::string(300, '.'));
  }
  sender.join();
}

TEST_F(LegalRequests, HeadHasTheLengthButNoBody) {
  Client client(port());
  client.Send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n" + Get("/y"));
  const std::string answer = client.ReadAnswer(/*head_only=*/true);
  EXPECT_NE(answer.find("Content-Length: 12\r\n"), answer.npos) << answer;
  EXPECT_EQ(BodyOf(client.ReadAnswer()), "{\"for\":\"/y\"}");
}

TEST_F(LegalRequests, KeepAliveByVersion) {
  struct Row {
    const char* head;
    bool stays;
  };
  const Row rows[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n", false},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", false},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", true},
      {"GET / HTTP/1.0\r\n\r\n", false},
      {"GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", true},
      {"GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive, close\r\n\r\n", false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.head);
    handler_.Forget();
    Client client(port());
    client.Send(std::string(row.head) + Get("/second", "Connection: close\r\n"));
    const std::string answer = client.ReadAll();
    EXPECT_EQ(AnswersIn(answer), row.stays ? 2u : 1u);
    EXPECT_EQ(handler_.CountOf("/second"), row.stays ? 1u : 0u);
    EXPECT_TRUE(client.closed());
  }
}

TEST_F(LegalRequests, ExpectContinue) {
  Client client(port());
  client.Send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("hello");
  EXPECT_EQ(BodyOf(client.ReadAnswer()), "hello");

  Client refused(port());
  refused.Send(
      "POST /denied HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(StatusOf(refused.ReadAll()), 401);
}

TEST_F(LegalRequests, EndOfSendingStillGetsTheAnswer) {
  Client client(port());
  client.Send(Post("/echo", "last words"));
  client.EndOfSending();
  EXPECT_EQ(BodyOf(client.ReadAll()), "last words");
  EXPECT_TRUE(client.closed());
}

}  // namespace
}  // namespace octroi::testing
