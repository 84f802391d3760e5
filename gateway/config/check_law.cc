// What the law asks of purposes and destinations, beyond what the shape can say: transfers (GDPR 44
// to 49), special categories (9), children (8), automated decisions (22), impact assessments (35).
#include <algorithm>
#include <set>
#include <string_view>

#include "gateway/config/checks.h"

namespace octroi::gateway::config {
namespace {

bool InEea(std::string_view country) {
  static const std::set<std::string_view> kCountries = {
      "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IS", "IE",
      "IT", "LV", "LI", "LT", "LU", "MT", "NL", "NO", "PL", "PT", "RO", "SK", "SI", "ES", "SE"};
  return kCountries.contains(country);
}

bool ReceivesSpecial(const World& world, const Node& destination) {
  for (const Node& receives : destination.List("receives")) {
    for (const Node::Member& field : receives.Map("fields")) {
      const DictionaryField* known = world.Field(field.key);
      if (known && IsSpecial(*known)) return true;
    }
  }
  return false;
}

bool ConsentSomewhere(const Node& purpose) {
  return std::ranges::any_of(purpose.Map("legal_basis_in"),
                             [](const Node::Member& line) { return line.value.text == "consent"; });
}

}  // namespace

void Checker::Law(base::Millis now) const {
  for (const Document* gateway : world_.Of("Gateway")) {
    if (const Node* law = gateway->root.Find("jurisdiction"))
      IsField(*gateway, law->FindString("person"));
  }
  for (const Document* purpose : world_.Of("Purpose")) PurposeLaw(*purpose);
  for (const Document* destination : world_.Of("Destination")) DestinationLaw(*destination, now);
}

void Checker::PurposeLaw(const Document& purpose) const {
  const Node& root = purpose.root;
  const Node* special = root.FindString("special_categories");
  if (special && special->text == "explicit_consent" && root.Text("legal_basis") != "consent")
    Add(1372, purpose, special->at, {purpose.id});
  const bool whose = world_.gateway() && world_.gateway()->root.Find("jurisdiction");
  if (ConsentSomewhere(root) && !root.Find("consent")) {
    Add(1377, purpose, root.KeyAt("legal_basis_in"), {purpose.id});
  } else if (root.Find("legal_basis_in") && !whose) {
    Add(1378, purpose, root.KeyAt("legal_basis_in"), {purpose.id});
  }
  const bool ai = purpose.id == "ai" || purpose.id.starts_with("ai.");
  if ((ai || special) && !root.Find("dpia"))
    Add(1374, purpose, special ? special->at : root.KeyAt("id"), {purpose.id});
}

void Checker::DestinationLaw(const Document& destination, base::Millis now) const {
  const Node& root = destination.root;
  if (const Node* recipient = root.Find("recipient")) {
    const Node* country = recipient->FindString("country");
    if (country && !InEea(country->text) && !recipient->True("outside_eea"))
      Add(1370, destination, country->at, {country->text});
    const base::Millis last = DayOf(*recipient, "safeguard_until");
    if (last != 0 && now >= last + kDay)
      Add(2117, destination, recipient->Find("safeguard_until")->at,
          {std::string(recipient->Text("safeguard"))});
    if (recipient->True("outside_eea") && Suspended(recipient->Text("safeguard")))
      Add(2118, destination, recipient->KeyAt("safeguard"),
          {std::string(recipient->Text("safeguard"))});
  }
  if (!root.True("automated_decision")) return;
  const Node* gate = root.Find("art22");
  if (!gate) Add(1375, destination, root.KeyAt("automated_decision"));
  if (gate && ReceivesSpecial(world_, root) && gate->Text("ground") != "explicit_consent")
    Add(1376, destination, gate->Find("ground") ? gate->Find("ground")->at : gate->at);
}

bool Checker::Suspended(std::string_view safeguard) const {
  const Node* transfers = world_.gateway() ? world_.gateway()->root.Find("transfers") : nullptr;
  return transfers && std::ranges::any_of(transfers->List("suspended"),
                                          [&](const Node& one) { return one.text == safeguard; });
}

}  // namespace octroi::gateway::config
