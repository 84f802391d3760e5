#include "gateway/consent_denies.h"

namespace octroi::gateway {

using policies::Basis;
using policies::ConsentState;

std::string_view ArticleOf(ConsentState state) {
  switch (state) {
    case ConsentState::kWithdrawn:
      return "17(1)(b)";
    case ConsentState::kObjected:
      return "17(1)(c)";
    case ConsentState::kRestricted:
      return "18";
    case ConsentState::kSuppressed:
      return "17";
    default:
      return "17(1)(d)";  // never lawful
  }
}

bool Denies(const StateOfPurpose& person, const StateOfPurpose& one, Basis basis) {
  const bool granted = one.state == ConsentState::kGranted;
  const bool held =
      person.state == ConsentState::kRestricted || person.state == ConsentState::kSuppressed;
  if (held && basis == Basis::kVitalInterests) return person.state == ConsentState::kSuppressed;
  if (held) return basis != Basis::kConsent || !granted || one.since <= person.since;
  if (basis == Basis::kConsent) return !granted;
  const bool objectable = basis == Basis::kLegitimateInterests || basis == Basis::kPublicTask;
  return objectable && one.state == ConsentState::kObjected;
}

}  // namespace octroi::gateway
