// What a change changes, in the words of the files: by kind, id and path, not by line. Comments,
// order of keys and layout change nothing. And whose approval it needs: the roles that the changed
// files name (owner.approvers), before the change and after it, so that nobody can be removed by
// the very change that he would have to approve.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/config.h"

namespace octroi::gateway::change {

struct Item {
  std::string path;  // "allow_when[2].in", "rules[email-valid].on_fail"; empty: the file
  std::string before, after;  // as YAML on one line; empty: not there
};

struct FileChange {
  enum class What { kAdded, kRemoved, kChanged };
  std::string file, kind, id;  // kind and id: empty for a list's data or a template
  What what = What::kChanged;
  std::vector<Item> items;  // of a changed file
  std::vector<std::string> approvals;
};

struct Difference {
  std::vector<FileChange> files;       // by file name
  std::vector<std::string> approvals;  // of all of them, sorted, each once
  std::size_t removed = 0;             // files
  bool empty() const { return files.empty(); }
};

// Both are read as they are, right or wrong. A file that only moved is not changed.
Difference Compare(const ConfigFolder& before, const ConfigFolder& after);

// Who may approve, by role: approvers of gateway.yaml. `key` as crypto::NoteVerifier reads it; its
// name is the role.
struct Approver {
  std::string role, name, key;
};
std::vector<Approver> ApproversOf(const ConfigFolder& config);

}  // namespace octroi::gateway::change
