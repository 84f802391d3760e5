// The only file that sees libphonenumber: its headers are heavy.
#include <phonenumbers/phonenumberutil.h>

#include <exception>
#include <optional>

#include "base/utf8.h"
#include "rules/formats.h"
#include "rules/latin.h"
#include "rules/repairs.h"

namespace octroi::rules {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr std::string_view kHomeRegion = "FR";
constexpr std::size_t kWrittenBytesMax = 64;  // 15 digits with room for any spacing

// The digits with their plain separators. libphonenumber would also dial letters and find a number
// in the middle of a sentence, and it does not know the narrow space of French typing.
std::optional<std::string> Dialled(std::string_view text) {
  std::string dialled;
  for (std::size_t at = 0; at < text.size();) {
    const base::Utf8Char next = base::Utf8At(text, at);
    if (next.code == 0xa0 || next.code == 0x202f) {
      dialled.push_back(' ');
    } else if (IsDigit(text[at]) ||
               std::string_view(" +.-/()").find(text[at]) != std::string_view::npos) {
      dialled.push_back(text[at]);
    } else {
      return std::nullopt;
    }
    at += next.size;
  }
  return dialled;
}

}  // namespace

bool PhoneToE164(std::string_view text, std::string& out) try {
  text = Trimmed(text);
  if (IsPhoneE164(text)) return out.append(text), true;
  if (text.size() > kWrittenBytesMax) return false;
  const std::optional<std::string> dialled = Dialled(text);
  if (!dialled) return false;
  const PhoneNumberUtil& phones = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  if (phones.Parse(*dialled, std::string(kHomeRegion), &number) !=
      PhoneNumberUtil::NO_PARSING_ERROR) {
    return false;
  }
  if (!phones.IsValidNumber(number)) return false;
  phones.Format(number, PhoneNumberUtil::E164, &out);
  return IsPhoneE164(out);
} catch (const std::exception&) {
  return false;  // not repaired is always safe
}

}  // namespace octroi::rules
