// CanaryPlan: people who do not exist, and what each destination may learn of them, as a `Canary`
// file says it; names resolved to places.
//
// What is expected is the file's own word, in the words of whoever collects the consent and of
// whoever receives the record. No mapping of a source, no policy and no dictionary enters it, or an
// inverted one would expect what it does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace octroi::gateway {

// How a value may stand in what leaves.
enum class CanaryForm : std::uint8_t {
  kClear,
  kToken,        // P1, P2, P3
  kHash,         // anyone can compute it
  kLessPrecise,  // anything but the value itself
};
std::string_view Name(CanaryForm form);  // "clear", "token", "hash", "less_precise"

struct CanaryPlan {
  // Something that a person agrees to or not. What they told the register, and what accompanies the
  // event, are independent of each other: that is how one of the two being inverted shows.
  struct Topic {
    std::string id;
    std::vector<std::uint16_t> purposes;  // recorded of the person: places; or
    std::optional<std::uint16_t> told;    // a source of people's choices, which hears:
    std::string told_yes, told_no;        // its CMP's message, JSON
    bool accompanied = false;             // the event says something, too:
    std::string says_yes, says_no;        // merged into it, JSON
  };
  struct Field {
    std::string name;  // of the member that leaves
    std::string from;  // path in the event, as the source writes it
    CanaryForm as = CanaryForm::kClear;
  };
  struct Gets {
    std::uint16_t destination = 0;
    std::optional<std::size_t> when;  // topic; none: whatever the person said
    std::vector<Field> fields;
  };

  std::string id;
  std::uint16_t source = 0;
  base::Millis every = 10'000;
  std::string event;  // JSON, with @person and @now
  std::vector<Topic> topics;
  std::vector<Gets> gets;  // what is not here must not leave
};

inline constexpr std::size_t kCanaryPeopleMax = 4'096;   // of one file: every one of them each time
inline constexpr base::Millis kCanaryEveryMax = 30'000;  // red within a minute, and time to see it

}  // namespace octroi::gateway
