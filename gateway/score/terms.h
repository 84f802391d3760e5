// Terms: what the figures need to know of the contracts of one config that was in force.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "crypto/hmac.h"
#include "gateway/explain.h"
#include "scores/record_score.h"

namespace octroi::gateway::score {

struct RuleTerms {
  std::string id;                   // "email-valid"
  std::string say_fr, say_en;       // its sentence
  std::string what;                 // all that it asks, as text: the same text is the same rule
  std::vector<std::string> fields;  // that it looks at
  std::string file;
  int line = 0;
  // Left out of the score, why and until when; 0: it counts.
  base::Millis left_out_until = 0;
  std::string left_out_why;
};

// Whom to ask.
struct Contact {
  std::string team, contact;
};

// A problem that people agreed to look away from, until when and why.
struct Mute {
  std::string what;        // a rule's id, "" for required fields; of a source a reason
  base::Millis until = 0;  // exclusive
  std::string why;
};
// Null: none of `what`.
const Mute* MuteOf(const std::vector<Mute>& mutes, std::string_view what);

struct ContractTerms {
  std::string name, id;  // "lead@2", "lead"; empty: a hole
  scores::Terms terms;   // of the judge, by bit
  std::vector<RuleTerms> rules;
  std::vector<std::string> required;  // fields
  std::string required_what;          // as RuleTerms::what; empty: none is required
  std::size_t critical = 0, covered = 0;
  struct Objective {
    scores::Micro usable = 0;
    base::Millis window = 0;
  };
  std::optional<Objective> objective;
  Contact producer;         // who can mend the data
  std::vector<Mute> muted;  // still so
};

struct SourceTerms {
  Contact owner;
  std::vector<Mute> muted;
};

struct PlanTerms {
  std::vector<std::string> sources;                // id by place
  std::vector<SourceTerms> source_terms;           // by place
  std::vector<ContractTerms> contracts;            // by place
  std::map<std::uint64_t, std::string> campaigns;  // those that a list of the config names
};

// `now`: a rule is left out of the score, and a problem muted, until its day has passed. `key`: of
// CampaignHash.
PlanTerms TermsOf(const PastConfig& past, base::Millis now, const crypto::HmacKey& key);

}  // namespace octroi::gateway::score
