// Events and destinations that the tests of the pseudonymizer share.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "policies/pseudonymizer.h"

namespace octroi::policies {

inline constexpr base::FieldId kEmail = 0, kPhone = 1, kCustomer = 2, kAmount = 3, kNote = 4;
inline constexpr std::uint32_t kContact = 1, kPurchase = 2, kFree = 4;  // data categories
inline const std::string kRoot(32, 'r');

// Judged fields as a test writes them down.
class Fields final : public base::FieldReader {
 public:
  Fields& Text(base::FieldId field, const std::string& text) {
    std::string raw;
    base::AppendJsonString(text, raw);
    return Set(field, base::JsonType::kString, raw, text);
  }
  Fields& Set(base::FieldId field, base::JsonType type, const std::string& raw,
              const std::string& text) {
    auto owned = std::make_shared<Owned>(Owned{raw, text, {}});
    owned->value = {type, owned->raw, owned->text};
    owned_[field] = std::move(owned);
    return *this;
  }
  const base::Value& Field(base::FieldId field) const override {
    const auto at = owned_.find(field);
    return at == owned_.end() ? absent_ : at->second->value;
  }

 private:
  struct Owned {
    std::string raw, text;
    base::Value value;  // views of the two
  };
  std::map<base::FieldId, std::shared_ptr<const Owned>> owned_;
  base::Value absent_;
};

inline Fields Person(int i) {
  const std::string number = std::to_string(1'000'000 + i);
  return Fields()
      .Text(kEmail, "person" + number + "@example.com")
      .Text(kPhone, "+3361" + number)
      .Text(kCustomer, "c-" + number);
}

inline OutgoingField Clear(base::FieldId field, std::string name, std::uint32_t category) {
  return {field, std::move(name), OutgoingField::Form::kClear, base::IdentifierType::kOther,
          category};
}

inline OutgoingField Token(base::FieldId field, std::string name, base::IdentifierType type,
                           std::uint32_t category) {
  return {field, std::move(name), OutgoingField::Form::kPseudonym, type, category};
}

// lead@2 with everything: amount and note in clear, the identifiers as tokens.
inline OutgoingForm Form(const std::string& domain) {
  return {domain,
          {{0,
            "lead@2",
            {Clear(kAmount, "amount", kPurchase),
             Token(kEmail, "email", base::IdentifierType::kEmail, kContact),
             Token(kPhone, "phone", base::IdentifierType::kPhone, kContact),
             Token(kCustomer, "customer_id", base::IdentifierType::kOther, kContact),
             Clear(kNote, "note", kFree)}}}};
}

inline std::unique_ptr<Pseudonymizer> Made(const crypto::KeyRing& keys,
                                           std::vector<OutgoingForm> forms,
                                           std::string origin = "gw-1") {
  auto made = Pseudonymizer::Make(keys, std::move(origin), std::move(forms));
  EXPECT_TRUE(made) << made.error().detail;
  return made ? std::move(*made) : nullptr;
}

inline base::Status AddOne(const Pseudonymizer& maker, std::uint16_t destination,
                           std::uint64_t sequence, const Fields& fields, ProtectedBatch& batch,
                           std::uint32_t categories = kContact | kPurchase | kFree) {
  static constexpr std::string_view kPurposes[] = {"marketing.email", "service.orders"};
  return maker.Add(destination,
                   {sequence, "lead.created", 0, {categories, categories}, kPurposes, &fields},
                   batch);
}

inline nlohmann::json BodyOf(const ProtectedBatch& batch) {
  return nlohmann::json::parse(batch.body());
}

// A batch with this one event.
inline nlohmann::json DataOf(const Pseudonymizer& maker, const Fields& fields,
                             std::uint32_t categories = kContact | kPurchase | kFree) {
  ProtectedBatch batch;
  maker.Begin(0, batch);
  EXPECT_TRUE(AddOne(maker, 0, 1, fields, batch, categories));
  EXPECT_TRUE(maker.Finish(0, batch));
  return BodyOf(batch)["events"][0]["data"];
}

}  // namespace octroi::policies
