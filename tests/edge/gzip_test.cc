// Compressed bodies: inflated for the handler, kept as sent for signatures, bounded, and refused
// when odd.
#include <zlib.h>

#include <random>

#include "edge_fixture.h"

namespace octroi::testing {
namespace {

std::string Compress(std::string_view text, int window_bits = 15 + 16) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY),
            Z_OK);
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}

// Compresses about 4 to 1.
std::string Text(std::size_t size) {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < size)
    text += "{\"id\":" + std::to_string(random()) + ",\"name\":\"somebody\"}\n";
  text.resize(size);
  return text;
}

class GzipTest : public EdgeTest {
 protected:
  void SetUp() override { Start(); }
  int Send(const std::string& body) {
    handler_.Forget();
    Client client(port());
    client.Send(Post("/e", body, "Content-Encoding: GZip\r\nConnection: close\r\n"));
    return StatusOf(client.ReadAll());
  }
};

TEST_F(GzipTest, InflatedForTheHandlerAndKeptAsSent) {
  const std::string text = Text(300'000), wire = Compress(text);
  EXPECT_EQ(Send(wire), 202);
  ASSERT_EQ(handler_.handled().size(), 1u);
  EXPECT_EQ(handler_.handled()[0].body, text);
  EXPECT_EQ(handler_.handled()[0].wire_body, wire);
}

TEST_F(GzipTest, Table) {
  const std::string text = Text(100'000), gzip = Compress(text);
  std::string damaged = gzip;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
  std::string bad_sum = gzip;
  bad_sum[bad_sum.size() - 6] = static_cast<char>(bad_sum[bad_sum.size() - 6] ^ 1);
  struct Row {
    const char* name;
    std::string body;
    int status;
  };
  const Row rows[] = {
      {"an empty text", Compress(""), 202},
      {"repetitive, but small", Compress(std::string(60'000, ' ')), 202},
      {"4 MiB of text", Compress(Text(base::kBodyInflatedBytesMax)), 202},
      {"a byte more than 4 MiB", Compress(Text(base::kBodyInflatedBytesMax + 1)), 413},
      {"bomb: 3 MiB of spaces", Compress(std::string(3 << 20, ' ')), 413},
      {"bomb: 40 MiB of spaces", Compress(std::string(40 << 20, ' ')), 413},
      {"cut short by a byte", gzip.substr(0, gzip.size() - 1), 400},
      {"cut short in the middle", gzip.substr(0, gzip.size() / 2), 400},
      {"only a header", gzip.substr(0, 10), 400},
      {"trailing byte", gzip + "x", 400},
      {"a second member", gzip + Compress("{}"), 400},
      {"damaged", damaged, 400},
      {"wrong checksum", bad_sum, 400},
      {"zlib format", Compress(text, 15), 400},
      {"raw deflate", Compress(text, -15), 400},
      {"not compressed at all", "{\"a\":1}", 400},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(Send(row.body), row.status);
    EXPECT_EQ(handler_.handled().size(), row.status == 202 ? 1u : 0u);
  }
}

TEST_F(GzipTest, ChunkedToo) {
  const std::string gzip = Compress("{\"a\":1}");
  char size[16];
  snprintf(size, sizeof size, "%zx", gzip.size());
  Client client(port());
  client.Send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Encoding: "
      "gzip\r\n\r\n" +
      std::string(size) + "\r\n" + gzip + "\r\n0\r\n\r\n");
  EXPECT_EQ(BodyOf(client.ReadAnswer()), "{\"a\":1}");
}

}  // namespace
}  // namespace octroi::testing
