// Signed notes: the vectors of others, and what is refused.
#include "crypto/note.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "crypto/key_ring.h"

namespace octroi::crypto {
namespace {

// golang.org/x/mod/sumdb/note, its documentation's example (BSD-3-Clause).
constexpr std::string_view kKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kNote =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

NoteSigner Signer(std::string name = "dpo") {
  return NoteSigner::FromSeed(std::move(name), std::string(32, 's'));
}

Note Signed(std::string text, const std::vector<const NoteSigner*>& signers) {
  Note note{std::move(text), {}};
  for (const NoteSigner* signer : signers) note.signatures.push_back(signer->Sign(note.text));
  return note;
}

TEST(Note, AnotherImplementationsNoteVerifies) {
  const auto key = NoteVerifier::Parse(kKey);
  ASSERT_TRUE(key) << key.error().detail;
  EXPECT_EQ(key->Text(), kKey);
  const auto note = Note::Parse(kNote);
  ASSERT_TRUE(note) << note.error().detail;
  EXPECT_TRUE(key->Signed(*note));
  EXPECT_EQ(note->Render(), kNote);
}

// RFC 8032 section 7.1, test 1: the secret key and its public key.
TEST(Note, TheSeedMakesThePublicKeyOfTheRfc) {
  const std::string seed =
      "\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4"
      "\x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60";
  EXPECT_TRUE(NoteSigner::FromSeed("a", seed).verifier().Text().ends_with(
      "+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"));
}

TEST(Note, SeveralSignAndWhatWasParsedIsTheSameAgain) {
  const NoteSigner dpo = Signer(), it = NoteSigner::FromSeed("it", std::string(32, 'i'));
  const Note note = Signed("version: 8\n\nsecond paragraph\n", {&dpo, &it});
  const auto read = Note::Parse(note.Render());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->text, note.text);
  EXPECT_EQ(read->signatures, note.signatures);
  EXPECT_TRUE(dpo.verifier().Signed(*read));
  EXPECT_TRUE(it.verifier().Signed(*read));
  EXPECT_FALSE(Signer("marketing").verifier().Signed(*read)) << "the name is part of the key";
}

TEST(Note, NoChangedByteIsTakenForTheSame) {
  const NoteSigner dpo = Signer();
  const std::string bytes = Signed("version: 8\n", {&dpo}).Render();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const int flip : {1, 4, 32, 128}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      const auto read = Note::Parse(changed);
      EXPECT_FALSE(read && dpo.verifier().Signed(*read)) << "byte " << at;
    }
  }
}

TEST(Note, WhatIsNotExactlyANoteIsRefused) {
  const NoteSigner dpo = Signer();
  const std::string good = Signed("text\n", {&dpo}).Render();
  const std::string line = good.substr(good.find("\n\n") + 2);
  const std::vector<std::pair<const char*, std::string>> rows = {
      {"nothing", ""},
      {"no signature", "text\n\n"},
      {"no text", "\n" + line},
      {"no newline at the end", good.substr(0, good.size() - 1)},
      {"something after", good + "more\n"},
      {"an empty line after", good + "\n"},
      {"twice the same name", good + line},
      {"a control character", "te\x01xt\n\n" + line},
      {"a carriage return", "text\r\n\n" + line},
      {"a plain dash", "text\n\n- " + line.substr(4)},
      {"base64 without its padding", good.substr(0, good.size() - 2) + "\n"},
      {"two spaces", "text\n\n— dpo  " + line.substr(line.rfind(' ') + 1)},
  };
  ASSERT_TRUE(Note::Parse(good));
  for (const auto& [name, bytes] : rows) EXPECT_FALSE(Note::Parse(bytes)) << name;
}

TEST(Note, PublicKeysOfOthersAreRefused) {
  const std::string good = Signer().verifier().Text();
  ASSERT_TRUE(NoteVerifier::Parse(good));
  std::string other_name = good, other_id = good, cut = good;
  other_name.replace(0, 3, "dpa");
  other_id[4] = other_id[4] == '0' ? '1' : '0';
  cut.pop_back();
  for (const std::string& text : {other_name, other_id, cut, std::string("dpo"), std::string()}) {
    EXPECT_FALSE(NoteVerifier::Parse(text)) << text;
  }
}

TEST(Note, AKeyFileSignsAndOnlyItsOwnerReadsIt) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("note_test_" + std::to_string(getpid()));
  ASSERT_TRUE(CreateSignerFile(file));
  EXPECT_FALSE(CreateSignerFile(file)) << "a key is never written over";
  const auto signer = NoteSigner::FromFile("dpo", file);
  ASSERT_TRUE(signer) << signer.error().detail;
  EXPECT_TRUE(signer->verifier().Signed(Signed("text\n", {&*signer})));
  std::filesystem::permissions(file, std::filesystem::perms::all);
  EXPECT_FALSE(NoteSigner::FromFile("dpo", file));
  std::ofstream(file, std::ios::trunc) << "nothing";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  EXPECT_FALSE(NoteSigner::FromFile("dpo", file));
  std::filesystem::remove(file);
}

TEST(Note, OurOwnSealBelongsToTheRootTheTenantAndTheLabel) {
  const auto ring = KeyRing::FromRoot("a", std::string(32, 'k'));
  const Note note{"text\n", {ring->Signer("config").Sign("text\n")}};
  const auto signed_by = [&](const KeyRing& other, std::string_view label) {
    return other.Verifiers(label)[0].Signed(note);
  };
  EXPECT_TRUE(signed_by(*ring, "config"));
  EXPECT_FALSE(signed_by(*ring, "ledger"));
  EXPECT_FALSE(signed_by(*KeyRing::FromRoot("b", std::string(32, 'k')), "config"));
  EXPECT_FALSE(signed_by(*KeyRing::FromRoot("a", std::string(32, 'l')), "config"));
}

}  // namespace
}  // namespace octroi::crypto
