// The words around findings: "did you mean", both languages, rendering, schemas, CSV.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "gateway/config/csv.h"
#include "gateway/config/findings.h"
#include "gateway/config/schema.h"
#include "good_folder.h"

namespace octroi::gateway {
namespace {

TEST(DidYouMean, NearNamesOnly) {
  const std::vector<std::string> known = {"email",    "phone", "customer_id",
                                          "campaign", "url",   "order-line@1"};
  struct Row {
    const char* wrong;
    const char* nearest;
  };
  const Row rows[] = {
      {"emial", "email"},
      {"e-mail", "email"},
      {"mail", "email"},
      {"fone", "phone"},
      {"campain", "campaign"},
      {"custmer_id", "customer_id"},
      {"customer-id", "customer_id"},
      {"order-lines@1", "order-line@1"},
      {"order-line@2", "order-line@1"},
      {"ulr", "url"},
      {"xyz", ""},
      {"telephone", ""},
      {"", ""},
      {"email", "phone"},
  };
  for (const Row& row : rows) {
    if (std::string_view(row.wrong) == "email") continue;  // known: nobody asks
    EXPECT_EQ(config::Nearest(row.wrong, known), row.nearest) << row.wrong;
  }
  EXPECT_EQ(config::Nearest(std::string(5000, 'e'), known), "");
}

const ConfigFinding& Only(const ConfigFolder& config) {
  for (const ConfigFinding& finding : config.findings) {
    if (finding.level == ConfigFinding::Level::kError) return finding;
  }
  static const ConfigFinding kNone;
  return kNone;
}

TEST(DidYouMean, IsSaidInBothLanguagesAndKnowsSynonyms) {
  Files files = GoodFolder();
  files["sources/boutique.yaml"] =
      Replace(files["sources/boutique.yaml"], "unknown_events:", "unknown_event:");
  EXPECT_NE(Only(Load(files)).hint_fr.find("Vouliez-vous dire « unknown_events »"),
            std::string::npos);
  EXPECT_NE(Only(Load(files)).hint_en.find("Did you mean \"unknown_events\"?"), std::string::npos);

  files = GoodFolder();
  files["contracts/identity.yaml"] = Replace(files["contracts/identity.yaml"],
                                             "check: { field: email,", "check: { field: courriel,");
  EXPECT_NE(Only(Load(files))
                .hint_fr.find("« courriel » est un synonyme connu : le nom commun est « email »"),
            std::string::npos);
}

TEST(Codes, EveryCodeSpeaksBothLanguagesAndIsDocumented) {
  std::ifstream in(OCTROI_SOURCE_DIR "/docs/CONFIG-ERRORS.md");
  const std::string page(std::istreambuf_iterator<char>(in), {});
  std::set<std::string> seen;
  for (const CodeHelp& code : ConfigCodes()) {
    SCOPED_TRACE(code.code);
    EXPECT_TRUE(seen.insert(code.code).second) << "twice";
    EXPECT_FALSE(code.fr.empty());
    EXPECT_FALSE(code.en.empty());
    EXPECT_NE(code.fr, code.en);
    EXPECT_EQ(code.hint_fr.empty(), code.hint_en.empty());
    EXPECT_NE(page.find("| " + code.code + " | " + code.fr + " | " + code.en + " |"),
              std::string::npos)
        << "docs/CONFIG-ERRORS.md lacks: | " << code.code << " | " << code.fr << " | " << code.en
        << " |";
  }
}

TEST(Render, ShowsTheLineAndACaretUnderTheWord) {
  Files files = GoodFolder();
  files["contracts/identity.yaml"] =
      Replace(files["contracts/identity.yaml"], "term: identity", "term: identite");
  const ConfigFolder config = Load(files);
  const std::string text = Render(config, Language::kFrench, false);
  EXPECT_NE(
      text.find(
          "contracts/identity.yaml:12:7  erreur  OCT-1213  Le terme « identite » n'existe pas"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("     12 | term: identite\n                ^^^^^^^^\n"), std::string::npos)
      << text;
  EXPECT_NE(Render(config, Language::kEnglish, true).find("\x1b[31merror\x1b[0m"),
            std::string::npos);
  const auto json = nlohmann::json::parse(RenderJson(config));
  ASSERT_TRUE(json.is_array());
  bool found = false;
  for (const auto& one : json)
    found = found || (one["code"] == "OCT-1213" && one["line"] == 12 && one["column"] == 7);
  EXPECT_TRUE(found);
}

TEST(Render, NeverShowsASecretThatStandsWhereAReferenceBelongs) {
  Files files = GoodFolder();
  files["sources/boutique.yaml"] =
      Replace(files["sources/boutique.yaml"], "file:keys/boutique.secret", "hunter2-the-secret");
  const ConfigFolder config = Load(files);
  EXPECT_FALSE(config.ok());
  for (const Language language : {Language::kFrench, Language::kEnglish}) {
    EXPECT_EQ(Render(config, language, false).find("hunter2"), std::string::npos);
  }
  EXPECT_EQ(RenderJson(config).find("hunter2"), std::string::npos);
}

void ExpectKnownKeywords(const nlohmann::json& schema) {
  if (!schema.is_object()) return;
  const auto known = config::SchemaKeywords();
  for (const auto& [key, value] : schema.items()) {
    EXPECT_NE(std::find(known.begin(), known.end(), key), known.end())
        << "the validator ignores " << key;
    if (key == "properties" || key == "$defs") {
      for (const auto& [name, property] : value.items()) ExpectKnownKeywords(property);
    } else if (key == "oneOf" || key == "allOf") {
      for (const auto& branch : value) ExpectKnownKeywords(branch);
    } else if (key == "items" || key == "additionalProperties" || key == "if" || key == "then" ||
               key == "not" || key == "contains" || key == "propertyNames") {
      ExpectKnownKeywords(value);
    }
  }
}

TEST(Schemas, AreValidJsonInBothLanguagesAndUseOnlyWhatTheValidatorKnows) {
  EXPECT_EQ(SchemaKinds().size(), 12u);
  for (const std::string& kind : SchemaKinds()) {
    SCOPED_TRACE(kind);
    std::string texts[2];
    for (const Language language : {Language::kFrench, Language::kEnglish}) {
      const auto text = Schema(kind, language);
      ASSERT_TRUE(text.has_value());
      const auto schema = nlohmann::json::parse(*text, nullptr, false);
      ASSERT_TRUE(schema.is_object());
      EXPECT_EQ(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
      ExpectKnownKeywords(schema);
      texts[language == Language::kFrench] = *text;
    }
    EXPECT_NE(texts[0], texts[1]);
  }
  EXPECT_FALSE(Schema("sauce", Language::kFrench).has_value());
}

TEST(Csv, Table) {
  struct Row {
    const char* what;
    const char* bytes;
    const char* column;
    std::vector<std::string> values;
    bool good;
  };
  const Row rows[] = {
      {"by header", "a,b\n1,2\n3,4\n", "b", {"2", "4"}, true},
      {"the first column", "a,b\n1,2\n", "", {"1"}, true},
      {"CRLF and no end of line", "a\r\nx\r\ny", "a", {"x", "y"}, true},
      {"a comma in quotes", "a,b\n\"x, y\",2\n", "a", {"x, y"}, true},
      {"quotes in quotes", "a\n\"say \"\"hi\"\"\"\n", "a", {"say \"hi\""}, true},
      {"a line break in quotes", "a,b\n\"x\ny\",2\n", "a", {"x\ny"}, true},
      {"a byte order mark",
       "\xef\xbb\xbf"
       "a\nx\n",
       "a",
       {"x"},
       true},
      {"an empty line", "a\nx\n\ny\n", "a", {"x", "y"}, true},
      {"no such column", "a\nx\n", "b", {}, false},
      {"an open quote", "a\n\"x\n", "a", {}, false},
      {"text after a quote", "a\n\"x\"y\n", "a", {}, false},
      {"a quote inside", "a\nx\"y\n", "a", {}, false},
      {"too few values", "a,b\n1\n", "a", {}, false},
      {"nothing", "", "a", {}, false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const auto values = config::CsvColumn(row.bytes, row.column);
    ASSERT_EQ(static_cast<bool>(values), row.good);
    if (values) {
      EXPECT_EQ(*values, row.values);
    }
  }
}

}  // namespace
}  // namespace octroi::gateway
