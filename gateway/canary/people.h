// The people of a canary: which combinations of answers are walked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/canary/plan.h"

namespace octroi::gateway {

enum class CanaryWord : std::uint8_t { kSilent, kYes, kNo };

struct CanaryAnswer {
  CanaryWord recorded = CanaryWord::kSilent;      // in the register
  CanaryWord accompanying = CanaryWord::kSilent;  // with the event; silent where the topic has none
  bool operator<(const CanaryAnswer& other) const {
    return recorded != other.recorded ? recorded < other.recorded
                                      : accompanying < other.accompanying;
  }
  // Both have to agree: what accompanies an event can only say no, and silence is no answer.
  bool agreed() const { return recorded == CanaryWord::kYes && accompanying != CanaryWord::kNo; }
};
using CanaryPerson = std::vector<CanaryAnswer>;  // by place of the topic

// For each destination every combination of answers to the topics that it hangs on, once among
// people who agree to all other topics, once among people who deny them: else two topics whose
// names were swapped could not be told apart. And one person who never answered anything. Nobody
// twice. So what is not walked are mixed answers to topics that no destination hangs on together.
std::vector<CanaryPerson> PeopleOf(const CanaryPlan& plan);
// How many they may be: an upper bound, without making them.
std::size_t PeopleAtMost(const CanaryPlan& plan);

// "marketing=granted/yes analytics=denied": the answers, in the topics' order.
std::string Say(const CanaryPlan& plan, const CanaryPerson& person);

}  // namespace octroi::gateway
