// Who may say what: the keys and where they are presented, as tables.
#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/front.h"

namespace octroi::gateway {
namespace {

Headers SignedBy(const std::string& key, const std::string& body) {
  const auto digest = crypto::Hmac(crypto::HmacKey(key), body);
  return {{"x-octroi-signature", "sha256=" + base::Hex(crypto::AsBytes(digest))}};
}

struct Key {
  const char* name;
  const char* path;
  Headers headers;
  std::string body;
  int status;
  const char* code = "";
};

class KeyTest : public ApiTest {
 protected:
  // Rows that are refused come first: what was admitted becomes durable a little later.
  void Check(const std::vector<Key>& rows) {
    for (const Key& row : rows) {
      SCOPED_TRACE(row.name);
      const std::uint64_t before = world_.journal->durable_through();
      const Response answer =
          Say({.path = row.path, .body = row.body, .headers = row.headers}).response;
      EXPECT_EQ(answer.status, row.status) << answer.body;
      EXPECT_EQ(CodeOf(answer), row.code);
      EXPECT_EQ(answer.body.find("-key"), std::string::npos) << "no key is repeated";
      if (row.status != 401) continue;
      EXPECT_EQ(world_.journal->durable_through(), before) << "refused means no trace";
    }
  }
};

TEST_F(KeyTest, Bearer) {
  const char *kShop = "/v1/events/shop", *kMissing = "auth.missing", *kInvalid = "auth.invalid";
  Check({
      {"no key", kShop, {}, kEvent, 401, kMissing},
      {"an empty key", kShop, {{"authorization", "Bearer "}}, kEvent, 401, kMissing},
      {"a wrong key", kShop, {{"authorization", "Bearer shop-kez"}}, kEvent, 401, kInvalid},
      {"the beginning of the key",
       kShop,
       {{"authorization", "Bearer shop"}},
       kEvent,
       401,
       kInvalid},
      {"more than the key", kShop, {{"authorization", "Bearer shop-key2"}}, kEvent, 401, kInvalid},
      {"the key of another source", kShop, kTillKey, kEvent, 401, kInvalid},
      {"another's key as bearer",
       kShop,
       {{"authorization", "Bearer till-key"}},
       kEvent,
       401,
       kInvalid},
      {"the right key as Basic",
       kShop,
       {{"authorization", "Basic c2hvcC1rZXk6"}},
       kEvent,
       401,
       kInvalid},
      {"the right key without a scheme",
       kShop,
       {{"authorization", "shop-key"}},
       kEvent,
       401,
       kMissing},
      {"the key of a removed source",
       "/v1/events/gone",
       {{"authorization", "Bearer gone-key"}},
       kEvent,
       401,
       kInvalid},
      {"a signature instead", kShop, SignedBy("shop-key", kEvent), kEvent, 401, kInvalid},
      {"the right key", kShop, kShopKey, kEvent, 202},
      {"the right key, scheme in capitals",
       kShop,
       {{"authorization", "BEARER shop-key"}},
       kEvent,
       202},
  });
}

TEST_F(KeyTest, Basic) {
  const char *kTill = "/v1/events/till", *kInvalid = "auth.invalid";
  Check({
      {"not base64", kTill, {{"authorization", "Basic till-key:"}}, kEvent, 401, "auth.missing"},
      {"the key of another source", kTill, kSiteKey, kEvent, 401, kInvalid},
      {"the key as Bearer", kTill, {{"authorization", "Bearer till-key"}}, kEvent, 401, kInvalid},
      {"the key as password",
       kTill,
       {{"authorization", "Basic eDp0aWxsLWtleQ=="}},
       kEvent,
       401,
       kInvalid},
      {"the right key", kTill, kTillKey, kEvent, 202},
      {"the right key with a password",
       kTill,
       {{"authorization", "basic dGlsbC1rZXk6cGFzcw=="}},
       kEvent,
       202},
  });
}

TEST_F(KeyTest, Signature) {
  const char *kLedger = "/v1/events/ledger", *kSignature = "auth.signature_invalid";
  const Headers right = SignedBy("ledger-key", kEvent);
  std::string capitals = right[0].second.substr(7);
  for (char& c : capitals) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
  Check({
      {"no signature", kLedger, {}, kEvent, 401, "auth.missing"},
      {"its secret as a key",
       kLedger,
       {{"authorization", "Bearer ledger-key"}},
       kEvent,
       401,
       "auth.invalid"},
      {"of another body", kLedger, right, kEvent + " ", 401, kSignature},
      {"by another key", kLedger, SignedBy("shop-key", kEvent), kEvent, 401, kSignature},
      {"without saying how",
       kLedger,
       {{"x-octroi-signature", right[0].second.substr(7)}},
       kEvent,
       401,
       kSignature},
      {"cut short",
       kLedger,
       {{"x-octroi-signature", right[0].second.substr(0, 60)}},
       kEvent,
       401,
       kSignature},
      {"not hexadecimal",
       kLedger,
       {{"x-octroi-signature", "sha256=ledger"}},
       kEvent,
       401,
       kSignature},
      {"nothing after the scheme",
       kLedger,
       {{"x-octroi-signature", "sha256="}},
       kEvent,
       401,
       kSignature},
      {"right", kLedger, right, kEvent, 202},
      {"right, in capitals", kLedger, {{"x-octroi-signature", "sha256=" + capitals}}, kEvent, 202},
  });
}

// What was signed is what was sent, also where it was compressed on its way.
TEST_F(KeyTest, ASignatureCoversTheBodyAsSent) {
  const std::string sent = "these bytes inflate to the event";
  const auto ask = [&](const Headers& headers) {
    return Say({.path = "/v1/events/ledger", .body = kEvent, .headers = headers, .wire_body = sent})
        .response.status;
  };
  EXPECT_EQ(ask(SignedBy("ledger-key", sent)), 202);
  EXPECT_EQ(ask(SignedBy("ledger-key", kEvent)), 401);
}

TEST_F(KeyTest, Segment) {
  const char* kInvalid = "auth.invalid";
  const std::string track = R"({"type":"track","event":"Order Paid","writeKey":")";
  const std::string batch = R"({"batch":[{"type":"track","event":"Order Paid"}],"writeKey":")";
  Check({
      {"a wrong key", "/v1/track", kTillKey, kTrack, 401, kInvalid},
      {"a bearer key", "/v1/track", kShopKey, kTrack, 401, kInvalid},
      {"no key, nowhere", "/v1/track", {}, kTrack, 401, kInvalid},
      {"no key, nowhere in a batch", "/v1/batch", {}, kBatch, 401, kInvalid},
      {"a wrong key in the body", "/v1/track", {}, track + R"(till-key"})", 401, kInvalid},
      {"a wrong key in a batch", "/v1/batch", {}, batch + R"(nobody"})", 401, kInvalid},
      {"an empty key in the body", "/v1/track", {}, track + R"("})", 401, kInvalid},
      {"a body that is no JSON, without a key", "/v1/track", {}, "site-kez", 401, kInvalid},
      {"a wrong key in the head, the right one in the body", "/v1/track", kTillKey,
       track + R"(site-key"})", 401, kInvalid},
      {"the right key on the events' path", "/v1/events/site", kSiteKey, kEvent, 401, kInvalid},
      {"the right key", "/v1/track", kSiteKey, kTrack, 200},
      {"the right key in the body", "/v1/track", {}, track + R"(site-key"})", 200},
      {"the right key in a batch", "/v1/batch", {}, batch + R"(site-key"})", 200},
  });
}

TEST_F(KeyTest, Consents) {
  const char *kConsents = "/v1/consents", *kInvalid = "auth.invalid";
  const Headers named = {{"x-octroi-source", "ledger"}};
  Check({
      {"no key", kConsents, {}, kConsent, 401, "auth.missing"},
      {"a wrong key", kConsents, {{"authorization", "Bearer nobody"}}, kConsent, 401, kInvalid},
      {"the key of a removed source",
       kConsents,
       {{"authorization", "Bearer gone-key"}},
       kConsent,
       401,
       kInvalid},
      {"one source's key in another's name", kConsents, kShopKey + named, kConsent, 401, kInvalid},
      {"a signature of nobody in particular", kConsents, SignedBy("ledger-key", kConsent), kConsent,
       401, kInvalid},
      {"a wrong signature", kConsents, SignedBy("shop-key", kConsent) + named, kConsent, 401,
       "auth.signature_invalid"},
      {"Bearer", kConsents, kShopKey, kConsent, 201},
      {"Basic", kConsents, kTillKey, kConsent, 201},
      {"a signature and its source", kConsents, SignedBy("ledger-key", kConsent) + named, kConsent,
       201},
  });
}

TEST_F(ApiTest, ASourceRemovedWhileTheBodyComesIsRefused) {
  auto without = SmallPlan();
  without->sources[kShop].id.clear();
  const Answered answer =
      Ask(api_, {.path = "/v1/events/shop", .body = kEvent, .headers = kShopKey}, 0,
          [&] { plan_ = without; });
  EXPECT_EQ(answer.response.status, 401);
}

TEST_F(ApiTest, ARefusalNamesTheSchemeInTheLanguageAskedFor) {
  const Response english = Say({.path = "/v1/events/shop", .body = kEvent}).response;
  EXPECT_EQ(HeaderOf(english, "WWW-Authenticate"), "Bearer");
  EXPECT_EQ(HeaderOf(english, "Content-Language"), "en");
  const Response french = Say({.path = "/v1/track",
                               .body = kTrack,
                               .headers = kTillKey + Headers{{"accept-language", "fr"}}})
                              .response;
  EXPECT_EQ(HeaderOf(french, "WWW-Authenticate"), "Basic");
  EXPECT_EQ(HeaderOf(french, "Content-Language"), "fr");
}

}  // namespace
}  // namespace octroi::gateway
