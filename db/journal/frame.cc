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
  static constexpr std::size_t kMost = 4096;
  static constexpr std::size_t kBytesMost = 16 * 1024 * 1024;  // of all frames at rest
  static constexpr std::size_t kBlockBytes = 64;
  using Block = std::array<std::byte, kBlockBytes>;

  std::mutex mutex;
  std::vector<std::unique_ptr<Frame>> frames;
  std::vector<std::unique_ptr<Block>> blocks;

  std::size_t bytes = 0;

  Shelf() {
    frames.reserve(kMost);
    blocks.reserve(kMost);
  }
  static std::size_t BytesOf(const Frame& frame) {
    return frame.records.capacity() + frame.payload.capacity();
  }
  std::unique_ptr<Frame> TakeFrame() {
    {
      const std::lock_guard lock(mutex);
      if (auto frame = Last(frames)) {
        bytes -= BytesOf(*frame);
        return frame;
      }
    }
    return std::make_unique<Frame>();
  }
  void Return(std::unique_ptr<Frame> frame) {
    frame->Clear();
    const std::lock_guard lock(mutex);
    if (frames.size() == kMost || bytes + BytesOf(*frame) > kBytesMost) return;
    bytes += BytesOf(*frame);
    frames.push_back(std::move(frame));
  }
  std::unique_ptr<Block> TakeBlock() {
    {
      const std::lock_guard lock(mutex);
      if (auto block = Last(blocks)) return block;
    }
    return std::make_unique<Block>();
  }
  void Return(std::unique_ptr<Block> block) {
    const std::lock_guard lock(mutex);
    if (blocks.size() < kMost) blocks.push_back(std::move(block));
  }

 private:
  template <class T>
  static std::unique_ptr<T> Last(std::vector<std::unique_ptr<T>>& of) {
    if (of.empty()) return nullptr;
    std::unique_ptr<T> last = std::move(of.back());
    of.pop_back();
    return last;
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
    static_assert(sizeof(T) <= Shelf::kBlockBytes);
    return reinterpret_cast<T*>(shelf->TakeBlock().release());
  }
  void deallocate(T* at, std::size_t) {
    shelf->Return(std::unique_ptr<Shelf::Block>(reinterpret_cast<Shelf::Block*>(at)));
  }
};

FramePool::FramePool() : shelf_(std::make_shared<Shelf>()) {}

FramePtr FramePool::Take() {
  const auto put_back = [shelf = shelf_](Frame* done) {
    shelf->Return(std::unique_ptr<Frame>(done));
  };
  return FramePtr(shelf_->TakeFrame().release(), put_back, BlockAllocator<Frame>(shelf_));
}

}  // namespace octroi::journal
