#include "policies/consent.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "base/limits.h"

namespace octroi::policies {
namespace {

constexpr base::Millis kClockSkew =
    5 * 60 * 1000;  // standards.md C3: what two honest clocks may differ by
constexpr base::Millis kTimeMax = base::Millis{std::numeric_limits<std::uint32_t>::max()} * 1000;

constexpr std::array<std::pair<std::string_view, ConsentState>, 14> kNames{{
    {"unknown", ConsentState::kUnknown},
    {"requested", ConsentState::kRequested},
    {"pending", ConsentState::kPending},
    {"granted", ConsentState::kGranted},
    {"denied", ConsentState::kDenied},
    {"withdrawn", ConsentState::kWithdrawn},
    {"objected", ConsentState::kObjected},
    {"expired", ConsentState::kExpired},
    {"invalidated", ConsentState::kInvalidated},
    {"restricted", ConsentState::kRestricted},
    {"lifted", ConsentState::kLifted},
    {"suppressed", ConsentState::kSuppressed},
    {"merged", ConsentState::kMerged},
    {"separated", ConsentState::kSeparated},
}};

constexpr std::array<std::pair<std::string_view, Scope>, 3> kScopes{{
    {"account", Scope::kAccount},
    {"contact_point", Scope::kContactPoint},
    {"device", Scope::kDevice},
}};

bool IsStored(ConsentState state) {
  return state != ConsentState::kUnknown && state != ConsentState::kExpired;
}

// Of two events of the same moment the more restrictive one counts.
int Restrictiveness(ConsentState state) {
  switch (state) {
    case ConsentState::kGranted:
    case ConsentState::kLifted:
    case ConsentState::kSeparated:
      return 0;
    case ConsentState::kRequested:
    case ConsentState::kPending:
      return 1;
    case ConsentState::kInvalidated:
      return 2;
    case ConsentState::kDenied:
      return 3;
    case ConsentState::kWithdrawn:
    case ConsentState::kObjected:
    case ConsentState::kRestricted:
    case ConsentState::kSuppressed:
    case ConsentState::kMerged:
      return 4;
    case ConsentState::kUnknown:
    case ConsentState::kExpired:
      break;  // never stored: Validate
  }
  return 1;
}

// What the event says at `now`: what loosens (a grant, a restriction lifted, a merge undone) from a
// clock far ahead waits, everything else counts at once.
ConsentState StateAt(const ConsentEvent& event, base::Millis now) {
  const bool ahead = event.effective_at > event.recorded_at + kClockSkew;
  if (!ahead || now >= event.effective_at) return event.state;
  if (event.state == ConsentState::kGranted) return ConsentState::kPending;
  if (event.state == ConsentState::kLifted) return ConsentState::kRestricted;
  if (event.state == ConsentState::kSeparated) return ConsentState::kMerged;
  return event.state;
}

std::uint32_t Seconds(base::Millis time) {
  return static_cast<std::uint32_t>(std::clamp<base::Millis>(time, 0, kTimeMax) / 1000);
}

// lower-case 8-4-4-4-12 of the given version, RFC 9562.
bool IsUuid(std::string_view text, char version) {
  if (text.size() != 36 || text[14] != version) return false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
    const bool hex = (text[at] >= '0' && text[at] <= '9') || (text[at] >= 'a' && text[at] <= 'f');
    if (dash ? text[at] != '-' : !hex) return false;
  }
  return true;
}

bool NeedsNotice(ConsentState state) {
  return state == ConsentState::kGranted || state == ConsentState::kPending ||
         state == ConsentState::kRequested;
}

bool IsTime(base::Millis time) { return time > 0 && time <= kTimeMax; }

base::Error Wrong(std::string detail) {
  return {base::ErrorCode::kInvalid, "policies.consent", std::move(detail)};
}

}  // namespace

std::string_view Name(ConsentState state) {
  for (const auto& [name, named] : kNames) {
    if (named == state) return name;
  }
  return "unknown";
}

std::optional<ConsentState> ConsentStateOf(std::string_view name) {
  for (const auto& [known, state] : kNames) {
    if (known == name && IsStored(state)) return state;
  }
  return std::nullopt;
}

std::string_view Name(AgeBand band) {
  switch (band) {
    case AgeBand::kUnknown:
      return "unknown";
    case AgeBand::kAdult:
      return "adult";
    case AgeBand::kMinor:
      return "minor_at_or_above_digital_age";
    case AgeBand::kChild:
      return "minor_below_digital_age";
  }
  return "unknown";
}

std::optional<AgeBand> AgeBandOf(std::string_view name) {
  for (const AgeBand band :
       {AgeBand::kUnknown, AgeBand::kAdult, AgeBand::kMinor, AgeBand::kChild}) {
    if (Name(band) == name) return band;
  }
  return std::nullopt;
}

std::string_view Name(Scope scope) {
  for (const auto& [name, named] : kScopes) {
    if (named == scope) return name;
  }
  return "account";
}

std::optional<Scope> ScopeOf(std::string_view name) {
  for (const auto& [known, scope] : kScopes) {
    if (known == name) return scope;
  }
  return std::nullopt;
}

Scope ScopeAt(const ConsentEvent& event, std::size_t place) {
  if (!event.scoped || place < event.accounts) return Scope::kAccount;
  const auto contact = std::size_t{event.accounts} + event.contact_points;
  return place < contact ? Scope::kContactPoint : Scope::kDevice;
}

std::uint16_t MarksOf(const ConsentEvent& event) {
  return static_cast<std::uint16_t>(static_cast<unsigned>(event.age) | (event.by_parent ? 4u : 0u) |
                                    (event.explicit_word ? 8u : 0u) | (event.accounts & 15u) << 4 |
                                    (event.contact_points & 15u) << 8 |
                                    (event.scoped ? 1u << 12 : 0u));
}

void SetMarks(std::uint16_t marks, ConsentEvent& event) {
  event.age = static_cast<AgeBand>(marks & 3u);
  event.by_parent = (marks & 4u) != 0;
  event.explicit_word = (marks & 8u) != 0;
  event.accounts = static_cast<std::uint8_t>(marks >> 4 & 15u);
  event.contact_points = static_cast<std::uint8_t>(marks >> 8 & 15u);
  event.scoped = (marks >> 12 & 1u) != 0;
}

bool IsOfPerson(ConsentState state) {
  return state == ConsentState::kRestricted || state == ConsentState::kLifted ||
         state == ConsentState::kSuppressed || IsMerge(state);
}

bool IsMerge(ConsentState state) {
  return state == ConsentState::kMerged || state == ConsentState::kSeparated;
}

bool IsNo(ConsentState state) {
  return state == ConsentState::kDenied || state == ConsentState::kWithdrawn ||
         state == ConsentState::kObjected || state == ConsentState::kInvalidated ||
         state == ConsentState::kRestricted || state == ConsentState::kSuppressed;
}

int Strictness(ConsentState state) {
  switch (state) {
    case ConsentState::kUnknown:
      return 0;
    case ConsentState::kGranted:
      return 1;
    case ConsentState::kRequested:
      return 3;  // 2: granted, but after the event (standing.cc)
    case ConsentState::kPending:
      return 4;
    case ConsentState::kExpired:
      return 5;
    case ConsentState::kInvalidated:
      return 6;
    case ConsentState::kDenied:
      return 7;
    case ConsentState::kObjected:
      return 8;
    case ConsentState::kWithdrawn:
    case ConsentState::kRestricted:  // never of one purpose: Validate
    case ConsentState::kLifted:
    case ConsentState::kSuppressed:
    case ConsentState::kMerged:
    case ConsentState::kSeparated:
      break;
  }
  return 9;
}

bool ConsentEntry::operator==(const ConsentEntry& other) const {
  const auto rest = [](const ConsentEntry& one) {
    return std::tuple(one.state, one.since_seconds, one.until_seconds, one.reference, one.by_parent,
                      one.explicit_word, one.limits == nullptr);
  };
  return rest(*this) == rest(other) && (limits == nullptr || *limits == *other.limits);
}

ConsentEntry Fold(std::span<const ConsentEvent> events, base::Millis now) {
  std::vector<const ConsentEvent*> places;
  places.reserve(events.size());
  for (const ConsentEvent& event : events) places.push_back(&event);
  return Fold(places, now);
}

ConsentEntry Fold(std::span<const ConsentEvent* const> events, base::Millis now) {
  const auto before = [now](const ConsentEvent* a, const ConsentEvent* b) {
    const auto key = [now](const ConsentEvent& event) {
      return std::tuple(event.effective_at, Restrictiveness(StateAt(event, now)), event.recorded_at,
                        std::string_view(event.id));
    };
    return a == nullptr || (b != nullptr && key(*a) < key(*b));
  };
  const ConsentEvent* last = nullptr;
  const ConsentEvent* granted = nullptr;   // the last of those
  const ConsentEvent* objected = nullptr;  // likewise
  const ConsentEvent* suppressed = nullptr;
  for (const ConsentEvent* event : events) {
    const ConsentState state = StateAt(*event, now);
    last = std::max(last, event, before);
    if (state == ConsentState::kGranted) granted = std::max(granted, event, before);
    if (state == ConsentState::kObjected) objected = std::max(objected, event, before);
    if (state == ConsentState::kSuppressed) suppressed = std::max(suppressed, event, before);
  }
  if (last == nullptr) return {};
  if (objected != nullptr && before(granted, objected)) last = objected;
  base::Millis since = last->effective_at;
  if (suppressed != nullptr) {
    const bool restricted = StateAt(*last, now) == ConsentState::kRestricted;
    since = restricted ? last->effective_at : suppressed->effective_at;
    last = suppressed;
  }
  ConsentEntry entry;
  entry.state = StateAt(*last, now);
  entry.since_seconds = Seconds(since);
  // A validity within the first second of 1970 must not read as "none".
  if (last->valid_until != 0) entry.until_seconds = std::max(1u, Seconds(last->valid_until));
  entry.reference = static_cast<std::uint32_t>(last->sequence);
  entry.by_parent = entry.state == ConsentState::kGranted && last->by_parent;
  entry.explicit_word = entry.state == ConsentState::kGranted && last->explicit_word;
  if (entry.state == ConsentState::kGranted) entry.limits = last->limits.get();
  return entry;
}

base::Status Validate(const ConsentEvent& event) {
  if (!IsUuid(event.id, '7')) return Wrong("`id` is not a UUIDv7 in lower case");
  if (!IsUuid(event.record_id, '4')) return Wrong("`record_id` is not a UUIDv4 in lower case");
  if (event.subject.empty()) return Wrong("`subject` has no identifier");
  if (event.subject.size() > base::kIdentifiersPerEventMax) {
    return Wrong("`subject` has more than " + std::to_string(base::kIdentifiersPerEventMax) +
                 " identifiers");
  }
  if (std::size_t{event.accounts} + event.contact_points > event.subject.size()) {
    return Wrong("`subject` has fewer identifiers than scopes");
  }
  if (IsMerge(event.state) && (event.accounts == 0 || event.accounts == event.subject.size())) {
    return Wrong("`with` names no other account");
  }
  if (event.purpose.empty()) return Wrong("`purpose` is missing");
  if (!IsStored(event.state)) return Wrong("`state` is not one that can be recorded");
  if (IsOfPerson(event.state) != (event.purpose == kWholePerson)) {
    return Wrong("`state` is not one of this `purpose`");
  }
  if (!IsTime(event.effective_at)) return Wrong("`effective_at` is not a time from 1970 to 2106");
  if (!IsTime(event.recorded_at)) return Wrong("`recorded_at` is not a time from 1970 to 2106");
  if (event.valid_until != 0 && !IsTime(event.valid_until)) {
    return Wrong("`valid_until` is not a time from 1970 to 2106");
  }
  if (event.valid_until != 0 && event.valid_until < event.effective_at) {
    return Wrong("`valid_until` is before `effective_at`");
  }
  if (event.notice.empty() && NeedsNotice(event.state)) {
    return Wrong("`notice` is missing: what the person was shown");
  }
  if (event.state == ConsentState::kGranted && event.age == AgeBand::kChild && !event.by_parent) {
    return Wrong("`actor`: a child's grant needs its parent (GDPR 8)");
  }
  if (event.limits != nullptr && event.state != ConsentState::kGranted)
    return Wrong("`vendors`, `controllers` and `data_categories` limit a grant alone");
  if (event.source.empty()) return Wrong("`source` is missing");
  return base::Ok();
}

}  // namespace octroi::policies
