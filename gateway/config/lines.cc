#include "gateway/config/lines.h"

#include "gateway/config/findings.h"
#include "gateway/config/world.h"

namespace octroi::gateway::config {
namespace {

Line Down(const Document& document, std::initializer_list<std::string_view> path) {
  const Node* node = &document.root;
  int line = document.root.KeyAt("id").line;
  for (const std::string_view key : path) {
    const Node* next = node->Find(key);
    if (next == nullptr) break;
    line = node->KeyAt(key).line;
    node = next;
  }
  return {document.file, line};
}

}  // namespace

Lines::Lines(const ConfigFolder& config) {
  Findings findings;
  world_ = std::make_unique<World>(World::Read(config.files, findings));
}
Lines::~Lines() = default;

Line Lines::Of(std::string_view kind, std::string_view id,
               std::initializer_list<std::string_view> path) const {
  const Document* document = world_->Find(kind, id);
  return document ? Down(*document, path) : Line{};
}

Line Lines::OfGateway(std::initializer_list<std::string_view> path) const {
  return world_->gateway() ? Down(*world_->gateway(), path) : Line{};
}

Line Lines::OfRule(std::string_view contract, std::string_view rule) const {
  const Document* document = world_->Find("Contract", contract);
  if (!document) return {};
  for (const Node& one : document->root.List("rules")) {
    if (one.Text("id") == rule) return {document->file, one.at.line};
  }
  return Down(*document, {"rules"});
}

}  // namespace octroi::gateway::config
