#include "bench/realistic.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace octroi::testing {
namespace {

constexpr int kDestinations = 30, kPurposes = 20, kFields = 60, kContracts = 5, kSources = 4,
              kPolicies = 12;

std::string Read(const std::string& file) {
  std::ifstream in(OCTROI_SOURCE_DIR "/docs/examples/demo/" + file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string Replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  if (at == std::string::npos) std::abort();  // the demonstration changed: change this too
  return text.replace(at, what.size(), with);
}

// What stands before a top-level key.
std::string Before(const std::string& text, const std::string& key) {
  return text.substr(0, text.find("\n" + key) + 1);
}

std::string Number(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }
std::string Purpose(int number) {
  return (number % 5 == 0 ? "advertising.p" : "marketing.p") + Number(number);
}
std::string Field(int number) { return "field_" + Number(number); }

std::string Vocabulary() {
  std::string text =
      "apiVersion: octroi/v1\nkind: Dictionary\nid: all\ntitle: { fr: \"Tout\", en: \"All\" }\n"
      "owner: { team: \"IT\", contact: it@exemple.fr }\nterms:\n"
      "  - { id: item, title: { fr: \"Chose\" }, means: { fr: \"Une chose.\" } }\nfields:\n";
  const char* const categories[] = {"identity", "contact", "location", "navigation"};
  for (int i = 0; i < kFields; ++i) {
    text += "  - { id: " + Field(i) + ", title: { fr: \"Champ\" }, category: " + categories[i % 4] +
            ", personal_data: direct, format: text }\n";
  }
  return text;
}

// Twelve fields of a contract's: the others are of other contracts.
std::string Fields(int contract, const std::string& what) {
  std::string text;
  for (int i = 0; i < kFields / kContracts; ++i)
    text += "      " + Field(contract * (kFields / kContracts) + i) + ": " + what + "\n";
  return text;
}

}  // namespace

std::map<std::string, std::string> RealisticFolder() {
  std::map<std::string, std::string> files;
  files["gateway.yaml"] = Read("gateway.yaml");
  files["vocabulary/all.yaml"] = Vocabulary();
  files["pseudonyms/per-destination.yaml"] = Read("pseudonyms/per-destination.yaml");
  std::string purposes;
  for (int i = 0; i < kPurposes; ++i) {
    purposes += (i == 0 ? "" : ", ") + Purpose(i);
    std::string purpose =
        Replaced(Read("purposes/marketing.email.yaml"), "id: marketing.email", "id: " + Purpose(i));
    if (i % 2 == 1) purpose = Replaced(purpose, "consent_covers: send", "consent_covers: both");
    files["purposes/p" + Number(i) + ".yaml"] = purpose;
  }
  files["notices/newsletter-v4.yaml"] =
      Replaced(Read("notices/newsletter-v4.yaml"), "[marketing.email]", "[" + purposes + "]");
  for (int i = 0; i < kContracts; ++i) {
    std::string contract = Before(Read("contracts/interaction.yaml"), "fields:");
    contract = Replaced(contract, "id: interaction", "id: item-" + std::to_string(i));
    contract = Replaced(contract, "term: interaction", "term: item");
    const std::size_t uses = contract.find("  consumers:");
    contract =
        contract.substr(0, uses) +
        "  consumers:\n    - { team: \"CRM\", contact: crm@exemple.fr, uses: [] }\nterm: item\n"
        "fields:\n";
    contract += Fields(i, "{ required: false }") + "extra_fields: drop\nrules: []\n";
    files["contracts/c" + std::to_string(i) + ".yaml"] = contract;
  }
  for (int i = 0; i < kSources; ++i) {
    std::string source = Before(Read("sources/boutique.yaml"), "accepts:");
    source = Replaced(source, "id: boutique", "id: source-" + std::to_string(i));
    source = Replaced(source, "/v1/events/boutique", "/v1/events/source-" + std::to_string(i));
    source += "accepts:\n";
    for (int c = 0; c < kContracts; ++c) {
      source += "  - { event: item." + std::to_string(c) + ", contract: item-" + std::to_string(c) +
                "@1 }\n";
    }
    files["sources/s" + std::to_string(i) + ".yaml"] =
        source + "unknown_events: quarantine\nsubject: { keys: [" + Field(0) + "] }\n";
  }
  for (int i = 0; i < kDestinations; ++i) {
    const std::string id = "destination-" + Number(i);
    const std::string demo = Read("destinations/emailing.yaml");
    std::string destination = Replaced(Before(demo, "receives:"), "id: emailing", "id: " + id);
    destination =
        Replaced(destination, "purposes: [marketing.email]",
                 "purposes: [" + Purpose(i % kPurposes) + ", " + Purpose((i + 7) % kPurposes) +
                     ", " + Purpose((i + 13) % kPurposes) + "]");
    destination += "receives:\n";
    for (const int contract : {i % kContracts, (i + 2) % kContracts}) {
      destination += "  - contract: item-" + std::to_string(contract) + "@1\n    fields:\n" +
                     Fields(contract, "clear");
    }
    files["destinations/" + id + ".yaml"] = destination + demo.substr(demo.find("\ndeliver:") + 1);
  }
  for (int i = 0; i < kPolicies; ++i) {
    std::string policy = Before(Read("policies/marketing-email.yaml"), "applies_to:");
    policy = Replaced(policy, "id: marketing-email", "id: policy-" + Number(i));
    policy += "applies_to: { purposes: [" + Purpose(i) + "]" +
              (i % 3 == 0 ? ", sources: [source-1]" : "") + " }\nallow_when:\n" +
              "  - { consent: granted }\n  - { field: " + Field(i * 5) +
              ", in: [FR, BE, LU] }\notherwise:\n  - { do: withhold, reason: policy.not_met }\n";
    files["policies/p" + Number(i) + ".yaml"] = policy;
  }
  return files;
}

}  // namespace octroi::testing
