// How well finds meet what was expected: counted by type.
#pragma once

#include <array>
#include <cstdio>

#include "rules/detect/detect.h"

namespace octroi::rules {

struct Tally {
  int found = 0, missed = 0, wrong = 0;
  double recall() const { return found + missed == 0 ? 1 : 1.0 * found / (found + missed); }
  double precision() const { return found + wrong == 0 ? 1 : 1.0 * found / (found + wrong); }
};
using Tallies = std::array<Tally, kPersonalDataTypes>;

inline void Print(const char* title, const Tallies& tallies) {
  std::printf("%-14s recall precision   (found missed wrong): %s\n", "type", title);
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    const Tally& tally = tallies[i];
    if (tally.found + tally.missed + tally.wrong == 0) continue;
    std::printf("%-14s %6.3f %9.3f   (%d %d %d)\n",
                std::string(NameOf(static_cast<PersonalData>(i)).id).c_str(), tally.recall(),
                tally.precision(), tally.found, tally.missed, tally.wrong);
  }
}

}  // namespace octroi::rules
