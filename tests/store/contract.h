// The contract suite of the store's ports: every test here runs on each implementation.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "store/store.h"

namespace octroi::testing {

inline constexpr std::string_view kOrigin = "k3f9x2ab";  // of the journal in every test

// One implementation under test. Reopen closes and opens it again where that means something.
class Subject {
 public:
  virtual ~Subject() = default;
  virtual store::Store& store() = 0;
  virtual void Reopen() {}
};
struct Kind {
  std::string name;
  std::function<std::unique_ptr<Subject>()> make;
};
const std::vector<Kind>& Kinds();  // fake, sqlite, postgres

class StoreContract : public ::testing::TestWithParam<Kind> {
 protected:
  store::Store& store() { return subject_->store(); }
  void Reopen() { subject_->Reopen(); }

 private:
  std::unique_ptr<Subject> subject_ = GetParam().make();
};

inline std::string NameOf(const ::testing::TestParamInfo<Kind>& kind) { return kind.param.name; }
#define OCTROI_ON_EVERY_STORE(suite) \
  INSTANTIATE_TEST_SUITE_P(Stores, suite, ::testing::ValuesIn(Kinds()), NameOf)

template <class R>
::testing::AssertionResult IsOk(const R& result) {
  if (result) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << result.error().where << ": " << result.error().detail;
}
template <class R>
::testing::AssertionResult IsError(const R& result, base::ErrorCode code) {
  if (result) return ::testing::AssertionFailure() << "ok";
  if (result.error().code == code) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << result.error().where << ": " << result.error().detail;
}

}  // namespace octroi::testing
