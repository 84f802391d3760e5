// Pages: zeroed memory straight from the operating system, for the few big tables of the consent
// index.
#pragma once

#include <cstddef>

namespace octroi::policies {

inline constexpr std::size_t kHugePageBytes = 2 * 1024 * 1024;

// Starts at a huge page's border and asks for huge pages when it is at least one long, because a
// random read of a table of many megabytes otherwise misses the TLB each time. Memory is taken as
// it is touched.
class Pages {
 public:
  explicit Pages(std::size_t bytes);  // std::bad_alloc if there is none, as from new
  ~Pages();
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  void* data() const { return data_; }

  // Gives the memory back and keeps the addresses: whoever still reads here reads zeros, never
  // faults.
  void Discard();

 private:
  std::size_t bytes_;
  void* data_;
};

}  // namespace octroi::policies
