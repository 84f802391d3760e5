// Signals that accompany an event: signals.cases, and that none of them ever lets more through.
#include "gateway/event_signals.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "../signals/tc_writer.h"
#include "base/text.h"
#include "gateway/config/compile.h"
#include "gateway/config/yaml_reader.h"
#include "gateway/dispatcher/second_decision.h"

namespace octroi::gateway {
namespace {

constexpr base::Millis kNow = 1'795'000'000'000;  // 2026-11-18; a TC string is two months old
constexpr base::FieldId kEmail = 0;
constexpr policies::Fingerprint kPerson{7};

struct Served {
  const char* destination;
  const char* purpose;
  policies::Basis basis;
  std::optional<std::uint16_t> vendor;
};
constexpr auto kConsent = policies::Basis::kConsent;
const Served kServed[] = {
    {"mail", "marketing.email", kConsent, {}},
    {"stats", "analytics.audience", kConsent, {}},
    {"ads", "advertising.personalised", kConsent, 10},
    {"match", "advertising.audience_sharing", kConsent, 755},
    {"crm", "crm.management", policies::Basis::kContract, {}},
};
constexpr std::size_t kPlaces = std::size(kServed);

// A plan of those destinations, and a source that reads `consent`, the value of that key in YAML.
Plan PlanOf(const std::string& consent) {
  Plan plan;
  policies::PolicySetSpec spec;
  config::Places purposes;
  for (const Served& served : kServed) {
    const std::uint16_t place = purposes.Of(served.purpose);
    policies::PurposeSpec purpose;
    purpose.id = served.purpose;
    purpose.basis = served.basis;
    purpose.categories = 1;
    purpose.advertising = purpose.id.starts_with("advertising");
    spec.purposes.push_back(purpose);
    spec.destinations.push_back({served.destination, {place}, {{0, {{kEmail, 1}}}}});
    plan.purposes.push_back(purpose.id);
    plan.extents.push_back({1, 1});
    DestinationPlan& destination = plan.destinations.emplace_back();
    destination.id = served.destination;
    destination.tcf_vendor = served.vendor;
  }
  plan.policies.emplace(*policies::PolicySet::Compile(std::move(spec)));
  config::Findings findings;
  const std::string yaml = "receive: { type: http }\nconsent: " + consent + "\n";
  const auto root = config::ReadYaml(yaml, "source.yaml", findings);
  EXPECT_TRUE(root && findings.errors() == 0) << yaml;
  SourcePlan& source = plan.sources.emplace_back();
  source.id = "site";
  source.accepts.push_back({"page", 0});
  source.signals = config::SignalPlansOf({"source.yaml", "Source", "site", *root}, purposes);
  std::vector<base::PathMap::Entry> paths;
  for (const SignalPlan& signal : source.signals) paths.push_back({signal.field, signal.slot});
  source.paths = *base::PathMap::Compile(paths);
  return plan;
}

policies::ConsentIndex& AllGranted() {
  static policies::ConsentIndex index(kPlaces);
  for (std::size_t place = 0; place < kPlaces; ++place)
    index.Set(kPerson, place, {policies::ConsentState::kGranted, 1, 0, 1});
  return index;
}

// What one event is decided as: at admission, and again as it is sent.
struct Decided {
  std::vector<base::Verdict> verdicts;
  std::vector<Leave> leaves;  // of those that were allowed
};
Decided Decide(const Plan& plan, const std::string& text, base::Metrics* metrics, bool gpc,
               const policies::ConsentIndex& index) {
  static base::EventParser parser;
  base::Event event;
  EXPECT_EQ(parser.Parse(text, plan.sources[0].paths, event).rule, "") << text;
  journal::EventRecord record;
  record.contract = 0;
  record.event = 0;
  record.outcome = base::Outcome::kAccepted;
  record.received = record.event_time = kNow;
  record.subject = {kPerson};
  record.gpc = gpc;
  ReadSignals(plan, plan.sources[0], event, kNow, metrics, record);
  const base::EventFields fields(event);
  const std::vector subjects = index.SubjectsOf(std::vector{kPerson});
  policies::DecisionInput input;
  input.contract = 0;
  input.event_time = input.now = kNow;
  input.subjects = subjects;
  input.identified = true;
  input.signals = {record.denied_purposes, record.gpc, record.denials};
  input.fields = &fields;
  Decided decided;
  for (std::uint16_t d = 0; d < plan.destinations.size(); ++d)
    decided.verdicts.push_back(plan.policies->Decide(input, d, index));
  // The second decision knows of the signals what the journal kept, whatever the first one said.
  for (base::Verdict verdict : decided.verdicts) {
    verdict.allowed = true;
    verdict.purposes = ~0U;
    record.verdicts.push_back(verdict);
  }
  std::string bytes;
  Encode(record, bytes);
  journal::EventRecord read;
  EXPECT_TRUE(Decode(bytes, read));
  for (std::uint16_t d = 0; d < plan.destinations.size(); ++d)
    decided.leaves.push_back(DecideAgain(plan, d, index, read, fields, kNow));
  return decided;
}

std::vector<int> Numbers(std::istringstream& words) {
  std::vector<int> numbers;
  for (int number = 0; words >> number;) numbers.push_back(number);
  return numbers;
}

signals::Ranges RangesOf(std::istringstream& words) {
  signals::Ranges ranges;
  for (std::string range; words >> range;) {
    const int first = std::stoi(range);
    const std::size_t dash = range.find('-');
    ranges.emplace_back(first, dash == range.npos ? first : std::stoi(range.substr(dash + 1)));
  }
  return ranges;
}

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) {
    const std::size_t first = part.find_first_not_of(' ');
    parts.push_back(
        first == part.npos ? "" : part.substr(first, part.find_last_not_of(' ') + 1 - first));
  }
  return parts;
}

// "tcf purposes 1 2, disclosed 11": the table's words for a TC string.
std::string TcString(const std::string& says) {
  constexpr std::int64_t kDay = 86'400'000;
  signals::Written written;
  written.purposes = {1, 2, 3, 4, 7, 8, 9};
  written.disclosed = {10, 11, 12, 20, 755};
  std::string behind;
  for (const std::string& part : Split(says.substr(says.find("tcf") + 3), ',')) {
    std::istringstream words(part);
    std::string word;
    words >> word;
    if (word == "purposes") written.purposes = Numbers(words);
    if (word == "interests") written.interests = Numbers(words);
    if (word == "disclosed") written.disclosed = Numbers(words);
    if (word == "vendors") written.vendors = RangesOf(words);
    if (word == "rule") {
      auto& rule = written.rules.emplace_back();
      words >> rule.purpose >> rule.type;
      rule.vendors = RangesOf(words);
    }
    if (word == "policy") words >> written.policy;
    if (word == "cmp") words >> written.cmp;
    if (word == "version") words >> written.version;
    if (word == "global") written.service_specific = false;
    if (word == "undisclosed") written.disclosed_there = false;
    if (word == "purpose-one-not-disclosed") written.purpose_one_treatment = true;
    if (word == "garbage") behind = "AAAAB";
    if (word == "expired") written.created = written.last_updated = kNow - 391 * kDay;
    if (word == "future") written.created = written.last_updated = kNow + 2 * kDay;
  }
  return written.Text() + behind;
}

// The member `signal` of an event, or "" for none.
std::string SignalOf(const std::string& says) {
  if (says == "nothing") return "";
  std::string value = says;
  if (says.starts_with("tcf")) value = '"' + TcString(says) + '"';
  if (says.starts_with("gpp tcf")) value = "\"DBABM~" + TcString(says) + '"';
  // Section 7, US national: a core that nobody reads, then GPC: type 1, the bit.
  if (says == "gpp us gpc on") value = R"("DBABLA~BVVVVVVVVWA.YA")";
  if (says == "gpp us gpc off") value = R"("DBABLA~BVVVVVVVVWA.QA")";
  if (says == "gpp us gpc unreadable") value = R"("DBABLA~BVVVVVVVVWA.*")";
  return value;
}

std::string EventWith(const std::string& signal) {
  return signal.empty() ? R"({"type":"page"})" : R"({"type":"page","signal":)" + signal + "}";
}

std::string Ignored(const base::Metrics& metrics) {
  const std::string text = metrics.Render();
  const std::size_t at = text.find("octroi_signals_ignored_total{");
  if (at == text.npos) return "-";
  constexpr std::string_view kReason = "reason=\"";
  const std::size_t from = text.find(kReason, at) + kReason.size();
  return text.substr(from, text.find('"', from) - from);
}

struct Row {
  int line = 0;
  std::string reads, says, withheld, ignored;
};

std::vector<Row> Rows() {
  std::ifstream file(OCTROI_SOURCE_DIR "/tests/gateway/signals.cases");
  std::vector<Row> rows;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    line = line.substr(0, line.find("   #"));
    if (line.empty() || line.starts_with('#')) continue;
    const std::vector<std::string> cells = Split(line, '|');
    EXPECT_EQ(cells.size(), 4u) << number;
    rows.push_back({number, cells[0], cells[1], cells[2], cells[3]});
  }
  return rows;
}

std::set<std::string> Expected(const Row& row) {
  const std::vector<std::string> parts = Split(row.withheld, ',');
  return row.withheld == "none" ? std::set<std::string>() : std::set(parts.begin(), parts.end());
}

TEST(EventSignals, EveryRowOfTheTable) {
  std::set<std::string> reasons;
  const std::vector<Row> rows = Rows();
  ASSERT_GT(rows.size(), 80u);
  for (const Row& row : rows) {
    const Plan plan = PlanOf("[{ " + row.reads + ", field: signal }]");
    base::Metrics metrics;
    const Decided decided =
        Decide(plan, EventWith(SignalOf(row.says)), &metrics, false, AllGranted());
    std::set<std::string> found, again;
    for (std::size_t d = 0; d < kPlaces; ++d) {
      const std::string to = std::string(kServed[d].destination) + " ";
      const base::Verdict& verdict = decided.verdicts[d];
      if (!verdict.allowed) found.insert(to + std::string(base::Name(verdict.reason)));
      if (!decided.leaves[d].allowed)
        again.insert(to + std::string(base::Name(decided.leaves[d].reason)));
    }
    const std::string where =
        "signals.cases:" + std::to_string(row.line) + ": " + row.reads + " | " + row.says;
    EXPECT_EQ(found, Expected(row)) << where;
    EXPECT_EQ(again, Expected(row)) << where << ", as it is sent";
    EXPECT_EQ(Ignored(metrics), row.ignored) << where;
    for (const std::string& one : found) reasons.insert(one.substr(one.find(' ') + 1));
  }
  EXPECT_EQ(reasons,
            (std::set<std::string>{"signal.denied", "signal.gpc", "tcf.vendor_not_disclosed",
                                   "tcf.vendor_not_consented", "tcf.purpose_not_consented",
                                   "tcf.restricted_by_publisher"}));
}

// A signal of any kind, sensible or not.
class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  std::size_t Below(std::size_t end) { return engine_() % end; }
  template <std::size_t N>
  std::string Of(const char* const (&words)[N]) {
    return words[Below(N)];
  }
  std::string Value(int depth = 2) {
    switch (Below(depth > 0 ? 8 : 6)) {
      case 0:
        return Of({"true", "false", "null", "0", "1", "1.5"});
      case 1:
        return Of({"\"granted\"", "\"denied\"", "\"\"", "\"1\"", "\"C0004\"", R"("a\"b")"});
      case 2:
        return '"' + Tcf() + '"';
      case 3:
        return "\"DBABM~" + Tcf() + '"';
      case 4:
        return Of({R"("DBABLA~BVVVVVVVVWA.YA")", R"("DBABLA~BVVVVVVVVWA.*")", "\"DBAA\""});
      case 5:
        return "{" + Member(R"("deniedConsentIds")", List()) + "," +
               Member(R"("allowedConsentIds")", List()) + "}";
      case 6:
        return List();
      default:
        break;
    }
    std::string object = "{";
    std::set<std::string> seen;
    for (std::size_t left = Below(5); left > 0; --left) {
      const std::string name = Name();
      if (!seen.insert(name).second) continue;
      object += (object.size() > 1 ? "," : "") + Member(name, Value(depth - 1));
    }
    return object + "}";
  }
  std::string Reads() {
    std::string reads = "[";
    for (std::size_t left = 1 + Below(3); left > 0; --left) {
      const std::string kind =
          Of({"purposes", "segment", "rudderstack", "google", "tcf", "gpp", "gpc"});
      const std::string field = Of({"signal", "signal", "context.other"});
      std::string more;
      if (kind == "tcf" && Below(2) == 0)
        more = Of({", vendor: 11", ", map: { 3: [crm.management] }"});
      if (kind == "rudderstack" && Below(2) == 0) more = ", map: { C0004: [analytics.audience] }";
      reads += "{ read: " + kind + ", field: " + field + more + " }" + (left > 1 ? ", " : "]");
    }
    return reads;
  }

 private:
  static std::string Member(const std::string& name, const std::string& value) {
    return name + ":" + value;
  }
  std::string Name() {
    return Of({"\"marketing.email\"", "\"Advertising\"", "\"C0004\"", "\"ad_user_data\"",
               "\"analytics_storage\"", "\"crm\"", "\"deniedConsentIds\"", R"("m\u0061rketing")"});
  }
  std::string List() {
    std::string list = "[";
    for (std::size_t left = Below(4); left > 0; --left) list += Name() + (left > 1 ? "," : "");
    return list + "]";
  }
  std::string Tcf() {
    signals::Written written;
    const auto some = [&](int most) {
      std::vector<int> ids;
      for (int id = 1; id <= most; ++id) {
        if (Below(3) != 0) ids.push_back(id);
      }
      return ids;
    };
    written.purposes = some(10);
    written.disclosed = some(30);
    if (written.disclosed.empty()) written.disclosed = {755};
    if (Below(2) == 0) written.rules.push_back({3, static_cast<int>(Below(4)), {{1, 755}}});
    if (Below(6) == 0) written.policy = static_cast<int>(Below(7));
    std::string text = written.Text();
    if (Below(4) == 0) text[Below(text.size())] = "AZaz09-_."[Below(9)];
    return text;
  }
  std::mt19937 engine_;
};

// For any event: a signal that is added never turns a destination that gets nothing into one that
// gets something, nor a purpose that is not allowed into one that is; not now, not as it is sent.
TEST(EventSignals, NothingThatAccompaniesAnEventLetsMoreThrough) {
  Random random(20261122);
  std::size_t denied = 0, tcf = 0;
  for (int round = 0; round < 400; ++round) {
    const Plan plan = PlanOf(random.Reads());
    policies::ConsentIndex index(kPlaces);
    for (std::size_t place = 0; place < kPlaces; ++place) {
      constexpr policies::ConsentState kStates[] = {
          policies::ConsentState::kGranted, policies::ConsentState::kGranted,
          policies::ConsentState::kDenied, policies::ConsentState::kWithdrawn};
      index.Set(kPerson, place, {kStates[random.Below(4)], 1, 0, 1});
    }
    const Decided without = Decide(plan, EventWith(""), nullptr, false, index);
    for (int event = 0; event < 25; ++event) {
      const std::string text = EventWith(random.Value());
      const bool gpc = random.Below(4) == 0;
      const Decided with = Decide(plan, text, nullptr, gpc, index);
      for (std::size_t d = 0; d < kPlaces; ++d) {
        const base::Verdict &before = without.verdicts[d], &after = with.verdicts[d];
        ASSERT_TRUE(before.allowed || !after.allowed) << kServed[d].destination << ": " << text;
        ASSERT_EQ(after.purposes & ~before.purposes, 0u) << text;
        ASSERT_TRUE(without.leaves[d].allowed || !with.leaves[d].allowed) << text;
        ASSERT_TRUE(after.allowed || !with.leaves[d].allowed) << "as it is sent: " << text;
        denied += before.allowed && !after.allowed ? 1 : 0;
        tcf += base::Name(after.reason).starts_with("tcf.") ? 1 : 0;
      }
    }
  }
  EXPECT_GT(denied, 1'000u) << "the signals must have said something";
  EXPECT_GT(tcf, 100u);
}

}  // namespace
}  // namespace octroi::gateway
