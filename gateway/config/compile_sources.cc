#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include "crypto/hmac.h"
#include "gateway/cloud_event.h"
#include "gateway/config/compile.h"

namespace octroi::gateway::config {
namespace {

std::uint64_t LeadingNumber(std::string_view text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() ? number : std::numeric_limits<std::uint64_t>::max();
}

// Where each slot of an event is read from, by the form that the event is written in.
class PathMaker {
 public:
  enum class Form { kEvent, kSegment, kCloudEvent };
  PathMaker(const Document& source, const std::vector<SignalPlan>& signals, NameTables& names,
            Form form)
      : root_(source.root), signals_(signals), names_(names), form_(form) {}

  std::vector<base::PathMap::Entry> Entries(const World& world) {
    Envelope();
    for (const SignalPlan& signal : signals_) Signal(signal);
    for (const Node::Member& entry : root_.Map("map")) Map(entry.key, entry.value.text);
    if (const Node* campaign = root_.Find("campaign")) {
      Map(campaign->Text("field"), std::string(campaign->Text("dictionary")));
    }
    UnderTheirOwnNames(world);
    if (form_ == Form::kCloudEvent) AppendCloudEventPaths(entries_);
    return std::move(entries_);
  }

 private:
  void Envelope() {
    const std::string_view name = FieldOf("event_name"), id = FieldOf("event_id"),
                           time = FieldOf("event_time");
    if (!name.empty()) Add(name, base::kSlotEventName);
    if (!id.empty()) Add(id, base::kSlotMessageId);
    if (!time.empty()) Add(time, base::kSlotEventTime);
    if (form_ == Form::kCloudEvent) return;  // the others are its own
    if (name.empty()) Add("event", base::kSlotEventName);
    Add("type", base::kSlotEventType);
    if (form_ == Form::kEvent && name.empty()) Add("type", base::kSlotEventName);
    if (form_ == Form::kSegment && id.empty()) Add("messageId", base::kSlotMessageId);
    if (form_ == Form::kSegment && time.empty()) Add("timestamp", base::kSlotEventTime);
  }

  // Also in the payload of a CloudEvent: a signal only restricts, so reading it twice is safe, and
  // overlooking it is not.
  void Signal(const SignalPlan& signal) {
    Add(signal.field, signal.slot);
    if (form_ == Form::kCloudEvent)
      Add("data." + signal.field, static_cast<base::FieldId>(signal.slot + 1));
  }

  std::string_view FieldOf(std::string_view key) const {
    const Node* node = root_.Find(key);
    return node ? node->Text("field") : std::string_view{};
  }

  void Add(std::string_view path, base::FieldId slot) {
    entries_.push_back({std::string(path), slot});
  }

  void Map(std::string_view path, const std::string& field) {
    Add(path, names_.fields.Of(field));
    mapped_.insert(field);
  }

  // What the accepted contracts use, and the map does not mention. The payload of a CloudEvent is
  // under `data`.
  void UnderTheirOwnNames(const World& world) {
    const std::string above = form_ == Form::kCloudEvent ? "data." : "";
    const auto add = [&](const std::string& field) {
      if (mapped_.insert(field).second) Add(above + field, names_.fields.Of(field));
    };
    for (const Node& accepts : root_.List("accepts")) {
      const Document* contract = world.Find("Contract", accepts.Text("contract"));
      for (const Node::Member& field : contract->root.Map("fields")) add(field.key);
    }
    for (const Node& key : root_.Find("subject")->List("keys")) add(key.text);
  }

  const Node& root_;
  const std::vector<SignalPlan>& signals_;
  NameTables& names_;
  const Form form_;
  std::vector<base::PathMap::Entry> entries_;
  std::set<std::string> mapped_;
};

AuthMethod AuthOf(std::string_view method) {
  if (method == "basic") return AuthMethod::kBasic;
  return method == "hmac-sha256" ? AuthMethod::kHmacSha256 : AuthMethod::kBearer;
}

UnknownEvents UnknownOf(std::string_view what) {
  if (what == "accept") return UnknownEvents::kAccept;
  return what == "reject" ? UnknownEvents::kReject : UnknownEvents::kQuarantine;
}

base::Status Paths(const World& world, const Document& source, NameTables& names,
                   SourcePlan& plan) {
  using Form = PathMaker::Form;
  const bool segment = plan.dialect == Dialect::kSegment;
  const auto entries =
      PathMaker(source, plan.signals, names, segment ? Form::kSegment : Form::kEvent)
          .Entries(world);
  auto paths = base::PathMap::Compile(entries);
  if (!paths) return paths.error();
  plan.paths = std::move(*paths);
  if (plan.dialect != Dialect::kEvents) return base::Ok();
  const auto cloud_entries =
      PathMaker(source, plan.signals, names, Form::kCloudEvent).Entries(world);
  auto cloud_paths = base::PathMap::Compile(cloud_entries);
  if (!cloud_paths) return cloud_paths.error();
  plan.cloud_event_paths = std::move(*cloud_paths);
  return base::Ok();
}

void Limits(const Node& root, SourcePlan& plan) {
  if (const Node* limits = root.Find("limits")) {
    if (limits->FindString("rate")) plan.rate_per_second = RatePerSecond(limits->Text("rate"));
    if (limits->FindString("body")) plan.body_bytes = BytesOf(limits->Text("body"));
  }
  if (const Node* id = root.Find("event_id")) {
    plan.deduplicate_for = DurationOr(*id, "deduplicate_for", plan.deduplicate_for);
  }
}

}  // namespace

std::vector<base::PathMap::Entry> EventPathsOf(const World& world, const Document& source,
                                               NameTables& names) {
  const auto signals = SignalPlansOf(source, names.purposes);
  return PathMaker(source, signals, names, PathMaker::Form::kEvent).Entries(world);
}

std::size_t BytesOf(std::string_view text) {
  const std::uint64_t number = LeadingNumber(text);
  const std::uint64_t unit = text.ends_with("GiB")   ? 1024 * 1024 * 1024
                             : text.ends_with("MiB") ? 1024 * 1024
                             : text.ends_with("KiB") ? 1024
                                                     : 1;
  const std::uint64_t most = std::numeric_limits<std::size_t>::max();
  return number > most / unit ? most : number * unit;
}

std::uint64_t RatePerSecond(std::string_view text) {
  const std::uint64_t number = LeadingNumber(text);
  return std::max<std::uint64_t>(1, text.ends_with("/min") ? number / 60 : number);
}

base::IdentifierType IdentifierOf(std::string_view format) {
  if (format == "email") return base::IdentifierType::kEmail;
  return format == "phone-e164" ? base::IdentifierType::kPhone : base::IdentifierType::kOther;
}

// What the dictionary says; without it an address is a contact point, anything else an account's.
policies::Scope IdentifierScopeOf(const DictionaryField& field) {
  const auto said = policies::ScopeOf(field.node->Text("scope"));
  const bool address = IdentifierOf(field.format) != base::IdentifierType::kOther;
  return said.value_or(address ? policies::Scope::kContactPoint : policies::Scope::kAccount);
}

base::Result<SourcePlan> SourcePlanOf(const World& world, const Document& source,
                                      NameTables& names) {
  const Node& root = source.root;
  SourcePlan plan;
  plan.id = source.id;
  plan.auth = AuthOf(root.Find("authenticate")->Text("method"));
  const bool segment = root.Find("receive")->Text("type") == "segment";
  plan.choices = ChoicesPlanOf(source, names);
  plan.dialect = plan.choices ? Dialect::kChoices : segment ? Dialect::kSegment : Dialect::kEvents;
  Limits(root, plan);
  plan.unknown = UnknownOf(root.Text("unknown_events"));
  plan.signals = SignalPlansOf(source, names.purposes);
  if (auto paths = Paths(world, source, names, plan); !paths) return paths.error();
  plan.accepts.resize(names.events[source.id].size());
  for (const Node& accepts : root.List("accepts")) {
    const std::string event(accepts.Text("event"));
    plan.accepts[names.events[source.id].Of(event)] = {
        event, names.contracts.Of(accepts.Text("contract"))};
  }
  for (const Node& key : root.Find("subject")->List("keys")) {
    auto& identifier = plan.subject.emplace_back();
    identifier.field = names.fields.Of(key.text);
    identifier.type = IdentifierOf(world.Field(key.text)->format);
    identifier.scope = IdentifierScopeOf(*world.Field(key.text));
    identifier.id_type = key.text;
    crypto::AppendLp(key.text, identifier.message_head);
  }
  plan.message_head = "message";
  crypto::AppendLp(plan.id, plan.message_head);
  if (const Node* campaign = root.Find("campaign"))
    plan.campaign = names.fields.Of(campaign->Text("dictionary"));
  plan.observe = root.Text("mode") == "observe";
  plan.counted = root.True("counted");
  if (const Node* answer = root.Find("answer")) {
    plan.answer.emplace();
    for (const Node& destination : answer->List("forward")) {
      plan.answer->destinations.push_back(names.destinations.Of(destination.text));
    }
    plan.answer->within = DurationOr(*answer, "within", plan.answer->within);
  }
  return plan;
}

}  // namespace octroi::gateway::config
