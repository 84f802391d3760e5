// RequestEvents: which events a request holds, found but not read.
//
//   POST /v1/events/{source}
//     application/cloudevents+json          one CloudEvent
//     application/cloudevents-batch+json    an array of them, perhaps empty
//     `ce-` headers                         one CloudEvent: its attributes; the body is its data
//     application/x-ndjson                  an event on each line
//     otherwise                             an array of events if it begins with [, else one event
//   POST /v1/batch, /v1/import              Segment: the array `batch`
//   POST /v1/track, /v1/identify ...        Segment: one event, of the type that the path says
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "gateway/cloud_event_http.h"
#include "gateway/edge.h"

namespace octroi::gateway {

bool IsSegmentBatch(std::string_view path);

// One thread. Allocates nothing once warm.
class RequestEvents {
 public:
  // The refusal of the request as a whole, if there is one: nothing else is then filled in. Views
  // are valid as long as the request, and until the next Find.
  std::optional<Response> Find(const RequestHead& head, std::string_view body, bool segment,
                               base::EventParser& parser);

  const std::vector<std::string_view>& texts() const { return texts_; }
  bool batch() const { return batch_; }  // answered as one, also if it holds one event
  CloudEventMode mode() const { return mode_; }
  std::size_t body_at() const { return mode_ == CloudEventMode::kBinary ? binary_.body_at() : 0; }

 private:
  std::optional<Response> Compose(const RequestHead& head, std::string_view body);

  std::vector<std::string_view> texts_;
  BinaryCloudEvent binary_;
  CloudEventMode mode_ = CloudEventMode::kNone;
  bool batch_ = false;
};

}  // namespace octroi::gateway
