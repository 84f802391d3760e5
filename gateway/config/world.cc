#include "gateway/config/world.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "gateway/config/schema.h"
#include "gateway/config/yaml_reader.h"

namespace octroi::gateway::config {
namespace {

constexpr std::array<std::string_view, 10> kCategories = {
    "identity",    "contact",    "preferences", "attribution", "location",
    "transaction", "navigation", "technical",   "health",      "opinion"};

constexpr unsigned kSpecialShift = 16;
static_assert(kCategories.size() <= kSpecialShift);

bool IsConfigFile(std::string_view file) {
  if (IsTemplateFile(file)) return false;
  return file.ends_with(".yaml") || file.ends_with(".yml") || file.ends_with(".json");
}

std::string KindNames() {
  std::string names;
  for (const KindOfFile& kind : KindsOfFiles()) {
    names += (names.empty() ? "" : ", ") + std::string(kind.kind);
  }
  return names;
}

std::string FolderOf(std::string_view file) {
  const std::size_t slash = file.find('/');
  return std::string(file.substr(0, slash == std::string_view::npos ? 0 : slash));
}

// The kind of a file, or null with a finding.
const KindOfFile* KindOf(const Node& root, const std::string& file, Findings& findings) {
  if (!root.IsMap()) {
    findings.Add(1021, file, root.at);
    return nullptr;
  }
  const Node* name = root.FindString("kind");
  if (!name) {
    findings.Add(1022, file, root.Find("kind") ? root.Find("kind")->at : root.at, {KindNames()});
    return nullptr;
  }
  const KindOfFile* kind = KindNamed(name->text);
  if (!kind) {
    std::vector<std::string> known;
    for (const KindOfFile& one : KindsOfFiles()) known.emplace_back(one.kind);
    findings.Add(1019, file, name->at, {name->text, KindNames()}, DidYouMean(name->text, known));
    return nullptr;
  }
  if (FolderOf(file) != kind->folder) {
    const std::string place = kind->folder.empty() ? "./" : std::string(kind->folder) + "/";
    findings.Add(1018, file, name->at, {kind->kind, place});
  }
  return kind;
}

bool FolderIsKnown(const std::string& file, Findings& findings) {
  const std::string folder = FolderOf(file);
  if (KindOfFolder(folder)) return true;
  std::vector<std::string> known;
  for (const KindOfFile& kind : KindsOfFiles()) known.emplace_back(kind.folder);
  findings.Add(1017, file, {}, {folder}, DidYouMean(folder, known));
  return false;
}

std::string IdOf(const Document& document) {
  std::string id(document.root.Text("id"));
  const Node* version = document.root.Find("version");
  if (document.kind == "Contract" && version) id += "@" + version->text;
  return id;
}

}  // namespace

World World::Read(const Files& files, Findings& findings) {
  World world;
  for (const auto& [file, bytes] : files) {
    if (!IsConfigFile(file) || !FolderIsKnown(file, findings)) continue;
    std::optional<Node> root = ReadYaml(bytes, file, findings);
    if (!root) continue;
    const KindOfFile* kind = KindOf(*root, file, findings);
    if (!kind) continue;
    auto document = std::make_unique<Document>();
    document->file = file;
    document->kind = kind->kind;
    document->root = std::move(*root);
    document->id = IdOf(*document);
    CheckShape(document->root, SchemaOf(kind->kind), file, findings);
    world.documents_.push_back(std::move(document));
  }
  for (const Document* dictionary : world.Of("Dictionary")) {
    for (const Node& field : dictionary->root.List("fields")) {
      if (field.Text("id").empty() || world.Field(field.Text("id"))) continue;
      world.fields_.push_back({dictionary, &field, std::string(field.Text("id")),
                               std::string(field.Text("category")),
                               std::string(field.Text("format"))});
    }
  }
  return world;
}

std::vector<const Document*> World::Of(std::string_view kind) const {
  std::vector<const Document*> found;
  for (const auto& document : documents_) {
    if (document->kind == kind) found.push_back(document.get());
  }
  return found;
}

std::vector<const Document*> World::All() const {
  std::vector<const Document*> all;
  for (const auto& document : documents_) all.push_back(document.get());
  return all;
}

const Document* World::Find(std::string_view kind, std::string_view id) const {
  for (const auto& document : documents_) {
    if (document->kind == kind && document->id == id) return document.get();
  }
  return nullptr;
}

std::vector<std::string> World::Ids(std::string_view kind) const {
  std::vector<std::string> ids;
  for (const Document* document : Of(kind)) ids.push_back(document->id);
  return ids;
}

const Document* World::gateway() const {
  const auto found = Of("Gateway");
  return found.empty() ? nullptr : found.front();
}

const DictionaryField* World::Field(std::string_view id) const {
  const auto found = std::ranges::find(fields_, id, &DictionaryField::id);
  return found == fields_.end() ? nullptr : &*found;
}

std::vector<std::string> World::FieldIds() const {
  std::vector<std::string> ids;
  for (const DictionaryField& field : fields_) ids.push_back(field.id);
  return ids;
}

const DictionaryField* World::FieldWithSynonym(std::string_view name) const {
  for (const DictionaryField& field : fields_) {
    for (const Node& synonym : field.node->List("synonyms")) {
      if (synonym.text == name) return &field;
    }
  }
  return nullptr;
}

std::span<const std::string_view> CategoryNames() { return kCategories; }

std::vector<std::string> NamesOfCategoryBits() {
  std::vector<std::string> names(2 * kSpecialShift);
  for (std::size_t at = 0; at < kCategories.size(); ++at) {
    names[at] = names[at + kSpecialShift] = kCategories[at];
  }
  return names;
}

std::uint32_t CategoryBit(std::string_view category) {
  const auto found = std::ranges::find(kCategories, category);
  return found == kCategories.end() ? 0 : 1u << (found - kCategories.begin());
}

bool IsSpecial(const DictionaryField& field) {
  return field.node->Text("personal_data") == "sensitive";
}

std::uint32_t CategoryBit(const DictionaryField& field) {
  return CategoryBit(field.category) << (IsSpecial(field) ? kSpecialShift : 0);
}

std::uint32_t CategoriesOf(const Node& purpose) {
  std::uint32_t categories = 0;
  if (const Node* declared = purpose.Find("register")) {
    for (const Node& category : declared->List("categories"))
      categories |= CategoryBit(category.text);
  }
  return purpose.Find("special_categories") ? categories | categories << kSpecialShift : categories;
}

base::Millis DayOf(const Node& node, std::string_view key) {
  const Node* day = node.FindString(key);
  return day ? base::ParseRfc3339(day->text, true).value_or(0) : 0;
}

base::Millis ObservedUntil(const Node& gateway) {
  const Node* consent = gateway.FindPath({"observe", "consent"});
  const base::Millis day = consent ? DayOf(*consent, "until") : 0;
  return day == 0 ? 0 : day + kDay;
}

base::Millis DurationOr(const Node& node, std::string_view key, base::Millis otherwise) {
  const Node* value = node.FindString(key);
  if (!value) return otherwise;
  return base::ParseDuration(value->text).value_or(otherwise);
}

}  // namespace octroi::gateway::config
