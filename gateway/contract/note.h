// What a file in another format says that has no equivalent here, or reads otherwise.
#pragma once

#include <string>
#include <vector>

#include "gateway/config/findings.h"
#include "gateway/config/node.h"

namespace octroi::gateway::contract {

struct Note {
  std::string pointer;  // RFC 6901, of the file that was read; "" is the whole of it
  config::Position at;
  int code = 0;  // 1440 to 1459: codes_rules.cc has the sentence
  std::vector<config::Say> pieces;
  // Something that the file asks is not asked here: more is accepted than it would accept, never
  // less. Else only said, so that nothing is dropped without a word.
  bool lost = true;
};

std::string SentenceOf(const Note& note, Language language);
std::string PointerTo(const std::string& pointer, std::string_view key);  // key escaped

}  // namespace octroi::gateway::contract
