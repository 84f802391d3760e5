// TokenStore and BreachStore: one test per sentence of their contracts (db/tokens.h, breaches.h).
#include <set>
#include <thread>

#include "contract.h"
#include "samples.h"

namespace octroi::testing {
namespace {

using base::ErrorCode;
using store::BreachEntry;
using store::TokenRow;

TokenRow Row(std::uint8_t who, std::uint8_t token) {
  TokenRow row;
  row.subject = Print(who);
  row.token.fill(token);
  row.sealed = std::string("sealed\0", 7) + static_cast<char>(token);
  return row;
}

class TokenContract : public StoreContract {
 protected:
  TokenRow Minted(std::string_view domain, TokenRow row) {
    EXPECT_TRUE(IsOk(store().Mint(domain, {&row, 1})));
    return row;
  }
  std::vector<std::pair<std::string, TokenRow>> All() {
    std::vector<std::pair<std::string, TokenRow>> all;
    for (store::TokenStore::Place place;;) {
      auto page = store().TokensAfter(place);
      EXPECT_TRUE(IsOk(page));
      if (!page || page->empty()) return all;
      place = {page->back().first, page->back().second.subject};
      all.insert(all.end(), page->begin(), page->end());
    }
  }
};
OCTROI_ON_EVERY_STORE(TokenContract);

TEST_P(TokenContract, WhoHasATokenKeepsItAlsoAfterReopening) {
  EXPECT_EQ(Minted("crm", Row(1, 10)), Row(1, 10));
  for (int opened = 0; opened < 2; ++opened, Reopen()) {
    EXPECT_EQ(Minted("crm", Row(1, 99)), Row(1, 10)) << "token and box of the row, not the new";
    EXPECT_EQ(**store().ByToken("crm", Row(1, 10).token), Row(1, 10));
    EXPECT_FALSE(store().ByToken("crm", Row(1, 99).token)->has_value());
  }
}

TEST_P(TokenContract, DomainsAreApart) {
  EXPECT_EQ(Minted("crm", Row(1, 10)), Row(1, 10));
  EXPECT_EQ(Minted("ads", Row(1, 20)), Row(1, 20));
  EXPECT_FALSE(store().ByToken("ads", Row(1, 10).token)->has_value());
  EXPECT_TRUE(store().ByToken("crm", Row(1, 10).token)->has_value());
}

TEST_P(TokenContract, TheSamePersonTwiceInOneCallHasOneRow) {
  std::vector<TokenRow> rows = {Row(1, 10), Row(2, 20), Row(1, 30)};
  ASSERT_TRUE(IsOk(store().Mint("crm", rows)));
  EXPECT_EQ(rows, (std::vector<TokenRow>{Row(1, 10), Row(2, 20), Row(1, 10)}));
  EXPECT_EQ(All().size(), 2u);
}

TEST_P(TokenContract, AllOrNone) {
  std::vector<TokenRow> rows = {Row(1, 10), Row(2, 20)};
  rows[1].sealed.clear();
  EXPECT_TRUE(IsError(store().Mint("crm", rows), ErrorCode::kInvalid));
  EXPECT_TRUE(IsError(store().Mint("", {rows.data(), 1}), ErrorCode::kInvalid));
  EXPECT_TRUE(All().empty());
}

TEST_P(TokenContract, WhoIsForgottenHasNoRowInAnyDomainAndThenAnotherToken) {
  Minted("crm", Row(1, 10));
  Minted("ads", Row(1, 20));
  Minted("crm", Row(2, 30));
  const std::vector<policies::Fingerprint> gone = {Print(1), Print(7)};
  EXPECT_EQ(*store().Forget(gone), 2u);
  EXPECT_EQ(*store().Forget(gone), 0u);
  for (int opened = 0; opened < 2; ++opened, Reopen()) {
    EXPECT_FALSE(store().ByToken("crm", Row(1, 10).token)->has_value());
    EXPECT_EQ(All(), (std::vector<std::pair<std::string, TokenRow>>{{"crm", Row(2, 30)}}));
  }
  EXPECT_EQ(Minted("crm", Row(1, 40)), Row(1, 40));
}

TEST_P(TokenContract, EveryRowIsReadOnceInPages) {
  std::set<std::pair<std::string, policies::Fingerprint>> expected, seen;
  for (const std::string domain : {"ads", "crm"}) {
    std::vector<TokenRow> rows;
    for (int who = 1; who <= 250; ++who) {
      rows.push_back(Row(static_cast<std::uint8_t>(who), static_cast<std::uint8_t>(who)));
      expected.emplace(domain, rows.back().subject);
    }
    ASSERT_TRUE(IsOk(store().Mint(domain, rows)));
  }
  for (const auto& [domain, row] : All()) EXPECT_TRUE(seen.emplace(domain, row.subject).second);
  EXPECT_EQ(seen, expected);
}

TEST_P(TokenContract, TwoThatMintAtOnceAgree) {
  constexpr int kPeople = 40;
  std::vector<TokenRow> here, there;
  for (int who = 1; who <= kPeople; ++who) {
    here.push_back(Row(static_cast<std::uint8_t>(who), static_cast<std::uint8_t>(who)));
    there.insert(there.begin(),
                 Row(static_cast<std::uint8_t>(who), static_cast<std::uint8_t>(100 + who)));
  }
  std::thread other([&] { EXPECT_TRUE(IsOk(store().Mint("crm", there))); });
  EXPECT_TRUE(IsOk(store().Mint("crm", here)));
  other.join();
  for (int i = 0; i < kPeople; ++i) EXPECT_EQ(here[i], there[kPeople - 1 - i]);
}

class BreachContract : public StoreContract {};
OCTROI_ON_EVERY_STORE(BreachContract);

TEST_P(BreachContract, EntriesAreAddedAndNeverChanged) {
  const BreachEntry opened{"key-2", 1, 1'795'300'000'000, 1000, "opened", R"({"key_version":2})"};
  const BreachEntry noted{"key-2", 2, 1'795'300'060'000, 0, "noted", R"({"text":"été"})"};
  const BreachEntry other{"key-10", 1, 1'795'300'000'500, 1000, "opened", "{}"};
  EXPECT_TRUE(store().Breaches()->empty());
  for (const BreachEntry& one : {noted, opened, other}) ASSERT_TRUE(IsOk(store().AddBreach(one)));
  EXPECT_TRUE(IsOk(store().AddBreach(opened))) << "the same again";
  BreachEntry changed = opened;
  changed.detail = "{}";
  EXPECT_TRUE(IsError(store().AddBreach(changed), ErrorCode::kInvalid));
  EXPECT_TRUE(IsError(store().AddBreach({"", 1, 0, 0, "opened", "{}"}), ErrorCode::kInvalid));
  EXPECT_TRUE(IsError(store().AddBreach({"key-3", 0, 0, 0, "opened", "{}"}), ErrorCode::kInvalid));
  for (int open = 0; open < 2; ++open, Reopen())
    EXPECT_EQ(*store().Breaches(), (std::vector<BreachEntry>{other, opened, noted}));
}

}  // namespace
}  // namespace octroi::testing
