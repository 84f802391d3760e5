// What POST /v1/consents refuses, and that no refusal repeats what was posted. In every row the
// posted values begin with "posted"; the answer must not contain the word.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "gateway/world.h"

namespace octroi::gateway {
namespace {

using Members = std::map<std::string, std::string>;  // name -> JSON; empty: the member is not there

// A grant with everything it needs, but for what `changed` says.
std::string Grant(const Members& changed) {
  Members members = {{"subject", R"({"email":"posted@example.org"})"},
                     {"purpose", R"("marketing.email")"},
                     {"state", R"("granted")"},
                     {"effective_at", R"("2026-11-21T09:00:00Z")"},
                     {"notice", R"("posted-notice")"},
                     {"id", R"("posted-id")"},
                     {"evidence", R"({"method":"posted-tick-box"})"}};
  for (const auto& [name, json] : changed) members[name] = json;
  std::string body;
  for (const auto& [name, json] : members) {
    if (json.empty()) continue;
    body.append(body.empty() ? "{\"" : ",\"").append(name).append("\":").append(json);
  }
  return body + "}";
}

class ConsentDoor : public ::testing::Test {
 protected:
  ConsentDoor() { desk_.Start(); }
  Response Post(const std::string& body) {
    Reply reply;
    auto refused = desk_.Submit(world_.plan, world_.plan->sources[kShop], body,
                                [&] { return reply.Promise(); });
    return refused ? *std::move(refused) : reply.Wait();
  }
  void ExpectSilent(const Response& problem) const {
    EXPECT_EQ(problem.content_type, "application/problem+json");
    EXPECT_EQ(problem.body.find("posted"), std::string::npos) << problem.body;
    for (const auto& [name, value] : problem.headers)
      EXPECT_EQ(value.find("posted"), std::string::npos) << name;
  }
  void ExpectNoTrace() {
    EXPECT_EQ(world_.journal->durable_through(), 0u);
    EXPECT_TRUE(world_.ConsentsInStore().empty());
    EXPECT_EQ(world_.index->subjects(), 0u);
  }
  World world_;
  ConsentDesk desk_{world_.DeskParts()};
};

TEST_F(ConsentDoor, WhatIsNotJsonIsRefused) {
  struct Row {
    const char* name;
    std::string body;
    const char* code;
  };
  const std::vector<Row> rows = {
      {"nothing at all", "", "json.invalid"},
      {"words", "posted words", "json.invalid"},
      {"cut off in the middle", R"({"purpose":"posted)", "json.invalid"},
      {"something after the end", Grant({}) + " posted", "json.invalid"},
      {"a list of events", "[" + Grant({}) + "]", "json.invalid"},
      {"a member said twice", R"({"purpose":"posted","purpose":"posted"})", "json.duplicate_key"},
      {"evidence too deep", Grant({{"evidence", std::string(40, '[') + std::string(40, ']')}}),
       "json.limit"},
      {"evidence too long", Grant({{"evidence", '"' + std::string(70'000, 'p') + '"'}}),
       "json.limit"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const Response answer = Post(row.body);
    EXPECT_EQ(answer.status, row.code == std::string("json.limit") ? 413 : 400);
    EXPECT_EQ(CodeOf(answer), row.code);
    ExpectSilent(answer);
  }
  ExpectNoTrace();
}

struct Refusal {
  const char* name;
  Members changed;
  const char* code;
  const char* pointer;  // what the answer names instead of the value
};

class Refusals : public ConsentDoor {
 protected:
  void ExpectRefused(const std::vector<Refusal>& rows) {
    for (const Refusal& row : rows) {
      SCOPED_TRACE(row.name);
      const Response answer = Post(Grant(row.changed));
      EXPECT_EQ(answer.status, 422);
      EXPECT_EQ(CodeOf(answer), row.code);
      EXPECT_NE(answer.body.find(row.pointer), std::string::npos) << answer.body;
      ExpectSilent(answer);
    }
    ExpectNoTrace();
  }
};

TEST_F(Refusals, WhatAWordIsFor) {
  ExpectRefused({
      {"a scope that is none", {{"scope", R"("posted")"}}, "consent.scope_invalid", "/scope"},
      {"a kind that is none",
       {{"scope", R"({"kind":"posted"})"}},
       "consent.scope_invalid",
       "/scope"},
      {"a member that nobody reads",
       {{"scope", R"({"kind":"account","posted":1})"}},
       "consent.scope_invalid",
       "/scope"},
      {"a device, where there is only an address",
       {{"scope", R"({"kind":"device"})"}},
       "consent.scope_empty",
       "/scope/kind"},
      {"for all devices of an account, and the person was not told so",
       {{"scope", R"({"kind":"account","cross_device_disclosed":false})"}},
       "consent.scope_not_disclosed",
       "/scope/cross_device_disclosed"},
      {"another account beside a grant",
       {{"with", R"({"customer_id":"posted"})"}},
       "consent.member_unknown",
       "/with"},
  });
}

TEST_F(Refusals, WhatTheEventClaimsToBe) {
  ExpectRefused({
      {"another form",
       {{"schema_version", R"("posted")"}},
       "consent.schema_unknown",
       "/schema_version"},
      {"another tenant", {{"tenant", R"("posted")"}}, "consent.tenant_unknown", "/tenant"},
      {"no country",
       {{"jurisdiction", R"("posted")"}},
       "consent.jurisdiction_invalid",
       "/jurisdiction"},
      {"a grant by contract",
       {{"lawful_basis", R"("eu-gdpr:A6-1-b")"}},
       "consent.lawful_basis_invalid",
       "/lawful_basis"},
      {"a grant by legitimate interests",
       {{"lawful_basis", R"("eu-gdpr:A6-1-f")"}},
       "consent.lawful_basis_invalid",
       "/lawful_basis"},
      {"special categories, not said explicitly",
       {{"lawful_basis", R"("eu-gdpr:A9-2-a")"}},
       "consent.explicit_missing",
       "/explicit"},
      {"recipients that are no list",
       {{"vendors", R"("posted")"}},
       "consent.limits_invalid",
       "/vendors"},
      {"a recipient that is no name", {{"vendors", R"(["Posted"])"}}, "consent.limits_invalid", ""},
      {"a recipient that is a number", {{"vendors", "[4]"}}, "consent.limits_invalid", "/vendors"},
      {"no controller at all", {{"controllers", "[]"}}, "consent.limits_invalid", "/controllers"},
      {"a category that no field has",
       {{"data_categories", R"(["contact","posted"])"}},
       "consent.category_unknown",
       "/data_categories/1"},
  });
}

TEST_F(Refusals, WhoIsWhom) {
  const auto merge = [](Members more) {
    Members members = {{"purpose", R"("*")"},
                       {"state", R"("merged")"},
                       {"notice", ""},
                       {"evidence", ""},
                       {"subject", R"({"customer_id":"posted-1"})"},
                       {"with", R"({"customer_id":"posted-2"})"}};
    for (const auto& [name, json] : more) members[name] = json;
    return members;
  };
  ExpectRefused({
      {"a merge of one purpose", merge({{"purpose", R"("marketing.email")"}}),
       "consent.state_of_person", "/state"},
      {"with nobody", merge({{"with", ""}}), "consent.with_missing", "/with"},
      {"with what is no object", merge({{"with", R"("posted")"}}), "consent.with_missing", "/with"},
      {"with an address, which is no account",
       merge({{"with", R"({"email":"posted@example.org"})"}}), "consent.with_missing", "/with"},
      {"of an address", merge({{"subject", R"({"email":"posted@example.org"})"}}),
       "consent.merge_without_account", "/subject"},
      {"with itself", merge({{"with", R"({"customer_id":"posted-1"})"}}), "consent.with_same",
       "/with"},
      {"with a member that nobody reads",
       merge({{"with", R"({"customer_id":"posted-2","Posted":1})"}}), "consent.member_unknown",
       "/with/*"},
      {"with a scope", merge({{"scope", R"({"kind":"account"})"}}), "consent.member_unknown",
       "/scope"},
  });
}

TEST_F(Refusals, AChildAndWhoSpeaksForIt) {
  const std::string child =
      R"({"email":"posted@example.org","age_band":"minor_below_digital_age"})";
  ExpectRefused({
      {"an age that is none",
       {{"subject", R"({"email":"posted@example.org","age_band":"posted"})"}},
       "consent.age_band_invalid",
       "\"/subject/age_band\""},
      {"an age in years",
       {{"subject", R"({"email":"posted@example.org","age_band":12})"}},
       "consent.age_band_invalid",
       "\"/subject/age_band\""},
      {"a child alone", {{"subject", child}}, "consent.parent_missing", "\"/actor/kind\""},
      {"a child by an operator",
       {{"subject", child}, {"actor", R"({"kind":"agent"})"}},
       "consent.parent_missing",
       "\"/actor/kind\""},
      {"somebody who is nobody",
       {{"actor", R"({"kind":"posted"})"}},
       "consent.actor_invalid",
       "\"/actor/kind\""},
      {"an actor that is text", {{"actor", R"("posted")"}}, "consent.member_unknown", "\"/actor\""},
      {"more of the actor than is read",
       {{"actor", R"({"kind":"agent","Posted":1})"}},
       "consent.member_unknown",
       "\"/actor/*\""},
      {"explicit as text",
       {{"explicit", R"("posted")"}},
       "consent.explicit_invalid",
       "\"/explicit\""},
  });
}

TEST_F(ConsentDoor, AChildsGrantByItsParentIsRecordedAsOne) {
  const std::string child =
      R"({"email":"posted@example.org","age_band":"minor_below_digital_age"})";
  ASSERT_EQ(Post(Grant({{"subject", child},
                        {"explicit", "true"},
                        {"actor", R"({"kind":"data_subject_and_parent","ref":"posted"})"}}))
                .status,
            201);
  const auto stored = world_.ConsentsInStore();
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].age, policies::AgeBand::kChild);
  EXPECT_TRUE(stored[0].by_parent);
  EXPECT_TRUE(stored[0].explicit_word);
  const auto subject = world_.index->Find(stored[0].subject[0]);
  EXPECT_EQ(world_.index->AgeOf(subject), policies::AgeBand::kChild);
}

// For whom and for what it is; what is not a grant counts for all of its purpose.
TEST_F(ConsentDoor, AGrantMayBeLimited) {
  const Members lists = {{"vendors", R"(["mailer","crm","crm"])"},
                         {"controllers", R"(["us"])"},
                         {"data_categories", R"(["contact"])"}};
  const auto at = [](Members members, const char* time) {
    members["effective_at"] = "\"" + std::string(time) + "\"";
    return members;
  };
  Members no = at(lists, "2026-11-02T09:00:00Z");
  no["state"] = R"("withdrawn")";
  ASSERT_EQ(Post(Grant(at(lists, "2026-11-01T09:00:00Z"))).status, 201);
  ASSERT_EQ(Post(Grant(no)).status, 201);
  ASSERT_EQ(Post(Grant(at({{"vendors", "[]"}}, "2026-11-03T09:00:00Z"))).status, 201);
  auto stored = world_.ConsentsInStore();
  std::ranges::sort(stored, {}, &policies::ConsentEvent::effective_at);
  ASSERT_EQ(stored.size(), 3u);
  EXPECT_EQ(TextOf(stored[0].limits.get()),
            "controllers=us;data_categories=contact;vendors=crm,mailer");
  EXPECT_EQ(stored[1].limits, nullptr);
  EXPECT_EQ(stored[2].limits, nullptr);
}

TEST_F(Refusals, NobodyThatCanBeFound) {
  const char *kMissing = "consent.subject_missing", *kInvalid = "consent.subject_invalid";
  ExpectRefused({
      {"no subject", {{"subject", ""}}, kMissing, "\"/subject\""},
      {"an empty subject", {{"subject", "{}"}}, kMissing, "\"/subject\""},
      {"an identifier the source does not have",
       {{"subject", R"({"posted_card":"posted-4711"})"}},
       kMissing,
       "\"/subject\""},
      {"a subject that is text", {{"subject", R"("posted@example.org")"}}, kMissing, "/subject"},
      {"a subject that is a list", {{"subject", R"(["posted"])"}}, kMissing, "/subject"},
      {"an e-mail that is null", {{"subject", R"({"email":null})"}}, kMissing, "/subject"},
      {"an e-mail that is none",
       {{"subject", R"({"email":"posted at example.org"})"}},
       kInvalid,
       "\"/subject/email\""},
      {"an e-mail that is a number", {{"subject", R"({"email":4711})"}}, kInvalid, "/email"},
      {"a customer id of spaces",
       {{"subject", R"({"customer_id":"  "})"}},
       kInvalid,
       "\"/subject/customer_id\""},
      {"a customer id that is an object",
       {{"subject", R"({"customer_id":{"posted":1}})"}},
       kInvalid,
       "\"/subject/customer_id\""},
      {"one good identifier and one bad",
       {{"subject", R"({"email":"posted","customer_id":"posted-1"})"}},
       kInvalid,
       "\"/subject/email\""},
  });
}

TEST_F(Refusals, NoPurposeStateOrTimeThatIsKnown) {
  const char *kPurpose = "consent.purpose_unknown", *kState = "consent.state_invalid",
             *kTime = "consent.effective_at_invalid";
  ExpectRefused({
      {"no purpose", {{"purpose", ""}}, kPurpose, "\"/purpose\""},
      {"a purpose of nobody", {{"purpose", R"("posted.purpose")"}}, kPurpose, "\"/purpose\""},
      {"a purpose in capitals", {{"purpose", R"("MARKETING.EMAIL")"}}, kPurpose, "/purpose"},
      {"the empty name of a removed purpose", {{"purpose", R"("")"}}, kPurpose, "/purpose"},
      {"a list of purposes", {{"purpose", R"(["marketing.email"])"}}, kPurpose, "/purpose"},
      {"no state", {{"state", ""}}, kState, "\"/state\""},
      {"a state that does not exist", {{"state", R"("posted")"}}, kState, "\"/state\""},
      {"expired, which is derived", {{"state", R"("expired")"}}, kState, "\"/state\""},
      {"unknown, which is derived", {{"state", R"("unknown")"}}, kState, "\"/state\""},
      {"a state that is true", {{"state", "true"}}, kState, "\"/state\""},
      {"no time", {{"effective_at", ""}}, kTime, "\"/effective_at\""},
      {"a time in words", {{"effective_at", R"("posted yesterday")"}}, kTime, "/effective_at"},
      {"a time without a zone", {{"effective_at", R"("2026-11-21T09:00:00")"}}, kTime, "effective"},
      {"a date alone", {{"effective_at", R"("2026-11-21")"}}, kTime, "/effective_at"},
      {"a time as a number", {{"effective_at", "1795251600"}}, kTime, "/effective_at"},
      {"a time before 1970",
       {{"effective_at", R"("1969-12-31T23:59:59Z")"}},
       "consent.invalid",
       "`effective_at`"},
      {"a time after 2106",
       {{"effective_at", R"("2107-01-01T00:00:00Z")"}},
       "consent.invalid",
       "`effective_at`"},
  });
}

TEST_F(Refusals, AGrantThatCannotBeProved) {
  const char *kNotice = "consent.notice_missing", *kEvidence = "consent.evidence_missing";
  ExpectRefused({
      {"a grant without a notice", {{"notice", ""}}, kNotice, "\"/notice\""},
      {"a grant with an empty notice", {{"notice", R"("")"}}, kNotice, "\"/notice\""},
      {"a grant whose notice is half an object",
       {{"notice", R"({"posted":1})"}},
       "consent.notice_invalid",
       "\"/notice\""},
      {"a notice that is a number", {{"notice", "4"}}, "consent.notice_invalid", "\"/notice\""},
      {"a grant without evidence", {{"evidence", ""}}, kEvidence, "\"/evidence\""},
      {"a grant whose evidence is null", {{"evidence", "null"}}, kEvidence, "\"/evidence\""},
      {"a grant whose evidence is text", {{"evidence", R"("posted")"}}, kEvidence, "/evidence"},
      {"a grant whose evidence is a list of texts",
       {{"evidence", R"(["posted"])"}},
       "consent.evidence_invalid",
       "\"/evidence/0\""},
      {"a grant whose evidence is an empty list",
       {{"evidence", "[]"}},
       "consent.evidence_invalid",
       "\"/evidence\""},
      {"asked for, without what was shown",
       {{"state", R"("requested")"}, {"notice", ""}},
       "consent.invalid",
       "`notice`"},
      {"awaiting confirmation, without what was shown",
       {{"state", R"("pending")"}, {"notice", ""}},
       "consent.invalid",
       "`notice`"},
  });
}

TEST_F(Refusals, AValidityThatIsNone) {
  const char* kValidity = "consent.validity_invalid";
  ExpectRefused({
      {"before the grant",
       {{"validity", R"({"until":"2026-11-20T09:00:00Z"})"}},
       kValidity,
       "/val"},
      {"without a zone",
       {{"validity", R"({"until":"2027-11-20T09:00:00"})"}},
       kValidity,
       "/validity"},
      {"in words", {{"validity", R"({"duration":"posted"})"}}, kValidity, "\"/validity\""},
      {"of hours", {{"validity", R"({"duration":"PT13H"})"}}, kValidity, "\"/validity\""},
      {"of a number", {{"validity", R"({"duration":13})"}}, kValidity, "\"/validity\""},
      {"twice",
       {{"validity", R"({"until":"2027-11-21T09:00:00Z","duration":"P1Y"})"}},
       kValidity,
       "\"/validity\""},
      {"by time and by event",
       {{"validity", R"({"duration":"P1Y","until_event":"posted"})"}},
       kValidity,
       "\"/validity\""},
      {"by no event", {{"validity", R"({"until_event":""})"}}, kValidity, "\"/validity\""},
  });
}

// GDPR 17, 18, 21: what is said of the person is not said of a purpose, and the other way round.
TEST_F(Refusals, AStateOfThePersonAsAWhole) {
  const char* kState = "consent.state_of_person";
  ExpectRefused({
      {"a purpose restricted", {{"state", R"("restricted")"}}, kState, "\"/state\""},
      {"a purpose suppressed", {{"state", R"("suppressed")"}}, kState, "\"/state\""},
      {"everything granted", {{"purpose", R"("*")"}}, kState, "\"/state\""},
      {"everything withdrawn",
       {{"purpose", R"("*")"}, {"state", R"("withdrawn")"}},
       kState,
       "\"/state\""},
      {"a restriction with an end",
       {{"purpose", R"("*")"}, {"state", R"("restricted")"}, {"validity", R"({"duration":"P1Y"})"}},
       "consent.validity_invalid",
       "\"/validity\""},
  });
  for (const char* informed : {"", R"("posted")", R"("2026-11-21T09:00:01Z")"}) {
    const Response answer =
        Post(Grant({{"purpose", R"("*")"}, {"state", R"("lifted")"}, {"informed_at", informed}}));
    EXPECT_EQ(answer.status, 409) << informed;
    EXPECT_EQ(CodeOf(answer), "consent.informed_at_missing");
    ExpectSilent(answer);
  }
  ExpectNoTrace();
}

TEST_F(ConsentDoor, ARestrictionHoldsUntilThePersonIsInformedAndItIsLifted) {
  const auto say = [&](const char* state, Members more) {
    more.insert({{"purpose", R"("*")"},
                 {"state", '"' + std::string(state) + '"'},
                 {"id", ""},
                 {"notice", ""},
                 {"evidence", ""}});
    EXPECT_EQ(Post(Grant(more)).status, 201) << state;
    return world_.StateOf("posted@example.org", policies::ConsentIndex::kPerson);
  };
  EXPECT_EQ(Post(Grant({})).status, 201);
  EXPECT_EQ(say("restricted", {}), policies::ConsentState::kRestricted);
  EXPECT_EQ(world_.StateOf("posted@example.org"), policies::ConsentState::kGranted);
  EXPECT_EQ(say("lifted", {{"informed_at", R"("2026-11-21T09:30:00Z")"},
                           {"effective_at", R"("2026-11-21T10:00:00Z")"}}),
            policies::ConsentState::kLifted);
  EXPECT_EQ(say("suppressed", {}), policies::ConsentState::kSuppressed);
}

TEST_F(ConsentDoor, AGrantLastsAsLongAsItSays) {
  EXPECT_EQ(Post(Grant({{"validity", R"({"duration":"P13M"})"}})).status, 201);
  EXPECT_EQ(world_.ConsentsInStore().back().valid_until,
            *base::ParseRfc3339("2027-12-21T09:00:00Z"));
  EXPECT_EQ(Post(Grant({{"id", ""}, {"validity", R"({"until":"2026-11-22T09:00:00Z"})"}})).status,
            201);
  EXPECT_EQ(world_.ConsentsInStore().back().valid_until,
            *base::ParseRfc3339("2026-11-22T09:00:00Z"));
}

// What nobody reads might have been meant to restrict.
TEST_F(Refusals, WhatIsNotUnderstood) {
  const char *kMember = "consent.member_unknown", *kId = "consent.id_invalid";
  ExpectRefused({
      {"an end under another name",
       {{"valid_until", R"("2026-12-31T00:00:00Z")"}},
       kMember,
       "\"/valid_until\""},
      {"a validity that is text", {{"validity", R"("posted")"}}, kMember, "\"/validity\""},
      {"when somebody was informed, of a grant",
       {{"informed_at", R"("2026-11-21T09:00:00Z")"}},
       kMember,
       "\"/informed_at\""},
      {"a name with a slip", {{"Notice", R"("posted")"}}, kMember, "\"/*\""},
      {"a name that is a value", {{"posted@example.org", "true"}}, kMember, "\"/*\""},
      {"an identifier that the source does not have, beside one it has",
       {{"subject", R"({"email":"posted@example.org","device":"posted-1"})"}},
       kMember,
       "\"/subject/device\""},
      {"an empty id", {{"id", R"("")"}}, kId, "\"/id\""},
      {"an id that is an object", {{"id", R"({"posted":1})"}}, kId, "\"/id\""},
      {"an id that is a number", {{"id", "4711"}}, kId, "\"/id\""},
  });
}

// Saying no asks for nothing: withdrawing is as easy as granting. GDPR 7(3).
TEST_F(ConsentDoor, SayingNoNeedsNeitherNoticeNorEvidence) {
  for (const char* state : {"withdrawn", "denied", "objected", "invalidated"}) {
    SCOPED_TRACE(state);
    const std::string quoted = '"' + std::string(state) + '"';
    const Response answer =
        Post(Grant({{"state", quoted}, {"notice", ""}, {"evidence", ""}, {"id", ""}}));
    EXPECT_EQ(answer.status, 201) << answer.body;
    EXPECT_NE(answer.body.find("\"state\":" + quoted), std::string::npos) << answer.body;
    EXPECT_EQ(answer.body.find("posted"), std::string::npos) << answer.body;
  }
}

TEST_F(ConsentDoor, WhatIsWrittenDifferentlyIsTheSamePerson) {
  EXPECT_EQ(Post(Grant({{"subject", R"({"email":" Posted@EXAMPLE.org "})"}})).status, 201);
  EXPECT_EQ(world_.StateOf("posted@example.org"), policies::ConsentState::kGranted);
}

// The store keeps what was posted, sealed; the journal and the store's row hold no value of it.
TEST_F(ConsentDoor, NoValueIsKeptInTheOpen) {
  EXPECT_EQ(Post(Grant({{"notice", R"("shown-notice")"}})).status, 201);
  std::string all;
  for (const auto& record : world_.ConsentsOnJournal()) all += record.detail + record.purpose;
  for (const auto& event : world_.ConsentsInStore()) all += event.detail + event.id + event.source;
  EXPECT_NE(all.find("shown-notice"), std::string::npos) << "the notice's id is no personal datum";
  EXPECT_EQ(all.find("posted"), std::string::npos);
}

}  // namespace
}  // namespace octroi::gateway
