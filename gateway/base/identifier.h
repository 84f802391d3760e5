// Identifiers of people, in the one normal form that fingerprints and tokens are made of
// (standards.md B2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace octroi::base {

enum class IdentifierType : std::uint8_t { kEmail, kPhone, kOther };

// email/1: NFC, trim, lower case on both sides, domain to its A-label (IDNA2008 by libidn2), no dot
// or plus
//          stripping (that would merge people); exactly one '@' with something on both sides; no
//          white space and no control character inside.
// e164/1:  '+' and 7 to 15 digits, the first not 0, after removing spaces, dots, dashes, slashes
// and
//          parentheses (Unicode's spaces and dashes too, and the "(0)" of "+44 (0)20"); "00" reads
//          as '+'. A national number without a country is not an identifier.
// id/1:    NFC and trim; not empty.
// False: `value` is not valid for its type, so it gets no fingerprint and no token. Replaces `out`;
// plain ASCII input allocates only if `out` must grow.
bool Normalise(IdentifierType type, std::string_view value, std::string& out);
std::string_view NormaliserName(IdentifierType type);  // "email/1", "e164/1", "id/1"

}  // namespace octroi::base
