// What the fake can do beyond the contract: fail.
#include "support/fake_store.h"

#include "contract.h"
#include "samples.h"

namespace octroi::testing {
namespace {

TEST(FakeStore, FailsAsToldAndNothingHappens) {
  FakeStore store;
  const auto grant = Consent(1, {1}, policies::ConsentState::kGranted);
  store.SetDown(true);
  EXPECT_TRUE(IsError(store.Append(grant), base::ErrorCode::kUnavailable));
  EXPECT_TRUE(IsError(store.LastSequence(), base::ErrorCode::kUnavailable));
  store.SetDown(false);
  EXPECT_EQ(*store.LastSequence(), 0u);
  store.FailNext(2);
  EXPECT_TRUE(IsError(store.Append(grant), base::ErrorCode::kUnavailable));
  EXPECT_TRUE(IsError(store.Sum(), base::ErrorCode::kUnavailable));
  EXPECT_TRUE(IsOk(store.Append(grant)));
}

TEST(FakeStore, InDoubtHasHappened) {
  FakeStore store;
  store.DoubtNext();
  EXPECT_TRUE(IsError(store.Append(Consent(1, {1}, policies::ConsentState::kGranted)),
                      base::ErrorCode::kInDoubt));
  EXPECT_EQ(*store.LastSequence(), 1u);
  EXPECT_TRUE(IsOk(store.Set("a", "b")));
}

}  // namespace
}  // namespace octroi::testing
