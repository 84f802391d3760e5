#include "gateway/world.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/hmac.h"
#include "gateway/cloud_event.h"
#include "sender/rig.h"

namespace octroi::gateway {
namespace {

constexpr std::chrono::seconds kPatience{60};  // only bounds a failing test

SourcePlan SourceOf(std::string id, AuthMethod auth, Dialect dialect = Dialect::kEvents) {
  SourcePlan source;
  source.secret.bytes = id + "-key";
  source.auth = auth;
  source.dialect = dialect;
  const bool segment = dialect == Dialect::kSegment;
  const std::string data = segment ? "properties." : "";
  const std::vector<base::PathMap::Entry> entries = {
      {data + "email", kEmail},
      {data + "customer_id", kCustomer},
      {data + "order_id", kOrder},
      {data + "amount", kAmount},
      {"type", base::kSlotEventType},
      {"event", base::kSlotEventName},
      {segment ? "messageId" : "id", base::kSlotMessageId},
      {"at", base::kSlotEventTime}};
  source.paths = *base::PathMap::Compile(entries);
  std::vector<base::PathMap::Entry> payload = {{"data.email", kEmail},
                                               {"data.customer_id", kCustomer},
                                               {"data.order_id", kOrder},
                                               {"data.amount", kAmount}};
  AppendCloudEventPaths(payload);
  source.cloud_event_paths = *base::PathMap::Compile(payload);
  source.accepts = {{segment ? "Order Paid" : "order.paid", 0}, {"page", 0}};
  source.subject.resize(2);
  source.subject[0] = {
      kEmail, base::IdentifierType::kEmail, policies::Scope::kContactPoint, "email", {}};
  source.subject[1] = {
      kCustomer, base::IdentifierType::kOther, policies::Scope::kAccount, "customer_id", {}};
  for (SourcePlan::Identifier& identifier : source.subject)
    crypto::AppendLp(identifier.id_type, identifier.message_head);
  source.message_head = "message";
  crypto::AppendLp(id, source.message_head);
  source.id = std::move(id);
  return source;
}

// An order has a number, and an amount that is not below zero.
ContractPlan OrderContract() {
  rules::ContractSpec spec;
  spec.id = "order";
  spec.dictionary_fields = 4;
  spec.extra_fields = rules::ExtraFields::kAllow;
  spec.fields = {{kEmail, false}, {kCustomer, false}, {kOrder, false}, {kAmount, false}};
  rules::RuleSpec& rule = spec.rules.emplace_back();
  rule.id = "amount-positive";
  rule.reason = base::Reason::kFirstConfigured;
  rule.on_fail = rules::OnFail::kQuarantine;
  rule.severity = rules::Severity::kBlocking;
  rule.check.field = kAmount;
  rule.check.min = 0;
  ContractPlan contract;
  contract.name = "order@1";
  contract.fields = {kEmail, kCustomer, kOrder, kAmount};
  auto compiled = rules::Contract::Compile(std::move(spec));
  EXPECT_TRUE(compiled) << compiled.error().detail;
  contract.contract.emplace(*std::move(compiled));
  return contract;
}

policies::PolicySet Policies(const std::vector<std::string>& purposes) {
  policies::PolicySetSpec spec;
  spec.categories = {"contact"};
  for (const std::string& id : purposes) {
    policies::PurposeSpec& purpose = spec.purposes.emplace_back();
    purpose.id = id;
    purpose.basis = policies::Basis::kConsent;
    purpose.covers = policies::Covers::kSend;
    purpose.categories = 1;
  }
  policies::DestinationSpec& crm = spec.destinations.emplace_back();
  crm.id = "crm";
  crm.purposes = {kNewsletter};
  crm.receives = {{0, {{kOrder, 1}}}};
  auto compiled = policies::PolicySet::Compile(std::move(spec));
  EXPECT_TRUE(compiled) << compiled.error().detail;
  return *std::move(compiled);
}

class FakeExchange final : public Exchange {
 public:
  FakeExchange(const RequestHead& head, const Asked& asked, void* context, base::Millis received)
      : head_(head), asked_(asked), context_(context), received_(received) {}
  const RequestHead& head() const override { return head_; }
  std::string_view body() const override { return asked_.body; }
  std::string_view wire_body() const override {
    return asked_.wire_body.empty() ? asked_.body : asked_.wire_body;
  }
  void* context() const override { return context_; }
  base::Millis received() const override { return received_; }
  unsigned loop() const override { return 0; }
  void Answer(Response response) override { AnswerWhenDurable(0, std::move(response)); }
  void AnswerWhenDurable(std::uint64_t sequence, Response response) override {
    EXPECT_FALSE(answered_ || deferred_) << "a second answer";
    answered_ = Answered{std::move(response), sequence};
  }
  std::shared_ptr<Deferred> Defer() override {
    EXPECT_FALSE(answered_ || deferred_) << "a second answer";
    return deferred_.emplace().Promise();
  }
  Answered Result() {
    if (deferred_) return {deferred_->Wait(), 0};
    EXPECT_TRUE(answered_) << "no answer";
    return answered_.value_or(Answered{});
  }

 private:
  const RequestHead& head_;
  const Asked& asked_;
  void* context_;
  base::Millis received_;
  std::optional<Answered> answered_;
  std::optional<Reply> deferred_;
};

}  // namespace

std::shared_ptr<Plan> SmallPlan() {
  auto plan = std::make_shared<Plan>();
  plan->number = 1;
  plan->fields = {"email", "customer_id", "order_id", "amount"};
  plan->sources.push_back(SourceOf("shop", AuthMethod::kBearer));
  plan->sources.push_back(SourceOf("till", AuthMethod::kBasic));
  plan->sources.push_back(SourceOf("ledger", AuthMethod::kHmacSha256));
  plan->sources.push_back(SourceOf("site", AuthMethod::kBasic, Dialect::kSegment));
  plan->sources.push_back(SourceOf("gone", AuthMethod::kBearer));
  plan->sources[kGone].id.clear();
  plan->sources[kTill].rate_per_second = kTillRate;
  plan->contracts.push_back(OrderContract());
  plan->purposes = {"marketing.email", "statistics.audience", ""};
  plan->extents = {{1, 1}, {1, 1}, {1, 1}};
  plan->destinations.resize(1);
  plan->destinations[0].id = "crm";
  plan->policies.emplace(Policies(plan->purposes));
  plan->reasons = {"quality.amount_positive"};
  return plan;
}

class Reply::Promised final : public Deferred {
 public:
  explicit Promised(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  ~Promised() override { Answer(Response{}); }
  void Answer(Response response) override {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->response) return;
    shared_->response = std::move(response);
    shared_->came.notify_all();
  }

 private:
  std::shared_ptr<Shared> shared_;
};

std::shared_ptr<Deferred> Reply::Promise() { return std::make_shared<Promised>(shared_); }

Response Reply::Wait() {
  std::unique_lock lock(shared_->mutex);
  const bool answered =
      shared_->came.wait_for(lock, kPatience, [&] { return shared_->response.has_value(); });
  EXPECT_TRUE(answered) << "no answer came";
  return shared_->response.value_or(Response{});
}

std::optional<Response> Reply::now() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->response;
}

Answered Ask(Handler& handler, const Asked& asked, base::Millis received,
             const std::function<void()>& between) {
  RequestHead head;
  head.method = asked.method;
  head.path = asked.path;
  for (const auto& [name, value] : asked.headers) head.headers.emplace_back(name, value);
  Handler::Admission admission = handler.OnHead(head, 0);
  if (admission.refused) return {std::move(admission.refusal), 0};
  between();
  FakeExchange exchange(head, asked, admission.context, received);
  handler.Handle(exchange);
  return exchange.Result();
}

World::World() { Open(); }
World::~World() { Close(); }

void World::Open(const std::vector<journal::DurableListener*>& listeners) {
  auto opened = disk.Open();
  ASSERT_TRUE(opened) << opened.error().detail;
  journal = *std::move(opened);
  for (journal::DurableListener* listener : listeners) journal->Listen(listener);
  journal->Start();
  index = std::make_unique<policies::ConsentIndex>(plan->purposes.size());
  seen = std::make_unique<SeenIndex>();
  gate = std::make_unique<Gate>(
      Gate::Parts{journal.get(), index.get(), seen.get(), disk.keys.get(), &metrics, 1});
}

void World::Close() {
  gate.reset();
  journal.reset();
}

ConsentDesk::Parts World::DeskParts() {
  return {journal.get(), &consents, index.get(), &sends, disk.keys.get(), &disk.clock, &metrics};
}

policies::ConsentState World::StateOf(std::string_view email, std::size_t purpose) const {
  return index->Get(index->Find(PrintOf(email)), purpose).state;
}

std::uint64_t World::Write(const journal::FramePtr& frame) const {
  base::Result<std::uint64_t> last = std::uint64_t{0};
  EXPECT_TRUE(Eventually([&] { return static_cast<bool>(last = journal->Append(frame)); }));
  journal->WaitDurable(*last);
  return *last;
}

std::vector<journal::ConsentRecord> World::ConsentsOnJournal() const {
  std::vector<journal::ConsentRecord> found;
  EXPECT_TRUE(
      journal->Read(1, journal->durable_through(), [&](std::uint64_t, std::string_view record) {
        if (*journal::KindOf(record) != journal::RecordKind::kConsent) return;
        EXPECT_TRUE(Decode(record, found.emplace_back()));
      }));
  return found;
}

std::vector<policies::ConsentEvent> World::ConsentsInStore() {
  std::vector<policies::ConsentEvent> found;
  EXPECT_TRUE(store.ForEach([&](const auto& event) { found.push_back(event); }));
  return found;
}

std::vector<std::string> World::DecisionFiles() {
  std::vector<std::string> files;
  EXPECT_TRUE(Eventually([&] {
    files = *disk.disk.List("j");
    const auto has = [&](const char* name) { return std::count(files.begin(), files.end(), name); };
    return has("spare-d") > 0 && has("spare-p") > 0;
  }));
  std::erase_if(files, [](const std::string& name) { return !name.starts_with("d-"); });
  return files;
}

std::string CodeOf(const Response& response) {
  constexpr std::string_view kMember = "\"code\":\"";
  const std::size_t at = response.body.find(kMember);
  if (at == std::string::npos) return {};
  const std::size_t from = at + kMember.size();
  return response.body.substr(from, response.body.find('"', from) - from);
}

std::string HeaderOf(const Response& response, std::string_view name) {
  for (const auto& [known, value] : response.headers) {
    if (known == name) return value;
  }
  return {};
}

}  // namespace octroi::gateway
