// Passwords of people, as scrypt (RFC 7914) keeps them: slow and large to guess, never in clear.
#pragma once

#include <string>
#include <string_view>

namespace octroi::crypto {

// "$scrypt$ln=15,r=8,p=3$<salt>$<hash>" (base64url without padding), under a fresh salt: 32 MiB and
// some tenths of a second, so one at a time on a machine with other work.
std::string HashPassword(std::string_view password);

// Constant time in the content. False too where `kept` is not what HashPassword writes: nobody has
// that password.
bool PasswordMatches(std::string_view password, std::string_view kept);

// As long as PasswordMatches takes, for a name that nobody has: the time tells nothing.
void PasswordOfNobody(std::string_view password);

}  // namespace octroi::crypto
