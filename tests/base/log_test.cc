#include "base/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "base/text.h"

namespace octroi::base {
namespace {

// What was written to file descriptor 2 while it lived.
class StderrPipe {
 public:
  StderrPipe() : saved_(dup(STDERR_FILENO)) {
    if (pipe2(ends_, O_CLOEXEC) != 0) std::abort();
    dup2(ends_[1], STDERR_FILENO);
  }
  std::string Stop() {
    dup2(saved_, STDERR_FILENO);
    close(saved_);
    close(ends_[1]);
    std::string all;
    char part[4096];
    for (ssize_t got = 0; (got = read(ends_[0], part, sizeof part)) > 0;) {
      all.append(part, static_cast<std::size_t>(got));
    }
    close(ends_[0]);
    return all;
  }

 private:
  int saved_;
  int ends_[2] = {};
};

TEST(Log, OneJsonLine) {
  const std::string folder = "a \"quoted\"\nfolder";
  StderrPipe pipe;
  Log::Warn("disk.nearly_full", {{"folder", Id::OfConfig(folder)},
                                 {"reason", "disk.full"},
                                 {"bytes", std::int64_t{-3}},
                                 {"files", std::uint64_t{7}},
                                 {"percent", 91},
                                 {"sealed", true},
                                 {"torn", false}});
  const std::string text = pipe.Stop();
  ASSERT_EQ(text.find('\n'), text.size() - 1);
  const nlohmann::json line = nlohmann::json::parse(text);
  EXPECT_TRUE(ParseRfc3339(line["ts"].get<std::string>()));
  EXPECT_EQ(line["level"], "warn");
  EXPECT_EQ(line["msg"], "disk.nearly_full");
  EXPECT_EQ(line["folder"], folder);
  EXPECT_EQ(line["reason"], "disk.full") << "a literal is text";
  EXPECT_EQ(line["bytes"], -3);
  EXPECT_EQ(line["files"], 7);
  EXPECT_EQ(line["percent"], 91);
  EXPECT_EQ(line["sealed"], true);
  EXPECT_EQ(line["torn"], false);
  EXPECT_TRUE(text.starts_with("{\"ts\":\""));
}

TEST(Log, LevelsBelowTheSetOneAreSilent) {
  StderrPipe pipe;
  Log::Line(LogLevel::kDebug, "hidden");
  Log::SetLevel(LogLevel::kError);
  Log::Info("hidden");
  Log::Warn("hidden");
  Log::Error("seen");
  Log::SetLevel(LogLevel::kInfo);
  Log::Info("seen");
  const std::string text = pipe.Stop();
  EXPECT_EQ(text.find("hidden"), std::string::npos);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

TEST(Log, LinesOfSeveralThreadsDoNotMix) {
  StderrPipe pipe;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 50; ++i) Log::Info("line", {{"thread", t}, {"number", i}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string text = pipe.Stop();
  std::size_t lines = 0;
  for (std::size_t at = 0; at < text.size(); ++lines) {
    const std::size_t end = text.find('\n', at);
    ASSERT_NE(end, std::string::npos);
    ASSERT_TRUE(nlohmann::json::accept(text.substr(at, end - at)));
    at = end + 1;
  }
  EXPECT_EQ(lines, 200u);
}

}  // namespace
}  // namespace octroi::base
