#include <deque>

#include "rules/contract.h"

namespace octroi::rules {

struct Contract::Scratch::State {
  std::deque<std::string> texts;  // a deque moves nothing when it grows
  std::size_t used = 0;
};

Contract::Scratch::Scratch() : state_(std::make_unique<State>()) {}
Contract::Scratch::~Scratch() = default;

void Contract::Scratch::Clear() { state_->used = 0; }

std::string& Contract::Scratch::Next() {
  if (state_->used == state_->texts.size()) state_->texts.emplace_back();
  std::string& text = state_->texts[state_->used++];
  text.clear();
  return text;
}

}  // namespace octroi::rules
