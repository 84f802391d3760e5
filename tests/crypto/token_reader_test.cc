// Reading tokens back: every P2 value that was sealed, and nothing else.
#include "policies/token_reader.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <span>

#include "outgoing_events.h"
#include "test_data.h"

namespace octroi::policies {
namespace {

using base::IdentifierType;
using Form = OutgoingField::Form;

const std::vector<IdentifierSpace> kSpaces = {{"phone", IdentifierType::kPhone},
                                              {"customer_id", IdentifierType::kOther},
                                              {"email", IdentifierType::kEmail}};

std::string TokenOf(const crypto::KeyRing& keys, Form form, const std::string& value,
                    const std::string& domain = "emailing", std::uint32_t version = 1) {
  const OutgoingField field{0, "email", form, IdentifierType::kEmail, 1};
  return *Pseudonymizer::Token(keys, domain, field, value, version, 1'795'251'600'000);
}

std::string CodeOf(const crypto::KeyRing& keys, std::string_view token) {
  const auto parts = ReadToken(token);
  if (!parts) return "no token";
  const auto opened = OpenToken(keys, *parts, kSpaces);
  return opened ? "opened" : std::string(opened.error().where);
}

TEST(TokenReader, OpensWhatWasSealedOfAnyLength) {
  const auto keys = crypto::KeyRing::FromRoot("t", std::string(32, 'r'));
  for (std::size_t size = 1; size < 100; ++size) {
    std::string value(size, 'a');
    value.back() = static_cast<char>(size % 2 ? '\0' : '\x80');  // as padding begins and goes on
    const auto parts = ReadToken(TokenOf(*keys, Form::kReversible, value));
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->domain, "emailing");
    EXPECT_EQ(parts->version, 1u);
    const auto opened = OpenToken(*keys, *parts, kSpaces);
    ASSERT_TRUE(opened) << opened.error().detail;
    EXPECT_EQ(opened->value, value);
    EXPECT_EQ(opened->of.field, "email");
  }
}

TEST(TokenReader, SaysWhyNot) {
  const auto keys = crypto::KeyRing::FromRoot("t", std::string(32, 'r'));
  const auto others = crypto::KeyRing::FromRoot("t", std::string(32, 's'));
  const std::string token = TokenOf(*keys, Form::kReversible, "a@b.fr");
  EXPECT_EQ(CodeOf(*keys, token), "opened");
  EXPECT_EQ(CodeOf(*keys, TokenOf(*keys, Form::kPseudonym, "a@b.fr")), "access.one_way");
  EXPECT_EQ(CodeOf(*keys, TokenOf(*keys, Form::kEpoch, "a@b.fr")), "access.one_way");
  EXPECT_EQ(CodeOf(*others, token), "access.token_unknown");
  std::string elsewhere = token, later = token, changed = token;
  elsewhere.replace(3, 8, "analyses");
  EXPECT_EQ(CodeOf(*keys, elsewhere), "access.token_unknown");
  later.replace(12, 1, "2");
  EXPECT_EQ(CodeOf(*keys, later), "access.key_unknown");
  changed[20] = changed[20] == 'A' ? 'B' : 'A';
  EXPECT_EQ(CodeOf(*keys, changed), "access.token_unknown");
  const auto parts = ReadToken(token);
  EXPECT_FALSE(OpenToken(*keys, *parts, std::span(kSpaces).first(2))) << "a field that is gone";
}

TEST(TokenReader, OnlyWhatWeWriteIsAToken) {
  const auto keys = crypto::KeyRing::FromRoot("t", std::string(32, 'r'));
  for (const Form form : {Form::kPseudonym, Form::kReversible, Form::kEpoch}) {
    const std::string token = TokenOf(*keys, form, "a@b.fr");
    EXPECT_TRUE(ReadToken(token)) << token;
    for (std::size_t cut = 0; cut < token.size(); ++cut) {
      EXPECT_FALSE(ReadToken(token.substr(0, cut))) << token.substr(0, cut);
    }
    for (const std::string& other :
         {token + "=", token + "+", " " + token, token + "\n", "p4" + token.substr(2)}) {
      EXPECT_FALSE(ReadToken(other)) << other;
    }
    std::string padded = token, named = token;
    padded.replace(token.find(".1."), 3, ".01.");
    named.replace(3, 8, "a@b.fr");  // no destination has such an id: it is kept nowhere
    EXPECT_FALSE(ReadToken(padded));
    EXPECT_FALSE(ReadToken(named));
  }
}

class Retired : public ::testing::Test {
 protected:
  std::unique_ptr<crypto::KeyRing> Ring(const std::string& state, char key) {
    const std::string path = ::testing::TempDir() + "token-reader-" + state + ".key";
    std::remove(path.c_str());
    std::ofstream(path) << "octroi-key-v1 pseudonym kv=1 " << state << "\n"
                        << std::string(64, key) << "\noctroi-key-v1 pseudonym kv=2 active\n"
                        << std::string(64, 'c') << "\n";
    EXPECT_EQ(chmod(path.c_str(), 0400), 0);
    const std::string storage = ::testing::TempDir() + "token-reader-storage.key";
    std::remove(storage.c_str());
    std::ofstream(storage) << "octroi-key-v1 storage kv=1 active\n" << std::string(64, 'd') << "\n";
    EXPECT_EQ(chmod(storage.c_str(), 0400), 0);
    auto ring = crypto::KeyRing::Open("t", {path, storage});
    EXPECT_TRUE(ring) << ring.error().detail;
    return *std::move(ring);
  }
};

TEST_F(Retired, AKeyOpensAsLongAsItsStateAllows) {
  const auto before = crypto::KeyRing::FromRoot("t", std::string(32, '\xbb'));
  const std::string token = TokenOf(*before, Form::kReversible, "a@b.fr");
  EXPECT_EQ(CodeOf(*Ring("verify-only", 'b'), token), "opened");
  EXPECT_EQ(CodeOf(*Ring("pre-active", 'b'), token), "access.key_unknown");
  EXPECT_EQ(CodeOf(*Ring("retired", 'b'), token), "access.key_retired");
  EXPECT_EQ(CodeOf(*Ring("compromised", 'b'), token), "access.key_compromised");
  EXPECT_EQ(CodeOf(*Ring("destroyed", '0'), token), "access.key_destroyed");
}

}  // namespace
}  // namespace octroi::policies
