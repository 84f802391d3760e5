#include <charconv>
#include <set>

#include "base/limits.h"
#include "gateway/config/checks.h"
#include "gateway/config/compile.h"

namespace octroi::gateway::config {

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

void Checker::Sources() const {
  for (const Document* source : world_.Of("Source")) {
    const Node& root = source->root;
    Refers(*source, root.Find("notice"), "Notice", 1206);
    Authentication(*source, root.Find("authenticate"), false);

    const Node* receive = root.Find("receive");
    const Node* type = receive ? receive->FindString("type") : nullptr;
    if (type && type->text != "http" && type->text != "segment")
      Add(1913, *source, type->at, {type->text});
    const Node* format = receive ? receive->FindString("format") : nullptr;
    if (format && format->text != "json" && format->text != "ndjson") {
      Add(1914, *source, format->at, {format->text});
    }
    const Node* path = receive ? receive->FindString("path") : nullptr;
    if (path && type && type->text == "http" && path->text != "/v1/events/" + source->id) {
      Add(1328, *source, path->at, {source->id});
    }
    const Node* body = root.FindPath({"limits", "body"});
    if (body && body->IsString() && BytesOf(body->text) > base::kBodyBytesMax)
      Add(1316, *source, body->at);

    if (const Node* answer = root.Find("answer")) Answer(*source, *answer);

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
    for (const Node& signal : root.List("consent")) {
      const Node* read = signal.FindString("read");
      const Node* field = signal.FindString("field");
      if (!read) continue;
      // Sec-GPC is a header and always honoured; inside an event it is not read.
      const bool unread =
          read->text == "tcf" || read->text == "gpp" || (read->text == "gpc" && field);
      if (unread) Add(1903, *source, read->at, {read->text});
      if (read->text == "purposes" && !field) Add(1332, *source, read->at);
      if (field) Path(*source, "consent", field->text, field->at);
    }
    for (const Node::Member& entry : root.Map("map")) {
      Path(*source, "map", entry.key, entry.key_at);
      IsField(*source, &entry.value);
    }
  }
}

}  // namespace octroi::gateway::config
