// Gunzip: one gzip member in, bounded bytes out. One per thread; the window is kept between bodies.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/edge/fault.h"

namespace octroi::gateway::edge {

class Gunzip {
 public:
  Gunzip();
  ~Gunzip();
  // Replaces `out`. kGzipInvalid: not gzip, damaged, cut short, or followed by anything.
  // kGzipTooLarge: more than kBodyInflatedBytesMax, or more than kInflateRatioMax times the input
  // once past 64 KiB.
  Fault Inflate(std::string_view gzip, std::string& out);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace octroi::gateway::edge
