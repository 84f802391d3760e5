// The example destinations of docs/examples/templates, from their files to the bytes that a local
// server gets, against what such recipients document.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/event.h"
#include "base/text.h"
#include "gateway/config.h"
#include "sender/batches.h"
#include "sender/scripted_server.h"

namespace octroi::gateway {
namespace {

namespace fs = std::filesystem;

// The demonstration with the examples laid over it, and keys, compiled.
class TemplateExamples : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "octroi-templates-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    for (const char* from : {"demo", "templates"}) {
      fs::copy(std::string(OCTROI_SOURCE_DIR "/docs/examples/") + from, folder_,
               fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    }
    fs::create_directory(folder_ / "keys");
    for (const char* id : {"hubspot", "brevo", "ga4"}) {
      const fs::path file = folder_ / "keys" / (std::string(id) + ".secret");
      std::ofstream(file) << "octroi-secret-raw s3cret/of+" << id << "\n";
      fs::permissions(file, fs::perms::owner_read);
    }
    ASSERT_TRUE(CreateMissingKeys(LoadConfig(folder_.string())));
    const ConfigFolder config = LoadConfig(folder_.string());
    ASSERT_TRUE(config.ok()) << Render(config, Language::kEnglish, false);
    for (const ConfigFinding& finding : config.findings) {
      if (finding.level != ConfigFinding::Level::kNote) ADD_FAILURE() << finding.en;
    }
    EXPECT_TRUE(config.files.contains("templates/ga4-event.json")) << "it is part of the archive";
    auto made = CompilePlan(config, *keys_, "test", 1, "");
    ASSERT_TRUE(made) << made.error().detail;
    plan_ = *made;
  }
  void TearDown() override { fs::remove_all(folder_); }

  template <class Table>
  std::uint16_t PlaceOf(const Table& table, std::string_view name) const {
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const auto& one) { return IdOf(one) == name; });
    EXPECT_NE(found, table.end()) << name;
    return static_cast<std::uint16_t>(found - table.begin());
  }
  static const std::string& IdOf(const DestinationPlan& one) { return one.id; }
  static const std::string& IdOf(const ContractPlan& one) { return one.name; }

  // What a server in the place of `id` gets for events of that source, as they came.
  ReceivedRequest Sent(std::string_view id, const char* source, std::string_view name,
                       std::string_view contract, const std::vector<std::string>& events) {
    ScriptedServer server({Answer("200 OK")});
    const std::uint16_t place = PlaceOf(plan_->destinations, id);
    DestinationPlan to = plan_->destinations[place];
    to.url =
        "http://127.0.0.1:" + std::to_string(server.port()) + to.url.substr(to.url.find('/', 8));
    to.allow_private_address = true;
    policies::ProtectedBatch batch;
    plan_->pseudonymizer->Begin(place, batch);
    base::EventParser parser;
    std::vector<base::Event> parsed(events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      EXPECT_EQ(parser.Parse(events[i], plan_->SourceById(source)->paths, parsed[i]).reason,
                base::Reason::kUndecided);
      const base::EventFields fields(parsed[i]);
      policies::OutgoingEvent out;
      out.sequence = i + 1;
      out.event = name;
      out.contract = PlaceOf(plan_->contracts, contract);
      out.may_leave = {~0u, ~0u};
      out.fields = &fields;
      EXPECT_TRUE(plan_->pseudonymizer->Add(place, out, batch));
    }
    EXPECT_TRUE(plan_->pseudonymizer->Finish(place, batch));
    const Receipt receipt =
        MakeHttpSender(to, maker_.clock())->Send(batch, maker_.ticket(), Unhindered());
    EXPECT_EQ(receipt.kind, Receipt::Kind::kDelivered);
    return server.requests().at(0);
  }
  std::string TokenOf(const char* destination, const char* customer) const {
    return *policies::Pseudonymizer::Token(*keys_, destination, {0, "customer_id"}, customer,
                                           keys_->active_version());
  }

  fs::path folder_;
  std::unique_ptr<crypto::KeyRing> keys_ =
      crypto::KeyRing::FromRoot("demonstration", std::string(32, 'k'));
  std::shared_ptr<Plan> plan_;
  BatchMaker maker_;
};

TEST_F(TemplateExamples, ContactsInBatches) {
  const auto request = Sent(
      "hubspot", "site-web", "identify", "identity@1",
      {R"({"type":"identify","userId":17850,"traits":{"email":"zoe@example.com","name":"Zoé \"Z\"","company":"Acme"}})",
       R"({"type":"identify","userId":"u2","traits":{"email":"yan@example.com"}})"});
  EXPECT_TRUE(request.head.starts_with("POST /crm/v3/objects/contacts/batch/upsert HTTP/1.1\r\n"));
  EXPECT_NE(request.head.find("\r\nAuthorization: Bearer s3cret/of+hubspot\r\n"),
            std::string::npos);
  EXPECT_NE(request.head.find("\r\nContent-Type: application/json\r\n"), std::string::npos);
  EXPECT_EQ(
      request.body,
      R"({"inputs":[{"idProperty":"email","id":"zoe@example.com","properties":{"email":"zoe@example.com",)"
      R"("lastname":"Zoé \"Z\"","company":"Acme","customer_number":"17850"}},)"
      R"({"idProperty":"email","id":"yan@example.com","properties":{"email":"yan@example.com","customer_number":"u2"}}]})");
}

TEST_F(TemplateExamples, AnImportOfContacts) {
  const auto request = Sent(
      "brevo", "site-web", "identify", "identity@1",
      {R"({"type":"identify","userId":"u1","traits":{"email":"zoe@example.com","name":"Zoé"}})"});
  EXPECT_TRUE(request.head.starts_with("POST /v3/contacts/import HTTP/1.1\r\n"));
  EXPECT_NE(request.head.find("\r\napi-key: s3cret/of+brevo\r\n"), std::string::npos);
  EXPECT_NE(request.head.find("\r\nAccept: application/json\r\n"), std::string::npos);
  EXPECT_EQ(request.head.find("Authorization"), std::string::npos);
  EXPECT_EQ(
      request.body,
      R"({"jsonBody":[{"email":"zoe@example.com","attributes":{"NOM":"Zoé","ORIGINE":"Boutique été"}}],)"
      R"("listIds":[7],"updateExistingContacts":true,"emptyContactsAttributes":false})");
}

TEST_F(TemplateExamples, OneMeasurementForAPerson) {
  const auto sale = Sent(
      "ga4", "boutique", "order.line", "order-line@1",
      {R"({"event":"order.line","occurred_at":"2026-11-21T10:00:00.5+01:00","properties":{"invoice_no":"536365",)"
       R"("stock_code":"85123A","quantity":6,"unit_price":"2.55","customer_id":"17850","country":"France"}})"});
  EXPECT_TRUE(sale.head.starts_with(
      "POST /mp/collect?measurement_id=G-EXEMPLE1&api_secret=s3cret%2Fof%2Bga4 HTTP/1.1\r\n"))
      << sale.head;
  EXPECT_EQ(
      sale.body,
      R"({"client_id":")" + TokenOf("ga4", "17850") +
          R"(","timestamp_micros":1795251600500000,"consent":{"ad_user_data":"DENIED","ad_personalization":"DENIED"},)"
          R"("events":[{"name":"purchase","params":{"transaction_id":"536365","currency":"EUR","value":2.55,)"
          R"("engagement_time_msec":1,"items":[{"item_id":"85123A","quantity":6,"price":2.55}]}}]})");
  const auto page =
      Sent("ga4", "site-web", "page", "interaction@1",
           {R"({"type":"page","userId":"u1","context":{"page":{"url":"https://x.fr/é"}}})"});
  EXPECT_EQ(
      page.body,
      R"({"client_id":")" + TokenOf("ga4", "u1") +
          R"(","consent":{"ad_user_data":"DENIED","ad_personalization":"DENIED"},)"
          R"("events":[{"name":"page_view","params":{"page_location":"https://x.fr/é","currency":"EUR",)"
          R"("engagement_time_msec":1}}]})");
}

}  // namespace
}  // namespace octroi::gateway
