// The strict profile (reliability.md I12) as a table: what is sent, and what is answered. After
// every row a second request follows on the same connection; it must never be executed, and nothing
// of the row itself may be.
#include <string>

#include "edge_fixture.h"

namespace octroi::testing {
namespace {

constexpr std::string_view kSecond = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

struct Row {
  const char* name;
  std::string sent;
  int status;
  bool ends = false;  // the client stops sending after it instead of sending the second request
};

std::string H(std::string_view headers) {  // a GET with these header lines
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n";
}
std::string P(std::string_view headers, std::string_view body) {  // a POST with these
  return "POST /e HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n" + std::string(body);
}
std::string Chunked(std::string_view body) { return P("Transfer-Encoding: chunked\r\n", body); }
std::string Many(std::size_t count, std::string_view line) {
  std::string lines;
  for (std::size_t i = 0; i < count; ++i) lines += line;
  return lines;
}
template <std::size_t N>
std::string Raw(const char (&bytes)[N]) {  // keeps NULs
  return std::string(bytes, N - 1);
}

std::vector<Row> LineRows() {
  return {
      {"bare LF ends the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
      {"bare LF ends a header", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400},
      {"bare LF ends the head", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
      {"all lines end in bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400},
      {"bare CR in a value", H("X: a\rb\r\n"), 400},
      {"bare CR in a name", H("X\rY: b\r\n"), 400},
      {"CR CR LF", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", 400},
      {"CR in the request line", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"obs-fold with space", H("X: a\r\n b\r\n"), 400},
      {"obs-fold with tab", H("X: a\r\n\tb\r\n"), 400},
      {"first header begins with a space", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"space before the colon", P("Content-Length : 5\r\n", "hello"), 400},
      {"tab before the colon", P("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n"), 400},
      {"line without a colon", H("novalue\r\n"), 400},
      {"line of two bytes", H("j\r\n"), 400},
      {"line that is only a colon", H(": a\r\n"), 400},
      {"space inside a name", H("X Y: b\r\n"), 400},
      {"non-ASCII name", H("X\xc3\xa9: b\r\n"), 400},
      {"parenthesis in a name", H("X(Y): b\r\n"), 400},
      {"NUL in a value", Raw("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"), 400},
      {"NUL in a name", Raw("GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n"), 400},
      {"NUL in the target", Raw("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
      {"vertical tab in a value", H("X: a\vb\r\n"), 400},
      {"escape in a value", H("X: a\x1b[31m\r\n"), 400},
      {"DEL in a value", H("X: a\x7f\r\n"), 400},
      {"65 headers", H(Many(64, "X: y\r\n")), 431},
      {"head of 17 KiB", H(Many(17, "X: " + std::string(1020, 'y') + "\r\n")), 431},
      {"one header of 17 KiB", H("X: " + std::string(17 * 1024, 'y') + "\r\n"), 431},
  };
}

std::vector<Row> RequestLineRows() {
  return {
      {"HTTP/0.9", "GET /\r\n", 400},
      {"HTTP/9.9", "GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"HTTP/2.0 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"HTTP/1.10", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
      {"HTTP/01.1", "GET / HTTP/01.1\r\nHost: a\r\n\r\n", 400},
      {"lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"another protocol", "GET / RTSP/1.0\r\nHost: a\r\n\r\n", 400},
      {"method that is not a token", "gEt<> / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"lower-case method", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"unknown method", "SMUGGLE / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"no method", " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"empty line first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"two spaces after the method", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"two spaces before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"space after the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {"space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"tabs between the parts", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"tab in the target", "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"non-ASCII target", "GET /caf\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"quote in the target", "GET /\"a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"backslash in the target", "GET /..\\a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"fragment", "GET /#top HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"target without a slash", "GET index.html HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"authority-form", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501},
      {"authority-form with GET", "GET a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 400},
      {"asterisk-form", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"absolute-form of another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"absolute-form, other host", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"absolute-form, other port", "GET http://a:81/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"absolute-form with user info", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"absolute-form without a host", "GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"target of 9 KiB", "GET /" + std::string(9 * 1024, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n",
       414},
      {"target of 20 KiB", "GET /" + std::string(20 * 1024, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n",
       414},
  };
}

std::vector<Row> HeaderRows() {
  return {
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", H("Host: b\r\n"), 400},
      {"two equal Hosts", H("Host: a\r\n"), 400},
      {"empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"Host with user info", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
      {"Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"Host with a list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
      {"Host with a bad port", "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", 400},
      {"Host with an empty port", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n", 400},
      {"Host with an open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
      {"two Authorizations", H("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"), 400},
      {"two Content-Types", H("Content-Type: a/b\r\nContent-Type: a/c\r\n"), 400},
      {"two Idempotency-Keys", H("Idempotency-Key: 1\r\nidempotency-key: 2\r\n"), 400},
      {"underscore in Content_Length", P("Content_Length: 5\r\nContent-Length: 0\r\n", ""), 400},
      {"underscore in Transfer_Encoding",
       P("Transfer_Encoding: chunked\r\nContent-Length: 0\r\n", ""), 400},
      {"two CloudEvents ids", H("ce-id: 1\r\nX: y\r\nCE-ID: 1\r\n"), 400},
      {"the third CloudEvents extension again", H("ce-a: 1\r\nce-b: 1\r\nce-c: 1\r\nce-c: 2\r\n"),
       400},
      {"underscore in ce_id", H("ce_id: 1\r\n"), 400},
      {"underscore in ce-my_ext", H("ce-my_ext: 1\r\n"), 400},
      {"non-ASCII CloudEvents attribute", H("ce-subject: caf\xc3\xa9\r\n"), 400},
      {"space in a CloudEvents attribute", H("ce-subject: a b\r\n"), 400},
      {"tab in a CloudEvents attribute", H("ce-subject: \"a\tb\"\r\n"), 400},
      {"Expect: other", P("Content-Length: 0\r\nExpect: 200-maybe\r\n", ""), 417},
      {"Content-Encoding: br", P("Content-Length: 5\r\nContent-Encoding: br\r\n", "hello"), 415},
      {"Content-Encoding: deflate",
       P("Content-Length: 5\r\nContent-Encoding: deflate\r\n", "hello"), 415},
      {"Content-Encoding: x-gzip", P("Content-Length: 5\r\nContent-Encoding: x-gzip\r\n", "hello"),
       415},
      {"Content-Encoding: gzip, gzip",
       P("Content-Length: 5\r\nContent-Encoding: gzip, gzip\r\n", "hello"), 415},
      {"two Content-Encodings",
       P("Content-Length: 5\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\n", "hello"),
       400},
  };
}

std::vector<Row> LengthRows() {
  const auto length = [](std::string_view value) {
    return P("Content-Length:" + std::string(value) + "\r\n", "hello");
  };
  return {
      {"POST without a length", "POST /e HTTP/1.1\r\nHost: a\r\n\r\n", 411},
      {"POST without a length, 1.0", "POST /e HTTP/1.0\r\nHost: a\r\n\r\nhello", 411},
      {"two equal lengths", P("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400},
      {"two different lengths", P("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400},
      {"length list", length(" 5, 5"), 400},
      {"negative length", length(" -5"), 400},
      {"length with a plus", length(" +5"), 400},
      {"length with a comma", length(" 1,0"), 400},
      {"hexadecimal length", length(" 0x5"), 400},
      {"length with an inner space", length(" 1 0"), 400},
      {"empty length", length(" "), 400},
      {"length with a tab", length("\t5"), 400},
      {"length with a tab after a space", length(" \t5"), 400},
      {"length with a trailing tab", length(" 5\t"), 400},
      {"length with a leading zero", length(" 05"), 400},
      {"length with a fraction", length(" 5.0"), 400},
      {"length beyond 64 bits", length(" 18446744073709551621"), 400},
      {"length beyond the limit", length(" 1048577"), 413},
      {"body shorter than its length", P("Content-Length: 10\r\n", "hello"), 400, true},
      {"head that ends early", "GET / HTTP/1.1\r\nHost: a\r\n", 400, true},
      {"request line that ends early", "GET /", 400, true},
  };
}

std::vector<Row> EncodingRows() {
  const auto encoding = [](std::string_view value) {
    return P("Transfer-Encoding:" + std::string(value) + "\r\n", "0\r\n\r\n");
  };
  return {
      {"CL then TE", P("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"TE then CL", P("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400},
      {"CL 0 with TE", P("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"TE xchunked", encoding(" xchunked"), 400},
      {"TE gzip, chunked", encoding(" gzip, chunked"), 400},
      {"TE chunked, gzip", encoding(" chunked, gzip"), 400},
      {"TE chunked, chunked", encoding(" chunked, chunked"), 400},
      {"TE chunked twice",
       P("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"TE identity then chunked",
       P("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"TE identity", encoding(" identity"), 400},
      {"TE Chunked", encoding(" Chunked"), 400},
      {"TE after a tab", encoding("\tchunked"), 400},
      {"TE after a vertical tab", encoding(" \vchunked"), 400},
      {"TE before a tab", encoding(" chunked\t"), 400},
      {"TE in quotes", encoding(" \"chunked\""), 400},
      {"TE with a parameter", encoding(" chunked;q=1"), 400},
      {"TE empty", encoding(""), 400},
      {"TE as an encoded word", encoding(" =?us-ascii?Q?chunked?="), 400},
      {"TE in HTTP/1.0",
       "POST /e HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"GET with xchunked", H("Transfer-Encoding: xchunked\r\n"), 400},
  };
}

std::vector<Row> ChunkRows() {
  return {
      {"chunk size is junk", Chunked("z\r\nhello\r\n0\r\n\r\n"), 400},
      {"chunk size 0x5", Chunked("0x5\r\nhello\r\n0\r\n\r\n"), 400},
      {"chunk size +5", Chunked("+5\r\nhello\r\n0\r\n\r\n"), 400},
      {"chunk size -5", Chunked("-5\r\nhello\r\n0\r\n\r\n"), 400},
      {"chunk size empty", Chunked("\r\nhello\r\n0\r\n\r\n"), 400},
      {"space before the chunk size", Chunked(" 5\r\nhello\r\n0\r\n\r\n"), 400},
      {"space after the chunk size", Chunked("5 \r\nhello\r\n0\r\n\r\n"), 400},
      {"chunk size with an underscore", Chunked("1_0\r\nhello\r\n0\r\n\r\n"), 400},
      {"chunk size of nine digits", Chunked("000000005\r\nhello\r\n0\r\n\r\n"), 400},
      {"chunk size beyond 64 bits", Chunked("ffffffffffffffffff\r\nhello\r\n0\r\n\r\n"), 400},
      {"chunk size ends in bare LF", Chunked("5\nhello\r\n0\r\n\r\n"), 400},
      {"chunk size ends in CR only", Chunked("5\rhello\r\n0\r\n\r\n"), 400},
      {"chunk without its CR LF", Chunked("5\r\nhello0\r\n\r\n"), 400},
      {"chunk ends in bare LF", Chunked("5\r\nhello\n0\r\n\r\n"), 400},
      {"chunk ends in CR and something else", Chunked("5\r\nhello\rX0\r\n\r\n"), 400},
      {"chunk longer than its size", Chunked("5\r\nhello!\r\n0\r\n\r\n"), 400},
      {"extension ends in bare LF", Chunked("5;a=b\nhello\r\n0\r\n\r\n"), 400},
      {"NUL in an extension",
       P("Transfer-Encoding: chunked\r\n", Raw("5;\0\r\nhello\r\n0\r\n\r\n")), 400},
      {"flood of one extension",
       Chunked("5;" + std::string(17 * 1024, 'x') + "\r\nhello\r\n0\r\n\r\n"), 400},
      {"flood of small extensions",
       Chunked(Many(400, "1;" + std::string(60, 'x') + "\r\na\r\n") + "0\r\n\r\n"), 400},
      {"chunk beyond the limit", Chunked("100001\r\nhello"), 413},
      {"chunks beyond the limit",
       Chunked("100000\r\n" + std::string(1 << 20, 'x') + "\r\n1\r\nx\r\n0\r\n\r\n"), 413},
      {"last chunk without its end", Chunked("5\r\nhello\r\n0\r\nGET"), 400},
      {"last chunk ends in bare LF", Chunked("5\r\nhello\r\n0\n\n"), 400},
      {"empty line after the last chunk is bare", Chunked("5\r\nhello\r\n0\r\n\n"), 400},
      {"trailer Content-Length", Chunked("5\r\nhello\r\n0\r\nContent-Length: 40\r\n\r\n"), 400},
      {"trailer Transfer-Encoding",
       Chunked("5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
      {"trailer Authorization", Chunked("5\r\nhello\r\n0\r\nAuthorization: Bearer x\r\n\r\n"), 400},
      {"trailer Host", Chunked("5\r\nhello\r\n0\r\nhost: b\r\n\r\n"), 400},
      {"trailer without a colon", Chunked("5\r\nhello\r\n0\r\nGET /smuggled HTTP/1.1\r\n\r\n"),
       400},
      {"folded trailer", Chunked("5\r\nhello\r\n0\r\nX: a\r\n b\r\n\r\n"), 400},
      {"trailer flood", Chunked("5\r\nhello\r\n0\r\n" + Many(2000, "X: abcdef\r\n") + "\r\n"), 400},
      {"truncated in a size", Chunked("5"), 400, true},
      {"truncated in a chunk", Chunked("5\r\nhel"), 400, true},
      {"truncated before the last chunk", Chunked("5\r\nhello\r\n"), 400, true},
      {"truncated in the last chunk", Chunked("5\r\nhello\r\n0\r\n"), 400, true},
  };
}

class RefusedRequests : public EdgeTest {
 protected:
  void Check(const std::vector<Row>& rows) {
    Start();
    for (const Row& row : rows) {
      SCOPED_TRACE(row.name);
      handler_.Forget();
      Client client(port());
      ASSERT_TRUE(client.connected());
      client.Send(row.ends ? row.sent : row.sent + std::string(kSecond));
      if (row.ends) client.EndOfSending();
      const std::string answer = client.ReadAll();
      EXPECT_EQ(StatusOf(answer), row.status) << answer;
      EXPECT_EQ(AnswersIn(answer), 1u) << answer;
      EXPECT_TRUE(client.closed()) << "reset instead of a close";
      EXPECT_NE(answer.find("Content-Type: application/problem+json"), answer.npos);
      EXPECT_NE(answer.find("Connection: close"), answer.npos);
      EXPECT_NE(answer.find("\"type\":\"urn:octroi:problem:http."), answer.npos);
      EXPECT_EQ(handler_.CountOf("/smuggled"), 0u);
      EXPECT_EQ(handler_.handled().size(), 0u);
    }
  }
};

TEST_F(RefusedRequests, Lines) { Check(LineRows()); }
TEST_F(RefusedRequests, RequestLine) { Check(RequestLineRows()); }
TEST_F(RefusedRequests, Headers) { Check(HeaderRows()); }
TEST_F(RefusedRequests, ContentLength) { Check(LengthRows()); }
TEST_F(RefusedRequests, TransferEncoding) { Check(EncodingRows()); }
TEST_F(RefusedRequests, Chunks) { Check(ChunkRows()); }

TEST_F(RefusedRequests, TableIsLargeEnough) {
  EXPECT_GE(LineRows().size() + RequestLineRows().size() + HeaderRows().size() +
                LengthRows().size() + EncodingRows().size() + ChunkRows().size(),
            60u);
}

}  // namespace
}  // namespace octroi::testing
