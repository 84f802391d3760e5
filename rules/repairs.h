// Repairs: from what was written to what was surely meant, or nothing. Private to the module.
//
//   trim            white space at both ends (latin.h)
//   lowercase       )
//   uppercase       ) Latin letters (latin.h)
//   strip-accents   )
//   phone-to-e164   a valid number, by libphonenumber; one without a country is read as French.
//                   Only digits, spaces, + . - / ( ) are read: letters or an extension leave it
//                   alone
//   date-to-iso     d/m/yyyy, d.m.yyyy, d-m-yyyy and yyyy/m/d become yyyy-mm-dd, day first in
//                   doubt as in France; with " h:mm" or " h:mm:ss" behind, yyyy-mm-ddThh:mm:ss. No
//                   zone is invented, so that is no RFC 3339 date-time yet
//   country-to-iso  names, alpha-2 and alpha-3 codes become the alpha-2 code (iso_tables.h)
//   redact          each personal datum that is likely or certain becomes its type: "[email]"
//                   (detect/redact.h). What cannot be judged is left alone: format no-personal-data
//                   does not hold for it
#pragma once

#include <string>
#include <string_view>

#include "rules/spec.h"

namespace octroi::rules {

// Puts the repaired `text` into `out`, which is empty. False: it cannot be repaired; `out` is then
// undefined.
bool Apply(Repair repair, std::string_view text, std::string& out);

bool PhoneToE164(std::string_view text, std::string& out);
bool DateToIso(std::string_view text, std::string& out);

}  // namespace octroi::rules
