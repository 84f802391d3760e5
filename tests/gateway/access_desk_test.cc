// Who sees whom behind a token: two people, a reason, a record first, once, and within the time.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/access/desk.h"
#include "gateway/messages.h"
#include "gateway/world.h"
#include "policies/pseudonymizer.h"

namespace octroi::gateway::access {
namespace {

using journal::Access;
using journal::AccessRecord;
using Json = nlohmann::json;
using Form = policies::OutgoingField::Form;

constexpr std::uint32_t kUid = 1000;
constexpr char kValue[] = "jeanne@exemple.fr";

std::string TokenOf(const crypto::KeyRing& keys, Form form = Form::kReversible) {
  const policies::OutgoingField field{0, "email", form, base::IdentifierType::kEmail, 1};
  return *policies::Pseudonymizer::Token(keys, "emailing", field, kValue, 1, 1'795'300'000'000);
}

class Desk : public ::testing::Test {
 protected:
  Desk() {
    rules.plan = 8;
    rules.tenant = "test";
    rules.spaces = {{"customer_id", base::IdentifierType::kOther},
                    {"email", base::IdentifierType::kEmail}};
    for (const auto& [role, name] :
         {std::pair{"support", "Anne"}, {"dpo", "Benoît"}, {"it", "Claire"}, {"night", "Anne"}}) {
      rules.people.push_back({role, name, Signer(role).verifier(), false, false});
    }
    Of("support").may_ask = Of("dpo").may_ask = true;
    Of("dpo").may_approve = Of("support").may_approve = Of("night").may_approve = true;
    MakeDesk();
  }
  void MakeDesk() {
    desk.emplace(AccessDesk::Parts{world.journal.get(), world.disk.keys.get(), &world.disk.clock,
                                   [this] { return base::Result<Rules>(rules); }});
  }
  Person& Of(std::string_view role) {
    return *std::ranges::find(rules.people, role, &Person::role);
  }
  static crypto::NoteSigner Signer(const std::string& role) {
    return crypto::NoteSigner::FromSeed(role, (role + std::string(32, 's')).substr(0, 32));
  }
  Json HandIn(const std::string& role, Statement statement) {
    if (statement.at == 0) statement.at = world.disk.clock.WallNow();
    if (statement.tenant.empty()) statement.tenant = "test";
    if (statement.reason.empty()) statement.reason = "-";
    crypto::Note note{statement.Text(), {}};
    note.signatures.push_back(Signer(role).Sign(note.text));
    return Json::parse(desk->Take(Json{{"note", note.Render()}}.dump(), kUid));
  }
  Json Ask(const std::string& role = "support", const std::string& token = "") {
    return HandIn(role, {.about = token.empty() ? TokenOf(*world.disk.keys) : token,
                         .reason = "Dossier 118"});
  }
  Json On(Act act, const std::string& role, const Json& request) {
    const Json waiting = Json::parse(desk->Waiting());
    std::string about = std::string(64, '0');
    for (const Json& one : waiting["requests"]) {
      if (one["request"] == request["request"])
        about = DigestOf(one["statement"].get<std::string>());
    }
    return HandIn(role, {.act = act, .request = request["request"], .about = about});
  }
  // Of the whole journal, in order.
  std::vector<AccessRecord> Records() {
    std::vector<AccessRecord> records;
    EXPECT_TRUE(world.journal->Read(1, world.journal->durable_through(),
                                    [&](std::uint64_t, std::string_view bytes) {
                                      AccessRecord record;
                                      EXPECT_EQ(bytes.find("jeanne"), bytes.npos);
                                      EXPECT_EQ(bytes.find("Dossier"), bytes.npos);
                                      if (Decode(bytes, record)) records.push_back(record);
                                    }));
    return records;
  }
  // The code, and that the journal's last record says the same.
  std::string Refused(const Json& answer) {
    const std::string code = answer.value("error", "");
    const auto records = Records();
    EXPECT_FALSE(answer.contains("value"));
    EXPECT_FALSE(records.empty());
    if (records.empty()) return code;
    EXPECT_EQ(records.back().access, Access::kRefused);
    EXPECT_EQ(records.back().refusal, code);
    EXPECT_EQ(records.back().uid, kUid);
    EXPECT_NE(Sentence(code, Language::kFrench), code) << "no sentence";
    return code;
  }

  World world;
  Rules rules;
  std::optional<AccessDesk> desk;
};

TEST_F(Desk, TwoPeopleAndAReasonOpenAToken) {
  const Json asked = Ask();
  ASSERT_EQ(asked.value("state", ""), "asked") << asked;
  EXPECT_FALSE(asked.contains("value"));
  const Json approved = On(Act::kApprove, "dpo", asked);
  ASSERT_EQ(approved.value("state", ""), "approved") << approved;
  EXPECT_FALSE(approved.contains("value"));
  const Json opened = On(Act::kOpen, "support", asked);
  EXPECT_EQ(opened.value("value", ""), kValue) << opened;
  EXPECT_EQ(opened["field"], "email");

  const auto records = Records();
  ASSERT_EQ(records.size(), 3u);
  const Access did[] = {Access::kAsked, Access::kApproved, Access::kOpened};
  const char* const who[] = {"support", "dpo", "support"};
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records[i].access, did[i]);
    EXPECT_EQ(records[i].role, who[i]);
    EXPECT_EQ(records[i].uid, kUid);
    EXPECT_EQ(records[i].plan, 8u);
    EXPECT_EQ(records[i].domain, "emailing");
    EXPECT_EQ(records[i].field, "email");
    EXPECT_EQ(records[i].request, records[0].request);
    EXPECT_EQ(records[i].subject, std::vector{world.PrintOf(kValue)}) << "as events name them";
  }
  EXPECT_EQ(OpenReason(*world.disk.keys, records[2]), "Dossier 118");

  EXPECT_EQ(Refused(On(Act::kOpen, "support", asked)), "access.request_unknown") << "once";
}

TEST_F(Desk, TheSamePersonTwiceIsNotTwoPeople) {
  const Json asked = Ask();
  EXPECT_EQ(Refused(On(Act::kApprove, "support", asked)), "access.same_person");
  EXPECT_EQ(Refused(On(Act::kApprove, "night", asked)), "access.same_person") << "Anne again";
  EXPECT_EQ(Refused(On(Act::kOpen, "support", asked)), "access.not_approved");
}

TEST_F(Desk, EachDoesOnlyWhatTheRoleAllows) {
  EXPECT_EQ(Refused(Ask("it")), "access.role");
  EXPECT_EQ(Refused(Ask("nobody")), "access.unknown_person");
  const Json asked = Ask();
  EXPECT_EQ(Refused(On(Act::kApprove, "it", asked)), "access.role");
  EXPECT_EQ(Refused(On(Act::kRefuse, "it", asked)), "access.role");
  EXPECT_EQ(On(Act::kApprove, "dpo", asked).value("state", ""), "approved");
  EXPECT_EQ(Refused(On(Act::kApprove, "dpo", asked)), "access.approved_already");
  EXPECT_EQ(Refused(On(Act::kOpen, "dpo", asked)), "access.not_theirs");
  Of("dpo").may_approve = false;  // another config, since
  EXPECT_EQ(Refused(On(Act::kOpen, "support", asked)), "access.approver_gone");
  Of("support").may_ask = false;
  EXPECT_EQ(Refused(On(Act::kOpen, "support", asked)), "access.role");
  Of("dpo").may_ask = false;
  EXPECT_EQ(Refused(Ask()), "access.not_configured");
}

TEST_F(Desk, WhoMayApproveMayAlsoRefuse) {
  const Json asked = Ask();
  EXPECT_EQ(On(Act::kRefuse, "dpo", asked).value("state", ""), "refused");
  EXPECT_EQ(Records().back().refusal, "access.declined");
  EXPECT_EQ(Refused(On(Act::kApprove, "dpo", asked)), "access.request_unknown");
}

TEST_F(Desk, WhatIsNotOpenedInTimeExpires) {
  const Json asked = Ask();
  world.disk.clock.Advance(kApproveWithinMs);
  EXPECT_EQ(Json::parse(desk->Waiting())["requests"].size(), 0u);
  EXPECT_EQ(Refused(On(Act::kApprove, "dpo", asked)), "access.expired");
  const Json again = Ask();
  EXPECT_EQ(On(Act::kApprove, "dpo", again).value("state", ""), "approved");
  world.disk.clock.Advance(kOpenWithinMs - 1);
  EXPECT_EQ(Json::parse(desk->Waiting())["requests"].size(), 1u);
  world.disk.clock.Advance(1);
  EXPECT_EQ(Refused(On(Act::kOpen, "support", again)), "access.expired");
}

TEST_F(Desk, ATokenThatHoldsNoValueSaysWhy) {
  EXPECT_EQ(Refused(Ask("support", TokenOf(*world.disk.keys, Form::kPseudonym))), "access.one_way");
  EXPECT_EQ(Refused(Ask("support", TokenOf(*world.disk.keys, Form::kEpoch))), "access.one_way");
  EXPECT_EQ(Refused(Ask("support", "jeanne@exemple.fr")), "access.token_unknown");
  EXPECT_EQ(Records().back().domain, "");
  const auto others = crypto::KeyRing::FromRoot("test", std::string(32, 'x'));
  EXPECT_EQ(Refused(Ask("support", TokenOf(*others))), "access.token_unknown");
  EXPECT_EQ(Refused(HandIn("support", {.about = TokenOf(*world.disk.keys)})),
            "access.reason_missing");
}

TEST_F(Desk, OnlyWhatIsSignedForThisNowAndHereCounts) {
  const std::string token = TokenOf(*world.disk.keys);
  EXPECT_EQ(Refused(HandIn("support", {.tenant = "other", .about = token, .reason = "x"})),
            "access.tenant");
  const base::Millis now = world.disk.clock.WallNow();
  for (const base::Millis off : {-kFreshMs - 1, kFreshMs + 1}) {
    EXPECT_EQ(Refused(HandIn("support", {.about = token, .at = now + off, .reason = "x"})),
              "access.stale");
  }
  const Json asked = Ask();
  EXPECT_EQ(Refused(HandIn("dpo", {.act = Act::kApprove,
                                   .request = asked["request"],
                                   .about = std::string(64, '0')})),
            "access.other_request");
  // The signature of another, and of another text.
  Statement statement{.tenant = "test", .about = token, .at = now, .reason = "x"};
  crypto::Note note{statement.Text(), {Signer("it").Sign(statement.Text())}};
  note.signatures[0].name = "support";
  const auto take = [&] {
    return Json::parse(desk->Take(Json{{"note", note.Render()}}.dump(), kUid));
  };
  EXPECT_EQ(Refused(take()), "access.signature");
  note.signatures[0] = Signer("support").Sign(statement.Text());
  statement.reason = "y";
  note.text = statement.Text();
  EXPECT_EQ(Refused(take()), "access.signature");
  note.signatures[0] = Signer("support").Sign(note.text);
  EXPECT_EQ(take().value("state", ""), "asked");
  note.signatures.push_back(Signer("dpo").Sign(note.text));
  EXPECT_EQ(Refused(take()), "access.malformed");
  EXPECT_EQ(Refused(Json::parse(desk->Take("nothing", kUid))), "access.malformed");
}

TEST_F(Desk, ItIsNoOracle) {
  for (std::size_t i = 0; i < kAsksAnHour; ++i) EXPECT_EQ(Ask().value("state", ""), "asked");
  EXPECT_EQ(Refused(Ask()), "access.rate");
  EXPECT_EQ(Ask("dpo").value("state", ""), "asked") << "of each role";
  world.disk.clock.Advance(3'600'000);
  EXPECT_EQ(Ask().value("state", ""), "asked");
  std::size_t taken = 1;
  while (Ask("it").value("error", "") == "access.role") ++taken;
  EXPECT_EQ(taken, kStatementsAnHour) << "refusals count too";
  const std::size_t records = Records().size();
  EXPECT_EQ(Ask().value("error", ""), "access.rate");
  EXPECT_EQ(Records().size(), records) << "and beyond that nobody fills the journal";
}

TEST_F(Desk, WhatCannotBeRecordedIsNotGiven) {
  const Json asked = Ask();
  ASSERT_EQ(On(Act::kApprove, "dpo", asked).value("state", ""), "approved");
  world.journal->Stop();
  const Json answer = On(Act::kOpen, "support", asked);
  EXPECT_EQ(answer.value("error", ""), "access.unrecorded") << answer;
  EXPECT_FALSE(answer.contains("value"));
  world.Restart();
  MakeDesk();
  EXPECT_EQ(Records().back().access, Access::kApproved);
  EXPECT_EQ(Refused(On(Act::kOpen, "support", asked)), "access.request_unknown")
      << "a restart ends what waits";
}

TEST_F(Desk, WhoReadsTheRegisterOfAPersonIsRecorded) {
  const std::string print = [&] {
    const auto bytes = world.PrintOf(kValue);
    return base::Hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }();
  const auto read = [&](const Json& order) {
    return Json::parse(desk->ReadRegister(order.dump(), kUid));
  };
  EXPECT_EQ(read({{"subject", {print}}, {"reason", "Art. 15"}}), Json({{"recorded", true}}));
  EXPECT_EQ(Records().back().access, Access::kRegisterRead);
  EXPECT_EQ(Records().back().subject, std::vector{world.PrintOf(kValue)});
  EXPECT_EQ(OpenReason(*world.disk.keys, Records().back()), "Art. 15");
  for (const Json& wrong :
       {Json::object(), Json{{"subject", {"jeanne"}}}, Json{{"subject", {"00"}}},
        Json{{"subject", {print}}, {"reason", "a\nb"}}}) {
    EXPECT_EQ(read(wrong).value("error", ""), "request.invalid") << wrong;
  }
  EXPECT_EQ(Records().size(), 1u);
}

}  // namespace
}  // namespace octroi::gateway::access
