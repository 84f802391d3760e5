// What a consent management platform tells of one person's choices, in its own shape: read into
// choices of ours, or refused whole. docs/FORMATS.md has the shapes; standards.md C6 the rules.
//
// Nothing is guessed. A state, a date or a kind of message that is not known refuses the body, and
// so does a member that might restrict what is granted; a purpose that the body does not speak of
// is no choice. Whose choices they are, and which purposes of ours they mean, is not settled here.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "policies/consent.h"

namespace octroi::gateway {

enum class CmpForm : std::uint8_t {
  kSegment,       // the track event "Segment Consent Preference Updated"
  kDidomi,        // a consent event, the webhook message that carries one, or a user's status
  kOneTrust,      // a consent receipt
  kUsercentrics,  // the consent webhook, or services with their history
};
std::optional<CmpForm> CmpFormOf(std::string_view type);  // "didomi", …; nothing: none of them

struct Choice {
  // What they call the purpose: "newsletter", "newsletter/sport" of a preference or topic under it,
  // "vendor:google". Of a no, "newsletter/" is every name under it.
  std::string name;
  policies::ConsentState state = policies::ConsentState::kUnknown;
  base::Millis effective_at = 0;
  std::string pointer;  // RFC 6901, where it stands; holds no text of the body
};

// "consent.form_unknown", "consent.state_invalid", "consent.effective_at_invalid",
// "consent.member_unknown", "consent.preference_unmapped"; `pointer` holds no text of the body.
struct ChoiceFault {
  std::string_view code;
  std::string pointer;
};

struct Choices {
  std::vector<Choice> taken;          // in the body's order; may be none
  std::vector<std::string> not_acts;  // pointers of what nobody did: a default is no consent
};

// `body`: strict JSON that base::EventParser accepted. `is_mapped`: whether a name means a purpose
// of ours; of others only the name is read. Any thread.
std::variant<Choices, ChoiceFault> ReadChoices(
    CmpForm form, std::string_view body, const std::function<bool(std::string_view)>& is_mapped);

}  // namespace octroi::gateway
