// GrantLimits: whom and what a grant is limited to, where it says so. standards.md C1, C3: of a
// grant that names recipients "vendor listed if vendors non-empty"; ISO/IEC TS 27560 6.3.4.7
// (pii_information), 6.3.4.8 (pii_controllers), 6.3.4.17 (recipient_third_parties); EDPB Guidelines
// 05/2020, 65: every controller that relies on a consent is named in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.h"

namespace octroi::policies {

inline constexpr std::size_t kLimitNamesMax = 1000;  // of one grant, all lists together

// Each list sorted, each name once; an empty one does not limit. Names are lower-case ids of at
// most 63 characters, data categories those of the dictionary.
struct GrantLimits {
  std::vector<std::string> controllers, data_categories, vendors;
  bool operator==(const GrantLimits&) const = default;
  bool none() const { return controllers.empty() && data_categories.empty() && vendors.empty(); }
};

// Immutable and shared by all that it was said for; nullptr: not limited.
using SharedLimits = std::shared_ptr<const GrantLimits>;

// As the journal and the stores keep it: "controllers=a,b;data_categories=contact;vendors=x", lists
// in this order, empty ones left out; "" for nullptr. The same limits give the same text.
std::string TextOf(const GrantLimits* limits);
// nullopt: not such a text (a name that is none, an order that is another, too many).
std::optional<SharedLimits> LimitsOf(std::string_view text);
// The same of what was stored; a text that is none covers nothing.
SharedLimits StoredLimits(std::string_view text);
// Sorted and without repeats; nullptr where nothing is limited. nullopt: as above.
std::optional<SharedLimits> Limited(GrantLimits limits);

const GrantLimits& CoversNothing();  // lists that nobody is on, the gateway's controller neither

// What two grants that must both hold cover where they are limited differently: nothing. It is
// exact where the lists have no name in common, and errs on the safe side where they have.
const GrantLimits* LimitedByBoth(const GrantLimits* a, const GrantLimits* b);

// Who asks whether a grant covers it. Views; of one question.
struct Recipient {
  std::string_view controller;  // the gateway's
  std::string_view vendor;      // the recipient's id; empty: the controller itself
  bool decides = false;         // a controller of its own, or a joint one: not a processor
  std::uint32_t received = 0;   // bits of the data categories that it would be sent
  std::span<const std::string> categories;  // names by bit; a bit without name is in no list
};

// Reason::kUndecided: it does. Else what the first of these denies:
//   consent.controller_not_listed   `controllers` without `controller`, or without a recipient that
//                                   decides on its own and is no vendor of the list either
//   consent.vendor_not_listed       `vendors` without the recipient
//   consent.category_not_listed     `data_categories` without one that would be sent
// Allocates nothing.
base::Reason Uncovered(const GrantLimits& limits, const Recipient& recipient);

}  // namespace octroi::policies
