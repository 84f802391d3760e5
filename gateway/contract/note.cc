#include "gateway/contract/note.h"

namespace octroi::gateway::contract {

std::string SentenceOf(const Note& note, Language language) {
  const config::CodeText* code = config::FindCode(note.code);
  if (code == nullptr) return {};
  const bool fr = language == Language::kFrench;
  std::string text = fr ? code->fr : code->en;
  for (std::size_t i = 0; i < note.pieces.size(); ++i) {
    const std::string mark = "{" + std::to_string(i) + "}";
    const std::string& piece = fr ? note.pieces[i].fr : note.pieces[i].en;
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += piece.size()) {
      text.replace(at, mark.size(), piece);
    }
  }
  return text;
}

std::string PointerTo(const std::string& pointer, std::string_view key) {
  std::string out = pointer + '/';
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace octroi::gateway::contract
