// Runs decide.cases: one test for each row, whose failure names the row's file and line.
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "decide_world.h"

namespace octroi::policies {
namespace {

const std::string kFile = std::string(OCTROI_SOURCE_DIR) + "/tests/policies/decide.cases";

struct Row {
  int line = 0;
  std::string text;
  std::map<std::string, std::string> cells;
};

std::map<std::string, std::string> UsualCells() {
  return {{"serves", "newsletter"},
          {"on file", "nothing"},
          {"second", "nothing"},
          {"happened", "50"},
          {"decided", "60"},
          {"received", "50"},
          {"at digital age", "keep"},
          {"signal", "none"},
          {"observing", "0"},
          {"safeguard", "not needed"},
          {"identified", "yes"},
          {"policy", "none"},
          {"event", "nothing"},
          {"source", "web"},
          {"destination", "crm"},
          {"receives", "contact"},
          {"contract", "lead"},
          {"answer", ""},
          {"cites", ""},
          {"for", ""}};
}

std::vector<Row> ReadRows() {
  std::ifstream file(kFile);
  std::vector<Row> rows;
  std::vector<std::string> columns;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const std::string body = Trim(line.substr(0, line.find('#')));
    if (body.empty()) continue;
    constexpr std::string_view kColumns = "columns:";
    if (body.starts_with(kColumns)) {
      columns = Parts(body.substr(kColumns.size()), '|');
      continue;
    }
    Row row{number, body, UsualCells()};
    const std::vector<std::string> cells = Parts(body, '|');
    if (cells.size() != columns.size()) BadWord("row with all columns", body);
    for (std::size_t at = 0; at < cells.size(); ++at) {
      if (!row.cells.contains(columns[at])) BadWord("column", columns[at]);
      row.cells[columns[at]] = cells[at];
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// "granted at 10" (for the first purpose served), "calling withdrawn at 10 until 20; ...",
// "granted explicitly by parent at 10", "age child at 5", "granted to crm+mailer-inc about contact
// under us at 10" (vendors, data categories, controllers): entries of one person.
void PutOnFile(const Row& row, const std::string& column, const Fingerprint& person,
               std::uint32_t reference, ConsentIndex& index) {
  const std::vector<std::string> serves = Parts(row.cells.at("serves"), ',');
  std::pair<std::uint32_t, AgeBand> latest_age{0, AgeBand::kUnknown};  // as People does
  for (const std::string& part : Parts(row.cells.at(column), ';')) {
    std::istringstream words(part);
    std::string word;
    std::string purpose = serves.empty() ? "newsletter" : serves.front();
    words >> word;
    if (word == "age") {
      std::uint32_t since = 0;
      words >> word;
      const auto band = std::map<std::string, AgeBand>{
          {"adult", AgeBand::kAdult},
          {"minor", AgeBand::kMinor},
          {"child",
           AgeBand::kChild}}.at(word);
      if (!(words >> word >> since) || word != "at") BadWord("age", part);
      latest_age = std::max(latest_age, {since, band});
      index.SetAge(person, latest_age.second);
      continue;
    }
    if (!ConsentStateOf(word)) {
      purpose = word;
      words >> word;
    }
    ConsentEntry entry;
    if (!ConsentStateOf(word)) BadWord("state", part);
    entry.state = *ConsentStateOf(word);
    entry.reference = reference;
    GrantLimits limits;
    for (std::istringstream ahead(part.substr(static_cast<std::size_t>(words.tellg())));
         ahead >> word && word != "at"; words >> word) {
      if (word == "explicitly") entry.explicit_word = true;
      if (word == "parent") entry.by_parent = true;
      const auto list = std::map<std::string, std::vector<std::string> GrantLimits::*>{
          {"to", &GrantLimits::vendors},
          {"about", &GrantLimits::data_categories},
          {"under", &GrantLimits::controllers}};
      if (const auto named = list.find(word); named != list.end()) {
        words >> word;
        ahead >> word;
        limits.*(named->second) = Parts(word, '+');
      } else if (word != "explicitly" && word != "parent" && word != "by") {
        BadWord("entry", part);
      }
    }
    const auto limited = Limited(limits);
    if (!limited) BadWord("limits", part);
    entry.limits = limited->get();  // the index keeps what they say
    if (!(words >> word >> entry.since_seconds) || word != "at") BadWord("entry", part);
    if (words >> word && (word != "until" || !(words >> entry.until_seconds))) {
      BadWord("entry", part);
    }
    const bool whole = purpose == "person";
    index.Set(person, whole ? ConsentIndex::kPerson : PurposePlace(purpose), entry);
  }
}

// "newsletter at crm is tcf.vendor_not_disclosed"
base::SignalDenial DenialOf(const std::string& part) {
  std::istringstream words(part);
  std::string purpose, at, destination, is, reason;
  words >> purpose >> at >> destination >> is >> reason;
  for (std::uint16_t code = 1; code < 256; ++code) {
    const auto known = static_cast<base::Reason>(code);
    if (at == "at" && is == "is" && !reason.empty() && base::Name(known) == reason)
      return {DestinationPlace(destination), known, 1u << PurposePlace(purpose)};
  }
  BadWord("signal", part);
}

Signals SignalsOf(const std::string& cell, std::vector<base::SignalDenial>& denials) {
  Signals signals;
  for (const std::string& part : Parts(cell, ',')) {
    constexpr std::string_view kDenies = "denies ";
    if (part == "gpc") {
      signals.gpc = true;
    } else if (part.starts_with(kDenies)) {
      signals.denied_purposes |= 1u << PurposePlace(part.substr(kDenies.size()));
    } else {
      denials.push_back(DenialOf(part));
    }
  }
  signals.denials = denials;
  return signals;
}

PolicySetSpec Ruled(PolicySetSpec spec, const std::string& observing, const std::string& at_age) {
  spec.observe_consent_until = std::stoll(observing) * 1000;
  if (at_age != "keep" && at_age != "ask") BadWord("at digital age", at_age);
  spec.ask_at_digital_age = at_age == "ask";
  return spec;
}

base::Verdict Decide(const Row& row) {
  const auto& cells = row.cells;
  ConsentIndex index(24);
  const Fingerprint first{1}, second{2};
  // Both are known to the register for some purpose, so that "nothing" is a subject without an
  // entry.
  for (const Fingerprint& person : {first, second}) {
    index.Set(person, PurposePlace("tax"), {});
  }
  PutOnFile(row, "on file", first, 1, index);
  PutOnFile(row, "second", second, 2, index);
  const std::vector subjects = index.SubjectsOf(std::vector{first, second});
  const WorldEvent event(cells.at("event"));

  auto set = PolicySet::Compile(Ruled(
      World(cells.at("serves"), cells.at("receives"), cells.at("policy"), cells.at("safeguard")),
      cells.at("observing"), cells.at("at digital age")));
  if (!set) BadWord("policy set", set.error().detail);
  DecisionInput input;
  input.source = SourcePlace(cells.at("source"));
  input.contract = ContractPlace(cells.at("contract"));
  input.event_time = std::stoll(cells.at("happened")) * 1000;
  input.now = std::stoll(cells.at("decided")) * 1000;
  input.received = std::stoll(cells.at("received")) * 1000;
  input.subjects = subjects;
  input.identified = cells.at("identified") == "yes";
  std::vector<base::SignalDenial> denials;
  input.signals = SignalsOf(cells.at("signal"), denials);
  input.fields = &event;
  return set->Decide(input, DestinationPlace(cells.at("destination")), index);
}

std::string AnswerOf(const base::Verdict& verdict) {
  const char* says = verdict.allowed                                       ? "allow "
                     : verdict.reason == base::Reason::kHoldConsentUnknown ? "hold "
                     : verdict.reason == base::Reason::kVariantCounted     ? "count "
                                                                           : "deny ";
  return says + std::string(base::Name(verdict.reason));
}

class RowTest : public testing::Test {
 public:
  explicit RowTest(const Row& row) : row_(row) {}

  void TestBody() override {
    const base::Verdict verdict = Decide(row_);
    Expect("answer", AnswerOf(verdict));
    constexpr const char* kWhose[] = {"none", "first", "second"};
    if (!row_.cells.at("cites").empty()) Expect("cites", kWhose[verdict.consent]);
    std::string purposes = PurposeNames(verdict.purposes);
    if (purposes.empty()) purposes = "nothing";
    if (!row_.cells.at("for").empty()) Expect("for", purposes);
    EXPECT_EQ(AnswerOf(verdict).starts_with("deny "), verdict.purposes == 0);
    EXPECT_EQ(verdict.destination, DestinationPlace(row_.cells.at("destination")));
  }

 private:
  void Expect(const std::string& column, const std::string& actual) const {
    if (row_.cells.at(column) == actual) return;
    ADD_FAILURE_AT(kFile.c_str(), row_.line)
        << row_.text << "\n  " << column << ": " << actual << ", not " << row_.cells.at(column);
  }

  const Row row_;
};

// The table speaks of every reason that a decision can have; a new one must get its rows.
TEST(DecideCases, EveryBuiltInReasonOfADecisionIsInTheTable) {
  std::set<std::string> answers;
  for (const Row& row : ReadRows()) {
    const std::string& answer = row.cells.at("answer");
    answers.insert(answer.substr(answer.find(' ') + 1));
  }
  using base::Reason;
  for (auto code = static_cast<std::uint16_t>(Reason::kConsentGranted);
       code <= static_cast<std::uint16_t>(Reason::kVariantCounted); ++code) {
    if (code >= static_cast<std::uint16_t>(Reason::kQueued) &&
        code < static_cast<std::uint16_t>(Reason::kTcfVendorNotDisclosed)) {
      continue;  // of deliveries
    }
    const auto reason = static_cast<Reason>(code);
    // Not PolicySet's to say: the register could not be read; a destination gone since; no room.
    if (reason == Reason::kConsentUnreadable || reason == Reason::kDestinationRemoved) continue;
    if (reason == Reason::kHoldFull) continue;  // the room that there is, not a policy
    if (base::Name(reason).empty()) continue;
    EXPECT_TRUE(answers.contains(std::string(base::Name(reason)))) << base::Name(reason);
  }
  EXPECT_TRUE(answers.contains("subject.missing"));
}

}  // namespace
}  // namespace octroi::policies

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (const octroi::policies::Row& row : octroi::policies::ReadRows()) {
    testing::RegisterTest("Decide", ("line_" + std::to_string(row.line)).c_str(), nullptr, nullptr,
                          octroi::policies::kFile.c_str(), row.line,
                          [row]() -> testing::Test* { return new octroi::policies::RowTest(row); });
  }
  return RUN_ALL_TESTS();
}
