// An edge on a loopback port with a handler that records.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include "gateway/edge.h"
#include "http_client.h"
#include "http_text.h"
#include "recording_handler.h"

namespace octroi::testing {

class EdgeTest : public ::testing::Test {
 protected:
  void TearDown() override { edge_.reset(); }  // before the members of a derived test

  void Start(gateway::Edge::Parts parts = {}) {
    parts.address = "127.0.0.1:0";
    parts.handler = &handler_;
    if (parts.clock == nullptr) parts.clock = &system_clock_;
    parts.metrics = &metrics_;
    parts.durable_through = [this] { return durable_.load(); };
    auto started = gateway::Edge::Start(std::move(parts));
    ASSERT_TRUE(started) << started.error().detail;
    edge_ = *std::move(started);
  }
  std::uint16_t port() const { return edge_->port(); }

  base::SystemClock system_clock_;
  base::Metrics metrics_;
  RecordingHandler handler_;
  std::atomic<std::uint64_t> durable_{0};
  std::unique_ptr<gateway::Edge> edge_;
};

}  // namespace octroi::testing
