// Sentence: the words of a question, told apart however they are accented. Internal to ask.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace octroi::gateway::ask {

class Sentence {
 public:
  explicit Sentence(std::string_view text);

  bool AtEnd() const { return at_ == words_.size(); }
  // Takes the first of these phrases that comes next; each is lower case, without accents.
  bool Take(std::initializer_list<std::string_view> phrases);
  std::string TakeName();  // the next word as it is written, without its quotes; "" at the end
  int column() const;      // of the next word
  std::string_view next() const { return AtEnd() ? std::string_view() : words_[at_].written; }

 private:
  struct Word {
    std::string written, plain;
    int column = 1;
  };
  bool TakeOne(std::string_view phrase);

  std::vector<Word> words_;
  std::size_t at_ = 0;
  int end_ = 1;
};

}  // namespace octroi::gateway::ask
