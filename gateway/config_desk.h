// ConfigDesk: puts configs in force, and remembers which plan is. Every way in, the folder at
// start, SIGHUP, `octroi apply` and a bundle, ends in one place: sealed bundle in the archive, then
// its PlanRecord on the journal, then the plan that new events are judged by. So no record ever
// cites a config that nobody can find, and no config is in force that change control did not admit.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "base/guarded.h"
#include "crypto/key_ring.h"
#include "gateway/change/control.h"
#include "gateway/config.h"
#include "gateway/explain.h"
#include "gateway/plan.h"
#include "journal/journal.h"
#include "store/store.h"

namespace octroi::gateway {

// What is asked to come into force: a folder or a bundle by its path, or an earlier version.
struct ChangeOrder {
  std::string path;           // empty: the gateway's own folder
  std::uint32_t version = 0;  // 0: none; else the config of that version again (a roll-back)
  change::Asked asked;        // `from` is ours to say
  bool allow_removals = false;
  base::Millis impact = 0;  // of `diff`: play what was received within that time again; 0: do not
  static base::Result<ChangeOrder> FromJson(std::string_view json);
};

inline constexpr std::size_t kBundleBytesMax = 256 * 1024 * 1024;

// Safe from any thread; one change at a time.
class ConfigDesk {
 public:
  struct Parts {
    store::ConfigStore* store = nullptr;
    store::ConsentStore* consents = nullptr;
    const crypto::KeyRing* keys = nullptr;
    journal::Journal* journal = nullptr;
    const base::Clock* clock = nullptr;
    std::string folder;
    std::string proposals;  // the folder where proposals wait
    // Puts a plan in force by calling `then`, once what it decides by is there
    // (ConsentDesk::Enter).
    std::function<base::Status(const Plan&, const std::function<base::Status()>& then)> entering;
    std::function<void()> changed;  // a new plan is in force
  };
  explicit ConfigDesk(Parts parts);

  // Chooses what a start obeys and compiles it. Nothing is in force yet.
  base::Result<PlanPtr> Open(const ConfigFolder& folder, const change::OnJournal& journal);
  // In force, on the journal if it is not there yet. The journal runs.
  base::Status Begin(const change::OnJournal& journal);
  // Of what was opened: addresses and languages to be served by.
  const GatewaySettings& settings() const { return opened_->config.settings; }

  PlanPtr plan() const {
    return plan_.With([](const PlanPtr& in_force) { return in_force; });
  }
  // More purposes than this need a restart: rows of the consent index have a fixed width.
  std::size_t purposes_max() const { return purposes_max_; }
  std::string NamesOf(std::uint32_t plan) const;
  // A config that was in force, compiled as it was, but for its secrets. Errors: the archive's;
  // kInvalid: this build does not read it any more.
  base::Result<PastConfig> Past(std::uint32_t plan) const;

  // The folder, as it is now. Errors: the findings; the plan in force stays.
  std::vector<ConfigFinding> Reload();
  // One JSON object each (docs/FORMATS.md, "Changes").
  std::string Diff(const ChangeOrder& order);
  std::string Apply(const ChangeOrder& order);
  // What enforcing everything that is observed would change, of what was received within `span`,
  // and since when that is little enough to do it.
  std::string Pilot(base::Millis span) const;
  std::string Propose(const ChangeOrder& order);
  std::string Proposals();
  std::string History();

 private:
  using Admitted = std::variant<change::Sealed, change::Refusal>;
  std::variant<ConfigFolder, change::Refusal> Read(const ChangeOrder& order) const;
  change::Asked AskedBy(const ChangeOrder& order) const;
  base::Result<change::Sealed> InForce() const;
  Admitted Admit(const ChangeOrder& order, const change::Sealed& in_force,
                 change::Difference& difference) const;
  base::Result<PlanPtr> Compile(const change::Sealed& sealed) const;
  base::Status Enter(const PlanPtr& made, const change::Sealed& sealed);
  base::Status PutInForce(const PlanPtr& made, const change::Sealed& sealed, bool on_journal);
  // What was archived and did not reach the journal: it comes into force before anything else.
  base::Status Finish();
  // The refusal, or nothing: it is in force.
  std::optional<change::Refusal> Bring(const ChangeOrder& order, change::Difference& difference);

  Parts parts_;
  change::ChangeControl control_;
  std::mutex changing_;
  std::optional<change::Sealed> opened_;
  PlanPtr made_;
  std::size_t purposes_max_ = 0;
  base::Guarded<PlanPtr> plan_;
};

}  // namespace octroi::gateway
