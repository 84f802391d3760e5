// Cross-file checks: what no schema of one file can say. Each reads what it can and reports all it
// finds.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "crypto/key_ring.h"
#include "gateway/config/findings.h"
#include "gateway/config/world.h"
#include "rules/contract.h"

namespace octroi::gateway::config {

using Lists = std::map<std::string, std::shared_ptr<const rules::ValueList>, std::less<>>;

// What the checks of one kind of file share: the world, where findings go, and references.
class Checker {
 public:
  Checker(const World& world, Findings& findings) : world_(world), findings_(findings) {}

  void Gateway(base::Millis now) const;
  void Vocabulary() const;
  void PurposesAndNotices() const;
  void Sources() const;
  void Contracts() const;
  void Rule(const Document& contract, const Node& rule) const;
  void Hold(const Document& purpose, const Node& consent) const;
  void Policies() const;
  void Pseudonyms() const;
  void Destinations() const;
  void Law(base::Millis now) const;
  void Tests() const;
  void Canaries() const;
  void UniqueIds() const;
  void Durations() const;

 private:
  // Each reports and says false if `value` is a string that names nothing.
  bool Refers(const Document& document, const Node* value, std::string_view kind, int code) const;
  bool RefersAll(const Document& document, const std::vector<Node>& values, std::string_view kind,
                 int code) const;
  bool IsField(const Document& document, const Node* value) const;
  bool IsField(const Document& document, const std::string& name, Position at) const;
  void Condition(const Document& document, const Node& condition, bool in_rule) const;
  void IsListOfValues(const Document& document, const Node& check) const;
  void Path(const Document& document, std::string_view key, const std::string& path,
            Position at) const;
  void Authentication(const Document& document, const Node* authenticate, bool outgoing) const;
  void Limit(const std::string& file, Position at, std::size_t count, std::size_t most,
             const Say& what) const;
  void Add(int code, const Document& document, Position at, const std::vector<Say>& pieces = {},
           const Say& hint = {}) const {
    findings_.Add(code, document.file, at, pieces, hint);
  }

  void RuleCheckKeys(const Document& contract, const Node& check) const;
  void RuleField(const Document& contract, const Node& check) const;
  void RuleRanges(const Document& contract, const Node& check) const;
  void RuleFields(const Document& contract, const Node& check, bool condition) const;
  void CoveredFields(const Document& contract) const;
  void Receives(const Document& destination, const Node& receives, std::uint32_t categories) const;
  void TakesCounts(const Document& source) const;
  void MutedRefusals(const Document& source) const;
  void MutedRules(const Document& contract) const;
  void Journey(const Document& dictionary, const Node& counts) const;
  void PurposeLaw(const Document& purpose) const;
  void DestinationLaw(const Document& destination, base::Millis now) const;
  bool Suspended(std::string_view safeguard) const;
  void Form(const Document& destination, const Node::Member& field) const;
  void FreeText(const Document& destination, const Node::Member& field) const;
  void PartnerHash(const Document& destination, const Node::Member& field) const;
  void Deliver(const Document& destination) const;
  void Groups(const Document& destination) const;  // k_anonymity
  void IntoTable(const Document& destination, const Node& deliver) const;
  void Answer(const Document& source, const Node& answer) const;
  void Signal(const Document& source, const Node& signal) const;
  void Receives(const Document& source) const;
  void ReceivesChoices(const Document& source, const Node& receive) const;
  void Presentation(const Document& destination, const Node& deliver) const;
  void Headers(const Document& destination, const Node& deliver) const;
  void ObservedConsent(const Document& gateway, base::Millis now) const;
  void Approvers(const Document& gateway) const;
  void CanaryTopics(const Document& canary) const;
  void CanaryLine(const Document& canary, const Node& line) const;
  void AccessRoles(const Document& gateway) const;

  const World& world_;
  Findings& findings_;
};

void CheckWorld(const World& world, base::Millis now, Findings& findings);

// Values of every list whose file is there. Errors become findings.
// A list whose file is not there yet is empty for the checks; CompilePlan refuses it.
std::shared_ptr<const rules::ValueList> ListNamed(const Lists& lists, std::string_view id);
Lists ReadLists(const World& world, const Files& files, Findings& findings);

// What templates and columns may name of a destination: the fields that it receives, and with
// `previous_tokens` "<field>_prev" of those that leave as a pseudonym.
std::vector<std::string> NamesReceived(const Document& destination);

// Templates that destinations name: that they are templates, and name what is received.
void CheckTemplates(const World& world, const Files& files, Findings& findings);
const Node* TemplatePath(const Document& destination);  // null: none, or one that the shape refuses

// What makes a secret unfit to be presented by `method`: empty if it is fit.
Say UnfitToPresent(std::string_view method, const crypto::Secret& secret);

// Secrets and key files that are there: readable, not by others, of the form their use needs.
void CheckSecrets(const World& world, const std::string& folder, Findings& findings);

// Invariants that can be read, and none of which can happen. They are decided once nothing else is
// wrong; what cannot be decided counts as broken. A list or template that is not there yet is a
// warning of its own, and decided on when it is: at the latest at the start.
void CheckInvariants(const World& world, const ConfigFolder& config, base::Millis now,
                     Findings& findings);

// Whether a path that config names stays in its folder. The shape refuses one that does not.
bool IsInside(std::string_view path);

// "file:keys/x" -> "file:/folder/keys/x"; "env:X" as it is. Path(): without "file:", a bare path
// too.
std::string ResolveSecret(const std::string& folder, std::string_view from);
std::string ResolvePath(const std::string& folder, std::string_view path);

}  // namespace octroi::gateway::config
