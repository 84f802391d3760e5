#include "gateway/console/request.h"

#include <algorithm>

#include "gateway/messages.h"

namespace octroi::gateway::console {
namespace {

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "
    "'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

// Pieces between separators, without the blanks around them.
template <class Each>
void Pieces(std::string_view text, char between, const Each& each) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(between), text.size());
    std::string_view piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (piece.starts_with(' ')) piece.remove_prefix(1);
    each(piece);
  }
}

std::string_view Member(std::string_view text, char between, std::string_view name) {
  std::string_view value;
  Pieces(text, between, [&](std::string_view piece) {
    const std::size_t equals = piece.find('=');
    if (value.empty() && equals != std::string_view::npos && piece.substr(0, equals) == name)
      value = piece.substr(equals + 1);
  });
  return value;
}

bool IsOfThisMachine(std::string_view peer) {
  return peer.starts_with("127.") || peer == "::1" || peer.starts_with("::ffff:127.");
}

// Who spoke to the proxy is the last that it named; what stands before came from outside.
std::string_view LastOf(std::string_view list) {
  std::string_view last;
  Pieces(list, ',', [&](std::string_view piece) { last = piece; });
  return last.substr(0, last.find(' '));
}

// Only a proxy of this machine is believed; anybody else may write any header.
void TakeProxy(const RequestHead& head, Asking& asking) {
  asking.client = head.peer;
  if (!IsOfThisMachine(head.peer)) return;
  asking.near = true;
  std::size_t said = 0, said_https = 0;
  for (const auto& [name, value] : head.headers) {
    if (name == "forwarded" || name.starts_with("x-forwarded-") || name == "via" ||
        name == "x-real-ip")
      asking.near = false;
    if (name == "x-forwarded-for" && value.size() < 1'000) asking.client = LastOf(value);
    said += name == "x-forwarded-proto" ? 1 : 0;
    said_https += name == "x-forwarded-proto" && value == "https" ? 1 : 0;
  }
  asking.https = said == 1 && said_https == 1;
}

}  // namespace

Asking Asking::Of(const Exchange& exchange, Language otherwise) {
  const RequestHead& head = exchange.head();
  Asking asking;
  asking.method = head.method;
  asking.path = head.path;
  asking.query = head.query;
  asking.body = exchange.body();
  asking.token = Member(head.Header("cookie"), ';', kCookie);
  asking.csrf = head.Header("x-octroi-csrf");
  asking.content_type = head.Header("content-type");
  asking.none_match = head.Header("if-none-match");
  asking.encodings = head.Header("accept-encoding");
  asking.language = LanguageOf(head.Header("accept-language"), otherwise);
  TakeProxy(head, asking);
  return asking;
}

bool Asking::posts_json() const {
  return method == "POST" &&
         (content_type == "application/json" || content_type.starts_with("application/json;"));
}

std::string_view Asking::Query(std::string_view name) const { return Member(query, '&', name); }

void Guard(Response& response, std::string cache) {
  response.headers.emplace_back("Content-Security-Policy", kPolicy);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  response.headers.emplace_back("Cache-Control", std::move(cache));
}

}  // namespace octroi::gateway::console
