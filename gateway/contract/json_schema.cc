#include "gateway/contract/json_schema.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "gateway/contract/rule_maker.h"
#include "gateway/contract/schema_reader.h"

namespace octroi::gateway::contract {
namespace {

bool IsKnownDialect(std::string_view dialect) {
  constexpr std::array<std::string_view, 3> kKnown = {"json-schema.org/draft/2020-12/schema",
                                                      "json-schema.org/draft/2019-09/schema",
                                                      "json-schema.org/draft-07/schema"};
  while (dialect.ends_with('#')) dialect.remove_suffix(1);
  for (const char* scheme : {"https://", "http://"}) {
    if (dialect.starts_with(scheme)) dialect.remove_prefix(std::string_view(scheme).size());
  }
  return dialect.empty() || std::ranges::find(kKnown, dialect) != kKnown.end();
}

}  // namespace

Imported ImportJsonSchema(const config::Node& schema, const SchemaPlace& place) {
  Imported out;
  if (const config::Node* dialect = schema.FindString("$schema");
      dialect != nullptr && !IsKnownDialect(dialect->text)) {
    out.notes.push_back({"/$schema", dialect->at, 1451, {dialect->text}, true});
    return out;
  }
  SchemaReader reader(schema, out);
  const auto steps = static_cast<std::size_t>(std::ranges::count(place.path, '.')) + 1;
  Asks asks = reader.Read(schema, {place.path, place.path.empty() ? 0 : steps}, "", true);
  if (out.fields.empty() || out.fields.size() > base::kFieldsMax) {
    const bool asked = asks.condition.kind != Condition::Kind::kTrue || !out.fields.empty();
    out.notes.push_back({"", schema.at, out.fields.empty() ? 1454 : 1453, {"fields"}, asked});
    return out;
  }
  RuleMaker maker(out, schema);
  maker.Make(std::move(asks.condition), reader.formats());
  const config::Node* title = schema.FindString("title");
  const std::string name =
      title != nullptr && !title->text.empty() ? title->text : place.contract_id;
  out.contract = ContractHead(place.contract_id, name);
  maker.Finish(out.contract);
  return out;
}

}  // namespace octroi::gateway::contract
