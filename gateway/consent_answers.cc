#include "gateway/consent_answers.h"

#include <vector>

#include "base/text.h"

namespace octroi::gateway {
namespace {

using policies::ConsentEvent;

// What was recorded, as its answer says it.
std::string Told(const ConsentEvent& event) {
  return "{\"id\":\"" + event.id + "\",\"record\":\"" + event.record_id + "\",\"purpose\":\"" +
         event.purpose + "\",\"state\":\"" + std::string(Name(event.state)) +
         "\",\"recorded_at\":\"" + base::FormatRfc3339(event.recorded_at) + "\"}";
}

std::string Pointers(const std::vector<std::string>& pointers) {
  std::string list;
  for (const std::string& pointer : pointers) {
    list.append(list.empty() ? "\"" : ",\"").append(pointer).append("\"");
  }
  return "[" + list + "]";
}

}  // namespace

Response ConsentAnswer(const ConsentEvent& event) {
  Response response;
  response.status = 201;
  response.body = Told(event);
  return response;
}

std::string Beside(const CmpMessage& message) {
  return "\"unmapped\":" + Pointers(message.unmapped) +
         ",\"not_acts\":" + Pointers(message.not_acts);
}

Response MessageAnswer(int status, std::span<const ConsentEvent> events,
                       const std::string& beside) {
  std::string recorded;
  for (const ConsentEvent& event : events) {
    if (!recorded.empty()) recorded += ',';
    recorded += Told(event);
  }
  Response response;
  response.status = status;
  response.body = "{\"recorded\":[" + recorded + "]," + beside + "}";
  return response;
}

}  // namespace octroi::gateway
