#include "gateway/change/control.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"

namespace octroi::gateway::change {
namespace {

using base::Error;
using base::ErrorCode;

// What is in force, and what is only proposed: the one is not taken for the other.
constexpr std::string_view kInForce = "config", kProposal = "proposal";
constexpr std::string_view kNone = "none";

Error Archive(const char* what) { return Error{ErrorCode::kInvalid, "change.archive", what}; }

}  // namespace

bool ChangeControl::OurSeal(std::string_view label, const crypto::Note& note) const {
  return std::ranges::any_of(parts_.keys->Verifiers(label),
                             [&](const auto& verifier) { return verifier.Signed(note); });
}

Bundle ChangeControl::Make(std::string_view label, const ConfigFolder& config,
                           std::uint32_t version, std::string previous, const Asked& asked) const {
  Bundle bundle;
  bundle.archive = config.Archive();
  Statement& statement = bundle.statement;
  statement.tenant = parts_.keys->tenant();
  statement.version = version;
  statement.config = DigestHex(bundle.archive);
  statement.previous = std::move(previous);
  statement.created = parts_.clock->WallNow();
  statement.expires = statement.created + kProposalMs;
  statement.binary = BuildVersion();
  statement.by = asked.by;
  statement.from = asked.from;
  statement.reason = asked.reason;
  bundle.note.text = statement.Text();
  bundle.note.signatures.push_back(parts_.keys->Signer(label).Sign(bundle.note.text));
  return bundle;
}

base::Result<std::optional<Sealed>> ChangeControl::InForce() const {
  auto latest = parts_.store->Latest();
  if (!latest) return latest.error();
  if (!*latest) return std::optional<Sealed>();
  auto sealed = Verified(**latest);
  if (!sealed) return sealed.error();
  return std::optional<Sealed>(std::move(*sealed));
}

base::Result<Sealed> ChangeControl::Verified(const store::ArchivedConfig& archived) const {
  auto bundle = Bundle::Parse(archived.files);
  if (!bundle) return Archive("an archived config is not a bundle of ours");
  const Statement& statement = bundle->statement;
  if (!OurSeal(kInForce, bundle->note)) return Archive("an archived config lacks our seal");
  if (statement.version != archived.plan || statement.tenant != parts_.keys->tenant() ||
      base::Hex(archived.digest) != statement.config) {
    return Archive("an archived config is not the one of its statement");
  }
  auto files = ReadArchive(bundle->archive);
  if (!files) return Archive("an archived config cannot be read");
  return Sealed{LoadConfig(std::move(*files), parts_.folder, *parts_.clock), std::move(*bundle),
                archived.names};
}

// A roll-back, or a bundle from elsewhere, leaves the folder as it was: a restart must not undo it.
base::Result<bool> ChangeControl::WasReplaced(const Sealed& in_force,
                                              const std::string& digest) const {
  if (in_force.bundle.statement.from == Asked().from) return false;
  for (std::uint32_t version = in_force.bundle.statement.version - 1; version >= 1; --version) {
    const auto archived = parts_.store->ByPlan(version);
    if (!archived) return archived.error();
    if (!*archived) return false;
    const auto earlier = Verified(**archived);
    if (!earlier) return earlier.error();
    if (earlier->bundle.statement.from != Asked().from) continue;
    return earlier->bundle.statement.config == digest;
  }
  return false;
}

base::Result<ChangeControl::Opening> ChangeControl::AtStart(const ConfigFolder& folder,
                                                            const OnJournal& journal) const {
  auto known = InForce();
  if (!known) return known.error();
  if (!*known) {
    if (journal.number != 0 && folder.Digest() != journal.digest) {
      return Archive(
          "the journal says that another config was in force, and the store does not hold it. "
          "Restore the store, or put the folder back as it was");
    }
    const std::uint32_t version = std::max(journal.number, 1u);
    return Opening{{folder, Make(kInForce, folder, version, std::string(kNone), {}), journal.names},
                   {}};
  }
  Sealed& in_force = **known;
  if (in_force.bundle.statement.version < journal.number) {
    return Archive("the store holds an older config than the journal says was in force");
  }
  if (in_force.bundle.statement.version == journal.number) {
    if (in_force.bundle.statement.config != base::Hex(journal.digest))
      return Archive("the store holds another config than the journal says was in force");
    in_force.names = journal.names;
  }
  const std::string digest = DigestHex(folder.Archive());
  if (in_force.bundle.statement.config == digest) {
    in_force.config = folder;
    return Opening{std::move(in_force), {}};
  }
  Difference difference = Compare(in_force.config, folder);
  const auto replaced = WasReplaced(in_force, digest);
  if (!replaced) return replaced.error();
  if (*replaced || !Missing(difference, in_force.config, {}).empty()) {
    return Opening{std::move(in_force), std::move(difference)};
  }
  Bundle bundle = Seal(folder, in_force, {});
  return Opening{{folder, std::move(bundle), std::move(in_force.names)}, {}};
}

Bundle ChangeControl::Propose(const ConfigFolder& next, const Sealed& in_force,
                              const Asked& asked) const {
  const Statement& now = in_force.bundle.statement;
  Bundle bundle = Make(kProposal, next, now.version + 1, now.config, asked);
  bundle.previous = in_force.bundle.archive;
  return bundle;
}

Bundle ChangeControl::Seal(const ConfigFolder& next, const Sealed& in_force,
                           const Asked& asked) const {
  const Statement& now = in_force.bundle.statement;
  return Make(kInForce, next, now.version + 1, now.config, asked);
}

std::vector<std::string> ChangeControl::Missing(const Difference& difference,
                                                const ConfigFolder& in_force,
                                                const crypto::Note& note) const {
  const std::vector<Approver> approvers = ApproversOf(in_force);
  std::vector<std::string> missing;
  if (approvers.empty()) return missing;
  for (const std::string& role : difference.approvals) {
    const auto approver = std::ranges::find(approvers, role, &Approver::role);
    const auto verifier = approver == approvers.end()
                              ? base::Result<crypto::NoteVerifier>(Archive("no key"))
                              : crypto::NoteVerifier::Parse(approver->key);
    if (!verifier || !verifier->Signed(note)) missing.push_back(role);
  }
  return missing;
}

std::variant<Sealed, Refusal> ChangeControl::Admit(std::string_view bytes,
                                                   const Sealed& in_force) const {
  auto parsed = Bundle::Parse(bytes);
  if (!parsed) return Refusal{std::string(parsed.error().where)};
  Bundle& bundle = *parsed;
  const Statement& statement = bundle.statement;
  if (!OurSeal(kProposal, bundle.note)) return Refusal{"change.unsigned"};
  const std::vector<Approver> approvers = ApproversOf(in_force.config);
  for (const crypto::NoteSignature& signature : bundle.note.signatures) {
    if (signature.name == parts_.keys->tenant()) continue;
    const auto approver = std::ranges::find(approvers, signature.name, &Approver::role);
    if (approver == approvers.end()) return Refusal{"change.approval_unknown", {signature.name}};
    const auto verifier = crypto::NoteVerifier::Parse(approver->key);
    if (!verifier || !verifier->Signed(bundle.note.text, signature))
      return Refusal{"change.approval_invalid", {signature.name}};
  }
  if (statement.tenant != parts_.keys->tenant()) return Refusal{"change.tenant"};
  if (!MayObey(statement.binary)) return Refusal{"change.binary"};
  if (statement.version != in_force.bundle.statement.version + 1 ||
      statement.previous != in_force.bundle.statement.config) {
    return Refusal{"change.stale"};
  }
  const base::Millis now = parts_.clock->WallNow();
  if (now >= statement.expires) return Refusal{"change.expired"};
  auto files = ReadArchive(bundle.archive);
  if (!files) return Refusal{"change.malformed"};
  ConfigFolder config = LoadConfig(std::move(*files), parts_.folder, *parts_.clock);
  if (!config.ok()) return Refusal{"change.config", {}, std::move(config.findings)};
  auto missing = Missing(Compare(in_force.config, config), in_force.config, bundle.note);
  if (!missing.empty()) return Refusal{"change.approval_missing", std::move(missing)};
  bundle.previous.clear();
  for (crypto::NoteSignature& signature : bundle.note.signatures) {
    if (signature.name == parts_.keys->tenant())
      signature = parts_.keys->Signer(kInForce).Sign(bundle.note.text);
  }
  return Sealed{std::move(config), std::move(bundle), in_force.names};
}

}  // namespace octroi::gateway::change
