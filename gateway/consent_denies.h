// What ends a purpose for a person, and what the person may claim then: for reports on what left,
// not for decisions (policies/decide.h).
#pragma once

#include <string_view>

#include "gateway/consent_state.h"
#include "policies/consent.h"
#include "policies/policy_spec.h"

namespace octroi::gateway {

// What the person may claim of what left, once somebody said no: an article of the GDPR.
std::string_view ArticleOf(policies::ConsentState state);

// Whether what the register says, of the person as a whole and of one purpose, ends that purpose on
// this basis: consent unless it is granted (and newer than a restriction of the person),
// legitimate interests and public task if it is objected to.
bool Denies(const StateOfPurpose& person, const StateOfPurpose& purpose, policies::Basis basis);

}  // namespace octroi::gateway
