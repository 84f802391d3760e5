// What each consent management platform's message says, as choices; and that what is not understood
// is refused whole. In every row what must not be repeated begins with "posted".
#include "gateway/cmp_choices.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace octroi::gateway {
namespace {

struct Row {
  const char* name;
  const char* body;
  const char*
      says;  // "name state at instant @pointer; …", "nobody's act @pointer", "refused code pointer"
};

// Names whose every part begins with "m" mean a purpose of ours; so does one vendor.
bool IsMapped(std::string_view name) {
  for (std::size_t slash = name.find('/'); slash != name.npos; slash = name.find('/', slash + 1)) {
    if (name.substr(slash + 1, 1) != "m") return false;
  }
  return name.starts_with('m') || name == "vendor:google";
}
std::string Say(CmpForm form, std::string_view body) {
  const auto read = ReadChoices(form, body, IsMapped);
  if (const auto* fault = std::get_if<ChoiceFault>(&read))
    return "refused " + std::string(fault->code) + " " + fault->pointer;
  const auto& choices = std::get<Choices>(read);
  std::string said;
  const auto add = [&](const std::string& one) { said += (said.empty() ? "" : "; ") + one; };
  for (const Choice& choice : choices.taken)
    add(choice.name + " " + std::string(Name(choice.state)) + " at " +
        base::FormatRfc3339(choice.effective_at) + " @" + choice.pointer);
  for (const std::string& pointer : choices.not_acts) add("nobody's act @" + pointer);
  return said;
}

void Expect(CmpForm form, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const std::string said = Say(form, row.body);
    EXPECT_EQ(said, row.says) << row.name;
    if (said.starts_with("refused")) {
      EXPECT_EQ(said.find("posted"), said.npos) << row.name;
    }
  }
}

TEST(CmpChoices, Didomi) {
  Expect(
      CmpForm::kDidomi,
      {{"a consent event",
        R"({"id":"e","organization_id":"o","created_at":"2026-11-21T09:00:00Z","status":"confirmed","user":{"organization_user_id":"u"},
           "consents":{"purposes":[{"id":"mail","enabled":true},{"id":"ads","enabled":false}]}})",
        "mail granted at 2026-11-21T09:00:00.000Z @/consents/purposes/0; ads denied at "
        "2026-11-21T09:00:00.000Z @/consents/purposes/1; ads/ denied at "
        "2026-11-21T09:00:00.000Z @/consents/purposes/1"},
       {"a purpose that it does not speak of is no choice",
        R"({"created_at":"2026-11-21T09:00:00Z","status":"confirmed","consents":{"purposes":[]}})",
        ""},
       {"double opt-in: a yes waits, a no does not",
        R"({"created_at":"2026-11-21T10:00:00+01:00","status":"pending_approval","consents":{"purposes":[{"id":"mail","enabled":true},{"id":"mads","enabled":false}]}})",
        "mail pending at 2026-11-21T09:00:00.000Z @/consents/purposes/0; mads denied at "
        "2026-11-21T09:00:00.000Z @/consents/purposes/1; mads/ denied at "
        "2026-11-21T09:00:00.000Z @/consents/purposes/1"},
       {"the webhook's message",
        R"({"type":"event.created","parameters":{"entity":{"created_at":"2026-11-21T09:00:00Z","status":"confirmed","regulation":"gdpr","consents":{"purposes":[{"id":"mail","enabled":true,"metadata":{"a":1}}]}}}})",
        "mail granted at 2026-11-21T09:00:00.000Z @/parameters/entity/consents/purposes/0"},
       {"an event that was confirmed since",
        R"({"type":"event.updated","parameters":{"old_entity":{"status":"pending_approval"},"new_entity":{"created_at":"2026-11-21T09:00:00Z","status":"confirmed","consents":{"purposes":[{"id":"mail","enabled":true}]}}}})",
        "mail granted at 2026-11-21T09:00:00.000Z @/parameters/new_entity/consents/purposes/0"},
       {"a deletion is not understood", R"({"type":"event.deleted","parameters":{"entity":{}}})",
        "refused consent.form_unknown /type"},
       {"another law",
        R"({"created_at":"2026-11-21T09:00:00Z","status":"confirmed","regulation":"posted-cpra","consents":{"purposes":[]}})",
        "refused consent.form_unknown /regulation"},
       {"another status",
        R"({"created_at":"2026-11-21T09:00:00Z","status":"posted","consents":{"purposes":[]}})",
        "refused consent.state_invalid /status"},
       {"no status", R"({"created_at":"2026-11-21T09:00:00Z","consents":{"purposes":[]}})",
        "refused consent.state_invalid /status"},
       {"no zone",
        R"({"created_at":"2026-11-21T09:00:00","status":"confirmed","consents":{"purposes":[]}})",
        "refused consent.effective_at_invalid /created_at"},
       {"no date", R"({"status":"confirmed","consents":{"purposes":[]}})",
        "refused consent.effective_at_invalid /created_at"},
       {"enabled is a text",
        R"({"created_at":"2026-11-21T09:00:00Z","status":"confirmed","consents":{"purposes":[{"id":"mail","enabled":"posted"}]}})",
        "refused consent.state_invalid /consents/purposes/0/enabled"},
       {"a grant of one channel only",
        R"({"created_at":"2026-11-21T09:00:00Z","status":"confirmed","consents":{"purposes":[{"id":"mail","enabled":true,"posted":{"sms":false}}]}})",
        "refused consent.member_unknown /consents/purposes/0/*"},
       {"a refusal with more beside it is a refusal",
        R"({"created_at":"2026-11-21T09:00:00Z","status":"confirmed","consents":{"purposes":[{"id":"mail","enabled":false,"more":{"sms":true}}]}})",
        "mail denied at 2026-11-21T09:00:00.000Z @/consents/purposes/0; mail/ denied at "
        "2026-11-21T09:00:00.000Z @/consents/purposes/0"},
       {"a preference that the config does not name",
        R"({"created_at":"2026-11-21T09:00:00Z","status":"confirmed","consents":{"purposes":[{"id":"mail","enabled":true,"preferences":[{"id":"posted","enabled":true}]}]}})",
        "refused consent.preference_unmapped /consents/purposes/0/preferences/0"},
       {"preferences that it names are choices of their own",
        R"({"created_at":"2026-11-21T09:00:00Z","status":"confirmed","consents":{"purposes":[{"id":"mail","enabled":true,"preferences":[{"id":"m1","enabled":true},{"id":"m2","enabled":false,"metadata":{}}]}]}})",
        "mail granted at 2026-11-21T09:00:00.000Z @/consents/purposes/0; mail/m1 granted at "
        "2026-11-21T09:00:00.000Z @/consents/purposes/0/preferences/0; mail/m2 denied at "
        "2026-11-21T09:00:00.000Z @/consents/purposes/0/preferences/1; mail/m2/ denied at "
        "2026-11-21T09:00:00.000Z @/consents/purposes/0/preferences/1"},
       {"of a purpose that nobody mapped, its preferences alone",
        R"({"created_at":"2026-11-21T09:00:00Z","status":"pending_approval","consents":{"purposes":[{"id":"x","enabled":true,"preferences":[{"id":"y","enabled":true}]}]}})",
        "x pending at 2026-11-21T09:00:00.000Z @/consents/purposes/0; x/y pending at "
        "2026-11-21T09:00:00.000Z @/consents/purposes/0/preferences/0"},
       {"values: those that were not chosen are not granted any more",
        R"({"created_at":"2026-11-21T09:00:00Z","status":"confirmed","consents":{"purposes":[{"id":"x","enabled":true,"preferences":[{"id":"often","enabled":true,"values":[{"id":"weekly","enabled":true}]}]}]}})",
        "x granted at 2026-11-21T09:00:00.000Z @/consents/purposes/0; x/often/weekly granted at "
        "2026-11-21T09:00:00.000Z @/consents/purposes/0/preferences/0/values/0; x/often/ denied at "
        "2026-11-21T09:00:00.000Z @/consents/purposes/0/preferences/0/values"},
       {"values: none was chosen",
        R"({"created_at":"2026-11-21T09:00:00Z","status":"confirmed","consents":{"purposes":[{"id":"x","enabled":true,"preferences":[{"id":"often","enabled":true,"values":[]}]}]}})",
        "x granted at 2026-11-21T09:00:00.000Z @/consents/purposes/0; x/often granted at "
        "2026-11-21T09:00:00.000Z @/consents/purposes/0/preferences/0; x/often/ denied at "
        "2026-11-21T09:00:00.000Z @/consents/purposes/0/preferences/0/values"},
       {"nothing that stands under a no stops it",
        R"({"created_at":"2026-11-21T09:00:00Z","status":"confirmed","consents":{"purposes":[{"id":"mail","enabled":false,"preferences":[{"id":"m1"},{"enabled":7}]}]}})",
        "mail denied at 2026-11-21T09:00:00.000Z @/consents/purposes/0; mail/ denied at "
        "2026-11-21T09:00:00.000Z @/consents/purposes/0"},
       {"a value beside a preference that is mapped as a whole",
        R"({"created_at":"2026-11-21T09:00:00Z","status":"confirmed","consents":{"purposes":[{"id":"mx","enabled":true,"preferences":[{"id":"m","enabled":true,"values":[{"id":"posted","enabled":true}]}]}]}})",
        "refused consent.preference_unmapped /consents/purposes/0/preferences/0/values/0"},
       {"a vendor that is refused, if the config says what for",
        R"({"created_at":"2026-11-21T09:00:00Z","status":"confirmed","consents":{"purposes":[],"vendors":[{"id":"google","enabled":false},{"id":"meta","enabled":true},{"id":"posted","enabled":false}]}})",
        "vendor:google denied at 2026-11-21T09:00:00.000Z @/consents/vendors/0"},
       {"a user's status",
        R"({"user_id":"posted","created":"2026-11-01T09:00:00Z","updated":"2026-11-21T09:00:00Z","regulation":"gdpr","purposes":{"consent":{"enabled":["mail"],"disabled":["mads"]},"legitimate_interest":{"enabled":["mstats"],"disabled":["mseen"]},"essential":["mbasic"]},"vendors":{"consent":{"enabled":["posted"],"disabled":["google","posted-2"]},"legitimate_interest":{"disabled":["google"]}}})",
        "mail granted at 2026-11-21T09:00:00.000Z @/purposes/consent/enabled/0; mads denied at "
        "2026-11-21T09:00:00.000Z @/purposes/consent/disabled/0; mads/ denied at "
        "2026-11-21T09:00:00.000Z @/purposes/consent/disabled/0; mseen objected at "
        "2026-11-21T09:00:00.000Z @/purposes/legitimate_interest/disabled/0; mseen/ objected at "
        "2026-11-21T09:00:00.000Z @/purposes/legitimate_interest/disabled/0; vendor:google denied "
        "at 2026-11-21T09:00:00.000Z @/vendors/consent/disabled/0; vendor:google objected at "
        "2026-11-21T09:00:00.000Z @/vendors/legitimate_interest/disabled/0; nobody's act "
        "@/purposes/legitimate_interest/enabled/0"},
       {"a status that does not say when",
        R"({"created":"2026-11-01T09:00:00Z","purposes":{"consent":{"enabled":["mail"]}}})",
        "refused consent.effective_at_invalid /updated"},
       {"a status without consents",
        R"({"updated":"2026-11-21T09:00:00Z","purposes":{"posted":1}})",
        "refused consent.form_unknown /purposes/consent"},
       {"a status under another law",
        R"({"updated":"2026-11-21T09:00:00Z","regulation":"posted","purposes":{"consent":{"enabled":["mail"]}}})",
        "refused consent.form_unknown /regulation"},
       {"a purpose of a status that is no name",
        R"({"updated":"2026-11-21T09:00:00Z","purposes":{"consent":{"enabled":["mail",7]}}})",
        "refused consent.form_unknown /purposes/consent/enabled/1"},
       {"no purposes", R"({"created_at":"2026-11-21T09:00:00Z","status":"confirmed"})",
        "refused consent.form_unknown /consents/purposes"},
       {"something else", R"({"posted":1})", "refused consent.state_invalid /status"}});
}

TEST(CmpChoices, OneTrust) {
  Expect(
      CmpForm::kOneTrust,
      {{"a receipt",
        R"({"identifier":"posted@example.org","identifierType":"Email","language":"fr","interactionDate":"2026-11-21T09:00:00Z","requestInformation":"posted-jwt",
           "purposes":[{"Id":"mail","TransactionType":"CONFIRMED"},{"Id":"mads","TransactionType":"NOTGIVEN"}]})",
        "mail granted at 2026-11-21T09:00:00.000Z @/purposes/0; mads denied at "
        "2026-11-21T09:00:00.000Z @/purposes/1; mads/ denied at 2026-11-21T09:00:00.000Z "
        "@/purposes/1"},
       {"consentDate is when the person agreed",
        R"({"interactionDate":"2026-11-21T09:00:00Z","consentDate":"2026-11-20T09:00:00Z","purposes":[{"Id":"mail","TransactionType":"CONFIRMED","Preferences":[]},{"Id":"mads","TransactionType":"WITHDRAWN"}]})",
        "mail granted at 2026-11-20T09:00:00.000Z @/purposes/0; mads withdrawn at "
        "2026-11-21T09:00:00.000Z @/purposes/1; mads/ withdrawn at 2026-11-21T09:00:00.000Z "
        "@/purposes/1"},
       {"withdrawnDate of the receipt: withdrawn, whatever the type says",
        R"({"interactionDate":"2026-11-21T09:00:00Z","consentDate":"2026-11-20T09:00:00Z","withdrawnDate":"2026-11-21T08:00:00Z","purposes":[{"Id":"mail","TransactionType":"CONFIRMED"}]})",
        "mail withdrawn at 2026-11-21T08:00:00.000Z @/purposes/0; mail/ withdrawn at "
        "2026-11-21T08:00:00.000Z @/purposes/0"},
       {"withdrawnDate of one purpose",
        R"({"interactionDate":"2026-11-21T09:00:00Z","withdrawnDate":null,"purposes":[{"purposeId":"mail","withdrawnDate":"2026-11-21T08:00:00Z"},{"purposeId":"mads","TransactionType":"PENDING"}]})",
        "mail withdrawn at 2026-11-21T08:00:00.000Z @/purposes/0; mail/ withdrawn at "
        "2026-11-21T08:00:00.000Z @/purposes/0; mads pending at "
        "2026-11-21T09:00:00.000Z @/purposes/1"},
       {"no zone, as in OneTrust's own example",
        R"({"interactionDate":"2026-11-21T09:00:00Z","withdrawnDate":"2018-03-01T09:00:00","purposes":[{"Id":"mail"}]})",
        "refused consent.effective_at_invalid /withdrawnDate"},
       {"no date", R"({"purposes":[{"Id":"mail","TransactionType":"CONFIRMED"}]})",
        "refused consent.effective_at_invalid /interactionDate"},
       {"a type that is not known",
        R"({"interactionDate":"2026-11-21T09:00:00Z","purposes":[{"Id":"mail","TransactionType":"POSTED"}]})",
        "refused consent.state_invalid /purposes/0/TransactionType"},
       {"no type", R"({"interactionDate":"2026-11-21T09:00:00Z","purposes":[{"Id":"mail"}]})",
        "refused consent.state_invalid /purposes/0/TransactionType"},
       {"a grant with another member",
        R"({"interactionDate":"2026-11-21T09:00:00Z","purposes":[{"Id":"mail","TransactionType":"CONFIRMED","posted":[{"posted":1}]}]})",
        "refused consent.member_unknown /purposes/0/*"},
       {"a topic without a name",
        R"({"interactionDate":"2026-11-21T09:00:00Z","purposes":[{"Id":"mail","TransactionType":"CONFIRMED","Preferences":[{"posted":1}]}]})",
        "refused consent.form_unknown /purposes/0/Preferences/0/TopicId"},
       {"a topic of a purpose that nobody mapped, of a type that is not known",
        R"({"interactionDate":"2026-11-21T09:00:00Z","purposes":[{"Id":"x","TransactionType":"CONFIRMED","Preferences":[{"TopicId":"y","TransactionType":"POSTED"}]}]})",
        "x granted at 2026-11-21T09:00:00.000Z @/purposes/0; x/y denied at "
        "2026-11-21T09:00:00.000Z @/purposes/0/Preferences/0; x/y/ denied at "
        "2026-11-21T09:00:00.000Z @/purposes/0/Preferences/0"},
       {"preferences of a purpose that nobody mapped",
        R"({"interactionDate":"2026-11-21T09:00:00Z","purposes":[{"Id":"other","TransactionType":"CONFIRMED","Preferences":[1]}]})",
        "other granted at 2026-11-21T09:00:00.000Z @/purposes/0"},
       {"topics that the config does not name",
        R"({"interactionDate":"2026-11-21T09:00:00Z","purposes":[{"Id":"mail","TransactionType":"CONFIRMED","Preferences":[{"TopicId":"posted","TransactionType":"OPT_IN"}]}]})",
        "refused consent.preference_unmapped /purposes/0/Preferences/0"},
       {"a topic that is out beside a yes",
        R"({"interactionDate":"2026-11-21T09:00:00Z","purposes":[{"Id":"mail","TransactionType":"CONFIRMED","Preferences":[{"TopicId":"m1","TransactionType":"OPT_IN"},{"TopicId":"m2","TransactionType":"OPT_OUT"}]}]})",
        "mail granted at 2026-11-21T09:00:00.000Z @/purposes/0; mail/m1 granted at "
        "2026-11-21T09:00:00.000Z @/purposes/0/Preferences/0; mail/m2 denied at "
        "2026-11-21T09:00:00.000Z @/purposes/0/Preferences/1; mail/m2/ denied at "
        "2026-11-21T09:00:00.000Z @/purposes/0/Preferences/1"},
       {"only preferences changed: the purpose is not spoken of",
        R"({"interactionDate":"2026-11-21T09:00:00Z","purposes":[{"Id":"mail","TransactionType":"CHANGE_PREFERENCES","Preferences":[{"TopicId":"m1","TransactionType":"OPT_OUT"}]}]})",
        "mail/m1 denied at 2026-11-21T09:00:00.000Z @/purposes/0/Preferences/0; mail/m1/ denied at "
        "2026-11-21T09:00:00.000Z @/purposes/0/Preferences/0"},
       {"options: those that are not listed were not chosen",
        R"({"interactionDate":"2026-11-21T09:00:00Z","purposes":[{"Id":"x","TransactionType":"CONFIRMED","CustomPreferences":[{"Id":"often","Options":["weekly"]}]}]})",
        "x granted at 2026-11-21T09:00:00.000Z @/purposes/0; x/often/weekly granted at "
        "2026-11-21T09:00:00.000Z @/purposes/0/CustomPreferences/0/Options/0; x/often/ denied at "
        "2026-11-21T09:00:00.000Z @/purposes/0/CustomPreferences/0/Options"},
       {"a no of the whole is a no of its topics",
        R"({"interactionDate":"2026-11-21T09:00:00Z","purposes":[{"Id":"mail","TransactionType":"OPT_OUT","Preferences":[{"TopicId":"m1","TransactionType":"OPT_IN"}]}]})",
        "mail withdrawn at 2026-11-21T09:00:00.000Z @/purposes/0; mail/ withdrawn at "
        "2026-11-21T09:00:00.000Z @/purposes/0"},
       {"nothing that stands under a no stops it",
        R"({"interactionDate":"2026-11-21T09:00:00Z","purposes":[{"Id":"mail","TransactionType":"OPT_OUT","Preferences":[{"TopicId":"m1","TransactionType":"NO_CHOICE"},{"TopicId":"m2","TransactionType":"PENDING"},7],"CustomPreferences":[{"Id":"m3"}]}]})",
        "mail withdrawn at 2026-11-21T09:00:00.000Z @/purposes/0; mail/ withdrawn at "
        "2026-11-21T09:00:00.000Z @/purposes/0"},
       {"no choice was made",
        R"({"interactionDate":"2026-11-21T09:00:00Z","purposes":[{"Id":"mail","TransactionType":"NO_CHOICE"}]})",
        "nobody's act @/purposes/0"},
       {"a topic of a type that is not known",
        R"({"interactionDate":"2026-11-21T09:00:00Z","purposes":[{"Id":"mail","TransactionType":"CONFIRMED","Preferences":[{"TopicId":"m1","TransactionType":"POSTED"}]}]})",
        "refused consent.state_invalid /purposes/0/Preferences/0/TransactionType"},
       {"choices of another shape",
        R"({"interactionDate":"2026-11-21T09:00:00Z","purposes":[{"Id":"x","TransactionType":"CONFIRMED","CustomPreferences":[{"Id":"posted","Choices":[1]}]}]})",
        "refused consent.form_unknown /purposes/0/CustomPreferences/0/Options"},
       {"a test", R"({"test":true,"interactionDate":"2026-11-21T09:00:00Z","purposes":[]})",
        "refused consent.form_unknown /test"},
       {"a purpose without a name",
        R"({"interactionDate":"2026-11-21T09:00:00Z","purposes":[{"Id":7}]})",
        "refused consent.form_unknown /purposes/0/Id"},
       {"no purposes", R"({"interactionDate":"2026-11-21T09:00:00Z"})",
        "refused consent.form_unknown /purposes"}});
}

TEST(CmpChoices, Usercentrics) {
  Expect(
      CmpForm::kUsercentrics,
      {{"the webhook's act",
        R"({"controller_id":"posted","configuration_id":"x","timestamp":1763715600000,"consents":[{"consent_status":true,"dps_id":"mail"},{"consent_status":false,"dps_id":"mads"}],"webhook_version":"v1"})",
        "mail granted at 2025-11-21T09:00:00.000Z @/consents/0; mads denied at "
        "2025-11-21T09:00:00.000Z @/consents/1"},
       {"a service's history, each act an event",
        R"({"controllerId":"posted","services":[{"id":"mail","processorId":"p","legalBasis":["Consent"],"consent":{"status":false,"history":[
            {"action":"onAcceptAllServices","language":"fr","status":true,"timestamp":1763715600000,"type":"explicit","versions":{}},
            {"action":"onDenyAllServices","language":"fr","status":false,"timestamp":"2025-11-22T09:00:00Z","type":"EXPLICIT"}]}}]})",
        "mail granted at 2025-11-21T09:00:00.000Z @/services/0/consent/history/0; mail denied at "
        "2025-11-22T09:00:00.000Z @/services/0/consent/history/1"},
       {"a default is no consent, and a no is a no",
        R"({"services":[{"templateId":"mail","consent":{"history":[{"status":true,"timestamp":1763715600000,"type":"implicit"},{"status":false,"timestamp":1763715600000,"type":"implicit"}]}}]})",
        "mail denied at 2025-11-21T09:00:00.000Z @/services/0/consent/history/1; nobody's act "
        "@/services/0/consent/history/0"},
       {"of which kind nobody knows",
        R"({"services":[{"id":"mail","consent":{"history":[{"status":true,"timestamp":1763715600000}]}}]})",
        "refused consent.state_invalid /services/0/consent/history/0/type"},
       {"seconds", R"({"timestamp":1763715600,"consents":[]})",
        "refused consent.effective_at_invalid /timestamp"},
       {"no zone", R"({"timestamp":"2026-11-21T09:00:00","consents":[]})",
        "refused consent.effective_at_invalid /timestamp"},
       {"neither yes nor no",
        R"({"timestamp":1763715600000,"consents":[{"consent_status":null,"dps_id":"mail"}]})",
        "refused consent.state_invalid /consents/0/consent_status"},
       {"something else", R"({"posted":[]})", "refused consent.form_unknown /services"}});
}

TEST(CmpChoices, Segment) {
  Expect(
      CmpForm::kSegment,
      {{"the consent event",
        R"({"type":"track","event":"Segment Consent Preference Updated","timestamp":"2026-11-21T09:00:00Z","userId":"posted","context":{"consent":{"categoryPreferences":{"marketing":true,"mads":false,"posted@example.org":true}}}})",
        "mads denied at 2026-11-21T09:00:00.000Z @/context/consent/categoryPreferences/mads; "
        "marketing granted at 2026-11-21T09:00:00.000Z "
        "@/context/consent/categoryPreferences/marketing; "
        "posted@example.org granted at 2026-11-21T09:00:00.000Z "
        "@/context/consent/categoryPreferences/*"},
       {"no category: no information",
        R"({"type":"track","event":"Segment Consent Preference Updated","timestamp":"2026-11-21T09:00:00Z","context":{"consent":{"categoryPreferences":{}}}})",
        ""},
       {"another event",
        R"({"type":"track","event":"posted","timestamp":"2026-11-21T09:00:00Z","context":{"consent":{"categoryPreferences":{"m":true}}}})",
        "refused consent.form_unknown /event"},
       {"a page", R"({"type":"page"})", "refused consent.form_unknown /type"},
       {"no categories",
        R"({"type":"track","event":"Segment Consent Preference Updated","timestamp":"2026-11-21T09:00:00Z"})",
        "refused consent.form_unknown /context/consent/categoryPreferences"},
       {"neither true nor false",
        R"({"type":"track","event":"Segment Consent Preference Updated","timestamp":"2026-11-21T09:00:00Z","context":{"consent":{"categoryPreferences":{"posted":"yes"}}}})",
        "refused consent.state_invalid /context/consent/categoryPreferences/*"},
       {"no zone",
        R"({"type":"track","event":"Segment Consent Preference Updated","timestamp":"2026-11-21T09:00:00","context":{"consent":{"categoryPreferences":{}}}})",
        "refused consent.effective_at_invalid /timestamp"}});
}

// Any value in the place of any other is read or refused; nothing is thrown.
TEST(CmpChoices, NothingBreaksIt) {
  const char* bodies[] = {
      R"({"type":@,"event":@,"timestamp":@,"context":{"consent":{"categoryPreferences":{"m":@}}}})",
      R"({"type":@,"context":@})",
      R"({"type":"event.created","parameters":@})",
      R"({"created_at":@,"status":@,"regulation":@,"consents":{"purposes":[{"id":@,"enabled":@},@]}})",
      R"({"test":@,"interactionDate":@,"consentDate":@,"withdrawnDate":@,"purposes":[{"Id":@,"TransactionType":@},@]})",
      R"({"timestamp":@,"consents":[{"consent_status":@,"dps_id":@},@]})",
      R"({"services":[{"id":@,"consent":{"history":[{"status":@,"timestamp":@,"type":@},@]}},@]})",
      "@"};
  const char* values[] = {"null",
                          "true",
                          "1",
                          "-1",
                          "1.5",
                          "9007199254740992",
                          "\"\"",
                          "\"x\"",
                          "[]",
                          "{}",
                          "[1]",
                          "[{}]",
                          R"({"a":[]})",
                          "\"2026-11-21T09:00:00Z\"",
                          "\"confirmed\"",
                          "\"gdpr\"",
                          "\"track\""};
  std::size_t read = 0;
  for (const char* body : bodies) {
    for (const char* value : values) {
      std::string text;
      for (const char* at = body; *at != '\0'; ++at)
        text += *at == '@' ? value : std::string(1, *at);
      for (const CmpForm form :
           {CmpForm::kSegment, CmpForm::kDidomi, CmpForm::kOneTrust, CmpForm::kUsercentrics}) {
        Say(form, text);
        ++read;
      }
    }
  }
  EXPECT_EQ(read, std::size(bodies) * std::size(values) * 4);
}

}  // namespace
}  // namespace octroi::gateway
