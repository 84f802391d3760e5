#include "gateway/edge/head.h"

#include <llhttp.h>

#include <algorithm>

#include "base/limits.h"
#include "gateway/edge/head_lines.h"

namespace octroi::gateway::edge {
namespace {

// What llhttp reports of one head.
struct Report {
  RequestHead* request = nullptr;
  std::string_view target;
  bool complete = false;
};

Report& ReportOf(llhttp_t* parser) { return *static_cast<Report*>(parser->data); }

int OnUrl(llhttp_t* parser, const char* at, std::size_t size) {
  ReportOf(parser).target = {at, size};
  return 0;
}
int OnField(llhttp_t* parser, const char* at, std::size_t size) {
  ReportOf(parser).request->headers.emplace_back(std::string_view{at, size}, std::string_view{});
  return 0;
}
int OnValue(llhttp_t* parser, const char* at, std::size_t size) {
  auto& headers = ReportOf(parser).request->headers;
  if (headers.empty()) return -1;
  headers.back().second = TrimSpaces({at, size}, /*tabs_too=*/true);
  return 0;
}
int OnHeadersComplete(llhttp_t* parser) {
  ReportOf(parser).complete = true;
  return HPE_PAUSED;  // bodies are ours
}

const llhttp_settings_t& Settings() {
  static const llhttp_settings_t settings = [] {
    llhttp_settings_t made;
    llhttp_settings_init(&made);
    made.on_url = OnUrl;
    made.on_header_field = OnField;
    made.on_header_value = OnValue;
    made.on_headers_complete = OnHeadersComplete;
    return made;
  }();
  return settings;
}

Fault FaultOf(llhttp_errno_t error) {
  switch (error) {
    case HPE_INVALID_CONTENT_LENGTH:
      return Fault::kContentLengthInvalid;
    case HPE_INVALID_TRANSFER_ENCODING:
      return Fault::kTransferEncoding;
    case HPE_INVALID_METHOD:
      return Fault::kMethodUnknown;
    case HPE_INVALID_VERSION:
      return Fault::kVersion;
    case HPE_INVALID_URL:
      return Fault::kTargetInvalid;
    default:
      return Fault::kHeadRejected;
  }
}

Fault SplitTarget(std::string_view target, RequestHead& request) {
  const std::size_t query = target.find('?');
  request.path = target.substr(0, query);
  request.query = query == target.npos ? std::string_view{} : target.substr(query + 1);
  if (request.path.empty()) request.path = "/";  // of an absolute-form
  return request.path.front() == '/' ? Fault::kNone : Fault::kTargetForm;
}

// RFC 9112 3.2.2: absolute-form is accepted; its host must be the one of `Host`.
Fault ApplyTarget(std::string_view target, RequestHead& request) {
  if (target.starts_with('/')) return SplitTarget(target, request);
  std::size_t scheme = 0;
  if (EqualsIgnoringCase(target.substr(0, 7), "http://")) scheme = 7;
  if (EqualsIgnoringCase(target.substr(0, 8), "https://")) scheme = 8;
  if (scheme == 0) return Fault::kTargetForm;
  target.remove_prefix(scheme);
  const std::size_t end = std::min(target.find_first_of("/?"), target.size());
  const std::string_view authority = target.substr(0, end);
  if (!IsAuthority(authority)) return Fault::kTargetForm;
  if (!EqualsIgnoringCase(authority, request.Header("host"))) return Fault::kHostMismatch;
  return SplitTarget(target.substr(end), request);
}

}  // namespace

void Head::Clear() {
  bytes.clear();
  request.headers.clear();
  request.method = request.path = request.query = {};
  body = Body::kNone;
  content_length = 0;
  http_1_1 = keep_alive = expects_continue = gzip = false;
}

Fault HeadReader::Take(std::string_view& input, Head& head) {
  while (!whole_ && !input.empty()) {
    const std::size_t found = input.find('\n');
    const std::string_view piece = input.substr(0, found == input.npos ? found : found + 1);
    if (head.bytes.size() + piece.size() > base::kHeadBytesMax) {
      return request_line_seen_ ? Fault::kHeadTooLarge : Fault::kTargetTooLong;
    }
    if (HasControl(piece)) return Fault::kControlCharacter;
    head.bytes += piece;
    input.remove_prefix(piece.size());
    if (found == input.npos) break;  // the line goes on in the next piece
    if (const Fault fault = CheckLine(std::string_view(head.bytes).substr(line_start_));
        fault != Fault::kNone) {
      return fault;
    }
    line_start_ = static_cast<std::uint32_t>(head.bytes.size());
  }
  if (!whole_) return Fault::kNone;
  if (const Fault fault = ParseHead(head, headers_); fault != Fault::kNone) return fault;
  return ApplyFields(head);
}

Fault HeadReader::CheckLine(std::string_view line_with_end) {
  if (line_with_end.size() < 2 || line_with_end[line_with_end.size() - 2] != '\r') {
    return Fault::kBareLineFeed;
  }
  const std::string_view line = line_with_end.substr(0, line_with_end.size() - 2);
  if (line.find('\r') != line.npos) return Fault::kBareCarriageReturn;
  if (!request_line_seen_) {
    request_line_seen_ = true;
    return CheckRequestLine(line);
  }
  if (line.empty()) {
    whole_ = true;
    return Fault::kNone;
  }
  if (++headers_ > base::kHeaderCountMax) return Fault::kTooManyHeaders;
  return CheckFieldLine(line);
}

Fault ParseHead(Head& head, std::size_t headers) {
  Report report;
  report.request = &head.request;
  llhttp_t parser;
  llhttp_init(&parser, HTTP_REQUEST, &Settings());
  parser.data = &report;
  const llhttp_errno_t error = llhttp_execute(&parser, head.bytes.data(), head.bytes.size());
  if (error != HPE_PAUSED) {
    return error == HPE_OK ? Fault::kHeadRejected : FaultOf(error);
  }
  if (!report.complete || head.request.headers.size() != headers) return Fault::kHeadRejected;
  head.request.method = std::string_view(head.bytes).substr(0, head.bytes.find(' '));
  head.http_1_1 = llhttp_get_http_minor(&parser) == 1;
  for (const auto& [name, value] : head.request.headers) {
    const auto at = static_cast<std::size_t>(name.data() - head.bytes.data());
    for (std::size_t i = at; i < at + name.size(); ++i) head.bytes[i] = LowerCase(head.bytes[i]);
  }
  return ApplyTarget(report.target, head.request);
}

}  // namespace octroi::gateway::edge
