// CloudEvents: what is refused and why, and what a binary-mode request means.
#include <gtest/gtest.h>

#include "gateway/cloud_events_request.h"

namespace octroi::gateway {
namespace {

using Headers = CloudEventsRequest::Headers;

constexpr const char* kStructured = "application/cloudevents+json";

const std::string kWhole = R"("specversion":"1.0","id":"1","source":"/s","type":"order.paid")";

struct Row {
  const char* name;
  std::string event;
  const char *reason = "undecided", *rule = "", *pointer = "";
};

const char* const kMissing = "cloudevents.attribute_missing";
const char* const kInvalid = "cloudevents.attribute_invalid";
const char* const kVersion = "cloudevents.specversion_unsupported";
const char* const kTwice = "cloudevents.data_ambiguous";
const char* const kUnreadable = "cloudevents.data_unreadable";

std::vector<Row> RequiredRows() {
  return {
      {"whole", "{" + kWhole + "}"},
      {"no id", R"({"specversion":"1.0","source":"/s","type":"t"})", kMissing, "missing", "/id"},
      {"no source", R"({"specversion":"1.0","id":"1","type":"t"})", kMissing, "missing", "/source"},
      {"no type", R"({"specversion":"1.0","id":"1","source":"/s"})", kMissing, "missing", "/type"},
      {"no specversion", R"({"id":"1","source":"/s","type":"t"})", kMissing, "missing",
       "/specversion"},
      {"null id", R"({"specversion":"1.0","id":null,"source":"/s","type":"t"})", kMissing,
       "missing", "/id"},
      {"id a number", R"({"specversion":"1.0","id":1,"source":"/s","type":"t"})", kInvalid, "type",
       "/id"},
      {"empty id", R"({"specversion":"1.0","id":"","source":"/s","type":"t"})", kInvalid, "empty",
       "/id"},
      {"empty source", R"({"specversion":"1.0","id":"1","source":"","type":"t"})", kInvalid,
       "empty", "/source"},
      {"type an object", R"({"specversion":"1.0","id":"1","source":"/s","type":{}})", kInvalid,
       "type", "/type"},
      {"specversion a number", R"({"specversion":1.0,"id":"1","source":"/s","type":"t"})", kInvalid,
       "type", "/specversion"},
      {"specversion 0.3", R"({"specversion":"0.3","id":"1","source":"/s","type":"t"})", kVersion,
       "specversion", "/specversion"},
      {"specversion 1.0.2", R"({"specversion":"1.0.2","id":"1","source":"/s","type":"t"})",
       kVersion, "specversion", "/specversion"},
      {"not an object", "[]", "json.invalid", "top_not_object"},
      {"a member twice", R"({"id":"1","id":"2"})", "json.duplicate_key", "duplicate_key"},
  };
}

std::vector<Row> AttributeRows() {
  const auto with = [](const std::string& member) { return "{" + kWhole + "," + member + "}"; };
  return {
      {"time", with(R"("time":"2018-04-05T03:56:24.123+02:00")")},
      {"null time", with(R"("time":null)")},
      {"time without a zone", with(R"("time":"2018-04-05T03:56:24")"), kInvalid, "rfc3339",
       "/time"},
      {"a date", with(R"("time":"2018-04-05")"), kInvalid, "rfc3339", "/time"},
      {"time a number", with(R"("time":1522893384)"), kInvalid, "type", "/time"},
      {"subject a number", with(R"("subject":7)"), kInvalid, "type", "/subject"},
      {"dataschema a bool", with(R"("dataschema":true)"), kInvalid, "type", "/dataschema"},
      {"empty datacontenttype", with(R"("datacontenttype":"")"), kInvalid, "empty",
       "/datacontenttype"},
      {"extensions", with(R"("ext1":"a","2nd":-5,"third":false,"unset":null)")},
      {"a capital in a name", with(R"("myExt":"a")"), kInvalid, "attribute_name"},
      {"an underscore in a name", with(R"("my_ext":"a")"), kInvalid, "attribute_name"},
      {"no name", with(R"("":"a")"), kInvalid, "attribute_name"},
      {"an escape in a name", with(R"("\u0065xt":"a")"), kInvalid, "attribute_name"},
      {"an accent in a name", with(R"("élan":"a")"), kInvalid, "attribute_name"},
      {"an extension that is an object", with(R"("ext":{"a":[1]})"), kInvalid, "attribute_type"},
      {"an extension that is an array", with(R"("ext":["a"])"), kInvalid, "attribute_type"},
      {"an extension with decimals", with(R"("ext":1.5)"), kInvalid, "attribute_type"},
      {"names in the payload are free", with(R"("data":{"My_Name":{"a":[1.5]}},"ext":1)")},
      {"after the payload too", with(R"("data":[{"a":"}"},[]],"Ext":1)"), kInvalid,
       "attribute_name"},
  };
}

std::vector<Row> DataRows() {
  const auto with = [](const std::string& member) { return "{" + kWhole + "," + member + "}"; };
  const std::string json = R"("datacontenttype":"application/json",)";
  const std::string text = R"("datacontenttype":"text/plain",)";
  const char* const kAt = "/data_base64";
  return {
      {"data", with(R"("data":{"a":1})")},
      {"null data", with(R"("data":null)")},
      {"a scalar", with(R"("data":7)")},
      {"a kin of JSON",
       with(R"("datacontenttype":"Application/LD+JSON; charset=utf-8","data":[])")},
      {"text", with(text + R"("data":"{}")")},
      {"text that is an object", with(text + R"("data":{})"), kUnreadable, "not_text", "/data"},
      {"no media type", with(R"("datacontenttype":"json","data":{})"), kUnreadable, "not_text",
       "/data"},
      {"both", with(R"("data":{},"data_base64":"e30=")"), kTwice, "data_twice", kAt},
      {"both, one null", with(R"("data":null,"data_base64":"e30=")"), kTwice, "data_twice", kAt},
      {"both, the other null", with(R"("data":{},"data_base64":null)")},
      {"base64 of JSON", with(R"("data_base64":"e30=")")},
      {"base64 of JSON, declared", with(json + R"("data_base64":"e30=")")},
      {"base64 not a string", with(R"("data_base64":7)"), kInvalid, "type", kAt},
      {"not base64", with(R"("data_base64":"e30")"), kUnreadable, "base64", kAt},
      {"base64 of text", with(R"("data_base64":"aGVsbG8=")"), kUnreadable, "syntax", kAt},
      {"base64 of nothing", with(R"("data_base64":"")"), kUnreadable, "syntax", kAt},
      {"base64 of another type", with(text + R"("data_base64":"e30=")"), kUnreadable,
       "content_type", kAt},
      // {},"time":"x"
      {"base64 that writes attributes", with(R"("data_base64":"e30sInRpbWUiOiJ4Ig==")"),
       kUnreadable, "trailing_bytes", kAt},
      // {}}
      {"base64 that ends the event", with(R"("data_base64":"e319")"), kUnreadable, "trailing_bytes",
       kAt},
      // {"a":1,"a":2}
      {"base64 of a key twice", with(R"("data_base64":"eyJhIjoxLCJhIjoyfQ==")"), kUnreadable,
       "duplicate_key", kAt},
  };
}

void ExpectRows(const std::vector<Row>& rows) {
  CloudEventsRequest request;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto [status, events] = request.Take({{"content-type", kStructured}}, row.event);
    EXPECT_EQ(status, 0);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(base::Name(events[0].fault.reason), row.reason);
    EXPECT_EQ(events[0].fault.rule, row.rule);
    EXPECT_EQ(events[0].fault.pointer, row.pointer);
  }
}

TEST(CloudEvents, RequiredAttributes) { ExpectRows(RequiredRows()); }
TEST(CloudEvents, OtherAttributes) { ExpectRows(AttributeRows()); }
TEST(CloudEvents, Data) { ExpectRows(DataRows()); }

TEST(CloudEvents, JsonInBase64BecomesTheData) {
  CloudEventsRequest request;
  const auto [status, events] = request.Take(
      {{"content-type", kStructured}}, "{\"data_base64\" : \"IHsiYSI6IDF9Cg==\" ," + kWhole + "}");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].text, "{\"data\": {\"a\": 1}\n ," + kWhole + "}");
}

const Headers kHeaders = {{"ce-type", "order.paid"},
                          {"ce-specversion", "1.0"},
                          {"content-type", "application/json"},
                          {"ce-source", "/s"},
                          {"ce-id", "1"}};
constexpr const char* kTyped =
    R"({"id":"1","source":"/s","specversion":"1.0","type":"order.paid","datacontenttype":"application/json")";

TEST(CloudEvents, BinaryModeIsTheStructuredEventInOneOrder) {
  struct Body {
    const char *body, *text;  // after kTyped; empty: refused
    const char* rule = "";
    std::size_t offset = 0;
  };
  const Body rows[] = {
      {"", "}"},
      {R"({"order_id":"1"})", R"(,"data":{"order_id":"1"}})"},
      {" [1] \n", ",\"data\": [1] \n}"},
      {"null", R"(,"data":null})"},
      {R"({"a":})", "", "syntax", 5},
      {"", "}"},
      {"  ", "", "syntax", 2},
      {R"({},"time":"x")", "", "trailing_bytes", 2},
      {R"({},"subject":"a")", "", "trailing_bytes", 2},
      {R"(1,"ext":{"a":1})", "", "trailing_bytes", 1},
      {R"({},"data":{})", "", "duplicate_key", 3},
      {R"({},"id":"2")", "", "duplicate_key", 3},
      {"{}}", "", "trailing_bytes", 3},
      {"{}},{", "", "trailing_bytes", 3},
      {"{\"a\":\"\xff\"}", "", "utf8", 6},
  };
  CloudEventsRequest request;
  for (const Body& row : rows) {
    SCOPED_TRACE(row.body);
    const auto [status, events] = request.Take(kHeaders, row.body);
    EXPECT_EQ(status, 0);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].text, *row.text == '\0' ? "" : std::string(kTyped) + row.text);
    EXPECT_EQ(events[0].fault.rule, row.rule);
    EXPECT_EQ(events[0].fault.offset, row.offset);
  }
}

TEST(CloudEvents, TheBodyOfAnotherTypeIsAString) {
  CloudEventsRequest request;
  Headers headers = kHeaders;
  headers[2].second = "text/plain";
  const auto [status, events] = request.Take(headers, "{\"a\"\n},\"x\":\"");
  ASSERT_EQ(events.size(), 1u);
  const std::string& text = events[0].text;
  EXPECT_EQ(text.substr(text.find(",\"data\"")), R"(,"data":"{\"a\"\n},\"x\":\""})");
  EXPECT_EQ(request.Take(headers, "\x89PNG").second[0].fault.rule, "utf8");
  EXPECT_EQ(request.Take(headers, std::string(65537, 'a')).first, 413);
}

// HTTP binding, 3.1.3.2.
TEST(CloudEvents, HeaderValuesAreDecoded) {
  struct Value {
    const char *header, *json;  // nullptr: refused
  };
  const Value rows[] = {
      {"plain", R"("plain")"},
      {"", R"("")"},
      {"Euro%20%E2%82%AC%20%F0%9F%98%80", R"("Euro € 😀")"},
      {"%e2%82%ac", R"("€")"},
      {"%41%2541", R"("A%41")"},
      {"%22a%5C", R"("\"a\\")"},
      {"%0A", R"("\n")"},
      {R"("older sender")", R"("older sender")"},
      {R"("a \"b\" \\ c")", R"("a \"b\" \\ c")"},
      {R"("%20")", R"(" ")"},
      {R"("")", R"("")"},
      {"%C0%A0", nullptr},
      {"%ED%A0%80", nullptr},
      {"%E2%82", nullptr},
      {"100%", nullptr},
      {"%4", nullptr},
      {"%zz", nullptr},
      {R"(a"b")", nullptr},
      {R"("a"b)", nullptr},
      {R"("a"b")", nullptr},
      {R"(")", nullptr},
      {R"("a\)", nullptr},
      {R"("a\")", nullptr},
  };
  CloudEventsRequest request;
  for (const Value& row : rows) {
    SCOPED_TRACE(row.header);
    Headers headers = kHeaders;
    headers.emplace_back("ce-ext", row.header);
    const auto [status, events] = request.Take(headers, "");
    if (row.json == nullptr) {
      EXPECT_EQ(status, 400);
      continue;
    }
    ASSERT_EQ(events.size(), 1u);
    ASSERT_EQ(events[0].fault.rule, "");
    EXPECT_EQ(events[0].text.substr(0, events[0].text.find(",\"id\"")),
              "{\"ext\":" + std::string(row.json));
  }
}

}  // namespace
}  // namespace octroi::gateway
