// Events out of files: rows by their header, lines and elements of JSON as they stand.
#include "gateway/import/items.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/import/csv_dialect.h"

namespace octroi::gateway::import {
namespace {

using Lines = std::vector<std::string>;

Lines All(Items& items) {
  Lines all;
  Item item;
  for (;;) {
    const auto more = items.Next(item);
    if (!more)
      all.push_back("stop " + std::string(items.fault().code) + " " +
                    std::to_string(items.fault().at.line) + ":" +
                    std::to_string(items.fault().at.column));
    if (!more || !*more) return all;
    const std::string head = std::to_string(item.number) + " L" + std::to_string(item.line) + " ";
    all.push_back(head + (item.fault.code.empty() ? item.event
                                                  : "!" + std::string(item.fault.code) + " " +
                                                        std::to_string(item.fault.at.line) + ":" +
                                                        std::to_string(item.fault.at.column)));
  }
}

ImportPlan Plan() {
  ImportPlan plan;
  plan.source = "shop";
  plan.event_path = "event";
  plan.event_id_path = "message_id";
  plan.columns = {{"event", {"event"}},
                  {"message_id", {"message_id"}},
                  {"quantity", {"properties.quantity", true}},
                  {"CustomerID", {"properties.customer_id", false}},
                  {"customer_id", {"properties.customer_id", false}}};
  return plan;
}

Lines Table(const std::string& text, const std::string& event = "order",
            std::size_t body_bytes = base::kBodyBytesMax) {
  TextPiece source(text);
  CsvReader reader(source, DetectDialect(text, true, std::nullopt));
  CsvRecord header;
  EXPECT_TRUE(*reader.Next(header));
  const auto rows = RowEvents::Make(Plan(), HeaderOf(header), event, "import:d:");
  if (!rows) return {rows.error().detail};
  return All(*CsvItems(reader, *rows, body_bytes));
}

TEST(Rows, AreEventsByTheirHeader) {
  EXPECT_EQ(Table("CustomerID;quantity;Note de l'agent\n007;6;a \"b\"\n8;1,5;\n;-2.5;\n"),
            (Lines{R"(1 L2 {"properties":{"customer_id":"007","quantity":6},)"
                   R"("Note de l'agent":"a \"b\"","event":"order","message_id":"import:d:1"})",
                   R"(2 L3 {"properties":{"customer_id":"8","quantity":"1,5"},)"
                   R"("event":"order","message_id":"import:d:2"})",
                   R"(3 L4 {"properties":{"quantity":-2.5},)"
                   R"("event":"order","message_id":"import:d:3"})"}));
}

TEST(Rows, SayTheirOwnNameAndId) {
  EXPECT_EQ(Table("event,message_id\nsale,m1\n,\n"),
            (Lines{R"(1 L2 {"event":"sale","message_id":"m1"})",
                   R"(2 L3 {"event":"order","message_id":"import:d:2"})"}));
}

TEST(Rows, AreNeverPaddedOrCut) {
  EXPECT_EQ(Table("CustomerID,quantity\n1\n1,2,3\n4,5\n"),
            (Lines{"1 L2 !csv.cells 2:2", "2 L3 !csv.cells 3:5",
                   R"(3 L4 {"properties":{"customer_id":"4","quantity":5},"event":"order",)"
                   R"("message_id":"import:d:3"})"}));
  EXPECT_EQ(Table("CustomerID,\n1,\n1,x\n").back(), "2 L3 !csv.unnamed_cell 3:3");
}

TEST(Rows, AHeaderThatCannotBeObeyedIsRefused) {
  EXPECT_EQ(Table("CustomerID,customer_id\n1,2\n"), Lines{"csv.header_twice"});
  EXPECT_EQ(Table("note,note\n1,2\n"), Lines{"csv.header_twice"});
  EXPECT_EQ(Table("event,event\n1,2\n"), Lines{"csv.header_twice"});
  EXPECT_EQ(Table("properties,quantity\n1,2\n"), Lines{"csv.header_twice"});
  EXPECT_EQ(Table("17850,6\n17851,7\n"), Lines{"csv.header_number"});
  EXPECT_EQ(Table("a@b.fr,x\n"), Lines{"csv.header_number"});
  EXPECT_EQ(Table("quantity,note\n1,2\n", ""), Lines{"import.event_missing"});
}

TEST(Rows, WhatGoesIntoNoRequestIsAFault) {
  const std::string text = "note\nx\n" + std::string(60, 'y') + "\nz\n";
  const std::string x = R"({"note":"x","event":"order","message_id":"import:d:1"})";
  const Lines read = Table(text, "order", x.size() + 1);
  ASSERT_EQ(read.size(), 3u);
  EXPECT_EQ(read[0], "1 L2 " + x);
  EXPECT_EQ(read[1], "2 L3 !json.too_long 3:1");
  EXPECT_EQ(read[2].substr(0, 6), "3 L4 {");
  EXPECT_EQ(Table(text, "order", x.size())[0], "1 L2 !json.too_long 2:1");
}

Lines Ndjson(const std::string& text, std::size_t body_bytes = base::kBodyBytesMax) {
  TextPiece source(text);
  return All(*NdjsonItems(source, body_bytes));
}

TEST(Ndjson, ALineIsAnEventAsItStands) {
  EXPECT_EQ(Ndjson("{\"a\":1}\r\n\n  \n{\"b\": 2} \nnot json"),
            (Lines{"1 L1 {\"a\":1}", "2 L4 {\"b\": 2}", "3 L5 not json"}));
  const Lines read = Ndjson("\"" + std::string(2 * 1024 * 1024, 'x') + "\"\n{}\n");
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].substr(0, 20), "1 L1 !json.too_long ");
  EXPECT_EQ(read[1], "2 L2 {}");
}

TEST(Ndjson, WhatGoesIntoNoRequestIsAFault) {
  EXPECT_EQ(Ndjson("{\"a\":12} \r\n{\"a\":123}\n{}\n", 9),
            (Lines{"1 L1 {\"a\":12}", "2 L2 !json.too_long 2:9", "3 L3 {}"}));
}

Lines Json(const std::string& text, std::size_t body_bytes = base::kBodyBytesMax) {
  TextPiece source(text);
  return All(*JsonArrayItems(source, body_bytes));
}

TEST(JsonArray, AnElementIsAnEventAsItStands) {
  EXPECT_EQ(Json("[]"), Lines{});
  EXPECT_EQ(Json(" [ {\"a\":\n [1,2]} , {\"b\":\"x],}\\\"\"}\n]\n"),
            (Lines{"1 L1 {\"a\":  [1,2]}", "2 L2 {\"b\":\"x],}\\\"\"}"}));
  EXPECT_EQ(Json("[{\"a\":\"x\ny\"},{}]"), (Lines{"1 L1 !json.control 1:9", "2 L2 {}"}));
}

TEST(JsonArray, WhatGoesIntoNoRequestIsAFault) {
  EXPECT_EQ(Json("[{\"a\":12} ,\n{\"a\":123},{}]", 9),
            (Lines{"1 L1 {\"a\":12}", "2 L2 !json.too_long 2:9", "3 L2 {}"}));
}

TEST(JsonArray, ABrokenOneEndsTheReadingWithItsPlace) {
  EXPECT_EQ(Json("[{},{}"), (Lines{"1 L1 {}", "stop json.array 1:7"}));
  EXPECT_EQ(Json("[{} {}]").back(), "1 L1 {} {}");  // the gateway says what that is
  EXPECT_EQ(Json("[{},]"), (Lines{"1 L1 {}", "stop json.array 1:5"}));
  EXPECT_EQ(Json("[{]}").back(), "stop json.array 1:3");
  EXPECT_EQ(Json("[{}]x"), (Lines{"1 L1 {}", "stop json.array 1:5"}));
  EXPECT_EQ(Json("{}"), Lines{"stop json.array 1:1"});
}

}  // namespace
}  // namespace octroi::gateway::import
