// The contract suite of the Sender port: every test here runs on each implementation.
//
//   the destination            the port says (contract_test.cc)          the gateway says, of each
//   event
//                                                                        (contract_delivery_test.cc)
//   takes the batch            delivered; whole, in order, each once     sent
//   is given it again          delivered; file and table: no second      —
//                              effect; HTTP: same key, ids and bytes
//   takes it, answer lost      retry or delivered, never refused; then   sent
//                              as if it was given again
//   refuses one event of it    refused, and nothing of it taken          failed for that one, the
//   others sent is gone, or never was      retry; nothing taken                      in flight;
//   sent when it is back is silent                  retry, within answer_within               in
//   flight; a stop waits no longer the gate says no           not started; nothing left — the
//   ticket falls short     retry; nothing left, the gate not asked   — an empty batch delivered;
//   nothing left, gate not asked   —
//
// A file is no partner: it refuses no event and is never silent. Whatever happens, no line of the
// log holds anything of an event: each test reads all that was logged.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "gateway/sender.h"

namespace octroi::gateway {

inline constexpr std::uint64_t kUnwanted = 4711;  // the event number that a destination refuses
inline constexpr const char* kPrivate = "zoe.4711@example.com";  // in the text of every event

enum class Mood {
  kWell,
  kGone,        // takes nothing, answers nothing, at once
  kSilent,      // takes the connection, and nothing more happens
  kLosesOne,    // takes the next batch, but its answer is lost; then well
  kRefusesOne,  // refuses kUnwanted; else well
};

// Where events arrive, and its moods.
class Destination {
 public:
  // One delivery with effect.
  struct Taken {
    std::string key, body;  // of the request; HTTP only
    std::vector<std::string> ids;
  };

  virtual ~Destination() = default;
  virtual DestinationPlan Plan() = 0;
  // Where nothing ever was. None: as good as gone from the start.
  virtual std::optional<DestinationPlan> PlanOfNobody() { return {}; }
  virtual base::Disk& Disk() = 0;  // for SendersOn
  virtual void Set(Mood mood) = 0;
  virtual bool Has(Mood) const { return true; }
  // An event that is given twice has one effect. Else: the same key, ids and bytes twice.
  virtual bool Recognises() const { return true; }
  virtual bool Lines() const { return true; }  // wants events a line
  virtual std::vector<Taken> Took() = 0;       // in order
};
struct DestinationKind {
  std::string name;
  std::function<std::unique_ptr<Destination>()> make;
};
const std::vector<DestinationKind>& DestinationKinds();  // Http, File, Table

// Reads what is logged while it lives, and expects nothing of any event in it. A sanitizer's report
// would be swallowed as well: OCTROI_SHOW_LOG=1 leaves everything where it belongs.
class LogReader {
 public:
  LogReader() {
    if (reading_) ::testing::internal::CaptureStderr();
  }
  ~LogReader() {
    if (!reading_) return;
    const std::string log = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(log.find("zoe"), std::string::npos) << log;
    EXPECT_EQ(log.find(std::to_string(kUnwanted)), std::string::npos) << log;
  }
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

 private:
  const bool reading_ = std::getenv("OCTROI_SHOW_LOG") == nullptr;
};

#define OCTROI_ON_EVERY_DESTINATION(suite)                                               \
  INSTANTIATE_TEST_SUITE_P(Destinations, suite, ::testing::ValuesIn(DestinationKinds()), \
                           [](const auto& kind) { return kind.param.name; })

}  // namespace octroi::gateway
