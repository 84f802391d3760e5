// References between files, and the checks that every kind shares.
#include <algorithm>

#include "base/text.h"
#include "gateway/config/checks.h"
#include "gateway/config/schema.h"

namespace octroi::gateway::config {

bool Checker::Refers(const Document& document, const Node* value, std::string_view kind,
                     int code) const {
  if (!value || !value->IsString() || world_.Find(kind, value->text)) return true;
  Add(code, document, value->at, {value->text}, DidYouMean(value->text, world_.Ids(kind)));
  return false;
}

bool Checker::RefersAll(const Document& document, const std::vector<Node>& values,
                        std::string_view kind, int code) const {
  bool all = true;
  for (const Node& value : values) all = Refers(document, &value, kind, code) && all;
  return all;
}

bool Checker::IsField(const Document& document, const std::string& name, Position at) const {
  if (world_.Field(name)) return true;
  Say hint = DidYouMean(name, world_.FieldIds());
  if (const DictionaryField* field = world_.FieldWithSynonym(name)) {
    hint = {"« " + name + " » est un synonyme connu : le nom commun est « " + field->id + " ».",
            "\"" + name + "\" is a known synonym: the common name is \"" + field->id + "\"."};
  }
  Add(1204, document, at, {name}, hint);
  return false;
}

bool Checker::IsField(const Document& document, const Node* value) const {
  return !value || !value->IsString() || IsField(document, value->text, value->at);
}

// `field` belongs to `in` and the lists; in a policy a list alone is about the person.
void Checker::Condition(const Document& document, const Node& condition, bool in_rule) const {
  IsField(document, condition.Find("present"));
  IsField(document, condition.Find("field"));
  Refers(document, condition.Find("in_list"), "List", 1208);
  Refers(document, condition.Find("not_in_list"), "List", 1208);
  const bool list = condition.Find("in_list") || condition.Find("not_in_list");
  if (!condition.Find("field") && list && in_rule) {
    Add(1311, document, condition.KeyAt(condition.Find("in_list") ? "in_list" : "not_in_list"));
  }
  if (condition.Find("field") && !list && !condition.Find("in") && !in_rule) {
    Add(1311, document, condition.KeyAt("field"));
  }
  const bool asked = condition.Find("field") && !condition.List("in").empty();
  if (condition.Find("in") && !asked) Add(1311, document, condition.KeyAt("in"));
  if (!in_rule) return;
  IsListOfValues(document, condition);
  for (const char* key : {"consent", "subject_age"}) {
    if (condition.Find(key)) Add(1918, document, condition.KeyAt(key), {key});
  }
}

void Checker::IsListOfValues(const Document& document, const Node& check) const {
  for (const char* key : {"in_list", "not_in_list", "domain_not_in_list"}) {
    const Node* list = check.FindString(key);
    const Document* named = list ? world_.Find("List", list->text) : nullptr;
    if (named && named->root.True("hashed")) Add(1904, document, list->at);
  }
}

void Checker::Path(const Document& document, std::string_view key, const std::string& path,
                   Position at) const {
  const auto steps = 1 + std::ranges::count(path, '.');
  const bool empty_step = path.empty() || path.front() == '.' || path.back() == '.' ||
                          path.find("..") != std::string::npos;
  if (steps > 8 || empty_step) Add(1315, document, at, {key});
}

void Checker::Authentication(const Document& document, const Node* authenticate,
                             bool outgoing) const {
  if (!authenticate || !authenticate->FindString("method")) return;
  const Node& method = *authenticate->FindString("method");
  if (method.text == "mtls" || method.text == "none") {
    const Say instead =
        outgoing ? Say{"« bearer », « basic », « header », « query » ou « hmac-sha256 ».",
                       "\"bearer\", \"basic\", \"header\", \"query\" or \"hmac-sha256\"."}
                 : Say{"Mettre « basic », « bearer » ou « hmac-sha256 ».",
                       "Use \"basic\", \"bearer\" or \"hmac-sha256\"."};
    Add(1915, document, method.at, {method.text, instead});
  } else if (!authenticate->Find("secret")) {
    Add(1318, document, method.at, {method.text});
  }
}

void Checker::Limit(const std::string& file, Position at, std::size_t count, std::size_t most,
                    const Say& what) const {
  if (count > most) findings_.Add(1317, file, at, {what, std::to_string(most)});
}

void Checker::UniqueIds() const {
  for (const KindOfFile& kind : KindsOfFiles()) {
    std::map<std::string, const Document*> seen;
    for (const Document* document : world_.Of(kind.kind)) {
      if (document->id.empty()) continue;
      const auto [first, fresh] = seen.emplace(document->id, document);
      if (fresh) continue;
      const Node* id = document->root.Find("id");
      Add(1201, *document, id ? id->at : document->root.at, {document->id, first->second->file});
    }
  }
}

namespace {

// The shape lets through what has the form of a duration; here it must also fit.
void CheckDurations(const Document& document, const Node::Member& member, Findings& findings) {
  const auto check = [&](const Node& value) {
    static constexpr std::string_view kForm =
        "^\\d+ (ms|s|min|h|day|days|week|weeks|month|months|year|years)$";
    if (value.IsString() && MatchesPattern(kForm, value.text) && !base::ParseDuration(value.text)) {
      findings.Add(1314, document.file, value.at, {member.key});
    }
  };
  check(member.value);
  for (const Node::Member& inner : member.value.members) CheckDurations(document, inner, findings);
  for (const Node& item : member.value.items) {
    for (const Node::Member& inner : item.members) CheckDurations(document, inner, findings);
  }
}

}  // namespace

void Checker::Durations() const {
  for (const KindOfFile& kind : KindsOfFiles()) {
    for (const Document* document : world_.Of(kind.kind)) {
      for (const Node::Member& member : document->root.members) {
        CheckDurations(*document, member, findings_);
      }
    }
  }
}

void CheckWorld(const World& world, base::Millis now, Findings& findings) {
  const Checker checker(world, findings);
  checker.Gateway(now);
  checker.UniqueIds();
  checker.Durations();
  checker.Vocabulary();
  checker.PurposesAndNotices();
  checker.Sources();
  checker.Contracts();
  checker.Policies();
  checker.Pseudonyms();
  checker.Destinations();
  checker.Law(now);
  checker.Tests();
  checker.Canaries();
}

}  // namespace octroi::gateway::config
