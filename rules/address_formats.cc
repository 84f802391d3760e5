// Formats of addresses: e-mail, host names, URLs, IP.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "rules/formats.h"

namespace octroi::rules {
namespace {

constexpr std::size_t kLocalBytesMax = 64;  // RFC 5321 4.5.3.1
constexpr std::size_t kHostBytesMax = 253;  // RFC 1035, without the root dot
constexpr std::size_t kLabelBytesMax = 63;

enum Class : std::uint8_t { kNone, kAtom, kAtomAndLabel, kDash };

// Atoms: RFC 5322 atext, and letters beyond ASCII (RFC 6532). Labels: letters, digits, what is
// beyond ASCII, and '-' inside.
constexpr std::array<Class, 256> kClasses = [] {
  std::array<Class, 256> classes{};
  for (const char byte : std::string_view("!#$%&'*+/=?^_`{|}~"))
    classes[static_cast<unsigned char>(byte)] = kAtom;
  for (std::size_t byte = 0; byte < 0x80; ++byte) {
    const char letter = static_cast<char>(byte);
    if (IsAlpha(letter) || IsDigit(letter)) classes[byte] = kAtomAndLabel;
  }
  for (std::size_t byte = 0x80; byte < 0x100; ++byte) classes[byte] = kAtomAndLabel;
  classes['-'] = kDash;
  return classes;
}();
Class ClassOf(char byte) { return kClasses[static_cast<unsigned char>(byte)]; }

bool IsLocalPart(std::string_view local) {
  if (local.empty() || local.size() > kLocalBytesMax) return false;
  char before = '.';
  for (const char byte : local) {
    if (byte == '.' ? before == '.' : ClassOf(byte) == kNone) return false;
    before = byte;
  }
  return before != '.';
}

bool IsPort(std::string_view port) {
  if (port.empty() || port.size() > 5 || !std::all_of(port.begin(), port.end(), IsDigit))
    return false;
  int number = 0;
  for (const char digit : port) number = number * 10 + (digit - '0');
  return number >= 1 && number <= 65535;
}

bool IsAuthority(std::string_view authority) {
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos || !IsIpv6(authority.substr(1, end - 1))) return false;
    port = authority.substr(end + 1);
    return port.empty() || (port[0] == ':' && IsPort(port.substr(1)));
  }
  const std::size_t colon = authority.find(':');
  const std::string_view host = authority.substr(0, colon);
  if (colon != std::string_view::npos && !IsPort(authority.substr(colon + 1))) return false;
  const bool numeric =
      std::all_of(host.begin(), host.end(), [](char byte) { return IsDigit(byte) || byte == '.'; });
  return numeric ? IsIpv4(host) : IsHostName(host);
}

bool IsUrlTail(std::string_view tail) {
  for (std::size_t at = 0; at < tail.size(); ++at) {
    const auto code = static_cast<unsigned char>(tail[at]);
    if (code <= 0x20 || code == 0x7f || std::strchr("\"<>\\^`{|}", tail[at]) != nullptr)
      return false;
    if (code == '%' && !(at + 2 < tail.size() && IsHex(tail[at + 1]) && IsHex(tail[at + 2])))
      return false;
  }
  return true;
}

bool StartsWithScheme(std::string_view value, std::string_view scheme) {
  return value.size() >= scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), value.begin(), [](char lower, char byte) {
           return lower == (byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 0x20) : byte);
         });
}

bool ParsesAs(int family, std::string_view value) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  std::array<char, sizeof(in6_addr)> address{};
  if (value.empty() || value.size() >= text.size() || value.find('\0') != std::string_view::npos)
    return false;
  std::copy(value.begin(), value.end(), text.begin());
  return inet_pton(family, text.data(), address.data()) == 1;
}

}  // namespace

bool IsHostName(std::string_view value) {
  if (value.empty() || value.size() > kHostBytesMax) return false;
  std::size_t label = 0;  // bytes of the label so far
  char before = '.';
  for (const char byte : value) {
    if (byte == '.') {
      if (before == '.' || before == '-') return false;
      label = 0;
    } else {
      const Class kind = ClassOf(byte);
      const bool fits = kind == kAtomAndLabel || (kind == kDash && before != '.');
      if (!fits || ++label > kLabelBytesMax) return false;
    }
    before = byte;
  }
  return before != '.' && before != '-';
}

bool IsEmail(std::string_view value) {
  const std::size_t sign = value.find('@');
  if (sign == std::string_view::npos || !IsLocalPart(value.substr(0, sign))) return false;
  const std::string_view domain = value.substr(sign + 1);
  if (!IsHostName(domain)) return false;
  const std::size_t dot = domain.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view top = domain.substr(dot + 1);
  return top.size() >= 2 && !std::all_of(top.begin(), top.end(), IsDigit);
}

bool IsUrl(std::string_view value) {
  if (StartsWithScheme(value, "https://")) {
    value.remove_prefix(8);
  } else if (StartsWithScheme(value, "http://")) {
    value.remove_prefix(7);
  } else {
    return false;
  }
  const std::size_t end = std::min(value.find_first_of("/?#"), value.size());
  return IsAuthority(value.substr(0, end)) && IsUrlTail(value.substr(end));
}

bool IsIpv4(std::string_view value) { return ParsesAs(AF_INET, value); }
bool IsIpv6(std::string_view value) { return ParsesAs(AF_INET6, value); }
bool IsIp(std::string_view value) { return IsIpv4(value) || IsIpv6(value); }

}  // namespace octroi::rules
