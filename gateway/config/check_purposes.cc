// Purposes, notices, policies, pseudonyms.
#include <algorithm>

#include "base/limits.h"
#include "gateway/config/checks.h"

namespace octroi::gateway::config {
namespace {

constexpr base::Millis kHoldForMax = 30 * 86'400'000LL;  // an answer is not late, it is missing

bool Mentions(const Document& notice, std::string_view purpose) {
  return std::ranges::any_of(notice.root.List("purposes"),
                             [&](const Node& one) { return one.text == purpose; });
}

bool HasAge(const Node& policy) {
  return std::ranges::any_of(policy.List("allow_when"),
                             [](const Node& condition) { return condition.Find("subject_age"); });
}

// Does the policy speak about the purpose? No list of purposes: about all.
bool AppliesTo(const Node& policy, std::string_view purpose) {
  const Node* purposes = policy.FindPath({"applies_to", "purposes"});
  if (!purposes || purposes->items.empty()) return true;
  return std::ranges::any_of(purposes->items, [&](const Node& one) { return one.text == purpose; });
}

bool IsReserved(std::string_view reason) {
  for (const char* prefix :
       {"json.", "event.", "quality.", "delivery.", "duplicate.", "conflict."}) {
    if (reason.starts_with(prefix)) return true;
  }
  return false;
}

}  // namespace

void Checker::PurposesAndNotices() const {
  const auto purposes = world_.Of("Purpose");
  const auto policies = world_.Of("Policy");
  for (std::size_t i = 0; i < purposes.size(); ++i) {
    const Document& purpose = *purposes[i];
    Limit(purpose.file, purpose.root.KeyAt("id"), i + 1, base::kPurposesMax,
          {"finalités", "purposes"});
    const Node* consent = purpose.root.Find("consent");
    if (!consent) continue;
    const Node* notice = consent->FindString("notice");
    if (notice && Refers(purpose, notice, "Notice", 1206) &&
        !Mentions(*world_.Find("Notice", notice->text), purpose.id)) {
      Add(1214, purpose, notice->at, {notice->text, purpose.id});
    }
    if (consent->Text("if_unknown") == "hold") Hold(purpose, *consent);
    const bool aged = std::ranges::any_of(policies, [&](const Document* policy) {
      return AppliesTo(policy->root, purpose.id) && HasAge(policy->root);
    });
    if (consent->Find("minimum_age") && !aged) {
      Add(2108, purpose, consent->KeyAt("minimum_age"), {purpose.id});
    }
  }
  for (const Document* notice : world_.Of("Notice")) {
    RefersAll(*notice, notice->root.List("purposes"), "Purpose", 1205);
  }
}

void Checker::Hold(const Document& purpose, const Node& consent) const {
  if (DurationOr(consent, "hold_for", 0) > kHoldForMax)
    Add(1384, purpose, consent.Find("hold_for")->at);
  if (purpose.root.Text("consent_covers") != "send")
    Add(2119, purpose, consent.Find("if_unknown")->at, {purpose.id});
}

void Checker::Policies() const {
  for (const Document* policy : world_.Of("Policy")) {
    const Node& root = policy->root;
    if (const Node* target = root.Find("applies_to")) {
      RefersAll(*policy, target->List("purposes"), "Purpose", 1205);
      RefersAll(*policy, target->List("destinations"), "Destination", 1209);
      RefersAll(*policy, target->List("sources"), "Source", 1210);
    }
    if (root.Text("mode") == "observe") {
      Add(1916, *policy, root.Find("mode")->at,
          {Say{"une politique s'applique toujours", "a policy is always applied"}});
    }
    for (const Node& condition : root.List("allow_when")) Condition(*policy, condition, false);
    bool closed = false;
    for (const Node& line : root.List("otherwise")) {
      if (closed) Add(1302, *policy, line.at);
      const Node* when = line.Find("when");
      if (when) Condition(*policy, *when, false);
      closed = closed || !when;
      if (line.Text("do") == "hold") Add(1902, *policy, line.Find("do")->at);
      const Node* reason = line.FindString("reason");
      if (reason && IsReserved(reason->text)) Add(1319, *policy, reason->at, {reason->text});
    }
  }
}

void Checker::Pseudonyms() const {
  for (const Document* pseudonym : world_.Of("Pseudonym")) {
    const Node& root = pseudonym->root;
    const Node* method = root.FindString("method");
    const bool siv = method && method->text == "p2-siv";
    const bool random = method && method->text == "p4-random";
    const Node* reversible = root.Find("reversible");
    if (method && reversible && root.True("reversible") != (siv || random)) {
      const int code = random ? 1387 : siv ? 1356 : 1326;
      Add(code, *pseudonym, reversible->at, {method->text});
    }
    for (const char* of_keys : {"key", "rotate"}) {
      const Node* node = root.Find(of_keys);
      if (random && node) Add(1388, *pseudonym, node->at, {std::string(of_keys)});
    }
    const Node* separate = root.FindString("separate_by");
    if (separate && separate->text != "destination")
      Add(1908, *pseudonym, separate->at, {separate->text});
    const Node* context = root.FindPath({"key", "context"});
    if (context && context->IsString() && context->text != "destination") {
      Add(1908, *pseudonym, context->at, {context->text});
    }
  }
}

}  // namespace octroi::gateway::config
