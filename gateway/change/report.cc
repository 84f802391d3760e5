#include "gateway/change/report.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "gateway/ask/report.h"

namespace octroi::gateway::change {
namespace {

using Json = nlohmann::ordered_json;

const char* NameOf(FileChange::What what) {
  switch (what) {
    case FileChange::What::kAdded:
      return "added";
    case FileChange::What::kRemoved:
      return "removed";
    case FileChange::What::kChanged:
      break;
  }
  return "changed";
}

const char* NameOf(Cell::What what) {
  switch (what) {
    case Cell::What::kGained:
      return "gained";
    case Cell::What::kLost:
      return "lost";
    case Cell::What::kUndecided:
      break;
  }
  return "undecided";
}

}  // namespace

Json DifferenceJson(const Difference& difference) {
  Json changes = Json::array();
  for (const FileChange& file : difference.files) {
    Json items = Json::array();
    for (const Item& item : file.items) {
      Json one{{"path", item.path}};
      if (!item.before.empty()) one["before"] = item.before;
      if (!item.after.empty()) one["after"] = item.after;
      items.push_back(std::move(one));
    }
    changes.push_back({{"file", file.file},
                       {"kind", file.kind},
                       {"id", file.id},
                       {"what", NameOf(file.what)},
                       {"items", std::move(items)},
                       {"approvals", file.approvals}});
  }
  return {{"changes", std::move(changes)},
          {"removed", difference.removed},
          {"approvals", difference.approvals}};
}

Json CellsJson(const Cells& cells) {
  Json list = Json::array();
  for (const Cell& cell : cells.cells) {
    Json one{
        {"what", NameOf(cell.what)}, {"destination", cell.destination}, {"purpose", cell.purpose}};
    if (cell.what != Cell::What::kUndecided) {
      one["category"] = cell.category;
      one["reason_otherwise"] =
          cell.reason_otherwise.empty() ? Json() : Json(cell.reason_otherwise);
      one["example"] = ExampleJson(cell.answer, cell.question, *cell.plan, cell.example);
    }
    list.push_back(std::move(one));
  }
  return {{"cases", cells.cases}, {"changed", std::move(list)}};
}

Json StatementJson(const Bundle& bundle) {
  const Statement& statement = bundle.statement;
  Json approved = Json::array();
  for (const crypto::NoteSignature& signature : bundle.note.signatures) {
    if (signature.name != statement.tenant) approved.push_back(signature.name);
  }
  return {{"version", statement.version},
          {"config", statement.config},
          {"previous", statement.previous},
          {"created", base::FormatRfc3339(statement.created)},
          {"expires", base::FormatRfc3339(statement.expires)},
          {"by", statement.by},
          {"from", statement.from},
          {"reason", statement.reason},
          {"approved", std::move(approved)}};
}

Refusal RefusalOf(const base::Error& error) {
  return {error.code == base::ErrorCode::kInvalid ? std::string(error.where) : "store.unavailable"};
}

std::string RefusalJson(const Refusal& refusal) {
  Json json{{"error", refusal.code}, {"roles", refusal.roles}};
  if (!refusal.findings.empty()) {
    ConfigFolder folder;
    folder.findings = refusal.findings;
    json["findings"] = Json::parse(RenderJson(folder));
  }
  return json.dump();
}

}  // namespace octroi::gateway::change
