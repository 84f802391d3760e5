// Whole folders: the published examples, the demonstration, and what `octroi init` writes.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "crypto/hmac.h"
#include "good_folder.h"

namespace octroi::gateway {
namespace {

namespace fs = std::filesystem;
using Strings = std::vector<std::string>;

class Folder : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "octroi-config-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  fs::path root_;
};

base::Result<std::shared_ptr<Plan>> Compile(const ConfigFolder& config) {
  auto keys = crypto::KeyRing::Open(config.settings.tenant,
                                    {config.settings.pseudonym_root, config.settings.storage_root});
  if (!keys) return keys.error();
  return CompilePlan(config, **keys, "test", 1, "");
}

// The design's own folder, with the files that its lists name: nothing of it is refused. Its
// opt-out list holds digests, and is asked about the person.
TEST_F(Folder, TheDesignsExampleLoadsAndItsOptOutListIsObeyed) {
  fs::copy(OCTROI_SOURCE_DIR "/tests/data/examples", root_, fs::copy_options::recursive);
  for (const auto& entry : fs::recursive_directory_iterator(root_)) {
    if (!entry.is_regular_file()) continue;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    std::string here = text.str();
    for (auto at = here.find("/etc/octroi/"); at != std::string::npos;
         at = here.find("/etc/octroi/"))
      here.erase(at, std::string_view("/etc/octroi/").size());
    std::ofstream(entry.path()) << here;
  }
  std::ofstream(root_ / "lists/campaigns.csv") << "code\nrentree-2026\n";
  std::ofstream(root_ / "lists/placeholders.csv") << "value\ntest@test.fr\n";
  const auto digest = [](std::string_view normal) {
    return base::Hex(crypto::AsBytes(crypto::Sha256(normal)));
  };
  std::ofstream(root_ / "lists/opposition.csv") << "digest\n"
                                                << digest("max@example.org") << "\n"
                                                << digest("+33612345678") << "\n"
                                                << digest("C-17") << "\n";
  const ConfigFolder before = LoadConfig(root_.string(), StillClock());
  EXPECT_EQ(Errors(before), Strings()) << Render(before, Language::kEnglish, false);
  ASSERT_TRUE(CreateMissingKeys(before));
  const ConfigFolder config = LoadConfig(root_.string(), StillClock());
  const auto plan = Compile(config);
  ASSERT_TRUE(plan) << plan.error().detail;
  const policies::NamedList* list = nullptr;
  for (const policies::PolicySpec& policy : (*plan)->policies->spec().policies) {
    for (const policies::ConditionSpec& condition : policy.allow_when) {
      if (!condition.not_in_list) continue;
      list = condition.not_in_list.get();
      EXPECT_GE(condition.person.size(), 3u);
    }
  }
  ASSERT_NE(list, nullptr);
  for (const char* on_it : {"max@example.org", " Max@Example.ORG", "+33 6 12 34 56 78", "C-17"})
    EXPECT_TRUE(list->Has(on_it)) << on_it;
  EXPECT_TRUE(list->Has("sha256:" + digest("C-17"))) << "a digest itself";
  for (const char* not_on_it : {"lea@example.org", "+33612345679", "c-17", "", "sha256:"})
    EXPECT_FALSE(list->Has(not_on_it)) << not_on_it;
}

// Nothing but the note that nobody has to approve yet.
bool Clean(const ConfigFolder& config) {
  return std::ranges::all_of(config.findings,
                             [](const auto& finding) { return finding.code == "OCT-3001"; });
}

TEST_F(Folder, TheDemonstrationIsCleanAndStarts) {
  fs::copy(OCTROI_SOURCE_DIR "/docs/examples/demo", root_, fs::copy_options::recursive);
  const ConfigFolder before = LoadConfig(root_.string(), StillClock());
  EXPECT_EQ(Errors(before), Strings());
  EXPECT_FALSE(Compile(before)) << "started without keys";

  const auto created = CreateMissingKeys(before);
  ASSERT_TRUE(created) << created.error().detail;
  EXPECT_EQ(created->size(), 7u);
  const ConfigFolder config = LoadConfig(root_.string(), StillClock());
  EXPECT_TRUE(Clean(config)) << Render(config, Language::kEnglish, false);
  const auto plan = Compile(config);
  ASSERT_TRUE(plan) << plan.error().detail;
  EXPECT_EQ((*plan)->destinations.size(), 3u);
  EXPECT_TRUE(CreateMissingKeys(config)->empty()) << "what exists is not touched";
}

TEST_F(Folder, InitWritesACleanFolderThatStarts) {
  for (const Language language : {Language::kFrench, Language::kEnglish}) {
    const fs::path folder = root_ / (language == Language::kFrench ? "fr" : "en");
    const auto made = InitFolder(folder.string(), language);
    ASSERT_TRUE(made) << made.error().detail;
    const ConfigFolder config = LoadConfig(folder.string(), StillClock());
    EXPECT_TRUE(Clean(config)) << Render(config, Language::kEnglish, false);
    EXPECT_EQ(config.settings.language, language);
    const auto plan = Compile(config);
    ASSERT_TRUE(plan) << plan.error().detail;
    EXPECT_FALSE(InitFolder(folder.string(), language)) << "a folder that is not empty";

    struct stat info {};
    ASSERT_EQ(::stat((folder / "keys/pseudonym.key").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0400u);
    const std::string gateway = ReadTree(folder.string())["gateway.yaml"];
    EXPECT_EQ(gateway.find("La passerelle elle-même") != std::string::npos,
              language == Language::kFrench);
    EXPECT_EQ(gateway.find("The gateway itself") != std::string::npos,
              language == Language::kEnglish);
    EXPECT_EQ(gateway.find("#fr"), std::string::npos);
    EXPECT_EQ(gateway.find("{language}"), std::string::npos);
  }
}

TEST_F(Folder, SecretsAreCheckedWhenTheyAreThere) {
  ASSERT_TRUE(InitFolder((root_ / "c").string(), Language::kEnglish));
  const std::string folder = (root_ / "c").string();
  const fs::path secret = root_ / "c/keys/site-web.secret",
                 outgoing = root_ / "c/keys/emailing.secret";
  const auto write = [](const fs::path& path, const char* text) {
    fs::remove(path);
    std::ofstream(path) << text;
    ::chmod(path.c_str(), 0400);
  };
  ::chmod(secret.c_str(), 0444);
  EXPECT_EQ(Errors(LoadConfig(folder, StillClock())),
            Strings{"sources/site-web.yaml:11:49 OCT-1330"});
  write(secret, "not a secret file\n");
  EXPECT_EQ(Errors(LoadConfig(folder, StillClock())),
            Strings{"sources/site-web.yaml:11:49 OCT-1331"});
  write(secret, crypto::SecretFileText("key", true).c_str());
  EXPECT_EQ(Errors(LoadConfig(folder, StillClock())), Strings());
  write(outgoing, crypto::SecretFileText("key", true).c_str());
  EXPECT_EQ(Errors(LoadConfig(folder, StillClock())),
            Strings{"destinations/emailing.yaml:25:51 OCT-1331"})
      << "a destination is presented the secret itself";
  ::chmod((root_ / "c/keys/pseudonym.key").c_str(), 0440);
  EXPECT_EQ(Errors(LoadConfig(folder, StillClock())).size(), 2u);
  fs::remove(secret);
  const auto warnings = Codes(LoadConfig(folder, StillClock()), ConfigFinding::Level::kWarning);
  EXPECT_EQ(warnings, Strings{"OCT-2101"});
}

TEST_F(Folder, AFolderThatIsNotThereAndFilesThatAreNoConfig) {
  EXPECT_EQ(
      Codes(LoadConfig((root_ / "none").string(), StillClock()), ConfigFinding::Level::kError),
      (Strings{"OCT-1001", "OCT-1202"}));
  ASSERT_TRUE(InitFolder((root_ / "c").string(), Language::kEnglish));
  fs::create_directories(root_ / "c/contract");
  fs::create_directories(root_ / "c/.git/x");
  std::ofstream(root_ / "c/contract/x.yaml") << "a: 1\n";
  std::ofstream(root_ / "c/.git/x/y.yaml") << "a: [\n";
  std::ofstream(root_ / "c/README.md") << "# hello\n";
  EXPECT_EQ(Errors(LoadConfig((root_ / "c").string(), StillClock())),
            Strings{"contract/x.yaml:0:0 OCT-1017"});
}

TEST(Archive, GoesThereAndBack) {
  const ConfigFolder config = Load(GoodFolder());
  const auto files = ReadArchive(config.Archive());
  ASSERT_TRUE(files);
  EXPECT_EQ(*files, config.files);
  const ConfigFolder again = LoadConfig(*files, "/nowhere", StillClock());
  EXPECT_EQ(again.Digest(), config.Digest());
  EXPECT_EQ(config.Digest().size(), 32u);
  EXPECT_TRUE(again.ok());
  std::string damaged = config.Archive();
  damaged.pop_back();
  EXPECT_FALSE(ReadArchive(damaged));
  EXPECT_FALSE(ReadArchive("something else"));
  Files other = GoodFolder();
  other["gateway.yaml"] += "# a word\n";
  EXPECT_NE(Load(other).Digest(), config.Digest());
}

}  // namespace
}  // namespace octroi::gateway
