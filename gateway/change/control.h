// ChangeControl: which config may come into force, and which one is. reliability.md I10.
//
// A config comes into force as a bundle: its files and a statement that says after which config,
// sealed by the gateway (a key derived from the storage root) and signed by everybody whose
// approval the changed files ask for. Refused: what is not sealed or was changed since, is not the
// next version after the one in force, is late, needs a newer build, lacks an approval, or is no
// valid config. A roll-back is a change like any other, with a new version.
//
// Approvals are asked for as soon as gateway.yaml says who may give them (`approvers`); until then
// whoever may run the gateway may change it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/key_ring.h"
#include "gateway/change/difference.h"
#include "gateway/change/statement.h"
#include "gateway/config.h"
#include "store/store.h"

namespace octroi::gateway::change {

// Why a change did not come into force. `code` is what `octroi help` explains.
struct Refusal {
  std::string code;                     // "change.approval_missing"
  std::vector<std::string> roles = {};  // whose approval is missing, or who is unknown
  std::vector<ConfigFinding> findings = {};
};

// A config, and the bundle that brings or brought it into force.
struct Sealed {
  ConfigFolder config;
  Bundle bundle;
  std::string names;  // of an archived one: PlanRecord::names
};

// Who asks for a change, why, and where its files come from: three lines of its statement.
struct Asked {
  std::string by = "start", reason = "-", from = "folder";
};

// What the journal says was in force last; number 0: it says nothing.
struct OnJournal {
  std::uint32_t number = 0;
  std::string digest;  // 32 bytes
  std::string names;   // places that its records mean
};

// Immutable; safe from any thread. The parts outlive it.
class ChangeControl {
 public:
  struct Parts {
    store::ConfigStore* store = nullptr;
    const crypto::KeyRing* keys = nullptr;
    const base::Clock* clock = nullptr;
    std::string folder;  // what relative paths in a config refer to
  };
  explicit ChangeControl(Parts parts) : parts_(std::move(parts)) {}

  // The config in force, verified; nothing: there is none yet. kInvalid ("change.archive"): what
  // the store holds is not what was put in force.
  base::Result<std::optional<Sealed>> InForce() const;
  // An archived config, verified. kInvalid: it is not what was put in force under that number.
  base::Result<Sealed> Verified(const store::ArchivedConfig& archived) const;

  // What a start obeys: the config in force, or the folder if it may come into force by itself.
  // `pending`: the folder differs, but needs approval first, or a roll-back replaced it and it did
  // not change since. kInvalid: neither can be trusted.
  struct Opening {
    Sealed sealed;
    std::optional<Difference> pending;
  };
  base::Result<Opening> AtStart(const ConfigFolder& folder, const OnJournal& journal) const;

  // A bundle of `next` as the version after the one in force, sealed as a proposal, to be approved
  // and admitted later: its seal does not open the archive. `next` is ok().
  Bundle Propose(const ConfigFolder& next, const Sealed& in_force, const Asked& asked) const;
  // The same, sealed as what is in force. For who has established that nobody must approve it.
  Bundle Seal(const ConfigFolder& next, const Sealed& in_force, const Asked& asked) const;

  // Whether these bytes may come into force now: the config, or why not. Approvals are counted by
  // the keys of the config in force.
  std::variant<Sealed, Refusal> Admit(std::string_view bundle, const Sealed& in_force) const;
  // Whose approval a difference still needs.
  std::vector<std::string> Missing(const Difference& difference, const ConfigFolder& in_force,
                                   const crypto::Note& note) const;

 private:
  Bundle Make(std::string_view label, const ConfigFolder& config, std::uint32_t version,
              std::string previous, const Asked& asked) const;
  bool OurSeal(std::string_view label, const crypto::Note& note) const;
  // Whether the folder is the newest that came into force from here, and was replaced since.
  base::Result<bool> WasReplaced(const Sealed& in_force, const std::string& digest) const;

  Parts parts_;
};

inline constexpr base::Millis kProposalMs = 30 * 86'400'000LL;  // how long approvals may take

}  // namespace octroi::gateway::change
