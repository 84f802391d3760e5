// Every record survives its encoding, and nothing else decodes.
#include "journal/records.h"

#include <gtest/gtest.h>

#include "journal/access_record.h"
#include "journal/task_record.h"

namespace octroi::journal {
namespace {

EventRecord SomeEvent() {
  EventRecord record;
  record.plan = 3;
  record.source = 2;
  record.event = 1;
  record.contract = 7;
  record.outcome = base::Outcome::kAccepted;
  record.reason = base::Reason::kAccepted;
  record.received = 1'795'300'000'123;
  record.event_time = -5;
  record.evaluated = ~0ull;
  record.failed = 0b1010;
  record.repaired = 1;
  record.usable = true;
  record.has_payload = true;
  record.gpc = true;
  record.denied_purposes = 0x80000001;
  record.merged_into = 99;
  record.message.fill(0xaa);
  record.body_digest = 0x1122334455667788;
  record.commitment.fill(0x55);
  record.subject.resize(2);
  record.subject[1].fill(0x01);
  record.unique.push_back({static_cast<base::Reason>(300), {}, 7});
  record.verdicts.push_back({0, true, base::Reason::kConsentGranted, 3, 42});
  record.verdicts.push_back({1, false, base::Reason::kConsentUnknown, 0, 0});
  return record;
}

std::string Encoded(const auto& record) {
  std::string out;
  Encode(record, out);
  return out;
}

template <class Record>
void SurvivesAndNothingElseDecodes(const Record& record) {
  const std::string bytes = Encoded(record);
  Record back;
  ASSERT_TRUE(Decode(bytes, back));
  EXPECT_EQ(Encoded(back), bytes);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    EXPECT_FALSE(Decode(bytes.substr(0, cut), back)) << "cut at " << cut;
  }
  EXPECT_FALSE(Decode(bytes + '\0', back));
}

TEST(Records, EventSurvives) { SurvivesAndNothingElseDecodes(SomeEvent()); }

// What a signal denies at one destination stands behind all else, and a record without it is as it
// was before there was any.
TEST(Records, DenialsOfSingleDestinationsSurvive) {
  const std::string before = Encoded(SomeEvent());
  EventRecord record = SomeEvent();
  record.denials = {{1, base::Reason::kTcfVendorNotDisclosed, 0x80000003},
                    {300, base::Reason::kTcfRestricted, 1}};
  SurvivesAndNothingElseDecodes(record);
  const std::string bytes = Encoded(record);
  EXPECT_EQ(bytes[1], before[1] | 8);
  EXPECT_EQ(bytes.substr(2, before.size() - 2), before.substr(2));
  EventRecord back;
  ASSERT_TRUE(Decode(bytes, back));
  ASSERT_EQ(back.denials.size(), 2u);
  EXPECT_EQ(back.denials[1].destination, 300);
  EXPECT_EQ(back.denials[1].reason, base::Reason::kTcfRestricted);
  EXPECT_EQ(back.denials[0].purposes, 0x80000003u);
  ASSERT_TRUE(Decode(before, back));
  EXPECT_TRUE(back.denials.empty());
  std::string none = before;
  none[1] = static_cast<char>(none[1] | 8);
  EXPECT_FALSE(Decode(none + '\0', back)) << "said to be there, and is not";
}

// The same of its campaign, and a flag beside it.
TEST(Records, CampaignAndMissingRequiredFieldSurvive) {
  const std::string before = Encoded(SomeEvent());
  EventRecord record = SomeEvent();
  record.campaign = UINT64_MAX - 1;
  record.required_missing = true;
  SurvivesAndNothingElseDecodes(record);
  record.denials = {{1, base::Reason::kTcfRestricted, 1}};
  SurvivesAndNothingElseDecodes(record);
  record.denials.clear();
  const std::string bytes = Encoded(record);
  EXPECT_EQ(bytes[1], before[1] | 16 | 32);
  EXPECT_EQ(bytes.substr(2, before.size() - 2), before.substr(2));
  EventRecord back;
  ASSERT_TRUE(Decode(bytes, back));
  EXPECT_EQ(back.campaign, UINT64_MAX - 1);
  EXPECT_TRUE(back.required_missing);
  ASSERT_TRUE(Decode(before, back));
  EXPECT_EQ(back.campaign, 0u);
  EXPECT_FALSE(back.required_missing);
  std::string none = before;
  none[1] = static_cast<char>(none[1] | 16);
  EXPECT_FALSE(Decode(none + std::string(8, '\0'), back)) << "said to be there, and is not";
}

TEST(Records, EventDecodesIntoUsedMemory) {
  EventRecord used = SomeEvent();
  used.denials = {{1, base::Reason::kTcfRestricted, 1}};
  ASSERT_TRUE(Decode(Encoded(EventRecord{}), used));
  EXPECT_TRUE(used.verdicts.empty());
  EXPECT_TRUE(used.denials.empty());
  EXPECT_TRUE(used.subject.empty());
  EXPECT_FALSE(used.usable);
}

TEST(Records, OutcomeSurvives) {
  OutcomeRecord record;
  record.destination = 4;
  record.outcome = base::Outcome::kSent;
  record.reason = base::Reason::kDelivered;
  record.at = 1'795'300'000'123;
  record.attempt = 2;
  record.http_status = 202;
  record.events = {5, 6, 900, 1ull << 40};
  SurvivesAndNothingElseDecodes(record);
  OutcomeRecord back;
  ASSERT_TRUE(Decode(Encoded(record), back));
  EXPECT_EQ(back.events, record.events);
}

TEST(Records, ConsentAndPlanSurvive) {
  ConsentRecord consent;
  consent.detail = "sealed";
  consent.subject.resize(1);
  consent.purpose = "marketing.email";
  consent.state = 3;
  SurvivesAndNothingElseDecodes(consent);
  PlanRecord plan;
  plan.number = 1;
  plan.tenant = "demo";
  plan.plan_digest.assign(32, 'p');
  plan.config_digest.assign(32, 'c');
  plan.names = "{}";
  SurvivesAndNothingElseDecodes(plan);
}

AccessRecord SomeAccess() {
  AccessRecord record;
  record.plan = 8;
  record.at = 1'795'300'000'123;
  record.access = Access::kOpened;
  record.uid = 1000;
  record.role = "support";
  record.request = 0x1122334455667788;
  record.domain = "emailing";
  record.field = "email";
  record.refusal = "access.role";
  record.subject.resize(2);
  record.subject[1].fill(0x7f);
  record.detail = "sealed";
  return record;
}

TEST(Records, AccessSurvives) {
  SurvivesAndNothingElseDecodes(SomeAccess());
  EXPECT_EQ(*KindOf(Encoded(SomeAccess())), kAccessRecord);
  AccessRecord nobody = SomeAccess();
  nobody.access = Access::kUndecided;
  AccessRecord back;
  EXPECT_FALSE(Decode(Encoded(nobody), back));
}

// Nobody moves a reason to another request, moment or person.
TEST(Records, TheReasonOfAnAccessIsSealedInItsPlace) {
  const auto keys = crypto::KeyRing::FromRoot("test", std::string(32, 'k'));
  AccessRecord record = SomeAccess();
  record.detail = SealReason(*keys, record, "Demande de Jeanne");
  EXPECT_EQ(record.detail.find("Jeanne"), std::string::npos);
  EXPECT_EQ(OpenReason(*keys, record), "Demande de Jeanne");
  for (const auto& change :
       {+[](AccessRecord& one) { ++one.request; }, +[](AccessRecord& one) { ++one.at; },
        +[](AccessRecord& one) { ++one.uid; }, +[](AccessRecord& one) { one.role = "it"; },
        +[](AccessRecord& one) { one.detail.clear(); }}) {
    AccessRecord other = record;
    change(other);
    EXPECT_FALSE(OpenReason(*keys, other));
  }
  EXPECT_EQ(SealReason(*keys, record, ""), "");
}

TaskRecord SomeTask(TaskStep step) {
  TaskRecord record;
  record.step = step;
  record.plan = 8;
  record.at = 1'795'300'000'123;
  record.task = "t_5TT0";
  if (step == TaskStep::kClosed) {
    record.uid = 1000;
    record.note = "sealed";
    return record;
  }
  record.consent = "0190-a";
  record.handle = "s_01J8";
  record.purpose = "marketing.email";
  record.state = 5;
  record.effective_at = -5;
  record.recorded_at = 1'795'300'000'000;
  record.destination = 65'535;
  record.deliveries = 3'000'000'000;
  record.perhaps = 7;
  record.due = 1'797'000'000'000;
  return record;
}

TEST(Records, ATaskSurvives) {
  for (const TaskStep step : {TaskStep::kOpened, TaskStep::kClosed}) {
    SurvivesAndNothingElseDecodes(SomeTask(step));
    EXPECT_EQ(*KindOf(Encoded(SomeTask(step))), kTaskRecord);
  }
  TaskRecord back;
  TaskRecord wrong = SomeTask(TaskStep::kOpened);
  wrong.step = static_cast<TaskStep>(3);
  EXPECT_FALSE(Decode(Encoded(wrong), back));
  wrong = SomeTask(TaskStep::kClosed);
  wrong.task.clear();
  EXPECT_FALSE(Decode(Encoded(wrong), back));
}

// Nobody moves a note to another task, moment or person.
TEST(Records, TheNoteOfATaskIsSealedInItsPlace) {
  const auto keys = crypto::KeyRing::FromRoot("test", std::string(32, 'k'));
  const std::string note = SealNote(*keys, "t_a", 5, 1000, "Appel de Jeanne");
  EXPECT_EQ(note.find("Jeanne"), std::string::npos);
  EXPECT_EQ(OpenNote(*keys, "t_a", 5, 1000, note), "Appel de Jeanne");
  EXPECT_FALSE(OpenNote(*keys, "t_b", 5, 1000, note));
  EXPECT_FALSE(OpenNote(*keys, "t_a", 6, 1000, note));
  EXPECT_FALSE(OpenNote(*keys, "t_a", 5, 1001, note));
  EXPECT_FALSE(OpenNote(*keys, "t_a", 5, 1000, ""));
  EXPECT_EQ(SealNote(*keys, "t_a", 5, 1000, ""), "");
}

TEST(Records, AnUndecidedVerdictDenies) {
  EXPECT_FALSE(base::Verdict{}.allowed);
  EXPECT_EQ(base::Name(base::Verdict{}.reason), "undecided");
}

TEST(Payload, KeepsJudgedFieldsAsTheyWere) {
  base::EventParser parser;
  base::Event event;
  const std::vector<base::PathMap::Entry> entries{
      {"email", 0}, {"name", 1}, {"amount", 2}, {"gone", 3}};
  const auto paths = base::PathMap::Compile(entries);
  ASSERT_TRUE(paths);
  const std::string json = R"({"email":" A@b.fr ","name":"J\u00e9r\u00f4me","amount":1.50})";
  ASSERT_EQ(parser.Parse(json, *paths, event).reason, base::Reason::kUndecided);
  const std::string repaired = "\"a@b.fr\"";
  event.Replace(0, {base::JsonType::kString, repaired, std::string_view(repaired).substr(1, 6)});

  std::string bytes;
  const std::vector<base::FieldId> fields{0, 1, 2, 3};
  EncodePayload(event, fields, Commitment{}, bytes);
  PayloadView view;
  ASSERT_TRUE(view.Decode(bytes));
  EXPECT_EQ(view.text(), json);
  EXPECT_EQ(view.Field(0).raw, repaired);
  EXPECT_EQ(view.Field(0).text, "a@b.fr");
  EXPECT_EQ(view.Field(1).text, "Jérôme");
  EXPECT_EQ(view.Field(2).raw, "1.50");
  EXPECT_EQ(view.Field(2).type, base::JsonType::kDecimal);
  EXPECT_FALSE(view.Field(3).present());
  for (std::size_t cut = 0; cut < bytes.size(); ++cut)
    EXPECT_FALSE(view.Decode(bytes.substr(0, cut)));
}

}  // namespace
}  // namespace octroi::journal
