// A JSON text (RFC 8259) inside a value. Small and without memory of its own: the strict parser of
// events takes objects only.
#include <algorithm>

#include "rules/formats.h"

namespace octroi::rules {
namespace {

constexpr int kDepthMax = 32;

class JsonText {
 public:
  explicit JsonText(std::string_view text) : rest_(text) {}

  bool IsValid() {
    Skip();
    if (!Value(0)) return false;
    Skip();
    return rest_.empty();
  }

 private:
  void Skip() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n\r"), rest_.size())); }
  bool Take(char byte) {
    if (!rest_.starts_with(byte)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool Word(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool Value(int depth) {
    if (rest_.empty()) return false;
    switch (rest_[0]) {
      case '{':
        return depth < kDepthMax && Items('{', '}', depth);
      case '[':
        return depth < kDepthMax && Items('[', ']', depth);
      case '"':
        return String();
      case 't':
        return Word("true");
      case 'f':
        return Word("false");
      case 'n':
        return Word("null");
      default:
        return Number();
    }
  }

  bool Items(char open, char close, int depth) {
    Take(open);
    Skip();
    if (Take(close)) return true;
    while (true) {
      Skip();
      if (open == '{' && !(String() && (Skip(), Take(':')) && (Skip(), true))) return false;
      if (!Value(depth + 1)) return false;
      Skip();
      if (Take(close)) return true;
      if (!Take(',')) return false;
    }
  }

  bool String() {
    if (!Take('"')) return false;
    while (!rest_.empty()) {
      const char byte = rest_[0];
      rest_.remove_prefix(1);
      if (byte == '"') return true;
      if (static_cast<unsigned char>(byte) < 0x20) return false;
      if (byte == '\\' && !Escape()) return false;
    }
    return false;
  }

  bool Escape() {
    if (!Take('u')) {
      if (rest_.empty() || std::string_view("\"\\/bfnrt").find(rest_[0]) == std::string_view::npos)
        return false;
      rest_.remove_prefix(1);
      return true;
    }
    for (int digit = 0; digit < 4; ++digit) {
      if (rest_.empty() || !IsHex(rest_[0])) return false;
      rest_.remove_prefix(1);
    }
    return true;
  }

  bool Digits() {
    const std::size_t size = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    rest_.remove_prefix(size);
    return size > 0;
  }

  bool Number() {
    Take('-');
    if (!Take('0') && !Digits()) return false;
    if (Take('.') && !Digits()) return false;
    if (!Take('e') && !Take('E')) return true;
    if (!Take('+')) Take('-');
    return Digits();
  }

  std::string_view rest_;
};

}  // namespace

bool IsJson(std::string_view value) { return JsonText(value).IsValid(); }

}  // namespace octroi::rules
