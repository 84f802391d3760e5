// Records of a CSV text: what is read, what is a fault and where, however the text comes in pieces.
#include "gateway/import/csv_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/import/csv_dialect.h"

namespace octroi::gateway::import {
namespace {

class Pieces final : public TextSource {
 public:
  Pieces(std::string text, std::size_t size) : text_(std::move(text)), size_(size) {}
  base::Result<std::string_view> Next() override {
    piece_ = text_.substr(at_, size_);
    at_ += piece_.size();
    return std::string_view(piece_);
  }

 private:
  std::string text_, piece_;
  std::size_t size_, at_ = 0;
};

// "1-1: a|b", or "3-4: !csv.after_quote 3:7 #2" with the place and the cell; "stop ..." at an
// error.
std::vector<std::string> Read(const std::string& text, const CsvDialect& dialect,
                              std::size_t piece) {
  Pieces source(text, piece);
  CsvReader reader(source, dialect);
  CsvRecord record;
  std::vector<std::string> all;
  const auto said = [](const Fault& fault) {
    return std::string(fault.code) + " " + std::to_string(fault.at.line) + ":" +
           std::to_string(fault.at.column) + " #" + std::to_string(fault.cell);
  };
  for (;;) {
    const auto more = reader.Next(record);
    if (!more) all.push_back("stop " + said(reader.fault()));
    if (!more || !*more) return all;
    std::string line = std::to_string(record.line) + "-" + std::to_string(record.last_line) + ": ";
    if (!record.fault.code.empty()) {
      all.push_back(line + "!" + said(record.fault));
      continue;
    }
    for (std::size_t i = 0; i < record.size(); ++i)
      line += (i == 0 ? "" : "|") + std::string(record[i]);
    all.push_back(line);
  }
}

using Lines = std::vector<std::string>;

void Expect(const std::string& text, const Lines& expected, const CsvDialect& dialect = {}) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, text.size() + 1})
    EXPECT_EQ(Read(text, dialect, piece), expected) << text << " in pieces of " << piece;
}

TEST(CsvReader, RecordsOfRfc4180) {
  Expect("a,b\n1,2\n", {"1-1: a|b", "2-2: 1|2"});
  Expect("a,b\r\n1,2", {"1-1: a|b", "2-2: 1|2"});
  Expect("\"a,b\",\"c\"\"d\",\"\"\n", {"1-1: a,b|c\"d|"});
  Expect("\"x\ny\",2\n3,4\n", {"1-2: x\ny|2", "3-3: 3|4"});
  Expect("\"x\r\ny\",2\r\n3,4\r\n", {"1-2: x\r\ny|2", "3-3: 3|4"});
  Expect(",\n", {"1-1: |"});
  Expect("", {});
}

TEST(CsvReader, WhatRealExportsDo) {
  Expect("a,37°36'37.8\"N\n", {"1-1: a|37°36'37.8\"N"});
  Expect("a,b\n\n\r\n1,2\n", {"1-1: a|b", "4-4: 1|2"});
  Expect("a\rb,c\n", {"1-1: a\rb|c"});
  CsvDialect mac;
  mac.old_mac = true;
  Expect("a,b\r\"x\ry\",2\r", {"1-1: a|b", "2-3: x\ry|2"}, mac);
  CsvDialect backslash;
  backslash.backslash = true;
  Expect("\"a \\\"b\\\" \\\\ \\n\",2\n", {"1-1: a \"b\" \\ \\n|2"}, backslash);
  CsvDialect sep{';', '"', false, false, true};
  Expect("sep=;\na;b\n", {"2-2: a|b"}, sep);
}

TEST(CsvReader, AFaultCostsItsRecordAndSaysWhere) {
  Expect("a,b\n1,\"x\"y,3\n4,5\n", {"1-1: a|b", "2-2: !csv.after_quote 2:6 #2", "3-3: 4|5"});
  Expect("é,\"é\nü\"x\n4,5\n", {"1-2: !csv.after_quote 2:3 #2", "3-3: 4|5"});
  Expect("1,2\n3,\"open\n4,5\n", {"1-1: 1|2", "2-4: !csv.quote_open 2:3 #2"});
  Expect("1,\xff,3\n4,5,6\n", {"1-1: !file.encoding 1:3 #2", "2-2: 4|5|6"});
  Expect(std::string("1,\0\n4,5\n", 8), {"1-1: !file.encoding 1:3 #2", "2-2: 4|5"});
}

TEST(CsvReader, WhatIsTooLongIsNotKept) {
  const std::string cell(kCellBytesMax, 'x'), line(3 * kRecordBytesMax, 'x');
  EXPECT_EQ(Read(cell + ",1\n2,3\n", {}, 4096).size(), 2u);
  EXPECT_EQ(Read("1,x" + cell + "\n2,3\n", {}, 4096),
            (Lines{"1-1: !csv.cell_too_long 1:3 #2", "2-2: 2|3"}));
  EXPECT_EQ(Read(line + "\n2,3\n", {}, 65536).size(), 2u);
  EXPECT_EQ(Read(line + "\n2,3\n", {}, 65536).back(), "2-2: 2|3");
  EXPECT_EQ(Read(line + "\n2,3\n", {}, 65536).front().substr(0, 18), "1-1: !csv.too_long");
  EXPECT_EQ(Read(std::string(kCellsMax, ',') + "\n2,3\n", {}, 4096),
            (Lines{"1-1: !csv.too_many_cells 1:501 #501", "2-2: 2|3"}));
}

// Nothing after it can be told apart: no row is made of what may be the inside of a cell.
TEST(CsvReader, AQuoteThatStaysOpenEndsTheReading) {
  std::string text = "a,b\n1,\"open\n";
  while (text.size() < kRecordBytesMax + 100) text += "5,6\n";
  const Lines read = Read(text, {}, 65536);
  EXPECT_EQ(read, (Lines{"1-1: a|b", "stop csv.quote_open 2:3 #2"}));
}

CsvDialect Detect(std::string_view head) { return DetectDialect(head, true, std::nullopt); }

TEST(CsvDialect, IsFoundByItsRecords) {
  EXPECT_EQ(Detect("nom;prix\n\"Dupont, Jean\";1,5\nx;2,5\n").delimiter, ';');
  EXPECT_EQ(Detect("a\tb\tc\n1\t2\t3\n").delimiter, '\t');
  EXPECT_EQ(Detect("a|b\n1|2\n").delimiter, '|');
  EXPECT_EQ(Detect("a,b\n1,2\n").delimiter, ',');
  EXPECT_EQ(Detect("name\nDoe, John\nRoe, Jane\n").delimiter, ';');  // one column, none within
  EXPECT_EQ(Detect("a,b\n'x, y',2\n'z',3\n").quote, '\'');
  EXPECT_EQ(Detect("a,b\nit's,2\n").quote, '"');
  EXPECT_EQ(Detect("a,b\n\"x\"y,2\n\"z\",3\n").quote, '"');  // a fault is no other quote
  EXPECT_EQ(Detect("a,b\n\"x\"y,2\n'z',3\n").quote, '"');
  EXPECT_TRUE(Detect("a,b\n\"x \\\"y\\\", z\",2\n").backslash);
  EXPECT_FALSE(Detect("a,b\n\"x \"\"y\"\", z\",2\n").backslash);
  EXPECT_FALSE(Detect("a,b\n\"C:\\\",2\n\"D:\\\",3\n").backslash);
  EXPECT_TRUE(Detect("a,b\r1,2\r").old_mac);
  const CsvDialect said = Detect("sep=|\na|b;c\n");
  EXPECT_TRUE(said.sep_line);
  EXPECT_EQ(said.delimiter, '|');
  EXPECT_EQ(DetectDialect("a,b;c\n1,2;3\n", true, ';').delimiter, ';');
  for (const char* none :
       {"sep=\"\na;b\n1;2\n", "sep='\na;b\n1;2\n", "sep=\\\na;b\n1;2\n", "sep=\xe9\na;b\n1;2\n"}) {
    const CsvDialect not_said = Detect(none);
    EXPECT_FALSE(not_said.sep_line) << none;
    EXPECT_TRUE(CanDelimit(not_said.delimiter)) << none;
  }
}

// A beginning that was cut inside a record says nothing about that record.
TEST(CsvDialect, ACutRecordDoesNotCount) {
  EXPECT_EQ(DetectDialect("a,b\n1,2\n3,\"cut", false, std::nullopt).delimiter, ',');
  EXPECT_EQ(DetectDialect("a;b\n\"x,y\";2\n\"3,", false, std::nullopt).delimiter, ';');
}

}  // namespace
}  // namespace octroi::gateway::import
