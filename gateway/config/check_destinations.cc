#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

#include "base/limits.h"
#include "gateway/config/checks.h"
#include "gateway/sender.h"
#include "policies/pseudonymizer.h"

namespace octroi::gateway::config {
namespace {

// What leaves for a destination: the categories that the purposes it serves declare in the
// register.
std::uint32_t ServedCategories(const World& world, const Document& destination) {
  std::uint32_t categories = 0;
  for (const Node& id : destination.root.List("purposes")) {
    const Document* purpose = world.Find("Purpose", id.text);
    if (!purpose || !purpose->root.Find("register")) return ~0u;  // reported elsewhere
    categories |= CategoriesOf(purpose->root);
  }
  return categories;
}

// Under every law.
bool RestsOnConsent(const Node& purpose) {
  return purpose.Text("legal_basis") == "consent" &&
         std::ranges::all_of(purpose.Map("legal_basis_in"),
                             [](const Node::Member& line) { return line.value.text == "consent"; });
}

// The keys of `deliver` that not every type has, and which do.
struct KeyOfTypes {
  const char* key;
  std::array<std::string_view, 2> types;
};
constexpr KeyOfTypes kKeysOfTypes[] = {
    {"url", {"http"}},
    {"method", {"http"}},
    {"headers", {"http"}},
    {"authenticate", {"http"}},
    {"path", {"file"}},
    {"rotate", {"file"}},
    {"compress", {"file"}},
    {"connect", {"sql"}},
    {"table", {"sql"}},
    {"columns", {"sql"}},
    {"private_network", {"http", "sql"}},
    {"answer_within", {"http", "sql"}},
};
constexpr std::array<std::string_view, 3> kTypes = {"http", "file", "sql"};

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Those that frame a request or that the gateway writes itself; secrets have a place of their own.
bool IsOurHeader(std::string_view name) {
  static const std::set<std::string> kOurs = {"authorization",
                                              "connection",
                                              "content-encoding",
                                              "content-length",
                                              "content-type",
                                              "cookie",
                                              "expect",
                                              "host",
                                              "idempotency-key",
                                              "keep-alive",
                                              "proxy-authorization",
                                              "te",
                                              "transfer-encoding",
                                              "trailer",
                                              "upgrade",
                                              "x-octroi-signature"};
  return kOurs.contains(Lower(name));
}

// Serves the training or the use of a model, to whose maker a text tells more than its fields do.
bool ServesAi(const Document& destination) {
  return std::ranges::any_of(destination.root.List("purposes"),
                             [](const Node& id) { return id.text.starts_with("ai."); });
}

bool IsFreeText(const DictionaryField& field) {
  const Node* said = field.node->Find("free_text");
  return field.format == "text" && (said == nullptr || said->truth);
}

}  // namespace

void Checker::Destinations() const {
  const auto destinations = world_.Of("Destination");
  for (std::size_t i = 0; i < destinations.size(); ++i) {
    const Document& destination = *destinations[i];
    const Node& root = destination.root;
    Limit(destination.file, root.KeyAt("id"), i + 1, base::kDestinationsMax,
          {"destinations", "destinations"});
    RefersAll(destination, root.List("purposes"), "Purpose", 1205);
    if (root.Text("mode") == "observe") {
      Add(1916, destination, root.Find("mode")->at,
          {Say{"une destination reçoit pour de bon", "a destination receives for real"}});
    }
    const std::uint32_t categories = ServedCategories(world_, destination);
    std::set<std::string> contracts;
    for (const Node& receives : root.List("receives")) {
      const Node* contract = receives.FindString("contract");
      if (contract && !contracts.insert(contract->text).second) {
        Add(1329, destination, contract->at, {contract->text});
      }
      Receives(destination, receives, categories);
    }
    Groups(destination);
    Deliver(destination);
  }
}

void Checker::Receives(const Document& destination, const Node& receives,
                       std::uint32_t categories) const {
  const Node* contract = receives.FindString("contract");
  const Document* declared = nullptr;
  if (contract && Refers(destination, contract, "Contract", 1203)) {
    declared = world_.Find("Contract", contract->text);
  }
  for (const Node::Member& field : receives.Map("fields")) {
    const Node& form = field.value;
    const std::string previous = field.key + std::string(policies::kPreviousSuffix);
    if (destination.root.True("previous_tokens") && receives.FindPath({"fields", previous}))
      Add(1386, destination, field.key_at, {previous});
    Refers(destination, form.Find("pseudonym"), "Pseudonym", 1207);
    if (!IsField(destination, field.key, field.key_at)) continue;
    Form(destination, field);
    const Node* fields = declared ? declared->root.Find("fields") : nullptr;
    if (fields && !fields->Find(field.key)) {
      Add(1211, destination, field.key_at, {field.key, declared->id});
    }
    const DictionaryField& known = *world_.Field(field.key);
    if ((CategoryBit(known) & categories) == 0) {
      Add(IsSpecial(known) ? 2115 : 2107, destination, field.key_at, {field.key, known.category});
    }
  }
}

// A less precise form is of a value that can have it.
void Checker::Form(const Document& destination, const Node::Member& field) const {
  if (field.value.Find("partner_hash")) return PartnerHash(destination, field);
  if (field.value.IsString()) return FreeText(destination, field);
  const Node* generalise = field.value.FindString("generalise");
  if (!generalise) return;
  static const std::map<std::string, std::set<std::string>, std::less<>> kFormats = {
      {"year", {"date", "datetime"}},
      {"hour", {"datetime"}},
      {"department", {"text", "code", "integer"}},
      {"ip_prefix", {"ip", "text"}},
      {"family", {"text"}}};
  const std::string& format = world_.Field(field.key)->format;
  const auto fits = kFormats.find(generalise->text);
  if (fits != kFormats.end() && !fits->second.contains(format)) {
    Add(1359, destination, generalise->at, {field.key, generalise->text, format});
  }
}

// Redaction is of text. Free text in clear does not go to a model (B8): redacted, or not at all.
void Checker::FreeText(const Document& destination, const Node::Member& field) const {
  const DictionaryField& known = *world_.Field(field.key);
  if (field.value.text == "redacted" && known.format != "text") {
    Add(1395, destination, field.value.at, {field.key, known.format});
  }
  if (field.value.text == "clear" && IsFreeText(known) && ServesAi(destination)) {
    Add(1396, destination, field.value.at, {field.key});
  }
}

// The same for everybody who has the address: it joins data across companies as the address does,
// and leaves for nothing but a purpose that the person consented to.
void Checker::PartnerHash(const Document& destination, const Node::Member& field) const {
  const Position at = field.value.KeyAt("partner_hash");
  const DictionaryField& declared = *world_.Field(field.key);
  if (declared.format != "email") Add(1357, destination, at, {field.key, declared.format});
  for (const Node& id : destination.root.List("purposes")) {
    const Document* purpose = world_.Find("Purpose", id.text);
    if (purpose && !RestsOnConsent(purpose->root)) {
      Add(1358, destination, at, {field.key, id.text});
    }
  }
}

// What goes with the method, and that a secret in the address is not sent in clear.
void Checker::Presentation(const Document& destination, const Node& deliver) const {
  const Node* authenticate = deliver.Find("authenticate");
  const Node* method = authenticate ? authenticate->FindString("method") : nullptr;
  if (!method) return;
  const bool named = method->text == "header" || method->text == "query";
  const Node* name = authenticate->FindString("name");
  if (named && !name) Add(1345, destination, method->at, {method->text});
  if (!named && name) Add(1334, destination, authenticate->KeyAt("name"), {"name", method->text});
  if (method->text == "header" && name && IsOurHeader(name->text)) {
    Add(1346, destination, name->at, {name->text});
  }
  const bool safe = deliver.Text("url").starts_with("https://") || deliver.True("private_network");
  if (method->text == "query" && !safe) Add(1347, destination, method->at);
}

void Checker::Headers(const Document& destination, const Node& deliver) const {
  const Node* authenticate = deliver.Find("authenticate");
  std::set<std::string> taken;
  if (authenticate && authenticate->Text("method") == "header") {
    taken.insert(Lower(authenticate->Text("name")));
  }
  for (const Node::Member& header : deliver.Map("headers")) {
    const bool ours = IsOurHeader(header.key) && Lower(header.key) != "content-type";
    if (ours || !taken.insert(Lower(header.key)).second) {
      Add(1346, destination, header.key_at, {header.key});
    }
  }
}

// The address in the connection string is looked at where secrets are read.
void Checker::IntoTable(const Document& destination, const Node& deliver) const {
  for (const char* key : {"connect", "table"}) {
    if (!deliver.Find(key)) Add(1360, destination, destination.root.KeyAt("deliver"), {key});
  }
  const Node* columns = deliver.Find("columns");
  if (!columns) return;
  if (destination.root.Find("format")) {
    Add(1334, destination, destination.root.KeyAt("format"), {"format", "columns"});
  }
  const std::vector<std::string> received = NamesReceived(destination);
  for (const Node::Member& column : columns->members) {
    if (column.key == "event_id") Add(1361, destination, column.key_at, {column.key});
    const Node& what = column.value;
    if (!what.IsString() || what.text.starts_with('$') ||
        std::ranges::count(received, what.text) != 0) {
      continue;
    }
    Add(1339, destination, what.at, {what.text, destination.id});
  }
}

void Checker::Deliver(const Document& destination) const {
  const Node* deliver = destination.root.Find("deliver");
  if (!deliver) return;
  Authentication(destination, deliver->Find("authenticate"), true);
  Presentation(destination, *deliver);
  Headers(destination, *deliver);
  const Node* type = deliver->FindString("type");
  const std::string_view is = type ? std::string_view(type->text) : "http";
  if (std::ranges::find(kTypes, is) == kTypes.end()) {
    Add(1912, destination, type->at, {type->text});
    return;
  }
  for (const KeyOfTypes& key : kKeysOfTypes) {
    const bool has = std::ranges::find(key.types, is) != key.types.end();
    if (has || !deliver->Find(key.key)) continue;
    Add(1334, destination, deliver->KeyAt(key.key), {key.key, "type: " + std::string(is)});
  }
  if (is == "file") {
    if (!deliver->Find("path")) Add(1348, destination, destination.root.KeyAt("deliver"));
    return;
  }
  if (is == "sql") return IntoTable(destination, *deliver);
  const Node* url = deliver->Find("url");
  if (!url) Add(1333, destination, destination.root.KeyAt("deliver"));
  if (!url || !url->IsString()) return;
  if (const auto good = CheckUrl(url->text, deliver->True("private_network")); !good) {
    Add(1320, destination, url->at, {good.error().detail});
  }
}

}  // namespace octroi::gateway::config
