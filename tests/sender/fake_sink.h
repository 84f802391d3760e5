// FakeSink: what stands where the outside world would be. Every attempt is recorded and answered by
// a script.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/sender.h"

namespace octroi::gateway {

struct Attempt {
  std::string destination, url, key, body;
  std::vector<std::uint64_t> numbers;  // of the events in it, in order
  Receipt receipt;
  std::size_t group = 0;  // those under way together have the same, from 1
};

inline Receipt Delivered() { return {Receipt::Kind::kDelivered, 200, {}}; }
inline Receipt TryLater(std::uint16_t status) { return {Receipt::Kind::kRetry, status, {}}; }
inline Receipt Refused(std::uint16_t status) { return {Receipt::Kind::kRefused, status, {}}; }

class FakeSink {
 public:
  // Called on the lane's thread, not under the sink's lock. Default: all is delivered.
  std::function<Receipt(const Attempt&)> script = [](const Attempt&) { return Delivered(); };

  std::size_t abreast = 1;  // what its senders have under way together, at most

  // Before the lane enters the gate; and inside, where the first byte would leave.
  std::function<void()> before_start;
  std::function<void(const std::vector<std::uint64_t>&)> inside;

  std::unique_ptr<Sender> MakeSender(const DestinationPlan& destination) {
    return std::make_unique<FakeSender>(*this, destination);
  }
  std::vector<Attempt> attempts() const {
    const std::lock_guard lock(mutex_);
    return attempts_;
  }
  void Forget() {
    const std::lock_guard lock(mutex_);
    attempts_.clear();
  }

 private:
  class FakeSender final : public Sender {
   public:
    FakeSender(FakeSink& sink, const DestinationPlan& destination)
        : sink_(sink), destination_(destination) {}

   private:
    Receipt DoSend(const policies::ProtectedBatch& batch, SendStart& start) override {
      const policies::ProtectedBatch* const one = &batch;
      Receipt receipt;
      DoSendAbreast({&one, 1}, start, {&receipt, 1});
      return receipt;
    }
    std::size_t abreast_max() const override { return sink_.abreast; }

    void DoSendAbreast(Batches batches, SendStart& start, std::span<Receipt> receipts) override {
      if (sink_.before_start) sink_.before_start();
      Starting starting(start);
      std::ranges::fill(receipts, Receipt{Receipt::Kind::kNotStarted, 0, {}});
      if (!starting) return;
      for (const auto* batch : batches) {
        if (sink_.inside) sink_.inside(NumbersIn(batch->body()));
      }
      starting.Started();
      const std::size_t group = ++sink_.groups_;
      for (std::size_t i = 0; i < batches.size(); ++i) {
        const policies::ProtectedBatch& batch = *batches[i];
        Attempt attempt{destination_.id,
                        destination_.url,
                        std::string(batch.idempotency_key()),
                        std::string(batch.body()),
                        NumbersIn(batch.body()),
                        {},
                        group};
        receipts[i] = attempt.receipt = sink_.script(attempt);
        const std::lock_guard lock(sink_.mutex_);
        sink_.attempts_.push_back(attempt);
      }
    }
    FakeSink& sink_;
    const DestinationPlan destination_;
  };

  static std::vector<std::uint64_t> NumbersIn(std::string_view body) {
    constexpr std::string_view kMember = "\"n\":";
    std::vector<std::uint64_t> numbers;
    for (std::size_t at = 0; (at = body.find(kMember, at)) != std::string_view::npos;) {
      at += kMember.size();
      numbers.push_back(std::stoull(std::string(body.substr(at, 20))));
    }
    return numbers;
  }

  mutable std::mutex mutex_;
  std::vector<Attempt> attempts_;
  std::atomic<std::size_t> groups_{0};
};

}  // namespace octroi::gateway
