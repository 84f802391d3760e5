// Lines: where a config says something, as file and line; what an explanation names.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/config.h"

namespace octroi::gateway::config {

class World;

struct Line {
  std::string file;  // empty: nowhere
  int line = 0;
};

// Of a folder that was valid once. One thread.
class Lines {
 public:
  explicit Lines(const ConfigFolder& config);
  ~Lines();

  // The line of the key at that path in the document of that kind and id ("Purpose",
  // "marketing.email"); of the nearest key above it that is there; of the document's id.
  Line Of(std::string_view kind, std::string_view id,
          std::initializer_list<std::string_view> path = {}) const;
  Line OfGateway(std::initializer_list<std::string_view> path) const;
  // Of a rule, by its id, in a contract ("lead@2").
  Line OfRule(std::string_view contract, std::string_view rule) const;

 private:
  std::unique_ptr<World> world_;
};

}  // namespace octroi::gateway::config
