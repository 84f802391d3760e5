// What a process may use, in the words of both kinds of control groups.
#include "base/memory_limit.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace octroi::base {
namespace {

struct Row {
  const char* name;
  std::string groups;
  std::map<std::string, std::string> limits;  // by file under /sys/fs/cgroup
  std::uint64_t bytes;                        // 0: what the machine has
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class MemoryLimitTest : public ::testing::TestWithParam<Row> {};

TEST_P(MemoryLimitTest, IsTheLeastThatAnybodySays) {
  const Row& row = GetParam();
  const std::string root = ::testing::TempDir() + "/memory-limit-" + row.name;
  std::filesystem::remove_all(root);
  const auto put = [&](const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(root + path).parent_path());
    std::ofstream(root + path) << text << "\n";
  };
  put("/proc/self/cgroup", row.groups);
  for (const auto& [file, text] : row.limits) put("/sys/fs/cgroup" + file, text);
  EXPECT_EQ(MemoryLimit(root), row.bytes == 0 ? MemoryLimit(root + "/nowhere") : row.bytes);
  EXPECT_GT(MemoryLimit(root + "/nowhere"), 100'000'000u);
  std::filesystem::remove_all(root);
}

INSTANTIATE_TEST_SUITE_P(
    Groups, MemoryLimitTest,
    ::testing::Values(
        Row{"V2", "0::/octroi.service", {{"/octroi.service/memory.max", "1048576"}}, 1'048'576},
        Row{"V2Unlimited", "0::/octroi.service", {{"/octroi.service/memory.max", "max"}}, 0},
        Row{"V2InAContainer", "0::/", {{"/memory.max", "2097152"}}, 2'097'152},
        Row{"V2LimitedAbove",
            "0::/a/b/c",
            {{"/a/memory.max", "1048576"},
             {"/a/b/memory.max", "max"},
             {"/a/b/c/memory.max", "4194304"}},
            1'048'576},
        Row{"V1",
            "4:memory:/octroi\n1:cpu:/\n0::/",
            {{"/memory/octroi/memory.limit_in_bytes", "1048576"}},
            1'048'576},
        Row{"V1WithOthers",
            "4:hugetlb,memory:/octroi",
            {{"/memory/octroi/memory.limit_in_bytes", "1048576"}},
            1'048'576},
        Row{"V1Unlimited",
            "4:memory:/octroi",
            {{"/memory/octroi/memory.limit_in_bytes", "9223372036854771712"}},
            0},
        Row{"V1Root", "4:memory:/", {{"/memory/memory.limit_in_bytes", "1048576"}}, 1'048'576},
        Row{"NoNumber", "0::/x", {{"/x/memory.max", ""}}, 0}, Row{"NoGroups", "", {}, 0},
        Row{"NotALine", "memory", {}, 0}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace octroi::base
