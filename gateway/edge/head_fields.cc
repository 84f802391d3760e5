// The meaning of headers, and which ones may be said once.
#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "gateway/edge/head.h"
#include "gateway/edge/head_lines.h"

namespace octroi::gateway::edge {
namespace {

// Headers of which a second one would have to be ignored or believed: neither is safe.
constexpr std::string_view kSingle[] = {
    "host",          "content-length",   "transfer-encoding", "content-type",
    "authorization", "content-encoding", "idempotency-key",   "expect"};
// Names that somebody behind or before us may read with dashes when they are spelt with
// underscores.
constexpr std::string_view kUsed[] = {"content-length",   "transfer-encoding", "content-type",
                                      "content-encoding", "idempotency-key",   "accept-language",
                                      "sec-gpc",          "user-agent"};

// CloudEvents (HTTP binding, 3.1.3): attributes, each of them once.
constexpr std::string_view kAttributePrefix = "ce-";

// Visible ASCII. Older senders put double quotes around a value instead of encoding its spaces.
bool IsAttributeValue(std::string_view value) {
  const char least = value.starts_with('"') ? ' ' : '!';
  return std::all_of(value.begin(), value.end(),
                     [least](char c) { return c >= least && c <= '~'; });
}

class Fields {
 public:
  explicit Fields(Head& head) : head_(head) {}

  Fault Apply() {
    for (const auto& [name, value] : head_.request.headers) {
      if (const Fault fault = Single(name); fault != Fault::kNone) return fault;
      if (const Fault fault = Underscore(name); fault != Fault::kNone) return fault;
      if (const Fault fault = Attribute(name, value); fault != Fault::kNone) return fault;
      if (const Fault fault = One(name, value); fault != Fault::kNone) return fault;
    }
    return Whole();
  }

 private:
  Fault Single(std::string_view name) {
    const auto found = std::find(std::begin(kSingle), std::end(kSingle), name);
    if (found == std::end(kSingle)) return Fault::kNone;
    bool& seen = seen_[static_cast<std::size_t>(found - std::begin(kSingle))];
    if (!seen) {
      seen = true;
      return Fault::kNone;
    }
    if (name == "host") return Fault::kHostRepeated;
    if (name == "content-length") return Fault::kContentLengthRepeated;
    return name == "transfer-encoding" ? Fault::kTransferEncoding : Fault::kHeaderRepeated;
  }

  static Fault Underscore(std::string_view name) {
    if (name.find('_') == name.npos) return Fault::kNone;
    std::string dashed(name);
    std::replace(dashed.begin(), dashed.end(), '_', '-');
    const bool used = dashed.starts_with("x-octroi-") || dashed.starts_with(kAttributePrefix) ||
                      std::find(std::begin(kUsed), std::end(kUsed), dashed) != std::end(kUsed);
    return used ? Fault::kHeaderUnderscore : Fault::kNone;
  }

  // `name` lies in the headers: those before it are the ones that it may repeat.
  Fault Attribute(const std::string_view& name, std::string_view value) const {
    if (!name.starts_with(kAttributePrefix)) return Fault::kNone;
    for (const auto& [other, ignored] : head_.request.headers) {
      if (&other == &name) break;
      if (other == name) return Fault::kHeaderRepeated;
    }
    return IsAttributeValue(value) ? Fault::kNone : Fault::kAttributeInvalid;
  }

  Fault One(std::string_view name, std::string_view value) {
    if (name == "host") {
      has_host_ = true;
      return IsAuthority(value) ? Fault::kNone : Fault::kHostInvalid;
    }
    if (name == "content-length") return Length(value);
    if (name == "transfer-encoding") return Encoding(value);
    if (name == "connection") return Connection(value);
    if (name == "content-encoding") {
      has_content_encoding_ = true;
      head_.gzip = EqualsIgnoringCase(value, "gzip");
    }
    if (name == "expect") {
      has_expect_ = true;
      head_.expects_continue = EqualsIgnoringCase(value, "100-continue");
    }
    return Fault::kNone;
  }

  // A tab around the value of a framing header is where parsers disagree. `value` lies in the head.
  static bool HasTabAround(std::string_view value) {
    const char* at = value.data();
    while (at[-1] == ' ') --at;
    const char* after = value.data() + value.size();
    while (*after == ' ') ++after;
    return at[-1] == '\t' || *after == '\t';
  }

  Fault Length(std::string_view value) {
    has_length_ = true;
    const bool digits =
        !value.empty() && value.size() <= 18 &&
        std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || HasTabAround(value) || (value.size() > 1 && value.front() == '0')) {
      return Fault::kContentLengthInvalid;
    }
    std::from_chars(value.data(), value.data() + value.size(), head_.content_length);
    return Fault::kNone;
  }

  Fault Encoding(std::string_view value) {
    has_encoding_ = true;
    return value == "chunked" && !HasTabAround(value) ? Fault::kNone : Fault::kTransferEncoding;
  }

  Fault Connection(std::string_view value) {
    while (!value.empty()) {
      const std::size_t comma = std::min(value.find(','), value.size());
      const std::string_view token = TrimSpaces(value.substr(0, comma), /*tabs_too=*/true);
      says_close_ = says_close_ || EqualsIgnoringCase(token, "close");
      says_keep_alive_ = says_keep_alive_ || EqualsIgnoringCase(token, "keep-alive");
      value.remove_prefix(std::min(comma + 1, value.size()));
    }
    return Fault::kNone;
  }

  Fault Whole() {
    if (!has_host_ && head_.http_1_1) return Fault::kHostMissing;
    if (has_length_ && has_encoding_) return Fault::kLengthAndEncoding;
    if (has_encoding_ && !head_.http_1_1) return Fault::kTransferEncoding;
    if (has_encoding_) head_.body = Head::Body::kChunked;
    if (has_length_ && head_.content_length > 0) head_.body = Head::Body::kLength;
    const std::string_view method = head_.request.method;
    const bool carries = method == "POST" || method == "PUT" || method == "PATCH";
    if (carries && !has_length_ && !has_encoding_) return Fault::kLengthRequired;
    if (has_content_encoding_ && !head_.gzip) return Fault::kContentEncoding;
    if (has_expect_ && !head_.expects_continue) return Fault::kExpectation;
    head_.expects_continue = head_.expects_continue && head_.http_1_1;
    head_.keep_alive = !says_close_ && (head_.http_1_1 || says_keep_alive_);
    return Fault::kNone;
  }

  Head& head_;
  std::array<bool, std::size(kSingle)> seen_{};
  bool has_host_ = false, has_length_ = false, has_encoding_ = false, has_expect_ = false;
  bool has_content_encoding_ = false, says_close_ = false, says_keep_alive_ = false;
};

}  // namespace

Fault ApplyFields(Head& head) { return Fields(head).Apply(); }

}  // namespace octroi::gateway::edge
