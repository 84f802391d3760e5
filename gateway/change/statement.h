// The statement of a change: which config is to come into force after which, until when this may
// happen, who asked and why. People read it, the gateway and the approvers sign it (crypto/note.h),
// and a bundle carries it with the files it speaks of. docs/FORMATS.md, "Bundles";
// reliability.md I10.
//
//   octroi-change-v1
//   tenant: exemple-production
//   version: 8
//   config: 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef
//   previous: 1d3c...
//   created: 2026-11-21T09:00:00.000Z
//   expires: 2026-12-21T09:00:00.000Z
//   binary: 0.1.0
//   by: uid 1000
//   from: folder
//   reason: Le pays LU sort de la campagne.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/note.h"

namespace octroi::gateway::change {

struct Statement {
  std::string tenant;
  std::uint32_t version = 0;     // of the config it proposes; grows by one with each in force
  std::string config, previous;  // SHA-256 in hex of the archives; previous "none": the first
  base::Millis created = 0, expires = 0;
  std::string binary;  // the oldest build that may obey it: "0.1.0"
  std::string by;      // "uid 1000", "start"
  std::string from;    // "folder": the gateway's own; "elsewhere"; "version 3": a roll-back
  std::string reason;  // one line; "-": none given

  std::string Text() const;
  // kInvalid: not exactly what Text writes.
  static base::Result<Statement> Parse(std::string_view text);
};

// What a person may write as a reason: one line of UTF-8 without control characters.
bool IsReason(std::string_view text);
inline constexpr std::size_t kReasonBytesMax = 500;

// "0.1.0" against "0.10.0", number by number. Whether this build may obey what asks for `binary`.
bool MayObey(std::string_view binary);
std::string_view BuildVersion();

struct Bundle {
  crypto::Note note;
  Statement statement;   // of the note's text
  std::string archive;   // ConfigFolder::Archive() of what is proposed
  std::string previous;  // of what it was compared with; empty: none, or already in force

  std::string Render() const;
  // kInvalid: not exactly what Render writes, or an archive that is not the one of the statement.
  // Says nothing about who signed.
  static base::Result<Bundle> Parse(std::string_view bytes);
};
// Of an archive, as the statement names it.
std::string DigestHex(std::string_view archive);

}  // namespace octroi::gateway::change
