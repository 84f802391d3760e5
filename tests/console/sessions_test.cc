// Sessions end by themselves, and with what they rest on; passwords cannot be tried for long;
// roles.
#include "gateway/console/sessions.h"

#include <gtest/gtest.h>

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

TEST(Tries, AreFiveInAQuarterOfAnHour) {
  Tries tries;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(tries.Take("camille", kStart + i * kMinute), 0);
  EXPECT_EQ(tries.Take("camille", kStart + 5 * kMinute), 10 * kMinute);
  EXPECT_EQ(tries.Take("x", kStart + 5 * kMinute), 0);
  EXPECT_EQ(tries.Take("camille", kStart + 15 * kMinute), 0);
  EXPECT_GT(tries.Take("camille", kStart + 15 * kMinute), 0);
  tries.Good("camille");
  EXPECT_EQ(tries.Take("camille", kStart + 15 * kMinute), 0);
}

TEST(Tries, AreBoundedOverAllNames) {
  Tries tries;
  for (int i = 0; i < 60; ++i) EXPECT_EQ(tries.Take("n" + std::to_string(i), kStart), 0);
  EXPECT_GT(tries.Take("another", kStart), 0);
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
