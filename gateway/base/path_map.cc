#include "base/path_map.h"

#include <algorithm>
#include <bit>
#include <map>
#include <random>

#include "base/path_tree.h"

namespace octroi::base {
namespace {

constexpr std::size_t kStepsMax = 8;

// The tree while it grows.
struct Branch {
  std::map<std::string, std::unique_ptr<Branch>, std::less<>> children;
  std::vector<PathTarget> targets;
};

Error BadPath(std::string_view path, std::string_view why) {
  return Error{ErrorCode::kInvalid, "path_map.compile",
               "path `" + std::string(path) + "` " + std::string(why)};
}

Status Plant(Branch& root, const PathMap::Entry& entry, std::uint32_t rank) {
  if (entry.slot >= kSlots) return BadPath(entry.path, "names a slot that does not exist");
  Branch* branch = &root;
  std::string_view rest = entry.path;
  for (std::size_t steps = 1;; ++steps) {
    const std::size_t dot = rest.find('.');
    const std::string_view step = rest.substr(0, dot);
    if (step.empty()) return BadPath(entry.path, "has an empty step");
    if (steps > kStepsMax) return BadPath(entry.path, "has more than 8 steps");
    std::unique_ptr<Branch>& child = branch->children[std::string(step)];
    if (child == nullptr) child = std::make_unique<Branch>();
    branch = child.get();
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  branch->targets.push_back({entry.slot, rank});
  return Ok();
}

void Flatten(const Branch& branch, std::uint32_t self, PathTree& tree) {
  PathNode node;
  node.targets = static_cast<std::uint32_t>(tree.targets.size());
  node.target_count = static_cast<std::uint32_t>(branch.targets.size());
  tree.targets.insert(tree.targets.end(), branch.targets.begin(), branch.targets.end());
  // At least one place stays empty, so that every search ends.
  const std::size_t size = std::bit_ceil(branch.children.size() * 2 + 1);
  node.children = static_cast<std::uint32_t>(tree.children.size());
  node.mask = static_cast<std::uint32_t>(size - 1);
  tree.children.resize(tree.children.size() + size);
  tree.nodes[self] = node;
  for (const auto& [name, child] : branch.children) {
    const auto index = static_cast<std::uint32_t>(tree.nodes.size());
    tree.nodes.emplace_back();
    const std::uint64_t hash = HashKey(name, tree.seed);
    std::uint64_t at = hash & node.mask;
    while (tree.children[node.children + at].node != 0) at = (at + 1) & node.mask;
    tree.children[node.children + at] = {hash, index, name};
    Flatten(*child, index, tree);
  }
}

}  // namespace

std::uint64_t KeySeed() {
  static const std::uint64_t seed = [] {
    std::random_device random;
    return (std::uint64_t{random()} << 32) | random();
  }();
  return seed;
}

PathMap::PathMap() : tree_(std::make_unique<Tree>()) {
  tree_->seed = KeySeed();
  tree_->nodes.resize(1);
  Flatten(Branch{}, 0, *tree_);
}
PathMap::~PathMap() = default;
PathMap::PathMap(PathMap&&) noexcept = default;
PathMap& PathMap::operator=(PathMap&&) noexcept = default;

Result<PathMap> PathMap::Compile(std::span<const Entry> entries) {
  Branch root;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (Status planted = Plant(root, entries[i], static_cast<std::uint32_t>(i)); !planted) {
      return planted.error();
    }
  }
  PathMap map;
  map.tree_->children.clear();
  Flatten(root, 0, *map.tree_);
  return map;
}

}  // namespace octroi::base
