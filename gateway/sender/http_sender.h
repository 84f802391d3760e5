// HttpSender: the port of sender.h over Poco's HTTP client. Private: tests reach the resolver
// through it.
#pragma once

#include <memory>

#include "gateway/sender.h"
#include "gateway/sender/resolver.h"

namespace octroi::gateway {

std::unique_ptr<Sender> MakeHttpSender(const DestinationPlan& destination, const base::Clock& clock,
                                       std::unique_ptr<Resolver> resolver);

}  // namespace octroi::gateway
