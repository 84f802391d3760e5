// Who may ask to see the value of a token, and who may approve: `access.reidentify` of
// gateway.yaml, in the roles of `approvers`, whose keys sign. Of the config in force.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/note.h"
#include "gateway/config.h"
#include "policies/token_reader.h"

namespace octroi::gateway::access {

struct Person {
  std::string role, name;
  crypto::NoteVerifier key;
  bool may_ask = false, may_approve = false;
};
// Two roles may be one person's: the name is what counts, and so is the key.
inline bool SamePerson(const Person& a, const Person& b) {
  return a.role == b.role || a.name == b.name;
}

struct Rules {
  std::uint32_t plan = 0;
  std::string tenant;
  std::vector<Person> people;
  std::vector<policies::IdentifierSpace> spaces;  // fields that a token may be of

  // `config` is ok().
  static Rules Of(const ConfigFolder& config, std::uint32_t plan);
  const Person* Find(std::string_view role) const;  // null: nobody
  bool configured() const;                          // somebody may ask
};

}  // namespace octroi::gateway::access
