// The attack of somebody who has a copy of the store and the journal, the source code and a list of
// people, but no key: each identifier of the list, in every form that a careless fingerprint would
// take, looked for in every column of every table and in every byte of every file.
//
// What is looked for of an identifier: itself in clear; SHA-256, and HMAC-SHA-256 under keys that
// need no guessing (empty, zeros, the tenant's name, our own labels), over the value alone, with
// its type in front, and as our own fingerprints are laid out. Of each the first sixteen bytes, and
// the last, as bytes, in hex and in base64url. So a fingerprint that is cut to eight bytes or more,
// from either end, is found.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "attack/filled_store.h"
#include "crypto/hmac.h"

namespace octroi::testing {

// Where something may stand: a column of a table, or a file; with all its values one after another.
struct Place {
  std::string name;  // "consents.subject", "journal/….seg"
  std::string bytes;
};

// Every column that the database's own schema has, and every file of the folder. Aborts if the
// database cannot be read.
std::vector<Place> PlacesOf(const std::filesystem::path& storage);

// By place: which identifiers (numbers in the list) were found there.
using Found = std::map<std::string, std::set<std::uint64_t>>;

// `candidate` gives identifier number n of `count`. `guessed`: more keys to try.
Found Attack(const std::vector<Place>& places, std::uint64_t count,
             const std::function<Identifier(std::uint64_t)>& candidate, std::string_view tenant,
             const std::vector<crypto::HmacKey>& guessed = {});

// Our own layout of what is fingerprinted.
std::string LaidOut(const Identifier& one);

}  // namespace octroi::testing
