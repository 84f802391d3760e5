// What becomes of an event: precedence of outcomes, severities, required and extra fields,
// observing.
#include "bench.h"

namespace octroi::rules {
namespace {

using base::Outcome;
using base::Reason;

// A rule that fails when its field is "bad".
RuleSpec NotBad(base::FieldId field, OnFail on_fail, Severity severity = Severity::kMajor) {
  CheckSpec check;
  check.field = field;
  check.not_in_list = ListOf({"bad"});
  return RuleOf(check, on_fail, severity);
}

RuleSpec Unique(base::FieldId field) {
  CheckSpec check;
  check.unique_on = {field};
  check.within = 1000;
  return RuleOf(check, OnFail::kMerge);
}

// Every field is bad, and was seen before.
Judgement JudgeBad(const std::vector<RuleSpec>& rules, bool observe = false) {
  ContractSpec spec = SpecOf(rules);
  spec.observe = observe;
  const Contract contract = ContractOf(std::move(spec));
  EverythingSeen seen;
  Surroundings around;
  around.seen = &seen;
  Contract::Scratch scratch;
  for (int time = 0;; ++time) {
    EventOf event(R"({"a":"bad","b":"bad","c":"bad"})");
    const Judgement found = contract.Judge(*event, around, scratch);
    if (time == 1) return found;
  }
}

struct Row {
  const char* name;
  std::vector<RuleSpec> rules;
  Outcome outcome;
  Reason reason;
};

TEST(Outcomes, Precedence) {
  const RuleSpec keep = NotBad(kA, OnFail::kKeep);
  const RuleSpec drop = NotBad(kA, OnFail::kDropField);
  const RuleSpec hold = NotBad(kB, OnFail::kQuarantine);
  const RuleSpec refuse = NotBad(kC, OnFail::kReject);
  const RuleSpec merge = Unique(kA);
  const std::vector<Row> rows = {
      {"nothing", {}, Outcome::kAccepted, Reason::kAccepted},
      {"keep", {keep}, Outcome::kAccepted, Reason::kAccepted},
      {"drop-field", {drop}, Outcome::kAccepted, Reason::kAccepted},
      {"quarantine", {keep, hold}, Outcome::kQuarantined, ReasonOf(1)},
      {"merge", {merge}, Outcome::kMerged, ReasonOf(0)},
      {"reject", {refuse}, Outcome::kRejected, ReasonOf(0)},
      {"merge over quarantine", {hold, merge}, Outcome::kMerged, ReasonOf(1)},
      {"merge over quarantine, other order", {merge, hold}, Outcome::kMerged, ReasonOf(0)},
      {"reject over all", {keep, hold, merge, refuse, drop}, Outcome::kRejected, ReasonOf(3)},
      {"reject over merge, other order", {refuse, merge}, Outcome::kRejected, ReasonOf(0)},
      {"the first of two", {keep, hold, hold}, Outcome::kQuarantined, ReasonOf(1)},
      {"the first of two rejecting", {hold, refuse, refuse}, Outcome::kRejected, ReasonOf(1)},
  };
  for (const Row& row : rows) {
    const Judgement found = JudgeBad(row.rules);
    EXPECT_EQ(found.outcome, row.outcome) << row.name;
    EXPECT_EQ(found.reason, row.reason) << row.name;
    EXPECT_EQ(found.failed, (1u << row.rules.size()) - 1)
        << row.name << ": no failure hides another";
    const Judgement observed = JudgeBad(row.rules, true);
    EXPECT_EQ(observed.outcome, Outcome::kAccepted) << row.name;
    EXPECT_EQ(observed.reason, Reason::kAccepted) << row.name;
    EXPECT_EQ(observed.failed, found.failed) << row.name;
    EXPECT_EQ(observed.evaluated, found.evaluated) << row.name;
    EXPECT_EQ(observed.usable, found.usable) << row.name;
  }
}

TEST(Outcomes, OnlyABlockingRuleMakesARecordUnusable) {
  for (const OnFail action : {OnFail::kKeep, OnFail::kQuarantine, OnFail::kReject}) {
    EXPECT_TRUE(JudgeBad({NotBad(kA, action, Severity::kMinor)}).usable);
    EXPECT_TRUE(JudgeBad({NotBad(kA, action, Severity::kMajor)}).usable);
    EXPECT_FALSE(JudgeBad({NotBad(kA, action, Severity::kBlocking)}).usable);
    EXPECT_TRUE(JudgeBad({NotBad(kD, action, Severity::kBlocking)}).usable);
  }
}

TEST(Outcomes, SixtyFourRulesHaveABitEach) {
  std::vector<RuleSpec> rules(63, NotBad(kD, OnFail::kKeep));
  rules.push_back(NotBad(kA, OnFail::kReject));
  const Judgement found = JudgeBad(rules);
  EXPECT_EQ(found.evaluated, ~std::uint64_t{0});
  EXPECT_EQ(found.failed, std::uint64_t{1} << 63);
  EXPECT_EQ(found.reason, ReasonOf(63));
}

// Judges `json` by a contract that lists only a (required) and b.
Judgement JudgeFields(ExtraFields extra, EventOf& event, bool observe = false) {
  ContractSpec spec = SpecOf({});
  spec.fields = {{kA, true}, {kB, false}};
  spec.extra_fields = extra;
  spec.observe = observe;
  Contract::Scratch scratch;
  return ContractOf(std::move(spec)).Judge(*event, {}, scratch);
}

TEST(Fields, ARequiredFieldMustBeThereAndNotEmpty) {
  for (const char* json : {"{}", R"({"a":null})", R"({"a":""})", R"({"b":"x"})"}) {
    EventOf event(json);
    const Judgement found = JudgeFields(ExtraFields::kAllow, event);
    EXPECT_EQ(found.outcome, Outcome::kQuarantined) << json;
    EXPECT_EQ(found.reason, Reason::kContractRequired) << json;
    EXPECT_FALSE(found.usable) << json;
    EXPECT_EQ(JudgeFields(ExtraFields::kAllow, event, true).outcome, Outcome::kAccepted) << json;
  }
  for (const char* json : {R"({"a":"x"})", R"({"a":0})", R"({"a":false})", R"({"a":" "})"}) {
    EventOf event(json);
    EXPECT_EQ(JudgeFields(ExtraFields::kAllow, event).outcome, Outcome::kAccepted) << json;
  }
}

TEST(Fields, RequiredIsAskedAfterTheRepairs) {
  RuleSpec trims = NotBad(kA, OnFail::kKeep);
  trims.repair = {Repair::kTrim};
  ContractSpec spec = SpecOf({trims});
  spec.fields[0].required = true;
  EventOf event(R"({"a":"  "})");
  Contract::Scratch scratch;
  EXPECT_EQ(ContractOf(spec).Judge(*event, {}, scratch).reason, Reason::kContractRequired);
}

TEST(Fields, ExtraOnes) {
  EventOf allowed(R"({"a":"x","c":"y"})");
  EXPECT_EQ(JudgeFields(ExtraFields::kAllow, allowed).outcome, Outcome::kAccepted);
  EXPECT_TRUE(allowed.present(kC));

  EventOf dropped(R"({"a":"x","c":"y"})");
  EXPECT_EQ(JudgeFields(ExtraFields::kDrop, dropped).outcome, Outcome::kAccepted);
  EXPECT_FALSE(dropped.present(kC));
  EXPECT_TRUE(dropped.present(kA));

  EventOf held(R"({"a":"x","c":"y"})");
  const Judgement found = JudgeFields(ExtraFields::kQuarantine, held);
  EXPECT_EQ(found.outcome, Outcome::kQuarantined);
  EXPECT_EQ(found.reason, Reason::kContractExtraField);
  EXPECT_TRUE(held.present(kC));

  EventOf both(R"({"c":"y"})");  // `fields` stands before `extra_fields` in the file
  EXPECT_EQ(JudgeFields(ExtraFields::kQuarantine, both).reason, Reason::kContractRequired);
  EventOf null(R"({"a":"x","c":null})");
  EXPECT_EQ(JudgeFields(ExtraFields::kQuarantine, null).outcome, Outcome::kAccepted);
}

TEST(Fields, DropFieldTakesTheFieldAndKeepsTheRecord) {
  const Contract contract =
      ContractOf(SpecOf({NotBad(kA, OnFail::kDropField), NotBad(kA, OnFail::kKeep)}));
  EventOf event(R"({"a":"bad","b":"x"})");
  Contract::Scratch scratch;
  const Judgement found = contract.Judge(*event, {}, scratch);
  EXPECT_EQ(found.outcome, Outcome::kAccepted);
  EXPECT_EQ(found.failed, 0b11u);  // the second rule still saw it
  EXPECT_FALSE(event.present(kA));
  EXPECT_EQ((*event)[kA].type, base::JsonType::kAbsent);
  EXPECT_TRUE(event.present(kB));
}

TEST(Fields, ObservingDropsNothing) {
  ContractSpec spec = SpecOf({NotBad(kA, OnFail::kDropField)});
  spec.observe = true;
  EventOf event(R"({"a":"bad"})");
  Contract::Scratch scratch;
  EXPECT_EQ(ContractOf(spec).Judge(*event, {}, scratch).failed, 1u);
  EXPECT_TRUE(event.present(kA));
}

}  // namespace
}  // namespace octroi::rules
