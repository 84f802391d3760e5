// CanaryLight: what the canaries say of the plan in force, at one moment; and how it is told.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "gateway/canary/walk.h"
#include "gateway/config.h"

namespace octroi::gateway {

struct CanaryLight {
  // kLost: canaries are configured, and none was walked for a minute: nobody knows. It is no green.
  enum class Colour { kOff, kGreen, kRed, kLost } colour = Colour::kOff;
  base::Millis since = 0, checked = 0;  // in this colour; last walked
  std::uint32_t plan = 0;               // the one that was walked
  std::uint64_t people = 0, not_judged = 0;
  std::vector<CanaryMismatch> mismatches;
  std::vector<std::string> not_watched;  // destinations that no canary names

  bool good() const { return colour == Colour::kOff || colour == Colour::kGreen; }
};
std::string_view Name(CanaryLight::Colour colour);  // "off", "green", "red", "lost"

// docs/FORMATS.md, *Canaries*.
nlohmann::ordered_json CanariesJson(const CanaryLight& light);
nlohmann::ordered_json MismatchJson(const CanaryMismatch& mismatch);

// One sentence, and a line for each mismatch; of CanariesJson. Empty: off.
std::string CanariesText(const nlohmann::ordered_json& canaries, Language language);
std::string MismatchText(const nlohmann::ordered_json& mismatch, Language language);

}  // namespace octroi::gateway
