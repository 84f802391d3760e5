#include "gateway/config/register_facts.h"

#include "gateway/config/findings.h"
#include "gateway/config/world.h"

namespace octroi::gateway::config {
namespace {

std::string TextIn(const Node& node, std::string_view key, Language language) {
  const Node* texts = node.Find(key);
  if (texts == nullptr) return {};
  const std::string_view wanted = texts->Text(language == Language::kFrench ? "fr" : "en");
  return std::string(wanted.empty() ? texts->Text("fr") : wanted);
}

std::string Scalar(const Node& node, std::string_view key) {
  const Node* value = node.Find(key);
  return value != nullptr && value->IsScalar() ? value->text : std::string();
}

std::vector<std::string> Texts(const std::vector<Node>& list) {
  std::vector<std::string> texts;
  texts.reserve(list.size());
  for (const Node& one : list) texts.push_back(one.text);
  return texts;
}

PurposeFacts PurposeOf(const Node& root, Language language) {
  PurposeFacts facts;
  facts.title = TextIn(root, "title", language);
  facts.explanation = TextIn(root, "explain", language);
  facts.basis = root.Text("legal_basis");
  facts.special = root.Find("special_categories") != nullptr;
  if (const Node* consent = root.Find("consent")) {
    facts.notice = consent->Text("notice");
    facts.ask_again_after = consent->Text("ask_again_after");
    facts.withdraw_at = consent->Text("withdraw_at");
  }
  if (const Node* kept = root.Find("register")) {
    facts.keep = kept->Text("keep");
    facts.categories = Texts(kept->List("categories"));
    facts.stored_in = Texts(kept->List("stored_in"));
  }
  return facts;
}

RecipientFacts RecipientOf(const Document& destination) {
  RecipientFacts facts;
  facts.destination = destination.id;
  facts.purposes = Texts(destination.root.List("purposes"));
  if (const Node* recipient = destination.root.Find("recipient")) {
    facts.name = recipient->Text("name");
    facts.role = recipient->Text("role");
    facts.country = recipient->Text("country");
    facts.safeguard = recipient->Text("safeguard");
    facts.outside_eea = recipient->True("outside_eea");
  }
  if (const Node* erase = destination.root.Find("erase")) facts.erase_by = erase->Text("method");
  return facts;
}

NoticeFacts NoticeOf(const Node& root, Language language) {
  NoticeFacts facts;
  facts.title = TextIn(root, "title", language);
  facts.shown_from = Scalar(root, "shown_from");
  facts.shown_until = Scalar(root, "shown_until");
  facts.version = root.FindString("version") ? std::string(root.Text("version")) : facts.shown_from;
  for (const Node::Member& text : root.Map("text")) facts.languages.push_back(text.key);
  return facts;
}

}  // namespace

RegisterFacts RegisterFacts::Of(const ConfigFolder& config, Language language) {
  Findings findings;
  const World world = World::Read(config.files, findings);
  RegisterFacts facts;
  if (const Document* gateway = world.gateway()) {
    if (const Node* controller = gateway->root.Find("controller")) {
      facts.controller = controller->Text("name");
      facts.contact = controller->Text("contact");
      if (const Node* dpo = controller->Find("dpo")) facts.dpo_email = dpo->Text("email");
    }
    if (const Node* law = gateway->root.Find("jurisdiction"))
      facts.jurisdiction = law->Text("controller");
  }
  for (const Document* purpose : world.Of("Purpose"))
    facts.purposes[purpose->id] = PurposeOf(purpose->root, language);
  for (const Document* notice : world.Of("Notice"))
    facts.notices[notice->id] = NoticeOf(notice->root, language);
  for (const Document* destination : world.Of("Destination"))
    facts.recipients.push_back(RecipientOf(*destination));
  return facts;
}

}  // namespace octroi::gateway::config
