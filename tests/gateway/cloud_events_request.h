// One CloudEvents request, read as the gateway reads it up to what is judged.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/cloud_event.h"
#include "gateway/request_events.h"

namespace octroi::gateway {

class CloudEventsRequest {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  CloudEventsRequest() {
    std::vector<base::PathMap::Entry> entries;
    AppendCloudEventPaths(entries);
    paths_ = *base::PathMap::Compile(entries);
  }

  struct Read {
    std::string text;  // what is judged; empty: refused
    base::ParseFault fault;
  };
  // The status of a request that is refused as a whole, else 0 and its events.
  std::pair<int, std::vector<Read>> Take(const Headers& headers, std::string_view body) {
    RequestHead head;
    head.method = "POST";
    head.path = "/v1/events/shop";
    for (const auto& [name, value] : headers) head.headers.emplace_back(name, value);
    return TakeHead(head, body);
  }
  std::pair<int, std::vector<Read>> TakeHead(const RequestHead& head, std::string_view body) {
    if (const auto refusal = events_.Find(head, body, /*segment=*/false, parser_))
      return {refusal->status, {}};
    std::vector<Read> all;
    for (const std::string_view text : events_.texts()) {
      Read& read = all.emplace_back();
      read.fault = ReadCloudEvent(parser_, paths_, text, events_.body_at(), unpacked_, event_);
      if (read.fault.reason == base::Reason::kUndecided) read.text = event_.text();
    }
    return {0, all};
  }

 private:
  base::EventParser parser_;
  base::PathMap paths_;
  base::Event event_;
  std::string unpacked_;
  RequestEvents events_;
};

}  // namespace octroi::gateway
