// Random tokens between lanes and table: durable before they are given, the same again, never a
// throwaway, nobody's once they are forgotten.
#include "gateway/token_desk.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "gateway/event_reader.h"
#include "sender/rig.h"
#include "support/fake_store.h"

namespace octroi::gateway {
namespace {

using policies::RandomToken;
using policies::WantedToken;

// Counts what reaches the table, and can hand out a row that somebody changed.
class Table final : public octroi::testing::FakeStore {
 public:
  base::Status Mint(std::string_view domain, std::span<store::TokenRow> rows) override {
    ++mints;
    rows_seen += rows.size();
    if (auto minted = FakeStore::Mint(domain, rows); !minted) return minted;
    if (during) during();
    if (change) change(rows.front());
    return base::Ok();
  }
  int mints = 0;
  std::size_t rows_seen = 0;
  std::function<void()> during;
  std::function<void(store::TokenRow&)> change;
};

class Tokens : public ::testing::Test {
 protected:
  Tokens() { Make(); }
  void Make(std::size_t most = kTokensKnownMax, bool shared = false) {
    desk_ = std::make_unique<TokenDesk>(
        TokenDesk::Parts{&table_, keys_.get(), &clock_, &metrics_, shared, most});
  }
  std::string Message(const std::string& value, const std::string& field = "email") {
    std::string message;
    crypto::AppendLp(field, message);
    crypto::AppendLp(value, message);
    return message;
  }
  policies::Fingerprint PrintOf(const std::string& value) {
    return FingerprintOf(keys_->StorageHmac("fingerprint"), "email", value);
  }
  // Nothing: it could not be had.
  std::optional<std::vector<RandomToken>> Get(const std::vector<std::string>& values,
                                              const std::string& domain = "crm") {
    std::vector<std::string> messages;
    for (const std::string& value : values) messages.push_back(Message(value));
    std::vector<WantedToken> wanted;
    for (std::size_t i = 0; i < values.size(); ++i)
      wanted.push_back({PrintOf(values[i]), messages[i], {}});
    const auto done = desk_->Resolve(domain, wanted);
    if (!done) {
      EXPECT_EQ(done.error().code, base::ErrorCode::kUnavailable);
      for (const WantedToken& one : wanted) EXPECT_EQ(one.token, RandomToken{});
      return std::nullopt;
    }
    std::vector<RandomToken> tokens;
    for (const WantedToken& one : wanted) tokens.push_back(one.token);
    return tokens;
  }
  base::Result<policies::OpenedToken> Open(const RandomToken& token,
                                           const std::string& domain = "crm") {
    policies::TokenParts parts;
    parts.form = policies::OutgoingField::Form::kRandom;
    parts.domain = domain;
    parts.body.assign(token.begin(), token.end());
    return desk_->Open(parts);
  }

  std::unique_ptr<crypto::KeyRing> keys_ = crypto::KeyRing::FromRoot("test", std::string(32, 'k'));
  MovedClock clock_;
  base::Metrics metrics_;
  Table table_;
  std::unique_ptr<TokenDesk> desk_;
};

TEST_F(Tokens, AllNewOnesOfABatchAreOneTransactionAndTheKnownOnesNone) {
  const auto first = *Get({"a@x.fr", "b@x.fr", "a@x.fr"});
  EXPECT_EQ(table_.mints, 1);
  EXPECT_EQ(first[0], first[2]);
  EXPECT_NE(first[0], first[1]);
  EXPECT_EQ(*Get({"b@x.fr", "a@x.fr"}), (std::vector<RandomToken>{first[1], first[0]}));
  EXPECT_EQ(table_.mints, 1);
  Get({"a@x.fr", "c@x.fr"});
  EXPECT_EQ(table_.mints, 2);
  EXPECT_EQ(table_.rows_seen, 4u) << "only who is not known is asked";
  EXPECT_NE((*Get({"a@x.fr"}, "ads"))[0], first[0]);
}

TEST_F(Tokens, AnotherProcessFindsTheSame) {
  const auto before = *Get({"a@x.fr"});
  Make();  // as after a kill: nothing in memory
  EXPECT_EQ(*Get({"a@x.fr"}), before);
}

TEST_F(Tokens, WhereTheTableIsDownNothingIsGivenAndLaterTheSame) {
  const auto known = *Get({"a@x.fr"});
  table_.SetDown(true);
  EXPECT_EQ(*Get({"a@x.fr"}), known) << "who is known needs no table";
  EXPECT_FALSE(Get({"a@x.fr", "b@x.fr"}) && true);
  table_.SetDown(false);
  table_.DoubtNext();  // it is in the table, and nobody said so
  EXPECT_FALSE(Get({"b@x.fr"}) && true);
  const auto after = *Get({"b@x.fr"});
  Make();
  EXPECT_EQ(*Get({"b@x.fr"}), after);
  EXPECT_EQ(metrics_.CounterOf("octroi_tokens_unavailable").value(), 2u);
}

TEST_F(Tokens, ARowThatSomebodyChangedIsNotUsed) {
  const auto theirs = *Get({"b@x.fr"});
  table_.change = [&](store::TokenRow& row) { row.token = theirs[0]; };
  EXPECT_FALSE(Get({"a@x.fr"}).has_value()) << "another person's token";
  table_.change = [](store::TokenRow& row) { row.sealed[20] ^= 1; };
  EXPECT_FALSE(Get({"c@x.fr"}).has_value());
  table_.change = nullptr;
  EXPECT_TRUE(Get({"a@x.fr", "c@x.fr"}).has_value());
}

TEST_F(Tokens, TheTableSaysWhoIsBehindATokenAndNotTheKey) {
  const auto token = (*Get({"jeanne@exemple.fr"}))[0];
  const auto opened = Open(token);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->of.field, "email");
  EXPECT_EQ(opened->value, "jeanne@exemple.fr");
  EXPECT_EQ(Open(token, "ads").error().where, "access.token_unknown");
  EXPECT_EQ(Open(RandomToken{}).error().where, "access.token_unknown");
  table_.SetDown(true);
  EXPECT_EQ(Open(token).error().where, "access.table_unavailable");
}

TEST_F(Tokens, WhoIsForgottenIsNobodyAndThenSomebodyElse) {
  const auto before = *Get({"a@x.fr", "b@x.fr"});
  Get({"a@x.fr"}, "ads");
  EXPECT_EQ(*desk_->Forget(std::vector{PrintOf("a@x.fr")}), 2u);
  EXPECT_EQ(Open(before[0]).error().where, "access.token_unknown");
  const auto after = *Get({"a@x.fr", "b@x.fr"});
  EXPECT_NE(after[0], before[0]);
  EXPECT_EQ(after[1], before[1]);
  table_.SetDown(true);
  EXPECT_FALSE(desk_->Forget(std::vector{PrintOf("a@x.fr")}));
  table_.SetDown(false);
}

TEST_F(Tokens, WhatWasReadBeforeAForgettingIsNotRemembered) {
  std::vector<RandomToken> dead;
  table_.during = [&] { EXPECT_TRUE(desk_->Forget(std::vector{PrintOf("a@x.fr")})); };
  dead = *Get({"a@x.fr"});
  table_.during = nullptr;
  EXPECT_NE(*Get({"a@x.fr"}), dead);
}

TEST_F(Tokens, MemoryIsBoundedAndOthersForgetToo) {
  Make(3);
  const auto first = *Get({"a@x.fr", "b@x.fr", "c@x.fr"});
  Get({"d@x.fr"});
  const int before = table_.mints;
  EXPECT_EQ(*Get({"a@x.fr", "b@x.fr", "c@x.fr"}), first);
  EXPECT_GT(table_.mints, before) << "begun anew";
  Make(100, /*shared=*/true);
  const auto shared = *Get({"a@x.fr"});
  EXPECT_TRUE(table_.Forget(std::vector{PrintOf("a@x.fr")}));  // another gateway
  EXPECT_EQ(*Get({"a@x.fr"}), shared);
  clock_.Advance(kTrustedForMs + 1);
  EXPECT_NE(*Get({"a@x.fr"}), shared);
}

TEST_F(Tokens, NothingOfTheValueStandsInTheTable) {
  Get({"jeanne@exemple.fr", "al@x.fr"});
  const auto rows = *table_.TokensAfter({});
  ASSERT_EQ(rows.size(), 2u);
  std::set<std::size_t> lengths;
  for (const auto& [domain, row] : rows) {
    EXPECT_EQ(row.sealed.find("exemple"), std::string::npos);
    lengths.insert(row.sealed.size());
  }
  EXPECT_EQ(lengths.size(), 1u) << "not even how long it is";
}

}  // namespace
}  // namespace octroi::gateway
