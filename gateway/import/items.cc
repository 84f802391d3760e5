#include "gateway/import/items.h"

#include <algorithm>

#include "base/utf8.h"

namespace octroi::gateway::import {
namespace {

using base::Error;
using base::ErrorCode;

// Whether an event of so many bytes, with the line break behind it, goes into a request.
bool IsTooLong(std::size_t event_bytes, std::size_t body_bytes) {
  return event_bytes + 1 > body_bytes;
}

class Rows final : public Items {
 public:
  Rows(CsvReader& reader, const RowEvents& rows, std::size_t body_bytes)
      : reader_(reader), rows_(rows), body_bytes_(body_bytes) {}

  base::Result<bool> Next(Item& item) override {
    const auto more = reader_.Next(record_);
    if (!more) fault_ = reader_.fault();
    if (!more || !*more) return more;
    item.number = ++number_;
    item.line = record_.line;
    item.last_line = record_.last_line;
    item.fault = record_.fault;
    item.event.clear();
    if (!item.fault.code.empty()) return true;
    item.fault = rows_.Write(record_, number_, item.event);
    if (!item.fault.code.empty()) {
      item.fault.at = reader_.PlaceOf(item.fault.cell - 1);
    } else if (IsTooLong(item.event.size(), body_bytes_)) {
      item.fault = {"json.too_long", reader_.PlaceOf(0), 0};
      item.event.clear();
    }
    return true;
  }

 private:
  CsvReader& reader_;
  const RowEvents& rows_;
  const std::size_t body_bytes_;
  CsvRecord record_;
  std::uint64_t number_ = 0;
};

// A byte at a time, with the place it stands at.
class Bytes {
 public:
  explicit Bytes(TextSource& text) : text_(text) {}
  base::Result<bool> Peek(char& c) {
    while (at_ >= piece_.size() && !ended_) {
      const auto piece = text_.Next();
      if (!piece) return piece.error();
      piece_ = *piece;
      at_ = 0;
      ended_ = piece->empty();
    }
    if (ended_) return false;
    c = piece_[at_];
    return true;
  }
  void Pass() {
    const char c = piece_[at_++];
    if (c == '\n') {
      ++place_.line;
      place_.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) {
      ++place_.column;
    }
  }
  Place place() const { return place_; }

 private:
  TextSource& text_;
  std::string_view piece_;
  std::size_t at_ = 0;
  bool ended_ = false;
  Place place_{1, 1};
};

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Lines final : public Items {
 public:
  Lines(TextSource& text, std::size_t body_bytes) : bytes_(text), body_bytes_(body_bytes) {}

  base::Result<bool> Next(Item& item) override {
    char c = '\0';
    for (;;) {
      const auto more = bytes_.Peek(c);
      if (!more || !*more) return more;
      if (!IsSpace(c)) break;
      bytes_.Pass();
    }
    item.number = ++number_;
    item.line = item.last_line = bytes_.place().line;
    item.fault = {};
    item.event.clear();
    for (;;) {
      const auto more = bytes_.Peek(c);
      if (!more) return more;
      if (!*more || c == '\n') break;
      if (!IsTooLong(item.event.size() + 1, body_bytes_)) {
        item.event += c;
      } else if (!IsSpace(c) && item.fault.code.empty()) {  // blanks behind it are no part of it
        item.fault = {"json.too_long", bytes_.place(), 0};
      }
      bytes_.Pass();
    }
    while (!item.event.empty() && IsSpace(item.event.back())) item.event.pop_back();
    if (!item.fault.code.empty()) item.event.clear();
    return true;
  }

 private:
  Bytes bytes_;
  const std::size_t body_bytes_;
  std::uint64_t number_ = 0;
};

class Elements final : public Items {
 public:
  Elements(TextSource& text, std::size_t body_bytes) : bytes_(text), body_bytes_(body_bytes) {}

  base::Result<bool> Next(Item& item) override {
    char c = '\0';
    if (auto here = Space(c); !here) return here.error();
    if (number_ == 0) {
      if (c != '[') return Broken();
      bytes_.Pass();
      if (auto here = Space(c); !here) return here.error();
      if (c == ']') return End();
    } else if (c == ']') {
      return End();
    } else {
      if (c != ',') return Broken();
      bytes_.Pass();
      if (auto here = Space(c); !here) return here.error();
    }
    item.number = ++number_;
    item.line = bytes_.place().line;
    item.fault = {};
    item.event.clear();
    if (auto read = Element(item); !read) return read.error();
    item.last_line = bytes_.place().line;
    if (!item.fault.code.empty()) item.event.clear();
    return true;
  }

 private:
  // To the next byte that is no white space; '\0' at the end.
  base::Status Space(char& c) {
    for (;;) {
      const auto more = bytes_.Peek(c);
      if (!more) return more.error();
      if (!*more) c = '\0';
      if (!*more || !IsSpace(c)) return base::Ok();
      bytes_.Pass();
    }
  }
  Error Broken() {
    fault_ = {"json.array", bytes_.place(), 0};
    return {ErrorCode::kInvalid, "import.json", "json.array"};
  }
  // Nothing stands behind the array.
  base::Result<bool> End() {
    bytes_.Pass();
    char c = '\0';
    if (auto here = Space(c); !here) return here.error();
    if (c != '\0') return Broken();
    return false;
  }

  // Found by its quotes and brackets; a line break between tokens becomes a blank.
  base::Status Element(Item& item) {
    std::string open;
    bool string = false, escaped = false;
    for (;;) {
      char c = '\0';
      const auto more = bytes_.Peek(c);
      if (!more) return more.error();
      if (!*more) return Broken();
      if (!string && open.empty() && (c == ',' || c == ']')) break;
      if (!string && !Bracket(c, open)) return Broken();
      const bool breaks = c == '\n' || c == '\r';
      if (string && breaks) Fail("json.control", item);
      if (string && !escaped && c == '"') {
        string = false;
      } else if (!string && c == '"') {
        string = true;
      }
      escaped = string && !escaped && c == '\\';
      if (!IsTooLong(item.event.size() + 1, body_bytes_)) {
        item.event += breaks ? ' ' : c;
      } else if (!IsSpace(c)) {
        Fail("json.too_long", item);
      }
      bytes_.Pass();
    }
    while (!item.event.empty() && IsSpace(item.event.back())) item.event.pop_back();
    return item.event.empty() ? base::Status(Broken()) : base::Ok();
  }
  void Fail(std::string_view code, Item& item) {
    if (item.fault.code.empty()) item.fault = {code, bytes_.place(), 0};
  }
  static bool Bracket(char c, std::string& open) {
    constexpr std::size_t kDepthMax = 1'000;
    if (c == '{' || c == '[') {
      open += c == '{' ? '}' : ']';
      return open.size() <= kDepthMax;
    }
    if (c != '}' && c != ']') return true;
    if (open.empty() || open.back() != c) return false;
    open.pop_back();
    return true;
  }

  Bytes bytes_;
  const std::size_t body_bytes_;
  std::uint64_t number_ = 0;
};

}  // namespace

std::unique_ptr<Items> CsvItems(CsvReader& reader, const RowEvents& rows, std::size_t body_bytes) {
  return std::make_unique<Rows>(reader, rows, body_bytes);
}
std::unique_ptr<Items> NdjsonItems(TextSource& text, std::size_t body_bytes) {
  return std::make_unique<Lines>(text, body_bytes);
}
std::unique_ptr<Items> JsonArrayItems(TextSource& text, std::size_t body_bytes) {
  return std::make_unique<Elements>(text, body_bytes);
}

}  // namespace octroi::gateway::import
