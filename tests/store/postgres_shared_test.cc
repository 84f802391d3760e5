// Two gateways on one database: one register, each its own journal's rows.
#include <set>

#include "contract.h"
#include "postgres_server.h"
#include "samples.h"
#include "store_postgres/postgres_store.h"

namespace octroi::testing {
namespace {

using policies::ConsentEvent;
using policies::ConsentState;

class SharedRegister : public ::testing::Test {
 protected:
  std::unique_ptr<store::Store> Open(std::string_view origin) {
    auto opened = store_postgres::Open({server_.Gateway(), tenant_});
    EXPECT_TRUE(IsOk(opened));
    EXPECT_TRUE(IsOk((*opened)->Attach(origin)));
    return std::move(*opened);
  }
  static std::set<std::uint64_t> Sequences(const std::vector<ConsentEvent>& events) {
    std::set<std::uint64_t> sequences;
    for (const ConsentEvent& event : events) sequences.insert(event.sequence);
    return sequences;
  }
  static ConsentEvent Named(ConsentEvent event, const char* id) {
    event.id = id;
    return event;
  }
  using Set = std::set<std::uint64_t>;

  PostgresServer& server_ = PostgresServer::Shared();
  const std::string tenant_ = server_.NewTenant();
  std::unique_ptr<store::Store> ours_ = Open(kOrigin), theirs_ = Open("other001");
};

TEST_F(SharedRegister, EachLearnsWhatTheOtherAppendedAndNothingElse) {
  ASSERT_TRUE(ours_->shared());
  ASSERT_TRUE(IsOk(ours_->Append(Consent(5, {1}, ConsentState::kGranted))));
  const auto first = theirs_->Since(0);
  ASSERT_TRUE(IsOk(first));
  EXPECT_EQ(Sequences(first->events), Set({5}));
  const auto own = ours_->Since(0);
  ASSERT_TRUE(IsOk(own));
  EXPECT_TRUE(own->events.empty());
  EXPECT_EQ(own->generation, first->generation);

  ASSERT_TRUE(IsOk(theirs_->Append(Named(Consent(5, {1}, ConsentState::kWithdrawn), "theirs"))));
  const auto since = ours_->Since(own->generation);
  ASSERT_TRUE(IsOk(since));
  ASSERT_EQ(since->events.size(), 1u);
  EXPECT_EQ(since->events[0].id, "theirs");
  EXPECT_GT(since->generation, own->generation);
  EXPECT_TRUE(theirs_->Since(since->generation)->events.empty());
  EXPECT_EQ(ours_->History({Print(1)}, "marketing.email")->size(), 2u);
}

TEST_F(SharedRegister, MoreThanAPageIsLearntInPagesWithoutAGap) {
  std::vector<ConsentEvent> many;
  for (std::uint64_t n = 1; n <= 2'500; ++n)
    many.push_back(Consent(n, {1}, ConsentState::kGranted));
  ASSERT_TRUE(IsOk(ours_->AppendAll(many)));
  Set learnt;
  std::uint64_t generation = 0;
  int pages = 0;
  for (;; ++pages) {
    const auto page = theirs_->Since(generation);
    ASSERT_TRUE(IsOk(page));
    if (page->events.empty()) break;
    learnt.merge(Sequences(page->events));
    generation = page->generation;
  }
  EXPECT_EQ(learnt.size(), many.size());
  EXPECT_EQ(pages, 3);
}

TEST_F(SharedRegister, SequencesAndFlowAreOfOneJournal) {
  ASSERT_TRUE(IsOk(ours_->Append(Consent(7, {1}, ConsentState::kGranted))));
  ASSERT_TRUE(IsOk(theirs_->Append(Named(Consent(3, {2}, ConsentState::kGranted), "theirs"))));
  EXPECT_EQ(*ours_->LastSequence(), 7u);
  EXPECT_EQ(*theirs_->LastSequence(), 3u);
  EXPECT_FALSE(theirs_->BySequence(7)->has_value());
  ASSERT_TRUE(IsOk(ours_->Apply(Batch(2, {Accepted(1), Accepted(2)}))));
  EXPECT_EQ(*theirs_->ProjectedThrough(), 0u);
  EXPECT_FALSE(theirs_->Find(1)->has_value());
  EXPECT_TRUE(theirs_->Sum()->sources.empty());
  ASSERT_TRUE(IsOk(theirs_->Apply(Batch(1, {Accepted(1)}))));
  ASSERT_TRUE(IsOk(theirs_->Clear()));
  EXPECT_EQ(ours_->Sum()->sources.at(2).received, 2u);
  EXPECT_TRUE(ours_->Find(1)->has_value());
}

}  // namespace
}  // namespace octroi::testing
