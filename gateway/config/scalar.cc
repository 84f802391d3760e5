#include "gateway/config/scalar.h"

#include <charconv>
#include <limits>

namespace octroi::gateway::config {
namespace {

bool AllOf(std::string_view text, std::string_view set) {
  return !text.empty() && text.find_first_not_of(set) == std::string_view::npos;
}

constexpr std::string_view kDigits = "0123456789";

std::string_view WithoutSign(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return text;
}

bool IsInteger(std::string_view text, int& base) {
  base = 10;
  if (AllOf(WithoutSign(text), kDigits)) return true;
  base = text.starts_with("0x") ? 16 : text.starts_with("0o") ? 8 : 0;
  return base != 0 && AllOf(text.substr(2), base == 16 ? "0123456789abcdefABCDEF" : "01234567");
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool IsDecimal(std::string_view text) {
  text = WithoutSign(text);
  const std::size_t exponent = text.find_first_of("eE");
  if (exponent != std::string_view::npos) {
    if (!AllOf(WithoutSign(text.substr(exponent + 1)), kDigits)) return false;
    text = text.substr(0, exponent);
  }
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return AllOf(text, kDigits);
  const std::string_view whole = text.substr(0, dot), part = text.substr(dot + 1);
  if (whole.empty()) return AllOf(part, kDigits);
  return AllOf(whole, kDigits) && (part.empty() || AllOf(part, kDigits));
}

bool IsNotFinite(std::string_view text) {
  const std::string_view bare = WithoutSign(text);
  return bare == ".inf" || bare == ".Inf" || bare == ".INF" || text == ".nan" || text == ".NaN" ||
         text == ".NAN";
}

// Independent of the locale. Out of range reads as infinite, which is refused.
double NumberOf(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() ? number : std::numeric_limits<double>::infinity();
}

double WholeOf(std::string_view digits, int base) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  return read.ec == std::errc() ? static_cast<double>(number)
                                : std::numeric_limits<double>::infinity();
}

}  // namespace

Node QuotedScalar(const std::string& text) {
  Node node;
  node.kind = Node::Kind::kString;
  node.text = text;
  return node;
}

Node PlainScalar(const std::string& text) {
  Node node = QuotedScalar(text);
  int base = 10;
  if (text == "true" || text == "True" || text == "TRUE") {
    node.kind = Node::Kind::kBool;
    node.truth = true;
  } else if (text == "false" || text == "False" || text == "FALSE") {
    node.kind = Node::Kind::kBool;
  } else if (IsInteger(text, base)) {
    node.kind = Node::Kind::kInteger;
    node.number = base == 10 ? NumberOf(text) : WholeOf(std::string_view(text).substr(2), base);
  } else if (IsDecimal(text)) {
    node.kind = Node::Kind::kNumber;
    node.number = NumberOf(text);
  } else if (IsNotFinite(text)) {
    node.kind = Node::Kind::kNumber;
    node.number = std::numeric_limits<double>::infinity();
  }
  return node;
}

bool HasControlCharacter(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7F) return true;
  }
  return false;
}

}  // namespace octroi::gateway::config
