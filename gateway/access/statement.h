// What somebody signs who asks to see the value of a token, approves that, or takes the value:
// text that people can read, under an Ed25519 signature (crypto/note.h). docs/FORMATS.md,
// "Re-identification"; standards.md B3.
//
//   octroi-access-v1
//   tenant: exemple-production
//   act: ask
//   request: -
//   about: p2.emailing.1.Zm9v...
//   at: 2026-11-21T09:00:00.000Z
//   reason: Demande d'accès n° 118.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace octroi::gateway::access {

enum class Act { kAsk, kApprove, kRefuse, kOpen };

struct Statement {
  std::string tenant = {};
  Act act = Act::kAsk;
  std::string request = {};  // 16 hex digits; "-": of an ask, which has none yet
  std::string about = {};    // of an ask: the token; else the SHA-256 of the ask, in hex (DigestOf)
  base::Millis at = 0;
  std::string reason = {};  // one line (change::IsReason); "-": none given

  std::string Text() const;
  // kInvalid: not exactly what Text writes.
  static base::Result<Statement> Parse(std::string_view text);
};

// Of the text of an ask: who approves signs that this is what they saw.
std::string DigestOf(std::string_view ask);

// How old a statement may be, or ahead: it is signed to be handed in at once.
inline constexpr base::Millis kFreshMs = 5 * 60'000;

}  // namespace octroi::gateway::access
