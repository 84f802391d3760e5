#include "gateway/receipt.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "gateway/messages.h"

namespace octroi::gateway {
namespace {

using base::Outcome;
using base::Reason;

int StatusOf(const Admitted& admitted) {
  if (admitted.outcome != Outcome::kRejected) return 202;
  switch (admitted.reason) {
    case Reason::kJsonInvalid:
    case Reason::kJsonDuplicateKey:
      return 400;
    case Reason::kJsonLimit:
      return 413;
    case Reason::kConflictMessageId:
      return 409;
    default:
      return 422;
  }
}

void AppendNumber(std::uint64_t number, std::string& out) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void AppendId(const std::string& origin, std::uint64_t sequence, std::string& out) {
  out.append("\"").append(origin).append(".");
  AppendNumber(sequence, out);
  out.append("\"");
}

void AppendDeliveries(const Plan& plan, std::span<const Delivery> deliveries, std::string& out) {
  if (deliveries.empty()) return;
  out.append(",\"destinations\":{");
  bool first = true;
  for (const Delivery& delivery : deliveries) {
    out.append(first ? "\"" : ",\"").append(plan.destinations[delivery.destination].id);
    out.append("\":{\"outcome\":\"").append(base::Name(delivery.outcome)).append("\"");
    if (delivery.outcome != Outcome::kSent && delivery.reason != Reason::kUndecided) {
      out.append(",\"reason\":\"").append(plan.ReasonName(delivery.reason)).append("\"");
    }
    if (delivery.http_status != 0) {
      out.append(",\"status\":");
      AppendNumber(delivery.http_status, out);
    }
    out.append("}");
    first = false;
  }
  out.append("}");
}

// One event's receipt: its id, its outcome, and for all but accepted ones the reason and the rules
// that failed.
void AppendItem(const Plan& plan, const std::string& origin, std::uint64_t sequence,
                const Admitted& admitted, std::span<const Delivery> deliveries, std::string& out) {
  out.append("{\"id\":");
  AppendId(origin, sequence, out);
  out.append(",\"outcome\":\"").append(base::Name(admitted.outcome)).append("\"");
  if (admitted.outcome != Outcome::kAccepted) {
    out.append(",\"reason\":\"").append(plan.ReasonName(admitted.reason)).append("\"");
  }
  if (!admitted.rule.empty()) {
    out.append(",\"rule\":\"").append(admitted.rule);
    if (admitted.pointer.empty()) {
      out.append("\",\"offset\":");
      AppendNumber(admitted.offset, out);
    } else {
      out.append("\",\"pointer\":\"").append(admitted.pointer).append("\"");
    }
  }
  if (admitted.merged_into != 0) {
    out.append(",\"merged_into\":");
    AppendId(origin, admitted.merged_into, out);
  }
  if (admitted.failed_rules != 0 && admitted.contract < plan.contracts.size()) {
    out.append(",\"failed_rules\":[");
    const auto& rules = plan.contracts[admitted.contract].contract->spec().rules;
    bool first = true;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (!(admitted.failed_rules >> i & 1)) continue;
      out.append(first ? "\"" : ",\"").append(rules[i].id).append("\"");
      first = false;
    }
    out.append("]");
  }
  AppendDeliveries(plan, deliveries, out);
  out.append("}");
}

// Takes those of one event from the front.
std::span<const Delivery> TakeOf(std::uint32_t event, std::span<const Delivery>& all) {
  std::size_t count = 0;
  while (count < all.size() && all[count].event == event) ++count;
  const auto taken = all.first(count);
  all = all.subspan(count);
  return taken;
}

}  // namespace

Response ReceiptOf(const Receipted& what) {
  const Plan& plan = *what.plan;
  const std::vector<Admitted>& admitted = *what.admitted;
  const std::string& origin = what.origin;
  Response response;
  if (!what.batch && admitted[0].outcome == Outcome::kRejected) {
    std::string item;
    AppendItem(plan, origin, what.taken.first_sequence, admitted[0], {}, item);
    return ProblemOf(StatusOf(admitted[0]), plan.ReasonName(admitted[0].reason), "[" + item + "]");
  }
  std::span<const Delivery> deliveries;
  if (what.deliveries != nullptr) deliveries = *what.deliveries;
  const bool known =
      !deliveries.empty() && std::ranges::none_of(deliveries, [](const Delivery& delivery) {
        return delivery.outcome == Outcome::kInFlight;
      });
  response.status = what.batch || what.segment || known ? 200 : 202;
  if (what.taken.replayed) response.headers.emplace_back("Idempotency-Replayed", "true");
  if (!what.batch && !what.segment) {
    response.body.reserve(128);
    AppendItem(plan, origin, what.taken.first_sequence, admitted[0], deliveries, response.body);
    return response;
  }
  std::size_t counts[5] = {};
  for (const Admitted& one : admitted) ++counts[static_cast<std::size_t>(one.outcome)];
  response.body.reserve(64 + admitted.size() * 56);
  response.body.append("{\"success\":true,\"received\":");
  AppendNumber(admitted.size(), response.body);
  for (const Outcome outcome :
       {Outcome::kRejected, Outcome::kQuarantined, Outcome::kMerged, Outcome::kAccepted}) {
    response.body.append(",\"").append(base::Name(outcome)).append("\":");
    AppendNumber(counts[static_cast<std::size_t>(outcome)], response.body);
  }
  response.body.append(",\"items\":[");
  for (std::size_t i = 0; i < admitted.size(); ++i) {
    if (i != 0) response.body.append(",");
    AppendItem(plan, origin, what.taken.first_sequence + i, admitted[i],
               TakeOf(static_cast<std::uint32_t>(i), deliveries), response.body);
  }
  response.body.append("]}");
  return response;
}

}  // namespace octroi::gateway
