// Answers that wait for deliveries: what they say, and when they stop waiting.
#include "gateway/forward_desk.h"

#include <gtest/gtest.h>

#include <thread>

#include "gateway/world.h"

namespace octroi::gateway {
namespace {

using base::Outcome;
using base::Reason;

constexpr base::Millis kNever = 3'600'000;

base::Verdict To(std::uint16_t destination, bool allowed) {
  base::Verdict verdict;
  verdict.destination = destination;
  verdict.allowed = allowed;
  verdict.reason = allowed ? Reason::kConsentGranted : Reason::kConsentUnknown;
  return verdict;
}

class ForwardDeskTest : public ::testing::Test {
 protected:
  ForwardDeskTest() {
    auto plan = SmallPlan();
    plan->destinations.resize(2);
    plan->destinations[1].id = "ads";
    plan_ = plan;
    world_.Close();
    world_.Open({&hears_});
    Make();
  }
  ~ForwardDeskTest() override { world_.Close(); }
  void Make(std::size_t deliveries_max = 1'000) {
    hears_.to = nullptr;
    desk_ = std::make_unique<ForwardDesk>(
        ForwardDesk::Parts{&clock_, &metrics_, world_.journal->origin(), deliveries_max});
    hears_.to = desk_.get();
  }
  // One accepted event for each list of verdicts, durable when it returns.
  std::uint64_t Admit(const std::vector<std::vector<base::Verdict>>& events) {
    const auto frame = world_.journal->NewFrame();
    admitted_.clear();
    for (const auto& verdicts : events) {
      journal::EventRecord record;
      record.plan = 1;
      record.outcome = Outcome::kAccepted;
      record.reason = Reason::kAccepted;
      record.verdicts = verdicts;
      frame->Add(record);
      Admitted& one = admitted_.emplace_back();
      one.outcome = Outcome::kAccepted;
      one.verdicts = verdicts;
    }
    return world_.Write(frame) + 1 - events.size();
  }
  void Await(const ForwardDesk::Announced& announced, std::uint64_t first, base::Millis within,
             Reply& reply, const AnswerPlan& answer = {}, bool batch = false) {
    auto deliveries = ForwardDesk::DeliveriesOf(admitted_, answer);
    desk_->Await(announced, {plan_, {first, false}, admitted_, deliveries, batch, false, within},
                 reply.Promise());
  }
  void Become(std::vector<std::uint64_t> events, std::uint16_t destination, Outcome outcome,
              Reason reason, std::uint16_t status = 0) {
    journal::OutcomeRecord record;
    record.plan = 1;
    record.destination = destination;
    record.outcome = outcome;
    record.reason = reason;
    record.http_status = status;
    record.events = std::move(events);
    const auto frame = world_.journal->NewFrame();
    frame->Add(record);
    world_.Write(frame);
  }
  std::string Id(std::uint64_t sequence) const {
    return "\"" + world_.journal->origin() + "." + std::to_string(sequence) + "\"";
  }

  World world_;
  LateListener hears_;
  base::SystemClock clock_;
  base::Metrics metrics_;
  PlanPtr plan_;
  std::vector<Admitted> admitted_;
  std::unique_ptr<ForwardDesk> desk_;
};

TEST_F(ForwardDeskTest, TheAnswerSaysWhatBecameOfEachDelivery) {
  const ForwardDesk::Announced announced(*desk_);
  const std::uint64_t first = Admit({{To(0, true), To(1, false)}});
  Reply reply;
  Await(announced, first, kNever, reply);
  EXPECT_FALSE(reply.now());
  Become({first}, 0, Outcome::kInFlight, Reason::kRetrying, 503);
  Become({first + 1}, 0, Outcome::kSent, Reason::kDelivered, 200);  // another event's
  Become({first}, 1, Outcome::kSent, Reason::kDelivered, 200);      // another destination's
  EXPECT_FALSE(reply.now());
  Become({first}, 0, Outcome::kSent, Reason::kDelivered, 201);
  const Response answer = reply.Wait();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "{\"id\":" + Id(first) +
                             R"(,"outcome":"accepted","destinations":{)"
                             R"("crm":{"outcome":"sent","status":201},)"
                             R"("ads":{"outcome":"withheld","reason":"consent.unknown"}}})");
}

TEST_F(ForwardDeskTest, ABatchWaitsForItsLast) {
  const ForwardDesk::Announced announced(*desk_);
  const std::uint64_t first = Admit({{To(0, true)}, {}, {To(0, true), To(1, true)}});
  AnswerPlan only_crm;
  only_crm.destinations = {0};
  Reply reply;
  Await(announced, first, kNever, reply, only_crm, true);
  Become({first + 2}, 0, Outcome::kFailed, Reason::kRefusedByDestination, 422);
  EXPECT_FALSE(reply.now());
  Become({first}, 0, Outcome::kWithheld, Reason::kConsentWithdrawn);
  const Response answer = reply.Wait();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.substr(answer.body.find("\"items\"")),
            "\"items\":[{\"id\":" + Id(first) +
                R"(,"outcome":"accepted","destinations":{"crm":)"
                R"({"outcome":"withheld","reason":"consent.withdrawn"}}},{"id":)" +
                Id(first + 1) + R"(,"outcome":"accepted"},{"id":)" + Id(first + 2) +
                R"(,"outcome":"accepted","destinations":{"crm":{"outcome":"failed","reason":)"
                R"("delivery.refused","status":422}}}]})");
}

// The lane may be quicker than the thread that admitted the event.
TEST_F(ForwardDeskTest, AnOutcomeBeforeTheWaitIsNotMissed) {
  const ForwardDesk::Announced announced(*desk_);
  const std::uint64_t first = Admit({{To(0, true)}});
  Become({first}, 0, Outcome::kSent, Reason::kDelivered, 204);
  world_.journal->WaitDurable(world_.journal->durable_through());
  Reply reply;
  Await(announced, first, kNever, reply);
  EXPECT_EQ(reply.Wait().status, 200);
}

TEST_F(ForwardDeskTest, ADeadlineSaysInFlight) {
  const ForwardDesk::Announced announced(*desk_);
  const std::uint64_t first = Admit({{To(0, true), To(1, true)}});
  Become({first}, 0, Outcome::kInFlight, Reason::kRetrying, 503);
  Become({first}, 1, Outcome::kSent, Reason::kDelivered, 200);
  Reply reply;
  Await(announced, first, 30, reply);
  const Response answer = reply.Wait();
  EXPECT_EQ(answer.status, 202);
  EXPECT_NE(answer.body.find(
                R"("crm":{"outcome":"in_flight","reason":"delivery.retrying","status":503})"),
            std::string::npos)
      << answer.body;
  EXPECT_NE(answer.body.find(R"("ads":{"outcome":"sent","status":200})"), std::string::npos);
  Become({first}, 0, Outcome::kSent, Reason::kDelivered, 200);  // nobody waits any more
}

// 2xx means on disk, whatever the deadline says.
TEST_F(ForwardDeskTest, NoAnswerBeforeTheEventIsDurable) {
  const ForwardDesk::Announced announced(*desk_);
  hears_.to = nullptr;  // as if the journal had not said so yet
  const std::uint64_t first = Admit({{To(0, true)}});
  Reply reply, other;
  Await(announced, first, 0, reply);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(reply.now());
  hears_.to = desk_.get();
  Become({first + 100}, 0, Outcome::kSent, Reason::kDelivered);
  EXPECT_EQ(reply.Wait().status, 202);
}

TEST_F(ForwardDeskTest, BeyondTheLimitNobodyWaits) {
  Make(2);
  const ForwardDesk::Announced announced(*desk_);
  Reply one, two, three;
  const std::uint64_t first = Admit({{To(0, true), To(1, true)}});
  Await(announced, first, kNever, one);
  const std::uint64_t second = Admit({{To(0, true)}});
  Await(announced, second, kNever, two);
  EXPECT_EQ(two.Wait().status, 202);
  EXPECT_FALSE(one.now());
  Become({first}, 0, Outcome::kSent, Reason::kDelivered, 200);
  Become({first}, 1, Outcome::kSent, Reason::kDelivered, 200);
  EXPECT_EQ(one.Wait().status, 200);
  const std::uint64_t third = Admit({{To(0, true)}});
  Await(announced, third, kNever, three);
  EXPECT_FALSE(three.now()) << "there is room again";
  Become({third}, 0, Outcome::kSent, Reason::kDelivered, 200);
  EXPECT_EQ(three.Wait().status, 200);
}

TEST_F(ForwardDeskTest, AGatewayThatStopsAnswersWhatWaits) {
  const ForwardDesk::Announced announced(*desk_);
  Reply before, after;
  Await(announced, Admit({{To(0, true)}}), kNever, before);
  EXPECT_FALSE(before.now());
  desk_->Release();
  EXPECT_EQ(before.Wait().status, 202);
  Await(announced, Admit({{To(0, true)}}), kNever, after);
  EXPECT_EQ(after.Wait().status, 202);
}

}  // namespace
}  // namespace octroi::gateway
