// Bytes have one meaning: however a stream is cut into pieces, the same requests come out and the
// same faults.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/edge/request_reader.h"

namespace octroi::testing {
namespace {

using gateway::edge::InboundPool;
using gateway::edge::RequestReader;

// What a stream means, as text; pieces of `piece` bytes.
std::string MeaningOf(std::string_view stream, std::size_t first, std::size_t piece) {
  InboundPool pool;
  RequestReader reader(pool);
  std::string meaning;
  std::size_t size = first;
  while (!stream.empty()) {
    std::string copy(stream.substr(0, size));  // so that a view beyond the piece is seen by ASan
    stream.remove_prefix(copy.size());
    size = piece;
    std::string_view input = copy;
    for (auto step = reader.Advance(input); step != RequestReader::Step::kMore;
         step = reader.Advance(input)) {
      if (step == RequestReader::Step::kHead) step = reader.Admit(100);
      if (step == RequestReader::Step::kFault) {
        return meaning + "!" + std::string(WordsOf(reader.fault()).code);
      }
      if (step == RequestReader::Step::kRequest) {
        meaning += std::string(reader.head().request.path) + "[" + std::string(reader.body()) + "]";
        reader.Next();
      }
    }
  }
  return meaning + (reader.begun() ? "..." : "");
}

TEST(Framing, EveryCutHasTheSameMeaning) {
  struct Row {
    std::string stream, meaning;
  };
  const std::string get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string chunked = "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string length = "POST /l HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
  const Row rows[] = {
      {get + get, "/a[]/a[]"},
      {length + "hello" + get, "/l[hello]/a[]"},
      {chunked + "5;x=y\r\nhello\r\n2\r\n!!\r\n0\r\nT: 1\r\n\r\n" + get, "/c[hello!!]/a[]"},
      {get + length + "hel", "/a[]..."},
      {get + "GET /b", "/a[]..."},
      {get + "GET /b HTTP/1.1\nHost: a\r\n\r\n", "/a[]!http.bare_line_feed"},
      {chunked + "5\r\nhelloX\r\n", "!http.chunk_end"},
      {chunked + "65\r\n" + std::string(101, 'x'), "!http.body_too_large"},
      {length + "hello" + "X: y\r\n\r\n", "/l[hello]!http.method_invalid"},
  };
  for (const Row& row : rows) {
    const std::string whole = MeaningOf(row.stream, row.stream.size(), 1);
    EXPECT_EQ(whole, row.meaning);
    for (std::size_t first = 1; first < row.stream.size(); ++first) {
      EXPECT_EQ(MeaningOf(row.stream, first, row.stream.size()), row.meaning) << "cut at " << first;
    }
    for (std::size_t piece = 1; piece < 8; ++piece) {
      EXPECT_EQ(MeaningOf(row.stream, piece, piece), row.meaning) << "pieces of " << piece;
    }
  }
}

}  // namespace
}  // namespace octroi::testing
