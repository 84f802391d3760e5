// Problem: one cause for which records are not usable: how many, since when, in which state, and
// who answers for it.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <tuple>

#include "gateway/score/terms.h"
#include "scores/course.h"

namespace octroi::gateway::score {

enum class Kind : std::uint8_t { kRule, kRequired, kRefused };

struct Cause {
  Kind kind = Kind::kRule;
  std::string contract, what;  // contract id; rule id, "", or the reason that it was refused for
  bool operator<(const Cause& other) const {
    return std::tie(kind, contract, what) < std::tie(other.kind, other.contract, other.what);
  }
};

struct Problem {
  std::uint64_t applicable = 0, failed = 0, gain = 0;
  scores::Micro score_gain = 0;                 // of the score's sum
  std::map<base::Millis, scores::Tally> hours;  // also before the range
  std::map<std::string, std::uint64_t> sources;
  const ContractTerms* contract = nullptr;  // the newest
  std::size_t rule = 0;                     // of kRule, in it

  // Of `hours`, once all are there: since when, and whether it was mended.
  void Follow(base::Millis since);
  // Who answers, and whether it is muted, in the config in force (null: it cannot be read). Rules
  // are for who makes the data, refusals for who owns the source that most of them come from; one
  // that several sources have is muted if all mute it.
  void Assign(const Cause& cause, const PlanTerms* in_force);
  // It asks for something to be done: neither muted nor mended.
  bool Pressing() const { return muted == nullptr && course.stage != scores::Stage::kMended; }
  // "state" to "answers", and "muted", of docs/FORMATS.md.
  void AddState(nlohmann::ordered_json& json) const;

  scores::Course course;
  base::Millis began = 0, eased = 0;  // 0: it did not
  const Mute* muted = nullptr;
  const Contact* asks = nullptr;  // null: the config in force names nobody
};

}  // namespace octroi::gateway::score
