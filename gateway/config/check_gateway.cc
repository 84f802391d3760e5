#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "crypto/note.h"
#include "gateway/config/checks.h"
#include "policies/consent.h"

namespace octroi::gateway::config {
namespace {

bool IsAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view port = text.substr(colon + 1);
  if (port.empty() || port.size() > 5 ||
      port.find_first_not_of("0123456789") != std::string_view::npos) {
    return false;
  }
  int number = 0;
  for (const char digit : port) number = number * 10 + (digit - '0');
  return number <= 65535;  // 0: the system chooses, which tests use
}

}  // namespace

void Checker::Gateway(base::Millis now) const {
  const auto gateways = world_.Of("Gateway");
  if (gateways.empty()) findings_.Add(1202, "gateway.yaml", {}, {"0"});
  for (std::size_t i = 1; i < gateways.size(); ++i) {
    Add(1202, *gateways[i], gateways[i]->root.KeyAt("kind"), {std::to_string(gateways.size())});
  }
  for (const Document* gateway : gateways) {
    const Node& root = gateway->root;
    if (const Node* keep = root.FindPath({"storage", "keep"})) {
      if (DurationOr(*keep, "samples", 0) > DurationOr(*keep, "decisions", INT64_MAX)) {
        Add(1305, *gateway, keep->Find("samples")->at);
      }
    }
    ObservedConsent(*gateway, now);
    Approvers(*gateway);
    AccessRoles(*gateway);
    for (const char* name : {"ingest", "console"}) {
      const Node* address = root.FindPath({"listen", name});
      if (address && address->IsString() && !IsAddress(address->text)) {
        Add(1327, *gateway, address->at, {name});
      }
    }
    const Node* tls = root.FindPath({"listen", "tls"});
    if (tls && tls->Find("key") && tls->Find("key")->Text("from").starts_with("env:")) {
      Add(1919, *gateway, tls->Find("key")->Find("from")->at);
    }
    for (const Node::Member& key : root.Map("keys")) {
      if (key.value.Text("from").starts_with("env:")) {
        Add(1919, *gateway, key.value.Find("from")->at);
      }
    }
  }
}

void Checker::ObservedConsent(const Document& gateway, base::Millis now) const {
  const Node* observe = gateway.root.Find("observe");
  const Node* consent = observe ? observe->Find("consent") : nullptr;
  if (!consent) return;
  const Node* dpo = gateway.root.FindPath({"controller", "dpo"});
  const Node* approved = consent->FindString("approved_by");
  if (!dpo) {
    Add(1306, gateway, observe->KeyAt("consent"));
  } else if (approved && approved->text != dpo->Text("email")) {
    Add(1355, gateway, approved->at);
  }
  const Node* until = consent->FindString("until");
  const base::Millis end = ObservedUntil(gateway.root);
  if (!until || end == 0) return;
  // What ended is enforced again, and no reason not to start.
  if (end > now + 31 * kDay) Add(1307, gateway, until->at);
  Add(end <= now ? 2114 : 2113, gateway, until->at, {until->text});
}

// Every role that a file names must be somebody, with a key of his own.
void Checker::Approvers(const Document& gateway) const {
  const std::vector<Node::Member>& approvers = gateway.root.Map("approvers");
  std::map<std::string, std::string> keys;  // public key -> role
  std::vector<std::string> roles;
  for (const Node::Member& approver : approvers) {
    roles.push_back(approver.key);
    const Node* key = approver.value.FindString("key");
    if (!key) continue;
    const auto verifier = crypto::NoteVerifier::Parse(key->text);
    if (!verifier || verifier->name() != approver.key ||
        approver.key == gateway.root.Text("tenant")) {
      Add(1351, gateway, key->at, {approver.key});
      continue;
    }
    const auto [first, fresh] = keys.emplace(key->text.substr(key->text.rfind('+')), approver.key);
    if (!fresh) Add(1352, gateway, key->at, {approver.key, first->second});
  }
  bool named = false;
  for (const Document* document : world_.All()) {
    const Node* owner = document->root.Find("owner");
    if (!owner) continue;
    for (const Node& role : owner->List("approvers")) {
      named = true;
      const bool known = std::ranges::count(roles, role.text) != 0;
      if (!known && !approvers.empty())
        Add(1353, *document, role.at, {role.text}, DidYouMean(role.text, roles));
    }
  }
  if (named && approvers.empty()) Add(3001, gateway, {});
}

// Who asks to see the value of a token needs another person who approves it.
void Checker::AccessRoles(const Document& gateway) const {
  const Node* roles = gateway.root.FindPath({"access", "reidentify"});
  if (!roles) return;
  std::map<std::string, std::string> names;  // role -> person
  std::vector<std::string> known;
  for (const Node::Member& approver : gateway.root.Map("approvers")) {
    names[approver.key] = approver.value.Text("name");
    known.push_back(approver.key);
  }
  for (const char* list : {"ask", "approve"}) {
    for (const Node& role : roles->List(list)) {
      if (!names.contains(role.text))
        Add(1353, gateway, role.at, {role.text}, DidYouMean(role.text, known));
    }
  }
  for (const Node& asks : roles->List("ask")) {
    const bool another = std::ranges::any_of(roles->List("approve"), [&](const Node& approves) {
      return names[approves.text] != names[asks.text];
    });
    if (!another) Add(1385, gateway, asks.at, {asks.text});
  }
}

void Checker::Vocabulary() const {
  std::map<std::string, const Document*> fields, terms;
  std::size_t count = 0;
  for (const Document* dictionary : world_.Of("Dictionary")) {
    for (const Node& field : dictionary->root.List("fields")) {
      const Node* id = field.FindString("id");
      if (!id) continue;
      ++count;
      const auto [first, fresh] = fields.emplace(id->text, dictionary);
      if (!fresh) Add(1201, *dictionary, id->at, {id->text, first->second->file});
      const Node* free = field.Find("free_text");
      if (free && field.Text("format") != "text")
        Add(1397, *dictionary, free->at, {id->text, std::string(field.Text("format"))});
      for (const Node& synonym : field.List("synonyms")) {
        const DictionaryField* other = world_.Field(synonym.text);
        if (other && other->id != id->text) Add(2111, *dictionary, synonym.at, {synonym.text});
      }
    }
    Limit(dictionary->file, dictionary->root.KeyAt("fields"), count, base::kFieldsMax,
          {"champs", "fields"});
    for (const Node& term : dictionary->root.List("terms")) {
      const Node* id = term.FindString("id");
      if (!id) continue;
      const auto [first, fresh] = terms.emplace(id->text, dictionary);
      if (!fresh) Add(1201, *dictionary, id->at, {id->text, first->second->file});
      if (const Node* counts = term.Find("counts_when")) Journey(*dictionary, *counts);
    }
  }
}

void Checker::Tests() const {
  for (const Document* test : world_.Of("Test")) {
    for (const Node& one : test->root.List("cases")) {
      if (const Node* given = one.Find("given")) {
        Refers(*test, given->Find("source"), "Source", 1210);
        for (const Node::Member& consent : given->Map("consent")) {
          if (consent.key == policies::kWholePerson) continue;
          if (world_.Find("Purpose", consent.key)) continue;
          Add(1205, *test, consent.key_at, {consent.key},
              DidYouMean(consent.key, world_.Ids("Purpose")));
        }
      }
      for (const Node::Member& expected : one.Map("expect")) {
        const bool own = expected.key == "outcome" || expected.key == "failed_rules" ||
                         expected.key == "score_at_least";
        if (own || world_.Find("Destination", expected.key)) continue;
        Add(1209, *test, expected.key_at, {expected.key},
            DidYouMean(expected.key, world_.Ids("Destination")));
      }
    }
  }
}

}  // namespace octroi::gateway::config
