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
  asking.https = head.Header("x-forwarded-proto") == "https";
  asking.near =
      head.peer.starts_with("127.") || head.peer == "::1" || head.peer.starts_with("::ffff:127.");
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
