// The answer to `octroi journeys` (docs/FORMATS.md, *Journeys*): who goes on from one event of a
// journey of the dictionary to the next, counted by person, and why the thread breaks.
//
// A person is counted only by events that the gateway decided for the purpose which the term names:
// what it let through (or counts) for it at some destination. People are told apart by the
// identifiers of those events, as in counted.h. No number of fewer than ten people is told, nor one
// that it could be computed from. Read from what is on file, so a rebuilt store says the same.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "crypto/hmac.h"
#include "gateway/explain.h"
#include "journal/journal.h"
#include "store/flow.h"

namespace octroi::gateway::score {

inline constexpr std::size_t kTouchBytes = 136;  // of one step of somebody, with who it is

struct JourneyParts {
  const journal::Journal* journal = nullptr;
  store::FlowStore* store = nullptr;           // attached to it
  const PastConfig* config = nullptr;          // in force
  const crypto::HmacKey* campaigns = nullptr;  // of CampaignHash
  Language language = Language::kFrench;
  base::Millis now = 0;
  std::size_t bytes_max = 256 * 1024 * 1024;
};

// `order`: {"term"?, "campaign"?, "since"?, "until"?}, milliseconds: when the first step was; the
// last ninety days. {"error": "change.order" | "term.unknown" | "store.unavailable" |
// "journeys.too_many"}. Minutes for many millions of events. Any thread.
std::string JourneysReport(const JourneyParts& parts, std::string_view order);

}  // namespace octroi::gateway::score
