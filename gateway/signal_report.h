// What `octroi consent decode` answers about a TC or GPP string, as JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "signals/tcf.h"

namespace octroi::gateway {

struct SignalReport {
  std::string json;  // one object; docs/FORMATS.md
  bool yes = false;  // read, valid, and what was asked is allowed
};

// A text that cannot be read is answered with what is wrong and where, and not repeated; neither
// are sections of a GPP string that are not read.
SignalReport ReportTcf(std::string_view text, const std::optional<signals::TcfQuestion>& question,
                       base::Millis at);
SignalReport ReportGpp(std::string_view text, const std::optional<signals::TcfQuestion>& question,
                       base::Millis at);

}  // namespace octroi::gateway
