#include "gateway/cloud_event_http.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "base/utf8.h"
#include "gateway/cloud_event.h"
#include "gateway/edge/head_lines.h"

namespace octroi::gateway {
namespace {

constexpr std::string_view kPrefix = "ce-";
constexpr std::string_view kMediaType = "application/cloudevents";

// 3.1.3.2, first step: a double-quoted value (RFC 9110, 5.6.4) as older senders write it. A quote
// anywhere else has two readings and is none.
bool Unquote(std::string_view header, std::string& value) {
  if (!header.starts_with('"')) {
    value = header;
    return header.find('"') == header.npos;
  }
  if (header.size() < 2 || !header.ends_with('"')) return false;
  value.clear();
  header = header.substr(1, header.size() - 2);
  for (std::size_t at = 0; at < header.size(); ++at) {
    if (header[at] == '"') return false;
    if (header[at] == '\\' && ++at == header.size()) return false;
    value.push_back(header[at]);
  }
  return true;
}

// Second step: one round of percent-decoding, in place.
bool PercentDecode(std::string& value) {
  std::size_t out = 0;
  for (std::size_t at = 0; at < value.size(); ++at, ++out) {
    value[out] = value[at];
    if (value[at] != '%') continue;
    const auto byte = base::FromHex(std::string_view(value).substr(at + 1, 2));
    if (!byte || byte->size() != 1) return false;
    value[out] = byte->front();
    at += 2;
  }
  value.resize(out);
  return true;
}

bool IsUtf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const base::Utf8Char next = base::Utf8At(text, at);
    if (next.size == 0) return false;
    at += next.size;
  }
  return true;
}

bool Decode(std::string_view header, std::string& value) {
  return Unquote(header, value) && PercentDecode(value) && IsUtf8(value);
}

}  // namespace

CloudEventMode ModeOf(const RequestHead& head, std::string_view& content_type) {
  bool attributes = false;
  content_type = {};
  for (const auto& [name, value] : head.headers) {
    if (name == "content-type") content_type = value;
    attributes = attributes || name.starts_with(kPrefix);
  }
  if (!edge::EqualsIgnoringCase(content_type.substr(0, kMediaType.size()), kMediaType))
    return attributes ? CloudEventMode::kBinary : CloudEventMode::kNone;
  const std::string_view format =
      edge::TrimSpaces(content_type.substr(0, content_type.find(';')), /*tabs_too=*/true)
          .substr(kMediaType.size());
  if (edge::EqualsIgnoringCase(format, "+json")) return CloudEventMode::kStructured;
  if (edge::EqualsIgnoringCase(format, "-batch+json")) return CloudEventMode::kBatched;
  return CloudEventMode::kUnreadable;
}

BinaryCloudEvent::Fault BinaryCloudEvent::Compose(const RequestHead& head, std::string_view body) {
  text_.clear();
  body_at_ = 0;
  attributes_.clear();
  for (const auto& [name, value] : head.headers) {
    if (name.starts_with(kPrefix)) attributes_.emplace_back(name.substr(kPrefix.size()), value);
  }
  std::sort(attributes_.begin(), attributes_.end());
  for (const auto& [name, header] : attributes_) {
    // The payload and its type have their own places (3.1.1, 3.1.2).
    const bool misplaced = name == "data" || name == "datacontenttype";
    if (misplaced || !Decode(header, value_)) return Fault::kHeader;
    text_.append(text_.empty() ? "{\"" : ",\"").append(name).append("\":");  // a token: no escapes
    base::AppendJsonString(value_, text_);
  }
  const std::string_view content_type = head.Header("content-type");
  if (!content_type.empty()) {
    text_.append(",\"datacontenttype\":");
    base::AppendJsonString(content_type, text_);
  }
  const Fault fault = body.empty() ? Fault::kNone : AppendBody(content_type, body);
  text_.push_back('}');
  return fault;
}

BinaryCloudEvent::Fault BinaryCloudEvent::AppendBody(std::string_view content_type,
                                                     std::string_view body) {
  text_.append(",\"data\":");
  body_at_ = text_.size();
  if (IsJsonMediaType(content_type)) {
    text_.append(body);
    return Fault::kNone;
  }
  if (body.size() > base::kJsonStringBytesMax) return Fault::kSize;
  base::AppendJsonString(body, text_);
  return Fault::kNone;
}

}  // namespace octroi::gateway
