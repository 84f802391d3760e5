#include "policies/outgoing_plan.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace octroi::policies {
namespace {

base::Error Invalid(std::string detail) {
  return {base::ErrorCode::kInvalid, "policies.pseudonymizer", std::move(detail)};
}

bool NamesAreDistinct(const std::vector<OutgoingField>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name.empty() || fields[i].name.size() > kLpBytesMax) return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (fields[i].name == fields[j].name) return false;
    }
  }
  return true;
}

bool HasTokens(Form form) {
  return form == Form::kPseudonym || form == Form::kReversible || form == Form::kEpoch ||
         form == Form::kRandom;
}

}  // namespace

bool IsDomain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

OutgoingPlan::OutgoingPlan(const crypto::KeyRing& keys, std::string_view origin, Redact with)
    : version_(keys.active_version()), redact_(with), previous_(keys.previous()) {
  crypto::AppendLp(origin, origin_lp_);
}

base::Status OutgoingPlan::Add(const crypto::KeyRing& keys, const OutgoingForm& form) {
  if (!IsDomain(form.domain)) return Invalid("a destination's id is not a pseudonymisation domain");
  for (const PreparedDestination& other : destinations_) {
    if (other.domain == form.domain) {
      return Invalid("two destinations share the domain `" + form.domain + "`");
    }
  }
  const std::uint32_t oldest = keys.oldest_version();
  auto event_id = keys.DeriveHmac("event-id", form.domain, "", "", oldest);
  if (!event_id) return event_id.error();
  auto idempotency = keys.DeriveHmac("idempotency", form.domain, "", "", oldest);
  if (!idempotency) return idempotency.error();
  PreparedDestination made{form.domain,
                           form.lines ? Frame{"", "\n"} : FrameOf(form.body),
                           form.lines ? '\n' : ',',
                           !form.lines && !form.body.has_each(),
                           form.previous_tokens && previous_.has_value(),
                           *event_id,
                           *idempotency,
                           {},
                           {}};
  for (const auto& contract : form.contracts) {
    if (auto added = AddContract(keys, contract, form.body, made); !added) return added;
  }
  destinations_.push_back(std::move(made));
  return base::Ok();
}

base::Status OutgoingPlan::AddContract(const crypto::KeyRing& keys,
                                       const OutgoingForm::ForContract& form, const Template& body,
                                       PreparedDestination& destination) const {
  auto& contracts = destination.contracts;
  if (contracts.size() <= form.contract) contracts.resize(form.contract + std::size_t{1});
  if (contracts[form.contract].has_value()) return Invalid("`" + form.name + "` is listed twice");
  if (!NamesAreDistinct(form.fields)) {
    return Invalid("`" + form.name + "` lists a field twice or without a name");
  }
  PreparedContract made;
  base::AppendJsonString(form.name, made.name);
  for (const OutgoingField& field : form.fields) {
    auto prepared = Prepare(keys, field, destination);
    if (!prepared) return prepared.error();
    made.needs_received =
        made.needs_received || field.form == Form::kEpoch || prepared->has_previous();
    made.fields.push_back(std::move(*prepared));
  }
  made.layout = LayoutOf(body, made);
  contracts[form.contract] = std::move(made);
  return base::Ok();
}

base::Result<PreparedField> OutgoingPlan::Prepare(const crypto::KeyRing& keys,
                                                  const OutgoingField& field,
                                                  PreparedDestination& destination) const {
  PreparedField made;
  made.slot = field.field;
  made.category = field.category;
  made.form = field.form;
  made.direct = field.direct;
  base::AppendJsonString(field.name, made.name);
  if (field.direct && field.identity) {
    OutgoingField token = field;
    token.form = Form::kPseudonym;
    if (auto keyed = Keyed(keys, token, version_, destination, made.instead, made.instead_head);
        !keyed)
      return keyed.error();
    if (destination.previous) {
      if (auto keyed = Keyed(keys, token, previous_->version, destination, made.instead_prev,
                             made.instead_prev_head);
          !keyed)
        return keyed.error();
    }
  }
  if (!HasTokens(field.form)) return made;
  if (auto keyed = Keyed(keys, field, version_, destination, made.key, made.token_head); !keyed)
    return keyed.error();
  if (destination.previous && field.form != Form::kRandom) {  // of which no key is the previous
    if (auto keyed = Keyed(keys, field, previous_->version, destination, made.prev, made.prev_head);
        !keyed)
      return keyed.error();
  }
  return made;
}

base::Status OutgoingPlan::Keyed(const crypto::KeyRing& keys, const OutgoingField& field,
                                 std::uint32_t version, PreparedDestination& destination,
                                 const TokenKey*& key, std::string& head) const {
  head = "\"" + TokenHead(field.form, destination.domain, version);
  for (const auto& known : destination.keys) {
    if (known->form == field.form && known->version == version && known->id_type == field.name &&
        known->type == field.type) {
      key = known.get();
      return base::Ok();
    }
  }
  auto made = TokenKey::Make(keys, destination.domain, field, version);
  if (!made) return made.error();
  destination.keys.push_back(std::make_unique<const TokenKey>(std::move(*made)));
  key = destination.keys.back().get();
  return base::Ok();
}

const PreparedContract* OutgoingPlan::Find(std::uint16_t destination,
                                           std::uint16_t contract) const {
  if (destination >= destinations_.size()) return nullptr;
  const auto& contracts = destinations_[destination].contracts;
  if (contract >= contracts.size() || !contracts[contract].has_value()) return nullptr;
  return &*contracts[contract];
}

}  // namespace octroi::policies
