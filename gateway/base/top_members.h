// The members of an event's top-level object, one after another: for formats that ask something of
// each, also of those that no path names. Walks the index that the parse made; reads nothing twice.
#pragma once

#include <string_view>

#include "base/event.h"
#include "base/json_index.h"

namespace octroi::base {

// Made by EventParser::Members, of a text that was accepted.
class TopMembers {
 public:
  struct Member {
    std::string_view name;  // as written, without its quotes: an escape is not undone
    JsonType type = JsonType::kAbsent;
    std::size_t offset = 0;  // of the name
  };
  TopMembers(std::string_view json, JsonIndex index) : json_(json), at_(index.begin + 1) {}

  bool Next(Member& member);  // in the order written; false: there are no more

 private:
  std::string_view Scalar() const;  // or string, that begins here
  JsonType Skip();                  // one value

  std::string_view json_;
  const std::uint32_t* at_;
};

}  // namespace octroi::base
