// Assets: the console's pages, put into the binary by embed.cmake from web/dist, as they are sent.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "gateway/config/schema.h"

namespace octroi::gateway::console {

using config::Embedded;
std::span<const Embedded> EmbeddedFiles();  // none: built without the console

struct Asset {
  std::string_view bytes, type;  // type: a literal
  std::string gzip, tag;         // tag: of the content, an ETag with its quotes
  bool lasts = false;            // its name says its content: never asked for again
};

class Assets {
 public:
  Assets();
  bool empty() const { return assets_.empty(); }
  // "/assets/index-Bx3.js"; a page of the console ("/", "/quality", ...) is index.html. Null: none.
  const Asset* Find(std::string_view path) const;

 private:
  std::map<std::string, Asset, std::less<>> assets_;
};

}  // namespace octroi::gateway::console
