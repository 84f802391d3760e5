// A disk in memory that can fail at any operation and lose what was not synced, as a power cut
// does. Safe from any thread.
#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/disk.h"

namespace octroi::testing {

class MemoryDisk final : public base::Disk {
 public:
  // After this many more changing operations every one fails with kUnavailable: the moment of the
  // crash.
  void FailAfter(std::int64_t operations) {
    const std::lock_guard lock(mutex_);
    left_ = operations;
  }
  // From now on, growing or making files fails, as on a full disk; overwriting works.
  void SetFull(bool full) {
    const std::lock_guard lock(mutex_);
    full_ = full;
  }

  // The power cut: each sector written since its last sync survives or not by the seed, and so does
  // each name made since its folder's last sync. Then the disk works again.
  void Crash(std::uint64_t seed) {
    const std::lock_guard lock(mutex_);
    std::mt19937_64 random(seed);
    for (auto& [path, node] : names_) {
      for (const std::size_t sector : node->unsynced) {
        if (random() % 2 == 0) continue;
        const std::size_t at = sector * kSector;
        const std::size_t end = std::min(node->bytes.size(), at + kSector);
        for (std::size_t i = at; i < end; ++i)
          node->bytes[i] = i < node->synced.size() ? node->synced[i] : '\0';
      }
      node->synced = node->bytes;
      node->unsynced.clear();
    }
    if (random() % 2 == 0) names_ = synced_names_;
    synced_names_ = names_;
    left_ = -1;
    full_ = false;
  }
  std::string& Bytes(const std::string& path) { return names_.at(path)->bytes; }  // for tampering
  bool Has(const std::string& path) const { return names_.count(path) > 0; }

  base::Result<std::unique_ptr<base::File>> Open(const std::string& path,
                                                 base::OpenMode mode) override {
    const std::lock_guard lock(mutex_);
    const auto found = names_.find(path);
    if (mode == base::OpenMode::kCreateNew) {
      if (found != names_.end())
        return base::Error{base::ErrorCode::kInvalid, "test.disk", "exists"};
      if (auto ok = Change(true); !ok) return ok.error();
      names_[path] = std::make_shared<Node>();
      return std::unique_ptr<base::File>(new MemoryFile(*this, names_[path]));
    }
    if (found == names_.end())
      return base::Error{base::ErrorCode::kInvalid, "test.disk", "no such file"};
    return std::unique_ptr<base::File>(new MemoryFile(*this, found->second));
  }
  base::Result<std::vector<std::string>> List(const std::string& folder) override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> found;
    for (const auto& [path, node] : names_) {
      if (path.starts_with(folder + "/")) found.push_back(path.substr(folder.size() + 1));
    }
    return found;
  }
  base::Status MakeFolder(const std::string&) override { return base::Ok(); }
  base::Status Rename(const std::string& from, const std::string& to) override {
    const std::lock_guard lock(mutex_);
    if (auto ok = Change(false); !ok) return ok;
    names_[to] = names_.at(from);
    names_.erase(from);
    return base::Ok();
  }
  base::Status Remove(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    if (!names_.count(path))
      return base::Error{base::ErrorCode::kInvalid, "test.disk", "no such file"};
    if (auto ok = Change(false); !ok) return ok;
    names_.erase(path);
    return base::Ok();
  }
  base::Status SyncFolder(const std::string&) override {
    const std::lock_guard lock(mutex_);
    if (auto ok = Change(false); !ok) return ok;
    synced_names_ = names_;
    return base::Ok();
  }
  base::Result<std::uint64_t> FreeBytes(const std::string&) override {
    const std::lock_guard lock(mutex_);
    return full_ ? std::uint64_t{0} : std::uint64_t{1} << 40;
  }
  std::size_t allocated() const {  // how often Allocate made room
    const std::lock_guard lock(mutex_);
    return allocated_;
  }

 private:
  static constexpr std::size_t kSector = 512;
  struct Node {
    std::string bytes, synced;
    std::set<std::size_t> unsynced;
  };
  class MemoryFile final : public base::File {
   public:
    MemoryFile(MemoryDisk& disk, std::shared_ptr<Node> node)
        : disk_(disk), node_(std::move(node)) {}
    base::Status WriteAt(std::uint64_t offset, std::string_view bytes) override {
      const std::lock_guard lock(disk_.mutex_);
      if (auto ok = disk_.Change(offset + bytes.size() > node_->bytes.size()); !ok) return ok;
      if (node_->bytes.size() < offset + bytes.size())
        node_->bytes.resize(offset + bytes.size(), '\0');
      std::memcpy(node_->bytes.data() + offset, bytes.data(), bytes.size());
      for (std::size_t s = offset / kSector; s <= (offset + bytes.size() - 1) / kSector; ++s)
        node_->unsynced.insert(s);
      return base::Ok();
    }
    base::Result<std::size_t> ReadAt(std::uint64_t offset, std::span<char> into) const override {
      const std::lock_guard lock(disk_.mutex_);
      if (offset >= node_->bytes.size()) return std::size_t{0};
      const std::size_t size = std::min(into.size(), node_->bytes.size() - offset);
      std::memcpy(into.data(), node_->bytes.data() + offset, size);
      return size;
    }
    base::Status SyncData() override {
      const std::lock_guard lock(disk_.mutex_);
      if (auto ok = disk_.Change(false); !ok) return ok;
      node_->synced = node_->bytes;
      node_->unsynced.clear();
      return base::Ok();
    }
    base::Status Allocate(std::uint64_t size) override {
      const std::lock_guard lock(disk_.mutex_);
      if (auto ok = disk_.Change(size > node_->bytes.size()); !ok) return ok;
      if (node_->bytes.size() < size) node_->bytes.resize(size, '\0');
      ++disk_.allocated_;
      return base::Ok();
    }
    base::Status Truncate(std::uint64_t size) override {
      const std::lock_guard lock(disk_.mutex_);
      node_->bytes.resize(size, '\0');
      return base::Ok();
    }
    base::Result<std::uint64_t> Size() const override {
      const std::lock_guard lock(disk_.mutex_);
      return node_->bytes.size();
    }

   private:
    MemoryDisk& disk_;
    std::shared_ptr<Node> node_;
  };

  base::Status Change(bool grows) {
    if (left_ == 0)
      return base::Error{base::ErrorCode::kUnavailable, "test.disk", "failed on purpose"};
    if (grows && full_) return base::Error{base::ErrorCode::kUnavailable, "test.disk", "no space"};
    if (left_ > 0) --left_;
    return base::Ok();
  }

  std::map<std::string, std::shared_ptr<Node>> names_, synced_names_;
  mutable std::mutex mutex_;
  std::int64_t left_ = -1;
  bool full_ = false;
  std::size_t allocated_ = 0;
};

}  // namespace octroi::testing
