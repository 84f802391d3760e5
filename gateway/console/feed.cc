#include "gateway/console/feed.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/log.h"
#include "base/thread_name.h"

namespace octroi::gateway::console {

using Json = nlohmann::ordered_json;

class Feed::Reader final : public Live {
 public:
  Reader(Feed& feed, std::uint32_t plan) : feed_(feed), plan_(plan) {}
  std::uint32_t uid() const override { return geteuid(); }

  bool Put(std::string_view line) override {
    Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return true;
    json.erase("subject");  // who watches the flow watches no person
    const std::lock_guard lock(feed_.mutex_);
    if (json.contains("watching")) feed_.watching_ = true;
    if (!json.contains("id")) return !feed_.stopping_;
    feed_.lines_.push_back(json.dump());
    ++feed_.newest_;
    if (feed_.lines_.size() > kFeedLines) feed_.lines_.pop_front();
    return !feed_.stopping_;
  }

  bool Done(int wait_ms) override {
    if (feed_.plan_() != plan_) return true;
    std::unique_lock lock(feed_.mutex_);
    feed_.stop_.wait_for(lock, std::chrono::milliseconds(wait_ms), [&] { return feed_.stopping_; });
    idle_ms_ = feed_.asked_ ? 0 : idle_ms_ + wait_ms;
    feed_.asked_ = false;
    return feed_.stopping_ || idle_ms_ > kFeedIdleMs;
  }

 private:
  Feed& feed_;
  const std::uint32_t plan_;
  int idle_ms_ = 0;
};

Feed::Feed(Watch watch, PlanNumber plan) : watch_(std::move(watch)), plan_(std::move(plan)) {}

Feed::~Feed() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Feed::Start() {  // with the lock held; what ran before has ended
  if (thread_.joinable()) thread_.join();
  try {
    thread_ = std::thread([this] { Run(); });
    running_ = true;
  } catch (const std::system_error&) {  // no thread to be had: the next call tries again
    base::Log::Error("console.fault");
  }
}

void Feed::Run() {
  base::NameThread("console-feed");
  std::uint32_t plan = 0;
  do {
    plan = plan_();
    try {
      Reader reader(*this, plan);
      watch_("{}", reader);
    } catch (const std::exception&) {  // it must not end the gateway
      base::Log::Error("console.fault");
    }
  } while (Again(plan));
}

// Whether it ended because another plan is in force; else nothing runs any more.
bool Feed::Again(std::uint32_t plan) {
  const bool another = plan_() != plan;
  const std::lock_guard lock(mutex_);
  watching_ = false;
  running_ = another && !stopping_;
  return running_;
}

Json Feed::Since(std::uint64_t after) {
  const std::lock_guard lock(mutex_);
  const bool watched = watching_;
  asked_ = true;
  if (!running_ && !stopping_) Start();
  Json lines = Json::array();
  const std::uint64_t oldest = newest_ - lines_.size();  // the number before the first
  const std::uint64_t from = after > newest_ ? oldest : std::max(after, oldest);
  for (std::uint64_t i = from; i < newest_; ++i) {
    Json line = Json::parse(lines_[static_cast<std::size_t>(i - oldest)]);
    line["n"] = i + 1;
    lines.push_back(std::move(line));
  }
  return {{"lines", std::move(lines)}, {"after", newest_}, {"watching", watched}};
}

}  // namespace octroi::gateway::console
