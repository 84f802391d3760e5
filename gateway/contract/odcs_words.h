// What the import of ODCS says of what it does not take over. Private to it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/contract/import.h"

namespace octroi::gateway::contract {

// Notes every member of `node` that is not in `taken`; members with nothing in them (null, [], "",
// false, -1) say what the standard takes for granted and have none.
void NoteTheRest(const config::Node& node, const std::string& pointer,
                 const std::vector<std::string_view>& taken, std::vector<Note>& notes);

// The value of customProperties `octroi.<key>`; nothing else of them is taken over.
const config::Node* OursOf(const config::Node& node, std::string_view key);
// Notes those that are not ours.
void NoteCustom(const config::Node& node, const std::string& pointer, std::vector<Note>& notes);

}  // namespace octroi::gateway::contract
