// Target: a destination's URL, read strictly once, so that what was checked is what is connected
// to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace octroi::gateway {

struct Target {
  bool tls = false;
  std::string host;      // a name in lower case, or an IP without brackets
  bool literal = false;  // host is an IP
  std::uint16_t port = 0;
  std::string authority;  // what goes into Host
  std::string path;       // path and query; begins with '/'
};

// kInvalid: anything but http(s)://host[:port][/path][?query] in printable ASCII. A host that ends
// in a number must be an IP as inet_pton reads it: resolvers take "2130706433" and "0x7f.1" for
// addresses.
base::Result<Target> ParseTarget(std::string_view url);

}  // namespace octroi::gateway
