// The console's threads: no fault ends them or the gateway; what is watched is said when it is.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <new>
#include <nlohmann/json.hpp>
#include <thread>

#include "gateway/console/feed.h"
#include "gateway/console/worker.h"

namespace octroi::gateway::console {
namespace {

TEST(Worker, OutlivesWhatGoesWrong) {
  Worker worker;
  ASSERT_TRUE(worker.Do([] { throw std::bad_alloc(); }));
  std::promise<void> done;
  ASSERT_TRUE(worker.Do([&] { done.set_value(); }));
  done.get_future().wait();
}

TEST(Worker, DoesSomethingEachSecond) {
  std::promise<void> done;
  std::atomic<int> times{0};
  Worker worker([&] {
    if (++times == 2) done.set_value();
  });
  done.get_future().wait();
}

TEST(Feed, OutlivesAFaultAndBeginsAnew) {
  std::atomic<int> begun{0};
  Feed feed(
      [&](std::string_view, Live&) {
        ++begun;
        throw std::bad_alloc();
      },
      [] { return 1u; });
  while (begun < 2) {
    EXPECT_FALSE(feed.Since(0)["watching"]);
    std::this_thread::yield();
  }
}

TEST(Feed, SaysThatItWatchesWhenItDoes) {
  std::promise<void> asked;
  std::atomic<bool> begun{false};
  Feed feed(
      [&](std::string_view, Live& live) {
        begun = true;
        asked.get_future().wait();
        live.Put(R"({"watching":true})");
        while (!live.Done(1)) {
        }
      },
      [] { return 1u; });
  while (!begun) EXPECT_FALSE(feed.Since(0)["watching"]);
  EXPECT_FALSE(feed.Since(0)["watching"]) << "nobody is registered yet";
  asked.set_value();
  while (!feed.Since(0)["watching"]) std::this_thread::yield();
}

TEST(Feed, BeginsAnewUnderAnotherPlan) {
  std::atomic<std::uint32_t> plan{1}, watched{0};
  Feed feed(
      [&](std::string_view, Live& live) {
        watched = plan.load();
        live.Put(R"({"watching":true})");
        live.Put(R"({"id":"x.1","subject":"s_abc"})");
        while (!live.Done(1)) {
        }
      },
      [&] { return plan.load(); });
  feed.Since(0);
  while (feed.Since(0)["after"] != 1) std::this_thread::yield();
  plan = 2;
  while (watched != 2) std::this_thread::yield();
  while (feed.Since(0)["after"] != 2) std::this_thread::yield();
  EXPECT_FALSE(feed.Since(0)["lines"][0].contains("subject"));
}

}  // namespace
}  // namespace octroi::gateway::console
