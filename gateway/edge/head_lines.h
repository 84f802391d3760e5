// Strict checks of single lines of a head, before llhttp sees them. Lines come without their CR LF.
#pragma once

#include <string_view>

#include "gateway/edge/fault.h"

namespace octroi::gateway::edge {

bool HasControl(std::string_view bytes);  // NUL and controls but HTAB, CR, LF

Fault CheckRequestLine(std::string_view line);  // method SP target SP version, and nothing else
Fault CheckFieldLine(std::string_view line);    // a header or a trailer

// host [":" port]: letters, digits, "-._~", or an address in brackets. No user info.
bool IsAuthority(std::string_view text);

char LowerCase(char c);
bool EqualsIgnoringCase(std::string_view a, std::string_view b);
std::string_view TrimSpaces(std::string_view text, bool tabs_too);

}  // namespace octroi::gateway::edge
