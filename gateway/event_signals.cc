#include "gateway/event_signals.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "signals/gpp.h"
#include "signals/tcf.h"

namespace octroi::gateway {
namespace {

using base::JsonType;
using base::Reason;

constexpr std::string_view kSpace = " \t\r\n";

std::string_view From(std::string_view text, std::size_t at, std::string_view skip) {
  text.remove_prefix(std::min(at, text.size()));
  text.remove_prefix(std::min(text.find_first_not_of(skip), text.size()));
  return text;
}

bool SaysTrue(std::string_view value) { return value.starts_with("true"); }

bool SaysGranted(std::string_view value) {
  constexpr std::string_view kGranted = "\"granted\"";
  return value.size() >= kGranted.size() &&
         std::equal(kGranted.begin(), kGranted.end(), value.begin(), [](char wanted, char is) {
           return wanted == (is >= 'A' && is <= 'Z' ? is + 32 : is);
         });
}

// Where what follows a quoted `name` begins, from `at` on; npos: nowhere.
std::size_t Behind(std::string_view json, std::string_view name, std::size_t at = 0) {
  for (at = json.find(name, at); at != std::string_view::npos; at = json.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if (at > 0 && json[at - 1] == '"' && end < json.size() && json[end] == '"') return end + 1;
  }
  return std::string_view::npos;
}

// Whether {"name": anything that is no yes} is in the object.
bool Denies(std::string_view object, std::string_view name, bool (*says_yes)(std::string_view)) {
  for (std::size_t at = Behind(object, name); at != std::string_view::npos;
       at = Behind(object, name, at)) {
    if (!says_yes(From(object, at, " \t\r\n:"))) return true;
  }
  return false;
}

// The strings of the array that `member` of the object holds, from bracket to bracket: there are no
// escapes in it. Empty: there is no such member; nothing: it is no list of strings.
std::optional<std::string_view> ListOf(std::string_view object, std::string_view member) {
  const std::size_t at = Behind(object, member);
  if (at == std::string_view::npos) return std::string_view();
  const std::string_view list = From(object, at, " \t\r\n:");
  if (!list.starts_with('[') || Behind(object, member, at) != std::string_view::npos)
    return std::nullopt;
  for (std::string_view rest = From(list, 1, kSpace); !rest.starts_with(']');) {
    if (!rest.starts_with('"')) return std::nullopt;
    const std::size_t end = rest.find('"', 1);
    if (end == std::string_view::npos) return std::nullopt;
    rest = From(rest, end + 1, " \t\r\n,");
    if (rest.empty()) return std::nullopt;
    if (rest.starts_with(']')) return list.substr(0, list.size() - rest.size() + 1);
  }
  return std::string_view("[]");
}

// Ids are compared as they are written. Always "and", whatever resolutionStrategy says: one that is
// denied, or that a list of what is allowed lacks, denies. Two empty lists say nothing.
class RudderStack {
 public:
  explicit RudderStack(std::string_view object)
      : allowed_(ListOf(object, "allowedConsentIds")),
        denied_(ListOf(object, "deniedConsentIds")) {}

  bool readable() const { return allowed_ && denied_; }
  bool Denies(std::string_view name) const {
    if (Has(*denied_, name)) return true;
    const bool says_something = allowed_->size() > 2 || denied_->size() > 2;
    return says_something && !allowed_->empty() && !Has(*allowed_, name);
  }

 private:
  static bool Has(std::string_view list, std::string_view name) {
    return Behind(list, name) != std::string_view::npos;
  }
  std::optional<std::string_view> allowed_, denied_;
};

Reason ReasonOf(const signals::TcfAnswer& answer) {
  for (const Reason reason : {Reason::kTcfVendorNotDisclosed, Reason::kTcfVendorNotConsented,
                              Reason::kTcfPurposeNotConsented, Reason::kTcfRestricted}) {
    if (base::Name(reason) == answer.reason) return reason;
  }
  return Reason::kSignalDenied;
}

class SignalReader {
 public:
  SignalReader(const Plan& plan, const SourcePlan& source, base::Millis at, base::Metrics* metrics,
               journal::EventRecord& record)
      : plan_(plan), source_(source), at_(at), metrics_(metrics), record_(record) {}

  void Read(const SignalPlan& signal, const base::Value& value) {
    switch (signal.kind) {
      case SignalKind::kPreferences:
      case SignalKind::kRudderStack:
      case SignalKind::kGoogle:
        return Names(signal, value);
      case SignalKind::kTcf:
      case SignalKind::kGpp:
        if (value.type != JsonType::kString) return Ignore("signal.not_text");
        return signal.kind == SignalKind::kTcf ? Tcf(signal, value.text) : Gpp(signal, value.text);
      case SignalKind::kGpc:
        return Gpc(value);
    }
  }

 private:
  void Names(const SignalPlan& signal, const base::Value& value) {
    bool readable =
        value.type == JsonType::kObject && value.raw.find('\\') == std::string_view::npos;
    std::optional<RudderStack> lists;
    if (signal.kind == SignalKind::kRudderStack && readable) {
      lists.emplace(value.raw);
      readable = lists->readable();
    }
    const auto denies = [&](std::string_view name) {
      if (lists) return lists->Denies(name);
      return Denies(value.raw, name, signal.kind == SignalKind::kGoogle ? SaysGranted : SaysTrue);
    };
    for (const auto& [name, purposes] : signal.names) {
      if (!readable || denies(name)) record_.denied_purposes |= purposes;
    }
  }

  // What cannot be read as off may have said on.
  void Gpc(const base::Value& value) {
    const bool empty = value.type == JsonType::kString && value.text.empty();
    if (!empty && value.text != "false" && value.text != "0") record_.gpc = true;
  }

  void Gpp(const SignalPlan& signal, std::string_view text) {
    const auto read = signals::ReadGppString(text);
    if (const auto* fault = std::get_if<signals::Fault>(&read)) return Ignore(fault->reason);
    const auto& gpp = std::get<signals::GppString>(read);
    if (signals::OptsOut(gpp.gpc())) record_.gpc = true;
    if (const signals::GppSection* section = gpp.Find(signals::kGppTcfEu))
      Tcf(signal, section->text);
  }

  void Tcf(const SignalPlan& signal, std::string_view text) {
    const auto read = signals::ReadTcString(text);
    if (const auto* fault = std::get_if<signals::Fault>(&read)) return Ignore(fault->reason);
    const auto& string = std::get<signals::TcString>(read);
    if (const auto verdict = signals::Judge(string, at_); !verdict.valid())
      return Ignore(verdict.reason());
    std::optional<signals::TcfStanding> ours;
    if (signal.vendor) ours = signals::StandingOf(string, signal.vendor);
    const auto& specs = plan_.policies->spec().destinations;
    for (std::size_t d = 0; d < plan_.destinations.size() && d < specs.size(); ++d) {
      if (plan_.destinations[d].id.empty()) continue;  // a hole
      const auto standing = signals::StandingOf(string, plan_.destinations[d].tcf_vendor);
      for (const std::uint16_t purpose : specs[d].purposes) {
        if (purpose >= signal.tcf.size() || signal.tcf[purpose] == 0) continue;
        auto answer = signals::MayProcess(standing, signal.tcf[purpose]);
        if (answer.allowed && ours) answer = signals::MayProcess(*ours, signal.tcf[purpose]);
        if (!answer.allowed) Deny(static_cast<std::uint16_t>(d), ReasonOf(answer), purpose);
      }
    }
  }

  void Deny(std::uint16_t destination, Reason reason, std::uint16_t purpose) {
    const auto same = std::ranges::find_if(record_.denials, [&](const base::SignalDenial& one) {
      return one.destination == destination && one.reason == reason;
    });
    const std::uint32_t bit = 1U << purpose;
    if (same != record_.denials.end()) {
      same->purposes |= bit;
    } else {
      record_.denials.push_back({destination, reason, bit});
    }
  }

  void Ignore(std::string_view reason) {
    if (metrics_ == nullptr) return;
    metrics_
        ->CounterOf("octroi_signals_ignored", {{base::Id("source"), base::Id::OfConfig(source_.id)},
                                               {base::Id("reason"), base::Id::OfConfig(reason)}})
        .Add();
  }

  const Plan& plan_;
  const SourcePlan& source_;
  const base::Millis at_;
  base::Metrics* const metrics_;
  journal::EventRecord& record_;
};

}  // namespace

void ReadSignals(const Plan& plan, const SourcePlan& source, const base::Event& event,
                 base::Millis at, base::Metrics* metrics, journal::EventRecord& record) {
  for (const SignalPlan& signal : source.signals) {
    for (const int place : {0, 1}) {
      const auto slot = static_cast<base::FieldId>(signal.slot + place);
      if (!event.present(slot)) continue;
      SignalReader(plan, source, at, metrics, record).Read(signal, event[slot]);
    }
  }
}

}  // namespace octroi::gateway
