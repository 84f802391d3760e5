// P2 and P3 beside P1: the vectors, what each lets its reader tell, and what is refused.
#include <gtest/gtest.h>

#include "crypto/siv.h"
#include "outgoing_events.h"
#include "test_data.h"

namespace octroi::policies {
namespace {

using base::IdentifierType;
using Form = OutgoingField::Form;

constexpr base::Millis kNovember = 1'795'251'600'000;  // 2026-11-21T09:00:00Z
constexpr base::Millis kLastOfNovember = 1'796'083'199'999;
constexpr base::Millis kDecember = kLastOfNovember + 1;

OutgoingField As(Form form, base::FieldId field = kEmail, std::string name = "email",
                 IdentifierType type = IdentifierType::kEmail) {
  return {field, std::move(name), form, type, kContact};
}

OutgoingForm FormOf(const std::string& domain, std::vector<OutgoingField> fields) {
  return {domain, {{0, "lead@2", std::move(fields)}}};
}

// What leaves for destination 0 of events that were received then.
nlohmann::json Sent(const Pseudonymizer& maker, const Fields& fields,
                    std::initializer_list<base::Millis> received, ProtectedBatch& batch) {
  maker.Begin(0, batch);
  std::uint64_t sequence = 0;
  for (const base::Millis at : received) {
    EXPECT_TRUE(maker.Add(0, {++sequence, "lead.created", 0, {kContact, kContact}, {}, &fields, at},
                          batch));
  }
  EXPECT_TRUE(maker.Finish(0, batch));
  return BodyOf(batch)["events"];
}
nlohmann::json Sent(const Pseudonymizer& maker, const Fields& fields,
                    std::initializer_list<base::Millis> received) {
  ProtectedBatch batch;
  return Sent(maker, fields, received, batch);
}

class Vectors : public ::testing::Test {
 protected:
  std::string Token(const char* domain, Form form, base::Millis received = 0) const {
    std::string normal;
    EXPECT_TRUE(base::Normalise(IdentifierType::kEmail, std::string(in_["raw"]), normal));
    const auto token = Pseudonymizer::Token(*ring_, domain, As(form), normal, in_["kv"], received);
    EXPECT_TRUE(token) << token.error().detail;
    return token ? *token : "";
  }
  // The same through a batch.
  std::string Left(const char* domain, Form form) const {
    const auto maker = Made(*ring_, {FormOf(domain, {As(form)})});
    Fields fields;
    fields.Text(kEmail, in_["raw"]);
    return Sent(*maker, fields, {kNovember})[0]["data"]["email"];
  }

  const nlohmann::json all_ = crypto::ReadData("vectors/vectors.json");
  const nlohmann::json& in_ = all_["inputs"];
  const std::unique_ptr<crypto::KeyRing> ring_ =
      crypto::KeyRing::FromRoot(in_["tenant"], crypto::Unhex(in_["root_hex"]), in_["kv"]);
};

TEST_F(Vectors, P1) {
  EXPECT_EQ(Token("crm", Form::kPseudonym), all_["P1_hmac"]["token"]);
  EXPECT_EQ(Left("crm", Form::kPseudonym), all_["P1_hmac"]["token"]);
}

TEST_F(Vectors, P2) {
  EXPECT_EQ(Token("crm", Form::kReversible), all_["P2_siv"]["token"]);
  EXPECT_EQ(Left("crm", Form::kReversible), all_["P2_siv"]["token"]);
  const auto siv = crypto::DeriveSiv(*ring_, "crm", "email", "email/1", in_["kv"]);
  ASSERT_TRUE(siv);
  std::string value = in_["normalised_utf8"];
  value += '\x80';
  value.resize(32, '\0');
  EXPECT_EQ(siv->Open(crypto::Unhex(all_["P2_siv"]["ct"])), value) << "and back";
}

TEST_F(Vectors, P3) {
  EXPECT_EQ(Token("analytics", Form::kEpoch, kNovember), all_["P3_epoch"]["token"]);
  EXPECT_EQ(Left("analytics", Form::kEpoch), all_["P3_epoch"]["token"]);
}

class Methods : public ::testing::Test {
 protected:
  const std::unique_ptr<crypto::KeyRing> ring_ = crypto::KeyRing::FromRoot("acme", kRoot);
};

TEST_F(Methods, AnEpochIsAMonthInUtcOfWhenTheEventWasReceived) {
  const auto maker = Made(*ring_, {FormOf("crm", {As(Form::kEpoch)})});
  const auto events =
      Sent(*maker, Person(1), {kNovember, kDecember, kLastOfNovember, kDecember + 1});
  const auto token = [&](int i) { return events[i]["data"]["email"].get<std::string>(); };
  EXPECT_EQ(token(0).substr(0, 17), "p3.crm.1.2026-11.");
  EXPECT_EQ(token(1).substr(0, 17), "p3.crm.1.2026-12.");
  EXPECT_EQ(token(0), token(2)) << "the last millisecond of the month, behind another month's";
  EXPECT_EQ(token(1), token(3));
  EXPECT_NE(token(0).substr(17), token(1).substr(17)) << "months must not be joined";
}

TEST_F(Methods, WithoutATimeThereIsNoEpoch) {
  const auto maker = Made(*ring_, {FormOf("crm", {As(Form::kEpoch)})});
  ProtectedBatch batch;
  maker->Begin(0, batch);
  const Fields person = Person(1);
  const auto added =
      maker->Add(0, {1, "lead.created", 0, {kContact, kContact}, {}, &person}, batch);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, base::ErrorCode::kInvalid);
  EXPECT_EQ(batch.count(), 0u);
}

TEST_F(Methods, ABatchOfAnotherPlanStartsItsEpochsAgain) {
  ProtectedBatch batch;
  const auto sent = [&](const crypto::KeyRing& ring) {
    const auto maker = Made(ring, {FormOf("crm", {As(Form::kEpoch)})});
    return Sent(*maker, Person(1), {kNovember}, batch)[0]["data"]["email"].get<std::string>();
  };
  const auto other = crypto::KeyRing::FromRoot("acme", std::string(32, 'o'));
  const std::string first = sent(*ring_);
  EXPECT_NE(sent(*other), first);
  EXPECT_EQ(sent(*ring_), first);
}

TEST_F(Methods, EachIsASpaceOfItsOwnInOneDestination) {
  OutgoingForm form = FormOf("crm", {As(Form::kPseudonym)});
  form.contracts.push_back({1, "order@1", {As(Form::kReversible)}});
  form.contracts.push_back({2, "view@1", {As(Form::kEpoch)}});
  const auto maker = Made(*ring_, {form});
  ProtectedBatch batch;
  maker->Begin(0, batch);
  const Fields person = Person(1);
  for (std::uint16_t contract = 0; contract < 3; ++contract) {
    ASSERT_TRUE(
        maker->Add(0, {1, "e", contract, {kContact, kContact}, {}, &person, kNovember}, batch));
  }
  EXPECT_TRUE(maker->Finish(0, batch));
  const auto events = BodyOf(batch)["events"];
  const char* const heads[] = {"p1.crm.1.", "p2.crm.1.", "p3.crm.1."};
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(events[i]["data"]["email"].get<std::string>().starts_with(heads[i])) << i;
  }
}

TEST_F(Methods, AReversibleTokenHidesLengthUpToItsBucket) {
  const auto size = [&](const std::string& value) {
    const auto token = Pseudonymizer::Token(*ring_, "crm", As(Form::kReversible), value, 1);
    return token ? token->size() : 0;
  };
  EXPECT_EQ(size("a"), size(std::string(31, 'a')));
  EXPECT_LT(size(std::string(31, 'a')), size(std::string(32, 'a')));
}

TEST_F(Methods, WhatIsNotAnIdentifierHasNoToken) {
  Fields fields;
  fields.Text(kEmail, "not an address");
  for (const Form form : {Form::kPseudonym, Form::kReversible, Form::kEpoch}) {
    const auto maker = Made(*ring_, {FormOf("crm", {As(form)})});
    EXPECT_EQ(Sent(*maker, fields, {kNovember})[0]["data"], nlohmann::json::object());
  }
  for (const Form form : {Form::kReversible, Form::kEpoch}) {
    EXPECT_FALSE(Pseudonymizer::Token(*ring_, "crm", As(form), "", 1, kNovember));
    EXPECT_FALSE(Pseudonymizer::Token(*ring_, "crm", As(form), "a@b.c", 2, kNovember));
  }
  EXPECT_FALSE(Pseudonymizer::Token(*ring_, "crm", As(Form::kClear), "a@b.c", 1, kNovember));
}

}  // namespace
}  // namespace octroi::policies
