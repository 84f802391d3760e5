// Addresses of mail, of the web and of machines.
#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "rules/detect/scan.h"

namespace octroi::rules {
namespace {

using enum PersonalData;

constexpr std::size_t kLocalBytesMax = 64;
constexpr std::size_t kHostBytesMax = 253;
constexpr std::size_t kUrlBytesMax = 2048;
constexpr std::size_t kIpBytesMax = 45;

// Of the atoms of RFC 5321 those that stand in the addresses of people.
bool IsLocalByte(char byte) {
  return IsDigit(byte) || IsAlpha(byte) ||
         std::string_view("._%+-'").find(byte) != std::string::npos;
}

std::size_t LocalBegin(std::string_view text, std::size_t sign) {
  std::size_t begin = sign;
  while (begin > 0 && sign - begin < kLocalBytesMax) {
    const std::size_t from = CharBefore(text, begin);
    const bool near = (text[from] & 0x80) == 0;
    const base::Utf8Char far = near ? base::Utf8Char{} : base::Utf8At(text, from);
    if (near ? !IsLocalByte(text[from]) : far.size != begin - from || !IsFarLetter(far.code)) break;
    begin = from;
  }
  while (begin < sign && std::string_view(".'%+-").find(text[begin]) != std::string_view::npos)
    ++begin;
  return begin;
}

std::size_t HostEnd(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  while (end < text.size() && end - begin < kHostBytesMax) {
    const char byte = text[end];
    if (IsDigit(byte) || IsAlpha(byte) || byte == '.' || byte == '-') {
      ++end;
      continue;
    }
    const base::Utf8Char far = base::Utf8At(text, end);
    if ((byte & 0x80) == 0 || far.size == 0 || !IsFarLetter(far.code)) break;
    end += far.size;
  }
  while (end > begin && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  return end;
}

bool StartsWithAny(std::string_view text, std::initializer_list<std::string_view> starts) {
  return std::ranges::any_of(starts, [&](std::string_view start) {
    return text.size() >= start.size() &&
           std::equal(start.begin(), start.end(), text.begin(),
                      [](char lower, char byte) { return Upper(lower) == Upper(byte); });
  });
}

// Of parameters of web addresses, those about a person: the last word of a name counts too
// ("user_email", "contact-phone").
bool NamesPerson(std::string_view parameter) {
  static constexpr std::string_view kNames[] = {
      "email",  "mail",     "courriel", "phone",   "tel",      "telephone", "mobile",   "portable",
      "name",   "nom",      "prenom",   "surname", "lastname", "firstname", "username", "login",
      "user",   "uid",      "userid",   "address", "adresse",  "birthdate", "dob",      "naissance",
      "ssn",    "iban",     "nir",      "token",   "session",  "sid",       "fbclid",   "gclid",
      "client", "clientid", "customer", "contact", "subject",  "msisdn",    "password", "msclkid"};
  const std::string_view name = parameter.substr(0, parameter.find('='));
  const std::size_t word = name.find_last_of("_-.[");
  const std::string_view last = word == std::string_view::npos ? name : name.substr(word + 1);
  return std::ranges::any_of(kNames, [&](std::string_view known) {
    return (name.size() == known.size() && StartsWithAny(name, {known})) ||
           (last.size() == known.size() && StartsWithAny(last, {known}));
  });
}

bool IsAboutPerson(std::string_view url) {
  const std::size_t path = std::min(url.find_first_of("/?#", url.find("//") + 2), url.size());
  if (url.substr(0, path).find('@') != std::string_view::npos) return true;
  if (url.find('@') != std::string_view::npos || url.find("%40") != std::string_view::npos)
    return true;
  std::size_t at = url.find_first_of("?#", path);
  while (at != std::string_view::npos && at + 1 < url.size()) {
    const std::size_t next = url.find_first_of("&;#", at + 1);
    if (NamesPerson(url.substr(at + 1, std::min(next, url.size()) - at - 1))) return true;
    at = next;
  }
  return false;
}

}  // namespace

void TextScan::Email(std::size_t sign) {
  if (!Wants(kEmail)) return;
  const std::size_t begin = LocalBegin(text, sign);
  const std::size_t end = HostEnd(text, sign + 1);
  if (begin == sign || end == sign + 1 || !IsEmail(text.substr(begin, end - begin))) return;
  Add(kEmail, begin, end, Confidence::kCertain, false);
}

void TextScan::Url(std::size_t begin) {
  if (!Wants(kUrl) || begin < url_end ||
      !StartsWithAny(text.substr(begin), {"http://", "https://"}))
    return;
  std::size_t end = begin;
  while (end < text.size() && end - begin < kUrlBytesMax) {
    const auto code = static_cast<unsigned char>(text[end]);
    if (code <= 0x20 || code == 0x7f ||
        std::string_view("\"<>\\^`{|}").find(text[end]) != std::string_view::npos)
      break;
    const base::Utf8Char next = base::Utf8At(text, end);
    if (code >= 0x80 && (next.size == 0 || !IsFarLetter(next.code))) break;
    end += std::max<std::size_t>(next.size, 1);
  }
  while (end > begin && std::string_view(".,;:!?)'").find(text[end - 1]) != std::string_view::npos)
    --end;
  url_end = end;
  if (IsAboutPerson(text.substr(begin, end - begin)))
    Add(kUrl, begin, end, Confidence::kCertain, false);
}

// With its zone ("%eth0") and the bits of its network ("/24"). Not "::", which names no machine.
void TextScan::Ip(std::size_t begin) {
  if (!Wants(kIp) || IsWordBefore(text, begin) || Before(begin) == ':') return;
  std::size_t end = begin;
  std::size_t colons = 0;
  std::size_t dots = 0;
  for (; end < text.size() && end - begin <= kIpBytesMax; ++end) {
    if (text[end] != ':' && text[end] != '.' && !IsHex(text[end])) break;
    colons += text[end] == ':' ? 1 : 0;
    dots += text[end] == '.' ? 1 : 0;
  }
  while (end > begin && text[end - 1] == '.') --end, --dots;
  while (end > begin + 2 && text[end - 1] == ':' && text[end - 2] != ':') --end, --colons;
  const std::string_view address = text.substr(begin, end - begin);
  const bool v4 = colons == 0 && dots == 3 && IsIpv4(address);
  const bool v6 = colons >= 2 && address != "::" && IsIpv6(address);
  if ((!v4 && !v6) || IsWordAt(text, end) || At(end) == '_') return;
  if (v4 && begin >= 2 && Before(begin) == '.' && IsDigit(text[begin - 2])) return;
  if (v6 && At(end) == '%') {
    std::size_t zone = end + 1;
    while (zone < text.size() && zone - end < 16 && (IsDigit(text[zone]) || IsAlpha(text[zone])))
      ++zone;
    if (zone > end + 1) end = zone;
  }
  std::size_t bits = end + 1;
  while (At(end) == '/' && bits < text.size() && bits - end <= 4 && IsDigit(text[bits])) ++bits;
  if (At(end) == '/' && bits > end + 1 && bits - end <= (v4 ? 3U : 4U) && !IsWordAt(text, bits))
    end = bits;
  const bool version = v4 && begin >= 2 && Before(begin) == '/' && IsAlpha(text[begin - 2]);
  Add(kIp, begin, end,
      version ? Confidence::kPossible
      : v4    ? Confidence::kLikely
              : Confidence::kCertain,
      false);
}

// Six pairs, or three groups of four (Cisco). Not those that mean nobody and everybody.
void TextScan::Mac(std::size_t begin) {
  constexpr std::size_t kPairs = 17;
  constexpr std::size_t kFours = 14;
  if (!Wants(kMac) || Before(begin) == ':' || Before(begin) == '-') return;
  const auto fits = [&](std::size_t size, std::size_t group, std::string_view separators) {
    if (begin + size > text.size() || IsWordAt(text, begin + size)) return false;
    const char separator = text[begin + group];
    if (separators.find(separator) == std::string_view::npos || At(begin + size) == separator)
      return false;
    char first = 0;
    bool same = true;
    for (std::size_t at = 0; at < size; ++at) {
      const char byte = Upper(text[begin + at]);
      const bool between = at % (group + 1) == group;
      if (between ? byte != separator : !IsHex(byte)) return false;
      if (!between && first == 0) first = byte;
      same = same && (between || byte == first);
    }
    return !same || (first != '0' && first != 'F');
  };
  if (fits(kPairs, 2, ":-")) return Add(kMac, begin, begin + kPairs, Confidence::kCertain, false);
  if (fits(kFours, 4, ".")) Add(kMac, begin, begin + kFours, Confidence::kLikely, false);
}

}  // namespace octroi::rules
