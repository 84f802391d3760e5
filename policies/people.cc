#include "policies/people.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace octroi::policies {
namespace {

std::uint32_t SecondOf(const ConsentEvent& event) {
  return static_cast<std::uint32_t>(std::max<base::Millis>(event.effective_at, 0) / 1000);
}

AgeBand LatestAge(std::span<const ConsentEvent* const> words) {
  std::pair<std::uint32_t, AgeBand> latest{0, AgeBand::kUnknown};
  for (const ConsentEvent* word : words) {
    if (word->age != AgeBand::kUnknown) latest = std::max(latest, {SecondOf(*word), word->age});
  }
  return latest.second;
}

bool IsEarlier(const ConsentEntry& a, const ConsentEntry& b) {
  return std::pair(a.since_seconds, a.reference) < std::pair(b.since_seconds, b.reference);
}

// What both of two grants allow; of equals the later decides, of grants the older.
ConsentEntry Stricter(const ConsentEntry& a, const ConsentEntry& b) {
  const int by = Strictness(a.state) - Strictness(b.state);
  if (by != 0) return by > 0 ? a : b;
  ConsentEntry both = IsEarlier(a, b) ? b : a;
  if (a.state != ConsentState::kGranted) return both;
  both = IsEarlier(a, b) ? a : b;
  both.until_seconds = std::min(a.until_seconds - 1, b.until_seconds - 1) + 1;  // 0: no end
  both.by_parent = a.by_parent && b.by_parent;
  both.explicit_word = a.explicit_word && b.explicit_word;
  both.limits = LimitedByBoth(a.limits, b.limits);
  return both;
}

int RankOfPerson(ConsentState state) {
  if (state == ConsentState::kSuppressed) return 2;
  return state == ConsentState::kRestricted ? 1 : 0;
}

// Of the person as a whole: a grant must be newer than each of them that is in force.
ConsentEntry StricterOfPerson(const ConsentEntry& a, const ConsentEntry& b) {
  const int rank_a = RankOfPerson(a.state), rank_b = RankOfPerson(b.state);
  ConsentEntry stricter = IsEarlier(a, b) ? b : a;
  if (rank_a != rank_b) stricter = rank_a > rank_b ? a : b;
  if (rank_a != 0 && rank_b != 0)
    stricter.since_seconds = std::max(a.since_seconds, b.since_seconds);
  return stricter;
}

ConsentEntry StricterOf(std::string_view purpose, const ConsentEntry& a, const ConsentEntry& b) {
  return purpose == kWholePerson ? StricterOfPerson(a, b) : Stricter(a, b);
}

std::vector<std::uint32_t> Sorted(std::vector<std::uint32_t> places) {
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

// Disjoint sets; the root is the lowest of its set, so it does not depend on the order of joining.
class Sets {
 public:
  explicit Sets(std::size_t size) : parents_(size) {
    std::iota(parents_.begin(), parents_.end(), 0u);
  }
  std::uint32_t Root(std::uint32_t at) {
    while (parents_[at] != at) at = parents_[at] = parents_[parents_[at]];
    return at;
  }
  void Join(std::uint32_t a, std::uint32_t b) {
    a = Root(a);
    b = Root(b);
    parents_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> parents_;
};

}  // namespace

// Places of identifiers_ while it is made: which of them are one person, or one contact.
class People::Links {
 public:
  Links(std::span<const ConsentEvent> events, std::vector<Identifier>& identifiers)
      : identifiers_(identifiers), sets_(identifiers.size()) {
    for (const ConsentEvent& event : events) {
      if (IsMerge(event.state)) {
        JoinAll(Places(event, 0, event.accounts));
        JoinAll(Places(event, event.accounts, event.subject.size()));
        continue;
      }
      const std::vector<Place> accounts = Accounts(event);
      JoinAll(accounts.empty() ? Contacts(event) : accounts);
    }
  }

  std::vector<Place> Accounts(const ConsentEvent& event) const {
    return Of(event, Scope::kAccount);
  }
  std::vector<Place> Contacts(const ConsentEvent& event) const {
    return Of(event, Scope::kContactPoint);
  }
  std::vector<Place> Places(const ConsentEvent& event, std::size_t from, std::size_t to) const {
    std::vector<Place> places;
    for (std::size_t at = from; at < std::min(to, event.subject.size()); ++at) {
      const auto found =
          std::ranges::lower_bound(identifiers_, event.subject[at], {}, &Identifier::print);
      places.push_back(static_cast<Place>(found - identifiers_.begin()));
    }
    return places;
  }
  Place Root(Place at) { return sets_.Root(at); }

 private:
  std::vector<Place> Of(const ConsentEvent& event, Scope scope) const {
    std::vector<Place> places = Places(event, 0, event.subject.size());
    std::erase_if(places, [&](Place at) { return identifiers_[at].scope != scope; });
    return places;
  }
  void JoinAll(const std::vector<Place>& places) {
    for (const Place place : places) sets_.Join(places.front(), place);
  }

  std::vector<Identifier>& identifiers_;
  Sets sets_;
};

People::People(std::span<const ConsentEvent> events, base::Millis now) : now_(now) {
  std::map<Fingerprint, Scope> scopes;
  for (const ConsentEvent& event : events) {
    for (std::size_t at = 0; at < event.subject.size(); ++at) {
      const Scope scope = IsMerge(event.state) ? Scope::kAccount : ScopeAt(event, at);
      const auto [known, fresh] = scopes.emplace(event.subject[at], scope);
      known->second = std::min(known->second, scope);
    }
  }
  identifiers_.reserve(scopes.size());
  for (const auto& [print, scope] : scopes) identifiers_.push_back({print, scope, 0, {}});

  Links links(events, identifiers_);
  std::map<Place, Place> persons, contacts;  // root -> place
  for (Place at = 0; at < identifiers_.size(); ++at) {
    Identifier& one = identifiers_[at];
    if (one.scope == Scope::kAccount) {
      one.of = persons.emplace(links.Root(at), static_cast<Place>(persons.size())).first->second;
    } else if (one.scope == Scope::kContactPoint) {
      one.of = contacts.emplace(links.Root(at), static_cast<Place>(contacts.size())).first->second;
    }
  }
  persons_.resize(persons.size());
  contacts_.resize(contacts.size());
  for (const ConsentEvent& event : events) {
    if (IsMerge(event.state)) continue;
    const std::vector<Place> accounts = links.Accounts(event), told = links.Contacts(event);
    for (const Place at : links.Places(event, 0, event.subject.size())) {
      if (identifiers_[at].scope == Scope::kDevice) identifiers_[at].words.push_back(&event);
    }
    if (!accounts.empty()) {
      const Place person = identifiers_[accounts.front()].of;
      persons_[person].words.push_back(&event);
      for (const Place at : told) {
        persons_[person].contacts.push_back(identifiers_[at].of);
        contacts_[identifiers_[at].of].persons.push_back(person);
      }
    } else if (!told.empty()) {
      contacts_[identifiers_[told.front()].of].words.push_back(&event);
    }
  }
  for (Person& person : persons_) person.contacts = Sorted(std::move(person.contacts));
  for (Contact& contact : contacts_) contact.persons = Sorted(std::move(contact.persons));
  AddMerges(events);
}

void People::AddMerges(std::span<const ConsentEvent> events) {
  std::map<std::pair<Place, Place>, Words> pairs;
  for (const ConsentEvent& event : events) {
    if (!IsMerge(event.state)) continue;
    const Place one = Find(event.subject.front())->of, other = Find(event.subject.back())->of;
    if (one != other) pairs[std::minmax(one, other)].push_back(&event);
  }
  Sets sets(persons_.size());
  std::vector<std::pair<Place, ConsentEntry>> edges;
  for (const auto& [pair, words] : pairs) {
    const ConsentEntry edge = Fold(words, now_);
    if (edge.state != ConsentState::kMerged) continue;
    sets.Join(pair.first, pair.second);
    edges.emplace_back(pair.first, edge);
  }
  std::map<Place, Place> places;  // root -> place
  for (Place person = 0; person < persons_.size(); ++person) {
    const auto place = static_cast<Place>(merges_.size());
    const auto [known, fresh] = places.emplace(sets.Root(person), place);
    if (fresh) merges_.emplace_back();
    persons_[person].merged = known->second;
    merges_[known->second].persons.push_back(person);
  }
  for (const auto& [person, edge] : edges) {
    ConsentEntry& last = merges_[persons_[person].merged].edge;
    if (std::pair(last.since_seconds, last.reference) <
        std::pair(edge.since_seconds, edge.reference))
      last = edge;
  }
}

const People::Identifier* People::Find(const Fingerprint& print) const {
  const auto found = std::ranges::lower_bound(identifiers_, print, {}, &Identifier::print);
  return found == identifiers_.end() || found->print != print ? nullptr : &*found;
}

std::vector<People::Place> People::MergesOf(const Contact& contact) const {
  std::vector<Place> merges;
  merges.reserve(contact.persons.size());
  for (const Place person : contact.persons) merges.push_back(persons_[person].merged);
  return Sorted(std::move(merges));
}

// What counts for one person as one of `merge`, seen from a contact of theirs or not.
People::Words People::WordsOf(Place person, const Merge& merge, const Contact* asked,
                              std::string_view purpose) const {
  Words words;
  const auto take = [&](const Words& from, bool all) {
    for (const ConsentEvent* word : from) {
      const bool of_purpose = purpose.empty() || word->purpose == purpose;
      if (of_purpose && (all || IsNo(word->state))) words.push_back(word);
    }
  };
  take(persons_[person].words, true);
  for (const Place place : persons_[person].contacts) {
    const Contact& contact = contacts_[place];
    const bool theirs = std::ranges::includes(merge.persons, contact.persons);
    if (theirs || &contact == asked || !purpose.empty())
      take(contact.words, theirs || &contact == asked);
  }
  return words;
}

ConsentEntry People::OfMerge(const Merge& merge, const Contact* asked,
                             std::string_view purpose) const {
  Words all;
  std::vector<ConsentEntry> each;
  each.reserve(merge.persons.size());
  for (const Place person : merge.persons) {
    const Words words = WordsOf(person, merge, asked, purpose);
    each.push_back(Fold(words, now_));
    all.insert(all.end(), words.begin(), words.end());
  }
  ConsentEntry strictest = each.front();
  for (const ConsentEntry& one : each) strictest = StricterOf(purpose, strictest, one);
  if (each.size() == 1 || purpose == kWholePerson) return strictest;
  const bool anew = std::ranges::any_of(
      all, [&](const ConsentEvent* word) { return SecondOf(*word) > merge.edge.since_seconds; });
  if (anew) return Fold(all, now_);
  const bool silent = std::ranges::any_of(
      each, [](const ConsentEntry& one) { return one.state == ConsentState::kUnknown; });
  if (strictest.state != ConsentState::kGranted || !silent) return strictest;
  ConsentEntry conflict = merge.edge;
  conflict.state = ConsentState::kInvalidated;
  return conflict;
}

ConsentEntry People::Of(const Fingerprint& print, std::string_view purpose) const {
  const Identifier* one = Find(print);
  if (one == nullptr) return {};
  if (one->scope == Scope::kAccount)
    return OfMerge(merges_[persons_[one->of].merged], nullptr, purpose);
  if (one->scope == Scope::kContactPoint && !contacts_[one->of].persons.empty()) {
    const Contact& contact = contacts_[one->of];
    const std::vector<Place> merges = MergesOf(contact);
    ConsentEntry strictest = OfMerge(merges_[merges.front()], &contact, purpose);
    for (const Place place : merges)
      strictest = StricterOf(purpose, strictest, OfMerge(merges_[place], &contact, purpose));
    return strictest;
  }
  Words alone = one->scope == Scope::kDevice ? one->words : contacts_[one->of].words;
  std::erase_if(alone, [&](const ConsentEvent* word) { return word->purpose != purpose; });
  return Fold(alone, now_);
}

AgeBand People::AgeOf(const Merge& merge, const Contact* asked) const {
  Words all;
  for (const Place person : merge.persons) {
    const Words words = WordsOf(person, merge, asked, {});
    all.insert(all.end(), words.begin(), words.end());
  }
  return LatestAge(all);
}

AgeBand People::AgeOf(const Fingerprint& print) const {
  const Identifier* one = Find(print);
  if (one == nullptr) return AgeBand::kUnknown;
  if (one->scope == Scope::kAccount) return AgeOf(merges_[persons_[one->of].merged], nullptr);
  if (one->scope == Scope::kDevice) return LatestAge(one->words);
  const Contact& contact = contacts_[one->of];
  AgeBand youngest = AgeBand::kUnknown;
  for (const Place place : MergesOf(contact))
    youngest = std::max(youngest, AgeOf(merges_[place], &contact));
  return contact.persons.empty() ? LatestAge(contact.words) : youngest;
}

std::size_t People::Count(std::span<const Fingerprint> prints) const {
  std::vector<Place> persons, contacts;
  bool device = false;
  for (const Fingerprint& print : prints) {
    const Identifier* one = Find(print);
    if (one == nullptr) continue;
    device = device || one->scope == Scope::kDevice;
    if (one->scope == Scope::kAccount) persons.push_back(persons_[one->of].merged);
    if (one->scope != Scope::kContactPoint) continue;
    const std::vector<Place> merges = MergesOf(contacts_[one->of]);
    persons.insert(persons.end(), merges.begin(), merges.end());
    if (merges.empty()) contacts.push_back(one->of);
  }
  const std::size_t known = Sorted(std::move(persons)).size() + Sorted(std::move(contacts)).size();
  return known == 0 && device ? 1 : known;
}

bool LinksOn(const ConsentEvent& event, const std::set<Fingerprint>& known) {
  std::size_t at = 0;
  return std::ranges::any_of(event.subject, [&](const Fingerprint& print) {
    const Scope scope = IsMerge(event.state) ? Scope::kAccount : ScopeAt(event, at++);
    return scope != Scope::kDevice && known.contains(print);
  });
}

}  // namespace octroi::policies
