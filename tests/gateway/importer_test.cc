// The importer against gateways that answer one thing and not another: it ends, and loses nothing.
#include "gateway/import/importer.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "support/fake_clock.h"
#include "support/memory_disk.h"

namespace octroi::gateway::import {
namespace {

constexpr const char* kNotFound = R"({"origin":"k3f9x2ab","found":false})";
constexpr const char* kReceipt = R"({"items":[{"id":"k3f9x2ab.1","outcome":"accepted"}]})";

// Answers every post alike.
class Answering final : public IngestClient {
 public:
  explicit Answering(Posted answer) : answer_(std::move(answer)) {}
  Posted Post(const std::string&, const std::string&) override {
    ++posts;
    return answer_;
  }
  int posts = 0;

 private:
  const Posted answer_;
};

struct Told {
  base::Result<Checkpoint> done;
  int posts = 0, asked = 0, pauses = 0;
};

// A file of one event. `found_at`: the journal has the batch from that question on; 0: never.
Told RunWith(const Posted& answer, int found_at, base::Millis wait) {
  testing::MemoryDisk disk;
  testing::FakeClock clock;
  auto file = disk.Open("events.ndjson", base::OpenMode::kCreateNew);
  EXPECT_TRUE(file && (*file)->WriteAt(0, "{\"a\":1}\n"));
  Fault fault;
  auto opened = ImportFile::Open(disk, "events.ndjson", {}, fault);
  EXPECT_TRUE(opened);
  const auto items = (*opened)->Events(nullptr, base::kBodyBytesMax);
  Answering client(answer);
  Told run{base::Error{}, 0, 0, 0};
  Importer::Parts parts;
  parts.disk = &disk;
  parts.clock = &clock;
  parts.file = opened->get();
  parts.items = items.get();
  parts.client = &client;
  parts.ask = [&](const std::string&) {
    const bool found = ++run.asked == found_at;
    std::string told = found ? kReceipt : kNotFound;
    if (found) told.insert(1, R"("origin":"k3f9x2ab","found":true,)");
    return base::Result<std::string>(told);
  };
  parts.checkpoint = "state.json";
  parts.report = "report.ndjson";
  parts.source = "shop";
  parts.wait = wait;
  parts.pause = [&](base::Millis time) {
    ++run.pauses;
    clock.Advance(time);
    if (run.pauses > 1'000) throw std::runtime_error("it never ends");
  };
  run.done = Importer(parts).Run();
  run.posts = client.posts;
  return run;
}

TEST(Importer, WaitsNoLongerForAnAnswerThatNeverComes) {
  const Told run = RunWith({}, 0, 10'000);
  ASSERT_FALSE(run.done);
  EXPECT_EQ(run.done.error().code, base::ErrorCode::kUnavailable);
  EXPECT_EQ(run.done.error().detail, "import.no_gateway");
  EXPECT_GT(run.asked, 2) << "the journal answers all the while";
  EXPECT_EQ(run.posts, run.asked + 1);
}

TEST(Importer, AsksTheJournalAtOnceWhatBecameOfARepeat) {
  const Posted repeat{Posted::Kind::kTaken, true, 200, "", kReceipt, 0};
  const Told run = RunWith(repeat, 1, 10'000);
  ASSERT_TRUE(run.done);
  EXPECT_EQ(run.done->counts.accepted, 1u);
  EXPECT_EQ(run.pauses, 0);
}

TEST(Importer, WaitsWhereTheJournalHasForgottenARepeat) {
  const Posted repeat{Posted::Kind::kTaken, true, 200, "", kReceipt, 0};
  const Told run = RunWith(repeat, 8, 10'000);
  ASSERT_TRUE(run.done);
  EXPECT_EQ(run.posts, 8);
  EXPECT_EQ(run.pauses, 7);
}

// How the table is read, where these columns were said.
std::string ReadingOf(const std::string& text, const std::vector<std::string>& columns) {
  testing::MemoryDisk disk;
  auto file = disk.Open("table.csv", base::OpenMode::kCreateNew);
  EXPECT_TRUE(file && (*file)->WriteAt(0, text));
  Said said;
  said.columns = columns;
  Fault fault;
  auto opened = ImportFile::Open(disk, "table.csv", said, fault);
  EXPECT_TRUE(opened);
  return (*opened)->Reading();
}

TEST(ImportFile, OtherNamesAreAnotherReadingAndAreNotSaid) {
  const std::string text = "lea,martin\nx,y\n", found = ReadingOf(text, {});
  EXPECT_EQ(found, ReadingOf(text, {}));
  EXPECT_NE(found, ReadingOf(text, {"lea", "martin"})) << "there the first record is one";
  EXPECT_NE(ReadingOf(text, {"a", "b"}), ReadingOf(text, {"b", "a"}));
  EXPECT_NE(ReadingOf(text, {"ab", "c"}), ReadingOf(text, {"a", "bc"}));
  EXPECT_EQ(found.find("lea"), found.npos);
}

}  // namespace
}  // namespace octroi::gateway::import
