#include "gateway/canary/walk.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "gateway/canary/bytes.h"
#include "gateway/canary/people.h"
#include "gateway/canary/unkept_tokens.h"
#include "gateway/cmp_request.h"
#include "gateway/dispatcher/second_decision.h"
#include "gateway/evaluate.h"
#include "policies/protected_batch.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;
using policies::ConsentState;

constexpr std::size_t kNameBytes = 6;  // 12 hex digits

// What both say: members of objects one by one, lists one after the other, else the second.
void Merge(Json& into, const Json& more) {
  if (into.is_array() && more.is_array()) {
    for (const Json& item : more) into.push_back(item);
  } else if (into.is_object() && more.is_object()) {
    for (const auto& [name, value] : more.items()) {
      if (into.contains(name)) {
        Merge(into[name], value);
      } else {
        into[name] = value;
      }
    }
  } else {
    into = more;
  }
}

void FillIn(Json& node, const std::string& person, const std::string& now) {
  if (node.is_structured()) {
    for (Json& inner : node) FillIn(inner, person, now);
  } else if (node.is_string()) {
    auto& text = node.get_ref<std::string&>();
    for (const auto& [mark, value] : {std::pair{"@person", &person}, std::pair{"@now", &now}}) {
      for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark))
        text.replace(at, std::string_view(mark).size(), *value);
    }
  }
}

class Walk {
 public:
  Walk(const Plan& plan, const CanaryPlan& canary, const crypto::KeyRing& keys, base::Millis now)
      : plan_(plan),
        canary_(canary),
        keys_(keys),
        gate_keys_{keys.StorageHmac("fingerprint"), keys.StorageHmac("dedup")},
        reader_(gate_keys_),
        evaluator_(gate_keys_.dedup),
        index_(plan.purposes.size()),
        now_(now),
        now_text_(base::FormatRfc3339(now)) {
    result_.canary = canary.id;
  }

  CanaryResult Run(const std::function<bool()>& stopping) {
    for (const CanaryPerson& person : PeopleOf(canary_)) {
      if (stopping && stopping()) break;
      One(person);
      ++result_.people;
    }
    return std::move(result_);
  }

 private:
  // From the answers to what leaves at each destination.
  void One(const CanaryPerson& person) {
    person_ = &person;
    const std::string seed = canary_.id + " " + Say(canary_, person);
    name_ = "canary-" + base::Hex(crypto::AsBytes(crypto::Sha256(seed)).substr(0, kNameBytes));
    event_ = EventOf(person);
    const std::string_view text = event_;
    ReadEvent& read = reader_.Read(plan_.sources[canary_.source], {}, std::span(&text, 1)).front();
    Enter(person, std::span(read.subject.data(), read.people));
    Circumstances around;
    around.plan = &plan_;
    around.source = canary_.source;
    around.at = now_;
    around.consent = &index_;
    evaluator_.Evaluate(around, read, record_);
    if (!Journalled(read)) return Mismatch("", {}, "record", "unreadable", "journal.unreadable");
    for (std::size_t d = 0; d < plan_.destinations.size(); ++d) {
      if (!plan_.destinations[d].id.empty()) Judge(static_cast<std::uint16_t>(d));
    }
  }

  std::string EventOf(const CanaryPerson& person) const {
    Json event = Json::parse(canary_.event);
    for (std::size_t i = 0; i < person.size(); ++i) {
      if (person[i].accompanying == CanaryWord::kSilent) continue;
      const bool yes = person[i].accompanying == CanaryWord::kYes;
      Merge(event, Json::parse(yes ? canary_.topics[i].says_yes : canary_.topics[i].says_no));
    }
    FillIn(event, name_, now_text_);
    return event.dump();
  }

  // What the register knows: of an adult, who gave the word explicitly, at this moment.
  void Enter(const CanaryPerson& person, std::span<const journal::Fingerprint> prints) {
    for (const auto& print : prints) index_.SetAge(print, policies::AgeBand::kAdult);
    for (std::size_t i = 0; i < person.size(); ++i) {
      if (person[i].recorded == CanaryWord::kSilent) continue;
      const bool yes = person[i].recorded == CanaryWord::kYes;
      const CanaryPlan::Topic& topic = canary_.topics[i];
      if (topic.told) {
        Tell(plan_.sources[*topic.told], yes ? topic.told_yes : topic.told_no);
        continue;
      }
      policies::ConsentEvent event;
      event.id = "canary";
      event.state = yes ? ConsentState::kGranted : ConsentState::kDenied;
      event.effective_at = event.recorded_at = now_;
      event.explicit_word = true;
      const policies::ConsentEntry entry = policies::Fold(std::span(&event, 1), now_);
      for (const std::uint16_t purpose : topic.purposes) {
        for (const auto& print : prints) index_.Set(print, purpose, entry);
      }
    }
  }

  // Through a CMP's own message. What it refuses stays unanswered, and shows as such.
  void Tell(const SourcePlan& source, const std::string& message) {
    Json body = Json::parse(message);
    FillIn(body, name_, now_text_);
    CmpMessage read;
    if (!source.choices || ReadCmpMessage(plan_, source, body.dump(), keys_, now_, read)) return;
    for (const policies::ConsentEvent& event : read.events) {
      const auto purpose = std::ranges::find(plan_.purposes, event.purpose);
      const auto place = static_cast<std::size_t>(purpose - plan_.purposes.begin());
      for (const auto& print : event.subject)
        index_.Set(print, place, policies::Fold(std::span(&event, 1), now_));
    }
  }

  // As the journal keeps them and a lane reads them.
  bool Journalled(const ReadEvent& read) {
    if (record_.outcome != base::Outcome::kAccepted) return true;
    record_bytes_.clear();
    payload_bytes_.clear();
    journal::Encode(record_, record_bytes_);
    journal::EncodePayload(read.event, plan_.contracts[record_.contract].fields, read.opening_key,
                           payload_bytes_);
    return journal::Decode(record_bytes_, record_) && fields_.Decode(payload_bytes_);
  }

  struct Expected {
    bool record = false, in_doubt = false;
    std::vector<CanaryPlan::Field> fields;
  };
  Expected ExpectedAt(std::uint16_t destination) const {
    Expected expected;
    const bool observed = now_ < plan_.observe_consent_until;
    for (const CanaryPlan::Gets& gets : canary_.gets) {
      if (gets.destination != destination) continue;
      if (gets.when) {
        const CanaryAnswer& answer = (*person_)[*gets.when];
        expected.in_doubt =
            expected.in_doubt || (observed && answer.recorded == CanaryWord::kSilent &&
                                  answer.accompanying != CanaryWord::kNo);
        if (!answer.agreed()) continue;
      }
      expected.record = true;
      for (const CanaryPlan::Field& field : gets.fields) {
        const bool there = std::ranges::any_of(
            expected.fields, [&](const auto& one) { return one.name == field.name; });
        if (!there) expected.fields.push_back(field);
      }
    }
    return expected;
  }

  void Judge(std::uint16_t destination) {
    const Expected expected = ExpectedAt(destination);
    if (expected.in_doubt) {
      ++result_.not_judged;
      return;
    }
    const std::string& id = plan_.destinations[destination].id;
    const Leave leave = LeaveOf(destination);
    const std::string reason(plan_.ReasonName(leave.reason));
    const bool leaves = leave.allowed && Render(destination, leave);
    if (leaves != expected.record) {
      return Mismatch(id, {}, expected.record ? "record" : "nothing", leaves ? "record" : "nothing",
                      leave.allowed && !leaves ? "delivery.protect_failed" : reason);
    }
    if (!leaves) return;
    for (const CanaryByteFault& fault :
         CheckCanaryBytes(batch_.body(), event_, leave.event, expected.fields))
      Mismatch(id, fault.field, fault.expected, fault.seen, reason);
  }

  Leave LeaveOf(std::uint16_t destination) const {
    if (record_.outcome == base::Outcome::kAccepted)
      return DecideAgain(plan_, destination, index_, record_, fields_, now_);
    Leave none;
    none.reason = record_.reason;
    return none;
  }

  bool Render(std::uint16_t destination, const Leave& leave) {
    plan_.pseudonymizer->Begin(destination, batch_);
    const auto added =
        AddLeaving(plan_, destination, 1, record_, fields_, leave, purposes_, batch_);
    return added && plan_.pseudonymizer->Finish(destination, batch_, &tokens_);
  }

  void Mismatch(std::string destination, std::string field, std::string expected, std::string seen,
                std::string reason) {
    const auto same = std::ranges::find_if(result_.mismatches, [&](const CanaryMismatch& one) {
      return one.destination == destination && one.field == field && one.expected == expected &&
             one.seen == seen && one.reason == reason;
    });
    if (same != result_.mismatches.end()) {
      ++same->count;
      return;
    }
    result_.mismatches.push_back({canary_.id, std::move(destination), std::move(field),
                                  std::move(expected), std::move(seen), std::move(reason),
                                  Say(canary_, *person_), 1});
  }

  const Plan& plan_;
  const CanaryPlan& canary_;
  const crypto::KeyRing& keys_;
  const GateKeys gate_keys_;
  EventReader reader_;
  Evaluator evaluator_;
  policies::ConsentIndex index_;
  const base::Millis now_;
  const std::string now_text_;

  const CanaryPerson* person_ = nullptr;  // of whom it is now, as are the next
  std::string name_, event_, record_bytes_, payload_bytes_;
  journal::EventRecord record_;
  journal::PayloadView fields_;
  policies::ProtectedBatch batch_;
  UnkeptTokens tokens_;
  std::vector<std::string_view> purposes_;
  CanaryResult result_;
};

}  // namespace

CanaryResult WalkCanary(const Plan& plan, const CanaryPlan& canary, const crypto::KeyRing& keys,
                        base::Millis now, const std::function<bool()>& stopping) {
  return Walk(plan, canary, keys, now).Run(stopping);
}

std::vector<std::string> NotWatched(const Plan& plan) {
  std::set<std::uint16_t> watched;
  for (const CanaryPlan& canary : plan.canaries) {
    for (const CanaryPlan::Gets& gets : canary.gets) watched.insert(gets.destination);
  }
  std::vector<std::string> ids;
  for (std::size_t d = 0; d < plan.destinations.size(); ++d) {
    if (!plan.destinations[d].id.empty() && !watched.contains(static_cast<std::uint16_t>(d)))
      ids.push_back(plan.destinations[d].id);
  }
  return ids;
}

}  // namespace octroi::gateway
