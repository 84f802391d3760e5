// What each key is derived from, which versions may be used, and what a rotation changes.
#include "crypto/key_ring.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "test_data.h"

namespace octroi::crypto {
namespace {

const std::string kRoot(32, 'r');
const std::string kOther(32, 'o');

std::string Block(const std::string& purpose, int version, const std::string& state,
                  const std::string& root) {
  return "octroi-key-v1 " + purpose + " kv=" + std::to_string(version) + " " + state + "\n" +
         base::Hex(root) + "\n";
}

std::unique_ptr<KeyRing> Opened(const Folder& folder, const std::string& pseudonym,
                                const std::string& storage = "") {
  KeyRing::Files files{folder.Write("pseudonym.key", pseudonym), ""};
  if (!storage.empty()) files.storage_root = folder.Write("storage.key", storage);
  auto ring = KeyRing::Open("acme", files);
  EXPECT_TRUE(ring) << ring.error().detail;
  return ring ? std::move(*ring) : nullptr;
}

std::string MacOf(const HmacKey& key) { return base::Hex(AsBytes(Hmac(key, "message"))); }

TEST(KeyRing, EveryPartOfAPurposeMakesAnotherKey) {
  const auto ring = KeyRing::FromRoot("acme", kRoot);
  const auto globex = KeyRing::FromRoot("globex", kRoot);
  const auto other = KeyRing::FromRoot("acme", kOther);
  const auto second = KeyRing::FromRoot("acme", kRoot, 2);
  const std::set<std::string> keys = {
      MacOf(*ring->DeriveHmac("hmac", "crm", "email", "email/1", 1)),
      MacOf(*ring->DeriveHmac("event-id", "crm", "email", "email/1", 1)),
      MacOf(*ring->DeriveHmac("hmac", "ads", "email", "email/1", 1)),
      MacOf(*ring->DeriveHmac("hmac", "crm", "phone", "email/1", 1)),
      MacOf(*ring->DeriveHmac("hmac", "crm", "email", "email/2", 1)),
      MacOf(*ring->DeriveHmac("hmac", "crme", "mail", "email/1", 1)),
      MacOf(*globex->DeriveHmac("hmac", "crm", "email", "email/1", 1)),
      MacOf(*other->DeriveHmac("hmac", "crm", "email", "email/1", 1)),
      MacOf(*second->DeriveHmac("hmac", "crm", "email", "email/1", 2)),
      MacOf(ring->StorageHmac("fingerprint")),
      MacOf(ring->StorageHmac("dedup")),
      MacOf(globex->StorageHmac("fingerprint")),
      MacOf(other->StorageHmac("fingerprint"))};
  EXPECT_EQ(keys.size(), 13u);
}

TEST(KeyRing, StorageKeysAreHkdfOfTheStorageRoot) {
  const Folder folder;
  const auto ring =
      Opened(folder, Block("pseudonym", 1, "active", kRoot), Block("storage", 1, "active", kOther));
  const std::string info = std::string("octroi/storage/v1") + std::string("\0\5dedup\0\4acme", 13);
  EXPECT_EQ(MacOf(ring->StorageHmac("dedup")),
            MacOf(HmacKey(Hkdf(kOther, "octroi/storage/v1/salt", info, 32))));
  std::string box, plain;
  ring->StorageSealer("detail").Seal("aad", "text", box);
  ASSERT_TRUE(ring->StorageSealer("detail").Open("aad", box, plain));
  EXPECT_EQ(plain, "text");
  EXPECT_FALSE(ring->StorageSealer("kek").Open("aad", box, plain));
}

TEST(KeyRing, OnlyActiveAndVerifyOnlyVersionsDerive) {
  const Folder folder;
  const auto ring = Opened(folder, Block("pseudonym", 6, "pre-active", std::string(32, '6')) +
                                       Block("pseudonym", 5, "active", std::string(32, '5')) +
                                       Block("pseudonym", 4, "verify-only", std::string(32, '4')) +
                                       Block("pseudonym", 3, "retired", std::string(32, '3')) +
                                       Block("pseudonym", 2, "destroyed", std::string(32, '\0')) +
                                       Block("pseudonym", 1, "compromised", std::string(32, '1')));
  EXPECT_EQ(ring->active_version(), 5u);
  EXPECT_EQ(ring->oldest_version(), 4u);
  EXPECT_EQ(ring->versions().size(), 6u);
  EXPECT_EQ(ring->versions().front().version, 1u);
  for (std::uint32_t version = 0; version <= 7; ++version) {
    const auto key = ring->DeriveHmac("hmac", "crm", "email", "email/1", version);
    EXPECT_EQ(static_cast<bool>(key), version == 4 || version == 5) << version;
  }
}

TEST(KeyRing, WhatWasWrappedBeforeARotationStillOpens) {
  const Folder before, after, without;
  const std::string pseudonym = Block("pseudonym", 1, "active", kRoot);
  const std::string key(32, 'd');
  const std::string wrapped =
      Opened(before, pseudonym, Block("storage", 1, "active", kRoot))->WrapWithKek(key);
  const auto rotated =
      Opened(after, pseudonym,
             Block("storage", 1, "verify-only", kRoot) + Block("storage", 2, "active", kOther));
  EXPECT_EQ(rotated->UnwrapWithKek(wrapped), key);
  EXPECT_NE(rotated->WrapWithKek(key), wrapped);
  const auto retired =
      Opened(without, pseudonym,
             Block("storage", 1, "retired", kRoot) + Block("storage", 2, "active", kOther));
  EXPECT_EQ(retired->UnwrapWithKek(wrapped), std::nullopt);
}

TEST(KeyRing, RotatingPseudonymsLeavesADerivedStoreReadable) {
  const Folder before, after;
  const auto first = Opened(before, Block("pseudonym", 1, "active", kRoot));
  const auto second = Opened(
      after, Block("pseudonym", 1, "verify-only", kRoot) + Block("pseudonym", 2, "active", kOther));
  EXPECT_EQ(MacOf(first->StorageHmac("fingerprint")), MacOf(second->StorageHmac("fingerprint")));
}

TEST(CheckValue, TellsWrongKeysFromRightOnes) {
  const Folder one, again, other_pseudonym, other_storage, rotated;
  const std::string storage = Block("storage", 1, "active", kOther);
  const auto ring = Opened(one, Block("pseudonym", 1, "active", kRoot), storage);
  const std::string stored = ring->CheckValue();
  EXPECT_EQ(stored.size(), 16u + 1 + 16);
  EXPECT_EQ(stored, Opened(again, Block("pseudonym", 1, "active", kRoot), storage)->CheckValue());

  const auto wrong = Opened(other_pseudonym, Block("pseudonym", 1, "active", kOther), storage);
  EXPECT_NE(wrong->CheckValue(), stored);
  EXPECT_FALSE(wrong->Recognises(stored));

  const auto wrong_store = Opened(other_storage, Block("pseudonym", 1, "active", kRoot),
                                  Block("storage", 1, "active", kRoot));
  EXPECT_NE(wrong_store->CheckValue(), stored);
  EXPECT_FALSE(wrong_store->Recognises(stored));

  const auto next =
      Opened(rotated,
             Block("pseudonym", 1, "verify-only", kRoot) + Block("pseudonym", 2, "active", kOther),
             storage);
  EXPECT_NE(next->CheckValue(), stored);
  EXPECT_TRUE(next->Recognises(stored)) << "a rotation keeps the old version on the ring";
  EXPECT_TRUE(next->Recognises(next->CheckValue()));
  EXPECT_FALSE(ring->Recognises(next->CheckValue())) << "an older key file was put back";
  for (const char* nonsense : {"", ".", "0000", "0000000000000000.0000000000000000"}) {
    EXPECT_FALSE(ring->Recognises(nonsense)) << nonsense;
  }
}

TEST(CheckValue, DoesNotContainTheKey) {
  const auto ring = KeyRing::FromRoot("acme", kRoot);
  EXPECT_EQ(ring->CheckValue().find(base::Hex(kRoot).substr(0, 8)), std::string::npos);
}

}  // namespace
}  // namespace octroi::crypto
