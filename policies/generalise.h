// What leaves in place of a value that is not needed exactly (standards.md B8), and the hash that
// advertising partners exchange (B5). Internal to policies; no state.
#pragma once

#include <string>

#include "base/event.h"
#include "policies/pseudonymizer.h"

namespace octroi::policies {

// Appends, as a JSON string:
//   kYear         "1984"                      of an RFC 3339 date or time (UTC)
//   kHour         "2026-11-21T09:00:00.000Z"  of a time with a zone
//   kDepartment   "75", "2A", "974"           of a French postcode of five digits
//   kIpPrefix     "192.0.2.0/24"              IPv6 (but for addresses of IPv4 in it):
//                 "2001:db8:1::/48"
//   kFamily       "Firefox"                   of a User-Agent with a known name
//   kPartnerHash  64 hex digits               SHA-256 of the trimmed, lower-case address; ASCII
//                                             only: beyond it partners do not agree on a form
// False: the value is none of which that can be said, and nothing was appended: it does not leave.
// Nothing of the value goes anywhere else. Allocates only if `out` or `scratch` must grow.
bool AppendGeneralised(OutgoingField::Form form, const base::Value& value, std::string& scratch,
                       std::string& out);

}  // namespace octroi::policies
