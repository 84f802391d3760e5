// One mistake, one finding: the good folder with one edit, and where the finding must stand ("‸").
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "crypto/note.h"
#include "good_folder.h"

namespace octroi::gateway {
namespace {

// How the demonstration's CRM is reached, up to its batches.
constexpr const char* kOverHttp =
    "deliver:\n"
    "  type: http\n"
    "  url: http://127.0.0.1:18102/events\n"
    "  # Cette machine : la garde contre les adresses privées est levée pour cette seule "
    "destination.\n"
    "  # This machine: the guard against private addresses is lifted for this destination alone.\n"
    "  private_network: true\n"
    "  authenticate: { method: bearer, secret: { from: \"file:keys/crm.secret\" } }\n";

struct Row {
  const char* mistake;
  const char* file;
  const char* text;  // in the good file; "" : the edit is the whole file
  const char* edit;  // instead of it
  const char* code;
};

// clang-format off
const Row kRows[] = {
  // Files and YAML
  {"a tab indents", "policies/crm-management.yaml", "  - { present: customer_id }", "‸\t- { present: customer_id }", "OCT-1005"},
  {"a bracket is never closed", "policies/crm-management.yaml", "applies_to: { purposes: [crm.management], destinations: [crm] }\nallow_when:", "applies_to: { purposes: [crm.management], destinations: [crm] \n‸allow_when:", "OCT-1006"},
  {"a key twice", "sources/boutique.yaml", "unknown_events: quarantine", "unknown_events: quarantine\n‸unknown_events: reject", "OCT-1007"},
  {"an anchor", "sources/boutique.yaml", "subject: { keys: [customer_id] }", "subject: { keys: ‸&a [customer_id] }", "OCT-1008"},
  {"a tag", "sources/boutique.yaml", "unknown_events: quarantine", "unknown_events: ‸!!str quarantine", "OCT-1010"},
  {"a second document", "sources/boutique.yaml", "unknown_events: quarantine", "unknown_events: quarantine\n‸---\nmore: 1", "OCT-1011"},
  {"a directive", "lists/campaigns.yaml", "apiVersion: octroi/v1", "‸%YAML 1.1\n---\napiVersion: octroi/v1", "OCT-1013"},
  {"an empty file", "lists/more.yaml", "", "‸# nothing\n", "OCT-1016"},
  {"a list instead of keys", "lists/more.yaml", "", "‸- a\n", "OCT-1021"},
  {"a file without a kind", "lists/more.yaml", "", "‸apiVersion: octroi/v1\n", "OCT-1022"},
  {"a kind that does not exist", "lists/campaigns.yaml", "kind: List", "kind: ‸Liste", "OCT-1019"},
  {"a kind in another's folder", "sources/list.yaml", "", "apiVersion: octroi/v1\nkind: ‸List\nid: l2\ntitle: { fr: L }\nowner: { team: t, contact: c }\nfrom: { file: lists/campaigns.csv }\nhashed: false\nif_missing: fail\n", "OCT-1018"},

  // Shape
  {"text for a number", "contracts/interaction.yaml", "version: 1", "version: ‸\"1\"", "OCT-1101"},
  {"a YAML 1.1 boolean", "contracts/order-line.yaml", "description: { required: false }", "description: { required: ‸no }", "OCT-1101"},
  {"a number for text", "gateway.yaml", "name: \"Exemple SAS\"", "name: ‸12", "OCT-1101"},
  {"a mistyped key", "sources/boutique.yaml", "unknown_events: quarantine", "‸unknown_event: quarantine", "OCT-1102"},
  {"a mistyped key inside", "destinations/crm.yaml", "longest_wait: \"2 s\"", "‸longest_weight: \"2 s\"", "OCT-1102"},
  {"a missing key at the top", "purposes/crm.management.yaml", "apiVersion: octroi/v1\nkind: Purpose\nid: crm.management\ntitle: { fr: \"Suivi de la relation client\", en: \"Customer relationship management\" }\nowner: { team: \"Équipe CRM\", contact: crm@exemple.fr, approvers: [dpo] }", "‸apiVersion: octroi/v1\nkind: Purpose\nid: crm.management\ntitle: { fr: \"Suivi\" }", "OCT-1103"},
  {"consent without a notice", "purposes/marketing.email.yaml", "consent:\n  notice: newsletter-v4", "‸consent:", "OCT-1103"},
  {"legitimate interests without a balancing test", "purposes/crm.management.yaml", "balancing_test: \"MB-2026-002\"\n", "", "OCT-1103"},
  {"outside the EEA without a safeguard", "destinations/publicite.yaml", "recipient:\n  name: \"Example Ads Inc.\"\n  role: joint_controller\n  country: US\n  outside_eea: true\n  safeguard: scc\n", "‸recipient:\n  name: \"Example Ads Inc.\"\n  role: joint_controller\n  country: US\n  outside_eea: true\n", "OCT-1103"},
  {"no French title", "pseudonyms/per-destination.yaml", "title: { fr: \"Pseudonyme propre à chaque destination\", en:", "‸title: { en:", "OCT-1103"},
  {"two lawful bases", "purposes/crm.management.yaml", "legal_basis: legitimate_interests", "legal_basis: ‸[consent, legitimate_interests]", "OCT-1104"},
  {"letting through without proof", "purposes/marketing.email.yaml", "if_unknown: refuse", "if_unknown: ‸allow", "OCT-1104"},
  {"a mistyped severity", "contracts/order-line.yaml", "severity: minor", "severity: ‸minr", "OCT-1104"},
  {"an effect that does not exist", "contracts/interaction.yaml", "on_fail: keep", "on_fail: ‸ignore", "OCT-1104"},
  {"another format version", "gateway.yaml", "apiVersion: octroi/v1", "apiVersion: ‸octroi/v2", "OCT-1105"},
  {"a box ticked beforehand", "notices/newsletter-v4.yaml", "ticked_by_default: false", "ticked_by_default: ‸true", "OCT-1105"},
  {"an id in capitals", "policies/crm-management.yaml", "id: crm-management", "id: ‸CRM", "OCT-1106"},
  {"an unreadable duration", "gateway.yaml", "samples: \"7 days\"", "samples: ‸\"P7D\"", "OCT-1106"},
  {"a secret instead of a reference", "sources/boutique.yaml", "from: \"file:keys/boutique.secret\"", "from: ‸\"s3cr3t\"", "OCT-1106"},
  {"a list outside the folder", "lists/campaigns.yaml", "file: lists/campaigns.csv", "file: ‸/etc/passwd", "OCT-1106"},
  {"an empty title", "pseudonyms/per-destination.yaml", "fr: \"Pseudonyme propre à chaque destination\"", "fr: ‸\"\"", "OCT-1107"},
  {"a destination without a purpose", "destinations/crm.yaml", "purposes: [crm.management]", "purposes: ‸[]", "OCT-1108"},
  {"a child's consent", "purposes/advertising.personalised.yaml", "minimum_age: 18", "minimum_age: ‸12", "OCT-1109"},
  {"batches of nothing", "destinations/crm.yaml", "up_to: 200", "up_to: ‸0", "OCT-1109"},
  {"a weight below 0", "contracts/identity.yaml", "completeness: 20, validity: 25", "completeness: ‸-5, validity: 50", "OCT-1109"},
  {"not an e-mail address", "gateway.yaml", "email: dpo@exemple.fr", "email: ‸dpo", "OCT-1110"},
  {"not a date", "notices/newsletter-v4.yaml", "shown_from: 2026-03-02", "shown_from: ‸2026-02-30", "OCT-1110"},
  {"not a time", "tests/cases.yaml", "at: \"2026-11-21T09:00:00Z\"", "at: ‸\"2026-11-21\"", "OCT-1110"},
  {"a form that does not exist", "destinations/emailing.yaml", "country: clear", "country: ‸cleer", "OCT-1111"},
  {"a form's key mistyped", "destinations/emailing.yaml", "customer_id: { pseudonym: per-destination }", "customer_id: ‸{ pseudonim: per-destination }", "OCT-1111"},
  {"no line without a condition", "policies/crm-management.yaml", "  - { do: withhold, reason: crm.customer_missing }", "  ‸- { when: { present: email }, do: withhold, reason: crm.customer_missing }", "OCT-1112"},
  {"an empty condition", "policies/crm-management.yaml", "{ present: customer_id }", "‸{}", "OCT-1113"},
  {"consent to something ill-named", "tests/cases.yaml", "marketing.email: { state", "‸Marketing: { state", "OCT-1114"},

  // References
  {"an id twice", "policies/marketing-email.yaml", "id: marketing-email", "id: ‸crm-management", "OCT-1201"},
  {"a rule id twice", "contracts/order-line.yaml", "id: not-cancelled", "id: ‸customer-known", "OCT-1201"},
  {"a dictionary field twice", "vocabulary/marketing.yaml", "- id: anonymous_id", "- id: ‸customer_id", "OCT-1201"},
  {"a contract that does not exist", "sources/boutique.yaml", "contract: order-line@1", "contract: ‸order-lines@1", "OCT-1203"},
  {"a version that does not exist", "sources/boutique.yaml", "contract: order-line@1", "contract: ‸order-line@2", "OCT-1203"},
  {"a map to a field that does not exist", "sources/boutique.yaml", "properties.country: country", "properties.country: ‸contry", "OCT-1204"},
  {"a subject key that does not exist", "sources/boutique.yaml", "subject: { keys: [customer_id] }", "subject: { keys: [‸client] }", "OCT-1204"},
  {"a rule on a synonym", "contracts/identity.yaml", "check: { field: email, format: email }", "check: { field: ‸courriel, format: email }", "OCT-1204"},
  {"a condition on a field that does not exist", "policies/crm-management.yaml", "{ present: customer_id }", "{ present: ‸customer }", "OCT-1204"},
  {"a contract field that does not exist", "contracts/identity.yaml", "  company: { required: false }", "  ‸compagny: { required: false }\n  company: { required: false }", "OCT-1204"},
  {"a campaign in a field that does not exist", "sources/site-web.yaml", "unknown_events: quarantine", "campaign: { field: context.campaign.name, dictionary: ‸campain }", "OCT-1204"},
  {"a purpose that does not exist", "destinations/crm.yaml", "purposes: [crm.management]", "purposes: [crm.management, ‸crm.managment]", "OCT-1205"},
  {"a notice for a purpose that does not exist", "notices/bandeau-v2.yaml", "purposes: [advertising.personalised]", "purposes: [advertising.personalised, ‸advertising.other]", "OCT-1205"},
  {"a policy for a purpose that does not exist", "policies/crm-management.yaml", "purposes: [crm.management]", "purposes: [‸crm.gestion]", "OCT-1205"},
  {"a notice that does not exist", "purposes/marketing.email.yaml", "notice: newsletter-v4", "notice: ‸newsletter-v5", "OCT-1206"},
  {"a source's notice that does not exist", "sources/boutique.yaml", "collected_from: subject", "collected_from: subject\nnotice: ‸bandeau", "OCT-1206"},
  {"a pseudonym that does not exist", "destinations/emailing.yaml", "{ pseudonym: per-destination }", "{ pseudonym: ‸per-destinaton }", "OCT-1207"},
  {"a list that does not exist", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { field: event_name, in_list: ‸campaign }", "OCT-1208"},
  {"a consumer that does not exist", "contracts/identity.yaml", "uses: [crm, emailing]", "uses: [crm, ‸mailing]", "OCT-1209"},
  {"an expectation of nobody", "tests/cases.yaml", "emailing: { withheld", "‸emailling: { withheld", "OCT-1209"},
  {"a test of a source that does not exist", "tests/cases.yaml", "source: boutique", "source: ‸butique", "OCT-1210"},
  {"a policy for a source that does not exist", "policies/crm-management.yaml", "destinations: [crm] }", "destinations: [crm], sources: [‸site] }", "OCT-1210"},
  {"a rule on a field the contract does not declare", "contracts/identity.yaml", "any_present: [customer_id, email]", "any_present: [customer_id, email, ‸campaign]", "OCT-1211"},
  {"a destination that gets a field the contract does not declare", "destinations/crm.yaml", "      company: clear", "      company: clear\n      ‸campaign: clear", "OCT-1211"},
  {"a term that does not exist", "contracts/identity.yaml", "term: identity", "term: ‸identite", "OCT-1213"},
  {"consent that was not asked for", "purposes/marketing.email.yaml", "notice: newsletter-v4", "notice: ‸bandeau-v2", "OCT-1214"},

  // Meaning
  {"weights of 95", "contracts/identity.yaml", "weights: { completeness: 20", "‸weights: { completeness: 15", "OCT-1301"},
  {"a line that is never reached", "policies/marketing-email.yaml", "  - { when: { consent: unknown }, do: withhold, reason: consent.unknown }\n  - { do: withhold, reason: policy.not_met }", "  - { do: withhold, reason: policy.not_met }\n  - ‸{ when: { consent: unknown }, do: withhold, reason: consent.unknown }", "OCT-1302"},
  {"a critical field without a rule", "contracts/identity.yaml", "  company: { required: false }", "  ‸company: { critical: true }", "OCT-1303"},
  {"samples kept longer than decisions", "gateway.yaml", "samples: \"7 days\"", "samples: ‸\"14 months\"", "OCT-1305"},
  {"a bound on nothing", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { any_present: [event_name], ‸min: 1 }", "OCT-1308"},
  {"uniqueness without a window", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { ‸unique_on: [subject] }", "OCT-1309"},
  {"two comparisons", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { field: page_url, same_as: event_name, ‸not_before: occurred_at }", "OCT-1310"},
  {"a condition on a field, and no values", "policies/crm-management.yaml", "{ present: customer_id }", "{ ‸field: country }", "OCT-1311"},
  {"no value at all", "policies/crm-management.yaml", "{ present: customer_id }", "{ field: country, ‸in: [] }", "OCT-1311"},
  {"values of no field", "policies/crm-management.yaml", "{ present: customer_id }", "{ ‸in: [FR] }", "OCT-1311"},
  {"a pattern that is none", "contracts/order-line.yaml", "matches: \"^[0-9]+$\"", "matches: ‸\"^[0-9+$\"", "OCT-1312"},
  {"a duration of all time", "gateway.yaml", "scores: \"3 years\"", "scores: ‸\"99999999999999999999 years\"", "OCT-1314"},
  {"an empty step in a path", "sources/boutique.yaml", "properties.country: country", "‸properties..country: country", "OCT-1315"},
  {"a path of nine steps", "sources/boutique.yaml", "event_time: { field: occurred_at }", "event_time: { field: ‸a.b.c.d.e.f.g.h.i }", "OCT-1315"},
  {"bodies above the limit", "sources/boutique.yaml", "body: \"1 MiB\"", "body: ‸\"2 MiB\"", "OCT-1316"},
  {"nine identifiers", "sources/boutique.yaml", "keys: [customer_id]", "‸keys: [customer_id, email, anonymous_id, person_name, company, country, campaign, page_url, event_name]", "OCT-1317"},
  {"a key without a secret", "sources/boutique.yaml", "{ method: bearer, secret: { from: \"file:keys/boutique.secret\" } }", "{ method: ‸bearer }", "OCT-1318"},
  {"a reason of the gateway's own", "policies/crm-management.yaml", "reason: crm.customer_missing", "reason: ‸quality.customer_missing", "OCT-1319"},
  {"not a URL of ours", "destinations/crm.yaml", "url: http://127.0.0.1:18102/events", "url: ‸ftp://127.0.0.1/events", "OCT-1320"},
  {"an empty range", "contracts/order-line.yaml", "check: { field: quantity, min: 0 }", "check: { field: quantity, min: 10, ‸max: 9 }", "OCT-1321"},
  {"an event twice", "sources/site-web.yaml", "event: alias", "event: ‸identify", "OCT-1322"},
  {"a column that does not exist", "lists/campaigns.yaml", "file: lists/campaigns.csv, column: code", "file: ‸lists/campaigns.csv, column: kode", "OCT-1324"},
  {"a list whose file is missing", "lists/campaigns.yaml", "file: lists/campaigns.csv", "file: ‸lists/campagnes.csv", "OCT-1325"},
  {"a reversible hash", "pseudonyms/per-destination.yaml", "reversible: false", "reversible: ‸true", "OCT-1326"},
  {"a reversible epoch", "pseudonyms/per-destination.yaml", "method: p1-hmac\nkey: { derive_from: pseudonym_root, context: destination }\nseparate_by: destination\nreversible: false", "method: p3-hmac-epoch\nreversible: ‸true", "OCT-1326"},
  {"encryption that claims to be one-way", "pseudonyms/per-destination.yaml", "method: p1-hmac\nkey: { derive_from: pseudonym_root, context: destination }\nseparate_by: destination\nreversible: false", "method: p2-siv\nreversible: ‸false", "OCT-1356"},
  {"a partner hash of a name", "destinations/publicite.yaml", "campaign: clear", "campaign: { ‸partner_hash: sha256 }", "OCT-1357"},
  {"a partner hash without consent", "destinations/crm.yaml", "email: clear", "email: { ‸partner_hash: sha256 }", "OCT-1358"},
  // Law
  {"outside the EEA, and nobody says so", "destinations/crm.yaml", "country: FR\n", "country: ‸CH\n", "OCT-1370"},
  {"an explicit grant that is none", "purposes/crm.management.yaml", "legal_basis: legitimate_interests", "special_categories: ‸explicit_consent\ndpia: { reference: AIPD-1, date: 2026-01-05 }\nlegal_basis: legitimate_interests", "OCT-1372"},
  {"special categories without an assessment", "purposes/marketing.email.yaml", "legal_basis: consent", "special_categories: ‸explicit_consent\nlegal_basis: consent", "OCT-1374"},
  {"AI without an assessment", "purposes/ai.training.yaml", "", "apiVersion: octroi/v1\nkind: Purpose\n‸id: ai.training\ntitle: { fr: IA, en: AI }\nowner: { team: t, contact: c@exemple.fr }\nlegal_basis: legitimate_interests\nbalancing_test: MB-9\nregister: { subjects: [clients], categories: [contact], keep: \"3 years\" }\n", "OCT-1374"},
  {"an automated decision without a way out", "destinations/crm.yaml", "automated_decision: false", "‸automated_decision: true", "OCT-1375"},
  {"consent under a law, and no notice", "purposes/crm.management.yaml", "legal_basis: legitimate_interests", "‸legal_basis_in: { CH: consent }\nlegal_basis: legitimate_interests", "OCT-1377"},
  {"a law, and nobody says whose", "purposes/crm.management.yaml", "legal_basis: legitimate_interests", "‸legal_basis_in: { CH: contract }\nlegal_basis: legitimate_interests", "OCT-1378"},
  {"the person's country in no field", "gateway.yaml", "tenant: ", "jurisdiction: { controller: FR, person: ‸pays_de_residence }\ntenant: ", "OCT-1204"},
  {"an age from which no law lets agree", "gateway.yaml", "tenant: ", "jurisdiction: { controller: FR, digital_age: ‸12 }\ntenant: ", "OCT-1109"},
  {"a safeguard that does not exist", "gateway.yaml", "tenant: ", "transfers: { suspended: [‸shield] }\ntenant: ", "OCT-1104"},

  {"a time as a prefix", "destinations/crm.yaml", "occurred_at: clear", "occurred_at: { generalise: ‸ip_prefix }", "OCT-1359"},
  {"the hour of a date", "destinations/crm.yaml", "country: clear", "country: { generalise: ‸hour }", "OCT-1359"},
  {"a redacted number", "destinations/crm.yaml", "quantity: clear", "quantity: ‸redacted", "OCT-1395"},
  {"a code that is free text", "vocabulary/marketing.yaml", "format: code\n    synonyms: [InvoiceNo, facture]", "format: code\n    free_text: ‸false\n    synonyms: [InvoiceNo, facture]", "OCT-1397"},
  {"an address without a port", "gateway.yaml", "ingest: \"127.0.0.1:18080\"", "ingest: ‸\"127.0.0.1\"", "OCT-1327"},
  {"another source's path", "sources/boutique.yaml", "path: /v1/events/boutique", "path: ‸/v1/events/shop", "OCT-1328"},
  {"a contract received twice", "destinations/crm.yaml", "deliver:\n", "  - contract: ‸identity@1\n    fields:\n      email: clear\ndeliver:\n", "OCT-1329"},
  {"a signal without a place", "sources/boutique.yaml", "unknown_events: quarantine", "consent: [{ read: ‸purposes }]", "OCT-1332"},
  {"a TC string without a place", "sources/boutique.yaml", "unknown_events: quarantine", "consent: [{ read: ‸tcf }]", "OCT-1332"},
  {"a category of no purpose", "sources/boutique.yaml", "unknown_events: quarantine", "consent: [{ read: segment, map: { C0004: [‸advertising.other] } }]", "OCT-1205"},
  {"a TCF purpose that is none", "sources/boutique.yaml", "unknown_events: quarantine", "consent: [{ read: tcf, field: a, map: { ‸25: [] } }]", "OCT-1383"},
  {"a TCF purpose by name", "sources/boutique.yaml", "unknown_events: quarantine", "consent: [{ read: gpp, field: a, map: { ‸ads: [] } }]", "OCT-1383"},
  {"a consent type that Google has not", "sources/boutique.yaml", "unknown_events: quarantine", "consent: [{ read: google, field: a, map: { ‸ads_storage: [] } }]", "OCT-1383"},
  {"a vendor where none is asked about", "sources/boutique.yaml", "unknown_events: quarantine", "consent: [{ read: google, field: a, ‸vendor: 7 }]", "OCT-1334"},
  {"names for GPC", "sources/boutique.yaml", "unknown_events: quarantine", "consent: [{ read: gpc, field: a, ‸map: { x: [] } }]", "OCT-1334"},
  {"a vendor beyond the list", "destinations/crm.yaml", "recipient:\n", "recipient:\n  tcf_vendor: ‸65536\n", "OCT-1109"},
  {"eight signals", "sources/boutique.yaml", "unknown_events: quarantine", "‸consent: [{ read: gpc, field: a }, { read: gpc, field: b }, { read: gpc, field: c }, { read: gpc, field: d }, { read: gpc, field: e }, { read: gpc, field: f }, { read: gpc, field: g }, { read: gpc, field: h }]", "OCT-1317"},
  {"files over HTTP", "destinations/crm.yaml", "private_network: true", "private_network: true\n  ‸path: exports/crm", "OCT-1334"},
  {"delivery to nowhere", "destinations/crm.yaml", "deliver:\n  type: http\n  url: http://127.0.0.1:18102/events\n", "‸deliver:\n  type: http\n", "OCT-1333"},
  {"a table nobody names", "destinations/crm.yaml", kOverHttp, "‸deliver:\n  type: sql\n  connect: { from: \"file:keys/mart.secret\" }\n", "OCT-1360"},
  {"a table without a server", "destinations/crm.yaml", kOverHttp, "‸deliver:\n  type: sql\n  table: mart.events\n", "OCT-1360"},
  {"a table at an address", "destinations/crm.yaml", kOverHttp, "deliver:\n  type: sql\n  ‸url: http://127.0.0.1/\n  table: mart.events\n  connect: { from: \"file:keys/mart.secret\" }\n", "OCT-1334"},
  {"a table without its schema", "destinations/crm.yaml", kOverHttp, "deliver:\n  type: sql\n  table: ‸events\n  connect: { from: \"file:keys/mart.secret\" }\n", "OCT-1106"},
  {"a table that is SQL", "destinations/crm.yaml", kOverHttp, "deliver:\n  type: sql\n  table: ‸\"mart.events; DROP\"\n  connect: { from: \"file:keys/mart.secret\" }\n", "OCT-1106"},
  {"a connection string in config", "destinations/crm.yaml", kOverHttp, "deliver:\n  type: sql\n  table: mart.events\n  connect: { from: ‸\"host=db password=x\" }\n", "OCT-1106"},
  {"a column of ours", "destinations/crm.yaml", kOverHttp, "deliver:\n  type: sql\n  table: mart.events\n  columns: { ‸event_id: country }\n  connect: { from: \"file:keys/mart.secret\" }\n", "OCT-1361"},
  {"a column of what is not received", "destinations/crm.yaml", kOverHttp, "deliver:\n  type: sql\n  table: mart.events\n  columns: { phone: ‸phone }\n  connect: { from: \"file:keys/mart.secret\" }\n", "OCT-1339"},
  {"a column that is SQL", "destinations/crm.yaml", kOverHttp, "deliver:\n  type: sql\n  table: mart.events\n  columns: { ‸\"a\\\"b\": country }\n  connect: { from: \"file:keys/mart.secret\" }\n", "OCT-1114"},
  {"an answer that waits for nobody", "sources/boutique.yaml", "unknown_events: quarantine", "answer: { forward: [‸nobody] }", "OCT-1209"},
  {"an answer that waits too long", "sources/boutique.yaml", "unknown_events: quarantine", "answer: { forward: [crm], within: ‸\"2 min\" }", "OCT-1314"},
  {"an answer that a batch holds up", "sources/boutique.yaml", "unknown_events: quarantine", "‸answer: { forward: [crm], within: \"200 ms\" }", "OCT-1362"},
  {"a journey of sessions", "vocabulary/marketing.yaml", "counts_when: { event: order.line, all: [customer-known] }", "counts_when: { journey: [order.line, order.line], purpose: crm.management, same: ‸session }", "OCT-1410"},
  {"a journey for a purpose that is not there", "vocabulary/marketing.yaml", "counts_when: { event: order.line, all: [customer-known] }", "counts_when: { journey: [order.line, order.line], purpose: ‸crm.managment }", "OCT-1205"},
  {"counts that may be told twice", "sources/boutique.yaml", "  - { event: order.line, contract: order-line@1 }\nunknown_events: quarantine\nsubject: { keys: [customer_id] }\nevent_time: { field: occurred_at }\nevent_id: { field: message_id, deduplicate_for: \"7 days\" }", "  - { event: counted.crm, contract: order-line@1 }\ncounted: true\nunknown_events: quarantine\nsubject: { keys: [customer_id] }\nevent_time: { field: occurred_at }\nevent_id: { field: message_id, deduplicate_for: ‸\"6 days\" }", "OCT-1411"},
  {"counts for nobody", "sources/boutique.yaml", "unknown_events: quarantine", "unknown_events: quarantine\n‸counted: true", "OCT-1409"},
  {"counts of a destination that is not there", "sources/boutique.yaml", "  - { event: order.line, contract: order-line@1 }\nunknown_events: quarantine", "  - { event: ‸counted.crn, contract: order-line@1 }\ncounted: true\nunknown_events: quarantine", "OCT-1209"},
  {"an answer of another kind", "sources/boutique.yaml", "unknown_events: quarantine", "answer: ‸forwards", "OCT-1111"},
  {"a field, and nothing about it", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { ‸field: event_name, any_present: [event_name] }", "OCT-1334"},
  {"a header without a name", "destinations/crm.yaml", "method: bearer", "method: ‸header", "OCT-1345"},
  {"a parameter without a name", "destinations/crm.yaml", "method: bearer", "method: ‸query", "OCT-1345"},
  {"a name for nothing", "destinations/crm.yaml", "method: bearer", "method: bearer, ‸name: x", "OCT-1334"},
  {"a secret in the host header", "destinations/crm.yaml", "method: bearer", "method: header, name: ‸Host", "OCT-1346"},
  {"a header of ours", "destinations/crm.yaml", "private_network: true", "private_network: true\n  headers: { ‸Idempotency-Key: x }", "OCT-1346"},
  {"a header twice", "destinations/crm.yaml", "private_network: true", "private_network: true\n  headers: { a: x, ‸A: y }", "OCT-1346"},
  {"a secret among constants", "destinations/crm.yaml", "private_network: true", "private_network: true\n  headers: { ‸authorization: x }", "OCT-1346"},
  {"a header beyond ASCII", "destinations/crm.yaml", "private_network: true", "private_network: true\n  headers: { a: ‸é }", "OCT-1106"},
  {"a secret in an address in clear", "destinations/crm.yaml", "http://127.0.0.1:18102/events\n  # Cette machine : la garde contre les adresses privées est levée pour cette seule destination.\n  # This machine: the guard against private addresses is lifted for this destination alone.\n  private_network: true\n  authenticate: { method: bearer", "http://crm.example/events\n  authenticate: { method: ‸query, name: k", "OCT-1347"},
  {"a method without a body", "destinations/crm.yaml", "private_network: true", "private_network: true\n  method: ‸GET", "OCT-1104"},
  {"a template that is not there", "destinations/crm.yaml", "automated_decision: false", "format: { template: ‸templates/crm.json }", "OCT-1335"},
  {"a template elsewhere", "destinations/crm.yaml", "automated_decision: false", "format: { template: ‸destinations/crm.json }", "OCT-1106"},
  {"a template outside", "destinations/crm.yaml", "automated_decision: false", "format: { template: ‸templates/../../x.json }", "OCT-1106"},

  {"a canary of no source", "canaries/c.yaml", "", "apiVersion: octroi/v1\nkind: Canary\nid: canary-c\ntitle: { fr: C }\nsource: ‸site-wbe\nevent: { type: track, userId: \"@person\" }\ntopics: { a: { purposes: [marketing.email] } }\ngets: { crm: [{ fields: { customer_id: { from: userId, as: clear } } }] }\n", "OCT-1210"},
  {"a canary without an answer", "canaries/c.yaml", "", "apiVersion: octroi/v1\nkind: Canary\nid: canary-c\ntitle: { fr: C }\nsource: site-web\nevent: { type: track, userId: \"@person\" }\ntopics: { ‸a: {} }\ngets: { crm: [{ fields: { customer_id: { from: userId, as: clear } } }] }\n", "OCT-1390"},
  {"a canary that tells a source of events", "canaries/c.yaml", "", "apiVersion: octroi/v1\nkind: Canary\nid: canary-c\ntitle: { fr: C }\nsource: site-web\nevent: { type: track, userId: \"@person\" }\ntopics: { a: { told: { source: ‸boutique, \"yes\": {}, \"no\": {} } } }\ngets: { crm: [{ fields: { customer_id: { from: userId, as: clear } } }] }\n", "OCT-1391"},
  {"a canary at nobody", "canaries/c.yaml", "", "apiVersion: octroi/v1\nkind: Canary\nid: canary-c\ntitle: { fr: C }\nsource: site-web\nevent: { type: track, userId: \"@person\" }\ntopics: { a: { purposes: [marketing.email] } }\ngets: { ‸crn: [{ fields: { customer_id: { from: userId, as: clear } } }] }\n", "OCT-1209"},
  {"a canary that hangs on nothing", "canaries/c.yaml", "", "apiVersion: octroi/v1\nkind: Canary\nid: canary-c\ntitle: { fr: C }\nsource: site-web\nevent: { type: track, userId: \"@person\" }\ntopics: { a: { purposes: [marketing.email] } }\ngets: { crm: [{ when: ‸b, fields: { customer_id: { from: userId, as: clear } } }] }\n", "OCT-1392"},
  {"a canary without that value", "canaries/c.yaml", "", "apiVersion: octroi/v1\nkind: Canary\nid: canary-c\ntitle: { fr: C }\nsource: site-web\nevent: { type: track, userId: \"@person\" }\ntopics: { a: { purposes: [marketing.email] } }\ngets: { crm: [{ fields: { email: { from: ‸email, as: clear } } }] }\n", "OCT-1393"},
  {"a canary now and then", "canaries/c.yaml", "", "apiVersion: octroi/v1\nkind: Canary\nid: canary-c\ntitle: { fr: C }\nsource: site-web\nevery: ‸\"1 min\"\nevent: { type: track, userId: \"@person\" }\ntopics: { a: { purposes: [marketing.email] } }\ngets: { crm: [{ fields: { customer_id: { from: userId, as: clear } } }] }\n", "OCT-1394"},
  {"canaries without end", "canaries/c.yaml", "", "apiVersion: octroi/v1\nkind: Canary\nid: canary-c\ntitle: { fr: C }\nsource: site-web\nevent: { type: track, userId: \"@person\" }\n‸topics: {t0: { purposes: [marketing.email], accompanied_by: { \"yes\": {}, \"no\": {} } }, t1: { purposes: [marketing.email], accompanied_by: { \"yes\": {}, \"no\": {} } }, t2: { purposes: [marketing.email], accompanied_by: { \"yes\": {}, \"no\": {} } }, t3: { purposes: [marketing.email], accompanied_by: { \"yes\": {}, \"no\": {} } }, t4: { purposes: [marketing.email], accompanied_by: { \"yes\": {}, \"no\": {} } } }\ngets: { crm: [{ when: t0, fields: { customer_id: { from: userId, as: clear } } }, { when: t1, fields: { customer_id: { from: userId, as: clear } } }, { when: t2, fields: { customer_id: { from: userId, as: clear } } }, { when: t3, fields: { customer_id: { from: userId, as: clear } } }, { when: t4, fields: { customer_id: { from: userId, as: clear } } }] }\n", "OCT-1317"},
  {"a hold of months", "purposes/marketing.email.yaml", "if_unknown: refuse", "if_unknown: hold\n  hold_for: ‸\"31 days\"", "OCT-1384"},
  {"an invariant that cannot be read", "gateway.yaml", "mode: enforce", "mode: enforce\ninvariants: [{ never: \"email reaches ‸crn\", owner: dpo@exemple.fr }]", "OCT-1380"},
  {"an invariant about no purpose", "gateway.yaml", "mode: enforce", "mode: enforce\ninvariants:\n  - never: email reaches crm without consent ‸marketing.emali\n    owner: dpo@exemple.fr", "OCT-1380"},
  {"an invariant that is broken", "gateway.yaml", "mode: enforce", "mode: enforce\ninvariants:\n  - { never: \"email reaches publicite without consent advertising.personalised\", owner: dpo@exemple.fr }\n  - { never: ‸\"email reaches crm without consent advertising.personalised\", owner: dpo@exemple.fr }", "OCT-1381"},
  {"an invariant that a pilot breaks", "gateway.yaml", "mode: enforce", "observe: { consent: { approved_by: dpo@exemple.fr, until: 2026-12-15 } }\ninvariants:\n  - { never: \"email reaches emailing without consent marketing.email outside the pilot\", owner: dpo@exemple.fr }\n  - { never: ‸\"email atteint emailing sans consentement marketing.email\", owner: dpo@exemple.fr }", "OCT-1381"},

  // Rules
  {"an operator CEL has not", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { cel: ‸\"event.event_name = 1\" }", "OCT-1400"},
  {"an expression that breaks off", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { cel: ‸\"event.event_name ==\" }", "OCT-1401"},
  {"an expression on a field the contract does not declare", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { cel: ‸\"event.country == 1\" }", "OCT-1402"},
  {"a function that is no part of the subset", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { cel: ‸\"event.event_name.lowerAscii() == 1\" }", "OCT-1403"},
  {"a text against a number", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { cel: ‸\"event.event_name > 1\" }", "OCT-1404"},
  {"an expression that is no condition", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { cel: ‸\"size(event.event_name)\" }", "OCT-1405"},
  {"a pattern in an expression that is none", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { cel: ‸\"event.event_name.matches('(a')\" }", "OCT-1406"},
  {"an expression too deep", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { cel: ‸\"(((((((((((((((((((((((((((((((((((((((((true)))))))))))))))))))))))))))))))))))))))))\" }", "OCT-1407"},
  {"a pattern that is no literal", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { cel: ‸\"event.event_name.matches(event.event_name)\" }", "OCT-1408"},
  {"an expression in a condition", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "when: { cel: ‸\"event.event_name\" }\n    check: { any_present: [event_name] }", "OCT-1405"},
  {"three values in a pair", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { ‸pair_in: { fields: [event_name, page_url], pairs: [[a, b, c]] } }", "OCT-1420"},
  {"a bound on nothing, in an alternative", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { any_of: [{ any_present: [page_url] }, { ‸min: 1 }] }", "OCT-1308"},
  {"a key that no check has, in an alternative", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { any_of: [{ field: page_url, min: 1, ‸minn: 1 }] }", "OCT-1102"},
  {"a pattern that is none, in a contrary", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { not: { field: page_url, matches: ‸\"(a\" } }", "OCT-1312"},
  {"a country that is none", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { field: page_url, format: postal-code, country: ‸XX }", "OCT-1312"},
  {"one field, all or none", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { all_or_none: ‸[page_url] }", "OCT-1108"},
  {"a list of domains that does not exist", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { field: page_url, domain_not_in_list: ‸jetables }", "OCT-1208"},
  {"a sum of a field that the contract does not declare", "contracts/interaction.yaml", "check: { any_present: [event_name] }", "check: { sum_equals: { of: [page_url, ‸country], total: event_name } }", "OCT-1211"},

  // Not supported yet
  {"holding by policy", "policies/crm-management.yaml", "{ do: withhold, reason: crm.customer_missing }", "{ do: ‸hold, hold_for: \"1 h\", reason: hold.customer }", "OCT-1902"},
  {"a list of digests that holds none", "lists/campaigns.yaml", "from: { file: lists/campaigns.csv, column: code, reload: \"5 min\" }\nhashed: false", "from: { file: ‸lists/campaigns.csv, column: code, reload: \"5 min\" }\nhashed: true", "OCT-1398"},
  {"groups of what points at somebody", "destinations/emailing.yaml", "automated_decision: false", "automated_decision: false\nk_anonymity: { at_least: 5, of: [country, ‸email] }", "OCT-1389"},
  {"groups of a token", "destinations/emailing.yaml", "automated_decision: false", "automated_decision: false\nk_anonymity: { at_least: 5, of: [‸customer_id, country] }", "OCT-1389"},
  {"groups that no batch can have", "destinations/emailing.yaml", "automated_decision: false", "automated_decision: false\nk_anonymity: { at_least: ‸201, of: [country] }", "OCT-1399"},
  {"a group of one", "destinations/emailing.yaml", "automated_decision: false", "automated_decision: false\nk_anonymity: { at_least: ‸1, of: [country] }", "OCT-1109"},
  {"a random pseudonym of a key", "pseudonyms/per-destination.yaml", "method: p1-hmac\nkey: { derive_from: pseudonym_root, context: destination }\nseparate_by: destination\nreversible: false", "method: p4-random\nkey: ‸{ derive_from: pseudonym_root, context: destination }\nreversible: true", "OCT-1388"},
  {"a random pseudonym that is rotated", "pseudonyms/per-destination.yaml", "method: p1-hmac\nkey: { derive_from: pseudonym_root, context: destination }\nseparate_by: destination\nreversible: false", "method: p4-random\nrotate: ‸{ every: \"365 days\" }\nreversible: true", "OCT-1388"},
  {"a random pseudonym that claims to be one-way", "pseudonyms/per-destination.yaml", "method: p1-hmac\nkey: { derive_from: pseudonym_root, context: destination }\nseparate_by: destination\nreversible: false", "method: p4-random\nreversible: ‸false", "OCT-1387"},
  {"one pseudonym for all", "pseudonyms/per-destination.yaml", "separate_by: destination", "separate_by: ‸none", "OCT-1908"},
  {"consent observed on the word of another", "gateway.yaml", "mode: enforce", "observe: { consent: { approved_by: ‸it@exemple.fr, until: 2026-12-15 } }", "OCT-1355"},
  {"delivery to a log", "destinations/crm.yaml", "type: http", "type: ‸kafka", "OCT-1912"},
  {"files as a source", "sources/boutique.yaml", "type: http", "type: ‸sftp", "OCT-1913"},
  {"CSV as a format", "sources/boutique.yaml", "format: ndjson", "format: ‸csv", "OCT-1914"},
  {"client certificates", "sources/boutique.yaml", "method: bearer", "method: ‸mtls", "OCT-1915"},
  {"no authentication", "sources/boutique.yaml", "method: bearer", "method: ‸none", "OCT-1915"},
  {"delivery with a client certificate", "destinations/crm.yaml", "method: bearer", "method: ‸mtls", "OCT-1915"},
  {"an observing policy", "policies/crm-management.yaml", "mode: enforce", "mode: ‸observe", "OCT-1916"},
  {"an observing destination", "destinations/crm.yaml", "mode: enforce", "mode: ‸observe", "OCT-1916"},
  {"consent in a quality rule", "contracts/identity.yaml", "when: { present: email }", "when: { ‸consent: granted }", "OCT-1918"},
  {"a root key in the environment", "gateway.yaml", "\"file:keys/pseudonym.key\"", "‸env:ROOT", "OCT-1919"},
};
// clang-format on

TEST(BadConfig, TheGoodFolderIsGood) {
  EXPECT_EQ(Errors(Load(GoodFolder())), std::vector<std::string>());
}

// Free text reaches a model redacted or not at all (B8); what is said to be none, in clear.
TEST(BadConfig, FreeTextInClearIsRefusedForAModel) {
  Files files = GoodFolder();
  files["purposes/ai.training.yaml"] =
      Replace(files["purposes/crm.management.yaml"], "id: crm.management",
              "id: ai.training\ndpia: { reference: AIPD-1, date: 2026-01-05 }");
  std::string& crm = files["destinations/crm.yaml"];
  crm = Replace(crm, "purposes: [crm.management]", "purposes: [crm.management, ai.training]");
  const auto count = [](const ConfigFolder& config) {
    const std::string text = Render(config, Language::kEnglish, false);
    std::size_t found = 0;
    for (std::size_t at = text.find("OCT-1396"); at != std::string::npos;
         at = text.find("OCT-1396", at + 1)) {
      ++found;
    }
    EXPECT_EQ(found, Errors(config).size()) << text;
    return found;
  };
  EXPECT_EQ(count(Load(files)), 4u);
  crm = Replace(crm, "description: clear", "description: redacted");
  EXPECT_EQ(count(Load(files)), 3u);
  std::string& words = files["vocabulary/marketing.yaml"];
  words = Replace(words, "format: text\n    free_text: false\n    synonyms: [pays]",
                  "format: text\n    synonyms: [pays]");
  EXPECT_EQ(count(Load(files)), 4u);
  crm = Replace(crm, ", ai.training]", "]");
  EXPECT_EQ(count(Load(files)), 0u);
}

struct Spoilt {
  Files files;
  std::string wanted;
};

// Without a mark the finding stands at the first key of the file.
Spoilt Spoil(const Row& row) {
  Spoilt spoilt{GoodFolder(), ""};
  std::string& file = spoilt.files[row.file];
  const std::string edited = *row.text ? Replace(file, row.text, row.edit) : std::string(row.edit);
  Marked marked = TakeMark(edited);
  if (marked.line == 0) marked = TakeMark(Replace(edited, "apiVersion", "‸apiVersion"));
  file = marked.text;
  spoilt.wanted = std::string(row.file) + ":" + std::to_string(marked.line) + ":" +
                  std::to_string(marked.column) + " " + row.code;
  return spoilt;
}

TEST(BadConfig, EveryMistakeIsFoundWhereItIsAndIsNotReportedAsAnother) {
  static_assert(std::size(kRows) >= 80);
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.mistake);
    const Spoilt spoilt = Spoil(row);
    const ConfigFolder config = Load(spoilt.files);
    const std::vector<std::string> errors = Errors(config);
    EXPECT_NE(std::find(errors.begin(), errors.end(), spoilt.wanted), errors.end())
        << "wanted " << spoilt.wanted << "\n"
        << Render(config, Language::kEnglish, false);
    // An unreadable file takes what it declares with it; so does a changed id or event.
    const bool spreads = std::string_view(row.code) < "OCT-1100" ||
                         std::string_view(row.edit).find("id: ") != std::string_view::npos ||
                         std::string_view(row.code) == "OCT-1114";
    if (!spreads) {
      EXPECT_EQ(errors.size(), 1u) << Render(config, Language::kEnglish, false);
    }
  }
}

// A template for the CRM of the demonstration; the mistake stands in the template, or in `crm`.
TEST(BadConfig, TemplatesAreCheckedAgainstWhatTheirDestinationReceives) {
  const struct {
    const char* mistake;
    const char* text;
    const char* code;
    const char* hint = "";
    const char* crm = "";  // instead of "up_to: 200"
  } rows[] = {
      {"not JSON", "{\"a\": ‸nul}", "OCT-1336"},
      {"a key twice", "{\n  \"é\": 1, ‸\"é\": 2\n}", "OCT-1336"},
      {"a mistyped directive", "{\"$each\":{\"a\":{‸\"$feild\":\"email\"}}}", "OCT-1337",
       "Did you mean \"$field\"?"},
      {"a directive misused", "{\"$each\":{\"a\":{\"$id\":‸1}}}", "OCT-1338"},
      {"two lists", "{\"a\":{\"$each\":{}},\"b\":{‸\"$each\":{}}}", "OCT-1338"},
      {"a mistyped field", "{\"$each\":{\"é\":{\"$field\":‸\"emial\"}}}", "OCT-1339",
       "Did you mean \"email\"?"},
      {"a field that is not received", "{\"$each\":{\"a\":{\"$field\":‸\"anonymous_id\"}}}",
       "OCT-1339"},
      {"it alone, as a date", "{\"$each\":{\"a\":[{\"$date\":‸\"anonymous_id\",\"as\":\"date\"}]}}",
       "OCT-1339"},
      {"an event of nobody", "{\"$each\":{\"a\":{\"$event\":{‸\"order.lines\":1}}}}", "OCT-1342",
       "Did you mean \"order.line\"?"},
      {"a text for an event", "{\"$each\":‸\"a\"}", "OCT-1343"},
      {"an id of no event", "{\"n\":{‸\"$id\":true},\"l\":{\"$each\":{\"a\":{\"$id\":true}}}}",
       "OCT-1344"},
      {"one event in a request of many", "{\"a\":{\"$id\":true}}", "OCT-1341", "", "up_to: ‸2"},
      {"a pseudonym as a number",
       "{\"$each\":{\"a\":{\"$field\":‸\"customer_id\",\"as\":\"number\"}}}", "OCT-1340", "", "p"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.mistake);
    Files files = GoodFolder();
    std::string& crm = files["destinations/crm.yaml"];
    crm = Replace(crm, "automated_decision: false", "format: { template: templates/crm.json }");
    if (std::string_view(row.crm) == "p") {
      crm = Replace(crm, "customer_id: clear", "customer_id: { pseudonym: per-destination }");
    }
    const bool there = std::string_view(row.crm).starts_with("up_to");
    const Marked marked = TakeMark(there ? Replace(crm, "up_to: 200", row.crm) : row.text);
    (there ? crm : files["templates/crm.json"]) = marked.text;
    if (there) files["templates/crm.json"] = row.text;
    const ConfigFolder config = Load(files);
    const std::string wanted =
        std::string(there ? "destinations/crm.yaml:" : "templates/crm.json:") +
        std::to_string(marked.line) + ":" + std::to_string(marked.column) + " " + row.code;
    EXPECT_EQ(Errors(config), std::vector<std::string>{wanted})
        << Render(config, Language::kEnglish, false);
    for (const ConfigFinding& finding : config.findings) {
      if (finding.level != ConfigFinding::Level::kError) continue;
      EXPECT_NE(finding.hint_en.find(row.hint), std::string::npos) << finding.hint_en;
    }
  }
}

// Delivery into files, in the place of the CRM's.
TEST(BadConfig, DeliveryIntoFiles) {
  const std::string kept = ", then: keep, keep_for: \"1 day\" }";
  const struct {
    const char* mistake;
    const char* deliver;
    const char* body;  // the template; "" : none
    const char* code;  // "": none
  } rows[] = {
      {"nothing", "path: exports/crm, rotate: { after: \"1 h\", at: \"64 MiB\" }, compress: gzip",
       "", ""},
      {"nothing, absolute", "path: /var/exports/crm, batch: { up_to: 500 }",
       "{\"i\":{\"$id\":true},\"f\":{\"$fields\":true}}", ""},
      {"no folder", "batch: { up_to: 2 }", "", "OCT-1348"},
      {"a folder outside", "path: ‸exports/../../crm", "", "OCT-1106"},
      {"an address", "path: x, ‸url: \"https://crm.example/\"", "", "OCT-1334"},
      {"a secret",
       "path: x, ‸authenticate: { method: bearer, secret: { from: env:OCTROI_NOT_THERE } }", "",
       "OCT-1334"},
      {"a size that is none", "path: x, rotate: { at: ‸\"64 MB\" }", "", "OCT-1106"},
      {"a size of nothing", "path: x, rotate: { at: ‸\"0 MiB\" }", "", "OCT-1106"},
      {"no limit at all", "path: x, rotate: ‸{}", "", "OCT-1113"},
      {"another compression", "path: x, compress: ‸zip", "", "OCT-1104"},
      {"a list in a line", "path: x",
       "‸{\"a\":{\"$each\":{\"i\":{\"$id\":true},\"f\":{\"$fields\":true}}}}", "OCT-1349"},
      {"lines without an id", "path: x", "‸{\"f\":{\"$fields\":true}}", "OCT-1350"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.mistake);
    Files files = GoodFolder();
    std::string& crm = files["destinations/crm.yaml"];
    const std::size_t begin = crm.find("deliver:"), end = crm.find("erase:");
    std::string whole = crm.substr(0, begin) +
                        (*row.body ? "format: { template: templates/crm.json }\n" : "") +
                        "deliver: { type: file, " + row.deliver + kept + "\n" + crm.substr(end);
    if (row.code == std::string_view("OCT-1348")) whole = Replace(whole, "deliver:", "‸deliver:");
    const Marked marked = TakeMark(whole), body = TakeMark(row.body);
    crm = marked.text;
    if (*row.body) files["templates/crm.json"] = body.text;
    const Marked& place = body.line > 0 ? body : marked;
    const std::string wanted =
        std::string(body.line > 0 ? "templates/crm.json:" : "destinations/crm.yaml:") +
        std::to_string(place.line) + ":" + std::to_string(place.column) + " " + row.code;
    const ConfigFolder config = Load(files);
    EXPECT_EQ(Errors(config),
              *row.code ? std::vector<std::string>{wanted} : std::vector<std::string>())
        << Render(config, Language::kEnglish, false);
  }
}

TEST(BadConfig, AFieldThatATemplateLeavesOutIsAWarning) {
  Files files = GoodFolder();
  files["destinations/emailing.yaml"] =
      Replace(files["destinations/emailing.yaml"],
              "deliver:", "format: { template: templates/e.json }\ndeliver:");
  files["templates/e.json"] = R"({"$each":{"c":{"$field":"country"}}})";
  const auto warnings = [&] {
    const auto codes = Codes(Load(files), ConfigFinding::Level::kWarning);
    return std::count(codes.begin(), codes.end(), "OCT-2112");
  };
  EXPECT_GT(warnings(), 0);
  files["templates/e.json"] = R"({"$each":{"c":{"$fields":true}}})";
  EXPECT_EQ(warnings(), 0);
}

// "<field>_prev", of a pseudonym and only where the destination asks for it.
TEST(BadConfig, ThePreviousTokenIsNamedWhereItIsDeclared) {
  const auto errors = [](bool declared, const std::string& form, const std::string& crm_template) {
    Files files = GoodFolder();
    std::string& crm = files["destinations/crm.yaml"];
    crm = Replace(crm, "automated_decision: false",
                  std::string("automated_decision: false\n") +
                      (declared ? "previous_tokens: true\n" : "") +
                      "format: { template: templates/crm.json }");
    crm = Replace(crm, "customer_id: clear", "customer_id: " + form);
    files["templates/crm.json"] = crm_template;
    return Codes(Load(files), ConfigFinding::Level::kError);
  };
  using List = std::vector<std::string>;
  const std::string named = R"({"$each":{"a":{"$field":"customer_id_prev"}}})";
  const std::string pseudonym = "{ pseudonym: per-destination }";
  EXPECT_EQ(errors(true, pseudonym, named), List());
  EXPECT_EQ(errors(false, pseudonym, named), List{"OCT-1339"});
  EXPECT_EQ(errors(true, "clear", named), List{"OCT-1339"});
  const std::string number = R"({"$each":{"a":{"$field":"customer_id_prev","as":"number"}}})";
  EXPECT_EQ(errors(true, pseudonym, number), List{"OCT-1340"});
}

TEST(BadConfig, AFieldOfTheNameOfAPreviousTokenIsRefused) {
  Files files = GoodFolder();
  for (auto& [file, text] : files) {
    // Another field takes the name; its own name stays in use nowhere.
    for (std::size_t at = text.find("person_name"); at != text.npos;
         at = text.find("person_name", at + 1))
      text.replace(at, 11, "email_prev");
  }
  EXPECT_EQ(Codes(Load(files), ConfigFinding::Level::kError), std::vector<std::string>());
  std::string& emailing = files["destinations/emailing.yaml"];
  emailing = Replace(emailing, "automated_decision: false",
                     "automated_decision: false\nprevious_tokens: true");
  EXPECT_EQ(Codes(Load(files), ConfigFinding::Level::kError), std::vector<std::string>{"OCT-1386"});
}

TEST(BadConfig, ATemplateIsPartOfTheDigest) {
  Files files = GoodFolder();
  files["destinations/crm.yaml"] =
      Replace(files["destinations/crm.yaml"], "automated_decision: false",
              "format: { template: templates/crm.json }");
  files["templates/crm.json"] = R"({"$each":{"c":{"$fields":true}}})";
  const ConfigFolder one = Load(files);
  EXPECT_EQ(Errors(one), std::vector<std::string>());
  files["templates/crm.json"] = R"({"$each":{"d":{"$fields":true}}})";
  EXPECT_NE(Load(files).Digest(), one.Digest());
  const auto read = ReadArchive(one.Archive());
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, one.files);
}

TEST(BadConfig, AllErrorsComeAtOnce) {
  Files files = GoodFolder();
  files["contracts/identity.yaml"] =
      Replace(files["contracts/identity.yaml"], "severity: major", "severity: majr");
  files["contracts/identity.yaml"] =
      Replace(files["contracts/identity.yaml"], "term: identity", "term: nobody");
  files["sources/boutique.yaml"] =
      Replace(files["sources/boutique.yaml"], "order-line@1", "order@1");
  files["sources/boutique.yaml"] =
      Replace(files["sources/boutique.yaml"], "body: \"1 MiB\"", "body: \"9 MiB\"");
  files["policies/crm-management.yaml"] = "a: [";
  files["gateway.yaml"] = Replace(files["gateway.yaml"], "127.0.0.1:18081", "nowhere");
  const ConfigFolder config = Load(files);
  EXPECT_FALSE(config.ok());
  EXPECT_EQ(Codes(config, ConfigFinding::Level::kError),
            (std::vector<std::string>{"OCT-1213", "OCT-1104", "OCT-1327", "OCT-1006", "OCT-1316",
                                      "OCT-1203"}));
}

TEST(BadConfig, TooManyFieldsPurposesAndRules) {
  Files files = GoodFolder();
  std::string fields, rules;
  for (int i = 0; i < 256; ++i) {
    fields += "  - { id: f" + std::to_string(i) +
              ", title: { fr: F }, category: technical, personal_data: none, format: text }\n";
  }
  for (int i = 0; i < 64; ++i) {
    rules += "  - { id: r" + std::to_string(i) +
             ", say: { fr: R }, dimension: identity, severity: minor, on_fail: keep, "
             "check: { any_present: [email] } }\n";
  }
  files["vocabulary/more.yaml"] =
      "apiVersion: octroi/v1\nkind: Dictionary\nid: more\ntitle: { fr: M }\n"
      "owner: { team: t, contact: c }\nfields:\n" +
      fields;
  files["contracts/identity.yaml"] =
      Replace(files["contracts/identity.yaml"], "rules:\n", "rules:\n" + rules);
  for (int i = 0; i < 30; ++i) {
    const std::string id = "crm.p" + std::to_string(i);
    files["purposes/x" + std::to_string(i) + ".yaml"] =
        Replace(files["purposes/crm.management.yaml"], "id: crm.management", "id: " + id);
  }
  EXPECT_EQ(Errors(Load(files)), (std::vector<std::string>{"contracts/identity.yaml:21:1 OCT-1317",
                                                           "purposes/x9.yaml:4:1 OCT-1317",
                                                           "vocabulary/more.yaml:6:1 OCT-1317"}));
}

TEST(BadConfig, ExactlyOneGateway) {
  Files files = GoodFolder();
  files.erase("gateway.yaml");
  EXPECT_EQ(Errors(Load(files)), std::vector<std::string>{"gateway.yaml:0:0 OCT-1202"});
  files = GoodFolder();
  files["second.yaml"] = Replace(files["gateway.yaml"], "id: demonstration", "id: second");
  EXPECT_EQ(Errors(Load(files)), std::vector<std::string>{"second.yaml:5:1 OCT-1202"});
}

// Today is 21 November.
TEST(BadConfig, ObservedConsentNeedsADpoAndAnEndWithinThirtyDays) {
  using List = std::vector<std::string>;
  struct Pilot {
    const char* by;
    const char* until;
    bool dpo;
    List codes;
  };
  const Pilot rows[] = {{"dpo@exemple.fr", "2026-12-21", true, {"OCT-2113"}},
                        {"dpo@exemple.fr", "2026-11-21", true, {"OCT-2113"}},
                        {"dpo@exemple.fr", "2026-12-22", true, {"OCT-1307", "OCT-2113"}},
                        {"dpo@exemple.fr", "2026-11-20", true, {"OCT-2114"}},
                        {"dpo@exemple.fr", "2026-12-01", false, {"OCT-1306", "OCT-2113"}},
                        {"it@exemple.fr", "2026-12-01", true, {"OCT-1355", "OCT-2113"}}};
  for (const Pilot& row : rows) {
    SCOPED_TRACE(std::string(row.by) + " until " + row.until);
    Files files = GoodFolder();
    std::string& file = files["gateway.yaml"];
    file = Replace(file, "mode: enforce",
                   std::string("observe: { consent: { approved_by: ") + row.by +
                       ", until: " + row.until + " } }");
    if (!row.dpo)
      file = Replace(file, "  dpo: { name: \"Camille Martin\", email: dpo@exemple.fr }\n", "");
    List codes;
    for (const ConfigFinding& finding : Load(files).findings) {
      if (finding.code != "OCT-3001" && finding.code != "OCT-2101") codes.push_back(finding.code);
    }
    std::ranges::sort(codes);
    EXPECT_EQ(codes, row.codes);
  }
}

TEST(BadConfig, WhoApprovesHasAKeyOfHisOwn) {
  const auto codes = [](const std::string& approvers) {
    Files files = GoodFolder();
    files["gateway.yaml"] += "approvers:\n" + approvers;
    return Codes(Load(files), ConfigFinding::Level::kError);
  };
  const auto key = [](const std::string& role, char seed) {
    return crypto::NoteSigner::FromSeed(role, std::string(32, seed)).verifier().Text();
  };
  const auto line = [](const std::string& role, const std::string& its_key) {
    return "  " + role + ": { name: \"A\", key: \"" + its_key + "\" }\n";
  };
  const std::string dpo = line("dpo", key("dpo", 'd')), it = line("it", key("it", 'i')),
                    marketing = line("marketing", key("marketing", 'm'));
  std::string spoilt = key("dpo", 'd');
  spoilt.back() = spoilt.back() == 'A' ? 'B' : 'A';
  const std::vector<std::tuple<const char*, std::string, std::vector<std::string>>> rows = {
      {"each his own", dpo + it + marketing, {}},
      {"another's key", line("dpo", key("it", 'd')) + it + marketing, {"OCT-1351"}},
      {"a mistyped key", line("dpo", spoilt) + it + marketing, {"OCT-1351"}},
      {"one person for two", dpo + line("it", key("it", 'd')) + marketing, {"OCT-1352"}},
      {"two files ask for \"it\"", dpo + marketing, {"OCT-1353", "OCT-1353"}},
  };
  for (const auto& [what, approvers, wanted] : rows) EXPECT_EQ(codes(approvers), wanted) << what;
}

TEST(BadConfig, WhoAsksForAPersonNeedsAnotherWhoApproves) {
  const auto codes = [](const std::string& ask, const std::string& approve) {
    Files files = GoodFolder();
    std::string& gateway = files["gateway.yaml"];
    gateway += "approvers:\n";
    for (const auto& [role, name] : {std::pair{"dpo", "A"}, {"it", "B"}, {"marketing", "A"}}) {
      const std::string key =
          crypto::NoteSigner::FromSeed(role, std::string(32, *role)).verifier().Text();
      gateway += "  " + std::string(role) + ": { name: \"" + name + "\", key: \"" + key + "\" }\n";
    }
    gateway += "access: { reidentify: { ask: [" + ask + "], approve: [" + approve + "] } }\n";
    return Codes(Load(files), ConfigFinding::Level::kError);
  };
  using List = std::vector<std::string>;
  EXPECT_EQ(codes("it", "dpo"), List());
  EXPECT_EQ(codes("it, dpo", "it, dpo"), List());
  EXPECT_EQ(codes("dpo", "dpo"), List{"OCT-1385"});
  EXPECT_EQ(codes("dpo", "marketing"), List{"OCT-1385"}) << "the same person in another role";
  EXPECT_EQ(codes("it, dpo", "marketing"), List{"OCT-1385"});
  EXPECT_EQ(codes("it", "dpoo"), List{"OCT-1353"});
}

struct WarningRow {
  const char* oddity;
  const char* file;
  const char* text;
  const char* edit;
  const char* code;
};

TEST(BadConfig, WhatIsOddButSafeIsAWarning) {
  const WarningRow rows[] = {
      {"a category no purpose declares", "purposes/crm.management.yaml", "location, ", "",
       "OCT-2107"},
      {"a minimum age nobody checks", "policies/advertising-personalised.yaml",
       "  - { subject_age: { at_least: 18, if_unknown: assume_adult } }\n", "", "OCT-2108"},
      {"a draft in use", "contracts/identity.yaml", "status: active", "status: draft", "OCT-2109"},
      {"a default that is not applied", "contracts/identity.yaml", "company: { required: false }",
       "company: { default: \"-\" }", "OCT-2110"},
      {"a synonym that is a field", "vocabulary/marketing.yaml", "synonyms: [mail, courriel]",
       "synonyms: [campaign]", "OCT-2111"},
      {"a journey for no purpose", "vocabulary/marketing.yaml",
       "counts_when: { event: order.line, all: [customer-known] }",
       "counts_when: { journey: [order.line, order.line] }", "OCT-2122"},
      {"a step that nothing brings", "vocabulary/marketing.yaml",
       "counts_when: { event: order.line, all: [customer-known] }",
       "counts_when: { journey: [order.line, order.paid], purpose: crm.management }", "OCT-2123"},
      {"a list that is awaited", "lists/campaigns.yaml",
       "lists/campaigns.csv, column: code, reload: \"5 min\" }\nhashed: false\nif_missing: fail",
       "lists/later.csv }\nhashed: false\nif_missing: keep_last", "OCT-2102"},
  };
  for (const WarningRow& row : rows) {
    SCOPED_TRACE(row.oddity);
    Files files = GoodFolder();
    files[row.file] = Replace(files[row.file], row.text, row.edit);
    const ConfigFolder config = Load(files);
    EXPECT_TRUE(config.ok()) << Render(config, Language::kEnglish, false);
    const auto codes = Codes(config, ConfigFinding::Level::kWarning);
    EXPECT_NE(std::find(codes.begin(), codes.end(), row.code), codes.end());
  }
}

}  // namespace
}  // namespace octroi::gateway
