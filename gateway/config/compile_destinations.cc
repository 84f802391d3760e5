#include "gateway/config/compile.h"

namespace octroi::gateway::config {
namespace {

PresentAs PresentAsOf(std::string_view method) {
  if (method == "basic") return PresentAs::kBasic;
  if (method == "hmac-sha256") return PresentAs::kHmacSha256;
  if (method == "header") return PresentAs::kHeader;
  return method == "query" ? PresentAs::kQuery : PresentAs::kBearer;
}

FilePlan FilePlanOf(const Node& deliver, const std::string& folder) {
  FilePlan file;
  file.folder = ResolvePath(folder, deliver.Text("path"));
  file.gzip = deliver.Text("compress") == "gzip";
  if (const Node* rotate = deliver.Find("rotate")) {
    file.rotate_after = DurationOr(*rotate, "after", 0);
    if (rotate->FindString("at")) file.rotate_bytes = BytesOf(rotate->Text("at"));
  }
  return file;
}

constexpr base::Millis kSqlAnswersWithin = 2'500;  // a frozen server is noticed, a slow one is not

SqlPlan SqlPlanOf(const Node& deliver) {
  SqlPlan sql;
  sql.table = deliver.Text("table");
  for (const Node::Member& column : deliver.Map("columns")) sql.columns.push_back(column.key);
  return sql;
}

// What the shape lets through; anything else would be P1, of which nobody reads a value.
policies::OutgoingField::Form FormOf(const World& world, const Node& form) {
  using Form = policies::OutgoingField::Form;
  if (form.IsString()) return form.text == "redacted" ? Form::kRedacted : Form::kClear;
  if (form.Find("partner_hash")) return Form::kPartnerHash;
  if (form.Find("generalise")) {
    const std::string_view to = form.Text("generalise");
    if (to == "year") return Form::kYear;
    if (to == "hour") return Form::kHour;
    if (to == "department") return Form::kDepartment;
    if (to == "ip_prefix") return Form::kIpPrefix;
    return Form::kFamily;
  }
  const Document* pseudonym = world.Find("Pseudonym", form.Text("pseudonym"));
  const std::string_view method = pseudonym ? pseudonym->root.Text("method") : std::string_view();
  if (method == "p2-siv") return Form::kReversible;
  if (method == "p4-random") return Form::kRandom;
  return method == "p3-hmac-epoch" ? Form::kEpoch : Form::kPseudonym;
}

// One event as an object whose members are the columns, in the language of templates.
std::string ColumnsTemplate(const Node& deliver) {
  std::string text = R"({"event_id":{"$id":true})";
  for (const Node::Member& column : deliver.Map("columns")) {
    const std::string& what = column.value.text;
    text += ",\"" + column.key + "\":{\"";
    text += what.starts_with('$') ? what + "\":true}" : "$field\":\"" + what + "\"}";
  }
  return text + "}";
}

}  // namespace

DestinationPlan DestinationPlanOf(const Document& destination, const std::string& folder) {
  const Node& deliver = *destination.root.Find("deliver");
  DestinationPlan plan;
  plan.id = destination.id;
  if (deliver.Text("type") == "file") plan.file = FilePlanOf(deliver, folder);
  if (deliver.Text("type") == "sql") {
    plan.sql = SqlPlanOf(deliver);
    plan.answer_within = kSqlAnswersWithin;
  }
  if (const Node* vendor = destination.root.FindPath({"recipient", "tcf_vendor"}))
    plan.tcf_vendor = static_cast<std::uint16_t>(vendor->number);
  plan.url = deliver.Text("url");
  if (deliver.FindString("method")) plan.method = deliver.Text("method");
  for (const Node::Member& header : deliver.Map("headers")) {
    plan.headers.emplace_back(header.key, header.value.text);
  }
  if (const Node* authenticate = deliver.Find("authenticate")) {
    plan.present_as = PresentAsOf(authenticate->Text("method"));
    plan.secret_name = authenticate->Text("name");
  }
  if (const Node* batch = deliver.Find("batch")) {
    const Node* most = batch->Find("up_to");
    if (most) plan.batch_up_to = static_cast<std::size_t>(most->number);
    plan.batch_after = DurationOr(*batch, "or_after", plan.batch_after);
  }
  if (const Node* retry = deliver.Find("retry")) {
    plan.retry_for = DurationOr(*retry, "for", plan.retry_for);
    plan.first_wait = DurationOr(*retry, "first_wait", plan.first_wait);
    plan.longest_wait = DurationOr(*retry, "longest_wait", plan.longest_wait);
  }
  plan.keep_for = DurationOr(deliver, "keep_for", plan.keep_for);
  plan.answer_within = DurationOr(deliver, "answer_within", plan.answer_within);
  plan.allow_private_address = deliver.True("private_network");
  return plan;
}

policies::OutgoingForm OutgoingFormOf(const World& world, const Document& destination,
                                      const Files& files, NameTables& names) {
  policies::OutgoingForm form;
  form.domain = destination.id;
  form.previous_tokens = destination.root.True("previous_tokens");
  const Node& deliver = *destination.root.Find("deliver");
  form.lines = deliver.Text("type") == "file" || deliver.Text("type") == "sql";
  if (deliver.Find("columns")) {
    (void)policies::Template::Parse(ColumnsTemplate(deliver), form.body);
  }
  if (const Node* path = TemplatePath(destination)) {
    (void)policies::Template::Parse(files.at(path->text), form.body);
  }
  for (const Node& receives : destination.root.List("receives")) {
    policies::OutgoingForm::ForContract& into = form.contracts.emplace_back();
    into.name = receives.Text("contract");
    into.contract = names.contracts.Of(into.name);
    for (const Node::Member& member : receives.Map("fields")) {
      const DictionaryField& field = *world.Field(member.key);
      policies::OutgoingField& out = into.fields.emplace_back();
      out.field = names.fields.Of(field.id);
      out.name = field.id;
      out.form = FormOf(world, member.value);
      out.type = IdentifierOf(field.format);
      out.category = CategoryBit(field);
      using Form = policies::OutgoingField::Form;
      out.direct = field.node->Text("personal_data") == "direct" &&
                   (out.form == Form::kClear || out.form == Form::kRedacted ||
                    out.form == Form::kPartnerHash);
      out.identity = field.node->Text("role") == "identity";
    }
  }
  return form;
}

GatewaySettings SettingsOf(const World& world, const std::string& folder) {
  GatewaySettings settings;
  if (!world.gateway()) return settings;
  const Node& root = world.gateway()->root;
  const auto path = [&](std::initializer_list<std::string_view> keys) {
    const Node* node = root.FindPath(keys);
    return node && node->IsString() ? ResolvePath(folder, node->text) : std::string();
  };
  settings.tenant = root.Text("tenant");
  if (const Node* listen = root.Find("listen")) {
    settings.listen_ingest = listen->Text("ingest");
    settings.listen_console = listen->Text("console");
  }
  settings.storage_path = path({"storage", "path"});
  const auto secret = [&](std::string_view name) {
    const Node* from = root.FindPath({"storage", "postgres", name, "from"});
    return from && from->IsString() ? ResolveSecret(folder, from->text) : std::string();
  };
  settings.postgres_connect = secret("connect");
  settings.postgres_owner = secret("owner");
  settings.tls_certificate = path({"listen", "tls", "certificate"});
  settings.tls_key = path({"listen", "tls", "key", "from"});
  settings.pseudonym_root = path({"keys", "pseudonym_root", "from"});
  settings.storage_root = path({"keys", "storage_root", "from"});
  settings.ledger_signing = path({"keys", "ledger_signing", "from"});
  if (root.Text("default_language") == "en") settings.language = Language::kEnglish;
  return settings;
}

}  // namespace octroi::gateway::config
