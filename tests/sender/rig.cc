#include "sender/rig.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "crypto/hmac.h"

namespace octroi::gateway {
namespace {

constexpr base::FieldId kFieldN = 0;
constexpr base::FieldId kFieldWho = 1;
constexpr std::uint32_t kCategories[] = {1, 2};  // of marketing, of statistics

journal::Fingerprint FingerprintOf(const std::string& who) {
  const crypto::Digest digest = crypto::Sha256(who);
  journal::Fingerprint fingerprint;
  std::memcpy(fingerprint.data(), digest.data(), fingerprint.size());
  return fingerprint;
}

policies::PolicySetSpec PoliciesOf(const PlanOptions& options) {
  policies::PolicySetSpec spec;
  for (const std::size_t purpose : {kMarketing, kStatistics}) {
    policies::PurposeSpec& made = spec.purposes.emplace_back();
    made.id = purpose == kMarketing ? "marketing.email" : "statistics.audience";
    made.basis = policies::Basis::kConsent;
    made.covers = policies::Covers::kSend;
    made.categories = kCategories[purpose];
    if (purpose == kMarketing || !options.only_marketing_holds) made.hold_for = options.hold_for;
  }
  for (const DestinationPlan& destination : options.destinations) {
    policies::DestinationSpec& made = spec.destinations.emplace_back();
    made.id = destination.id;
    if (destination.id.empty()) continue;
    made.purposes = {kMarketing, kStatistics};
    made.receives = {
        {0, {{kFieldN, kCategories[kMarketing]}, {kFieldWho, kCategories[kStatistics]}}}};
  }
  return spec;
}

std::vector<policies::OutgoingForm> FormsOf(const PlanOptions& options) {
  std::vector<policies::OutgoingForm> forms;
  for (std::size_t place = 0; place < options.destinations.size(); ++place) {
    policies::OutgoingForm& form = forms.emplace_back();
    const std::string& id = options.destinations[place].id;
    form.domain = id.empty() ? "removed-" + std::to_string(place) : id;
    form.lines = options.destinations[place].file || options.destinations[place].sql;
    if (id.empty() || !options.outgoing_form) continue;
    auto& contract = form.contracts.emplace_back();
    contract.name = "order@1";
    contract.fields.resize(2);
    contract.fields[0].field = kFieldN;
    contract.fields[0].name = "n";
    contract.fields[0].form = policies::OutgoingField::Form::kClear;
    contract.fields[0].category = kCategories[kMarketing];
    contract.fields[1].field = kFieldWho;
    contract.fields[1].name = "who";
    contract.fields[1].form = options.who;
    contract.fields[1].category = kCategories[kStatistics];
  }
  return forms;
}

}  // namespace

DestinationPlan DestinationNamed(std::string id) {
  DestinationPlan destination;
  destination.url = "https://" + id + ".example/events";
  destination.id = std::move(id);
  destination.first_wait = 1;
  destination.longest_wait = 4;
  return destination;
}

Rig::Rig() {
  std::string name = (std::filesystem::temp_directory_path() / "octroi-sender-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) std::abort();
  folder_ = name;
}

Rig::~Rig() {
  journal.reset();
  std::filesystem::remove_all(folder_);
}

void Rig::OpenJournal(std::vector<journal::DurableListener*> listeners,
                      const journal::Journal::Visit& each) {
  journal::Journal::Parts parts;
  parts.disk = &disk;
  parts.clock = &clock;
  parts.keys = keys.get();
  parts.folder = folder_ + "/journal";
  parts.segment_bytes = segment_bytes;
  parts.fatal = [](const base::Error& error) { FAIL() << error.where << ": " << error.detail; };
  auto opened = journal::Journal::Open(std::move(parts), each);
  ASSERT_TRUE(opened) << opened.error().detail;
  journal = *std::move(opened);
  for (journal::DurableListener* listener : listeners) journal->Listen(listener);
}

PlanPtr Rig::MakePlan(const PlanOptions& options) const {
  auto plan = std::make_shared<Plan>();
  plan->number = options.number;
  SourcePlan& source = plan->sources.emplace_back();
  source.id = "site-web";
  source.accepts = {{"order.paid", 0}};
  plan->contracts.resize(1);
  plan->contracts[0].name = "order@1";
  plan->contracts[0].fields = {kFieldN, kFieldWho};
  plan->purposes = {"marketing.email", "statistics.audience"};
  for (const std::uint32_t bits : {kCategories[kMarketing], kCategories[kStatistics]})
    plan->extents.push_back({bits, bits});
  plan->destinations = options.destinations;
  auto compiled = policies::PolicySet::Compile(PoliciesOf(options));
  EXPECT_TRUE(compiled) << compiled.error().detail;
  plan->policies.emplace(*std::move(compiled));
  auto made = policies::Pseudonymizer::Make(*keys, journal->origin(), FormsOf(options));
  EXPECT_TRUE(made) << made.error().detail;
  plan->pseudonymizer = *std::move(made);
  return plan;
}

void Rig::Consent(const std::string& who, std::size_t purpose, policies::ConsentState state) {
  policies::ConsentEntry entry;
  entry.state = state;
  entry.since_seconds = static_cast<std::uint32_t>(clock.WallNow() / 1000 - 60);
  entry.reference = static_cast<std::uint32_t>(++consents_);
  const journal::Fingerprint fingerprint = FingerprintOf(who);
  index.Set(fingerprint, purpose, entry);
}

journal::FramePtr Rig::FrameOf(const Plan& plan, const std::vector<TestEvent>& events) const {
  const base::PathMap::Entry entries[] = {{"n", kFieldN}, {"who", kFieldWho}};
  auto paths = base::PathMap::Compile(entries);
  EXPECT_TRUE(paths);
  base::EventParser parser;
  base::Event event;
  auto frame = std::make_shared<journal::Frame>();
  for (const TestEvent& test : events) {
    const std::string text =
        R"({"n":)" + std::to_string(test.n) + R"(,"who":")" + test.who + R"("})";
    EXPECT_EQ(parser.Parse(text, *paths, event).reason, base::Reason::kUndecided);
    journal::EventRecord record;
    record.plan = plan.number;
    record.event = 0;
    record.contract = 0;
    record.outcome = base::Outcome::kAccepted;
    record.reason = base::Reason::kAccepted;
    record.received = clock.WallNow();
    record.has_payload = test.keep_payload;
    std::vector<policies::ConsentIndex::Subject> subjects;
    for (const std::string* who : {&test.who, &test.also}) {
      if (who->empty()) continue;
      record.subject.push_back(FingerprintOf(*who));
      subjects.push_back(index.Find(record.subject.back()));
    }
    const base::EventFields fields(event);
    policies::DecisionInput input;
    input.event_time = input.now = input.received = record.received;
    input.subjects = subjects;
    input.identified = !subjects.empty();
    input.fields = &fields;
    for (std::size_t place = 0; place < plan.destinations.size(); ++place) {
      record.verdicts.push_back(
          plan.policies->Decide(input, static_cast<std::uint16_t>(place), index));
    }
    frame->Add(record);
    if (!test.keep_payload) continue;
    std::string payload;
    journal::EncodePayload(event, plan.contracts[0].fields, {}, payload);
    frame->AddPayload(frame->count - 1, payload);
  }
  return frame;
}

std::uint64_t Rig::Admit(const Plan& plan, const std::vector<TestEvent>& events) {
  const auto appended = journal->Append(FrameOf(plan, events));
  EXPECT_TRUE(appended) << appended.error().detail;
  if (!appended) return 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    number_of[*appended - events.size() + 1 + i] = events[i].n;
  }
  return *appended;
}

void Rig::Barrier() const {
  auto frame = std::make_shared<journal::Frame>();
  frame->Add(journal::ConsentRecord{});
  ASSERT_TRUE(Eventually([&] { return static_cast<bool>(journal->Append(frame)); }));
  ASSERT_TRUE(Eventually([&] { return told_ >= frame->last_sequence(); }));
}

void Rig::StartJournal() {
  journal->Listen(this);
  journal->Start();
}

std::vector<journal::OutcomeRecord> Rig::Outcomes() const {
  std::vector<journal::OutcomeRecord> outcomes;
  const auto read =
      journal->Read(1, journal->durable_through(), [&](std::uint64_t, std::string_view record) {
        const auto kind = journal::KindOf(record);
        if (!kind || *kind != journal::RecordKind::kOutcome) return;
        EXPECT_TRUE(journal::Decode(record, outcomes.emplace_back()));
      });
  EXPECT_TRUE(read) << read.error().detail;
  return outcomes;
}

std::map<std::pair<std::uint64_t, std::uint16_t>, std::vector<journal::OutcomeRecord>> Rig::Finals()
    const {
  std::map<std::pair<std::uint64_t, std::uint16_t>, std::vector<journal::OutcomeRecord>> finals;
  for (const journal::OutcomeRecord& outcome : Outcomes()) {
    if (outcome.outcome == base::Outcome::kInFlight) continue;
    for (const std::uint64_t sequence : outcome.events) {
      finals[{number_of.at(sequence), outcome.destination}].push_back(outcome);
    }
  }
  return finals;
}

}  // namespace octroi::gateway
