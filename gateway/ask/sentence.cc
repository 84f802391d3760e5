#include "gateway/ask/sentence.h"

#include <array>
#include <utility>

namespace octroi::gateway::ask {
namespace {

// What is written in two or three bytes and read as one letter, or as a space.
constexpr std::pair<std::string_view, std::string_view> kPlain[] = {
    {"à", "a"},
    {"â", "a"},
    {"é", "e"},
    {"è", "e"},
    {"ê", "e"},
    {"ë", "e"},
    {"î", "i"},
    {"ï", "i"},
    {"ô", "o"},
    {"û", "u"},
    {"ù", "u"},
    {"ç", "c"},
    {"À", "a"},
    {"É", "e"},
    {"È", "e"},
    {"Ê", "e"},
    {"’", "'"},
    {"«", " "},
    {"»", " "},
    {"“", " "},
    {"”", " "},
    {"\xc2\xa0", " "},
    {"\xe2\x80\xaf", " "},
};

std::size_t LengthOf(unsigned char lead) {
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

std::string PlainOf(std::string_view letter) {
  for (const auto& [written, plain] : kPlain) {
    if (written == letter) return std::string(plain);
  }
  std::string plain(letter);
  if (plain.size() == 1 && plain[0] >= 'A' && plain[0] <= 'Z')
    plain[0] = static_cast<char>(plain[0] - 'A' + 'a');
  if (plain == "\"" || plain == "," || plain == "\t" || plain == "\n" || plain == "\r") plain = " ";
  return plain;
}

}  // namespace

Sentence::Sentence(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '?' || text.back() == '.'))
    text.remove_suffix(1);
  bool inside = false;
  for (int column = 1; !text.empty(); ++column) {
    const std::size_t length =
        std::min(LengthOf(static_cast<unsigned char>(text.front())), text.size());
    const std::string_view letter = text.substr(0, length);
    text.remove_prefix(length);
    const std::string plain = PlainOf(letter);
    end_ = column + 1;
    if (plain == " ") {
      inside = false;
      continue;
    }
    if (!std::exchange(inside, true)) words_.push_back({{}, {}, column});
    words_.back().written += letter;
    words_.back().plain += plain;
  }
}

bool Sentence::TakeOne(std::string_view phrase) {
  std::size_t at = at_;
  while (!phrase.empty()) {
    const std::size_t space = std::min(phrase.find(' '), phrase.size());
    if (at == words_.size() || words_[at].plain != phrase.substr(0, space)) return false;
    ++at;
    phrase.remove_prefix(std::min(space + 1, phrase.size()));
  }
  at_ = at;
  return true;
}

bool Sentence::Take(std::initializer_list<std::string_view> phrases) {
  for (const std::string_view phrase : phrases) {
    if (TakeOne(phrase)) return true;
  }
  return false;
}

std::string Sentence::TakeName() { return AtEnd() ? std::string() : words_[at_++].written; }

int Sentence::column() const { return AtEnd() ? end_ : words_[at_].column; }

}  // namespace octroi::gateway::ask
