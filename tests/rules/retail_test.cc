// A contract over 5,000 rows of a real web shop (UCI Online Retail): it finds exactly what is known
// to be wrong with them.
#include <fstream>

#include "base/text.h"
#include "bench.h"

namespace octroi::rules {
namespace {

enum : base::FieldId {
  kInvoice,
  kStockCode,
  kDescription,
  kQuantity,
  kDate,
  kPrice,
  kCustomer,
  kCountry
};

// One line of RFC 4180; no cell of this file holds a line end.
std::vector<std::string> Cells(std::string line) {
  if (line.ends_with('\r')) line.pop_back();
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const bool quote = line[at] == '"';
    if (quote && quoted && at + 1 < line.size() && line[at + 1] == '"') {
      cells.back().push_back(line[++at]);
    } else if (quote) {
      quoted = !quoted;
    } else if (line[at] == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back().push_back(line[at]);
    }
  }
  return cells;
}

// A blank cell is no member; quantity and price are numbers.
std::string JsonOf(const std::vector<std::string>& names, const std::vector<std::string>& cells) {
  std::string json = R"({"event":"order.line","properties":{)";
  bool first = true;
  for (std::size_t at = 0; at < cells.size(); ++at) {
    if (cells[at].empty()) continue;
    if (!first) json += ',';
    first = false;
    base::AppendJsonString(names[at], json);
    json += ':';
    if (at == kQuantity || at == kPrice) {
      json += cells[at];
    } else {
      base::AppendJsonString(cells[at], json);
    }
  }
  return json + "}}";
}

CheckSpec On(base::FieldId field) {
  CheckSpec check;
  check.field = field;
  return check;
}

ContractSpec RetailSpec() {
  std::vector<RuleSpec> rules(5);
  rules[0].check.all_present = {kCustomer};
  rules[1].check = On(kQuantity);
  rules[1].check.min = 0;
  rules[2].check = On(kPrice);
  rules[2].check.above = 0;
  rules[3].check = On(kInvoice);
  rules[3].check.matches = "[0-9]+";  // a cancellation's begins with C
  rules[4].check.unique_on = {kInvoice, kStockCode, kDescription, kQuantity,
                              kDate,    kPrice,     kCustomer,    kCountry};
  rules[4].check.within = 1000;
  rules[4].on_fail = OnFail::kMerge;
  ContractSpec spec = SpecOf(std::move(rules));
  spec.fields.clear();
  for (base::FieldId field = kInvoice; field <= kCountry; ++field)
    spec.fields.push_back({field, false});
  spec.dictionary_fields = 8;
  return spec;
}

TEST(Retail, FindsExactlyWhatIsKnownToBeWrong) {
  std::ifstream file(OCTROI_SOURCE_DIR "/docs/examples/demo/data/retail/online_retail_small.csv");
  std::string line;
  ASSERT_TRUE(std::getline(file, line));
  const std::vector<std::string> names = Cells(line);
  ASSERT_EQ(names.size(), 8u);
  std::vector<base::PathMap::Entry> entries;
  for (const std::string& name : names) {
    entries.push_back({"properties." + name, static_cast<base::FieldId>(entries.size())});
  }
  const base::PathMap paths = std::move(*base::PathMap::Compile(entries));
  const Contract contract = ContractOf(RetailSpec());
  EverythingSeen seen;
  Surroundings around;
  around.seen = &seen;
  Contract::Scratch scratch;
  base::EventParser parser;
  base::Event event;
  int rows = 0;
  int merged = 0;
  std::vector<int> findings(5);
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = Cells(line);
    ASSERT_EQ(cells.size(), names.size()) << line;
    const std::string json = JsonOf(names, cells);
    ASSERT_EQ(parser.Parse(json, paths, event).reason, base::Reason::kUndecided) << json;
    scratch.Clear();
    const Judgement found = contract.Judge(event, around, scratch);
    for (std::size_t rule = 0; rule < findings.size(); ++rule)
      findings[rule] += (found.failed >> rule & 1) != 0;
    merged += found.outcome == base::Outcome::kMerged;
    EXPECT_EQ(found.evaluated, 0b11111u);
    ++rows;
  }
  EXPECT_EQ(rows, 5000);
  EXPECT_EQ(findings, (std::vector<int>{1205, 72, 12, 70, 79}));
  EXPECT_EQ(merged, 79);
}

}  // namespace
}  // namespace octroi::rules
