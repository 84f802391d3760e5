// A source that receives people's choices from a consent management platform: what it compiles to,
// and what is wrong with one.
#include <gtest/gtest.h>

#include <algorithm>

#include "good_folder.h"

namespace octroi::gateway {
namespace {

constexpr const char* kFile = "sources/didomi.yaml";
constexpr const char* kDidomi = R"(apiVersion: octroi/v1
kind: Source
id: didomi
title: { fr: "Didomi", en: "Didomi" }
owner: { team: "Marketing digital", contact: digital@exemple.fr }
collected_from: subject
notice: bandeau-v2
receive: { type: didomi, path: /v1/consents/didomi, format: json, purposes: { ads-x1: [advertising.personalised] } }
authenticate: { method: hmac-sha256, secret: { from: "file:keys/didomi.secret" } }
subject: { keys: [customer_id, email] }
map: { user.organization_user_id: customer_id }
)";

Files WithDidomi(std::string_view text = "id: didomi", std::string_view with = "id: didomi") {
  Files files = GoodFolder();
  files[kFile] = Replace(kDidomi, text, with);
  return files;
}

TEST(ChoicesConfig, WhatItMeans) {
  const ConfigFolder config = Load(WithDidomi());
  ASSERT_TRUE(config.ok()) << Render(config, Language::kEnglish, false);
  const auto keys = crypto::KeyRing::FromRoot("demonstration", std::string(32, 'k'));
  const auto made =
      CompilePlan(config, *keys, "test", 1, "", Observing::kAsConfigured, Secrets::kLeftOut);
  ASSERT_TRUE(made) << made.error().detail;
  const SourcePlan& source = *(*made)->SourceById("didomi");
  EXPECT_EQ(source.dialect, Dialect::kChoices);
  ASSERT_TRUE(source.choices);
  EXPECT_EQ(source.choices->form, CmpForm::kDidomi);
  EXPECT_EQ(source.choices->notice, "bandeau-v2");
  ASSERT_EQ(source.choices->purposes.size(), 1u);
  const auto& purposes = (*made)->purposes;
  const auto place = std::ranges::find(purposes, "advertising.personalised") - purposes.begin();
  EXPECT_EQ(source.choices->purposes.at("ads-x1"), 1U << place);
  const auto& fields = (*made)->fields;
  const auto customer = std::ranges::find(fields, "customer_id") - fields.begin();
  EXPECT_EQ(source.choices->pointers.at(static_cast<base::FieldId>(customer)),
            "/user/organization_user_id");
  for (const char* type : {"onetrust", "usercentrics", "segment-consent"}) {
    const ConfigFolder other = Load(WithDidomi("type: didomi", std::string("type: ") + type));
    EXPECT_TRUE(other.ok()) << Render(other, Language::kEnglish, false);
  }
  EXPECT_FALSE((*made)->SourceById("boutique")->choices);
}

TEST(ChoicesConfig, WhatIsWrong) {
  const struct {
    const char *mistake, *text, *with, *code;
  } rows[] = {
      {"the events' path", "path: /v1/consents", "path: ‸/v1/events", "OCT-1328"},
      {"another format", "format: json", "format: ‸ndjson", "OCT-1914"},
      {"no purposes",
       "receive: { type: didomi, path: /v1/consents/didomi, format: json, purposes: { ads-x1: "
       "[advertising.personalised] } }",
       "receive: ‸{ type: didomi, path: /v1/consents/didomi, format: json }", "OCT-1103"},
      {"a purpose of nobody", "[advertising.personalised]", "[‸advertising.other]", "OCT-1205"},
      {"a name of nothing", "[advertising.personalised]", "‸[]", "OCT-1108"},
      {"what the notice does not say", "[advertising.personalised]", "[‸marketing.email]",
       "OCT-1214"},
      {"events as well",
       "map:", "‸accepts: [{ event: x, contract: identity@1 }]\nmap:", "OCT-1334"},
      {"signals as well", "map:", "‸consent: [{ read: gpc }]\nmap:", "OCT-1334"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.mistake);
    Files files = WithDidomi(row.text, row.with);
    const Marked marked = TakeMark(files[kFile]);
    files[kFile] = marked.text;
    const std::string wanted = std::string(kFile) + ":" + std::to_string(marked.line) + ":" +
                               std::to_string(marked.column) + " " + row.code;
    EXPECT_EQ(Errors(Load(files)), std::vector{wanted});
  }
  const auto codes = [](const Files& files) {
    return Codes(Load(files), ConfigFinding::Level::kError);
  };
  EXPECT_EQ(codes(WithDidomi("notice: bandeau-v2\n", "")), std::vector<std::string>{"OCT-1103"});
  Files files = GoodFolder();
  files["sources/boutique.yaml"] = Replace(files["sources/boutique.yaml"], "format: ndjson",
                                           "format: ndjson, purposes: { a: [crm.management] }");
  EXPECT_EQ(codes(files), std::vector<std::string>{"OCT-1334"});
  files = GoodFolder();
  files["sources/boutique.yaml"] =
      Replace(files["sources/boutique.yaml"],
              "accepts:\n  - { event: order.line, contract: order-line@1 }\n", "");
  const auto missing = codes(files);
  EXPECT_EQ(missing, std::vector<std::string>{"OCT-1103"});
}

}  // namespace
}  // namespace octroi::gateway
