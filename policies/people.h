// People: who is whom, and so what the register says of each identifier.
//
// A word of the register names identifiers; decisions ask by identifier, and the strictest of those
// that an event carries counts (decide.h). In between stand persons: whom do two identifiers that
// were said together belong to, and how far does a word reach? Law: standards.md C3, C4 10-12;
// CNIL recommendation 2025-131 on consent across devices.
//
//   A person is the accounts that were said together. Two accounts are one person's only where a
//     merge says so (below); that they share an address does not make them one.
//   Contact points belong to the persons they were said with. A word that names no account, said
//     with an address, is a word of the person whom the address belongs to. Where it belongs to
//     several (a shared address), a no counts for each of them, anything else for the address
//     alone; and what is said of the address is the strictest of all its persons. Addresses without
//     any account, said together, are one person's.
//   Devices are nobody's: what was said with one counts for it, however it came about.
//
// A merge (C4 11) says that two accounts are one person's, until it is undone. Then a grant counts
// if both gave it: one that only one of them gave is void (kInvalidated, citing the merge), until
// the person says it anew. After the merge, a word by any identifier of either is the person's.
// What was said before is never changed, so undoing it gives each its own history back.
//
// Of the person as a whole (restricted, suppressed) the strictest of all linked persons counts.
//
// The result does not depend on the order of the events (property test).
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "policies/consent.h"

namespace octroi::policies {

// Pure and immutable; any thread. Keeps pointers into the events, which must outlive it.
class People {
 public:
  // Everything on file about some identifiers and about all that events link to them (LinksOn), as
  // of `now`. Of an identifier whose events are not all there, nothing that is said here holds.
  People(std::span<const ConsentEvent> events, base::Millis now);

  // Nothing is on file about an identifier: kUnknown. `purpose` may be kWholePerson.
  ConsentEntry Of(const Fingerprint& identifier, std::string_view purpose) const;
  // The latest word on it, of the same second the younger; of several persons the youngest.
  AgeBand AgeOf(const Fingerprint& identifier) const;
  // How many persons stand behind these: devices count only where nobody else does.
  std::size_t Count(std::span<const Fingerprint> identifiers) const;

 private:
  using Place = std::uint32_t;
  using Words = std::vector<const ConsentEvent*>;
  struct Identifier {
    Fingerprint print;
    Scope scope = Scope::kDevice;  // the strongest that was ever said of it
    Place of = 0;                  // kAccount: place in persons_; kContactPoint: in contacts_
    Words words;                   // kDevice only
  };
  struct Person {
    Place merged = 0;  // place in merges_
    Words words;
    std::vector<Place> contacts;
  };
  struct Contact {  // addresses that are told apart by nothing
    Words words;    // that name no account
    std::vector<Place> persons;
  };
  struct Merge {  // persons that are one; most often one alone
    std::vector<Place> persons;
    ConsentEntry edge;  // the last of those that join them; kUnknown: one alone
  };
  class Links;

  const Identifier* Find(const Fingerprint& print) const;
  void AddMerges(std::span<const ConsentEvent> events);
  std::vector<Place> MergesOf(const Contact& contact) const;
  Words WordsOf(Place person, const Merge& merge, const Contact* asked,
                std::string_view purpose) const;
  ConsentEntry OfMerge(const Merge& merge, const Contact* asked, std::string_view purpose) const;
  AgeBand AgeOf(const Merge& merge, const Contact* asked) const;

  base::Millis now_;
  std::vector<Identifier> identifiers_;  // by print
  std::vector<Person> persons_;
  std::vector<Contact> contacts_;
  std::vector<Merge> merges_;
};

// Whether what else was said with the identifiers of `event` matters to one who knows `known` of
// them: true if one of those is not a device's.
bool LinksOn(const ConsentEvent& event, const std::set<Fingerprint>& known);

}  // namespace octroi::policies
