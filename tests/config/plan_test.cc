// What a good folder compiles to, and what stays where it is from plan to plan.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "good_folder.h"

namespace octroi::gateway {
namespace {

namespace fs = std::filesystem;
using base::Reason;

// The demonstration with keys, in a folder of its own.
class PlanTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "octroi-plan-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    files_ = GoodFolder();
    ASSERT_TRUE(CreateMissingKeys(LoadConfig(files_, folder_, StillClock())));
  }
  void TearDown() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  base::Result<std::shared_ptr<Plan>> Compile(std::string_view previous = "",
                                              std::uint32_t number = 1) {
    const ConfigFolder config = LoadConfig(files_, folder_, StillClock());
    EXPECT_TRUE(config.ok()) << Render(config, Language::kEnglish, false);
    const auto keys = crypto::KeyRing::FromRoot("demonstration", std::string(32, 'k'));
    return CompilePlan(config, *keys, "test", number, previous);
  }
  void Edit(const char* file, const char* text, const char* with) {
    files_[file] = Replace(files_[file], text, with);
  }
  std::string folder_;
  Files files_;
};

template <class Table>
std::size_t PlaceOf(const Table& table, std::string_view id) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].id == id) return i;
  }
  return table.size();
}

TEST_F(PlanTest, Sources) {
  const auto made = Compile();
  ASSERT_TRUE(made) << made.error().detail;
  const Plan& plan = **made;
  EXPECT_EQ(plan.SourceById(""), nullptr);
  EXPECT_EQ(plan.SourceById("nobody"), nullptr);
  const SourcePlan* shop = plan.SourceById("boutique");
  ASSERT_NE(shop, nullptr);
  EXPECT_EQ(shop->dialect, Dialect::kEvents);
  EXPECT_EQ(shop->auth, AuthMethod::kBearer);
  EXPECT_FALSE(shop->secret.hashed);
  EXPECT_EQ(shop->body_bytes, 1024u * 1024u);
  EXPECT_TRUE(shop->signals.empty());
  ASSERT_EQ(shop->accepts.size(), 1u);
  EXPECT_EQ(plan.contracts[shop->accepts[0].contract].name, "order-line@1");
  ASSERT_EQ(shop->subject.size(), 1u);
  EXPECT_EQ(shop->subject[0].id_type, "customer_id");

  const SourcePlan* site = plan.SourceById("site-web");
  ASSERT_NE(site, nullptr);
  EXPECT_EQ(site->dialect, Dialect::kSegment);
  EXPECT_EQ(site->auth, AuthMethod::kBasic);
  ASSERT_EQ(site->signals.size(), 1u) << "its categories, unasked";
  EXPECT_EQ(site->signals[0].kind, SignalKind::kPreferences);
  EXPECT_EQ(site->signals[0].field, "context.consent.categoryPreferences");
  EXPECT_EQ(site->accepts.size(), 6u);
  EXPECT_EQ(site->subject[1].type, base::IdentifierType::kEmail);
}

TEST_F(PlanTest, DestinationsOverHttpAndIntoFiles) {
  std::string& crm = files_["destinations/crm.yaml"];
  crm = crm.substr(0, crm.find("deliver:")) +
        "deliver: { type: file, path: exports/crm, rotate: { after: \"1 h\", at: \"2 GiB\" }, "
        "compress: gzip, then: keep, keep_for: \"1 day\" }\n" +
        crm.substr(crm.find("erase:"));
  Edit("destinations/emailing.yaml", "  private_network: true",
       "  private_network: true\n  method: PUT\n  headers: { revision: \"1\" }");
  Edit("destinations/emailing.yaml", "method: bearer", "method: header, name: api-key");
  const auto made = Compile();
  ASSERT_TRUE(made) << made.error().detail;
  const auto& all = (*made)->destinations;
  const DestinationPlan& file = all[PlaceOf(all, "crm")];
  ASSERT_TRUE(file.file);
  EXPECT_EQ(*file.file, (FilePlan{folder_ + "/exports/crm", 3'600'000, 2'147'483'648, true}));
  const DestinationPlan& http = all[PlaceOf(all, "emailing")];
  EXPECT_FALSE(http.file);
  EXPECT_EQ(http.method, "PUT");
  EXPECT_EQ(http.headers, (decltype(http.headers){{"revision", "1"}}));
  EXPECT_EQ(http.present_as, PresentAs::kHeader);
  EXPECT_EQ(http.secret_name, "api-key");
  EXPECT_EQ(all[PlaceOf(all, "publicite")].method, "POST");
}

TEST_F(PlanTest, AnswersThatWait) {
  const auto answer = [&] {
    const auto made = Compile();
    EXPECT_TRUE(made) << made.error().detail;
    return (*made)->SourceById("boutique")->answer;
  };
  EXPECT_FALSE(answer());
  Edit("sources/boutique.yaml", "unknown_events: quarantine", "answer: forward");
  ASSERT_TRUE(answer());
  EXPECT_TRUE(answer()->destinations.empty()) << "all";
  EXPECT_EQ(answer()->within, 5'000);
  Edit("sources/boutique.yaml", "answer: forward",
       "answer: { forward: [emailing], within: \"2 s\" }");
  const auto made = Compile();
  EXPECT_EQ(answer()->destinations, (std::vector<std::uint16_t>{static_cast<std::uint16_t>(
                                        PlaceOf((*made)->destinations, "emailing"))}));
  EXPECT_EQ(answer()->within, 2'000);
}

constexpr const char* kIntoTable =
    "deliver: { type: sql, connect: { from: \"file:keys/mart.secret\" }, table: mart.events, "
    "private_network: true, columns: { client: customer_id, what: $event }, then: keep, "
    "keep_for: \"1 day\" }\n";

TEST_F(PlanTest, DestinationsIntoTables) {
  std::string& crm = files_["destinations/crm.yaml"];
  crm = crm.substr(0, crm.find("deliver:")) + kIntoTable + crm.substr(crm.find("erase:"));
  const auto keep = [&](const char* connection) {
    const std::string path = folder_ + "/keys/mart.secret";
    fs::remove(path);
    std::ofstream(path) << "octroi-secret-raw " << connection << "\n";
    fs::permissions(path, fs::perms::owner_read);
  };
  keep("host=127.0.0.1 dbname=mart user=writer");
  const auto made = Compile();
  ASSERT_TRUE(made) << made.error().detail;
  const DestinationPlan& table = (*made)->destinations[PlaceOf((*made)->destinations, "crm")];
  ASSERT_TRUE(table.sql);
  EXPECT_EQ(*table.sql, (SqlPlan{"mart.events", {"client", "what"}}));
  EXPECT_EQ(table.secret->bytes, "host=127.0.0.1 dbname=mart user=writer");
  EXPECT_EQ(table.answer_within, 2'500);
  EXPECT_TRUE(table.allow_private_address);

  const auto refused = [&] {
    const auto again = CompilePlan(
        LoadConfig(files_, folder_, StillClock()),
        *crypto::KeyRing::FromRoot("demonstration", std::string(32, 'k')), "test", 1, "");
    EXPECT_FALSE(again);
    return Codes(LoadConfig(files_, folder_, StillClock()), ConfigFinding::Level::kError);
  };
  keep("not a connection string");
  EXPECT_EQ(refused(), std::vector<std::string>{"OCT-1331"});
  keep("host=127.0.0.1 dbname=mart user=writer");
  Edit("destinations/crm.yaml", "private_network: true, ", "");
  EXPECT_EQ(refused(), std::vector<std::string>{"OCT-1331"}) << "a private address";
}

TEST_F(PlanTest, ASecretThatCannotBePresentedIsRefused) {
  Edit("destinations/emailing.yaml", "method: bearer", "method: basic");
  const auto made =
      CompilePlan(LoadConfig(files_, "/nowhere", StillClock()),
                  *crypto::KeyRing::FromRoot("demonstration", std::string(32, 'k')), "test", 1, "");
  EXPECT_FALSE(made);
  const ConfigFolder config = LoadConfig(files_, folder_, StillClock());
  EXPECT_EQ(Codes(config, ConfigFinding::Level::kError), std::vector<std::string>{"OCT-1331"});
}

TEST_F(PlanTest, PathsFillTheSlotsOfAnEvent) {
  Edit("sources/boutique.yaml",
       "unknown_events:", "consent: [{ read: purposes, field: consent }]\nunknown_events:");
  const auto made = Compile();
  ASSERT_TRUE(made) << made.error().detail;
  const Plan& plan = **made;
  const auto field = [&](std::string_view id) {
    const auto found = std::find(plan.fields.begin(), plan.fields.end(), id);
    return static_cast<base::FieldId>(found - plan.fields.begin());
  };
  base::EventParser parser;
  base::Event event;
  const std::string_view row =
      R"({"event":"order.line","message_id":"retail-000001","occurred_at":"2010-12-01T08:26:00Z","consent":{"marketing.email":false},)"
      R"("properties":{"invoice_no":"536365","quantity":6,"unit_price":2.55,"customer_id":"17850"}})";
  ASSERT_EQ(parser.Parse(row, plan.SourceById("boutique")->paths, event).reason,
            Reason::kUndecided);
  EXPECT_EQ(event[base::kSlotEventName].text, "order.line");
  EXPECT_EQ(event[base::kSlotMessageId].text, "retail-000001");
  EXPECT_EQ(event[base::kSlotEventTime].text, "2010-12-01T08:26:00Z");
  EXPECT_EQ(event[base::kSlotSignal].raw, R"({"marketing.email":false})");
  EXPECT_EQ(event[field("invoice_no")].text, "536365");
  EXPECT_EQ(event[field("quantity")].text, "6");
  EXPECT_EQ(event[field("occurred_at")].text, "2010-12-01T08:26:00Z");
  EXPECT_FALSE(event.present(field("country")));

  base::Event hit;
  const std::string_view track =
      R"({"type":"track","event":"Signed Up","messageId":"m","timestamp":"2018-08-28T04:09:47Z","userId":"u",)"
      R"("properties":{"email":"p@example.com"},"context":{"consent":{"categoryPreferences":{"Advertising":false}}}})";
  ASSERT_EQ(parser.Parse(track, plan.SourceById("site-web")->paths, hit).reason,
            Reason::kUndecided);
  EXPECT_EQ(hit[base::kSlotEventName].text, "Signed Up");
  EXPECT_EQ(hit[base::kSlotEventType].text, "track");
  EXPECT_EQ(hit[base::kSlotMessageId].text, "m");
  EXPECT_EQ(hit[base::kSlotEventTime].text, "2018-08-28T04:09:47Z");
  EXPECT_EQ(hit[base::kSlotSignal].raw, R"({"Advertising":false})");
  EXPECT_EQ(hit[field("customer_id")].text, "u");
  EXPECT_EQ(hit[field("email")].text, "p@example.com");
}

TEST_F(PlanTest, AFieldThatTheMapLeavesOutIsReadUnderItsOwnName) {
  Edit("sources/boutique.yaml", "  properties.country: country\n", "");
  const auto made = Compile();
  ASSERT_TRUE(made);
  base::EventParser parser;
  base::Event event;
  ASSERT_EQ(
      parser.Parse(R"({"country":"FR"})", (*made)->SourceById("boutique")->paths, event).reason,
      Reason::kUndecided);
  const auto& fields = (*made)->fields;
  const auto place = std::find(fields.begin(), fields.end(), "country") - fields.begin();
  EXPECT_EQ(event[static_cast<base::FieldId>(place)].text, "FR");
}

// What a CloudEvent is read by: the config's paths, then its own attributes; the payload is under
// `data`.
TEST_F(PlanTest, PathsOfACloudEvent) {
  Edit("sources/boutique.yaml", "  properties.country: country\n", "  data.pays: country\n");
  Edit("sources/boutique.yaml", "  properties.quantity: quantity\n", "");
  Edit("sources/boutique.yaml",
       "unknown_events:", "consent: [{ read: purposes, field: agreed }]\nunknown_events:");
  const auto made = Compile();
  ASSERT_TRUE(made) << made.error().detail;
  const Plan& plan = **made;
  const auto field = [&](std::string_view id) {
    const auto found = std::find(plan.fields.begin(), plan.fields.end(), id);
    return static_cast<base::FieldId>(found - plan.fields.begin());
  };
  base::EventParser parser;
  base::Event event;
  const auto parse = [&](std::string_view text) {
    const base::PathMap& paths = plan.SourceById("boutique")->cloud_event_paths;
    ASSERT_EQ(parser.Parse(text, paths, event).reason, Reason::kUndecided);
  };
  parse(
      R"({"specversion":"1.0","id":"i","source":"/s","type":"order.line","time":"2026-11-20T10:00:00Z",)"
      R"("quantity":1,"event":"other","agreed":1,"data":{"pays":"FR","country":"DE","quantity":6,"agreed":{}}})");
  EXPECT_EQ(event[base::kSlotEventName].text, "order.line");
  EXPECT_EQ(event[base::kSlotEventType].text, "order.line");
  EXPECT_EQ(event[base::kSlotMessageId].text, "i");
  EXPECT_EQ(event[base::kSlotEventTime].text, "2026-11-20T10:00:00Z");
  EXPECT_EQ(event[base::kSlotCeSource].text, "/s");
  EXPECT_EQ(event[base::kSlotSignal].raw, "1");
  EXPECT_EQ(event[base::kSlotSignal2].raw, "{}") << "a signal in the payload restricts too";
  EXPECT_EQ(event[field("country")].text, "FR");
  EXPECT_EQ(event[field("quantity")].text, "6");

  Edit("sources/boutique.yaml", "event_time: { field: occurred_at }",
       "event_time: { field: data.at }\nevent_name: { field: data.what }");
  Edit("sources/boutique.yaml", "event_id: { field: message_id,", "event_id: { field: data.no,");
  const auto again = Compile();
  ASSERT_TRUE(again) << again.error().detail;
  const SourcePlan& source = *(*again)->SourceById("boutique");
  const std::string_view own =
      R"({"id":"i","type":"t","time":"x","data":{"at":"y","what":"w","no":"n"}})";
  ASSERT_EQ(parser.Parse(own, source.cloud_event_paths, event).reason, Reason::kUndecided);
  EXPECT_EQ(event[base::kSlotEventName].text, "w");
  EXPECT_EQ(event[base::kSlotMessageId].text, "n");
  EXPECT_EQ(event[base::kSlotEventTime].text, "y");
  EXPECT_EQ(event[base::kSlotCeId].text, "i");
}

TEST_F(PlanTest, ASignalSpeaksOfAPurposeOrOfABranch) {
  Edit("sources/boutique.yaml",
       "unknown_events:", "consent: [{ read: purposes, field: agreed }]\nunknown_events:");
  const auto made = Compile();
  ASSERT_TRUE(made);
  const Plan& plan = **made;
  const auto place =
      std::find(plan.purposes.begin(), plan.purposes.end(), "advertising.personalised");
  const std::uint32_t bit = 1u << (place - plan.purposes.begin());
  const auto bits = [&](std::string_view source, std::string_view name) {
    for (const SignalPlan& signal : plan.SourceById(source)->signals) {
      for (const auto& [said, purposes] : signal.names) {
        if (said == name) return purposes;
      }
    }
    return 0u;
  };
  EXPECT_EQ(bits("boutique", "advertising.personalised"), bit);
  EXPECT_EQ(bits("boutique", "advertising"), bit);
  EXPECT_EQ(bits("boutique", "Advertising"), 0u);
  EXPECT_EQ(bits("site-web", "Advertising"), bit);
}

TEST_F(PlanTest, PurposesDestinationsAndRetention) {
  const auto made = Compile();
  ASSERT_TRUE(made);
  const Plan& plan = **made;
  ASSERT_EQ(plan.purposes.size(), 3u);
  for (const policies::PurposeSpec& purpose : plan.policies->spec().purposes) {
    EXPECT_EQ(purpose.advertising, purpose.id == "advertising.personalised");
    if (purpose.id == "crm.management") {
      EXPECT_EQ(purpose.basis, policies::Basis::kLegitimateInterests);
    }
    if (purpose.id == "marketing.email") {
      EXPECT_EQ(purpose.basis, policies::Basis::kConsent);
      EXPECT_EQ(purpose.covers, policies::Covers::kSend);
      EXPECT_EQ(purpose.ask_again_after, 13 * 30 * 86'400'000LL);
    }
  }
  const DestinationPlan& crm = plan.destinations[PlaceOf(plan.destinations, "crm")];
  EXPECT_EQ(crm.url, "http://127.0.0.1:18102/events");
  EXPECT_TRUE(crm.allow_private_address);
  EXPECT_TRUE(crm.secret.has_value());
  EXPECT_EQ(crm.batch_up_to, 200u);
  EXPECT_EQ(crm.batch_after, 200);
  EXPECT_EQ(crm.retry_for, 120'000);
  EXPECT_EQ(crm.first_wait, 200);
  EXPECT_EQ(crm.longest_wait, 2'000);
  EXPECT_EQ(crm.answer_within, 2'000);
  EXPECT_EQ(crm.keep_for, 86'400'000);
  EXPECT_EQ(plan.tenant, "demonstration");
  EXPECT_EQ(plan.keep_samples, 7 * 86'400'000LL);
}

TEST_F(PlanTest, ReasonsOfRulesAndPoliciesBuiltInOnesStayBuiltIn) {
  const auto made = Compile();
  ASSERT_TRUE(made);
  const Plan& plan = **made;
  const auto has = [&](std::string_view name) {
    return std::find(plan.reasons.begin(), plan.reasons.end(), name) != plan.reasons.end();
  };
  EXPECT_TRUE(has("quality.customer_known"));
  EXPECT_TRUE(has("crm.customer_missing"));
  EXPECT_FALSE(has("consent.withdrawn"));
  EXPECT_FALSE(has("policy.not_met"));
  EXPECT_EQ(plan.ReasonName(Reason::kConsentWithdrawn), "consent.withdrawn");
  const auto first = static_cast<std::uint16_t>(Reason::kFirstConfigured);
  EXPECT_EQ(plan.ReasonName(static_cast<Reason>(first)), plan.reasons[0]);
  EXPECT_EQ(plan.ReasonName(static_cast<Reason>(first + plan.reasons.size())), "unknown");
  for (const policies::PolicySpec& policy : plan.policies->spec().policies) {
    if (policy.id == "marketing-email") {
      EXPECT_EQ(policy.otherwise[0].reason, Reason::kConsentWithdrawn);
    }
  }
}

TEST_F(PlanTest, AListAnswersRulesAndPolicies) {
  Edit("policies/crm-management.yaml", "{ present: customer_id }",
       "{ field: campaign, in_list: campaigns, in: [x, noel-2026] }");
  const auto made = Compile();
  ASSERT_TRUE(made) << made.error().detail;
  for (const policies::PolicySpec& policy : (*made)->policies->spec().policies) {
    if (policy.id != "crm-management") continue;
    ASSERT_EQ(policy.allow_when.size(), 2u) << "each question is a condition of its own";
    EXPECT_TRUE(policy.allow_when[1].in_list->Has("rentree-2026"));
    EXPECT_FALSE(policy.allow_when[1].in_list->Has("Noël"));
  }
  files_.erase("lists/campaigns.csv");
  Edit("lists/campaigns.yaml", "if_missing: fail", "if_missing: keep_last");
  EXPECT_FALSE(Compile()) << "a start without the list";
}

TEST_F(PlanTest, PilotsAreObserved) {
  const auto observed = [&] {
    const auto made = Compile();
    EXPECT_TRUE(made);
    return (*made)->contracts[0].contract->spec().observe;
  };
  EXPECT_FALSE(observed());
  Edit("gateway.yaml", "mode: enforce", "observe: { quality: true }");
  EXPECT_TRUE(observed());
  Edit("sources/boutique.yaml", "collected_from", "mode: observe\ncollected_from");
  const auto made = Compile();
  ASSERT_TRUE(made);
  EXPECT_TRUE((*made)->SourceById("boutique")->observe);
}

TEST_F(PlanTest, PlacesStayAndHolesRemain) {
  const auto first = Compile();
  ASSERT_TRUE(first) << first.error().detail;
  const Plan& before = **first;

  // crm goes, a destination and a dictionary field that sort before everything else come, an event
  // moves up.
  files_.erase("destinations/crm.yaml");
  for (const char* file :
       {"contracts/identity.yaml", "contracts/interaction.yaml", "contracts/order-line.yaml"}) {
    if (files_[file].find("[crm, emailing]") != std::string::npos)
      Edit(file, "[crm, emailing]", "[emailing]");
    if (files_[file].find("uses: [crm]") != std::string::npos)
      Edit(file, "uses: [crm]", "uses: [emailing]");
  }
  Edit("policies/crm-management.yaml", ", destinations: [crm]", "");
  files_["destinations/aaa.yaml"] =
      Replace(files_["destinations/emailing.yaml"], "id: emailing", "id: aaa");
  Edit("vocabulary/marketing.yaml", "fields:\n",
       "fields:\n  - { id: aaa, title: { fr: A }, category: technical, personal_data: none, "
       "format: text }\n");
  Edit("sources/site-web.yaml", "  - { event: identify, contract: identity@1 }\n", "");
  Edit("sources/site-web.yaml",
       "unknown_events:", "  - { event: Signed Up, contract: identity@1 }\nunknown_events:");
  const auto second = Compile(before.names, 2);
  ASSERT_TRUE(second) << second.error().detail;
  const Plan& after = **second;

  EXPECT_EQ(PlaceOf(after.destinations, "emailing"), PlaceOf(before.destinations, "emailing"));
  EXPECT_EQ(PlaceOf(after.destinations, "publicite"), PlaceOf(before.destinations, "publicite"));
  EXPECT_EQ(after.destinations[PlaceOf(before.destinations, "crm")].id, "") << "a hole";
  EXPECT_EQ(PlaceOf(after.destinations, "aaa"), before.destinations.size());
  EXPECT_EQ(after.policies->spec().destinations.size(), after.destinations.size());
  for (std::size_t i = 0; i < before.fields.size(); ++i)
    EXPECT_EQ(after.fields[i], before.fields[i]);
  EXPECT_EQ(after.fields.back(), "aaa");
  for (std::size_t i = 0; i < before.reasons.size(); ++i)
    EXPECT_EQ(after.reasons[i], before.reasons[i]);
  for (std::size_t i = 0; i < before.purposes.size(); ++i)
    EXPECT_EQ(after.purposes[i], before.purposes[i]);
  const auto& was = before.SourceById("site-web")->accepts;
  const auto& is = after.SourceById("site-web")->accepts;
  ASSERT_EQ(is.size(), was.size() + 1);
  EXPECT_EQ(is[0].event, "") << "a hole where `identify` was";
  for (std::size_t i = 1; i < was.size(); ++i) EXPECT_EQ(is[i].event, was[i].event);
  EXPECT_EQ(is.back().event, "Signed Up");

  const auto names = nlohmann::json::parse(after.names);
  EXPECT_EQ(names["rules"]["order-line@1"][0], "customer-known");
  EXPECT_EQ(names["destinations"][PlaceOf(before.destinations, "crm")], "crm")
      << "its name is not forgotten";

  // It comes back to its place.
  files_["destinations/crm.yaml"] = GoodFolder()["destinations/crm.yaml"];
  const auto third = Compile(after.names, 3);
  ASSERT_TRUE(third) << third.error().detail;
  EXPECT_EQ(PlaceOf((*third)->destinations, "crm"), PlaceOf(before.destinations, "crm"));
}

TEST_F(PlanTest, DigestsFollowTheConfigAndTheNames) {
  const auto one = Compile(), same = Compile();
  ASSERT_TRUE(one && same);
  EXPECT_EQ((*one)->plan_digest, (*same)->plan_digest);
  EXPECT_EQ((*one)->plan_digest.size(), 32u);
  EXPECT_EQ((*one)->config_digest.size(), 32u);
  files_["gateway.yaml"] += "# a word\n";
  const auto other = Compile();
  ASSERT_TRUE(other);
  EXPECT_NE((*one)->config_digest, (*other)->config_digest);
  EXPECT_NE((*one)->plan_digest, (*other)->plan_digest);
}

TEST_F(PlanTest, WhatCannotStartSaysWhy) {
  fs::remove(fs::path(folder_) / "keys/crm.secret");
  const auto secret = Compile();
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().code, base::ErrorCode::kInvalid);
  EXPECT_NE(secret.error().detail.find("destinations/crm.yaml"), std::string::npos);
  EXPECT_FALSE(Compile("{\"sources\":[1]}")) << "damaged names";
  EXPECT_FALSE(Compile("[]")) << "damaged names";
}

TEST_F(PlanTest, AConfigWithErrorsDoesNotCompile) {
  Edit("sources/boutique.yaml", "order-line@1", "order-line@9");
  const ConfigFolder config = LoadConfig(files_, folder_, StillClock());
  ASSERT_FALSE(config.ok());
  const auto keys = crypto::KeyRing::FromRoot("demonstration", std::string(32, 'k'));
  EXPECT_FALSE(CompilePlan(config, *keys, "test", 1, ""));
}

}  // namespace
}  // namespace octroi::gateway
