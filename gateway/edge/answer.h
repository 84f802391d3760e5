// How a Response is written on the wire.
#pragma once

#include <string>

#include "gateway/edge.h"

namespace octroi::gateway::edge {

// What the request settles about its answer.
struct AnswerForm {
  bool head_only = false;       // HEAD: the length of the body, but not the body
  bool close = false;           // the connection ends after it
  bool say_keep_alive = false;  // HTTP/1.0 must be told
};

inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// Appends. A header value that could split the answer turns the whole answer into a 500. True: the
// answer says that the connection ends after it.
bool AppendAnswer(const Response& response, AnswerForm form, std::string& out);

}  // namespace octroi::gateway::edge
