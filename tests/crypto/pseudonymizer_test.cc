// What one destination is given, in which form, and what it is never given.
#include "policies/pseudonymizer.h"

#include <gtest/gtest.h>

#include <string>

#include "outgoing_events.h"
#include "test_data.h"

namespace octroi::policies {
namespace {

const OutgoingField kEmailToken = Token(kEmail, "email", base::IdentifierType::kEmail, kContact);

using base::IdentifierType;
using base::JsonType;

TEST(P1, Vectors) {
  const auto all = crypto::ReadData("vectors/vectors.json");
  const auto& in = all["inputs"];
  const std::string tenant = in["tenant"], root = crypto::Unhex(in["root_hex"]);
  std::string normal;
  ASSERT_TRUE(base::Normalise(IdentifierType::kEmail, in["raw"].get<std::string>(), normal));
  EXPECT_EQ(normal, in["normalised_utf8"]);
  EXPECT_EQ(base::NormaliserName(IdentifierType::kEmail), in["norm"].get<std::string>());
  struct Row {
    const char *domain, *vector;
    std::uint32_t version;
  };
  const auto expected = [&](const char* name) {
    return all[name].is_object() ? all[name]["token"] : all[name];
  };
  for (const Row& row :
       {Row{"crm", "P1_hmac", 7}, {"analytics", "P1_other_domain", 7}, {"crm", "P1_next_kv", 8}}) {
    const auto ring = crypto::KeyRing::FromRoot(tenant, root, row.version);
    const auto token = Pseudonymizer::Token(*ring, row.domain, kEmailToken, normal, row.version);
    ASSERT_TRUE(token);
    EXPECT_EQ(*token, expected(row.vector)) << row.vector;

    // The same through a batch, from what came in.
    const auto maker = Made(*ring, {Form(row.domain)});
    const auto data = DataOf(*maker, Fields().Text(kEmail, in["raw"].get<std::string>()));
    EXPECT_EQ(data["email"], expected(row.vector)) << row.vector;
  }
}

TEST(P1, HasNoTokenOfTheEmptyString) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  const auto token = Pseudonymizer::Token(*ring, "crm", kEmailToken, "", 1);
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().code, base::ErrorCode::kInvalid);
  EXPECT_FALSE(Pseudonymizer::Token(*ring, "crm", kEmailToken, std::string(65536, 'x'), 1));
  EXPECT_FALSE(Pseudonymizer::Token(*ring, "crm", kEmailToken, "a@b.c", 2)) << "no such version";
}

struct Row {
  const char* what;
  JsonType type;
  std::string raw, text;
  bool leaves;  // as a token of customer_id (any identifier)
};

TEST(Pseudonymizer, MissingOrInvalidIdentifiersAreLeftOut) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  const auto maker = Made(*ring, {Form("crm")});
  const Row table[] = {
      {"text", JsonType::kString, "\"c-17850\"", "c-17850", true},
      {"integer", JsonType::kInteger, "17850", "17850", true},
      {"decimal", JsonType::kDecimal, "17850.0", "17850.0", true},
      {"absent", JsonType::kAbsent, "", "", false},
      {"null", JsonType::kNull, "null", "", false},
      {"empty", JsonType::kString, "\"\"", "", false},
      {"blank", JsonType::kString, "\"  \"", "  ", false},
      {"true", JsonType::kBool, "true", "true", false},
      {"array", JsonType::kArray, "[1]", "", false},
      {"object", JsonType::kObject, "{}", "", false},
      {"65,536 bytes", JsonType::kString, "\"x\"", std::string(65536, 'x'), false}};
  for (const Row& row : table) {
    const auto data = DataOf(*maker, Fields().Set(kCustomer, row.type, row.raw, row.text));
    EXPECT_EQ(data.contains("customer_id"), row.leaves) << row.what;
    EXPECT_EQ(data.size(), row.leaves ? 1u : 0u) << row.what;
  }
  for (const char* bad : {"", "nobody", "@example.com", "a@", "a@b@c"}) {
    EXPECT_TRUE(DataOf(*maker, Fields().Text(kEmail, bad)).empty()) << bad;
  }
  for (const char* bad : {"", "0612345678", "+33", "call me"}) {
    EXPECT_TRUE(DataOf(*maker, Fields().Text(kPhone, bad)).empty()) << bad;
  }
}

TEST(Pseudonymizer, SamePersonSameTokenHoweverWritten) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  const auto maker = Made(*ring, {Form("crm")});
  const auto token = [&](base::FieldId field, const char* name, const char* text) {
    return DataOf(*maker, Fields().Text(field, text)).value(name, "");
  };
  EXPECT_EQ(token(kEmail, "email", " Jean.Dupont@Example.COM "),
            token(kEmail, "email", "jean.dupont@example.com"));
  EXPECT_EQ(token(kPhone, "phone", "0033 6 12 34 56 78"), token(kPhone, "phone", "+33612345678"));
  EXPECT_NE(token(kEmail, "email", "jean.dupont@example.com"),
            token(kEmail, "email", "jeandupont@example.com"));
  EXPECT_EQ(DataOf(*maker, Fields().Set(kCustomer, JsonType::kInteger, "17", "17")),
            DataOf(*maker, Fields().Text(kCustomer, "17")));
}

TEST(Pseudonymizer, BodyIsSplicedInTheListedOrder) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  const auto maker = Made(*ring, {Form("crm")});
  Fields fields;
  fields
      .Set(kAmount, JsonType::kDecimal, "12.50e0", "12.50e0")  // not written again as 12.5
      .Text(kEmail, "a@example.com")
      .Set(kNote, JsonType::kString, "\"\\u00e9t\\u00e9 \\/\"", "été /");
  ProtectedBatch batch;
  maker->Begin(0, batch);
  ASSERT_TRUE(AddOne(*maker, 0, 41, fields, batch));
  ASSERT_TRUE(AddOne(*maker, 0, 42, Fields(), batch));
  EXPECT_EQ(batch.body(), "") << "nothing can be read before the tokens are in";
  EXPECT_EQ(batch.idempotency_key(), "");
  EXPECT_TRUE(maker->Finish(0, batch));
  const auto body = BodyOf(batch);
  const std::string first = body["events"][0]["id"], second = body["events"][1]["id"];
  const auto token = Pseudonymizer::Token(*ring, "crm", kEmailToken, "a@example.com", 1);
  const std::string head =
      R"(","event":"lead.created","contract":"lead@2","purposes":["marketing.email","service.orders"],)";
  EXPECT_EQ(batch.body(), R"({"events":[{"id":")" + first + head +
                              R"("data":{"amount":12.50e0,"email":")" + *token +
                              R"(","note":"\u00e9t\u00e9 \/"}},{"id":")" + second + head +
                              R"("data":{}}]})");
  EXPECT_EQ(batch.count(), 2u);
  EXPECT_EQ(batch.last_sequence(), 42u);
  EXPECT_EQ(batch.key_version(), 1u);
  EXPECT_EQ(token->size(), std::string("p1.crm.1.").size() + 43);
}

TEST(Pseudonymizer, OnlyAllowedCategoriesLeave) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  OutgoingForm form = Form("crm");
  form.contracts[0].fields.push_back(Clear(kAmount, "nobody_classified_this", 0));
  const auto maker = Made(*ring, {form});
  Fields fields;
  fields.Text(kEmail, "a@example.com").Text(kNote, "n").Set(kAmount, JsonType::kInteger, "1", "1");
  struct {
    std::uint32_t allowed;
    std::vector<std::string> members;
  } const table[] = {{0, {}},
                     {kContact, {"email"}},
                     {kPurchase, {"amount"}},
                     {kContact | kFree, {"email", "note"}},
                     {0xffffffff, {"amount", "email", "note"}}};
  for (const auto& row : table) {
    std::vector<std::string> members;
    const auto data = DataOf(*maker, fields, row.allowed);
    for (const auto& member : data.items()) {
      members.push_back(member.key());
    }
    EXPECT_EQ(members, row.members) << row.allowed;
  }
}

TEST(Pseudonymizer, AddRefusesAndLeavesTheBatchAsItWas) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  const auto maker = Made(*ring, {Form("crm"), Form("ads")});
  const auto reloaded = Made(*ring, {Form("crm"), Form("ads")});
  const Fields fields = Fields().Text(kEmail, "a@example.com");
  ProtectedBatch batch, expected;
  EXPECT_FALSE(AddOne(*maker, 0, 1, fields, batch)) << "not begun";
  for (ProtectedBatch* each : {&batch, &expected}) {
    maker->Begin(0, *each);
    ASSERT_TRUE(AddOne(*maker, 0, 1, fields, *each));
  }
  const auto unlisted =
      maker->Add(0, {2, "order.line", 1, {kContact, kContact}, {}, &fields}, batch);
  ASSERT_FALSE(unlisted);
  EXPECT_EQ(unlisted.error().code, base::ErrorCode::kInvalid);
  EXPECT_FALSE(maker->Add(0, {2, "lead.created", 0, {kContact, kContact}, {}, nullptr}, batch))
      << "no fields";
  EXPECT_FALSE(AddOne(*maker, 1, 2, fields, batch)) << "begun for another destination";
  EXPECT_FALSE(AddOne(*maker, 9, 2, fields, batch)) << "no such destination";
  EXPECT_FALSE(AddOne(*reloaded, 0, 2, fields, batch)) << "begun by another plan";
  EXPECT_TRUE(maker->Finish(0, batch));
  EXPECT_TRUE(maker->Finish(0, expected));
  EXPECT_EQ(batch.body(), expected.body());
  EXPECT_EQ(batch.idempotency_key(), expected.idempotency_key());
  EXPECT_FALSE(AddOne(*maker, 0, 2, fields, batch)) << "finished";
  EXPECT_DEATH((void)maker->Finish(0, batch), "finish_without_begin");
  EXPECT_DEATH((void)maker->Finish(1, expected), "finish_without_begin");
}

TEST(Pseudonymizer, MakeRefusesWhatWouldJoinOrConfuse) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  const OutgoingForm good = Form("crm");
  OutgoingForm contract_twice = good, field_twice = good, unnamed = good;
  contract_twice.contracts.push_back(good.contracts[0]);
  field_twice.contracts[0].fields.push_back(good.contracts[0].fields[0]);
  unnamed.contracts[0].fields[0].name.clear();
  struct {
    const char* what;
    std::vector<OutgoingForm> forms;
    std::string origin;
  } const table[] = {{"two destinations share a domain", {good, good}, "gw"},
                     {"no domain", {Form("")}, "gw"},
                     {"a dot in a domain", {Form("crm.1")}, "gw"},
                     {"a quote in a domain", {Form("c\"rm")}, "gw"},
                     {"a contract twice", {contract_twice}, "gw"},
                     {"a member twice", {field_twice}, "gw"},
                     {"a member without a name", {unnamed}, "gw"},
                     {"no origin", {good}, ""}};
  for (const auto& row : table) {
    const auto made = Pseudonymizer::Make(*ring, row.origin, row.forms);
    ASSERT_FALSE(made) << row.what;
    EXPECT_EQ(made.error().code, base::ErrorCode::kInvalid) << row.what;
  }
}

}  // namespace
}  // namespace octroi::policies
