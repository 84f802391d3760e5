#include "gateway/sender/resolver.h"

#include <Poco/Exception.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace octroi::gateway {
namespace {

// getaddrinfo has no deadline of its own, so it runs in a thread that may outlive the caller's
// patience; the system's resolver gives up by itself, and a sender asks for one name at a time.
struct Lookup {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  std::vector<std::string> addresses;
};

void Run(const std::shared_ptr<Lookup>& lookup, const std::string& host) {
  std::vector<std::string> addresses;
  try {
    const Poco::Net::HostEntry entry = Poco::Net::DNS::hostByName(host);
    for (const auto& address : entry.addresses()) addresses.push_back(address.toString());
  } catch (const std::exception&) {
    addresses.clear();
  }
  const std::lock_guard lock(lookup->mutex);
  lookup->addresses = std::move(addresses);
  lookup->done = true;
  lookup->changed.notify_all();
}

class SystemResolver final : public Resolver {
 public:
  base::Result<std::vector<std::string>> Resolve(const std::string& host,
                                                 base::Millis within) override {
    auto lookup = std::make_shared<Lookup>();
    std::thread([lookup, host] { Run(lookup, host); }).detach();
    std::unique_lock lock(lookup->mutex);
    if (!lookup->changed.wait_for(lock, std::chrono::milliseconds(within),
                                  [&] { return lookup->done; })) {
      return base::Error{base::ErrorCode::kTimeout, "sender.resolve", "no answer from DNS in time"};
    }
    if (lookup->addresses.empty()) {
      return base::Error{base::ErrorCode::kUnavailable, "sender.resolve",
                         "the host has no address"};
    }
    return std::move(lookup->addresses);
  }
};

}  // namespace

std::unique_ptr<Resolver> MakeSystemResolver() { return std::make_unique<SystemResolver>(); }

}  // namespace octroi::gateway
