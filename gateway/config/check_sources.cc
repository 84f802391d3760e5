#include <algorithm>
#include <charconv>
#include <set>

#include "base/limits.h"
#include "gateway/config/checks.h"
#include "gateway/config/compile.h"
#include "gateway/plan.h"

namespace octroi::gateway::config {
namespace {
constexpr std::size_t kSignalsNamedMax = base::kSignalsMax - 1;  // one is Segment's own
}  // namespace

// An answer that could never be there in time is a mistake that only a test in production would
// find.
void Checker::Answer(const Document& source, const Node& answer) const {
  constexpr base::Millis kLongest = 60'000, kUnlessSaid = 5'000;
  const base::Millis within = DurationOr(answer, "within", kUnlessSaid);
  if (within > kLongest) Add(1314, source, answer.Find("within")->at, {"within"});
  std::set<std::string> named;
  for (const Node& destination : answer.List("forward")) {
    if (Refers(source, &destination, "Destination", 1209)) named.insert(destination.text);
  }
  for (const Document* destination : world_.Of("Destination")) {
    if (!answer.List("forward").empty() && !named.contains(destination->id)) continue;
    const Node* batch = destination->root.FindPath({"deliver", "batch"});
    if (batch == nullptr || DurationOr(*batch, "or_after", 0) < within) continue;
    Add(1362, source, source.root.KeyAt("answer"), {destination->id});
  }
}

// What accompanies the events, and what its names mean. Sec-GPC is a header, and always honoured.
void Checker::Signal(const Document& source, const Node& signal) const {
  const Node* read = signal.FindString("read");
  if (!read) return;
  const Node* field = signal.FindString("field");
  if (!field && UsualField(read->text).empty() && read->text != "gpc")
    Add(1332, source, read->at, {read->text});
  if (field) Path(source, "consent", field->text, field->at);
  const bool tcf = read->text == "tcf" || read->text == "gpp";
  if (signal.Find("vendor") && !tcf)
    Add(1334, source, signal.KeyAt("vendor"), {"vendor", "read: " + read->text});
  if (signal.Find("map") && read->text == "gpc")
    Add(1334, source, signal.KeyAt("map"), {"map", "read: gpc"});
  for (const Node::Member& line : signal.Map("map")) {
    if (!IsSignalName(read->text, line.key)) Add(1383, source, line.key_at, {line.key, read->text});
    RefersAll(source, line.value.items, "Purpose", 1205);
  }
}

// How it receives: events, or people's choices as a CMP writes them.
void Checker::Receives(const Document& source) const {
  const Node& root = source.root;
  const Node* receive = root.Find("receive");
  const Node* type = receive ? receive->FindString("type") : nullptr;
  if (!type) return;
  const bool choices = CmpFormOf(type->text).has_value();
  const bool events = type->text == "http" || type->text == "segment";
  if (!choices && !events) Add(1913, source, type->at, {type->text});
  const Node* format = receive->FindString("format");
  if (format && format->text != "json" && (choices || format->text != "ndjson"))
    Add(1914, source, format->at, {format->text});
  const std::string usual = (choices ? "/v1/consents/" : "/v1/events/") + source.id;
  const Node* path = receive->FindString("path");
  if (path && (choices || type->text == "http") && path->text != usual)
    Add(1328, source, path->at, {usual});
  if (choices) return ReceivesChoices(source, *receive);
  if (!events) return;
  if (receive->Find("purposes"))
    Add(1334, source, receive->KeyAt("purposes"), {"purposes", "type: " + type->text});
  if (!root.Find("accepts")) Add(1103, source, root.at, {source.id, "accepts"});
}

// A grant counts for what a notice said, and for nothing that the config does not name.
void Checker::ReceivesChoices(const Document& source, const Node& receive) const {
  const Node& root = source.root;
  for (const char* key : {"accepts", "answer", "consent", "unknown_events"}) {
    if (root.Find(key))
      Add(1334, source, root.KeyAt(key), {key, "type: " + std::string(receive.Text("type"))});
  }
  if (!receive.Find("purposes")) Add(1103, source, receive.at, {"receive", "purposes"});
  if (!root.Find("notice")) Add(1103, source, root.at, {source.id, "notice"});
  const Document* notice = world_.Find("Notice", root.Text("notice"));
  for (const Node::Member& line : receive.Map("purposes")) {
    if (!RefersAll(source, line.value.items, "Purpose", 1205) || notice == nullptr) continue;
    for (const Node& purpose : line.value.items) {
      const bool shown = std::ranges::any_of(
          notice->root.List("purposes"), [&](const Node& one) { return one.text == purpose.text; });
      if (!shown) Add(1214, source, purpose.at, {notice->id, purpose.text});
    }
  }
}

// It hands in CloudEvents, named for a destination each: without one nothing would ever come.
void Checker::TakesCounts(const Document& source) const {
  const Node& root = source.root;
  if (!root.True("counted")) return;
  const Node* receive = root.Find("receive");
  const std::string_view type = receive ? receive->Text("type") : "";
  if (type != "http")
    return Add(1334, source, root.KeyAt("counted"), {"counted", "type: " + std::string(type)});
  const Node* id = root.Find("event_id");
  if (id != nullptr && DurationOr(*id, "deduplicate_for", 7 * kDay) < 7 * kDay)
    Add(1411, source, id->Find("deduplicate_for")->at);
  bool any = false;
  for (const Node& accepts : root.List("accepts")) {
    const std::string_view event = accepts.Text("event");
    if (!event.starts_with(kCountedEvents)) continue;
    Node destination = *accepts.Find("event");
    destination.text = event.substr(kCountedEvents.size());
    Refers(source, &destination, "Destination", 1209);
    any = true;
  }
  if (!any) Add(1409, source, root.KeyAt("counted"), {source.id});
}

void Checker::Sources() const {
  for (const Document* source : world_.Of("Source")) {
    const Node& root = source->root;
    Refers(*source, root.Find("notice"), "Notice", 1206);
    Authentication(*source, root.Find("authenticate"), false);

    Receives(*source);
    const Node* body = root.FindPath({"limits", "body"});
    if (body && body->IsString() && BytesOf(body->text) > base::kBodyBytesMax)
      Add(1316, *source, body->at);

    if (const Node* answer = root.Find("answer")) Answer(*source, *answer);
    TakesCounts(*source);

    std::set<std::string> events;
    for (const Node& accepts : root.List("accepts")) {
      const Node* event = accepts.FindString("event");
      if (event && !events.insert(event->text).second) Add(1322, *source, event->at, {event->text});
      const Node* contract = accepts.FindString("contract");
      if (!contract || !Refers(*source, contract, "Contract", 1203)) continue;
      const Document* document = world_.Find("Contract", contract->text);
      if (document->root.Text("status") != "active")
        Add(2109, *source, contract->at, {contract->text});
    }
    if (const Node* subject = root.Find("subject")) {
      for (const Node& key : subject->List("keys")) IsField(*source, &key);
      Limit(source->file, subject->KeyAt("keys"), subject->List("keys").size(),
            base::kIdentifiersPerEventMax, {"identifiants", "identifiers"});
    }
    for (const char* key : {"event_name", "event_time", "event_id", "campaign"}) {
      const Node* field = root.FindPath({key, "field"});
      if (field && field->IsString()) Path(*source, key, field->text, field->at);
    }
    if (const Node* campaign = root.Find("campaign"))
      IsField(*source, campaign->Find("dictionary"));
    for (const Node& signal : root.List("consent")) Signal(*source, signal);
    Limit(source->file, root.KeyAt("consent"), root.List("consent").size(), kSignalsNamedMax,
          {"signaux", "signals"});
    for (const Node::Member& entry : root.Map("map")) {
      Path(*source, "map", entry.key, entry.key_at);
      IsField(*source, &entry.value);
    }
  }
}

}  // namespace octroi::gateway::config
