#include "gateway/contract/ecma_pattern.h"

#include <array>
#include <charconv>
#include <optional>

#include "gateway/config/scalar.h"
#include "rules/pattern.h"

namespace octroi::gateway::contract {
namespace {

using config::Say;

// ECMA-262: WhiteSpace and LineTerminator, 12.2 and 12.3.
constexpr std::string_view kSpaces =
    "\\t-\\r "
    "\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";
constexpr std::string_view kNotSpaces =
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}!-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}"
    "\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{"
    "10ffff}";
constexpr std::string_view kAnyButLineEnd = "[^\\n\\r\\x{2028}\\x{2029}]";

// Long names of general categories that RE2 has by their short one.
constexpr std::array<std::array<std::string_view, 2>, 12> kCategories = {
    {{"Letter", "L"},
     {"Lowercase_Letter", "Ll"},
     {"Uppercase_Letter", "Lu"},
     {"Titlecase_Letter", "Lt"},
     {"Mark", "M"},
     {"Number", "N"},
     {"Decimal_Number", "Nd"},
     {"digit", "Nd"},
     {"Punctuation", "P"},
     {"Symbol", "S"},
     {"Separator", "Z"},
     {"Other", "C"}}};

class Translator {
 public:
  explicit Translator(std::string_view text) : text_(text) {}

  Pattern Run() {
    while (why_.empty() && at_ < text_.size()) Next();
    if (why_.empty() && groups_ != 0) Refuse("des parenthèses ouvertes", "open parentheses");
    if (!why_.empty()) return {{}, why_};
    // A match may stand anywhere in the text.
    const bool bar = text_.find('|') != std::string_view::npos;
    const bool begins = !bar && text_.starts_with('^');
    const bool ends = !bar && text_.ends_with('$') && !text_.ends_with("\\$");
    if (begins) out_.erase(0, 1);
    if (ends && !out_.empty()) out_.pop_back();
    const std::string core = bar ? "(?:" + out_ + ")" : out_;
    return {(begins ? "" : "(?s:.*)") + core + (ends ? "" : "(?s:.*)"), {}};
  }

 private:
  void Refuse(const char* fr, const char* en) {
    if (why_.empty()) why_ = Say(fr, en);
  }
  bool Looking(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  void Next() {
    const char c = text_[at_];
    if (c == '\\') return Escape(false);
    if (c == '[') return Class();
    if (c == '(') return Group();
    if (c == '.') {
      out_ += kAnyButLineEnd;
    } else if (c == ')') {
      if (--groups_ < 0) Refuse("une parenthèse de trop", "a parenthesis too many");
      out_ += c;
    } else if (c == '{') {
      return Counts();
    } else if (c == '}' || c == ']') {
      Refuse("une accolade ou un crochet seul", "a brace or bracket on its own");
    } else if (static_cast<unsigned char>(c) < ' ') {
      Code(static_cast<unsigned char>(c));
    } else {
      out_ += c;
    }
    ++at_;
  }

  // {2}, {2,}, {2,4}: anything else is a literal to RE2 and none in Unicode mode. So is a number
  // that RE2 cannot hold; it refuses others above 1,000 itself.
  void Counts() {
    constexpr std::size_t kDigitsMax = 8;
    std::size_t end = at_ + 1, digits = 0;
    int commas = 0;
    for (; end < text_.size() && text_[end] != '}'; ++end) {
      const bool digit = text_[end] >= '0' && text_[end] <= '9';
      const bool comma = text_[end] == ',' && end > at_ + 1 && ++commas == 1;
      if (!digit && !comma) break;
      digits = digit ? digits + 1 : 0;
      if (digits > kDigitsMax) return Refuse("trop de répétitions", "too many repetitions");
    }
    if (end >= text_.size() || text_[end] != '}' || end == at_ + 1)
      return Refuse("une accolade seule", "a brace on its own");
    out_ += text_.substr(at_, end + 1 - at_);
    at_ = end + 1;
  }

  void Group() {
    ++groups_;
    if (Looking("(?:")) {
      out_ += "(?:";
      at_ += 3;
    } else if (Looking("(?=") || Looking("(?!") || Looking("(?<=") || Looking("(?<!")) {
      Refuse("un regard en avant ou en arrière, que RE2 n'a pas",
             "a look ahead or behind, which RE2 does not have");
    } else if (Looking("(?<")) {
      out_ += "(?P<";
      at_ += 3;
    } else if (Looking("(?")) {
      Refuse("un groupe que ECMA-262 n'a pas", "a group that ECMA-262 does not have");
    } else {
      out_ += "(?:";  // what is caught is never asked for
      ++at_;
    }
  }

  void Class() {
    out_ += '[';
    ++at_;
    if (at_ < text_.size() && text_[at_] == '^') {
      out_ += '^';
      ++at_;
    }
    if (at_ < text_.size() && text_[at_] == ']') return Refuse("une classe vide", "an empty class");
    while (why_.empty() && at_ < text_.size() && text_[at_] != ']') {
      if (text_[at_] == '\\') {
        Escape(true);
      } else {
        // "[[:alpha:]]" is a class in RE2 and none in ECMA-262.
        if (text_[at_] == '[') out_ += '\\';
        if (static_cast<unsigned char>(text_[at_]) < ' ') {
          Code(static_cast<unsigned char>(text_[at_++]));  // no config file holds it as it is
        } else {
          out_ += text_[at_++];
        }
      }
    }
    if (at_ >= text_.size()) return Refuse("une classe ouverte", "an open class");
    out_ += ']';
    ++at_;
  }

  void Code(unsigned code) {
    char hex[16];
    const auto [end, error] = std::to_chars(hex, hex + sizeof hex, code, 16);
    out_ += "\\x{" + std::string(hex, end) + "}";
  }
  // Hexadecimal digits, `count` of them.
  std::optional<unsigned> Hex(std::size_t from, std::size_t count) const {
    unsigned code = 0;
    if (from + count > text_.size() || count == 0) return std::nullopt;
    const char* end = text_.data() + from + count;
    const auto [stop, error] = std::from_chars(text_.data() + from, end, code, 16);
    return error == std::errc{} && stop == end ? std::optional(code) : std::nullopt;
  }

  void Escape(bool in_class) {
    if (at_ + 1 >= text_.size()) return Refuse("une barre à la fin", "a backslash at the end");
    const char c = text_[at_ + 1];
    at_ += 2;
    switch (c) {
      case 'd':
      case 'D':
      case 'w':
      case 'W':
      case 't':
      case 'n':
      case 'r':
      case 'f':
      case 'v':
        out_ += {'\\', c};
        return;
      case 's':
        out_ += in_class ? std::string(kSpaces) : "[" + std::string(kSpaces) + "]";
        return;
      case 'S':
        out_ += in_class ? std::string(kNotSpaces) : "[^" + std::string(kSpaces) + "]";
        return;
      case 'b':
        out_ += in_class ? "\\x{8}" : "\\b";
        return;
      case 'B':
        if (in_class) break;
        out_ += "\\B";
        return;
      case '0':
        if (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') break;
        out_ += "\\x{0}";
        return;
      case 'c':
        return Control();
      case 'x':
      case 'u':
        return Numbered(c);
      case 'p':
      case 'P':
        return Property(c);
      default:
        break;
    }
    if (c >= '1' && c <= '9')
      return Refuse("un renvoi à un groupe, que RE2 n'a pas",
                    "a back reference, which RE2 does not have");
    constexpr std::string_view kSyntax = "^$\\.*+?()[]{}|/";
    if (kSyntax.find(c) == std::string_view::npos && !(in_class && c == '-'))
      return Refuse("un échappement que ECMA-262 n'a pas", "an escape that ECMA-262 does not have");
    out_ += c == '/' ? std::string("/") : std::string{'\\', c};
  }

  void Control() {
    const char letter = at_ < text_.size() ? static_cast<char>(text_[at_] | 0x20) : ' ';
    if (letter < 'a' || letter > 'z')
      return Refuse("un échappement que ECMA-262 n'a pas", "an escape that ECMA-262 does not have");
    Code(static_cast<unsigned>(letter - 'a' + 1));
    ++at_;
  }

  void Numbered(char kind) {
    std::optional<unsigned> code;
    if (kind == 'u' && Looking("{")) {
      const std::size_t end = text_.find('}', at_);
      if (end != std::string_view::npos) code = Hex(at_ + 1, end - at_ - 1);
      at_ = end == std::string_view::npos ? text_.size() : end + 1;
    } else {
      const std::size_t digits = kind == 'u' ? 4 : 2;
      code = Hex(at_, digits);
      at_ += digits;
      const bool high = code && *code >= 0xD800 && *code < 0xDC00;
      if (high && Looking("\\u")) {
        const auto low = Hex(at_ + 2, 4);
        if (low && *low >= 0xDC00 && *low < 0xE000) {
          code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
          at_ += 6;
        }
      }
    }
    if (!code || *code > 0x10FFFF || (*code >= 0xD800 && *code < 0xE000))
      return Refuse("un échappement que ECMA-262 n'a pas", "an escape that ECMA-262 does not have");
    Code(*code);
  }

  void Property(char sign) {
    const std::size_t end = text_.find('}', at_);
    if (!Looking("{") || end == std::string_view::npos)
      return Refuse("un échappement que ECMA-262 n'a pas", "an escape that ECMA-262 does not have");
    std::string name(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    for (const auto& [longer, shorter] : kCategories) {
      if (name == longer) name = shorter;
    }
    for (const std::string_view key : {"Script=", "sc="}) {
      if (name.starts_with(key)) name.erase(0, key.size());
    }
    // Those of RE2; what it does not know it refuses when it is asked (WholeTextPattern).
    const bool short_name = name.size() <= 2;
    if (!short_name && name != "Greek" && name != "Latin" && name != "Cyrillic" && name != "Han")
      return Refuse("une propriété Unicode que RE2 n'a pas",
                    "a Unicode property that RE2 does not have");
    out_ += {'\\', sign, '{'};
    out_ += name + "}";
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int groups_ = 0;
  std::string out_;
  Say why_;
};

}  // namespace

Pattern WholeTextPattern(std::string_view ecma) {
  Pattern pattern = Translator(ecma).Run();
  if (!pattern.why.empty()) return pattern;
  if (pattern.re2.size() > rules::kPatternBytesMax)
    return {{}, Say("plus de 1 000 octets", "over 1,000 bytes")};
  if (config::HasControlCharacter(pattern.re2)) {
    return {{},
            Say("un caractère de contrôle, qu'un fichier de config ne tient pas",
                "a control character, which no config file holds")};
  }
  if (const std::string fault = rules::PatternFault(pattern.re2); !fault.empty())
    return {{}, Say("RE2 le refuse : " + fault, "RE2 refuses it: " + fault)};
  return pattern;
}

}  // namespace octroi::gateway::contract
