#include "gateway/change/difference.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "gateway/change/statement.h"
#include "gateway/config/checks.h"
#include "gateway/config/findings.h"
#include "gateway/config/world.h"

namespace octroi::gateway::change {
namespace {

using config::Document;
using config::Node;
using config::World;

constexpr std::size_t kFlowBytesMax = 4'000;
constexpr std::string_view kDpo = "dpo";
constexpr std::string_view kKeys[] = {"id", "contract", "event", "field", "name", "read"};

void AppendFlow(const Node& node, std::string& out) {
  if (node.IsMap()) {
    out += "{ ";
    for (const Node::Member& member : node.members) {
      if (&member != &node.members.front()) out += ", ";
      out += member.key + ": ";
      AppendFlow(member.value, out);
    }
    out += " }";
  } else if (node.IsList()) {
    out += "[";
    for (const Node& item : node.items) {
      if (&item != &node.items.front()) out += ", ";
      AppendFlow(item, out);
    }
    out += "]";
  } else if (node.kind == Node::Kind::kString) {
    base::AppendJsonString(node.text, out);
  } else {
    out += node.kind == Node::Kind::kNull ? "null" : node.text;
  }
}

std::string Flow(const Node* node) {
  std::string out;
  if (!node) return out;
  AppendFlow(*node, out);
  if (out.size() <= kFlowBytesMax) return out;
  std::size_t cut = kFlowBytesMax;
  while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xc0) == 0x80) --cut;
  // Two that differ beyond the cut must not look the same to who signs one of them.
  return out.substr(0, cut) + "… sha256 " + DigestHex(out).substr(0, 12);
}

bool Same(const Node& a, const Node& b) {
  if (a.kind != b.kind || a.text != b.text || a.items.size() != b.items.size() ||
      a.members.size() != b.members.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    if (!Same(a.items[i], b.items[i])) return false;
  }
  return std::ranges::all_of(a.members, [&](const Node::Member& member) {
    const Node* other = b.Find(member.key);
    return other && Same(member.value, *other);
  });
}

// The member by which the entries of both lists are told apart; empty: none serves.
std::string_view KeyOf(const Node& a, const Node& b) {
  for (const std::string_view key : kKeys) {
    std::set<std::string> seen_a, seen_b;
    const auto tells_apart = [&](const Node& list, std::set<std::string>& seen) {
      return std::ranges::all_of(list.items, [&](const Node& item) {
        return item.FindString(key) && seen.insert(item.FindString(key)->text).second;
      });
    };
    if (tells_apart(a, seen_a) && tells_apart(b, seen_b)) return key;
  }
  return {};
}

class Walk {
 public:
  explicit Walk(std::vector<Item>& items) : items_(items) {}

  void Compare(const std::string& path, const Node* before, const Node* after) {
    if (before && after && Same(*before, *after)) return;
    if (before && after && before->IsMap() && after->IsMap()) return Maps(path, *before, *after);
    if (before && after && before->IsList() && after->IsList() && !before->items.empty() &&
        !after->items.empty() && before->items[0].IsMap() && after->items[0].IsMap()) {
      return Lists(path, *before, *after);
    }
    items_.push_back({path, Flow(before), Flow(after)});
  }

 private:
  static std::string Below(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + "." + key;
  }

  void Maps(const std::string& path, const Node& before, const Node& after) {
    for (const Node::Member& member : before.members)
      Compare(Below(path, member.key), &member.value, after.Find(member.key));
    for (const Node::Member& member : after.members) {
      if (!before.Find(member.key)) Compare(Below(path, member.key), nullptr, &member.value);
    }
  }

  void Lists(const std::string& path, const Node& before, const Node& after) {
    const std::string_view key = KeyOf(before, after);
    if (key.empty()) return Unkeyed(path, before, after);
    std::vector<std::string> order_before, order_after;
    const auto find = [&](const Node& list, const std::string& name) -> const Node* {
      for (const Node& item : list.items) {
        if (item.Text(key) == name) return &item;
      }
      return nullptr;
    };
    for (const Node& item : before.items) {
      const std::string name(item.Text(key));
      const Node* other = find(after, name);
      if (other) order_before.push_back(name);
      Compare(path + "[" + name + "]", &item, other);
    }
    for (const Node& item : after.items) {
      const std::string name(item.Text(key));
      if (find(before, name)) {
        order_after.push_back(name);
      } else {
        Compare(path + "[" + name + "]", nullptr, &item);
      }
    }
    if (order_before != order_after)
      items_.push_back({path, Join(order_before), Join(order_after)});
  }

  // Entries that nothing names: those that stand in both are the same; of the rest the first was
  // changed into the first, where as many went as came.
  void Unkeyed(const std::string& path, const Node& before, const Node& after) {
    std::vector<std::pair<std::size_t, const Node*>> gone, come;
    std::vector<std::size_t> kept;  // places in `after` of what stands in both, in their old order
    std::vector<bool> taken(after.items.size());
    for (std::size_t i = 0; i < before.items.size(); ++i) {
      std::size_t same = 0;
      while (same < taken.size() && (taken[same] || !Same(before.items[i], after.items[same])))
        ++same;
      if (same == taken.size()) {
        gone.emplace_back(i, &before.items[i]);
      } else {
        taken[same] = true;
        kept.push_back(same);
      }
    }
    for (std::size_t i = 0; i < taken.size(); ++i) {
      if (!taken[i]) come.emplace_back(i, &after.items[i]);
    }
    const bool changed = gone.size() == come.size();
    for (std::size_t i = 0; i < gone.size(); ++i)
      Compare(At(path, gone[i].first), gone[i].second, changed ? come[i].second : nullptr);
    if (!changed) {
      for (const auto& [place, node] : come) Compare(At(path, place), nullptr, node);
    }
    if (!std::ranges::is_sorted(kept)) items_.push_back({path, Flow(&before), Flow(&after)});
  }

  static std::string At(const std::string& path, std::size_t place) {
    return path + "[" + std::to_string(place) + "]";
  }
  static std::string Join(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
  }

  std::vector<Item>& items_;
};

void AddApprovers(const Document* document, std::set<std::string>& roles) {
  const Node* owner = document ? document->root.Find("owner") : nullptr;
  if (!owner) return;
  for (const Node& role : owner->List("approvers")) roles.insert(role.text);
}

bool HasDpo(const ConfigFolder& folder) {
  return std::ranges::any_of(ApproversOf(folder),
                             [](const Approver& approver) { return approver.role == kDpo; });
}

World Read(const ConfigFolder& folder) {
  config::Findings ignored;
  return World::Read(folder.files, ignored);
}

std::map<std::string, const Document*> DocumentsOf(const World& world) {
  std::map<std::string, const Document*> documents;  // by kind and id, whatever the file is called
  for (const std::string_view kind :
       {"Gateway", "Dictionary", "Purpose", "Notice", "Source", "Contract", "Policy", "Pseudonym",
        "Destination", "List", "Test", "Canary"}) {
    for (const Document* document : world.Of(kind)) {
      // The id alone would hide a second file that claims the same one.
      std::string name = std::string(kind) + " " + document->id;
      if (kind == "Gateway") name = "Gateway";
      if (!documents.emplace(name, document).second)
        documents.emplace(name + " " + document->file, document);
    }
  }
  return documents;
}

// Data of lists and templates: who names them answers for them.
void AddNaming(const World& world, const std::string& file, std::set<std::string>& roles) {
  for (const Document* list : world.Of("List")) {
    const Node* named = list->root.FindPath({"from", "file"});
    if (named && named->text == file) AddApprovers(list, roles);
  }
  for (const Document* destination : world.Of("Destination")) {
    const Node* named = config::TemplatePath(*destination);
    if (named && named->text == file) AddApprovers(destination, roles);
  }
}

std::size_t Lines(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n')) +
         (!text.empty() && text.back() != '\n');
}

std::string LinesText(const ConfigFolder& folder, const std::string& file) {
  const auto found = folder.files.find(file);
  if (found == folder.files.end()) return "";
  return std::to_string(Lines(found->second)) + " lines, sha256 " +
         DigestHex(found->second).substr(0, 12);
}

}  // namespace

Difference Compare(const ConfigFolder& before, const ConfigFolder& after) {
  const World world_before = Read(before), world_after = Read(after);
  const auto old_documents = DocumentsOf(world_before), new_documents = DocumentsOf(world_after);
  Difference difference;
  std::set<std::string> read, all_roles;
  const auto add = [&](FileChange change, std::set<std::string> roles) {
    change.approvals.assign(roles.begin(), roles.end());
    all_roles.merge(roles);
    difference.removed += change.what == FileChange::What::kRemoved;
    difference.files.push_back(std::move(change));
  };
  const auto document = [&](const Document* was, const Document* is) {
    FileChange change;
    change.file = is ? is->file : was->file;
    change.kind = is ? is->kind : was->kind;
    change.id = is ? is->id : was->id;
    if (was && is) Walk(change.items).Compare("", &was->root, &is->root);
    if (was && is && change.items.empty()) return;
    if (!was) change.items.push_back({"", "", Flow(&is->root)});
    change.what = !was  ? FileChange::What::kAdded
                  : !is ? FileChange::What::kRemoved
                        : FileChange::What::kChanged;
    std::set<std::string> roles;
    AddApprovers(was, roles);
    AddApprovers(is, roles);
    // Who may approve, and who may see people behind tokens: nobody gives himself a role.
    const auto about_approvers = [](const Item& item) {
      return item.path.starts_with("approvers") || item.path.starts_with("access");
    };
    if (change.kind == "Gateway" && std::ranges::any_of(change.items, about_approvers)) {
      for (const Approver& approver : ApproversOf(before)) roles.insert(approver.role);
    }
    // Observing consent is the DPO's to allow, whoever answers for gateway.yaml.
    const auto about_pilot = [](const Item& item) { return item.path.starts_with("observe"); };
    if (change.kind == "Gateway" && std::ranges::any_of(change.items, about_pilot) &&
        HasDpo(before))
      roles.insert(std::string(kDpo));
    add(std::move(change), std::move(roles));
  };
  for (const auto& [name, was] : old_documents) {
    read.insert(was->file);
    const auto is = new_documents.find(name);
    document(was, is == new_documents.end() ? nullptr : is->second);
  }
  for (const auto& [name, is] : new_documents) {
    read.insert(is->file);
    if (!old_documents.contains(name)) document(nullptr, is);
  }
  std::set<std::string> others;
  for (const ConfigFolder* folder : {&before, &after}) {
    for (const auto& [file, bytes] : folder->files) {
      if (!read.contains(file)) others.insert(file);
    }
  }
  for (const std::string& file : others) {
    const auto was = before.files.find(file), is = after.files.find(file);
    const bool had = was != before.files.end(), has = is != after.files.end();
    if (had && has && was->second == is->second) continue;
    FileChange change;
    change.file = file;
    change.what = !had   ? FileChange::What::kAdded
                  : !has ? FileChange::What::kRemoved
                         : FileChange::What::kChanged;
    if (has) change.items.push_back({"", LinesText(before, file), LinesText(after, file)});
    std::set<std::string> roles;
    AddNaming(world_before, file, roles);
    AddNaming(world_after, file, roles);
    add(std::move(change), std::move(roles));
  }
  std::ranges::stable_sort(difference.files, {}, &FileChange::file);
  difference.approvals.assign(all_roles.begin(), all_roles.end());
  return difference;
}

std::vector<Approver> ApproversOf(const ConfigFolder& config) {
  const World world = Read(config);
  std::vector<Approver> approvers;
  if (!world.gateway()) return approvers;
  for (const Node::Member& member : world.gateway()->root.Map("approvers")) {
    approvers.push_back({member.key, std::string(member.value.Text("name")),
                         std::string(member.value.Text("key"))});
  }
  return approvers;
}

}  // namespace octroi::gateway::change
