// Columns of many rows as PostgreSQL array literals, so that one statement writes them all:
// INSERT ... SELECT ... FROM unnest($1::bigint[], $2::text[]). Bytes travel as hex text.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace octroi::store_postgres {

class Array {
 public:
  void Add(std::int64_t value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    Separate();
    text_.append(digits, end);
  }
  void AddHex(std::string_view bytes);
  void AddText(std::string_view text);  // valid UTF-8 without NUL
  std::string Literal() const { return "{" + text_ + "}"; }
  bool empty() const { return text_.empty(); }
  std::size_t size() const { return text_.size(); }
  void Clear() { text_.clear(); }

 private:
  void Separate() {
    if (!text_.empty()) text_ += ',';
  }
  std::string text_;
};

}  // namespace octroi::store_postgres
