// P4: the token is the table's and nobody else's, one a person and domain, all of a batch at once,
// and nothing without it.
#include "policies/random_tokens.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/text.h"
#include "outgoing_events.h"
#include "policies/token_reader.h"

namespace octroi::policies {
namespace {

// A table in memory that can be down, and says what it was asked.
class Table final : public RandomTokens {
 public:
  base::Status Resolve(std::string_view domain, std::span<WantedToken> wanted) override {
    ++asked;
    for (const WantedToken& one : wanted) messages.emplace(one.message);
    if (down) return base::Error{base::ErrorCode::kUnavailable, "test.table", "down"};
    for (WantedToken& one : wanted) {
      const auto [at, fresh] = rows.try_emplace({std::string(domain), one.subject});
      if (fresh) at->second.fill(static_cast<std::uint8_t>(rows.size()));
      one.token = at->second;
    }
    return base::Ok();
  }
  std::map<std::pair<std::string, Fingerprint>, RandomToken> rows;
  std::set<std::string> messages;
  int asked = 0;
  bool down = false;
};

OutgoingForm RandomForm(const std::string& domain, bool previous = false) {
  OutgoingField email = Token(kEmail, "email", base::IdentifierType::kEmail, kContact);
  OutgoingField customer = Token(kCustomer, "customer_id", base::IdentifierType::kOther, kContact);
  email.form = customer.form = OutgoingField::Form::kRandom;
  OutgoingForm form{domain, {{0, "lead@2", {email, customer}}}};
  form.previous_tokens = previous;
  return form;
}

class P4 : public ::testing::Test {
 protected:
  nlohmann::json Data(const Pseudonymizer& maker, std::uint16_t destination, int person) {
    ProtectedBatch batch;
    maker.Begin(destination, batch);
    EXPECT_TRUE(AddOne(maker, destination, 1, Person(person), batch));
    EXPECT_TRUE(maker.Finish(destination, batch, &table_));
    return BodyOf(batch)["events"][0]["data"];
  }
  std::unique_ptr<crypto::KeyRing> ring_ = crypto::KeyRing::FromRoot("demo", kRoot);
  std::unique_ptr<Pseudonymizer> maker_ = Made(*ring_, {RandomForm("crm"), RandomForm("ads")});
  Table table_;
};

TEST_F(P4, TheSamePersonHasOneTokenADomainAndFieldOfNoKey) {
  const auto first = Data(*maker_, 0, 1), again = Data(*maker_, 0, 1);
  EXPECT_EQ(first, again);
  EXPECT_NE(first, Data(*maker_, 0, 2));
  EXPECT_NE(first, Data(*maker_, 1, 1)) << "another domain";
  EXPECT_NE(first["email"], first["customer_id"]);
  for (const auto& [name, token] : first.items()) {
    const auto parts = ReadToken(token.get<std::string>());
    ASSERT_TRUE(parts) << token;
    EXPECT_EQ(parts->form, OutgoingField::Form::kRandom);
    EXPECT_EQ(parts->domain, "crm");
    EXPECT_EQ(parts->body.size(), 16u);
  }
  Table other;  // another table, the same key: the token is not the key's
  std::swap(table_.rows, other.rows);
  for (int i = 0; i < 9; ++i) Data(*maker_, 1, 100 + i);
  EXPECT_NE(first, Data(*maker_, 0, 1));
}

TEST_F(P4, ABatchAsksOnceAndTheFingerprintIsTheRegisters) {
  ProtectedBatch batch;
  maker_->Begin(0, batch);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(AddOne(*maker_, 0, 1 + i, Person(i % 5), batch));
  ASSERT_TRUE(maker_->Finish(0, batch, &table_));
  EXPECT_EQ(table_.asked, 1);
  EXPECT_EQ(table_.rows.size(), 10u) << "two fields of five people";
  std::string message;
  crypto::AppendLp("email", message);
  crypto::AppendLp("person1000003@example.com", message);
  EXPECT_TRUE(table_.messages.contains(message));
  const crypto::Digest digest = crypto::Hmac(ring_->StorageHmac("fingerprint"), message);
  Fingerprint print{};
  std::copy_n(digest.begin(), print.size(), print.begin());
  EXPECT_TRUE(table_.rows.contains({"crm", print})) << "the consent register knows them so, too";
}

TEST_F(P4, WithoutTheTableThereIsNoBody) {
  ProtectedBatch batch;
  maker_->Begin(0, batch);
  ASSERT_TRUE(AddOne(*maker_, 0, 1, Person(1), batch));
  EXPECT_FALSE(maker_->Finish(0, batch));
  EXPECT_TRUE(batch.body().empty());
  table_.down = true;
  EXPECT_FALSE(maker_->Finish(0, batch, &table_));
  EXPECT_TRUE(batch.body().empty());
  table_.down = false;
  EXPECT_TRUE(maker_->Finish(0, batch, &table_));
  EXPECT_EQ(BodyOf(batch)["events"][0]["data"], Data(*maker_, 0, 1)) << "what would have left";
}

TEST_F(P4, ValuesThatIdentifyNobodyAskNothing) {
  ProtectedBatch batch;
  maker_->Begin(0, batch);
  ASSERT_TRUE(
      AddOne(*maker_, 0, 1, Fields().Text(kEmail, "no address").Text(kCustomer, " "), batch));
  EXPECT_TRUE(maker_->Finish(0, batch, &table_));
  EXPECT_EQ(table_.asked, 0);
}

TEST_F(P4, IsNotComputed) {
  OutgoingField field = Token(kEmail, "email", base::IdentifierType::kEmail, kContact);
  field.form = OutgoingField::Form::kRandom;
  EXPECT_FALSE(Pseudonymizer::Token(*ring_, "crm", field, "a@b.fr", 1));
}

TEST_F(P4, OnlyWhatWeWouldHaveWrittenIsAToken) {
  std::string good = "p4.crm.";
  base::AppendBase64Url(std::string(16, '\7'), good);
  EXPECT_TRUE(ReadToken(good));
  for (const std::string& bad :
       {good + "A", good.substr(0, good.size() - 1), "p4." + good.substr(7),
        "p4.C" + good.substr(4), "p4.crm.1." + good.substr(7), "P4" + good.substr(2),
        std::string("p4."), std::string("p4")}) {
    EXPECT_FALSE(ReadToken(bad)) << bad;
  }
}

}  // namespace
}  // namespace octroi::policies
