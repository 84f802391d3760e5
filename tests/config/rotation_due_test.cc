// When a key is to be rotated, and what no rotation touches.
#include <gtest/gtest.h>

#include <algorithm>

#include "gateway/config/rotation.h"
#include "good_folder.h"

namespace octroi::gateway {
namespace {

using config::RotationDue;
using config::RotationFacts;
using crypto::KeyState;
using crypto::KeyVersion;

constexpr base::Millis kDay = 86'400'000;

TEST(RotationDueTest, OnceTheActiveVersionIsThatOld) {
  const std::vector<KeyVersion> versions = {{1, KeyState::kVerifyOnly, 0, 0},
                                            {2, KeyState::kActive, 0, 100 * kDay}};
  EXPECT_FALSE(RotationDue::Of(versions, 30 * kDay, 130 * kDay - 1).due);
  EXPECT_TRUE(RotationDue::Of(versions, 30 * kDay, 130 * kDay).due);
  EXPECT_EQ(RotationDue::Of(versions, 30 * kDay, 0).by, 130 * kDay);
  EXPECT_FALSE(RotationDue::Of(versions, 0, 1'000 * kDay).due) << "nobody says how often";
  EXPECT_FALSE(RotationDue::Of({{1, KeyState::kActive, 0, 0}}, kDay, 1'000 * kDay).due);
}

TEST(RotationDueTest, TheShortestOfAllPseudonymsCountsAndRandomTokensAreOfNoKey) {
  Files files = GoodFolder();
  const std::string one = files["pseudonyms/per-destination.yaml"];
  files["pseudonyms/per-destination.yaml"] =
      Replace(one, "reversible: false", "reversible: false\nrotate: { every: \"365 days\" }");
  std::string other = Replace(one, "id: per-destination", "id: other");
  files["pseudonyms/other.yaml"] =
      Replace(other, "reversible: false", "reversible: false\nrotate: { every: \"90 days\" }");
  std::string random = Replace(one, "id: per-destination", "id: at-random");
  random = Replace(random, "key: { derive_from: pseudonym_root, context: destination }\n", "");
  random = Replace(random, "p1-hmac", "p4-random");
  files["pseudonyms/at-random.yaml"] = Replace(random, "reversible: false", "reversible: true");
  std::string& emailing = files["destinations/emailing.yaml"];
  for (int contracts = 0; contracts < 3; ++contracts)
    emailing = Replace(emailing, "{ pseudonym: per-destination }", "{ pseudonym: at-random }");
  const ConfigFolder config = LoadConfig(files, "/nowhere", StillClock());
  const RotationFacts facts = RotationFacts::Of(config);
  EXPECT_EQ(facts.every, 90 * kDay);
  EXPECT_EQ(config::RandomTokenDestinations(config), std::vector<std::string>{"emailing"});
  EXPECT_EQ(std::ranges::count(facts.untold, "emailing"), 0);
  EXPECT_FALSE(facts.untold.empty()) << "others get tokens of the key";
}

}  // namespace
}  // namespace octroi::gateway
