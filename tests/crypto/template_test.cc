// Templates: what is accepted, what is sent, and that nothing else is, whatever the template and
// the event.
#include "policies/template.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "base/event.h"
#include "outgoing_events.h"

namespace octroi::policies {
namespace {

using What = TemplateFault::What;
using base::JsonType;

TEST(Template, RefusesWhatIsNoTemplateAndSaysWhere) {
  const struct {
    const char* what;
    std::string json;  // "^" stands before what is wrong
    What fault;
    const char* name = "";
  } kRows[] = {
      {"not JSON", R"({"a":^nul})", What::kJson, "syntax"},
      {"a key twice", R"({"a":1,^"\u0061":2})", What::kJson, "duplicate_key"},
      {"a comment", R"({^/* */})", What::kJson, "syntax"},
      {"two documents", R"({"a":{"$id":true}}^{})", What::kJson, "trailing_bytes"},
      {"a list", "^[]", What::kJson, "top_not_object"},
      {"too deep", std::string(33, '[').insert(0, "{\"a\":") + std::string(33, ']') + "}",
       What::kJson, "depth"},
      {"too large", "^{\"a\":\"" + std::string(kTemplateBytesMax, 'x') + "\"}", What::kTooLarge},
      {"no such directive", R"({"a":{^"$feild":"email"}})", What::kUnknown, "$feild"},
      {"a directive and more", R"({"a":{"$field":"email",^"b":1}})", What::kBeside, "$field"},
      {"two directives", R"({"a":{"$id":true,^"$event":true}})", What::kBeside, "$id"},
      {"no such form", R"({"a":{"$field":"email",^"as":"integer"}})", What::kBeside, "$field"},
      {"a date's form", R"({"a":{"$field":"email",^"as":"unix_s"}})", What::kBeside, "$field"},
      {"an id as", R"({"a":{"$id":true,^"as":"string"}})", What::kBeside, "$id"},
      {"a field without a name", R"({"a":{"$field":^true}})", What::kArgument, "$field"},
      {"an empty name", R"({"a":{"$field":^""}})", What::kArgument, "$field"},
      {"a date without a form", R"({"a":{^"$date":"occurred_at"}})", What::kArgument, "$date"},
      {"an id that is not", R"({"a":{"$id":^false}})", What::kArgument, "$id"},
      {"nothing to be first", R"({"a":{"$first":^[]}})", What::kArgument, "$first"},
      {"a constant before others", R"({"a":{"$first":^["x",{"$field":"email"}]}})", What::kArgument,
       "$first"},
      {"a constant alone", R"({"a":{"$first":^["x"]}})", What::kArgument, "$first"},
      {"a container among them", R"({"a":{"$first":^[{"b":{"$field":"email"}}]}})", What::kArgument,
       "$first"},
      {"an event that becomes a field", R"({"a":{"$event":{"x":^{"$id":true}}}})", What::kArgument,
       "$event"},
      {"two lists", R"({"a":{"$each":{"b":1}},"c":{^"$each":{"b":1}}})", What::kEachTwice},
      {"a list in the list", R"({"$each":{"b":{^"$each":{"c":1}}}})", What::kEachTwice},
      {"an event that is a text", R"({"a":{"$each":^{"$field":"email"}}})", What::kNotOne},
      {"a whole that is a text", R"(^{"$field":"email"})", What::kNotOne},
      {"an id of no event", R"({"batch":{^"$id":true},"a":{"$each":{"b":1}}})", What::kOutside,
       "$id"},
      {"a field of no event", R"({"b":[{"$field":^"email"}],"a":{"$each":{"b":1}}})",
       What::kOutside, "$field"},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.what);
    std::string json = row.json;
    const std::size_t mark = json.find('^');
    if (mark != std::string::npos) json.erase(mark, 1);
    Template made;
    const TemplateFault fault = Template::Parse(json, made);
    EXPECT_EQ(fault.what, row.fault) << fault.name;
    EXPECT_EQ(fault.name, row.name);
    if (mark != std::string::npos) {
      EXPECT_EQ(fault.at, mark);
    }
  }
}

Template Parsed(const std::string& json) {
  Template made;
  const TemplateFault fault = Template::Parse(json, made);
  EXPECT_EQ(fault.what, What::kNone) << json << " at " << fault.at << " " << fault.name;
  return made;
}

constexpr base::FieldId kWhen = 5, kFlag = 6;

OutgoingForm FormWith(const std::string& json) {
  OutgoingForm form = Form("crm");
  form.contracts[0].fields.push_back(Clear(kWhen, "occurred_at", kPurchase));
  form.contracts[0].fields.push_back(Clear(kFlag, "flag", kPurchase));
  form.body = Parsed(json);
  return form;
}

// What is sent for `events`, ids and tokens as they are.
std::string Sent(const std::string& json, const std::vector<Fields>& events,
                 std::uint32_t categories = kContact | kPurchase | kFree) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  const auto maker = Made(*ring, {FormWith(json)});
  ProtectedBatch batch;
  maker->Begin(0, batch);
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_TRUE(AddOne(*maker, 0, i + 1, events[i], batch, categories));
  }
  EXPECT_TRUE(maker->Finish(0, batch));
  return std::string(batch.body());
}

TEST(Template, EveryDirectiveIsRenderedAsDocumented) {
  Fields some;
  some.Set(kAmount, JsonType::kDecimal, "12.50", "12.50")
      .Set(kNote, JsonType::kString, R"("\u00e9 {")", "é {")
      .Set(kFlag, JsonType::kBool, "true", "true")
      .Text(kWhen, "2026-11-21T10:00:00.250+01:00");
  Fields other;
  other.Set(kAmount, JsonType::kString, R"("7")", "7")
      .Set(kNote, JsonType::kNull, "null", "")
      .Set(kFlag, JsonType::kObject, "{\"x\":[]}", "")
      .Text(kWhen, "soon");
  const struct {
    const char* json;
    const char* first;             // of `some`
    const char* second = nullptr;  // of `other`
  } kRows[] = {
      {R"({"a":[1, "é\"", {"b":{}}, []], "c":null})", R"({"a":[1,"é\"",{"b":{}},[]],"c":null})"},
      {R"({"e":{"$event":true},"c":{"$contract":true},"p":{"$purposes":true}})",
       R"({"e":"lead.created","c":"lead@2","p":["marketing.email","service.orders"]})"},
      {R"({"v":{"$field":"amount"}})", R"({"v":12.50})", R"({"v":"7"})"},
      {R"({"v":{"$field":"amount","as":"string"}})", R"({"v":"12.50"})", R"({"v":"7"})"},
      {R"({"v":{"as":"number","$field":"amount"}})", R"({"v":12.50})", R"({"v":7})"},
      {R"({"v":{"$field":"note"}})", R"({"v":"\u00e9 {"})", R"({"v":null})"},
      {R"({"v":{"$field":"note","as":"number"}})", "{}", "{}"},
      {R"({"v":{"$field":"flag","as":"string"}})", R"({"v":"true"})", "{}"},
      {R"({"v":{"$field":"flag"}})", R"({"v":true})", R"({"v":{"x":[]}})"},
      {R"({"v":{"$date":"occurred_at","as":"unix_s"}})", R"({"v":1795251600})", "{}"},
      {R"({"v":{"$date":"occurred_at","as":"unix_ms"}})", R"({"v":1795251600250})", "{}"},
      {R"({"v":{"$date":"occurred_at","as":"unix_us"}})", R"({"v":1795251600250000})"},
      {R"({"v":{"$date":"occurred_at","as":"rfc3339"}})", R"({"v":"2026-11-21T09:00:00.250Z"})"},
      {R"({"v":{"$date":"occurred_at","as":"date"}})", R"({"v":"2026-11-21"})"},
      {R"({"v":{"$first":[{"$field":"email"},{"$field":"note"}]}})", R"({"v":"\u00e9 {"})", "{}"},
      {R"({"v":{"$first":[{"$field":"note"},"none"]},"w":1})", R"({"v":"\u00e9 {","w":1})",
       R"({"v":"none","w":1})"},
      {R"({"v":{"$event":{"lead.created":"generate_lead","x":1}}})", R"({"v":"generate_lead"})"},
      {R"({"v":{"$event":{"x":1}},"w":2})", R"({"w":2})"},
      {R"({"v":{"$fields":true}})",
       R"({"v":{"amount":12.50,"note":"\u00e9 {","occurred_at":"2026-11-21T10:00:00.250+01:00","flag":true}})"},
      {R"({"\u0024set":{"a":{"$field":"flag"}}})", R"({"\u0024set":{"a":true}})"},
      // What is left out, and the commas around it.
      {R"({"a":{"$field":"email"},"b":{"$field":"flag"},"c":{"$field":"phone"},"d":4})",
       R"({"b":true,"d":4})"},
      {R"({"a":{"b":{"$field":"email"},"c":{"d":{"$field":"phone"}}},"e":5})", R"({"e":5})"},
      {R"({"a":{"b":{"c":{"$field":"email"}}}})", "{}"},
      {R"({"a":{"b":{"$field":"email"},"c":{}}})", R"({"a":{"c":{}}})"},
      {R"({"a":[{"$field":"email"},{"$field":"amount"},[{"$field":"phone"}],{"x":{"$field":"phone"}}]})",
       R"({"a":[12.50]})"},
      {R"({"a":[{"$field":"email"}],"b":{"$fields":true},"c":[{"$field":"flag"}]})",
       R"({"b":{"amount":12.50,"note":"\u00e9 {","occurred_at":"2026-11-21T10:00:00.250+01:00","flag":true},"c":[true]})"},
      {R"({"nobody":{"$field":"unlisted"},"b":{"$date":"unlisted","as":"date"}})", "{}"},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.json);
    EXPECT_EQ(Sent(row.json, {some}), row.first);
    if (row.second != nullptr) {
      EXPECT_EQ(Sent(row.json, {other}), row.second);
    }
    // The same as one of many, with something around.
    const std::string list =
        std::string(R"({"n":[0],"l":[{"$each":)") + row.json + R"(},"é"],"z":{}})";
    const std::string one = row.second != nullptr ? row.second : Sent(row.json, {other});
    EXPECT_EQ(Sent(list, {some, other}),
              std::string(R"({"n":[0],"l":[[)") + row.first + "," + one + R"(],"é"],"z":{}})");
  }
}

TEST(Template, IdsAndTokensAreThoseOfTheStandardBody) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  OutgoingForm named = Form("crm");
  named.body = Parsed(R"({"$each":{"i":{"$id":true},"p":{"m":{"$field":"email","as":"string"}},
                           "c":{"$first":[{"$field":"phone"},{"$field":"customer_id"}]}}})");
  const auto standard = Made(*ring, {Form("crm")}), shaped = Made(*ring, {named});
  ProtectedBatch a, b;
  for (auto& [maker, batch] : {std::pair(&standard, &a), std::pair(&shaped, &b)}) {
    (*maker)->Begin(0, *batch);
    ASSERT_TRUE(AddOne(**maker, 0, 7, Person(1), *batch));
    ASSERT_TRUE(AddOne(**maker, 0, 8, Fields().Text(kCustomer, "c-9"), *batch));
    EXPECT_TRUE((*maker)->Finish(0, *batch));
  }
  const auto plain = BodyOf(a)["events"], formed = BodyOf(b);
  ASSERT_EQ(formed.size(), 2u);
  EXPECT_EQ(formed[0]["i"], plain[0]["id"]);
  EXPECT_EQ(formed[0]["p"]["m"], plain[0]["data"]["email"]);
  EXPECT_EQ(formed[0]["c"], plain[0]["data"]["phone"]);
  EXPECT_EQ(formed[1]["i"], plain[1]["id"]);
  EXPECT_FALSE(formed[1].contains("p"));
  EXPECT_EQ(formed[1]["c"], plain[1]["data"]["customer_id"]);
  EXPECT_EQ(a.idempotency_key(), b.idempotency_key());
}

TEST(Template, WithoutAListABatchHoldsOneEvent) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  OutgoingForm form = Form("crm");
  form.body = Parsed(R"({"v":{"$field":"amount"}})");
  const auto maker = Made(*ring, {form});
  ProtectedBatch batch;
  maker->Begin(0, batch);
  ASSERT_TRUE(AddOne(*maker, 0, 1, Fields(), batch));
  EXPECT_FALSE(AddOne(*maker, 0, 2, Fields(), batch));
  EXPECT_TRUE(maker->Finish(0, batch));
  EXPECT_EQ(batch.body(), "{}");
  EXPECT_EQ(batch.count(), 1u);
}

// Random templates and events. Every value carries its field's letter, so what leaves can be told.
class RandomWorld {
 public:
  explicit RandomWorld(std::uint64_t seed) : random_(seed) {}

  std::string TemplateJson() {
    const bool each = Of(2) == 0;
    std::string json = each ? R"({"x":{"$each":)" : "";
    json += Object(0);
    return each ? json + R"(},"z":["\\é\"",1e3]})" : json;
  }
  Fields Event() {
    static const char* const kWild[] = {"{", "[", "\\\"", "\\u0000x",      "\\\\",
                                        ",", "é", "}",    "\\ud83d\\ude00"};
    Fields fields;
    for (base::FieldId field = 0; field < 7; ++field) {
      const std::string mark = std::string("F~") + static_cast<char>('0' + field);
      switch (Of(6)) {
        case 0:
          break;
        case 1:
          fields.Set(field, JsonType::kNull, "null", "");
          break;
        case 2:
          fields.Set(field, JsonType::kArray, "[\"" + mark + "\",{}]", "");
          break;
        case 3:
          fields.Set(field, JsonType::kInteger, "17850", "17850");
          break;
        default:
          fields.Set(field, JsonType::kString, "\"" + mark + kWild[Of(9)] + "\"", mark + "@x.fr");
      }
    }
    return fields;
  }
  std::size_t Of(std::size_t count) { return random_() % count; }

 private:
  std::string Object(int depth) {
    std::string json = "{";
    for (std::size_t i = 0, count = Of(5); i < count; ++i) {
      json +=
          (i > 0 ? "," : "") + std::string("\"m") + std::to_string(i) + "\": " + Value(depth + 1);
    }
    return json + "}";
  }
  std::string Value(int depth) {
    if (depth < 5 && Of(3) == 0) return Object(depth);
    if (depth < 5 && Of(4) == 0) {
      std::string json = "[";
      for (std::size_t i = 0, count = Of(4); i < count; ++i)
        json += (i > 0 ? "," : "") + Value(depth + 1);
      return json + "]";
    }
    static const char* const kLeaves[] = {R"({"$id":true})",
                                          R"({"$event":true})",
                                          R"({"$contract":true})",
                                          R"({"$purposes":true})",
                                          R"({"$fields":true})",
                                          R"({"$event":{"lead.created":{"a":[]}}})",
                                          R"({"$event":{"x":1}})",
                                          R"("constant \\ \" é {")",
                                          "-1.5e3",
                                          "{}",
                                          "[]",
                                          "null"};
    if (Of(2) == 0) return kLeaves[Of(std::size(kLeaves))];
    if (Of(4) == 0)
      return R"({"$first":[)" + Field() + "," + Field() + (Of(2) ? R"(,"[")" : "") + "]}";
    return Field();
  }
  std::string Field() {
    static const char* const kNames[] = {"amount",      "email", "phone",
                                         "customer_id", "note",  "unlisted"};
    static const char* const kDates[] = {"unix_s", "unix_ms", "unix_us", "rfc3339", "date"};
    const std::string name = kNames[Of(6)];
    if (Of(4) == 0) return R"({"$date":")" + name + R"(","as":")" + kDates[Of(5)] + "\"}";
    return R"({"$field":")" + name + "\"" + (Of(3) ? "" : R"(,"as":"string")") + "}";
  }
  std::mt19937_64 random_;
};

TEST(Template, WhateverComesTheBodyIsStrictJsonAndHoldsOnlyWhatIsListedAndAllowed) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  base::EventParser strict;
  base::Event parsed;
  std::size_t bytes = 0;
  for (std::uint64_t seed = 1; seed <= 4'000; ++seed) {
    RandomWorld world(seed);
    const std::string json = world.TemplateJson();
    OutgoingForm form = Form("crm");  // fields 5 and 6 are not received
    form.body = Parsed(json);
    const auto maker = Made(*ring, {form});
    ProtectedBatch batch;
    maker->Begin(0, batch);
    const bool with_notes = world.Of(2) == 0;
    const std::size_t count = form.body.has_each() ? world.Of(4) : 1;
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_TRUE(AddOne(*maker, 0, i + 1, world.Event(), batch, with_notes ? ~0u : ~kFree));
    }
    EXPECT_TRUE(maker->Finish(0, batch));
    const std::string body(batch.body());
    bytes += body.size();
    SCOPED_TRACE("seed " + std::to_string(seed) + " " + json + " -> " + body);
    std::string bare = body;  // a NUL in a value would be the event parser's to refuse
    for (std::size_t at; (at = bare.find("\\u0000")) != std::string::npos;) bare.replace(at, 6, "");
    const auto fault = strict.Parse(bare, base::PathMap(), parsed);
    ASSERT_TRUE(fault.reason == base::Reason::kUndecided || fault.rule == "members") << fault.rule;
    ASSERT_TRUE(nlohmann::json::accept(body));
    for (const char* never : {"F~0", "F~1", "F~2", "F~5", "F~6", "unlisted"}) {
      ASSERT_EQ(body.find(never), std::string::npos) << never;  // tokens, and what is not received
    }
    if (!with_notes) {
      ASSERT_EQ(body.find("F~4"), std::string::npos);
    }
  }
  EXPECT_GT(bytes, 400'000u);
}

}  // namespace
}  // namespace octroi::policies
