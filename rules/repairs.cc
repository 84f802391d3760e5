#include "rules/repairs.h"

#include "rules/detect/redact.h"
#include "rules/iso_tables.h"
#include "rules/latin.h"

namespace octroi::rules {

bool Apply(Repair repair, std::string_view text, std::string& out) {
  switch (repair) {
    case Repair::kTrim:
      return out.append(Trimmed(text)), true;
    case Repair::kLowercase:
      return AppendLower(text, out), true;
    case Repair::kUppercase:
      return AppendUpper(text, out), true;
    case Repair::kStripAccents:
      return AppendUnaccented(text, out), true;
    case Repair::kPhoneToE164:
      return PhoneToE164(text, out);
    case Repair::kDateToIso:
      return DateToIso(text, out);
    case Repair::kRedact:
      return AppendRedacted(text, LikelyDetector(), out);
    case Repair::kCountryToIso: {
      const auto code = CountryOf(text);
      if (code) out.append(*code);
      return code.has_value();
    }
  }
  return false;
}

}  // namespace octroi::rules
