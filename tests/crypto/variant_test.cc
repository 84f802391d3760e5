// The pseudonymous variant of a record: what points at the person in clear leaves as a token or not
// at all, and everything else as the destination lists it.
#include <gtest/gtest.h>

#include "outgoing_events.h"

namespace octroi::policies {
namespace {

using base::IdentifierType;
using Form = OutgoingField::Form;

constexpr base::FieldId kName = 5, kCountry = 6;

OutgoingField Field(base::FieldId field, std::string name, Form form, bool direct, bool identity) {
  const bool email = name == "email";
  return {
      field,    std::move(name), form,    email ? IdentifierType::kEmail : IdentifierType::kOther,
      kContact, direct,          identity};
}

nlohmann::json Left(const Form form, const Extent& extent, const char* body = nullptr) {
  const auto ring = crypto::KeyRing::FromRoot("test", std::string(32, 'k'));
  OutgoingForm to{
      "crm",
      {{0,
        "lead@2",
        {Field(kEmail, "email", form, form == Form::kClear || form == Form::kPartnerHash, true),
         Field(kName, "name", Form::kClear, true, false),
         Field(kCountry, "country", Form::kClear, false, false)}}}};
  if (body != nullptr) {
    EXPECT_EQ(Template::Parse(body, to.body).what, TemplateFault::What::kNone);
  }
  const auto maker = Made(*ring, {to});
  Fields fields;
  fields.Text(kEmail, "lea@example.org");
  fields.Text(kName, "Lea");
  fields.Text(kCountry, "FR");
  ProtectedBatch batch;
  maker->Begin(0, batch);
  EXPECT_TRUE(maker->Add(0, {1, "lead.created", 0, extent, {}, &fields, 1'795'251'600'000}, batch));
  EXPECT_TRUE(maker->Finish(0, batch));
  for (const auto& leaving : maker->LeavingOf(0, 0, extent)) {
    const bool replaced = extent.clear == 0 && form != Form::kPseudonym;
    if (leaving.field == kEmail) {
      EXPECT_EQ(leaving.form, replaced ? Form::kPseudonym : form);
    }
    EXPECT_TRUE(leaving.field != kName || extent.clear != 0);
  }
  return body == nullptr ? BodyOf(batch)["events"][0]["data"] : BodyOf(batch);
}

constexpr Extent kWholly{kContact, kContact}, kPseudonymously{kContact, 0};

TEST(Variant, WhatPointsAtThePersonLeavesAsATokenOrNotAtAll) {
  const nlohmann::json token = Left(Form::kPseudonym, kWholly)["email"];
  ASSERT_TRUE(std::string(token).starts_with("p1.crm.1."));
  const auto whole = nlohmann::json::object({{"name", "Lea"}, {"country", "FR"}});
  const auto less = nlohmann::json::object({{"country", "FR"}});
  const auto with = [](nlohmann::json json, const nlohmann::json& email) {
    json["email"] = email;
    return json;
  };
  EXPECT_EQ(Left(Form::kClear, kWholly), with(whole, "lea@example.org"));
  EXPECT_EQ(Left(Form::kClear, kPseudonymously), with(less, token)) << "the same token as ever";
  EXPECT_EQ(Left(Form::kPseudonym, kPseudonymously), with(less, token));
  EXPECT_EQ(Left(Form::kPartnerHash, kPseudonymously), with(less, token))
      << "anyone can compute it";
  EXPECT_EQ(Left(Form::kClear, {0, 0}), nlohmann::json::object());
  EXPECT_EQ(Left(Form::kClear, {0, kContact}), nlohmann::json::object())
      << "clear alone allows nothing";
}

TEST(Variant, ATemplatesConversionIsOfWhatLeavesAsItIs) {
  const char* body = R"({"who":{"$field":"email","as":"string"},"called":{"$field":"name"}})";
  const auto token = Left(Form::kPseudonym, kWholly, body)["who"];
  EXPECT_EQ(Left(Form::kClear, kPseudonymously, body), nlohmann::json::object({{"who", token}}));
}

}  // namespace
}  // namespace octroi::policies
