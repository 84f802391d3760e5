// Any bytes as a TC and as a GPP string: no crash, faults that point inside the text, and an
// answer that is never yes to what the string itself denies.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "signals/gpp.h"
#include "signals/tcf.h"

namespace {

using namespace octroi::signals;  // NOLINT(google-build-using-namespace)

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckFault(const Fault& fault, std::string_view text) {
  Require(!fault.reason.empty() && fault.offset <= text.size() && fault.segment_at <= text.size());
}

void CheckTcf(std::string_view text) {
  const auto read = ReadTcString(text);
  if (const Fault* fault = std::get_if<Fault>(&read)) return CheckFault(*fault, text);
  const TcString& string = std::get<TcString>(read);
  for (const Restriction& one : string.restrictions)
    Require(one.first > 0 && one.first <= one.last);
  for (const std::uint16_t vendor : {std::uint16_t{1}, std::uint16_t{755}, std::uint16_t{65535}}) {
    for (unsigned id = 0; id <= 32; ++id) {
      const TcfAnswer answer = MayProcess(string, {OfId(id), vendor}, string.last_updated);
      Require(answer.allowed == (answer.reason == "tcf.consented"));
      if (!answer.allowed) continue;
      Require(Judge(string, string.last_updated).valid() && string.vendor_consents.Has(vendor) &&
              (string.purposes_consent & OfId(id)) != 0);
    }
  }
}

void CheckGpp(std::string_view text) {
  const auto read = ReadGppString(text);
  if (const Fault* fault = std::get_if<Fault>(&read)) return CheckFault(*fault, text);
  unsigned last = 0;
  for (const GppSection& section : std::get<GppString>(read).sections) {
    Require(section.id > last && !section.text.empty() &&
            section.offset + section.text.size() <= text.size());
    last = section.id;
    if (section.id == kGppTcfEu) CheckTcf(section.text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckTcf(text);
  CheckGpp(text);
  return 0;
}
