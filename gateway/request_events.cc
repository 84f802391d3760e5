#include "gateway/request_events.h"

#include <algorithm>

#include "base/limits.h"
#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

using base::Reason;

void SplitLines(std::string_view body, std::vector<std::string_view>& lines) {
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t") != std::string_view::npos) lines.push_back(line);
  }
}

bool BeginsAnArray(std::string_view body) {
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  return first != body.npos && body[first] == '[';
}

Response RefusalOf(const base::ParseFault& fault) {
  const bool shape = fault.rule == "member_missing" || fault.rule == "not_array";
  const int status = fault.reason == Reason::kJsonLimit ? 413 : 400;
  return ProblemOf(status, shape ? "body.not_array" : base::Name(fault.reason));
}

}  // namespace

bool IsSegmentBatch(std::string_view path) { return path == "/v1/batch" || path == "/v1/import"; }

std::optional<Response> RequestEvents::Find(const RequestHead& head, std::string_view body,
                                            bool segment, base::EventParser& parser) {
  texts_.clear();
  std::string_view content_type;
  mode_ = segment ? CloudEventMode::kNone : ModeOf(head, content_type);
  if (mode_ == CloudEventMode::kUnreadable) return ProblemOf(415, "cloudevents.format_unsupported");
  const bool plain = !segment && mode_ == CloudEventMode::kNone;
  const bool lines = plain && content_type.starts_with("application/x-ndjson");
  const bool array = mode_ == CloudEventMode::kBatched || (segment && IsSegmentBatch(head.path)) ||
                     (plain && !lines && BeginsAnArray(body));
  batch_ = lines || array;
  base::ParseFault fault;
  if (mode_ == CloudEventMode::kBinary) {
    if (auto refusal = Compose(head, body)) return refusal;
  } else if (lines) {
    SplitLines(body, texts_);
  } else if (array) {
    fault = parser.Split(body, segment ? "batch" : std::string_view{}, texts_);
  } else if (!body.empty()) {
    texts_.push_back(body);
  }
  if (fault.reason != Reason::kUndecided) return RefusalOf(fault);
  if (texts_.empty() && mode_ != CloudEventMode::kBatched) return ProblemOf(400, "body.empty");
  if (texts_.size() > base::kEventsPerRequestMax) return ProblemOf(413, "body.too_many_events");
  return std::nullopt;
}

std::optional<Response> RequestEvents::Compose(const RequestHead& head, std::string_view body) {
  switch (binary_.Compose(head, body)) {
    case BinaryCloudEvent::Fault::kHeader:
      return ProblemOf(400, "cloudevents.header_invalid");
    case BinaryCloudEvent::Fault::kSize:
      return ProblemOf(413, base::Name(Reason::kJsonLimit));
    case BinaryCloudEvent::Fault::kNone:
      break;
  }
  texts_.push_back(binary_.text());
  return std::nullopt;
}

}  // namespace octroi::gateway
