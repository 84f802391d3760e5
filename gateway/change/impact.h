// What another config would have made of what came in: the journalled events of some days, judged
// and decided by the very code that runs (gateway/evaluate.h), under the config in force and under
// the other one, on the consent as it was known when each was received. peers.md D6.
//
// What it cannot know it counts: an event whose payload is gone (nothing of it could be sent, or it
// is past its time), and one that does not read any more as it was read. Uniqueness rules and
// duplicates are not played again.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "gateway/event_reader.h"
#include "gateway/plan.h"
#include "journal/journal.h"
#include "store/store.h"

namespace octroi::gateway::change {

// Where an event stood, or would stand. At a destination: sent (it may leave) or withheld; or, if
// it was not even accepted, what became of it as a whole.
struct Stand {
  base::Outcome outcome = base::Outcome::kUndecided;
  base::Reason reason = base::Reason::kUndecided;
  bool operator==(const Stand&) const = default;
  bool operator<(const Stand& other) const {
    return std::tie(outcome, reason) < std::tie(other.outcome, other.reason);
  }
};

struct Shift {  // events that would stand elsewhere, one cell of the matrix
  std::uint64_t events = 0;
  std::set<journal::Fingerprint> people;  // by the first identifier; who has none is not counted
  std::vector<std::uint64_t> examples;    // sequences; at most three
};

struct Impact {
  static constexpr std::uint16_t kWhole = 0xffff;  // as a destination: the event itself
  struct Cell {
    std::uint16_t destination = kWhole;
    Stand before, after;
    bool operator<(const Cell& other) const {
      return std::tie(destination, before, after) <
             std::tie(other.destination, other.before, other.after);
    }
  };
  struct Sums {
    std::uint64_t before = 0, after = 0;  // that may leave
  };
  struct Day {
    std::uint64_t events = 0, stopped = 0;  // replayed; that something would stop somewhere
  };
  base::Millis since = 0, until = 0;
  std::uint64_t events = 0, replayed = 0, payload_gone = 0, unreadable = 0;
  std::uint64_t otherwise = 0;  // decided then otherwise than the config in force does now
  std::map<Cell, Shift> shifts;
  std::map<std::uint16_t, Sums> destinations;
  std::map<base::Millis, Day> days;  // by midnight UTC
};

// Both plans were compiled with the same names, so that places mean the same. Reads the journal and
// the whole register; an event costs a few microseconds. Errors: the journal's or the store's.
base::Result<Impact> ImpactOf(const journal::Journal& journal, store::ConsentStore& consents,
                              const crypto::KeyRing& keys, const Plan& before, const Plan& after,
                              base::Millis since, base::Millis until);

nlohmann::ordered_json ImpactJson(const Impact& impact, const std::string& origin,
                                  const Plan& before, const Plan& after);

// A pilot is safe to end from the first day after which no day has more than one event in a hundred
// that enforcement would stop, if there were thirty at least. 0: not yet.
base::Millis SafeSince(const Impact& impact);

}  // namespace octroi::gateway::change
