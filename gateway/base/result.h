// Result<T>: a value, or an Error with one of five codes. The whole program's error vocabulary.
//
// Errors travel as values; exceptions of libraries end in the module that called the library.
// An Error is for operators: `detail` names the field, the file or the rule, never a value of an
// event.
#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace octroi::base {

enum class ErrorCode {
  kInvalid,      // the input is wrong; the same call fails again
  kTooLarge,     // a limit was exceeded; the same call fails again
  kUnavailable,  // something we need is down or full; nothing happened; try again later
  kTimeout,      // the deadline passed; nothing is known to have happened
  kInDoubt,      // it may have happened; resolve by key before trying again
};

struct Error {
  ErrorCode code = ErrorCode::kInvalid;
  std::string_view where;  // a literal, dotted from the module down: "journal.append"
  std::string detail;      // lower case, no full stop, names in `backticks`
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T operator*() && { return std::get<0>(std::move(state_)); }  // a value: nothing to dangle
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

struct Done {};  // the value of a call that has nothing to return
using Status = Result<Done>;
inline Status Ok() { return Done{}; }

}  // namespace octroi::base
