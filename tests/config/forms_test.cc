// What a destination's file says of a field is the form in which it leaves.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "gateway/canary/unkept_tokens.h"
#include "good_folder.h"

namespace octroi::gateway {
namespace {

struct Row {
  const char* form;    // of occurred_at or customer_id, in order-line of the mailing tool
  const char* method;  // of the pseudonym
  const char* leaves;  // somewhere in what is sent
};

struct Everything final : base::FieldReader {
  const base::Value& Field(base::FieldId) const override { return value; }
  base::Value value{base::JsonType::kString, "\"2026-11-21T09:30:00Z\"", "2026-11-21T09:30:00Z"};
};

std::string Sent(Files files, const std::string& folder) {
  const auto keys = crypto::KeyRing::FromRoot("demonstration", std::string(32, 'k'));
  const ConfigFolder config = LoadConfig(files, folder, StillClock());
  EXPECT_TRUE(config.ok()) << Render(config, Language::kEnglish, false);
  const auto plan = CompilePlan(config, *keys, "test", 1, "");
  if (!plan) return "no plan";
  const auto& all = (*plan)->destinations;
  const auto place = static_cast<std::uint16_t>(
      std::ranges::find(all, "emailing", &DestinationPlan::id) - all.begin());
  policies::ProtectedBatch batch;
  UnkeptTokens tokens;
  (*plan)->pseudonymizer->Begin(place, batch);
  const Everything fields;
  policies::OutgoingEvent event;
  event.event = "order.line";
  event.may_leave = {~0u, ~0u};
  event.fields = &fields;
  event.received = kNow;
  for (std::uint16_t contract = 0; contract < 8; ++contract) {  // those that it receives
    event.contract = contract;
    (void)(*plan)->pseudonymizer->Add(place, event, batch);
  }
  EXPECT_TRUE((*plan)->pseudonymizer->Finish(place, batch, &tokens));
  return std::string(batch.body());
}

TEST(Forms, AsTheFileSays) {
  std::string folder = (std::filesystem::temp_directory_path() / "octroi-forms-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const Files good = GoodFolder();
  ASSERT_TRUE(CreateMissingKeys(LoadConfig(good, folder, StillClock())));
  const Row rows[] = {
      {"occurred_at: clear", "p1-hmac\nreversible: false", "p1.emailing.1."},
      {"occurred_at: clear", "p2-siv\nreversible: true", "p2.emailing.1."},
      {"occurred_at: clear", "p3-hmac-epoch\nreversible: false", "p3.emailing.1.2026-11."},
      {"occurred_at: clear", "p4-random\nreversible: true", "p4.emailing."},
      {"occurred_at: { generalise: year }", "p1-hmac\nreversible: false", "\"2026\""},
      {"occurred_at: { generalise: hour }", "p1-hmac\nreversible: false",
       "\"2026-11-21T09:00:00.000Z\""},
  };
  for (const Row& row : rows) {
    Files files = good;
    std::string& pseudonym = files["pseudonyms/per-destination.yaml"];
    pseudonym = Replace(pseudonym, "reversible: false\n", "");
    if (std::string_view(row.method).starts_with("p4"))  // of no key
      pseudonym =
          Replace(pseudonym, "key: { derive_from: pseudonym_root, context: destination }\n", "");
    pseudonym = Replace(pseudonym, "p1-hmac", row.method);
    std::string& destination = files["destinations/emailing.yaml"];
    destination = Replace(destination, "occurred_at: clear", row.form);
    EXPECT_NE(Sent(files, folder).find(row.leaves), std::string::npos) << row.leaves;
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace octroi::gateway
