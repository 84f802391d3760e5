#include "gateway/sender/target.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "gateway/sender.h"

namespace octroi::gateway {
namespace {

constexpr std::size_t kUrlBytesMax = 2048;
constexpr std::size_t kHostBytesMax = 253;  // RFC 1035
constexpr std::size_t kLabelBytesMax = 63;

base::Error Wrong(std::string detail) {
  return {base::ErrorCode::kInvalid, "sender.url", std::move(detail)};
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// WHATWG "ends in a number": such a host is an address to some resolver, whatever it looks like to
// us.
bool EndsInNumber(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return !last.empty() &&
         (std::all_of(last.begin(), last.end(), IsDigit) || last.starts_with("0x"));
}

bool IsLabel(std::string_view label) {
  if (label.empty() || label.size() > kLabelBytesMax) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(),
                     [](char c) { return IsLetter(c) || IsDigit(c) || c == '-' || c == '_'; });
}

bool IsName(std::string_view host) {
  if (host.empty() || host.size() > kHostBytesMax) return false;
  while (true) {
    const std::size_t dot = host.find('.');
    if (!IsLabel(host.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    host.remove_prefix(dot + 1);
  }
}

bool IsAddress(int family, const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(family, text.c_str(), bytes.data()) == 1;
}

base::Status ReadPort(std::string_view text, Target& target) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) {
    return Wrong("the port must be a number from 1 to 65535");
  }
  target.port = port;
  return base::Ok();
}

// "host", "host:port", "[v6]", "[v6]:port".
base::Status ReadAuthority(std::string_view authority, Target& target) {
  if (authority.find('@') != std::string_view::npos) {
    return Wrong("user information before `@` is not allowed");
  }
  std::string_view host, rest;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return Wrong("`[` without `]` in the host");
    host = authority.substr(1, close - 1);
    rest = authority.substr(close + 1);
    if (!IsAddress(AF_INET6, std::string(host))) return Wrong("the host is not an IPv6 address");
    target.literal = true;
  } else {
    host = authority.substr(0, authority.find(':'));
    rest = authority.substr(host.size());
  }
  target.host = host;
  for (char& c : target.host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (!target.literal && EndsInNumber(target.host)) {
    target.literal = IsAddress(AF_INET, target.host);
    if (!target.literal) return Wrong("the host is a number but not a dotted IPv4 address");
  } else if (!target.literal && !IsName(target.host)) {
    return Wrong("the host is not a DNS name (internationalised names: write the `xn--` form)");
  }
  target.authority = authority;
  if (rest.empty()) return base::Ok();
  if (rest.front() != ':') return Wrong("something other than a port follows the host");
  return ReadPort(rest.substr(1), target);
}

}  // namespace

base::Result<Target> ParseTarget(std::string_view url) {
  if (url.size() > kUrlBytesMax) return Wrong("longer than 2048 bytes");
  const bool clean = std::all_of(url.begin(), url.end(), [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("\\\"<>^`{|}").find(c) == std::string_view::npos;
  });
  if (!clean) return Wrong("it holds a character that a URL cannot hold");
  if (url.find('#') != std::string_view::npos) return Wrong("a fragment is not allowed");
  Target target;
  target.tls = url.starts_with("https://");
  if (!TakePrefix(url, "https://") && !TakePrefix(url, "http://")) {
    return Wrong("the scheme must be `https://` or `http://`");
  }
  target.port = target.tls ? 443 : 80;
  const std::size_t end = std::min(url.find_first_of("/?"), url.size());
  if (auto status = ReadAuthority(url.substr(0, end), target); !status) return status.error();
  target.path = url.substr(end);
  if (!target.path.starts_with('/')) target.path.insert(0, "/");
  return target;
}

base::Status CheckUrl(const std::string& url, bool allow_private) {
  const auto target = ParseTarget(url);
  if (!target) return target.error();
  if (allow_private) return base::Ok();
  if (target->literal && !IsPublicAddress(target->host)) {
    return Wrong("the address is not a public one");
  }
  if (target->host == "localhost" || target->host.ends_with(".localhost")) {
    return Wrong("`localhost` is not a public host");
  }
  return base::Ok();
}

}  // namespace octroi::gateway
