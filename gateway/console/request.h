// A request of the console, as its worker gets it; and what every answer of it carries.
#pragma once

#include <string>
#include <string_view>

#include "gateway/config.h"
#include "gateway/edge.h"

namespace octroi::gateway::console {

inline constexpr std::string_view kCookie = "octroi_session";

// A copy: the connection's buffers do not wait for the worker.
struct Asking {
  std::string method, path, query, body;
  std::string token;  // of the session's cookie; empty: none
  std::string csrf, content_type, none_match, encodings;
  Language language = Language::kFrench;
  std::string client;  // address of who asks; behind a proxy of this machine the one it names
  bool https = false;  // as a proxy of this machine says
  bool near = false;   // from this machine, through no proxy that says so

  static Asking Of(const Exchange& exchange, Language otherwise);
  bool posts_json() const;
  // The value of one member of the query, as it stands; "": none.
  std::string_view Query(std::string_view name) const;
};

// CSP and its like; nothing is stored by anybody on the way unless `cache` says so.
void Guard(Response& response, std::string cache = "no-store");

}  // namespace octroi::gateway::console
