// Console: what the console's address answers. Screens and their data, read-only, for people who
// log in; health and metrics as before, for machines, without a login.
//
//   GET  /, /quality, /record, /now, /assets/*   the pages (web/)
//   POST /api/v1/session            {"user", "password"}: a session cookie, and a CSRF token
//   GET  /api/v1/session            who is logged in, and what they may see
//   POST /api/v1/session/end
//   GET  /api/v1/scorecard?range=7d                            Sight::kScorecard
//   GET  /api/v1/flow, /api/v1/live?after=N                    Sight::kFlow
//   GET  /api/v1/decisions/{id}                                Sight::kDecision
//   POST /api/v1/subjects/lookup    (record.h)                 Sight::kPerson
//
// Without any user all of these are 404. Every answer of data is an envelope (docs/FORMATS.md, "The
// console"); every problem RFC 9457. A person's identifier is only ever in a body.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gateway/console/assets.h"
#include "gateway/console/completeness.h"
#include "gateway/console/feed.h"
#include "gateway/console/record.h"
#include "gateway/console/request.h"
#include "gateway/console/scorecard.h"
#include "gateway/console/sessions.h"
#include "gateway/console/worker.h"
#include "gateway/edge.h"

namespace octroi::gateway::console {

class Console final : public Handler {
 public:
  struct Parts {
    Handler* other = nullptr;  // answers what is not the console's: health, metrics, 404
    const base::Clock* clock = nullptr;
    std::string users_path;
    Language language = Language::kFrench;
    std::function<PlanPtr()> plan;
    std::function<Progress()> progress;
    std::function<std::string()> status;
    Quality quality;
    Feed::Watch tap;
    RecordReader::Parts record;
  };
  explicit Console(Parts parts);

  Admission OnHead(const RequestHead& head, unsigned loop) override;
  void Handle(Exchange& exchange) override;

 private:
  static bool IsOurs(std::string_view path, const Assets& assets);
  Response Answer(const Asking& request);
  Response Page(const Asking& request) const;
  Response Api(const Asking& request, const Users& users);
  Response Login(const Asking& request, const Users& users);
  Response Refused(const Session& session, Sight sight) const;
  Response SessionAnswer(const Session& session) const;
  Response Data(const Asking& request, const Session& session, Sight sight);
  nlohmann::ordered_json Asked(const Asking& request, const Session& session, Sight sight);
  Response Enveloped(nlohmann::ordered_json data, std::optional<base::Millis> until) const;
  void Sample();
  std::optional<base::Millis> CompleteUntil() const;
  base::Millis Now() const { return parts_.clock->BootNowNanos() / 1'000'000; }

  Parts parts_;
  const Assets assets_;
  // Of the worker's thread alone:
  Sessions sessions_;
  Tries tries_;
  Completeness completeness_;
  Flow flow_;
  RecordReader records_;
  Feed feed_;
  Worker worker_;  // last: its thread ends before what it uses
};

}  // namespace octroi::gateway::console
