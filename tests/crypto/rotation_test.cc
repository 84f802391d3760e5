// During a rotation who asks for it gets each token under both keys, of what was received in time,
// in every shape that what is sent may have; nobody else does, and nothing else changes.
#include <gtest/gtest.h>

#include "outgoing_events.h"
#include "test_data.h"

namespace octroi::policies {
namespace {

using base::IdentifierType;
using Form = OutgoingField::Form;

constexpr base::Millis kUntil =
    1'801'440'000'000;  // 2027-02-01T00:00:00Z: the last day is before it

OutgoingField As(Form form, base::FieldId field = kEmail, std::string name = "email",
                 IdentifierType type = IdentifierType::kEmail) {
  return {field, std::move(name), form, type, kContact};
}

class Rotation : public ::testing::Test {
 protected:
  Rotation() {
    const std::string old = "octroi-key-v1 pseudonym kv=1 ", next = "octroi-key-v1 pseudonym kv=2 ";
    before_ = Ring("before", old + "active\n" + std::string(64, 'a') + "\n");
    during_ = Ring("during", old + "verify-only until=2027-01-31\n" + std::string(64, 'a') + "\n" +
                                 next + "active\n" + std::string(64, 'b') + "\n");
    after_ = Ring("after", old + "verify-only\n" + std::string(64, 'a') + "\n" + next + "active\n" +
                               std::string(64, 'b') + "\n");
  }
  std::unique_ptr<crypto::KeyRing> Ring(const std::string& name, const std::string& text) {
    auto ring = crypto::KeyRing::Open("acme", {folder_.Write(name, text), ""});
    EXPECT_TRUE(ring) << ring.error().detail;
    return *std::move(ring);
  }
  static nlohmann::json Sent(const crypto::KeyRing& ring, OutgoingForm form, base::Millis received,
                             std::uint32_t clear = kContact) {
    const auto maker = Made(ring, {std::move(form)});
    ProtectedBatch batch;
    maker->Begin(0, batch);
    const Fields person = Person(1);
    EXPECT_TRUE(
        maker->Add(0, {1, "lead.created", 0, {kContact, clear}, {}, &person, received}, batch));
    EXPECT_TRUE(maker->Finish(0, batch));
    return nlohmann::json::parse(batch.body());
  }
  static nlohmann::json Data(const crypto::KeyRing& ring, const OutgoingForm& form,
                             base::Millis received, std::uint32_t clear = kContact) {
    return Sent(ring, form, received, clear)["events"][0]["data"];
  }
  static OutgoingForm Asking(std::vector<OutgoingField> fields, bool asks = true) {
    OutgoingForm form{"crm", {{0, "lead@2", std::move(fields)}}};
    form.previous_tokens = asks;
    return form;
  }

  const crypto::Folder folder_;
  std::unique_ptr<crypto::KeyRing> before_, during_, after_;
};

TEST_F(Rotation, WhoAsksGetsBothTokensUntilTheLastDayIsOver) {
  for (const Form form : {Form::kPseudonym, Form::kReversible, Form::kEpoch}) {
    const OutgoingForm asking = Asking({As(form)});
    const auto old = Data(*before_, asking, kUntil - 1);
    const auto both = Data(*during_, asking, kUntil - 1);
    const auto done = Data(*during_, asking, kUntil);
    EXPECT_FALSE(old.contains("email_prev"));
    EXPECT_EQ(both["email_prev"], old["email"]) << "what the recipient knows already";
    EXPECT_NE(both["email"], old["email"]);
    EXPECT_EQ(both.size(), 2u);
    EXPECT_FALSE(done.contains("email_prev"));
    EXPECT_EQ(Data(*during_, asking, kUntil - 1), both) << "two attempts are one event";
    EXPECT_FALSE(Data(*after_, asking, kUntil - 1).contains("email_prev"));
    if (form != Form::kEpoch) {
      EXPECT_EQ(done["email"], both["email"]);
    }
    EXPECT_FALSE(Data(*during_, Asking({As(form)}, false), kUntil - 1).contains("email_prev"));
  }
}

TEST_F(Rotation, IdsStayThroughIt) {
  const OutgoingForm asking = Asking({As(Form::kPseudonym)});
  const auto id = [&](const crypto::KeyRing& ring) {
    return Sent(ring, asking, kUntil - 1)["events"][0]["id"];
  };
  EXPECT_EQ(id(*before_), id(*during_));
  EXPECT_EQ(id(*before_), id(*after_));
}

TEST_F(Rotation, InATemplateAndInATableItIsNamed) {
  OutgoingForm asking = Asking({As(Form::kPseudonym), As(Form::kReversible, kCustomer,
                                                         "customer_id", IdentifierType::kOther)});
  ASSERT_EQ(Template::Parse(R"({"$each":{"who":{"$field":"email"},"was":{"$field":"email_prev"},
      "first":{"$first":[{"$field":"phone_prev"},{"$field":"customer_id_prev"}]},
      "deep":{"too":{"$field":"email_prev"}}}})",
                            asking.body)
                .what,
            TemplateFault::What::kNone);
  const auto old = Data(*before_,
                        Asking({As(Form::kPseudonym), As(Form::kReversible, kCustomer,
                                                         "customer_id", IdentifierType::kOther)}),
                        kUntil - 1);
  const auto both = Sent(*during_, asking, kUntil - 1)[0];
  EXPECT_EQ(both["was"], old["email"]);
  EXPECT_EQ(both["deep"]["too"], old["email"]);
  EXPECT_EQ(both["first"], old["customer_id"]);
  const auto done = Sent(*during_, asking, kUntil)[0];
  EXPECT_EQ(done.size(), 1u) << done;
  EXPECT_EQ(Sent(*after_, asking, 1)[0].size(), 1u);
}

// A field that happens to have such a name is a field, where nobody asks for tokens of before.
TEST_F(Rotation, AFieldOfThatNameIsAField) {
  OutgoingForm form = Asking({As(Form::kPseudonym), Clear(kPhone, "email_prev", kContact)}, false);
  ASSERT_EQ(Template::Parse(R"({"$each":{"a":{"$field":"email_prev"}}})", form.body).what,
            TemplateFault::What::kNone);
  EXPECT_EQ(Sent(*during_, form, kUntil - 1)[0]["a"], "+33611000001");
}

// Nothing of the address leaves twice in clear; where its token stands instead, both tokens do.
TEST_F(Rotation, WhatLeavesInClearHasNoTokenBeforeIt) {
  OutgoingField address = As(Form::kClear);
  address.direct = address.identity = true;
  const OutgoingForm asking = Asking({address});
  const auto clear = Data(*during_, asking, kUntil - 1);
  EXPECT_EQ(clear.size(), 1u) << clear;
  const auto tokens = Data(*during_, asking, kUntil - 1, 0);
  const auto old = Data(*before_, asking, kUntil - 1, 0);
  EXPECT_EQ(tokens.size(), 2u) << tokens;
  EXPECT_EQ(tokens["email_prev"], old["email"]);
}

TEST_F(Rotation, WithoutATimeOfReceiptNothingLeaves) {
  const auto maker = Made(*during_, {Asking({As(Form::kPseudonym)})});
  ProtectedBatch batch;
  maker->Begin(0, batch);
  const Fields person = Person(1);
  EXPECT_FALSE(maker->Add(0, {1, "lead.created", 0, {kContact, kContact}, {}, &person, 0}, batch));
  EXPECT_EQ(maker->LeavingOf(0, 0, {kContact, kContact}).size(), 1u) << "one field, however often";
}

}  // namespace
}  // namespace octroi::policies
