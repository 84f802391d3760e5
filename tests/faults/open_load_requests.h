// The requests of open_load: whole, all of one size; only id and time differ between two of the
// same person. The people are those of the bench config (tests/bench/world.py).
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <random>
#include <string>
#include <vector>

namespace octroi::testing {

class Requests {
 public:
  Requests(const std::string& path, const std::string& auth) {
    for (std::size_t person = 1; person <= kPeople; ++person) {
      const std::string who = std::to_string(person), four = std::string(4 - who.size(), '0') + who;
      std::string event = R"({"event":"bench.viewed","message_id":")" +
                          std::string(kIdDigits, '0') +
                          R"(","sent_at":"2026-01-01T00:00:00.000Z","traits":{"email":"person)" +
                          who + R"(@example.org","phone":"+3361234)" + four + R"("},"userId":"u-)" +
                          who + R"(","context":{"campaign":{"name":"rentree-2026"},)" +
                          R"("country":"FR","locale":"fr-FR","page":{"title":"Boutique",)" +
                          R"("url":"https://www.example.org/produits/42"}},"properties":{)" +
                          R"("product":"42","category":"jardin","price":19.9,"quantity":2,)" +
                          R"("currency":"EUR","pad":")";
      event += std::string(kEventBytes - event.size() - 3, 'x') + "\"}}";
      requests_.push_back(
          "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + auth +
          "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(event.size()) +
          "\r\n\r\n" + event);
    }
    id_at_ = requests_[0].find(R"("message_id":")") + std::strlen(R"("message_id":")");
    time_at_ = requests_[0].find("2026-01-01T");
  }

  void AppendNext(std::string& out) {
    std::string& request = requests_[++number_ % kPeople];
    char id[kIdDigits + 1];
    std::snprintf(id, sizeof id, "%08x%08x", seed_, static_cast<unsigned>(number_));
    std::memcpy(request.data() + id_at_, id, kIdDigits);
    if (const std::time_t now = std::time(nullptr); now != second_) {
      second_ = now;
      std::tm utc{};
      gmtime_r(&now, &utc);
      std::strftime(time_, sizeof time_, "%Y-%m-%dT%H:%M:%S", &utc);
    }
    std::memcpy(request.data() + time_at_, time_, sizeof time_ - 1);
    out += request;
  }

 private:
  static constexpr std::size_t kPeople = 1'000, kEventBytes = 700, kIdDigits = 16;

  std::vector<std::string> requests_;
  std::size_t id_at_ = 0, time_at_ = 0;
  std::uint64_t number_ = 0;
  const unsigned seed_ = static_cast<unsigned>(std::random_device{}());
  std::time_t second_ = 0;
  char time_[sizeof "2026-01-01T00:00:00"] = {};
};

}  // namespace octroi::testing
