// What is known of an e-mail address by its text alone. Private to the module.
#pragma once

#include <cstdint>
#include <string_view>

#include "rules/check_spec.h"

namespace octroi::rules {

// Bits of EmailKind; 0 for what is no address. Upper and lower case are the same; what follows a
// '+' in the local part is left out. Allocates nothing.
//   placeholder  the domains of RFC 2606 and RFC 6761; words such as test, azerty, sansmail; one
//                character all over; the same on both sides (toto@toto.fr)
//   role         of a function, not a person: RFC 2142, and the French and English ones in use
//   disposable   a well-known provider of addresses to throw away, or below it. They come and go: a
//                List (domain_not_in_list) goes further
std::uint8_t KindsOfEmail(std::string_view address);

class ValueList;
// Is the address's domain in the list (in lower case), or below one that is?
bool IsDomainListed(std::string_view address, const ValueList& list);

}  // namespace octroi::rules
