#include <algorithm>
#include <set>

#include "gateway/config/node_json.h"
#include "gateway/contract/odcs.h"
#include "gateway/contract/odcs_object.h"
#include "gateway/contract/odcs_words.h"

namespace octroi::gateway::contract {
namespace {

using config::Node;
using config::Say;
using Json = nlohmann::ordered_json;

std::string StatusOf(std::string_view theirs) {
  if (theirs == "active") return "active";
  const bool over = theirs == "retired" || theirs == "deprecated";
  return over ? "retired" : "draft";
}

// What all contracts of the document begin with.
Json HeadOf(const Node& document, const std::string& id, const std::string& name,
            std::vector<Note>& notes) {
  Json head = ContractHead(id, name);
  const std::string version(document.Text("version"));
  const std::size_t dot = std::min(version.find('.'), version.size());
  const std::string major = version.substr(0, dot);
  const bool number = !major.empty() && major.size() < 7 &&
                      major.find_first_not_of("0123456789") == std::string::npos;
  head["version"] = number ? std::max(1, std::stoi(major)) : 1;
  if (const Node* whole = document.Find("version"); whole != nullptr && version != major + ".0.0")
    notes.push_back({"/version", whole->at, 1447, {"version"}, false});
  head["status"] = StatusOf(document.Text("status"));
  if (document.Text("status") != head["status"].get<std::string>() &&
      document.Find("status") != nullptr)
    notes.push_back({"/status", document.Find("status")->at, 1447, {"status"}, false});
  bool between = false;
  for (const Node& property : document.List("customProperties")) {
    const std::string_view key = property.Text("property");
    const Node* value = property.Find("value");
    if (!key.starts_with("octroi.") || value == nullptr) continue;
    head[std::string(key.substr(7))] = config::JsonOf(*value);
    between = between || key == "octroi.between";
  }
  if (!between) {
    notes.push_back(
        {"",
         document.at,
         1459,
         {"between", Say("qui produit et qui consomme", "who produces and who consumes")},
         false});
  }
  return head;
}

bool IsRead(const Node& document) {
  return document.Text("kind") == "DataContract" && document.Text("apiVersion").starts_with("v3.");
}

}  // namespace

OdcsImport ImportOdcs(const Node& document) {
  OdcsImport out;
  if (!IsRead(document)) {
    const Node* version = document.Find("apiVersion");
    out.notes.push_back({"/apiVersion",
                         version != nullptr ? version->at : document.at,
                         1451,
                         {version != nullptr ? version->text : std::string("?")},
                         true});
    return out;
  }
  NoteTheRest(
      document, "",
      {"apiVersion", "kind", "id", "name", "version", "status", "schema", "customProperties"},
      out.notes);
  NoteCustom(document, "", out.notes);
  const auto& schema = document.List("schema");
  std::set<std::string> ids;
  std::string titled;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const std::string pointer = "/schema/" + std::to_string(i);
    const std::string name(schema[i].Text("name"));
    const bool alone = schema.size() == 1 && document.FindString("name") != nullptr &&
                       OursOf(document, "title") != nullptr;
    std::string id = IdOf(name, '-');
    if (id.size() < 2) id += "-object";
    const std::string plain = id;
    for (int next = 2; !ids.insert(id).second; ++next) id = plain + "-" + std::to_string(next);
    Imported imported;
    std::vector<Note> once;
    if (alone) titled = document.Text("name");
    Json head = HeadOf(document, id, alone ? std::string(document.Text("name")) : name,
                       i == 0 ? out.notes : once);
    OdcsObject(schema[i], pointer, imported).Read(std::move(head));
    out.contracts.push_back(std::move(imported));
  }
  const auto said = [&](const char* key, const std::string& taken) {
    const Node* text = document.FindString(key);
    if (text != nullptr && text->text != taken)
      out.notes.push_back({PointerTo("", key), text->at, 1447, {key}, false});
  };
  said("id", ids.size() == 1 ? *ids.begin() : "");
  said("name", titled);
  for (const char* key : {"version", "status"}) {
    if (schema.empty()) said(key, "");
  }
  if (schema.empty()) out.notes.push_back({"", document.at, 1454, {}, true});
  return out;
}

}  // namespace octroi::gateway::contract
