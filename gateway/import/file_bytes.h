// The bytes inside a file, unpacked if it is gzip. Internal to import.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "gateway/import/text_file.h"

namespace octroi::gateway::import {

inline constexpr std::size_t kPieceBytes = 256 * 1024;

class TextFile::Bytes {
 public:
  Bytes(const base::File& file, bool gzip);
  ~Bytes();
  base::Result<std::string_view> Next();  // empty: the end
  // `visit` sees the file as it is, before it is unpacked. For its digest.
  void OnStored(std::function<void(std::string_view)> visit) { visit_ = std::move(visit); }
  std::uint64_t stored() const { return read_; }

 private:
  struct Unpacker;
  base::Result<std::string_view> Stored();
  base::Result<std::string_view> Unpacked();

  const base::File& file_;
  std::function<void(std::string_view)> visit_;
  std::vector<char> in_, out_;
  std::uint64_t read_ = 0, made_ = 0;
  std::unique_ptr<Unpacker> unpacker_;
  bool ended_ = false;
};

}  // namespace octroi::gateway::import
