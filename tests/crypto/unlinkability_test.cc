// Two destinations cannot join what they were given; one destination can tell a retry from a new
// batch; nobody but a Pseudonymizer fills a batch.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>
#include <type_traits>

#include "outgoing_events.h"
#include "test_data.h"

namespace octroi::policies {
namespace {

constexpr int kBatch = 100;
using Method = OutgoingField::Form;
using Strings = std::vector<std::string>;

// OCTROI_PEOPLE says how many, in hundreds.
int People() {
  const char* const people = std::getenv("OCTROI_PEOPLE");
  return people == nullptr ? 100'000 : std::max(1, std::atoi(people) / kBatch) * kBatch;
}

struct Given {  // sorted, each once
  Strings tokens, event_ids, idempotency_keys;
};

// The digests of an event's tokens, without their public heads, which differ anyhow.
void TakeTokens(std::string_view event, std::string_view head, Strings& tokens) {
  for (std::size_t at = event.find(head); at != std::string_view::npos;
       at = event.find(head, at + 1)) {
    const std::string_view token = event.substr(at, event.find('"', at) - at);
    tokens.emplace_back(token.substr(token.rfind('.') + 1));
  }
}

void Unique(Strings& all) {
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
}

OutgoingForm FormAs(const std::string& domain, Method method) {
  OutgoingForm form = policies::Form(domain);
  for (OutgoingField& field : form.contracts[0].fields) {
    if (field.form == Method::kPseudonym) field.form = method;
  }
  return form;
}

// Everything that one destination learns about all the people, `sequence` by `sequence`.
Given Deliver(const Pseudonymizer& maker, std::uint16_t destination, std::string_view head,
              int people, base::Millis received = 1) {
  Given given;
  ProtectedBatch batch;
  for (int first = 0; first < people; first += kBatch) {
    maker.Begin(destination, batch);
    for (int i = first; i < first + kBatch; ++i) {
      const Fields person = Person(i);
      const OutgoingEvent event{static_cast<std::uint64_t>(i),
                                "lead.created",
                                0,
                                {kContact, kContact},
                                {},
                                &person,
                                received};
      EXPECT_TRUE(maker.Add(destination, event, batch));
    }
    EXPECT_TRUE(maker.Finish(destination, batch));
    given.idempotency_keys.emplace_back(batch.idempotency_key());
    for (std::size_t i = 0; i < batch.count(); ++i) {
      given.event_ids.emplace_back(batch.id(i));
      TakeTokens(batch.event(i), head, given.tokens);
    }
  }
  for (Strings* all : {&given.tokens, &given.event_ids, &given.idempotency_keys}) Unique(*all);
  return given;
}

std::size_t Shared(const Strings& a, const Strings& b) {
  Strings both;
  std::ranges::set_intersection(a, b, std::back_inserter(both));
  return both.size();
}

void SharesNothing(Method method, std::string_view head, int people) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  const auto maker = Made(*ring, {FormAs("crm", method), FormAs("ads", method)});
  const Given crm = Deliver(*maker, 0, std::string(head) + ".crm.", people);
  const Given ads = Deliver(*maker, 1, std::string(head) + ".ads.", people);
  const auto count = static_cast<std::size_t>(people);
  for (const Given* given : {&crm, &ads}) {
    EXPECT_EQ(given->tokens.size(), 3 * count);
    EXPECT_EQ(given->event_ids.size(), count);
    EXPECT_EQ(given->idempotency_keys.size(), count / kBatch);
  }
  EXPECT_EQ(Shared(crm.tokens, ads.tokens), 0u);
  EXPECT_EQ(Shared(crm.event_ids, ads.event_ids), 0u);
  EXPECT_EQ(Shared(crm.idempotency_keys, ads.idempotency_keys), 0u);
  std::printf("%s: %d people at two destinations, 0 of %zu digests, %zu ids, %zu keys shared\n",
              std::string(head).c_str(), people, crm.tokens.size(), crm.event_ids.size(),
              crm.idempotency_keys.size());
}

TEST(Unlinkability, TwoDestinationsShareNothing) {
  SharesNothing(Method::kPseudonym, "p1", People());
}
TEST(Unlinkability, NorEncryptedNorByEpoch) {
  SharesNothing(Method::kReversible, "p2", People() / kBatch / 10 * kBatch);
  SharesNothing(Method::kEpoch, "p3", People() / kBatch / 10 * kBatch);
}

// The count above sees what is shared: two replicas of one destination share all tokens, and two
// destinations that were given a partner hash share every one of them (which is why it is none of
// the pseudonyms).
TEST(Unlinkability, TheControlSharesAll) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  const auto one = Made(*ring, {FormAs("crm", Method::kPseudonym)});
  const auto two = Made(*ring, {FormAs("crm", Method::kPseudonym)}, "gw-2");
  const Given first = Deliver(*one, 0, "p1.crm.", 1000), again = Deliver(*two, 0, "p1.crm.", 1000);
  EXPECT_EQ(Shared(first.tokens, again.tokens), 3000u);
  EXPECT_EQ(Shared(first.event_ids, again.event_ids), 0u) << "another journal's events";
  OutgoingForm crm = policies::Form("crm"), ads = policies::Form("ads");
  crm.contracts[0].fields[1].form = ads.contracts[0].fields[1].form = Method::kPartnerHash;
  const auto maker = Made(*ring, {crm, ads});
  const std::string_view head = "\"email\":\"";
  const auto hashes = [&](std::uint16_t destination) {
    ProtectedBatch batch;
    maker->Begin(destination, batch);
    for (int i = 0; i < kBatch; ++i) EXPECT_TRUE(AddOne(*maker, destination, 1, Person(i), batch));
    EXPECT_TRUE(maker->Finish(destination, batch));
    Strings found;
    for (std::size_t i = 0; i < batch.count(); ++i) {
      const std::string_view event = batch.event(i);
      found.emplace_back(event.substr(event.find(head) + head.size(), 64));
    }
    Unique(found);
    return found;
  };
  EXPECT_EQ(Shared(hashes(0), hashes(1)), std::size_t{kBatch});
}

TEST(Unlinkability, NothingInClearAndNoUnkeyedHashLeaves) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  const auto maker = Made(*ring, {Form("crm")});
  ProtectedBatch batch;
  maker->Begin(0, batch);
  ASSERT_TRUE(AddOne(*maker, 0, 7, Person(7), batch));
  EXPECT_TRUE(maker->Finish(0, batch));
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
  EXPECT_TRUE(maker.Finish(0, batch));
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
