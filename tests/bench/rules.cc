// What 40 rules cost on an event of 1 kB, beside its parse: nanoseconds. Parse1kB and Judge40Rules
// are of the same event; the goal is at most twice the parse.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "base/event.h"
#include "rules/contract.h"

namespace octroi {
namespace {

using rules::CheckSpec;
using rules::ExpressionType;
using rules::Format;

struct Named {
  const char* path;
  const char* name;
  ExpressionType type = ExpressionType::kString;
};
const std::vector<Named> kFields = {
    {"traits.email", "email"},
    {"traits.phone", "phone"},
    {"traits.first_name", "first_name"},
    {"context.campaign.name", "campaign"},
    {"context.country", "country"},
    {"context.locale", "locale"},
    {"context.page.url", "url"},
    {"context.page.title", "title"},
    {"properties.product", "product"},
    {"properties.category", "category"},
    {"properties.price", "price", ExpressionType::kDouble},
    {"properties.quantity", "quantity", ExpressionType::kInt},
    {"properties.total", "total", ExpressionType::kDouble},
    {"properties.shipping", "shipping", ExpressionType::kDouble},
    {"properties.subtotal", "subtotal", ExpressionType::kDouble},
    {"properties.currency", "currency"},
    {"properties.zip", "zip"},
    {"properties.ordered", "ordered", ExpressionType::kTimestamp},
    {"properties.delivered", "delivered", ExpressionType::kTimestamp},
    {"properties.siret", "siret"},
    {"properties.iban", "iban"},
    {"properties.order", "order"},
    {"properties.comment", "comment"},
};

base::FieldId IdOf(std::string_view name) {
  for (std::size_t at = 0; at < kFields.size(); ++at) {
    if (kFields[at].name == name) return static_cast<base::FieldId>(at);
  }
  std::abort();
}

std::string Event() {
  std::string event =
      R"x({"type":"track","event":"Order Completed","messageId":"00000000-0000-4000-8000-000000000001",)x"
      R"x("traits":{"email":"lea.martin@mail.example.fr","phone":"+33612340001","first_name":"Léa"},)x"
      R"x("context":{"campaign":{"name":"rentree-2026"},"country":"FR","locale":"fr-FR",)x"
      R"x("page":{"title":"Boutique","url":"https://www.example.fr/p/42?utm=1"},)x"
      R"x("userAgent":"Mozilla/5.0 (X11; Linux x86_64)"},)x"
      R"x("properties":{"product":"85123A","category":"jardin","price":19.9,"quantity":2,"total":44.7,)x"
      R"x("shipping":4.9,"subtotal":39.8,"currency":"EUR","zip":"75011","ordered":"2026-11-20T10:00:00Z",)x"
      R"x("delivered":"2026-11-22T09:30:00Z","siret":"73282932000074","iban":"FR1420041010050500013M02606",)x"
      R"x("order":"CMD-2026-000042","comment":"Merci de sonner deux fois, le digicode ne marche pas.","pad":")x";
  return event + std::string(1024 - event.size() - 3, 'x') + "\"}}";
}

class Rules {
 public:
  CheckSpec& On(const char* field) {
    CheckSpec& check = Add();
    check.field = IdOf(field);
    return check;
  }
  CheckSpec& Add() {
    rules::RuleSpec& rule = rules_.emplace_back();
    rule.id = "rule-" + std::to_string(rules_.size());
    rule.reason = static_cast<base::Reason>(
        static_cast<std::size_t>(base::Reason::kFirstConfigured) + rules_.size());
    return rule.check;
  }
  rules::Contract Compile() {
    rules::ContractSpec spec;
    spec.id = "bench";
    for (const Named& field : kFields)
      spec.fields.push_back({IdOf(field.name), false, field.name, field.type});
    spec.dictionary_fields = static_cast<base::FieldId>(kFields.size());
    spec.rules = std::move(rules_);
    auto made = rules::Contract::Compile(std::move(spec));
    if (!made) std::abort();
    return std::move(*made);
  }

 private:
  std::vector<rules::RuleSpec> rules_;
};

// What a shop would ask: forms, lists, ranges, times, five patterns, four expressions.
void AddTexts(Rules& rules) {
  rules.On("email").format = Format::kEmail;
  rules.On("email").not_email = 7;
  rules.On("email").max_length = 254;
  rules.On("phone").format = Format::kPhoneE164;
  rules.On("first_name").casing = rules::Casing::kTitle;
  rules.On("first_name").max_length = 60;
  rules.On("first_name").not_in = {"test", "xxx", "toto"};
  rules.On("campaign").matches = "[a-z]+-20[0-9]{2}";
  rules.On("campaign").not_like = "%test%";
  rules.On("country").format = Format::kIsoCountry;
  rules.On("country").in = {"FR", "BE", "CH", "LU"};
  rules.On("locale").format = Format::kLanguageTag;
  rules.On("url").format = Format::kUrl;
  rules.On("url").not_matches = "https?://(localhost|127\\.).*";
  rules.On("title").max_length = 200;
  rules.On("title").format = Format::kText;
  rules.On("product").matches = "[0-9]{5}[A-Z]?";
  rules.On("product").format = Format::kCode;
  rules.On("category").in = {"jardin", "maison", "cuisine", "bureau"};
  rules.On("order").matches = "CMD-[0-9]{4}-[0-9]{6}";
  rules.On("currency").format = Format::kIsoCurrency;
  CheckSpec& zip = rules.On("zip");
  zip.format = Format::kPostalCode;
  zip.country_field = IdOf("country");
  rules.On("siret").format = Format::kSiret;
  rules.On("iban").format = Format::kIban;
  rules.On("comment").max_length = 2000;
}

void AddNumbers(Rules& rules) {
  rules.On("price").above = 0;
  rules.On("price").max = 10000;
  rules.On("quantity").type = rules::ValueType::kInteger;
  rules.On("quantity").min = 1;
  rules.Add().sum = rules::SumSpec{{IdOf("subtotal"), IdOf("shipping")}, IdOf("total"), 0.01};
  rules.Add().pair = rules::PairSpec{
      IdOf("country"), IdOf("currency"), {{"FR", "EUR"}, {"BE", "EUR"}, {"CH", "CHF"}}};
  rules.Add().all_or_none = {IdOf("price"), IdOf("currency")};
  rules.On("ordered").not_future = 300'000;
  rules.On("ordered").max_age = 31'536'000'000;
  CheckSpec& delivered = rules.On("delivered");
  delivered.compare = rules::Compare::kAfter;
  delivered.other = IdOf("ordered");
  rules.Add().any_present = {IdOf("email"), IdOf("phone")};
}

void AddExpressions(Rules& rules) {
  rules.Add().expression = "event.price * double(event.quantity) - event.subtotal < 0.01";
  rules.Add().expression =
      "!has(event.delivered) || event.delivered - event.ordered < duration('720h')";
  rules.Add().expression = "event.country == 'FR' ? event.zip.size() == 5 : true";
  rules.Add().expression = "event.category in ['jardin', 'maison'] || event.total > 10.0";
}

struct World {
  std::string event = Event();
  base::PathMap paths = [] {
    std::vector<base::PathMap::Entry> entries;
    for (const Named& field : kFields) entries.push_back({field.path, IdOf(field.name)});
    return std::move(*base::PathMap::Compile(entries));
  }();
  base::EventParser parser;
  base::Event parsed;
  rules::Contract::Scratch scratch;
  rules::Surroundings around;

  World() {
    around.received = 1'795'300'000'000;
    Parse();
  }
  void Parse() {
    if (parser.Parse(event, paths, parsed).reason != base::Reason::kUndecided) std::abort();
  }
};

void Parse1kB(benchmark::State& state) {
  World world;
  for (auto _ : state) world.Parse();
}
BENCHMARK(Parse1kB);

void Judge(benchmark::State& state, Rules rules, std::size_t count) {
  World world;
  const rules::Contract contract = rules.Compile();
  if (contract.spec().rules.size() != count) std::abort();
  // Every rule holds: none ends early.
  if (contract.Judge(world.parsed, world.around, world.scratch).failed != 0) std::abort();
  for (auto _ : state) {
    world.scratch.Clear();
    benchmark::DoNotOptimize(contract.Judge(world.parsed, world.around, world.scratch));
  }
}

void Judge40Rules(benchmark::State& state) {
  Rules rules;
  AddTexts(rules);
  AddNumbers(rules);
  AddExpressions(rules);
  Judge(state, std::move(rules), 40);
}
BENCHMARK(Judge40Rules);

void JudgeFourExpressions(benchmark::State& state) {
  Rules rules;
  AddExpressions(rules);
  Judge(state, std::move(rules), 4);
}
BENCHMARK(JudgeFourExpressions);

// Eight patterns of one field, which are looked for together; and as many of eight fields.
const char* const kPatterns[] = {"CMD-[0-9]{4}-[0-9]{6}", ".*[0-9].*", "[A-Z]{3}-.*",  "[^ ]+",
                                 "[A-Z0-9-]{5,20}",       "C.*2",      "(CMD|ORD)-.*", "[^a-z]*"};

void JudgeEightPatternsOfOneField(benchmark::State& state) {
  Rules rules;
  for (const char* pattern : kPatterns) rules.On("order").matches = pattern;
  Judge(state, std::move(rules), 8);
}
BENCHMARK(JudgeEightPatternsOfOneField);

void JudgeEightPatternsOfEightFields(benchmark::State& state) {
  Rules rules;
  const char* const fields[] = {"email",   "phone", "campaign", "url",
                                "product", "siret", "iban",     "order"};
  for (const char* field : fields) rules.On(field).matches = "[^ ]*[0-9a-z@]+[^ ]*";
  Judge(state, std::move(rules), 8);
}
BENCHMARK(JudgeEightPatternsOfEightFields);

}  // namespace
}  // namespace octroi
