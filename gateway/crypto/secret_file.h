// Files that hold secrets: read only when nobody else can, written once, wiped from memory.
// Internal to crypto.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace octroi::crypto {

// A string whose memory is wiped when it goes. Never grows: growing would leave copies behind.
class WipedString {
 public:
  explicit WipedString(std::string text) : text_(std::move(text)) {}
  WipedString(WipedString&& other) noexcept : text_(std::move(other.text_)) { other.Wipe(); }
  WipedString(const WipedString&) = delete;
  WipedString& operator=(const WipedString&) = delete;
  WipedString& operator=(WipedString&&) = delete;
  ~WipedString() { Wipe(); }
  std::string_view view() const { return text_; }

 private:
  void Wipe();
  std::string text_;
};

// The whole file, at most 64 KiB. kUnavailable: not readable, not a regular file, or readable by
// others (mode & 077); the detail names the file and what to do.
base::Result<WipedString> ReadSecretFile(const std::string& path);

// Creates `path` with mode 0400 and makes it durable, its name included. kInvalid if it exists: a
// key is never written over. What is left of a failed attempt is removed.
base::Status WriteSecretFile(const std::string& path, std::string_view text);

// The same over a file that is there, for the same owner: who reads it sees the old one or the new
// one.
base::Status ReplaceSecretFile(const std::string& path, std::string_view text);
// When the file was last written, by the wall clock; 0: it cannot be asked.
base::Millis SecretFileChanged(const std::string& path);

}  // namespace octroi::crypto
