// Free text with what is found in it replaced, and text that is not judged.
#include "rules/detect/redact.h"

#include <gtest/gtest.h>

#include "bench.h"

namespace octroi::rules {
namespace {

// "-": it cannot be judged.
std::string Redacted(std::string_view text) {
  Detector detector({.at_least = Confidence::kPossible});
  std::string out = "before:";
  const bool judged = AppendRedacted(text, detector, out);
  EXPECT_TRUE(judged || out == "before:") << out;
  return judged ? out.substr(7) : "-";
}

TEST(Redact, ReplacesFindsByTheirType) {
  EXPECT_EQ(Redacted("Écrire à lea@exemple.fr ou au 06 12 34 56 78, NIR 1 85 05 78 006 084 91."),
            "Écrire à [email] ou au [phone], NIR [nir].");
  EXPECT_EQ(Redacted("Très bon accueil, merci 👍🏽 👨‍👩‍👧 !"),
            "Très bon accueil, merci 👍🏽 👨‍👩‍👧 !");
  EXPECT_EQ(Redacted("J'adore ❤️! 30 m², 25 °C"), "J'adore ❤️! 30 m², 25 °C");
  EXPECT_EQ(Redacted(""), "");
  EXPECT_EQ(Redacted("lea@exemple.fr"), "[email]");
}

// What is only possible goes, too: an order that could be a SIREN.
TEST(Redact, HidesWhatIsOnlyPossible) {
  EXPECT_EQ(Redacted("réf 732829320"), "réf [siren]");
  EXPECT_EQ(Redacted("Commande 4111111111111111"), "Commande [payment-card]");
}

// Of what overlaps all goes, by the name of the surest.
TEST(Redact, LeavesNothingBetweenFindsThatOverlap) {
  EXPECT_EQ(Redacted("https://a.fr/?mail=lea@exemple.fr"), "[url]");
  EXPECT_EQ(Redacted("lea@exemple.fr/06 12 34 56 78").find("12 34"), std::string::npos);
}

TEST(Redact, WhatCannotBeJudgedIsNotRedacted) {
  EXPECT_EQ(Redacted("\xff"), "-");
  EXPECT_EQ(Redacted(std::string("a\0b", 3)), "-");
  EXPECT_EQ(Redacted("lea@exe\u200bmple.fr"), "-");  // an unseen space
  EXPECT_EQ(Redacted("léa@exé\u200bmple.fr"), "-");
  EXPECT_EQ(Redacted("06 12 34\u00ad56 78"), "-");   // a soft hyphen
  EXPECT_EQ(Redacted("０６ 12 34 56 78"), "-");      // wide digits
  EXPECT_EQ(Redacted("٠٦ ١٢ ٣٤ ٥٦ ٧٨"), "-");        // Arabic digits
  EXPECT_EQ(Redacted("𝟎𝟔 12 34 56 78"), "-");        // mathematical digits
  EXPECT_EQ(Redacted("\u202e87 65 43 21 60"), "-");  // from right to left
  EXPECT_EQ(Redacted(std::string(kRedactedBytesMax, 'a')).size(), kRedactedBytesMax);
  EXPECT_EQ(Redacted(std::string(kRedactedBytesMax + 1, 'a')), "-");
}

// What a contract does about a leak: the rule's on_fail, or the repair before it.
struct Leak {
  std::string text;
  base::Outcome outcome;
  std::uint64_t failed, repaired;
};

Leak AfterJudging(const char* json, OnFail on_fail, std::vector<Repair> repairs) {
  RuleSpec rule = RuleOf(OnA(), on_fail);
  rule.check.format = Format::kNoPersonalData;
  rule.repair = std::move(repairs);
  EventOf event(json);
  Contract::Scratch scratch;
  const Judgement found = ContractOf(SpecOf({rule})).Judge(*event, {}, scratch);
  return {std::string(event.text(kA)), found.outcome, found.failed, found.repaired};
}

TEST(Redact, AContractFlagsQuarantinesDropsOrRedactsWhatLeaks) {
  const char* const json = R"({"a":"merci, 06 12 34 56 78"})";
  const Leak flagged = AfterJudging(json, OnFail::kKeep, {});
  EXPECT_EQ(flagged.outcome, base::Outcome::kAccepted);
  EXPECT_EQ(flagged.failed, 1U);
  EXPECT_EQ(flagged.text, "merci, 06 12 34 56 78");
  EXPECT_EQ(AfterJudging(json, OnFail::kQuarantine, {}).outcome, base::Outcome::kQuarantined);
  EXPECT_EQ(AfterJudging(json, OnFail::kDropField, {}).text, "");
  const Leak redacted = AfterJudging(json, OnFail::kQuarantine, {Repair::kRedact});
  EXPECT_EQ(redacted.outcome, base::Outcome::kAccepted);
  EXPECT_EQ(redacted.text, "merci, [phone]");
  EXPECT_EQ(redacted.failed, 0U);
  EXPECT_EQ(redacted.repaired, 1U);
  const Leak clean = AfterJudging(R"({"a":"merci"})", OnFail::kQuarantine, {Repair::kRedact});
  EXPECT_EQ(clean.outcome, base::Outcome::kAccepted);
  EXPECT_EQ(clean.repaired, 0U);
}

// What cannot be judged is not repaired, and so does what the rule says of a leak.
TEST(Redact, AContractDoesNotTakeWhatCannotBeJudgedForClean) {
  const Leak leak =
      AfterJudging("{\"a\":\"lea\u200b@exemple.fr\"}", OnFail::kQuarantine, {Repair::kRedact});
  EXPECT_EQ(leak.outcome, base::Outcome::kQuarantined);
}

TEST(Redact, WhatIsRedactedHasNothingMoreToBeFound) {
  Detector detector({.at_least = Confidence::kPossible});
  const char* const texts[] = {"IBAN FR7630006000011234567890189, BIC AGRIFRPP, CHE-109.322.551",
                               "né le 12 mars 1985, plaque AB-123-CD, 756.9217.0769.85",
                               "+41 79 123 45 67 depuis 192.0.2.1 ou 2001:db8::1"};
  for (const char* const text : texts) {
    const std::string once = Redacted(text);
    EXPECT_NE(once, text);
    EXPECT_TRUE(detector.Scan(once).empty()) << once;
  }
}

}  // namespace
}  // namespace octroi::rules
