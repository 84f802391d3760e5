// RegisterFacts: what the config says that no decision needs and a consent record does: who is
// responsible, to whom data goes, how long it is kept, what was shown. GDPR 13, 19, 30; ISO/IEC TS
// 27560. Texts as the config has them; what it does not say is empty.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/config.h"

namespace octroi::gateway::config {

struct PurposeFacts {
  std::string title, explanation;       // in the language asked for, else the French ones
  std::string basis, notice, keep;      // "consent"; "newsletter-v4"; "3 years after last contact"
  std::string ask_again_after;          // "13 months"
  std::string withdraw_at;              // where the person withdraws
  std::vector<std::string> categories;  // of data, as the register names them
  std::vector<std::string> stored_in;   // ISO 3166-1
  bool special = false;                 // rests on Art. 9(2)
};

struct RecipientFacts {
  std::string destination, name, role, country, safeguard;
  std::string erase_by;  // "http", "manual"; empty: the config does not say how
  bool outside_eea = false;
  std::vector<std::string> purposes;
};

struct NoticeFacts {
  std::string title, version, shown_from, shown_until;
  std::vector<std::string> languages;
};

struct RegisterFacts {
  std::string controller, contact, dpo_email;
  std::string jurisdiction;                      // the controller's, ISO 3166-1; may be empty
  std::map<std::string, PurposeFacts> purposes;  // by id
  std::map<std::string, NoticeFacts> notices;
  std::vector<RecipientFacts> recipients;  // of every destination, in the order of their files

  // What the config says; of one with errors, what of it can be read.
  static RegisterFacts Of(const ConfigFolder& config, Language language);
};

}  // namespace octroi::gateway::config
