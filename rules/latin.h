// White space, case and accents of the Latin letters that names and addresses here are written in:
// ASCII, Latin-1 and Latin Extended-A (U+0000..U+017F). All other characters are passed through
// unchanged. Private to the module. Input is valid UTF-8; broken bytes are passed through as they
// are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace octroi::rules {

// Without white space at both ends: ASCII's, the no-break spaces of French typing (U+00A0, U+202F),
// U+2000 to U+200B, U+205F, U+3000 and U+FEFF.
std::string_view Trimmed(std::string_view text);

std::size_t CodePoints(std::string_view text);

// Each appends to `out`. Letters whose other case is longer or depends on the language stay as they
// are (sharp s in upper case, the dotted and dotless i of Turkish).
void AppendLower(std::string_view text, std::string& out);
void AppendUpper(std::string_view text, std::string& out);

// Letters without their accents: "Zoë" -> "Zoe", "Łódź" -> "Lodz"; ligatures and letters of their
// own in two letters ("œ" -> "oe", "ß" -> "ss", "þ" -> "th"); combining marks U+0300..U+036F are
// taken off.
void AppendUnaccented(std::string_view text, std::string& out);

}  // namespace octroi::rules
