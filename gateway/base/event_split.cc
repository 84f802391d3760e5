#include "base/event_scratch.h"

namespace octroi::base {
namespace {

// Finds the elements of one array, reading only the structure around and between them.
class Splitter {
 public:
  Splitter(JsonCursor& in, KeySet& keys, std::uint64_t seed, std::string& brackets,
           std::vector<std::string_view>& elements, EventParser::Beside* beside)
      : in_(in),
        keys_(keys),
        seed_(seed),
        brackets_(brackets),
        elements_(elements),
        beside_(beside) {}

  bool Top(std::string_view member) {
    if (!(member.empty() ? Elements() : Members(member))) return false;
    return in_.Ended() || in_.Invalid("trailing_bytes", in_.Offset());
  }

 private:
  bool Members(std::string_view wanted);
  bool Key(std::string_view& key);
  bool Elements();
  bool Skip(std::size_t& end);
  bool SkipContainer();

  JsonCursor& in_;
  KeySet& keys_;
  const std::uint64_t seed_;
  std::string& brackets_;
  std::vector<std::string_view>& elements_;
  EventParser::Beside* beside_;
};

bool Splitter::Members(std::string_view wanted) {
  if (in_.Char() != '{') return in_.Invalid("not_object", in_.Offset());
  in_.Advance();
  bool found = false;
  char next = in_.Char();
  if (next == '}') in_.Advance();
  for (std::size_t count = 1; next != '}'; ++count) {
    if (count > kJsonMembersMax) return in_.Fail({Reason::kJsonLimit, "members", in_.Offset()});
    std::string_view key;
    std::size_t end = 0;
    if (!Key(key)) return false;
    const bool match = key == wanted;
    if (beside_ != nullptr && key == beside_->name && in_.Char() == '"') {
      std::string_view raw;
      if (!in_.String(raw, beside_->text)) return false;
    } else if (!(match ? Elements() : Skip(end))) {
      return false;
    }
    found = found || match;
    next = in_.Char();
    if (next != ',' && next != '}') return in_.Syntax();
    in_.Advance();
  }
  return found || in_.Invalid("member_missing", in_.json().size());
}

bool Splitter::Key(std::string_view& key) {
  if (in_.Char() != '"') return in_.Syntax();
  const std::size_t offset = in_.Offset();
  std::string_view raw;
  if (!in_.String(raw, key)) return false;
  if (!keys_.Add(0, HashKey(key, seed_), key)) {
    return in_.Fail({Reason::kJsonDuplicateKey, "duplicate_key", offset});
  }
  if (in_.Char() != ':') return in_.Syntax();
  in_.Advance();
  return true;
}

bool Splitter::Elements() {
  if (in_.Char() != '[') return in_.Invalid("not_array", in_.Offset());
  in_.Advance();
  char next = in_.Char();
  if (next == ']') in_.Advance();
  while (next != ']') {
    const std::size_t start = in_.Offset();
    if (elements_.size() == kEventsPerRequestMax) {
      return in_.Fail({Reason::kJsonLimit, "elements", start});
    }
    std::size_t end = 0;
    if (!Skip(end)) return false;
    elements_.push_back(in_.json().substr(start, end - start));
    next = in_.Char();
    if (next != ',' && next != ']') return in_.Syntax();
    in_.Advance();
  }
  return true;
}

// Any one value, unread; `end` is one past it.
bool Splitter::Skip(std::size_t& end) {
  switch (in_.Char()) {
    case '{':
    case '[':
      if (!SkipContainer()) return false;
      end = in_.LastOffset() + 1;
      return true;
    case '}':
    case ']':
    case ':':
    case ',':
    case '\0':
      return in_.Syntax();
    default:
      end = in_.ScalarEnd();
      in_.Advance();
      return true;
  }
}

bool Splitter::SkipContainer() {
  brackets_.clear();
  do {
    const char c = in_.Char();
    if (c == '{' || c == '[') {
      brackets_.push_back(c == '{' ? '}' : ']');
    } else if (c == '}' || c == ']') {
      if (brackets_.back() != c) return in_.Syntax();
      brackets_.pop_back();
    } else if (in_.Ended()) {
      return in_.Syntax();
    }
    in_.Advance();
  } while (!brackets_.empty());
  return true;
}

}  // namespace

ParseFault EventParser::Split(std::string_view json, std::string_view member,
                              std::vector<std::string_view>& elements, Beside* beside) {
  elements.clear();
  if (beside != nullptr) beside->text = {};
  JsonIndex index;
  const ParseFault fault = scratch_->indexer.Structure(json, index);
  if (fault.reason != Reason::kUndecided) return fault;
  scratch_->keys.Begin(kJsonMembersMax);
  JsonCursor in(json, index, scratch_->unescaped);
  Splitter splitter(in, scratch_->keys, scratch_->seed, scratch_->brackets, elements, beside);
  if (splitter.Top(member)) return {};
  elements.clear();
  return in.fault();
}

}  // namespace octroi::base
