// Signals that accompany an event: whose names mean which of our purposes (standards.md C5, C6).
#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <map>

#include "gateway/config/compile.h"
#include "signals/tcf.h"

namespace octroi::gateway::config {
namespace {

constexpr std::string_view kSegmentField = "context.consent.categoryPreferences";

// What the name of another means, unless the config says otherwise: branches of our purposes.
struct Meaning {
  std::string_view name;
  std::array<std::string_view, 2> purposes;
};
constexpr Meaning kGoogle[] = {
    {"ad_storage", {"advertising.basic", "storage_access"}},
    {"ad_user_data", {"advertising.audience_sharing", ""}},
    {"ad_personalization", {"advertising.personalised", ""}},
    {"analytics_storage", {"analytics.audience", "storage_access"}},
    {"personalization_storage", {"content.personalised", ""}},
    {"functionality_storage", {"", ""}},  // basis contract or security: only if the config says so
    {"security_storage", {"", ""}},
};
constexpr Meaning kTcf[] = {
    {"1", {"storage_access", "advertising.audience_sharing"}},
    {"2", {"advertising.basic", ""}},
    {"3", {"advertising.personalised", "advertising.audience_sharing"}},
    {"4", {"advertising.personalised", "advertising.audience_sharing"}},
    {"5", {"content.personalised", ""}},
    {"6", {"content.personalised", ""}},
    {"7", {"analytics.audience", "advertising.basic"}},
    {"8", {"analytics.audience", ""}},
    {"9", {"analytics.audience", ""}},
    {"10", {"product.improvement", ""}},
};

using Bits = std::map<std::string, std::uint32_t, std::less<>>;

// Of a purpose, and of those below it.
std::uint32_t BitsOf(std::string_view purpose, const Places& purposes) {
  std::uint32_t bits = 0;
  for (std::size_t place = 0; place < purposes.size(); ++place) {
    const std::string_view id = purposes.names()[place];
    const bool below =
        id.starts_with(purpose) && id.size() > purpose.size() && id[purpose.size()] == '.';
    if (id == purpose || below) bits |= 1U << place;
  }
  return bits;
}

template <std::size_t N>
void Usually(const Meaning (&meanings)[N], const Places& purposes, Bits& bits) {
  for (const Meaning& meaning : meanings) {
    std::uint32_t& of = bits[std::string(meaning.name)];
    for (const std::string_view purpose : meaning.purposes) {
      if (!purpose.empty()) of |= BitsOf(purpose, purposes);
    }
  }
}

// A signal may speak about a purpose by its id, or about all purposes of a branch ("marketing").
// Segment's categories are customarily capitalised. It can only restrict, so reading it widely is
// the safe side.
void OurOwn(const Places& purposes, bool capitals, Bits& bits) {
  for (std::size_t place = 0; place < purposes.size(); ++place) {
    const std::string& id = purposes.names()[place];
    for (std::size_t end = id.find('.');; end = id.find('.', end + 1)) {
      std::string name = id.substr(0, end);
      bits[name] |= 1U << place;
      name.front() = static_cast<char>(name.front() - 'a' + 'A');
      if (capitals) bits[name] |= 1U << place;
      if (end == std::string::npos) break;
    }
  }
}

SignalKind KindOf(std::string_view read) {
  if (read == "rudderstack") return SignalKind::kRudderStack;
  if (read == "google") return SignalKind::kGoogle;
  if (read == "tcf") return SignalKind::kTcf;
  if (read == "gpp") return SignalKind::kGpp;
  return read == "gpc" ? SignalKind::kGpc : SignalKind::kPreferences;
}

unsigned NumberOf(std::string_view text) {
  unsigned number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() ? number : 0;
}

SignalPlan SignalPlanOf(const Node* entry, std::string_view read, bool segment, std::string field,
                        const Places& purposes) {
  SignalPlan plan;
  plan.kind = KindOf(read);
  plan.field = std::move(field);
  Bits bits;
  const bool tcf = plan.kind == SignalKind::kTcf || plan.kind == SignalKind::kGpp;
  if (tcf) {
    Usually(kTcf, purposes, bits);
  } else if (plan.kind == SignalKind::kGoogle) {
    Usually(kGoogle, purposes, bits);
  } else if (plan.kind == SignalKind::kRudderStack) {
    // No branches: what a list of allowed ids lacks is denied, and it would lack the branch.
    for (std::size_t place = 0; entry->Map("map").empty() && place < purposes.size(); ++place)
      bits[purposes.names()[place]] = 1U << place;
  } else if (plan.kind == SignalKind::kPreferences) {
    OurOwn(purposes, segment || read == "segment", bits);
  }
  if (entry != nullptr) {
    for (const Node::Member& line : entry->Map("map")) {
      std::uint32_t& of = bits[line.key] = 0;
      for (const Node& purpose : line.value.items) of |= BitsOf(purpose.text, purposes);
    }
    if (const Node* vendor = entry->Find("vendor"))
      plan.vendor = static_cast<std::uint16_t>(vendor->number);
  }
  if (!tcf) {
    std::ranges::copy_if(bits, std::back_inserter(plan.names),
                         [](const auto& name) { return name.second != 0; });
    return plan;
  }
  plan.tcf.resize(purposes.size());
  for (const auto& [name, of] : bits) {
    for (std::size_t place = 0; place < purposes.size(); ++place) {
      if ((of >> place & 1U) != 0) plan.tcf[place] |= signals::OfId(NumberOf(name));
    }
  }
  return plan;
}

}  // namespace

bool IsSignalName(std::string_view read, std::string_view name) {
  if (read == "google") {
    return std::ranges::any_of(kGoogle,
                               [&](const Meaning& meaning) { return meaning.name == name; });
  }
  if (read != "tcf" && read != "gpp") return true;
  const unsigned number = NumberOf(name);
  return number >= 1 && number <= signals::kTcfPurposesMax && std::to_string(number) == name;
}

std::string_view UsualField(std::string_view read) {
  if (read == "segment") return kSegmentField;
  return read == "rudderstack" ? "context.consentManagement" : "";
}

std::vector<SignalPlan> SignalPlansOf(const Document& source, const Places& purposes) {
  const bool segment = source.root.Find("receive")->Text("type") == "segment";
  std::vector<SignalPlan> plans;
  for (const Node& entry : source.root.List("consent")) {
    const std::string_view read = entry.Text("read");
    std::string field(entry.Text("field"));
    if (field.empty()) field = UsualField(read);
    if (field.empty()) continue;  // Sec-GPC is a header
    plans.push_back(SignalPlanOf(&entry, read, segment, std::move(field), purposes));
  }
  const bool there = std::ranges::any_of(
      plans, [](const SignalPlan& plan) { return plan.field == kSegmentField; });
  if (segment && !there)
    plans.push_back(SignalPlanOf(nullptr, "segment", true, std::string(kSegmentField), purposes));
  for (std::size_t i = 0; i < plans.size(); ++i)
    plans[i].slot = static_cast<base::FieldId>(base::kSlotSignal + 2 * i);
  return plans;
}

// Only purposes that the config names, and none below them: a grant is not read widely.
std::optional<ChoicesPlan> ChoicesPlanOf(const Document& source, NameTables& names) {
  const Node& root = source.root;
  const Node& receive = *root.Find("receive");
  const auto form = CmpFormOf(receive.Text("type"));
  if (!form) return std::nullopt;
  ChoicesPlan plan;
  plan.form = *form;
  plan.notice = root.Text("notice");
  for (const Node::Member& line : receive.Map("purposes")) {
    for (const Node& purpose : line.value.items)
      plan.purposes[line.key] |= 1U << names.purposes.Of(purpose.text);
  }
  for (const Node::Member& line : root.Map("map")) {
    std::string pointer = "/" + line.key;
    std::ranges::replace(pointer, '.', '/');
    plan.pointers.emplace(names.fields.Of(line.value.text), std::move(pointer));
  }
  return plan;
}

}  // namespace octroi::gateway::config
