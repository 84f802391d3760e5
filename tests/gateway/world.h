// World: what the gateway's helpers stand on. A journal on a disk in memory, a store in memory that
// can fail, the real gate, and a small plan of five sources.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/consent_desk.h"
#include "gateway/edge.h"
#include "gateway/gate.h"
#include "gateway/plan.h"
#include "gateway/seen.h"
#include "journal/harness.h"
#include "support/fake_store.h"

namespace octroi::gateway {

// Places in the plan. The key that each source presents is "<id>-key".
enum : std::uint16_t {
  kShop = 0,    // events; Bearer
  kTill = 1,    // events; Basic
  kLedger = 2,  // events; HMAC of the body
  kSite = 3,    // Segment; Basic
  kGone = 4,    // a hole: removed from the config, its key still there
};
inline constexpr base::FieldId kEmail = 0, kCustomer = 1, kOrder = 2, kAmount = 3;
inline constexpr std::size_t kNewsletter = 0, kAudience = 1;  // purposes; then a hole
inline constexpr std::uint64_t kTillRate = 100;               // events a second; the others: any

std::shared_ptr<Plan> SmallPlan();

// What an answer that comes later, from another thread, is put into.
class Reply {
 public:
  std::shared_ptr<Deferred> Promise();  // let go without an answer: 500, as the edge does
  Response Wait();                      // for the answer that must come
  std::optional<Response> now() const;

 private:
  struct Shared {
    mutable std::mutex mutex;
    std::condition_variable came;
    std::optional<Response> response;
  };
  class Promised;
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

struct Asked {
  std::string method = "POST";
  std::string path = {}, body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};  // names in lower case
  std::string wire_body = {};  // empty: the body, as it is when nothing is compressed
};

struct Answered {
  Response response;
  std::uint64_t when_durable = 0;  // 0: at once
};

// One request as the edge brings it: the head to OnHead, the rest to Handle. `between` happens
// while the body is on its way.
Answered Ask(
    Handler& handler, const Asked& asked, base::Millis received = 0,
    const std::function<void()>& between = [] {});

// The store of consents, watched: each hook runs before what it is named for.
class WatchedConsents final : public store::ConsentStore {
 public:
  explicit WatchedConsents(testing::FakeStore& store) : store_(store) {}
  std::function<void(const policies::ConsentEvent&)> before_append = [](const auto&) {};
  std::function<void(std::size_t)> before_append_all = [](std::size_t) {};  // how many at once
  std::function<void()> before_history = [] {};

  base::Status AppendAll(std::span<const policies::ConsentEvent> events) override {
    before_append_all(events.size());
    for (const policies::ConsentEvent& event : events) before_append(event);
    return store_.AppendAll(events);
  }
  base::Result<std::vector<policies::ConsentEvent>> History(
      const std::vector<policies::Fingerprint>& subject, std::string_view purpose) override {
    before_history();
    return store_.History(subject, purpose);
  }
  base::Status ForEach(const std::function<void(const policies::ConsentEvent&)>& each) override {
    return store_.ForEach(each);
  }
  base::Result<std::optional<policies::ConsentEvent>> BySequence(std::uint64_t sequence) override {
    return store_.BySequence(sequence);
  }
  base::Result<std::uint64_t> LastSequence() override { return store_.LastSequence(); }

 private:
  testing::FakeStore& store_;
};

// A journal takes listeners before it starts; who listens is made after it.
class LateListener final : public journal::DurableListener {
 public:
  std::atomic<journal::DurableListener*> to{nullptr};
  void OnDurable(const std::vector<journal::FramePtr>& frames,
                 const journal::Ticket& ticket) override {
    if (journal::DurableListener* listener = to) listener->OnDurable(frames, ticket);
  }
};

class World {
 public:
  World();
  ~World();

  // As a start does: what is on the disk is recovered, memory is new.
  void Open(const std::vector<journal::DurableListener*>& listeners = {});
  void Close();
  void Restart() {
    Close();
    Open();
  }

  SendGate sends;
  ConsentDesk::Parts DeskParts();
  policies::ConsentState StateOf(std::string_view email, std::size_t purpose = kNewsletter) const;
  policies::Fingerprint PrintOf(std::string_view email) const {
    return gate->FingerprintOf("email", email);
  }
  // Appends, again while the journal has no room, and waits until it is durable: the last sequence.
  std::uint64_t Write(const journal::FramePtr& frame) const;
  std::vector<journal::ConsentRecord> ConsentsOnJournal() const;
  std::vector<policies::ConsentEvent> ConsentsInStore();
  // Names of the decision segments on the disk, oldest first, once the journal's threads let the
  // folder rest.
  std::vector<std::string> DecisionFiles();

  journal::Harness disk;  // and clock and keys
  testing::FakeStore store;
  WatchedConsents consents{store};
  base::Metrics metrics;
  std::shared_ptr<Plan> plan = SmallPlan();
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<policies::ConsentIndex> index;
  std::unique_ptr<SeenIndex> seen;
  std::unique_ptr<Gate> gate;
};

// "consent.purpose_unknown" of a Problem; empty: it has none.
std::string CodeOf(const Response& response);
std::string HeaderOf(const Response& response, std::string_view name);

}  // namespace octroi::gateway
