// TextScan: one text being looked through. Its readers each look at one place and add what they
// see. Private to the module.
#pragma once

#include <array>

#include "rules/detect/detect.h"
#include "rules/formats.h"

namespace octroi::rules {

// A letter or a digit there, or ending there; beyond ASCII letters only, not "°", "«" or a space.
bool IsWordAt(std::string_view text, std::size_t at);
bool IsWordBefore(std::string_view text, std::size_t at);
bool IsFarLetter(char32_t code);
std::size_t CharBefore(std::string_view text, std::size_t at);  // where the one before begins

constexpr bool IsUpper(char byte) { return byte >= 'A' && byte <= 'Z'; }
constexpr char Upper(char byte) {
  return byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 0x20) : byte;
}

// Bytes of the separator at `at`: a space, '.', '-', '/', a no-break space or hyphen; 0: none.
std::size_t SeparatorAt(std::string_view text, std::size_t at);

// Letters and digits from a place on, in upper case, with single separators between groups.
struct Run {
  static constexpr std::size_t kMost = 36;
  std::array<char, kMost> chars{};
  std::array<std::size_t, kMost> ends{};  // byte after each
  std::array<bool, kMost> closes{};       // its group ends there
  std::array<char, kMost> after{};        // first byte of the separator behind its group; 0: none
  std::size_t size = 0;

  static Run At(std::string_view text, std::size_t at);
  std::string_view First(std::size_t count) const { return {chars.data(), count}; }
  bool Ends(std::size_t count) const { return count <= size && closes[count - 1]; }
  // The first `count` are in groups of these sizes: "333"; "a" is ten, "b" eleven... `alike`: with
  // the same separator between all.
  bool Grouped(std::size_t count, std::string_view sizes, bool alike) const;
  bool InOne(std::size_t count) const;  // no separator within
};

struct TextScan {
  std::string_view text;
  std::uint32_t types;
  std::vector<Find>& finds;
  WordsAround& words_around;
  std::size_t url_end = 0;  // of the last one

  bool Wants(PersonalData type) const { return (types >> static_cast<unsigned>(type)) & 1; }
  // `alone`: how sure it is without words around. With its words it is two steps surer, with words
  // of other numbers ("order no.") one less, but no less than possible.
  void Add(PersonalData type, std::size_t begin, std::size_t end, Confidence alone, bool checked);

  // It goes on before or after as a longer number does: "1 234 567 890", "732829320.50".
  bool IsPartOfNumber(std::size_t begin, const Run& run, std::size_t count) const;
  char Before(std::size_t at) const { return at == 0 ? ' ' : text[at - 1]; }
  char At(std::size_t at) const { return at < text.size() ? text[at] : ' '; }

  void Email(std::size_t sign);                     // at an '@'
  void Url(std::size_t begin);                      // at a word
  void Ip(std::size_t begin);                       // at a word or a colon
  void Mac(std::size_t begin);                      // at a word
  void Phone(std::size_t begin);                    // at '+', '(' or a digit
  void BirthDate(std::size_t begin);                // at a word
  void Number(std::size_t begin, const Run& run);   // at a word: persons, companies
  void Account(std::size_t begin, const Run& run);  // at a word: IBAN, BIC, cards
  void Plate(std::size_t begin, const Run& run);    // at a word
};

}  // namespace octroi::rules
