// CloudEvents 1.0, JSON format: what one event must be beyond strict JSON, and how it is read.
//
// Whatever mode it came in, an event is judged, committed to and kept as one JSON object:
// attributes at the top, the payload under `data`. What is refused, each event for itself:
//
//   reason                                rule: where
//   cloudevents.attribute_missing         missing: pointer
//   cloudevents.attribute_invalid         type empty rfc3339: pointer; attribute_name
//                                         attribute_type: offset, as the name is the sender's
//   cloudevents.specversion_unsupported   specversion: pointer
//   cloudevents.data_ambiguous            data_twice: pointer
//   cloudevents.data_unreadable           not_text: /data; base64, content_type (it is not JSON),
//   or
//                                         what the JSON parser said: /data_base64
//
// A name is lower-case ASCII letters and digits, written plainly: an escape in it is no letter.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"

namespace octroi::gateway {

// What is read of every CloudEvent, for the end of a source's paths, so that what the config says
// comes first: the members that the format asks about, and `type`, `id` and `time` as name, message
// id and time.
void AppendCloudEventPaths(std::vector<base::PathMap::Entry>& entries);

// "application/json", "text/json", "application/ld+json; charset=utf-8"; also nothing at all, which
// the format reads as JSON.
bool IsJsonMediaType(std::string_view media_type);

// Fills `event` from `text` by `paths`, which end in AppendCloudEventPaths. An event whose payload
// is JSON in base64 is written anew into `unpacked`, with that JSON as its `data`: event.text() is
// what is judged and kept, and `unpacked` must live as long as the event.
// `body_at`, if not 0: the text is a binary-mode event (gateway/cloud_event_http.h), and its
// `data`, the last member, was the body. Then that must be one whole JSON value, so that no body
// writes attributes, and offsets count from the body's first byte. One thread for a parser.
[[nodiscard]] base::ParseFault ReadCloudEvent(base::EventParser& parser, const base::PathMap& paths,
                                              std::string_view text, std::size_t body_at,
                                              std::string& unpacked, base::Event& event);

}  // namespace octroi::gateway
