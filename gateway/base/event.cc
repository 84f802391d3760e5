#include "base/event.h"

#include <bit>

#include "base/event_scratch.h"
#include "base/top_members.h"

namespace octroi::base {
namespace {

constexpr std::size_t kFirstTextBytes = 1024;
constexpr std::uint32_t kRankOfNull = 1u << 16;  // a null loses against every value that is there

// The second pass: the whole grammar, over the index. Recursion ends at kJsonDepthMax.
class Walk {
 public:
  Walk(JsonCursor& in, KeySet& keys, const PathTree& paths, std::uint32_t* ranks, Event& event)
      : in_(in), keys_(keys), paths_(paths), ranks_(ranks), event_(event) {}

  bool Top() {
    if (in_.Char() != '{') {
      return in_.Ended() ? in_.Syntax() : in_.Invalid("top_not_object", in_.Offset());
    }
    in_.Advance();
    if (!Object(&paths_.nodes.front(), 1)) return false;
    return in_.Ended() || in_.Invalid("trailing_bytes", in_.Offset());
  }

 private:
  bool Object(const PathNode* node, std::size_t depth);
  bool Array(std::size_t depth);
  bool Any(const PathNode* node, std::size_t depth);
  bool Container(const PathNode* node, std::size_t depth, JsonType type);
  bool Scalar(const PathNode* node);
  bool TypeOf(std::string_view raw, JsonType& type);
  bool Number(std::string_view raw, JsonType& type);
  void Put(const PathNode& node, const Value& value);
  bool Count() {
    if (++members_ <= kJsonMembersMax) return true;
    return in_.Fail({Reason::kJsonLimit, "members", in_.Offset()});
  }

  JsonCursor& in_;
  KeySet& keys_;
  const PathTree& paths_;
  std::uint32_t* const ranks_;
  Event& event_;
  std::size_t members_ = 0;
  std::uint32_t objects_ = 0;
};

bool Walk::Object(const PathNode* node, std::size_t depth) {
  const std::uint32_t self = ++objects_;
  if (in_.Char() == '}') return in_.Advance(), true;
  for (;;) {
    if (in_.Char() != '"') return in_.Syntax();
    const std::size_t offset = in_.Offset();
    std::string_view raw;
    std::string_view key;
    if (!Count() || !in_.String(raw, key)) return false;
    const std::uint64_t hash = HashKey(key, paths_.seed);
    if (!keys_.Add(self, hash, key)) {
      return in_.Fail({Reason::kJsonDuplicateKey, "duplicate_key", offset});
    }
    if (in_.Char() != ':') return in_.Syntax();
    in_.Advance();
    if (!Any(node == nullptr ? nullptr : paths_.Find(*node, hash, key), depth)) return false;
    const char next = in_.Char();
    if (next != ',' && next != '}') return in_.Syntax();
    in_.Advance();
    if (next == '}') return true;
  }
}

bool Walk::Array(std::size_t depth) {
  if (in_.Char() == ']') return in_.Advance(), true;
  for (;;) {
    if (!Count() || !Any(nullptr, depth)) return false;
    const char next = in_.Char();
    if (next != ',' && next != ']') return in_.Syntax();
    in_.Advance();
    if (next == ']') return true;
  }
}

bool Walk::Any(const PathNode* node, std::size_t depth) {
  switch (in_.Char()) {
    case '"': {
      Value value{JsonType::kString, {}, {}};
      if (!in_.String(value.raw, value.text)) return false;
      if (node != nullptr) Put(*node, value);
      return true;
    }
    case '{':
      return Container(node, depth + 1, JsonType::kObject);
    case '[':
      return Container(node, depth + 1, JsonType::kArray);
    default:
      return Scalar(node);
  }
}

bool Walk::Container(const PathNode* node, std::size_t depth, JsonType type) {
  const std::size_t start = in_.Offset();
  if (depth > kJsonDepthMax) return in_.Fail({Reason::kJsonLimit, "depth", start});
  in_.Advance();
  if (!(type == JsonType::kObject ? Object(node, depth) : Array(depth))) return false;
  if (node != nullptr)
    Put(*node, {type, in_.json().substr(start, in_.LastOffset() + 1 - start), {}});
  return true;
}

bool Walk::Scalar(const PathNode* node) {
  if (in_.Ended()) return in_.Syntax();
  const std::string_view raw = in_.json().substr(in_.Offset(), in_.ScalarEnd() - in_.Offset());
  JsonType type = JsonType::kAbsent;
  if (!TypeOf(raw, type)) return false;
  if (node != nullptr) Put(*node, {type, raw, type == JsonType::kNull ? std::string_view{} : raw});
  in_.Advance();
  return true;
}

bool Walk::TypeOf(std::string_view raw, JsonType& type) {
  switch (raw.front()) {
    case 't':
    case 'f':
      type = JsonType::kBool;
      return raw == "true" || raw == "false" || in_.Syntax();
    case 'n':
      type = JsonType::kNull;
      return raw == "null" || in_.Syntax();
    default:
      return Number(raw, type);
  }
}

bool Walk::Number(std::string_view raw, JsonType& type) {
  switch (ClassifyNumber(raw)) {
    case NumberKind::kInteger:
      type = JsonType::kInteger;
      return true;
    case NumberKind::kDecimal:
      type = JsonType::kDecimal;
      return true;
    case NumberKind::kIntegerRange:
      return in_.Fail({Reason::kJsonLimit, "integer_range", in_.Offset()});
    case NumberKind::kNotFinite:
      return in_.Fail({Reason::kJsonLimit, "number_range", in_.Offset()});
    case NumberKind::kMalformed:
      break;
  }
  return in_.Syntax();
}

void Walk::Put(const PathNode& node, const Value& value) {
  for (std::uint32_t i = node.targets; i < node.targets + node.target_count; ++i) {
    const PathTarget& target = paths_.targets[i];
    const std::uint32_t rank = target.rank + (value.present() ? 0 : kRankOfNull);
    const bool taken = event_[target.slot].type != JsonType::kAbsent;
    if (taken && ranks_[target.slot] < rank) continue;
    ranks_[target.slot] = rank;
    event_.Replace(target.slot, value);
  }
}

}  // namespace

const Value Event::absent_{};

EventParser::EventParser() : scratch_(std::make_unique<Scratch>()) {}
EventParser::~EventParser() = default;

char* TextScratch::For(std::string_view json) {
  if (size_ < json.size() || bytes_ == nullptr) {
    size_ = std::max(kFirstTextBytes, std::bit_ceil(json.size()));
    bytes_ = std::make_unique_for_overwrite<char[]>(size_);
  }
  return bytes_.get();
}

ParseFault EventParser::Parse(std::string_view json, const PathMap& paths, Event& event) {
  event.seen_.reset();
  event.text_ = json;
  scratch_->text = json;
  JsonIndex& index = scratch_->index;
  const ParseFault fault = scratch_->indexer.Strict(json, index);
  if (fault.reason != Reason::kUndecided) return fault;
  scratch_->keys.Begin(static_cast<std::size_t>(index.end - index.begin) / 2);
  JsonCursor in(json, index, event.unescaped_);
  Walk walk(in, scratch_->keys, *paths.tree_, scratch_->ranks.data(), event);
  if (walk.Top()) return {};
  event.seen_.reset();  // nothing of a refused event can be read
  return in.fault();
}

TopMembers EventParser::Members() const { return {scratch_->text, scratch_->index}; }

}  // namespace octroi::base
