// The events of a file, found by its quotes and brackets alone: a view each, whatever the file's
// size. What stands in an event is read when the event is.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "gateway/simulate.h"

namespace octroi::gateway {
namespace {

using base::Error;
using base::ErrorCode;
using Events = std::vector<std::string_view>;

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::size_t kDepthMax = 1'000;  // of brackets; an event may have far fewer

bool Blank(std::string_view text) { return text.find_first_not_of(kSpace) == text.npos; }

Events Lines(std::string_view text) {
  Events lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!Blank(line)) lines.push_back(line);
  }
  return lines;
}

class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) { Space(); }

  // The elements of the array that begins here; false: it is none, or is not closed.
  bool Elements(Events& events) {
    if (!Take('[')) return Fault("not_array");
    if (Take(']')) return true;
    do {
      const std::size_t begin = at_;
      if (!Value()) return false;
      events.push_back(text_.substr(begin, end_ - begin));
    } while (Take(','));
    return Take(']') || Fault("syntax");
  }
  // The same of the member `batch` of the object that begins here. Nothing found: it has none that
  // is an array.
  bool Batch(std::optional<Events>& events) {
    if (!Take('{')) return Fault("not_object");
    if (Take('}')) return true;
    do {
      const std::size_t begin = at_;
      if (!Value()) return false;
      const bool batch = text_.substr(begin, end_ - begin) == R"("batch")";
      if (!Take(':')) return Fault("syntax");
      if (!batch || !Here('[')) {
        if (!Value()) return false;
      } else if (events) {
        return Fault("duplicate_key");
      } else if (!Elements(events.emplace())) {
        return false;
      }
    } while (Take(','));
    return Take('}') || Fault("syntax");
  }
  bool Ended() { return at_ == text_.size() || Fault("trailing_bytes"); }
  Error fault() const {
    return {ErrorCode::kInvalid, "simulate.read",
            "json.invalid (" + std::string(rule_) + ") at byte " + std::to_string(at_)};
  }

 private:
  bool Here(char c) const { return at_ < text_.size() && text_[at_] == c; }
  void Space() { at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size()); }
  bool Take(char c) {
    if (!Here(c)) return false;
    ++at_;
    Space();
    return true;
  }
  bool Fault(std::string_view rule) {
    if (rule_.empty()) rule_ = rule;
    return false;
  }
  // Past the string that begins here.
  bool String() {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        return true;
      }
    }
    at_ = text_.size();
    return Fault("unclosed_string");
  }
  // Past one value and the space behind it; end_ is where the value ends.
  bool Value() {
    open_.clear();
    const std::size_t begin = at_;
    do {
      if (at_ == text_.size()) return Fault("unfinished");
      const char c = text_[at_];
      if (c == '"') {
        if (!String()) return false;
        continue;
      }
      if (c == '{' || c == '[') {
        if (open_.size() == kDepthMax) return Fault("depth");
        open_.push_back(c == '{' ? '}' : ']');
      } else if (c == '}' || c == ']') {
        if (open_.empty()) break;
        if (open_.back() != c) return Fault("syntax");
        open_.pop_back();
      } else if (open_.empty()) {  // a number or a word
        at_ = std::min(text_.find_first_of(",]}: \t\r\n", at_), text_.size());
        break;
      }
      ++at_;
    } while (!open_.empty());
    end_ = at_;
    Space();
    return end_ > begin || Fault("syntax");
  }

  const std::string_view text_;
  std::size_t at_ = 0, end_ = 0;
  std::string open_;  // what closes each open bracket
  std::string_view rule_;
};

}  // namespace

base::Result<Events> SplitEvents(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a file's mark, no event's
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == text.npos) return Events{};
  Scan scan(text);
  if (text[first] == '[') {
    Events events;
    if (scan.Elements(events) && scan.Ended()) return events;
    return scan.fault();
  }
  Events lines = Lines(text);
  const bool whole = lines.size() == 1 || !nlohmann::json::accept(lines.front());
  if (!whole || !nlohmann::json::accept(text)) return lines;
  std::optional<Events> batch;
  if (text[first] == '{' && !scan.Batch(batch)) return scan.fault();
  if (batch) return *std::move(batch);
  return Events{text.substr(first)};
}

}  // namespace octroi::gateway
