// Service: one gateway, put together in one place and taken down in the reverse order.
//
//   config -> keys -> store -> journal (recovered) -> plan -> consent index -> gate -> dispatcher
//   -> projector -> edge
//
// Nothing listens before everything behind it is ready. Start is refused, with a sentence, when
// keys differ from those the store knows, when the journal is damaged, or when it ends before what
// the store projected.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/disk.h"
#include "base/metrics.h"
#include "gateway/access/desk.h"
#include "gateway/breach_desk.h"
#include "gateway/config.h"
#include "gateway/config_desk.h"
#include "gateway/dispatcher.h"
#include "gateway/live.h"
#include "gateway/score/ask.h"
#include "gateway/task_desk.h"
#include "journal/journal.h"
#include "store/store.h"

namespace octroi::gateway {

class Service {
 public:
  struct Parts {
    std::string config_folder;
    const ConfigFolder* config = nullptr;  // ok(); only read during Start
    store::Store* store = nullptr;         // outlives the service
    base::Disk* disk = nullptr;
    base::Clock* clock = nullptr;
    MakeSender make_sender;
    unsigned threads = 0;  // of the edge; 0: one a core
    std::uint64_t segment_bytes = base::kSegmentBytes;
    base::Millis housekeeping_every = 60'000;
    std::function<void(const base::Error&)> fatal;  // the process must end
  };
  static base::Result<std::unique_ptr<Service>> Start(Parts parts);
  ~Service();

  std::uint16_t ingest_port() const;
  std::uint16_t console_port() const;

  // Reads the folder again; it comes into force if nobody has to approve it first. Errors: the
  // findings; the plan in force stays. One plan judges one event.
  std::vector<ConfigFinding> Reload();
  ConfigDesk& configs();
  access::AccessDesk& accesses();
  TaskDesk& tasks();
  BreachDesk& breaches();

  // What the command line asks over the Unix socket, one JSON object each (docs/OPERATING.md).
  std::string Status() const;
  std::string Explain(std::string_view event_id) const;  // {"error":"not_found"} if there is none
  std::string Failures(std::size_t limit) const;
  std::string Audit(base::Millis span) const;  // of what was received within that span
  std::string Keys() const;  // {"usable":[1,2]}: versions of the pseudonym key that it obeys
  std::string Late() const;  // what left before a no was known (gateway/consent_late.h)
  // {"what": "show" | "affected", "destination"?, "person"?: [hex]}: gateway/training.h
  std::string Training(std::string_view order) const;
  // {"since": ms, "destination"?}: gateway/counted.h
  std::string Counts(std::string_view order) const;
  std::string Journeys(std::string_view order) const;  // score/journeys.h
  // {"path", "source", "span"}: an export of that source, held against what was received.
  std::string Reconcile(std::string_view order) const;
  // "score" or "problems" (gateway/score/report.h).
  std::string Quality(std::string_view verb, std::string_view question,
                      score::Kept* kept = nullptr) const;
  // What the journal has of a request (gateway/import/submitted.h).
  std::string Submitted(std::string_view order) const;
  // Those that go on: lines until they end or `live` is done. `ask`: JSON (gateway/tap.h,
  // replay.h).
  void Tap(std::string_view ask, Live& live);
  void Replay(std::string_view ask, Live& live);

  // Stops taking requests, answers what was read whole, finishes batches on the wire.
  void Drain(base::Millis within);

 private:
  Service();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace octroi::gateway
