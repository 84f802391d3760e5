// Consent events -> what decisions read, at any instant. The one place where the register's events
// become entries of an index: the consent desk runs it on the store as events come, and
// ConsentHistory on what was read, for the state of another instant.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "gateway/plan.h"
#include "policies/consent.h"

namespace octroi::gateway {

// All events of any of these fingerprints (store::ConsentStore::History, of every purpose).
using ReadHistory = std::function<base::Result<std::vector<policies::ConsentEvent>>(
    const std::vector<policies::Fingerprint>& subject)>;

// Everything on file about some identifiers and about all that events link to them, as
// policies::People asks for it.
struct Linked {
  std::vector<policies::Fingerprint> identifiers;  // those asked about first
  std::vector<policies::ConsentEvent> events;      // each once; any order
};
base::Result<Linked> ReadLinked(std::vector<policies::Fingerprint> identifiers,
                                const ReadHistory& history);

// What is on file, as of `now`, about these identifiers and all that are linked to them becomes
// what decisions read (policies/people.h). One caller at a time for an index. The identifiers that
// were indexed. Errors: those of `history`; then the index may hold less than it should.
base::Result<std::vector<policies::Fingerprint>> IndexPeople(
    const Plan& plan, const std::vector<policies::Fingerprint>& subject, const ReadHistory& history,
    base::Millis now, policies::ConsentIndex& index);

// The register, or a part of it, held in memory.
class ConsentHistory {
 public:
  void Add(policies::ConsentEvent event);  // in the order they were recorded; without its detail
  std::size_t size() const { return events_.size(); }

  // What decisions made at `at` would have read: of what was recorded by then. Places are the
  // plan's.
  std::unique_ptr<policies::ConsentIndex> At(const Plan& plan, base::Millis at) const;
  // Everything that was recorded, whenever, as of `now`: what a start reads.
  void Enter(const Plan& plan, base::Millis now, policies::ConsentIndex& index) const;
  // The index of At a little later: what was recorded after `known` events of the history and by
  // `at` enters it. Returns how many are in it then. Events were added by when they were recorded.
  std::size_t Advance(const Plan& plan, std::size_t known, base::Millis at,
                      policies::ConsentIndex& index) const;

 private:
  void Enter(const Plan& plan, std::size_t known, std::size_t through, base::Millis now,
             policies::ConsentIndex& index) const;
  std::vector<policies::ConsentEvent> events_;
  std::map<policies::Fingerprint, std::vector<std::size_t>> of_;  // places in events_
};

}  // namespace octroi::gateway
