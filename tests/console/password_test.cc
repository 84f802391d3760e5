// Passwords as scrypt keeps them.
#include "crypto/password.h"

#include <gtest/gtest.h>

namespace octroi::crypto {
namespace {

TEST(Password, MatchesItselfAndNothingElse) {
  const std::string kept = HashPassword("un mot de passe");
  EXPECT_TRUE(kept.starts_with("$scrypt$ln=15,r=8,p=3$"));
  EXPECT_EQ(kept.find("passe"), std::string::npos);
  EXPECT_TRUE(PasswordMatches("un mot de passe", kept));
  EXPECT_FALSE(PasswordMatches("un mot de passE", kept));
  EXPECT_FALSE(PasswordMatches("", kept));
  EXPECT_NE(HashPassword("un mot de passe"), kept) << "another salt";
}

// Computed by Python's hashlib.scrypt(b"correct horse battery", salt=b"AAECAwQFBgcICQoLDA0ODw",
// n=2**15, r=8, p=3, dklen=32).
TEST(Password, IsScryptAsOthersComputeIt) {
  EXPECT_TRUE(PasswordMatches(
      "correct horse battery",
      "$scrypt$ln=15,r=8,p=3$AAECAwQFBgcICQoLDA0ODw$396EyfvFe1LHFdAhBht3pXDvluXMLyR9KG1dW761BIg"));
}

TEST(Password, WhatIsNoHashIsNobodysPassword) {
  const std::string kept = HashPassword("x");
  for (const std::string& bad : {std::string(), std::string("x"), kept.substr(1), kept + "A",
                                 "$scrypt$ln=14" + kept.substr(13)})
    EXPECT_FALSE(PasswordMatches("x", bad)) << bad;
}

}  // namespace
}  // namespace octroi::crypto
