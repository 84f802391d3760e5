#include "policies/template.h"

#include <cstdlib>

#include "base/event.h"
#include "policies/template_reader.h"

namespace octroi::policies {
namespace {

constexpr std::string_view kStandard =
    R"({"events":{"$each":{"id":{"$id":true},"event":{"$event":true},"contract":{"$contract":true},)"
    R"("purposes":{"$purposes":true},"data":{"$fields":true}}}})";

}  // namespace

TemplateFault Template::Parse(std::string_view json, Template& into) {
  if (json.size() > kTemplateBytesMax) return {TemplateFault::What::kTooLarge, "", 0};
  base::EventParser parser;
  base::Event ignored;
  const base::ParseFault fault = parser.Parse(json, base::PathMap(), ignored);
  if (fault.reason != base::Reason::kUndecided) {
    return {TemplateFault::What::kJson, std::string(fault.rule), fault.offset};
  }
  return ReadTemplate(json, into.root_, into.has_each_);
}

const Template& Template::Standard() {
  static const Template kMade = [] {
    Template made;
    if (Parse(kStandard, made).what != TemplateFault::What::kNone) std::abort();
    return made;
  }();
  return kMade;
}

const std::vector<std::string>& Template::Directives() {
  static const std::vector<std::string> kNames = DirectiveNames();
  return kNames;
}

}  // namespace octroi::policies
