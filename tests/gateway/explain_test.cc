// The line that an explanation names is the one that decided, and with what it proposes the event
// would have left. On the folder that `octroi init` writes, each case with what it changes there.
#include "gateway/explain.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/text.h"
#include "gateway/simulate.h"

namespace octroi::gateway {
namespace {

const base::Millis kAt = *base::ParseRfc3339("2026-11-21T10:00:00Z");
constexpr const char* kPurpose = "purposes/marketing.email.yaml";
constexpr const char* kPolicy = "policies/marketing-email.yaml";
constexpr const char* kDestination = "destinations/emailing.yaml";

constexpr const char* kMail = R"("traits":{"email":"a@example.org"})";
constexpr const char* kNumber = R"("userId":"c-17")";

struct Edit {
  const char *file, *text, *instead;
};

struct Row {
  const char* name;
  const char* event;  // members beside its id, name and time
  const char* consents;
  std::vector<Edit> edits;
  const char* reason;
  const char* line;       // what the named line says
  const char* condition;  // the same of `condition`; "": none is named
  const char* would_change;
};

std::string Word(const char* subject, const char* state, const char* purpose = "marketing.email",
                 const char* more = "") {
  return std::string(R"({"subject":{)") + subject + R"(},"purpose":")" + purpose +
         R"(","state":")" + state + R"(","effective_at":"2026-11-01T00:00:00Z")" + more + "}";
}
constexpr const char* kShown = R"(,"notice":"newsletter-v1","evidence":{"form":1})";

class Explaining : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = (std::filesystem::temp_directory_path() / "octroi-explain-XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    ASSERT_TRUE(InitFolder(folder_, Language::kEnglish));
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder_); }

  // {"reason", "delivery"} of the one destination.
  nlohmann::ordered_json Explain(const Row& row) {
    auto files = LoadConfig(folder_).files;
    for (const Edit& edit : row.edits) {
      std::string& file = files[edit.file];
      const std::size_t at = file.find(edit.text);
      EXPECT_NE(at, std::string::npos) << edit.text;
      if (at != std::string::npos)
        file.replace(at, std::string_view(edit.text).size(), edit.instead);
    }
    PastConfig past{LoadConfig(files, folder_), nullptr};
    EXPECT_TRUE(past.config.ok()) << Render(past.config, Language::kEnglish, false);
    const auto keys = crypto::KeyRing::FromRoot("explain", std::string(32, 'k'));
    auto plan =
        CompilePlan(past.config, *keys, "test", 1, "", Observing::kAsConfigured, Secrets::kLeftOut);
    if (!plan) return {};
    past.plan = *plan;
    files_ = std::move(files);
    ConsentHistory history;
    const SourcePlan& source = past.plan->sources.front();
    EXPECT_TRUE(ReadConsents(row.consents, *past.plan, source, *keys, history));
    const auto index = history.At(*past.plan, kAt);
    const Explainer explainer(past, *index);
    const std::string event = std::string(R"({"message_id":"m","event":"lead.created",)") +
                              R"("sent_at":"2026-11-21T09:00:00Z",)" + row.event + "}";
    nlohmann::ordered_json found;
    Simulation({past.plan.get(), keys.get(), index.get(), 0, false, kAt})
        .Run({event}, [&](std::size_t, const Simulated& one, const base::FieldReader& fields) {
          EXPECT_EQ(one.record.verdicts.size(), 1u);
          if (one.record.verdicts.empty()) return;
          found["reason"] = past.plan->ReasonName(one.record.verdicts[0].reason);
          found["delivery"] = explainer.Delivery(one.record, &fields, 0);
          found["without"] = explainer.Delivery(one.record, nullptr, 0);
        });
    return found;
  }

  std::string LineOf(const nlohmann::ordered_json& place, const char* key) {
    if (!place.is_object() || !place.contains(key)) return "";
    std::istringstream file(files_[place["file"]]);
    std::string line;
    for (int left = place[key]; left > 0; --left) std::getline(file, line);
    return line;
  }

  inline static std::string folder_;
  std::map<std::string, std::string> files_;
};

const std::string kDenied = Word(R"("email":"a@example.org")", "denied");
const std::string kGranted =
    Word(R"("email":"a@example.org")", "granted", "marketing.email", kShown);
const std::string kGrantedByNumber =
    Word(R"("customer_id":"c-17")", "granted", "marketing.email", kShown);
const std::string kRestricted = kGranted + "\n" + R"({"subject":{"email":"a@example.org"},)" +
                                R"("purpose":"*","state":"restricted",)" +
                                R"("effective_at":"2026-11-02T00:00:00Z"})";
const std::string kLate = R"({"subject":{"email":"a@example.org"},"purpose":"marketing.email",)"
                          R"("state":"granted","effective_at":"2026-11-21T09:30:00Z")" +
                          std::string(kShown) + "}";

TEST_F(Explaining, NamesTheLineThatDecidedAndWhatWouldChangeIt) {
  const char* kConsent = R"([[{"do":"consent","purpose":"marketing.email"}]])";
  const std::vector<Row> rows = {
      {"nothing on file", kMail, "", {}, "consent.unknown", "legal_basis: consent", "", kConsent},
      {"denied",
       kMail,
       kDenied.c_str(),
       {},
       "consent.denied",
       "legal_basis: consent",
       "",
       kConsent},
      {"granted after the event",
       kMail,
       kLate.c_str(),
       {},
       "consent.not_at_collection",
       "legal_basis: consent",
       "",
       kConsent},
      {"the terms changed since",
       kMail,
       kGranted.c_str(),
       {{kPurpose, "consent:\n", "consent:\n  refresh_from: 2026-11-10\n"}},
       "notice.changed",
       "refresh_from: 2026-11-10",
       "",
       kConsent},
      {"restricted since",
       kMail,
       kRestricted.c_str(),
       {},
       "subject.restricted",
       "legal_basis: consent",
       "",
       R"([[{"do":"consent","purpose":"marketing.email"}],[{"do":"lift"}]])"},
      {"the policy wants an address",
       kNumber,
       kGrantedByNumber.c_str(),
       {},
       "policy.not_met",
       "do: withhold, reason: policy.not_met",
       "present: email",
       R"([[{"do":"field","field":"email"}]])"},
      {"two things at once",
       kNumber,
       "",
       {},
       "consent.unknown",
       "legal_basis: consent",
       "",
       R"([[{"do":"consent","purpose":"marketing.email"},{"do":"field","field":"email"}]])"},
      {"another policy line",
       kMail,
       kGranted.c_str(),
       {{kPolicy, "  - { present: email }\n",
         "  - { field: campaign, in: [rentree-2026, noel] }\n  - { present: email }\n"}},
       "policy.not_met",
       "do: withhold, reason: policy.not_met",
       "field: campaign",
       R"([[{"do":"field","field":"campaign","in":["noel","rentree-2026"]}]])"},
      {"the safeguard is over",
       kMail,
       kGranted.c_str(),
       {{kDestination, "outside_eea: false",
         "outside_eea: true\n  safeguard: scc\n  safeguard_until: 2026-10-01"}},
       "transfer.no_safeguard",
       "safeguard_until: 2026-10-01",
       "",
       "[]"},
      {"sent", kMail, kGranted.c_str(), {}, "consent.granted", "legal_basis: consent", "", "null"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto found = Explain(row);
    EXPECT_EQ(found["reason"], row.reason);
    const auto& delivery = found["delivery"];
    const std::string line = LineOf(delivery["decided_by"], "line");
    EXPECT_NE(line.find(row.line), std::string::npos) << line << delivery;
    const std::string condition = LineOf(delivery["decided_by"], "condition");
    EXPECT_TRUE(*row.condition ? condition.find(row.condition) != std::string::npos
                               : condition.empty())
        << condition << delivery;
    EXPECT_EQ(delivery.value("would_change", nlohmann::ordered_json()).dump(), row.would_change);
  }
}

TEST_F(Explaining, WhatHangsOnAPayloadThatIsGoneIsNotSaid) {
  const Row sent{"", kMail, kGranted.c_str(), {}, "", "", "", ""};
  EXPECT_TRUE(Explain(sent)["without"]["decided_by"].is_null());  // the policy reads the address
  const Row unknown{"", kMail, "", {}, "", "", "", ""};
  EXPECT_EQ(Explain(unknown)["without"]["decided_by"]["file"], kPurpose);
}

}  // namespace
}  // namespace octroi::gateway
