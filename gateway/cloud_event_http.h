// CloudEvents over HTTP, protocol binding 1.0.2: which mode a request is in, and the one event of a
// binary-mode request written as the JSON object that the structured mode would have sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/edge.h"

namespace octroi::gateway {

enum class CloudEventMode : std::uint8_t {
  kNone,        // no CloudEvent
  kStructured,  // application/cloudevents+json
  kBatched,     // application/cloudevents-batch+json
  kBinary,      // any `ce-` header beside another content type
  kUnreadable,  // application/cloudevents in a format other than JSON
};
// Allocates nothing. Of a structured event the `ce-` headers are copies, and are not read.
// `content_type`: the header, or empty; found on the way, as every plain request asks for it too.
CloudEventMode ModeOf(const RequestHead& head, std::string_view& content_type);

// One binary-mode event as JSON: attributes sorted by name, so that the same message is the same
// text in whatever order its headers came; `datacontenttype` from Content-Type; the body last, as
// it is if its type is JSON, otherwise as a string. The text is only as valid as what it was made
// of: ReadCloudEvent says so. Keeps its memory. One thread.
class BinaryCloudEvent {
 public:
  enum class Fault : std::uint8_t {
    kNone,
    kHeader,  // an attribute that may not be a header, or not written as 3.1.3.2 says
    kSize,    // text longer than a JSON string may be
  };
  Fault Compose(const RequestHead& head, std::string_view body);

  // Of the last that was composed.
  std::string_view text() const { return text_; }
  std::size_t body_at() const { return body_at_; }  // where the body begins in it; 0: it was empty

 private:
  Fault AppendBody(std::string_view content_type, std::string_view body);

  std::string text_, value_;
  std::size_t body_at_ = 0;
  std::vector<std::pair<std::string_view, std::string_view>> attributes_;
};

}  // namespace octroi::gateway
