// Rig: a real journal in a folder of its own, real keys, a real plan with a consent register, and a
// clock that can be moved. Everything a dispatcher or a sender stands on, but the network.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "gateway/dispatcher.h"
#include "gateway/plan.h"
#include "journal/journal.h"

namespace octroi::gateway {

// The system's time, moved forward by the test.
class MovedClock final : public base::Clock {
 public:
  base::Millis WallNow() const override { return system_.WallNow() + moved_ + jumped_; }
  std::int64_t BootNowNanos() const override { return system_.BootNowNanos() + moved_ * 1'000'000; }
  void Advance(base::Millis by) { moved_ += by; }
  void SetWallAhead(base::Millis by) { jumped_ = by; }  // as somebody who sets the clock

 private:
  base::SystemClock system_;
  std::atomic<base::Millis> moved_{0}, jumped_{0};
};

// The system's disk, on which no new file can be made while it is full.
class FillableDisk final : public base::Disk {
 public:
  std::atomic<bool> full{false};

  base::Result<std::unique_ptr<base::File>> Open(const std::string& path,
                                                 base::OpenMode mode) override {
    if (full && mode == base::OpenMode::kCreateNew) {
      return base::Error{base::ErrorCode::kUnavailable, "test.disk", "no space"};
    }
    return system_.Open(path, mode);
  }
  base::Result<std::vector<std::string>> List(const std::string& folder) override {
    return system_.List(folder);
  }
  base::Status MakeFolder(const std::string& path) override { return system_.MakeFolder(path); }
  base::Status Rename(const std::string& from, const std::string& to) override {
    return system_.Rename(from, to);
  }
  base::Status Remove(const std::string& path) override { return system_.Remove(path); }
  base::Status SyncFolder(const std::string& path) override { return system_.SyncFolder(path); }
  base::Result<std::uint64_t> FreeBytes(const std::string& folder) override {
    return full ? base::Result<std::uint64_t>(std::uint64_t{0}) : system_.FreeBytes(folder);
  }

 private:
  base::SystemDisk system_;
};

// One event of the tests: its number, and whose it is.
struct TestEvent {
  std::uint64_t n = 0;
  std::string who;
  bool keep_payload = true;
  std::string also = {};  // another identifier of who; empty: none
};

inline constexpr std::size_t kMarketing = 0;  // purposes of the test plan; both ask for consent
inline constexpr std::size_t kStatistics = 1;

struct PlanOptions {
  std::uint32_t number = 1;
  std::vector<DestinationPlan> destinations;  // an empty id is a hole
  base::Millis hold_for = 0;                  // of marketing; of the other too, unless:
  bool only_marketing_holds = false;
  policies::OutgoingField::Form who = policies::OutgoingField::Form::kPseudonym;
  bool outgoing_form = true;  // false: the pseudonymiser knows no form for the contract
};

DestinationPlan DestinationNamed(std::string id);  // batches of one, quick retries

class Rig final : private journal::DurableListener {
 public:
  Rig();
  ~Rig() override;

  void OpenJournal(
      std::vector<journal::DurableListener*> listeners,
      const journal::Journal::Visit& each = [](std::uint64_t, std::string_view) {});
  void CloseJournal() { journal.reset(); }
  PlanPtr MakePlan(const PlanOptions& options) const;

  void Consent(const std::string& who, std::size_t purpose, policies::ConsentState state);
  // Admits as the gate does: verdicts from the plan and the register of this moment; one frame.
  journal::FramePtr FrameOf(const Plan& plan, const std::vector<TestEvent>& events) const;
  std::uint64_t Admit(const Plan& plan, const std::vector<TestEvent>& events);  // last sequence
  // All that was appended before is durable, and every listener was told, when it returns.
  void Barrier() const;
  void StartJournal();  // listens last of all, for Barrier

  // Every outcome record in the journal, in order.
  std::vector<journal::OutcomeRecord> Outcomes() const;
  // The final ones, by (event number, destination).
  std::map<std::pair<std::uint64_t, std::uint16_t>, std::vector<journal::OutcomeRecord>> Finals()
      const;

  MovedClock clock;
  FillableDisk disk;
  base::Metrics metrics;
  std::unique_ptr<crypto::KeyRing> keys = crypto::KeyRing::FromRoot("test", std::string(32, 'k'));
  policies::ConsentIndex index{2};
  std::unique_ptr<journal::Journal> journal;
  std::uint64_t segment_bytes = 4 * 1024 * 1024;
  std::map<std::uint64_t, std::uint64_t> number_of;  // of the admitted, by sequence

 private:
  void OnDurable(const std::vector<journal::FramePtr>&, const journal::Ticket& ticket) override {
    told_ = ticket.through();
  }
  std::string folder_;
  std::atomic<std::uint64_t> told_{0};
  std::uint64_t consents_ = 0;
};

// Waits for something that must come; the patience only bounds a failing test.
inline bool Eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace octroi::gateway
