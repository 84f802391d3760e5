#include <array>
#include <mutex>

#include "base/bytes.h"
#include "journal/journal.h"

namespace octroi::journal {

void Frame::AddEncoded(std::string_view record) {
  base::ByteWriter(records).Sized(record);
  ++count;
}

void Frame::AddPayload(std::uint32_t record_index, std::string_view item) {
  base::ByteWriter w(payload);
  w.Varint(record_index);
  w.Sized(item);
}

void Frame::Clear() {
  records.clear();
  payload.clear();
  count = 0;
  first_sequence = 0;
}

// Frames at rest, and the memory of their owners' counts.
struct FramePool::Shelf {
  static constexpr std::size_t kMost = 256;
  static constexpr std::size_t kFrameBytesMax = 1024 * 1024;  // larger ones are let go
  static constexpr std::size_t kBlockBytes = 64;
  using Block = std::array<std::byte, kBlockBytes>;

  std::mutex mutex;
  std::vector<std::unique_ptr<Frame>> frames;
  std::vector<std::unique_ptr<Block>> blocks;

  Shelf() {
    frames.reserve(kMost);
    blocks.reserve(kMost);
  }
  template <class T>
  std::unique_ptr<T> Take(std::vector<std::unique_ptr<T>>& from) {
    {
      const std::lock_guard lock(mutex);
      if (!from.empty()) {
        std::unique_ptr<T> taken = std::move(from.back());
        from.pop_back();
        return taken;
      }
    }
    return std::make_unique<T>();
  }
  template <class T>
  void Return(std::unique_ptr<T> done, std::vector<std::unique_ptr<T>>& to) {
    const std::lock_guard lock(mutex);
    if (to.size() < kMost) to.push_back(std::move(done));
  }
};

// For what std::shared_ptr allocates beside the frame: one small block of a size known before.
template <class T>
struct FramePool::BlockAllocator {
  using value_type = T;
  std::shared_ptr<Shelf> shelf;

  explicit BlockAllocator(std::shared_ptr<Shelf> from) : shelf(std::move(from)) {}
  template <class U>
  BlockAllocator(const BlockAllocator<U>& other) : shelf(other.shelf) {}  // NOLINT: it rebinds

  T* allocate(std::size_t) {
    static_assert(sizeof(T) <= Shelf::kBlockBytes && alignof(T) <= alignof(std::max_align_t));
    return reinterpret_cast<T*>(shelf->Take(shelf->blocks).release());
  }
  void deallocate(T* at, std::size_t) {
    shelf->Return(std::unique_ptr<Shelf::Block>(reinterpret_cast<Shelf::Block*>(at)),
                  shelf->blocks);
  }
};

FramePool::FramePool() : shelf_(std::make_shared<Shelf>()) {}

FramePtr FramePool::Take() {
  const auto put_back = [shelf = shelf_](Frame* done) {
    std::unique_ptr<Frame> frame(done);
    if (frame->records.capacity() + frame->payload.capacity() > Shelf::kFrameBytesMax) return;
    frame->Clear();
    shelf->Return(std::move(frame), shelf->frames);
  };
  return FramePtr(shelf_->Take(shelf_->frames).release(), put_back, BlockAllocator<Frame>(shelf_));
}

}  // namespace octroi::journal
