// Templates: that each file is one, and names only what its destination receives.
#include <algorithm>
#include <set>

#include "gateway/config/checks.h"
#include "policies/pseudonymizer.h"
#include "policies/template.h"

namespace octroi::gateway::config {
namespace {

using policies::Template;
using policies::TemplateFault;
using policies::TemplateNode;
using Kind = TemplateNode::Kind;
using What = TemplateFault::What;

Position PositionAt(std::string_view text, std::size_t offset) {
  Position at{1, 1};
  for (const char c : text.substr(0, offset)) {
    if (c == '\n') {
      at = {at.line + 1, 1};
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
      ++at.column;
    }
  }
  return at;
}

// What a directive takes, for who gave it something else.
Say Takes(std::string_view directive) {
  if (directive == "$field") {
    return {"{\"$field\":\"email\"}, avec \"as\":\"string\" ou \"number\" au besoin",
            "{\"$field\":\"email\"}, with \"as\":\"string\" or \"number\" if needed"};
  }
  if (directive == "$date") {
    return "{\"$date\":\"occurred_at\",\"as\":\"unix_s|unix_ms|unix_us|rfc3339|date\"}";
  }
  if (directive == "$first") {
    return {"une liste de $field et de $date, une constante à la fin au besoin",
            "a list of $field and $date, with a constant at its end if needed"};
  }
  if (directive == "$event") {
    return {"true, ou {\"order.line\":\"purchase\"} : une constante par événement",
            "true, or {\"order.line\":\"purchase\"}: a constant for each event"};
  }
  if (directive == "$each") {
    return {"un seul par gabarit", "only one in a template"};
  }
  return "{\"" + std::string(directive) + "\":true}";
}

// One destination and its template.
class TemplateCheck {
 public:
  TemplateCheck(const World& world, const Document& destination, const Node& path,
                const std::string& text, Findings& findings)
      : world_(world), destination_(destination), path_(path), text_(text), findings_(findings) {}

  void Fault(const TemplateFault& fault) const {
    switch (fault.what) {
      case What::kNone:
        return;
      case What::kTooLarge:
        return Add(1336, 0, {Say{"plus de 64 KiB", "more than 64 KiB"}});
      case What::kJson:
        return Add(1336, fault.at, {fault.name});
      case What::kUnknown:
        return Add(1337, fault.at, {fault.name}, DidYouMean(fault.name, Template::Directives()));
      case What::kNotOne:
        return Add(1343, fault.at);
      case What::kOutside:
        return Add(1344, fault.at, {fault.name});
      default:
        const std::string name = fault.what == What::kEachTwice ? "$each" : fault.name;
        return Add(1338, fault.at, {name, Takes(name)});
    }
  }

  void Meaning(const Template& made) const {
    std::set<std::string> used;
    bool all = false, ids = false;
    made.ForEach([&](const TemplateNode& node) {
      all = all || node.kind == Kind::kFields;
      ids = ids || node.kind == Kind::kId;
      if (node.kind == Kind::kEvent) Events(node);
      if (node.kind != Kind::kField && node.kind != Kind::kDate) return;
      used.insert(node.text);
      Field(node);
    });
    if (const Node* deliver = destination_.root.Find("deliver")) Size(*deliver, made, ids);
    for (const Node& receives : destination_.root.List("receives")) {
      for (const Node::Member& field : receives.Map("fields")) {
        if (all || used.contains(field.key)) continue;
        findings_.Add(2112, destination_.file, field.key_at, {field.key, path_.text});
      }
    }
  }

 private:
  void Field(const TemplateNode& node) const {
    const std::vector<std::string> received = NamesReceived(destination_);
    bool replaced = node.text.ends_with(policies::kPreviousSuffix);
    for (const Node& receives : destination_.root.List("receives")) {
      for (const Node::Member& field : receives.Map("fields"))
        replaced = replaced || (field.key == node.text && !field.value.IsString());
    }
    if (std::ranges::find(received, node.text) == received.end()) {
      return Add(1339, node.at, {node.text, destination_.id}, DidYouMean(node.text, received));
    }
    const bool converted = node.kind == Kind::kDate || node.as == TemplateNode::As::kNumber;
    if (replaced && converted) Add(1340, node.at, {node.text});
  }

  // A file or table has an event a line, each known by its id; a request holds what `$each` says.
  void Size(const Node& deliver, const Template& made, bool ids) const {
    const Node* most = deliver.FindPath({"batch", "up_to"});
    if (deliver.Text("type") == "file" || deliver.Text("type") == "sql") {
      if (made.has_each()) Add(1349, 0);
      if (!ids) Add(1350, 0);
    } else if (!made.has_each() && most && most->number > 1) {
      findings_.Add(1341, destination_.file, most->at);
    }
  }

  void Events(const TemplateNode& node) const {
    std::set<std::string> contracts;
    for (const Node& receives : destination_.root.List("receives")) {
      contracts.emplace(receives.Text("contract"));
    }
    std::vector<std::string> known;
    for (const Document* source : world_.Of("Source")) {
      for (const Node& accepts : source->root.List("accepts")) {
        const bool ours = contracts.contains(std::string(accepts.Text("contract")));
        if (ours) known.emplace_back(accepts.Text("event"));
      }
    }
    for (std::size_t i = 0; i < node.names.size(); ++i) {
      if (std::ranges::find(known, node.names[i]) != known.end()) continue;
      Add(1342, node.items[i].at, {node.names[i]}, DidYouMean(node.names[i], known));
    }
  }

  void Add(int code, std::size_t offset, const std::vector<Say>& pieces = {},
           const Say& hint = {}) const {
    findings_.Add(code, path_.text, PositionAt(text_, offset), pieces, hint);
  }

  const World& world_;
  const Document& destination_;
  const Node& path_;
  const std::string& text_;
  Findings& findings_;
};

}  // namespace

std::vector<std::string> NamesReceived(const Document& destination) {
  std::vector<std::string> names;
  for (const Node& receives : destination.root.List("receives")) {
    for (const Node::Member& field : receives.Map("fields")) {
      names.push_back(field.key);
      if (destination.root.True("previous_tokens") && field.value.Find("pseudonym"))
        names.push_back(field.key + std::string(policies::kPreviousSuffix));
    }
  }
  return names;
}

const Node* TemplatePath(const Document& destination) {
  const Node* path = destination.root.FindPath({"format", "template"});
  return path && path->IsString() && IsTemplateFile(path->text) && IsInside(path->text) ? path
                                                                                        : nullptr;
}

void CheckTemplates(const World& world, const Files& files, Findings& findings) {
  std::set<std::string> reported;  // a file that is no template is so for all who use it
  for (const Document* destination : world.Of("Destination")) {
    const Node* path = TemplatePath(*destination);
    if (!path) continue;
    const auto file = files.find(path->text);
    if (file == files.end()) {
      findings.Add(1335, destination->file, path->at, {path->text});
      continue;
    }
    const TemplateCheck check(world, *destination, *path, file->second, findings);
    Template made;
    const TemplateFault fault = Template::Parse(file->second, made);
    if (fault.what == What::kNone) {
      check.Meaning(made);
    } else if (reported.insert(file->first).second) {
      check.Fault(fault);
    }
  }
}

}  // namespace octroi::gateway::config
