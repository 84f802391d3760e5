// One structured line (JSON) per happening, to stderr. It cannot carry event text.
//
// A field is made from a literal key and an `Id` (an identifier of config, a reason key, a file
// name), a number, or a bool. There is no constructor from a string or a string_view, and base::Pii
// and base::Event have no conversion to Id and no stream operator: tests/base/compile_fail proves
// both. Who has a runtime string that is certainly not event text says so by Id::OfConfig(...).
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace octroi::base {

class Id {
 public:
  template <std::size_t N>
  consteval Id(const char (&literal)[N])
      : text_(literal, N - 1) {}  // NOLINT(google-explicit-constructor)
  static Id OfConfig(std::string_view text) {
    return Id(text);
  }  // ids, codes, paths from config or the program
  std::string_view text() const { return text_; }

 private:
  explicit Id(std::string_view text) : text_(text) {}
  std::string_view text_;
};

// Text of an event, or an identifier of a person. Carries it through; prints nothing.
class Pii {
 public:
  explicit Pii(std::string_view text) : text_(text) {}
  std::string_view Reveal() const { return text_; }  // named so that a reviewer sees it

 private:
  std::string_view text_;
};

class LogField {
 public:
  LogField(Id key, Id value) : key_(key), kind_(Kind::kId), id_(value) {}
  LogField(Id key, std::int64_t value)
      : key_(key), kind_(Kind::kNumber), id_(Id::OfConfig({})), number_(value) {}
  LogField(Id key, std::uint64_t value) : LogField(key, static_cast<std::int64_t>(value)) {}
  LogField(Id key, int value) : LogField(key, static_cast<std::int64_t>(value)) {}
  LogField(Id key, unsigned value) : LogField(key, static_cast<std::int64_t>(value)) {}
  // Exactly bool: a pointer would convert to it, and be preferred over a literal's way to Id.
  template <std::same_as<bool> Bool>
  LogField(Id key, Bool value)
      : key_(key), kind_(Kind::kBool), id_(Id::OfConfig({})), number_(value) {}

 private:
  friend class Log;
  enum class Kind { kId, kNumber, kBool };
  Id key_;
  Kind kind_;
  Id id_;
  std::int64_t number_ = 0;
};

enum class LogLevel { kDebug, kInfo, kWarn, kError };

// Safe from any thread; a line is one write(2).
class Log {
 public:
  static void Line(LogLevel level, Id what, std::initializer_list<LogField> fields = {});
  static void Info(Id what, std::initializer_list<LogField> fields = {}) {
    Line(LogLevel::kInfo, what, fields);
  }
  static void Warn(Id what, std::initializer_list<LogField> fields = {}) {
    Line(LogLevel::kWarn, what, fields);
  }
  static void Error(Id what, std::initializer_list<LogField> fields = {}) {
    Line(LogLevel::kError, what, fields);
  }
  static void SetLevel(LogLevel level);  // default kInfo
};

}  // namespace octroi::base
