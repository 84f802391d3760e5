// Api: what the edge's requests mean. Events in, consents in, health and metrics out.
//
//   POST /v1/events/{source}       JSON object, array, NDJSON, CloudEvents    202; batches 200
//   POST /v1/track|identify|page|screen|group|alias|batch|import  Segment     200
//   POST /v1/consents              one consent event                          201
//   POST /v1/consents/{source}     a message of a consent management platform 201; 200: no choice
//   GET  /health/live, /health/ready, /health/canaries, /metrics
//
// Who speaks is settled on the head, before a body is read: Basic (the write key as user name),
// Bearer; or, where the body says it, before anything in it is judged: its HMAC
// ("X-Octroi-Signature: sha256=<hex>"), or the `writeKey` member that Segment's newer SDKs send
// instead of a header.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/steady_wall.h"
#include "gateway/config.h"
#include "gateway/consent_desk.h"
#include "gateway/edge.h"
#include "gateway/forward_desk.h"
#include "gateway/gate.h"
#include "gateway/plan.h"
#include "gateway/rate_limits.h"

namespace octroi::gateway {

class Api final : public Handler {
 public:
  struct Parts {
    Gate* gate = nullptr;
    ConsentDesk* consents = nullptr;
    ForwardDesk* forward = nullptr;  // null: no answer waits for deliveries
    const journal::Journal* journal = nullptr;
    const base::Clock* clock = nullptr;
    const base::SteadyWall* steady = nullptr;  // null: windows count by the wall clock
    base::Metrics* metrics = nullptr;
    std::function<PlanPtr()> plan;
    std::function<bool()> ready;           // false: 503 on /health/ready
    std::function<bool()> canaries;        // false: 503 on /health/canaries; none: always good
    std::function<bool()> keys;            // false: 503 on /health/keys; none: always good
    std::function<void()> before_metrics;  // refreshes gauges
    Language language = Language::kFrench;
    unsigned threads = 1;
    bool events = true;  // false: only health and metrics (the console's address)
  };
  explicit Api(Parts parts);
  ~Api() override;

  Admission OnHead(const RequestHead& head, unsigned loop) override;
  void Handle(Exchange& exchange) override;

 private:
  enum class Route : std::uint8_t {
    kEvents,
    kSegment,
    kConsents,
    kChoices,
    kLive,
    kReady,
    kCanaries,
    kKeys,
    kMetrics
  };
  struct Target;
  static std::optional<Target> TargetOf(const RequestHead& head);
  static bool Serves(Dialect dialect, Route route);
  Admission Admit(Route route, const Plan& plan, const RequestHead& head,
                  std::string_view source_id) const;
  std::optional<std::uint16_t> SpeakerInBody(Exchange& exchange, const Plan& plan) const;
  void Events(Exchange& exchange, const PlanPtr& plan, Route route, std::uint16_t source);
  void Take(Exchange& exchange, const PlanPtr& plan, const Submission& submission, bool batch,
            bool segment);
  void Consents(Exchange& exchange, const PlanPtr& plan, Route route, std::uint16_t source);

  Parts parts_;
  RateLimits rates_;
  struct Scratch;
  std::vector<std::unique_ptr<Scratch>> scratch_;
};

}  // namespace octroi::gateway
