#include "gateway/edge/head_lines.h"

#include <algorithm>
#include <array>

#include "base/limits.h"

namespace octroi::gateway::edge {
namespace {

enum : std::uint8_t { kToken = 1, kTarget = 2, kName = 4, kAddress = 8 };

constexpr std::array<std::uint8_t, 256> MakeClasses() {
  std::array<std::uint8_t, 256> classes{};
  const auto mark = [&classes](std::string_view set, std::uint8_t as) {
    for (const char c : set) classes[static_cast<unsigned char>(c)] |= as;
  };
  constexpr std::string_view kAlnum =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  mark(kAlnum, kToken | kTarget | kName);
  mark("!#$%&'*+-.^_`|~", kToken);
  mark("-._~%!$&'()*+,;=:@/?[]", kTarget);
  mark("-._~", kName);
  mark("0123456789abcdefABCDEF:.", kAddress);
  return classes;
}
constexpr auto kClasses = MakeClasses();

bool AllOf(std::string_view text, std::uint8_t wanted) {
  return std::all_of(text.begin(), text.end(), [wanted](char c) {
    return (kClasses[static_cast<unsigned char>(c)] & wanted) != 0;
  });
}

Fault CheckTarget(std::string_view target) {
  if (target.size() > base::kTargetBytesMax) return Fault::kTargetTooLong;
  if (target.find('#') != target.npos) return Fault::kTargetFragment;
  return AllOf(target, kTarget) ? Fault::kNone : Fault::kTargetInvalid;
}

Fault CheckVersion(std::string_view version) {
  if (version == "HTTP/1.1" || version == "HTTP/1.0") return Fault::kNone;
  const bool is_version = version.size() == 8 && version.starts_with("HTTP/") &&
                          version[5] >= '0' && version[5] <= '9' && version[6] == '.' &&
                          version[7] >= '0' && version[7] <= '9';
  return is_version ? Fault::kVersion : Fault::kRequestLine;
}

bool IsMethod(std::string_view method) {
  static constexpr std::string_view kMethods[] = {"GET",   "POST",   "HEAD",   "PUT",
                                                  "PATCH", "DELETE", "OPTIONS"};
  return std::find(std::begin(kMethods), std::end(kMethods), method) != std::end(kMethods);
}

}  // namespace

bool HasControl(std::string_view bytes) {
  unsigned bad = 0;  // no early exit: the compiler makes vectors of it
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    bad |= static_cast<unsigned>(byte < 0x20) & static_cast<unsigned>(byte != '\t') &
           static_cast<unsigned>(byte != '\r') & static_cast<unsigned>(byte != '\n');
    bad |= static_cast<unsigned>(byte == 0x7f);
  }
  return bad != 0;
}

Fault CheckRequestLine(std::string_view line) {
  const std::size_t first = line.find(' ');
  if (first == line.npos || first == 0) return Fault::kRequestLine;
  if (!AllOf(line.substr(0, first), kToken)) return Fault::kMethodInvalid;
  const std::size_t second = line.find(' ', first + 1);
  if (second == line.npos || second == first + 1) return Fault::kRequestLine;
  if (const Fault fault = CheckVersion(line.substr(second + 1)); fault != Fault::kNone) {
    return fault;
  }
  if (const Fault fault = CheckTarget(line.substr(first + 1, second - first - 1));
      fault != Fault::kNone) {
    return fault;
  }
  return IsMethod(line.substr(0, first)) ? Fault::kNone : Fault::kMethodUnknown;
}

Fault CheckFieldLine(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') return Fault::kFoldedHeader;
  const std::size_t colon = line.find(':');
  if (colon == line.npos || colon == 0) return Fault::kHeaderMalformed;
  if (line[colon - 1] == ' ' || line[colon - 1] == '\t') return Fault::kSpaceBeforeColon;
  return AllOf(line.substr(0, colon), kToken) ? Fault::kNone : Fault::kHeaderMalformed;
}

bool IsAuthority(std::string_view text) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos || end < 3 || !AllOf(text.substr(1, end - 1), kAddress)) return false;
    port = text.substr(end + 1);
  } else {
    const std::size_t end = std::min(text.find(':'), text.size());
    if (end == 0 || end > 255 || !AllOf(text.substr(0, end), kName)) return false;
    port = text.substr(end);
  }
  if (port.empty()) return true;
  port.remove_prefix(1);
  return text[text.size() - port.size() - 1] == ':' && !port.empty() && port.size() <= 5 &&
         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

char LowerCase(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return LowerCase(x) == LowerCase(y); });
}

std::string_view TrimSpaces(std::string_view text, bool tabs_too) {
  const auto blank = [tabs_too](char c) { return c == ' ' || (tabs_too && c == '\t'); };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace octroi::gateway::edge
