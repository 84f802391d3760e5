// Every repair of a contract, as a table: what came in and what goes on. A value that cannot be
// repaired goes on as it came.
#include "base/text.h"
#include "bench.h"

namespace octroi::rules {
namespace {

struct Row {
  std::vector<Repair> repairs;
  std::string before;
  std::string after;
};

const std::vector<Repair> kTrim = {Repair::kTrim};
const std::vector<Repair> kLower = {Repair::kLowercase};
const std::vector<Repair> kUpper = {Repair::kUppercase};
const std::vector<Repair> kPhone = {Repair::kPhoneToE164};
const std::vector<Repair> kDate = {Repair::kDateToIso};
const std::vector<Repair> kCountry = {Repair::kCountryToIso};
const std::vector<Repair> kAccents = {Repair::kStripAccents};

const std::vector<Row> kRows = {
    {kTrim, "  lea ", "lea"},
    {kTrim, "lea", "lea"},
    {kTrim, "\t\nlea\r\n", "lea"},
    {kTrim, "\u00a0lea\u202f", "lea"},  // the no-break spaces of French typing
    {kTrim, "\ufefflea\u200b", "lea"},
    {kTrim, "   ", ""},
    {kTrim, "lea martin", "lea martin"},
    {kTrim, " é ", "é"},
    {kLower, "LEA@Example.ORG", "lea@example.org"},
    {kLower, "ÉLODIE ÇA ŒUVRE", "élodie ça œuvre"},
    {kLower, "ŁÓDŹ ŽIŽKA ŸÝ", "łódź žižka ÿý"},
    {kLower, "×÷ß", "×÷ß"},
    {kLower, "İ日本", "İ日本"},  // outside the table: as it is
    {kUpper, "fr", "FR"},
    {kUpper, "élodie œuvre ÿ", "ÉLODIE ŒUVRE Ÿ"},
    {kUpper, "łódź ňž", "ŁÓDŹ ŇŽ"},
    {kUpper, "straße ıµ", "STRAßE ıµ"},
    {kAccents, "Zoë Éléonore", "Zoe Eleonore"},
    {kAccents, "Łódź", "Lodz"},
    {kAccents, "Cœur Ægir straße Þór", "Coeur AEgir strasse THor"},
    {kAccents, "e\u0301te\u0301", "ete"},  // decomposed
    {kAccents, "François Nuñez Øre Ÿ", "Francois Nunez Ore Y"},
    {kAccents, "日本 ×", "日本 ×"},
    {kPhone, "06 12 34 56 78", "+33612345678"},
    {kPhone, "06.12.34.56.78", "+33612345678"},
    {kPhone, "06-12-34-56-78", "+33612345678"},
    {kPhone, "0612345678", "+33612345678"},
    {kPhone, "01 42 68 53 00", "+33142685300"},
    {kPhone, "+33 6 12 34 56 78", "+33612345678"},
    {kPhone, "+33 (0)6 12 34 56 78", "+33612345678"},
    {kPhone, "0033 6 12 34 56 78", "+33612345678"},
    {kPhone, " 06\u00a012\u202f34 56 78 ", "+33612345678"},
    {kPhone, "+44 20 7946 0018", "+442079460018"},
    {kPhone, "+32 470 12 34 56", "+32470123456"},
    {kPhone, "+1 (415) 555-2671", "+14155552671"},
    {kPhone, "+33612345678", "+33612345678"},
    {kPhone, "12345", "12345"},
    {kPhone, "06 12 34 56", "06 12 34 56"},
    {kPhone, "00 00 00 00 00", "00 00 00 00 00"},
    {kPhone, "appelez le 06 12 34 56 78", "appelez le 06 12 34 56 78"},
    {kPhone, "1-800-FLOWERS", "1-800-FLOWERS"},
    {kPhone, "01 42 68 53 00 ext. 12", "01 42 68 53 00 ext. 12"},
    {kPhone, "", ""},
    {kDate, "1/12/2010", "2010-12-01"},
    {kDate, "01/12/2010", "2010-12-01"},
    {kDate, "31/12/2010", "2010-12-31"},
    {kDate, "2/3/2010", "2010-03-02"},  // in doubt the day is first
    {kDate, "1/12/2010 8:26", "2010-12-01T08:26:00"},
    {kDate, "1/12/2010 18:26:59", "2010-12-01T18:26:59"},
    {kDate, "2010/12/01", "2010-12-01"},
    {kDate, "2010/1/2", "2010-01-02"},
    {kDate, "01.12.2010", "2010-12-01"},
    {kDate, "01-12-2010", "2010-12-01"},
    {kDate, "2010-12-01", "2010-12-01"},
    {kDate, "29/02/2024", "2024-02-29"},
    {kDate, "29/02/2023", "29/02/2023"},
    {kDate, "12/31/2010", "12/31/2010"},  // month first is not guessed
    {kDate, "1/12/10", "1/12/10"},
    {kDate, "1/12-2010", "1/12-2010"},
    {kDate, "1/12/2010 25:00", "1/12/2010 25:00"},
    {kDate, "1/12/2010 8:6", "1/12/2010 8:6"},
    {kDate, "1/12/2010 8:26 PM", "1/12/2010 8:26 PM"},
    {kDate, "1/12/20100", "1/12/20100"},
    {kDate, "2010-12-01T08:26:00Z", "2010-12-01T08:26:00Z"},
    {kDate, "demain", "demain"},
    {kDate, "", ""},
    {kCountry, "France", "FR"},
    {kCountry, "FRANCE", "FR"},
    {kCountry, "fr", "FR"},
    {kCountry, "FRA", "FR"},
    {kCountry, "United Kingdom", "GB"},
    {kCountry, "Royaume-Uni", "GB"},
    {kCountry, "UK", "GB"},
    {kCountry, "États-Unis", "US"},
    {kCountry, "Etats Unis d'Amérique", "US"},
    {kCountry, "U.S.A.", "US"},
    {kCountry, "EIRE", "IE"},
    {kCountry, "Belgique", "BE"},
    {kCountry, "Pays-Bas", "NL"},
    {kCountry, "Hollande", "NL"},
    {kCountry, "Côte d’Ivoire", "CI"},
    {kCountry, "Cote d'Ivoire", "CI"},
    {kCountry, "Deutschland", "DE"},
    {kCountry, " Suisse ", "CH"},
    {kCountry, "St. Lucia", "LC"},
    {kCountry, "FR", "FR"},
    {kCountry, "Atlantide", "Atlantide"},
    {kCountry, "XX", "XX"},
    {kCountry, "", ""},
    {{Repair::kTrim, Repair::kLowercase}, "  LEA@Example.org ", "lea@example.org"},
    {{Repair::kStripAccents, Repair::kUppercase}, "été", "ETE"},
    {{Repair::kTrim, Repair::kPhoneToE164},
     " 12 ",
     "12"},  // the first repair stands without the second
};

Judgement Repaired(const std::vector<Repair>& repairs, EventOf& event, Contract::Scratch& scratch) {
  RuleSpec rule = RuleOf(OnA());
  rule.check.type = ValueType::kString;
  rule.repair = repairs;
  return ContractOf(SpecOf({rule})).Judge(*event, {}, scratch);
}

TEST(Repairs, Table) {
  ASSERT_GE(kRows.size(), 60u);
  for (const Row& row : kRows) {
    std::string json = "{\"a\":";
    base::AppendJsonString(row.before, json);
    EventOf event(json + "}");
    Contract::Scratch scratch;
    const Judgement found = Repaired(row.repairs, event, scratch);
    EXPECT_EQ(event.text(kA), row.after) << "from: " << row.before;
    EXPECT_EQ(found.repaired != 0, row.before != row.after) << "from: " << row.before;
    EXPECT_EQ(found.failed, 0u);
    if (found.repaired != 0) {
      EXPECT_EQ(event.raw(kA), "\"" + row.after + "\"");
    }
  }
}

TEST(Repairs, ARepairedValueIsValidJsonAgain) {
  EventOf event(R"({"a":" say \"hi\" \\ "})");
  Contract::Scratch scratch;
  Repaired(kTrim, event, scratch);
  EXPECT_EQ(event.text(kA), R"(say "hi" \)");
  EXPECT_EQ(event.raw(kA), R"("say \"hi\" \\")");
}

TEST(Repairs, OnlyStringsAreRepaired) {
  for (const char* json :
       {R"({"a":12})", R"({"a":true})", R"({"a":null})", R"({"a":[" x "]})", R"({})"}) {
    EventOf event(json);
    Contract::Scratch scratch;
    EXPECT_EQ(Repaired(kTrim, event, scratch).repaired, 0u) << json;
  }
}

TEST(Repairs, LaterRulesAndEarlierOnesSeeTheRepairedValue) {
  RuleSpec strict =
      RuleOf(OnA());  // before the repairing rule in the file, judged after its repair
  strict.check.in = {"lea"};
  RuleSpec trims = RuleOf(OnA());
  trims.check.type = ValueType::kString;
  trims.repair = kTrim;
  RuleSpec lowers = trims;
  lowers.repair = kLower;
  lowers.when.field = kA;
  lowers.when.in = {"LEA"};  // holds only for what trim made
  EventOf event(R"({"a":" LEA "})");
  Contract::Scratch scratch;
  const Judgement found = ContractOf(SpecOf({strict, trims, lowers})).Judge(*event, {}, scratch);
  EXPECT_EQ(event.text(kA), "lea");
  EXPECT_EQ(found.repaired, 0b110u);
  EXPECT_EQ(found.failed, 0u);
  EXPECT_EQ(found.evaluated, 0b011u);  // its `when` no longer holds: the value is "lea" now
}

TEST(Repairs, NoRepairWithoutItsWhen) {
  RuleSpec rule = RuleOf(OnA());
  rule.check.type = ValueType::kString;
  rule.repair = kTrim;
  rule.when.present = kB;
  EventOf event(R"({"a":" x "})");
  Contract::Scratch scratch;
  EXPECT_EQ(ContractOf(SpecOf({rule})).Judge(*event, {}, scratch).repaired, 0u);
  EXPECT_EQ(event.text(kA), " x ");
}

}  // namespace
}  // namespace octroi::rules
