// Any bytes as the stream of one connection: no crash, nothing read outside a piece; however the
// stream is cut, it means the same; and what was understood, written again plainly, is understood
// the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/edge/gunzip.h"
#include "gateway/edge/request_reader.h"

namespace {

using octroi::gateway::edge::Fault;
using octroi::gateway::edge::Gunzip;
using octroi::gateway::edge::Head;
using octroi::gateway::edge::InboundPool;
using octroi::gateway::edge::RequestReader;
using Step = RequestReader::Step;

constexpr std::size_t kBodyMax = 2000;

void Require(bool holds) {
  if (!holds) std::abort();
}

bool IsPlain(std::string_view text) {
  return text.find_first_of(std::string_view("\0\r\n", 3)) == text.npos;
}

void RequireClean(const Head& head, std::string_view body) {
  Require(head.request.path.starts_with('/') && IsPlain(head.request.path));
  Require(IsPlain(head.request.query) &&
          head.request.path.find_first_of(" #?") == std::string_view::npos);
  for (const auto& [name, value] : head.request.headers) {
    Require(!name.empty() && name.find_first_of(" :\tABCDEFGHIJKLMNOPQRSTUVWXYZ") == name.npos &&
            IsPlain(name) && IsPlain(value));
  }
  Require(head.body != Head::Body::kLength || head.content_length == body.size());
  Require(head.body != Head::Body::kNone || body.empty());
  Require(body.size() <= kBodyMax);
}

std::string Plainly(const Head& head, std::string_view body) {
  std::string out(head.request.method);
  out.append(" ").append(head.request.path);
  if (!head.request.query.empty()) out.append("?").append(head.request.query);
  out.append(head.http_1_1 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
  for (const auto& [name, value] : head.request.headers) {
    if (name == "content-length" || name == "transfer-encoding") continue;
    out.append(name).append(": ").append(value).append("\r\n");
  }
  return out.append("content-length: ")
      .append(std::to_string(body.size()))
      .append("\r\n\r\n")
      .append(body);
}

struct Meaning {
  std::string requests;
  enum class End { kBetween, kBegun, kRefused } end = End::kBetween;
  bool operator==(const Meaning&) const = default;
};

// The fake handler: admits every body up to kBodyMax, writes down what it was given.
Meaning MeaningOf(std::string_view stream, std::size_t piece_size) {
  static InboundPool& pool = *new InboundPool;
  static Gunzip& gunzip = *new Gunzip;
  RequestReader reader(pool);
  Meaning meaning;
  std::string inflated;
  while (!stream.empty()) {
    const std::string piece(
        stream.substr(0, piece_size));  // its own memory, so that ASan sees its end
    stream.remove_prefix(piece.size());
    std::string_view input = piece;
    for (Step step = reader.Advance(input); step != Step::kMore; step = reader.Advance(input)) {
      if (step == Step::kHead) step = reader.Admit(kBodyMax);
      if (step == Step::kFault) {
        reader.Next();
        meaning.end = Meaning::End::kRefused;
        return meaning;
      }
      if (step != Step::kRequest) continue;
      RequireClean(reader.head(), reader.body());
      meaning.requests += Plainly(reader.head(), reader.body());
      if (reader.head().gzip) static_cast<void>(gunzip.Inflate(reader.body(), inflated));
      reader.Next();
    }
  }
  if (reader.begun()) meaning.end = Meaning::End::kBegun;
  reader.Next();
  return meaning;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 64 * 1024) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data), size);
  const Meaning whole = MeaningOf(stream, size);
  Require(MeaningOf(stream, 1 + data[size - 1] % 61) == whole);
  Require(MeaningOf(stream, 1) == whole);
  // A rewritten head may be longer than the one that came, and so refused; nothing else may differ.
  const Meaning again = MeaningOf(whole.requests, whole.requests.size() + 1);
  Require(again == Meaning{whole.requests} || whole.requests.size() > size);
  return 0;
}
