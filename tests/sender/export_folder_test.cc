// Export files: what stands in them, when one is complete, and that an event is there once whatever
// happens.
#include "gateway/sender/export_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/event.h"
#include "crypto/outgoing_events.h"
#include "gateway/sender.h"
#include "gateway/sender/gzip.h"
#include "sender/batches.h"
#include "support/fake_clock.h"
#include "support/memory_disk.h"

namespace octroi::gateway {
namespace {

using policies::ProtectedBatch;
using Lines = std::vector<std::string>;

constexpr const char* kFolder = "/out/crm";
constexpr base::Millis kStart = 1'795'251'600'000;  // 2026-11-21T09:00:00Z

// Batches of numbered events: {"id":"...","event":...,"data":{"amount":<number>}}.
class ExportFolderTest : public ::testing::Test {
 protected:
  ExportFolderTest() {
    clock_.Set(kStart);
    policies::OutgoingForm form = policies::Form("crm");
    form.lines = true;
    maker_ = policies::Made(*ring_, {form});
  }
  ProtectedBatch Batch(std::uint64_t first, std::uint64_t last, const char* note = nullptr) {
    ProtectedBatch batch;
    maker_->Begin(0, batch);
    for (std::uint64_t n = first; n <= last; ++n) {
      policies::Fields fields;
      fields.Set(policies::kAmount, base::JsonType::kInteger, std::to_string(n), std::to_string(n));
      if (note != nullptr) fields.Set(policies::kNote, base::JsonType::kObject, note, "");
      EXPECT_TRUE(policies::AddOne(*maker_, 0, n, fields, batch));
    }
    EXPECT_TRUE(maker_->Finish(0, batch));
    return batch;
  }
  std::unique_ptr<ExportFolder> Started() {
    return std::make_unique<ExportFolder>(*disk_, clock_, "crm");
  }
  Lines Names() { return *disk_->List(kFolder); }
  // The numbers of all events in all files, in the order of their names; every line is strict JSON.
  std::vector<std::uint64_t> Numbers() {
    std::vector<std::uint64_t> numbers;
    for (const std::string& name : Names()) {
      std::string text;
      const auto file = disk_->Open(std::string(kFolder) + "/" + name, base::OpenMode::kRead);
      if (name.ends_with(".gz")) {
        EXPECT_TRUE(GunzipFile(**file, [&](std::string_view piece) { text += piece; })) << name;
      } else {
        text = disk_->Bytes(std::string(kFolder) + "/" + name);
      }
      EXPECT_TRUE(text.empty() || text.ends_with('\n')) << name;
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        const auto line = nlohmann::json::parse(text.substr(at, end - at), nullptr, false);
        EXPECT_TRUE(line.is_object()) << name;
        if (!line.is_object()) return {};
        numbers.push_back(line["data"]["amount"]);
        at = end + 1;
      }
    }
    return numbers;
  }
  static std::vector<std::uint64_t> UpTo(std::uint64_t last) {
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t n = 1; n <= last; ++n) numbers.push_back(n);
    return numbers;
  }

  std::unique_ptr<octroi::testing::MemoryDisk> disk_ =
      std::make_unique<octroi::testing::MemoryDisk>();
  octroi::testing::FakeClock clock_;
  std::unique_ptr<crypto::KeyRing> ring_ = crypto::KeyRing::FromRoot("acme", policies::kRoot);
  std::unique_ptr<policies::Pseudonymizer> maker_;
  FilePlan plan_{kFolder, 0, 64 * 1024 * 1024, false};
};

TEST_F(ExportFolderTest, AnEventALine) {
  const ProtectedBatch batch = Batch(1, 2, "{\"a\":\r\n[1,\n\"\\n\"]}");
  ASSERT_TRUE(Started()->Append(plan_, batch, Unhindered()));
  ASSERT_EQ(Names(), Lines{"crm-20261121T090000Z-000001.ndjson.open"});
  const std::string head =
      R"(","event":"lead.created","contract":"lead@2","purposes":["marketing.email","service.orders"],)";
  EXPECT_EQ(disk_->Bytes(std::string(kFolder) + "/" + Names()[0]),
            R"({"id":")" + std::string(batch.id(0)) + head +
                "\"data\":{\"amount\":1,\"note\":{\"a\":  [1, \"\\n\"]}}}\n" + R"({"id":")" +
                std::string(batch.id(1)) + head +
                "\"data\":{\"amount\":2,\"note\":{\"a\":  [1, \"\\n\"]}}}\n");
}

TEST_F(ExportFolderTest, AFileIsCompleteByAgeOrSizeAndNamesSort) {
  plan_.rotate_after = 3'600'000;
  plan_.rotate_bytes = 400;  // two events
  auto folder = Started();
  ASSERT_TRUE(folder->Append(plan_, Batch(1, 1), Unhindered()));
  clock_.Set(kStart + 3'599'999);
  ASSERT_TRUE(folder->Append(plan_, Batch(2, 2), Unhindered()));
  clock_.Set(kStart + 3'600'000);
  ASSERT_TRUE(folder->Append(plan_, Batch(3, 3), Unhindered()));  // by age
  ASSERT_TRUE(folder->Append(plan_, Batch(4, 5), Unhindered()));  // by size
  plan_.gzip = true;
  clock_.Set(kStart - 5'000);                                     // set back
  ASSERT_TRUE(folder->Append(plan_, Batch(6, 9), Unhindered()));  // larger than a file should be
  ASSERT_TRUE(Started()->Append(plan_, Batch(10, 10), Unhindered()));
  EXPECT_EQ(Names(),
            (Lines{"crm-20261121T090000Z-000001.ndjson", "crm-20261121T100000Z-000002.ndjson",
                   "crm-20261121T100000Z-000003.ndjson.gz", "crm-20261121T100000Z-000004.ndjson.gz",
                   "crm-20261121T100000Z-000005.ndjson.open"}));
  EXPECT_EQ(Numbers(), UpTo(10));
}

TEST_F(ExportFolderTest, WhatAnEarlierProcessWroteIsRecognisedHoweverItIsGroupedNow) {
  for (const bool gzip : {false, true}) {
    disk_ = std::make_unique<octroi::testing::MemoryDisk>();
    plan_.gzip = gzip;
    plan_.rotate_bytes = 400;
    ASSERT_TRUE(Started()->Append(plan_, Batch(1, 3), Unhindered()));
    ASSERT_TRUE(Started()->Append(plan_, Batch(4, 5), Unhindered()));
    const auto names = Names();
    auto folder = Started();
    for (std::uint64_t n = 1; n <= 5; ++n)
      ASSERT_TRUE(folder->Append(plan_, Batch(n, n), Unhindered()));
    EXPECT_EQ(Names(), names);
    ASSERT_TRUE(folder->Append(plan_, Batch(2, 6), Unhindered()));
    EXPECT_EQ(Numbers(), UpTo(6));
  }
}

TEST_F(ExportFolderTest, ATornEndIsCut) {
  ASSERT_TRUE(Started()->Append(plan_, Batch(1, 2), Unhindered()));
  const std::string path = std::string(kFolder) + "/" + Names()[0];
  const std::string whole = disk_->Bytes(path);
  for (const std::string& torn :
       {whole + "{\"id\":\"", whole + std::string(700, '\0'),
        whole + std::string(512, '\0') + whole.substr(0, whole.find('\n') + 1),
        whole + whole.substr(0, 40)}) {
    disk_->Bytes(path) = torn;
    ASSERT_TRUE(Started()->Append(plan_, Batch(2, 3), Unhindered()));
    EXPECT_EQ(Numbers(), UpTo(3));
    disk_->Bytes(path) = whole;
  }
}

TEST_F(ExportFolderTest, ACompressionThatACrashInterruptedIsTidiedUp) {
  plan_.gzip = true;
  plan_.rotate_bytes = 400;
  const std::string first = std::string(kFolder) + "/crm-20261121T090000Z-000001.ndjson";
  const std::string second = std::string(kFolder) + "/crm-20261121T090000Z-000002.ndjson";
  ASSERT_TRUE(Started()->Append(plan_, Batch(1, 2), Unhindered()));
  const auto open = disk_->Open(first + ".open", base::OpenMode::kRead);
  const auto made = disk_->Open(first + ".gz", base::OpenMode::kCreateNew);
  ASSERT_TRUE(GzipFile(**open, *(*open)->Size(), **made));
  ASSERT_TRUE(disk_->Open(second + ".gz.tmp", base::OpenMode::kCreateNew));
  const std::string complete = disk_->Bytes(first + ".gz");
  plan_.rotate_bytes = 4'000;
  ASSERT_TRUE(Started()->Append(plan_, Batch(1, 3), Unhindered()));
  EXPECT_EQ(disk_->Bytes(first + ".gz"), complete) << "never touched again";
  EXPECT_TRUE(disk_->Has(second + ".open"));
  EXPECT_EQ(Names().size(), 2u);
  EXPECT_EQ(Numbers(), UpTo(3));
}

TEST_F(ExportFolderTest, AFullDiskLosesAndRepeatsNothing) {
  auto folder = Started();
  ASSERT_TRUE(folder->Append(plan_, Batch(1, 2), Unhindered()));
  disk_->SetFull(true);
  EXPECT_FALSE(folder->Append(plan_, Batch(3, 4), Unhindered()));
  disk_->SetFull(false);
  ASSERT_TRUE(folder->Append(plan_, Batch(3, 5), Unhindered()));
  EXPECT_EQ(Numbers(), UpTo(5));
}

// Appends batches of two, up to event 12; returns the last that is promised to be there.
std::uint64_t AppendUntilItFails(ExportFolder& folder, const FilePlan& plan,
                                 const std::function<ProtectedBatch(std::uint64_t)>& batch) {
  for (std::uint64_t first = 1; first <= 11; first += 2) {
    if (!folder.Append(plan, batch(first), Unhindered())) return first - 1;
  }
  return 12;
}

TEST_F(ExportFolderTest, AFailedOperationIsRepairedInTheSameProcess) {
  plan_.gzip = true;
  plan_.rotate_bytes = 700;
  for (std::int64_t operations = 0;; ++operations) {
    SCOPED_TRACE(operations);
    disk_ = std::make_unique<octroi::testing::MemoryDisk>();
    auto folder = Started();
    disk_->FailAfter(operations);
    const std::uint64_t there =
        AppendUntilItFails(*folder, plan_, [&](std::uint64_t n) { return Batch(n, n + 1); });
    disk_->FailAfter(1'000'000);
    if (there < 12) {
      ASSERT_TRUE(folder->Append(plan_, Batch(there + 1, 12), Unhindered()));
    }
    ASSERT_EQ(Numbers(), UpTo(12));
    if (there == 12) break;
    ASSERT_LT(operations, 200);
  }
}

TEST_F(ExportFolderTest, APowerCutAtAnyOperationLosesNothingPromisedAndRepeatsNothing) {
  plan_.rotate_bytes = 700;  // every second batch
  int cuts = 0;
  for (const bool gzip : {false, true}) {
    plan_.gzip = gzip;
    for (std::int64_t operations = 0, last = -1; last < 0; ++operations) {
      for (std::uint64_t seed = 1; seed <= 24; ++seed, ++cuts) {
        SCOPED_TRACE(::testing::Message()
                     << "gzip " << gzip << " operations " << operations << " seed " << seed);
        disk_ = std::make_unique<octroi::testing::MemoryDisk>();
        disk_->FailAfter(operations);
        const std::uint64_t there =
            AppendUntilItFails(*Started(), plan_, [&](std::uint64_t n) { return Batch(n, n + 1); });
        disk_->Crash(seed);
        // For some, the outcomes of the last two batches were lost too; and a second cut comes.
        const std::uint64_t again = seed % 2 == 0 ? there + 1 : there < 4 ? 1 : there - 3;
        disk_->FailAfter(static_cast<std::int64_t>(seed % 12));
        if (again <= 12)
          (void)Started()->Append(plan_, Batch(again, std::max<std::uint64_t>(9, again)),
                                  Unhindered());
        disk_->Crash(seed + 1);
        auto folder = Started();
        for (std::uint64_t n = again; n <= 12; n += 3) {
          ASSERT_TRUE(
              folder->Append(plan_, Batch(n, std::min<std::uint64_t>(n + 2, 12)), Unhindered()));
        }
        auto numbers = Numbers();
        std::sort(numbers.begin(), numbers.end());
        ASSERT_EQ(numbers, UpTo(12));
        for (const std::string& name : Names()) ASSERT_FALSE(name.ends_with(".tmp")) << name;
        if (there == 12) last = operations;
      }
    }
  }
  EXPECT_GT(cuts, 500);
}

TEST(FileSender, TheLanesOfADestinationWriteOnePrivateFile) {
  std::string root = (std::filesystem::temp_directory_path() / "octroi-export-XXXXXX").string();
  ASSERT_NE(::mkdtemp(root.data()), nullptr);
  BatchMaker batches;
  base::SystemDisk disk;
  DestinationPlan destination = DestinationNamed("crm");
  destination.file.emplace().folder = root + "/a/b";
  const MakeSender senders = SendersOn(disk, batches.clock());
  {
    const auto one = senders(destination), two = senders(destination);
    EXPECT_EQ(one->Send(batches.Make(1, 1), batches.ticket(), Unhindered()).kind,
              Receipt::Kind::kDelivered);
    EXPECT_EQ(two->Send(batches.Make(2, 1), batches.ticket(), Unhindered()).kind,
              Receipt::Kind::kDelivered);
  }
  const auto names = *disk.List(root + "/a/b");
  ASSERT_EQ(names.size(), 1u);
  struct stat info {};
  ASSERT_EQ(::stat((root + "/a/b/" + names[0]).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(::stat((root + "/a/b").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  // What cannot be written is tried again.
  destination.file->folder = root + "/a/b/" + names[0] + "/c";
  EXPECT_EQ(senders(destination)->Send(batches.Make(1, 1), batches.ticket(), Unhindered()).kind,
            Receipt::Kind::kRetry);
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace octroi::gateway
