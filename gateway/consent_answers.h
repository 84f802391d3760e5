// What the doors of the consent register answer; docs/FORMATS.md. Never a value of a body.
#pragma once

#include <span>
#include <string>

#include "gateway/cmp_request.h"
#include "gateway/edge.h"
#include "policies/consent.h"

namespace octroi::gateway {

Response ConsentAnswer(const policies::ConsentEvent& event);  // 201

// Of a message of a CMP: what was recorded, and beside it what was not.
std::string Beside(const CmpMessage& message);
Response MessageAnswer(int status, std::span<const policies::ConsentEvent> events,
                       const std::string& beside);

}  // namespace octroi::gateway
