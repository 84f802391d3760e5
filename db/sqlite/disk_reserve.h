// DiskReserve: bytes of the disk kept for consent events, as a file beside the database. When the
// disk is full the file goes, and what it held is there for a withdrawal. Whoever else writes to
// the store waits until the reserve is whole again. Not thread-safe: its owner holds a lock.
#pragma once

#include <cstdint>
#include <string>

namespace octroi::store_sqlite {

class DiskReserve {
 public:
  // Makes nothing yet. `bytes` 0: no reserve, and always whole.
  DiskReserve(std::string path, std::uint64_t bytes);

  // Whether the reserve is whole, made now if it can be: only where as much again stays free, so
  // that it is not made and given up in turns.
  bool Make();
  // True: there was one, and its bytes are free now.
  bool Release();

 private:
  std::string path_;
  std::uint64_t bytes_;
  bool whole_ = false;
};

}  // namespace octroi::store_sqlite
