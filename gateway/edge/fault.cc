#include "gateway/edge/fault.h"

#include <array>

namespace octroi::gateway::edge {
namespace {

constexpr std::array<FaultWords, kFaults> kWords = {{
    {0, "", "", ""},
    {400, "http.bare_line_feed", "Line feed without carriage return",
     "Lines of a head end in CR LF."},
    {400, "http.bare_carriage_return", "Carriage return inside a line",
     "A carriage return is followed by a line feed."},
    {400, "http.control_character", "Control character in the head",
     "Heads hold no NUL and no control characters but the tab."},
    {400, "http.folded_header", "Folded header", "A header is one line."},
    {400, "http.header_malformed", "Malformed header line",
     "A header is a token, a colon and a value."},
    {400, "http.space_before_colon", "Space before the colon",
     "The colon follows the header name."},
    {400, "http.header_underscore", "Underscore in a header name",
     "A header that is used here is spelt with a dash."},
    {400, "http.header_repeated", "Repeated header", "This header may be sent once."},
    {400, "http.attribute_invalid", "Invalid CloudEvents header",
     "The value of a `ce-` header is visible ASCII; spaces stand between double quotes."},
    {400, "http.request_line", "Malformed request line",
     "A request line is a method, a target and a version, one space between each."},
    {400, "http.method_invalid", "Method is not a token", "A method is made of token characters."},
    {501, "http.method_unknown", "Unknown method",
     "Use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS."},
    {505, "http.version", "HTTP version not supported", "Use HTTP/1.1 or HTTP/1.0."},
    {400, "http.target_invalid", "Invalid character in the target",
     "A target holds the characters of RFC 3986; percent-encode the others."},
    {400, "http.target_fragment", "Fragment in the target", "A fragment is not sent."},
    {400, "http.target_form", "Target form not supported",
     "A target begins with a slash, or is an absolute http or https URL."},
    {414, "http.target_too_long", "Target too long", "A target is at most 8 KiB."},
    {431, "http.head_too_large", "Head too large", "A head is at most 16 KiB."},
    {431, "http.too_many_headers", "Too many headers", "A head has at most 64 headers."},
    {400, "http.host_missing", "Host missing", "HTTP/1.1 requires one `Host`."},
    {400, "http.host_repeated", "Host repeated", "HTTP/1.1 requires one `Host`."},
    {400, "http.host_invalid", "Invalid host",
     "`Host` is a host name or address, and perhaps a port."},
    {400, "http.host_mismatch", "Host differs from the target",
     "The host of an absolute target equals `Host`."},
    {400, "http.head_invalid", "Invalid head", "The head does not follow RFC 9112."},
    {408, "http.head_timeout", "Head took too long", "Send the whole head at once."},
    {400, "http.content_length_invalid", "Invalid Content-Length",
     "`Content-Length` is decimal digits without a leading zero."},
    {400, "http.content_length_repeated", "Content-Length repeated", "Send `Content-Length` once."},
    {400, "http.length_and_encoding", "Content-Length with Transfer-Encoding",
     "Send one of the two."},
    {400, "http.transfer_encoding", "Transfer-Encoding not supported",
     "`Transfer-Encoding` is exactly `chunked`, once, in HTTP/1.1."},
    {411, "http.length_required", "Length required", "Send `Content-Length`, or `chunked`."},
    {417, "http.expectation", "Unknown expectation", "`Expect` is `100-continue`."},
    {415, "http.content_encoding", "Content-Encoding not supported", "Send `gzip`, or none."},
    {413, "http.body_too_large", "Body too large", "Send smaller batches."},
    {400, "http.chunk_size", "Invalid chunk size",
     "A chunk size is one to eight hexadecimal digits."},
    {400, "http.chunk_extension", "Invalid chunk extension",
     "A chunk extension holds printable characters."},
    {400, "http.chunk_end", "Chunk without its end", "A chunk ends in CR LF."},
    {400, "http.chunk_overhead", "Too much chunk overhead",
     "Sizes, extensions and trailers of a body are at most 16 KiB together."},
    {400, "http.trailer", "Invalid trailer",
     "A trailer does not carry framing, routing or credentials."},
    {400, "http.gzip_invalid", "Invalid gzip body",
     "The body is one whole gzip member and nothing else."},
    {413, "http.gzip_too_large", "Body too large once inflated",
     "Send smaller batches; a body inflates to at most 4 MiB and at most 20 times its size."},
    {400, "http.truncated", "Request ended early", "The connection ended before the request did."},
    {408, "http.body_timeout", "Body took too long", "Send at least 1 KiB per second."},
    {503, "http.memory_full", "Too much is being received", "Try again later."},
    {503, "http.too_many_connections", "Too many connections", "Try again later."},
    {500, "http.not_answered", "No answer was made", "Try again; if it stays, tell the operator."},
}};

}  // namespace

const FaultWords& WordsOf(Fault fault) { return kWords[static_cast<std::size_t>(fault)]; }

Response AnswerTo(Fault fault) {
  const FaultWords& words = WordsOf(fault);
  Response response = Problem(words.status, words.code, words.title, words.detail);
  response.close = true;
  if (words.status == 503) response.headers.emplace_back("Retry-After", "1");
  if (words.status == 415) response.headers.emplace_back("Accept-Encoding", "gzip");
  return response;
}

}  // namespace octroi::gateway::edge
