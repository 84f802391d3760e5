// Two destinations cannot join what they were given; one destination can tell a retry from a new
// batch; nobody but a Pseudonymizer fills a batch.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <type_traits>

#include "outgoing_events.h"
#include "test_data.h"

namespace octroi::policies {
namespace {

constexpr int kPeople = 10'000;
constexpr int kBatch = 100;

struct Given {
  std::set<std::string> tokens, event_ids, idempotency_keys;
};

// Everything that one destination learns about all the people, `sequence` by `sequence`.
Given Deliver(const Pseudonymizer& maker, std::uint16_t destination) {
  Given given;
  ProtectedBatch batch;
  for (int first = 0; first < kPeople; first += kBatch) {
    maker.Begin(destination, batch);
    for (int i = first; i < first + kBatch; ++i) {
      EXPECT_TRUE(AddOne(maker, destination, static_cast<std::uint64_t>(i), Person(i), batch));
    }
    maker.Finish(destination, batch);
    given.idempotency_keys.emplace(batch.idempotency_key());
    const auto body = BodyOf(batch);
    for (const auto& event : body["events"]) {
      given.event_ids.insert(event["id"]);
      for (const auto& value : event["data"]) {
        // Without the public head, which differs anyhow.
        const std::string token = value;
        given.tokens.insert(token.substr(token.rfind('.') + 1));
      }
    }
  }
  return given;
}

std::size_t Shared(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::size_t count = 0;
  for (const std::string& each : a) count += b.count(each);
  return count;
}

TEST(Unlinkability, TwoDestinationsShareNothing) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  const auto maker = Made(*ring, {Form("crm"), Form("ads")});
  const Given crm = Deliver(*maker, 0);
  const Given ads = Deliver(*maker, 1);
  for (const Given* given : {&crm, &ads}) {
    EXPECT_EQ(given->tokens.size(), std::size_t{3 * kPeople});
    EXPECT_EQ(given->event_ids.size(), std::size_t{kPeople});
    EXPECT_EQ(given->idempotency_keys.size(), std::size_t{kPeople / kBatch});
  }
  EXPECT_EQ(Shared(crm.tokens, ads.tokens), 0u);
  EXPECT_EQ(Shared(crm.event_ids, ads.event_ids), 0u);
  EXPECT_EQ(Shared(crm.idempotency_keys, ads.idempotency_keys), 0u);
}

TEST(Unlinkability, NothingInClearAndNoUnkeyedHashLeaves) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  const auto maker = Made(*ring, {Form("crm")});
  ProtectedBatch batch;
  maker->Begin(0, batch);
  ASSERT_TRUE(AddOne(*maker, 0, 7, Person(7), batch));
  maker->Finish(0, batch);
  for (const std::string& clear : {std::string("person1000007@example.com"),
                                   std::string("+33611000007"), std::string("c-1000007")}) {
    const std::string hash(crypto::AsBytes(crypto::Sha256(clear)));
    std::string url;
    base::AppendBase64Url(hash, url);
    for (const std::string& form : {clear, base::Hex(hash), url}) {
      EXPECT_EQ(batch.body().find(form), std::string_view::npos);
    }
  }
}

struct Sent {
  std::string key, id, token;
};

Sent Send(const Pseudonymizer& maker, std::initializer_list<std::uint64_t> sequences) {
  ProtectedBatch batch;
  maker.Begin(0, batch);
  for (const auto sequence : sequences) EXPECT_TRUE(AddOne(maker, 0, sequence, Person(1), batch));
  maker.Finish(0, batch);
  const auto first = BodyOf(batch)["events"][0];
  return {std::string(batch.idempotency_key()), first["id"], first["data"]["email"]};
}

TEST(Idempotency, OneKeyForTheSameEventsAndNoOthers) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  const auto maker = Made(*ring, {Form("crm")});
  const auto restarted = Made(*ring, {Form("crm")});
  const auto replica = Made(*ring, {Form("crm")}, "gw-2");
  const Sent sent = Send(*maker, {1, 2, 3});
  EXPECT_EQ(sent.key.size(), 22u);
  EXPECT_EQ(sent.id.size(), 22u);
  EXPECT_EQ(sent.key, Send(*maker, {1, 2, 3}).key);
  EXPECT_EQ(sent.key, Send(*restarted, {1, 2, 3}).key);
  EXPECT_EQ(sent.id, Send(*restarted, {1, 9}).id);
  EXPECT_NE(sent.key, Send(*maker, {1, 2}).key);
  EXPECT_NE(sent.key, Send(*maker, {1, 2, 4}).key);
  EXPECT_NE(sent.key, Send(*maker, {3, 2, 1}).key);
  EXPECT_NE(sent.key, Send(*replica, {1, 2, 3}).key) << "another journal's 1, 2, 3";
  EXPECT_NE(sent.id, Send(*replica, {1}).id);
  EXPECT_EQ(sent.token, Send(*replica, {1}).token) << "one person, one token, whichever replica";
}

TEST(Idempotency, ARotationMakesNewTokensButNotNewEvents) {
  const std::string other(32, 'o');
  const auto opened = [&](const std::string& text) {
    const crypto::Folder folder;
    auto ring = crypto::KeyRing::Open("acme", {folder.Write("p.key", text), ""});
    EXPECT_TRUE(ring) << ring.error().detail;
    return std::move(*ring);
  };
  const std::string one = base::Hex(kRoot) + "\n", two = base::Hex(other) + "\n";
  const auto before = opened("octroi-key-v1 pseudonym kv=1 active\n" + one);
  const auto after = opened("octroi-key-v1 pseudonym kv=1 verify-only\n" + one +
                            "octroi-key-v1 pseudonym kv=2 active\n" + two);
  const Sent first = Send(*Made(*before, {Form("crm")}), {1, 2});
  const Sent retry = Send(*Made(*after, {Form("crm")}), {1, 2});
  EXPECT_EQ(first.key, retry.key);
  EXPECT_EQ(first.id, retry.id);
  EXPECT_EQ(first.token.substr(0, 9), "p1.crm.1.");
  EXPECT_EQ(retry.token.substr(0, 9), "p1.crm.2.");
  EXPECT_NE(first.token.substr(9), retry.token.substr(9));
}

// What must not be forgotten does not compile: code outside a Pseudonymizer cannot write a batch.
// The same expressions on a class that allows it compile, so the proof is not of a misspelt name.
template <class Batch>
concept BodyCanBeWritten = requires(Batch& batch) {
  batch.body_.append("text");
};
template <class Batch>
concept CanBeFinished = requires(Batch& batch) {
  batch.finished_ = true;
};
template <class Batch>
concept CanBeClaimed = requires(Batch& batch) {
  batch.maker_ = &batch;
};
template <class Batch>
concept DigestCanBeAwaited = requires(Batch& batch, const crypto::HmacKey& key) {
  batch.AwaitDigest(key, 0, 0);
};

struct OpenBatch {
  std::string body_;
  bool finished_ = false;
  const void* maker_ = nullptr;
  void AwaitDigest(const crypto::HmacKey&, std::size_t, std::size_t) {}
};
static_assert(BodyCanBeWritten<OpenBatch> && !BodyCanBeWritten<ProtectedBatch>);
static_assert(CanBeFinished<OpenBatch> && !CanBeFinished<ProtectedBatch>);
static_assert(CanBeClaimed<OpenBatch> && !CanBeClaimed<ProtectedBatch>);
static_assert(DigestCanBeAwaited<OpenBatch> && !DigestCanBeAwaited<ProtectedBatch>);
static_assert(!std::is_constructible_v<ProtectedBatch, std::string>);

}  // namespace
}  // namespace octroi::policies
