// Sessions end by themselves, and with what they rest on; passwords cannot be tried for long;
// roles.
#include "gateway/console/sessions.h"

#include <gtest/gtest.h>

#include "gateway/console/completeness.h"

namespace octroi::gateway::console {
namespace {

constexpr base::Millis kMinute = 60'000, kStart = 1'000'000;

Users Somebody(Role role = Role::kDpo, const std::string& password = "p") {
  Users users;
  users.Put({"camille", role, password});
  return users;
}

TEST(Sessions, EndHalfAnHourAfterTheLastRequest) {
  const Users users = Somebody();
  Sessions sessions;
  const std::string token = sessions.Begin(users.all()[0], kStart);
  EXPECT_EQ(sessions.Find("", users, kStart), nullptr);
  EXPECT_EQ(sessions.Find(token + "x", users, kStart), nullptr);
  ASSERT_NE(sessions.Find(token, users, kStart + 29 * kMinute), nullptr);
  ASSERT_NE(sessions.Find(token, users, kStart + 58 * kMinute), nullptr);
  EXPECT_EQ(sessions.Find(token, users, kStart + 88 * kMinute), nullptr);
  EXPECT_EQ(sessions.Find(token, users, kStart + 58 * kMinute), nullptr) << "it does not come back";
}

TEST(Sessions, EndAfterEightHoursWhateverHappens) {
  const Users users = Somebody();
  Sessions sessions;
  const std::string token = sessions.Begin(users.all()[0], kStart);
  for (int minute = 20; minute < 8 * 60; minute += 20)
    ASSERT_NE(sessions.Find(token, users, kStart + minute * kMinute), nullptr) << minute;
  EXPECT_EQ(sessions.Find(token, users, kStart + 8 * 60 * kMinute), nullptr);
}

TEST(Sessions, RestOnTheirUserAsTheyWere) {
  const Users users = Somebody();
  Sessions sessions;
  const auto begun = [&] { return sessions.Begin(users.all()[0], kStart); };
  EXPECT_EQ(sessions.Find(begun(), Users(), kStart), nullptr);
  EXPECT_EQ(sessions.Find(begun(), Somebody(Role::kAdmin), kStart), nullptr);
  EXPECT_EQ(sessions.Find(begun(), Somebody(Role::kDpo, "q"), kStart), nullptr);
  const std::string token = begun();
  ASSERT_NE(sessions.Find(token, users, kStart), nullptr);
  sessions.End(token);
  EXPECT_EQ(sessions.Find(token, users, kStart), nullptr);
}

TEST(Sessions, AreBoundedAndEachHasItsOwnSecrets) {
  const Users users = Somebody();
  Sessions sessions;
  const std::string first = sessions.Begin(users.all()[0], kStart);
  const std::string second = sessions.Begin(users.all()[0], kStart + 1);
  EXPECT_NE(first, second);
  EXPECT_NE(sessions.Find(first, users, kStart + 1)->csrf,
            sessions.Find(second, users, kStart + 2)->csrf);
  for (std::size_t i = 0; i + 1 < kSessionsMax; ++i) sessions.Begin(users.all()[0], kStart + 3);
  EXPECT_EQ(sessions.Find(first, users, kStart + 3), nullptr) << "the one unused longest";
  EXPECT_NE(sessions.Find(second, users, kStart + 3), nullptr);
}

TEST(Sessions, AreNotKeptAliveByWhatAPageAsksItself) {
  const Users users = Somebody();
  Sessions sessions;
  const std::string token = sessions.Begin(users.all()[0], kStart);
  for (int minute = 1; minute < 30; ++minute)
    ASSERT_NE(sessions.Find(token, users, kStart + minute * kMinute, /*by_hand=*/false), nullptr);
  EXPECT_EQ(sessions.Find(token, users, kStart + 30 * kMinute, /*by_hand=*/false), nullptr);
}

TEST(Tries, AreFiveOfANameFromOneAddress) {
  Tries tries;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(tries.Wait("camille", "a", true, kStart + i * kMinute), 0);
    tries.Bad("camille", "a", true, kStart + i * kMinute);
  }
  EXPECT_EQ(tries.Wait("camille", "a", true, kStart + 5 * kMinute), 10 * kMinute);
  EXPECT_EQ(tries.Wait("x", "a", false, kStart + 5 * kMinute), 0);
  EXPECT_EQ(tries.Wait("camille", "b", true, kStart + 5 * kMinute), 0) << "from elsewhere";
  EXPECT_EQ(tries.Wait("camille", "a", true, kStart + 15 * kMinute), 0);
  tries.Bad("camille", "a", true, kStart + 15 * kMinute);
  EXPECT_GT(tries.Wait("camille", "a", true, kStart + 15 * kMinute), 0);
  tries.Good("camille", "a");
  EXPECT_EQ(tries.Wait("camille", "a", true, kStart + 15 * kMinute), 0);
}

TEST(Tries, OfOneAddressLockNobodyElseOut) {
  Tries tries;
  int made = 0;
  for (; tries.Wait("n" + std::to_string(made), "bad", false, kStart) == 0; ++made)
    tries.Bad("n" + std::to_string(made), "bad", false, kStart);
  EXPECT_EQ(made, 20);
  EXPECT_GT(tries.Wait("camille", "bad", true, kStart), 0);
  EXPECT_EQ(tries.Wait("camille", "good", true, kStart), 0);
  EXPECT_EQ(tries.Wait("nobody", "good", false, kStart), 0) << "no sign of who is known";
}

TEST(Tries, OfMadeUpNamesKeepNobodyOutWhoHasOne) {
  Tries tries;
  for (int i = 0; i < 600; ++i)
    tries.Bad("n" + std::to_string(i), "c" + std::to_string(i), false, kStart);
  EXPECT_GT(tries.Wait("another", "new", false, kStart), 0);
  EXPECT_EQ(tries.Wait("camille", "new", true, kStart), 0);
}

TEST(Tries, OfOneNameAreBoundedOverAllAddresses) {
  Tries tries;
  for (int i = 0; i < 20; ++i) tries.Bad("camille", "c" + std::to_string(i), true, kStart);
  EXPECT_GT(tries.Wait("camille", "new", true, kStart), 0);
}

TEST(Completeness, IsAMomentAgoWhileMoreAlwaysComes) {
  Completeness complete;
  for (int i = 0; i <= 20; ++i)  // a hundred a second, counted two seconds late
    complete.Sample(kStart + i * 500, 7'000'000 + i * 500, static_cast<std::uint64_t>(i) * 50);
  EXPECT_EQ(complete.Until(kStart + 10'000, 800), 7'008'000);
  EXPECT_EQ(complete.Until(kStart + 10'000, 1'000), 7'010'000);
  Completeness none;
  EXPECT_FALSE(none.Until(kStart, 5));
  none.Sample(kStart, 1, 10);
  EXPECT_FALSE(none.Until(kStart, 9));
  EXPECT_FALSE(none.Until(kStart + 120'000, 10)) << "long ago says nothing";
}

TEST(Completeness, KeepsOldMomentsHoweverOftenItIsAsked) {
  Completeness complete;
  for (int i = 0; i <= 4'000; ++i)  // each 10 ms
    complete.Sample(kStart + i * 10, i * 10, static_cast<std::uint64_t>(i));
  const auto until = complete.Until(kStart + 40'000, 3'500);
  ASSERT_TRUE(until);
  EXPECT_LE(*until, 35'000);
  EXPECT_GE(*until, 34'000);
}

TEST(Roles, SeeWhatTheyNeed) {
  using enum Role;
  for (const Role role : {kMarketing, kIt, kDpo, kAuditor, kAdmin}) {
    EXPECT_EQ(RoleNamed(Name(role)), role);
    EXPECT_TRUE(May(role, Sight::kScorecard));
    EXPECT_EQ(May(role, Sight::kFlow), role != kMarketing);
    EXPECT_EQ(May(role, Sight::kDecision), role != kMarketing);
    EXPECT_EQ(May(role, Sight::kPerson), role == kDpo);
    EXPECT_FALSE(May(role, Sight::kUndecided));
  }
  for (int sight = 0; sight < 5; ++sight) EXPECT_FALSE(May(kNobody, static_cast<Sight>(sight)));
  EXPECT_FALSE(RoleNamed(""));
  EXPECT_FALSE(RoleNamed("king"));
}

}  // namespace
}  // namespace octroi::gateway::console
