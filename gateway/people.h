// Who is the same person among records: identifiers that occur together are one person's, and so
// are records that share one, however indirectly. So never more are counted than there are.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "journal/records.h"

namespace octroi::gateway {

// A value. Not safe from several threads.
class People {
 public:
  // The identifiers of one record; none: of nobody known, who makes no count safer.
  void Add(const std::vector<journal::Fingerprint>& subject) {
    if (subject.empty()) return;
    const std::size_t first = RootOf(PlaceOf(subject.front()));
    for (const journal::Fingerprint& print : subject) {
      const std::size_t other = RootOf(PlaceOf(print));
      if (other == first) continue;
      parent_[other] = first;
      --count_;
    }
  }
  std::size_t count() const { return count_; }
  // The number of the person who has an identifier that was added; until the next Add.
  std::size_t Of(const journal::Fingerprint& print) { return RootOf(PlaceOf(print)); }

 private:
  std::size_t PlaceOf(const journal::Fingerprint& print) {
    const auto [at, fresh] = places_.try_emplace(print, parent_.size());
    if (fresh) {
      parent_.push_back(parent_.size());
      ++count_;
    }
    return at->second;
  }
  std::size_t RootOf(std::size_t place) {
    while (parent_[place] != place) place = parent_[place] = parent_[parent_[place]];
    return place;
  }

  std::map<journal::Fingerprint, std::size_t> places_;
  std::vector<std::size_t> parent_;
  std::size_t count_ = 0;
};

}  // namespace octroi::gateway
