// Figure: usable share and score of some records, and what a comparison of two periods needs.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/score/ask.h"
#include "scores/change.h"

namespace octroi::gateway::score {

double Points(scores::Micro micro);  // with four decimals: 62.54

// Rules that every config had which judged a record of either period, by contract.
class CommonRules {
 public:
  void Meet(const ContractTerms& contract);  // in the order of the plans
  struct View {
    scores::Terms terms;  // with the newest weights, and what counts in the score now
    std::uint64_t among = 0;
  };
  const View& Of(const ContractTerms& contract) const;  // which it met, after the last Meet
  void Close();

 private:
  struct Known {
    std::set<std::string> what;
    const ContractTerms* newest = nullptr;
  };
  std::map<std::string, Known> known_;  // by contract id
  std::map<const ContractTerms*, View> views_;
};

class Figure {
 public:
  // In the period, or in the one that it is compared with.
  void Add(const Piece& piece, const CommonRules& common, bool before);
  // Members "received" to "delta" of docs/FORMATS.md, "Scores".
  nlohmann::ordered_json AsJson() const;
  const scores::Tally& usable() const { return usable_; }

 private:
  struct Moves {
    scores::Segment usable, score;
  };
  void AddScore(const Piece& piece, const CommonRules& common, scores::Segment& segment,
                bool before);
  scores::Coverage Covered() const;
  nlohmann::ordered_json Delta() const;

  scores::Tally usable_, before_;
  std::uint64_t rejected_ = 0, quarantined_ = 0, merged_ = 0, repaired_ = 0, unscored_ = 0;
  std::map<std::string, const ContractTerms*> contracts_;  // newest, by id
  std::map<std::pair<std::string_view, std::uint64_t>, Moves> segments_;
};

}  // namespace octroi::gateway::score
