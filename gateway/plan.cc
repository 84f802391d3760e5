#include "gateway/plan.h"

#include "base/bytes.h"
#include "crypto/hmac.h"
#include "gateway/config.h"
#include "gateway/config/compile.h"
#include "gateway/config/rotation.h"
#include "gateway/sender.h"
#include "rules/detect/redact.h"

namespace octroi::gateway {
namespace {

using config::Document;
using config::NameTables;
using config::World;

constexpr std::string_view kPlanFormat = "octroi/plan/v1";
constexpr base::Millis kDay = 86'400'000;

base::Error Wrong(std::string detail) {
  return {base::ErrorCode::kInvalid, "config.compile", std::move(detail)};
}

// Secrets and lists that are not there are warnings for a check, and the end of a start.
base::Status Complete(const ConfigFolder& folder, const config::Findings& again) {
  if (!folder.ok() || again.errors() != 0) return Wrong("the config has errors");
  return base::Ok();
}

base::Status ReadSecretOf(const std::string& folder, const Document& document,
                          const config::Node* authenticate, bool raw, crypto::Secret& into) {
  const std::string from(authenticate->Find("secret")->Text("from"));
  auto secret = crypto::ReadSecret(config::ResolveSecret(folder, from));
  if (!secret)
    return Wrong("`" + document.file + "` asks for the secret `" + from +
                 "`: " + secret.error().detail);
  if (raw && secret->hashed)
    return Wrong("`" + document.file + "` needs the secret itself in `" + from + "`, not its hash");
  const auto unfit =
      raw ? config::UnfitToPresent(authenticate->Text("method"), *secret) : config::Say();
  if (!unfit.empty()) return Wrong("`" + document.file + "`, secret `" + from + "`: " + unfit.en);
  into = *secret;
  return base::Ok();
}

// What is only possible goes, too: of a text that leaves nobody asks whether it was an order
// number.
bool RedactText(std::string_view text, std::string& out) {
  thread_local rules::Detector detector({.at_least = rules::Confidence::kPossible});
  return rules::AppendRedacted(text, detector, out);
}

class PlanMaker {
 public:
  PlanMaker(const ConfigFolder& folder, const World& world, config::Lists lists, NameTables names,
            Observing observing, Secrets secrets)
      : folder_(folder),
        world_(world),
        lists_(std::move(lists)),
        names_(std::move(names)),
        observing_(observing),
        secrets_(secrets) {}

  base::Result<std::shared_ptr<Plan>> Make(const crypto::KeyRing& keys, std::string origin,
                                           std::uint32_t number) {
    plan_->number = number;
    EnterNames(world_, names_);
    base::Status status = CheckLimits();
    if (status) status = Contracts();
    if (status) status = Policies();
    if (status) status = Sources();
    if (status) status = Destinations(keys, std::move(origin));
    if (!status) return status.error();
    Names();
    return std::move(plan_);
  }

 private:
  // Holes count: their places are taken by what the journal still knows.
  base::Status CheckLimits() const {
    const bool fits = names_.fields.size() <= base::kFieldsMax &&
                      names_.purposes.size() <= base::kPurposesMax &&
                      names_.destinations.size() <= base::kDestinationsMax;
    if (fits) return base::Ok();
    return base::Error{
        base::ErrorCode::kTooLarge, "config.compile",
        "too many fields, purposes or destinations, counting those that were removed"};
  }

  base::Status Contracts() {
    plan_->contracts.resize(names_.contracts.size());
    for (const Document* document : world_.Of("Contract")) {
      auto spec = config::ContractSpecOf(world_, *document, lists_, names_);
      if (observing_ == Observing::kNothing) spec.observe = false;
      auto compiled = rules::Contract::Compile(std::move(spec));
      if (!compiled) return compiled.error();
      ContractPlan& contract = plan_->contracts[names_.contracts.Of(document->id)];
      contract.name = document->id;
      for (const rules::FieldSpec& field : compiled->spec().fields)
        contract.fields.push_back(field.id);
      contract.contract.emplace(std::move(*compiled));
    }
    return base::Ok();
  }

  base::Status Policies() {
    auto spec = config::PolicySetSpecOf(world_, lists_, names_);
    if (observing_ == Observing::kNothing) spec.observe_consent_until = 0;
    plan_->observe_consent_until = spec.observe_consent_until;
    for (const policies::PurposeSpec& purpose : spec.purposes) {
      plan_->purposes.push_back(purpose.id);
      const bool clear = purpose.leaves == policies::Variant::kWhole;
      plan_->extents.push_back({purpose.categories, clear ? purpose.categories : 0});
    }
    auto compiled = policies::PolicySet::Compile(std::move(spec));
    if (!compiled) return compiled.error();
    plan_->policies.emplace(std::move(*compiled));
    return base::Ok();
  }

  base::Status Sources() {
    plan_->sources.resize(names_.sources.size());
    for (const Document* document : world_.Of("Source")) {
      auto made = config::SourcePlanOf(world_, *document, names_);
      if (!made) return made.error();
      if (observing_ == Observing::kNothing) made->observe = false;
      if (secrets_ == Secrets::kRead) {
        const auto read =
            ReadSecretOf(folder_.folder, *document, document->root.Find("authenticate"),
                         made->auth == AuthMethod::kHmacSha256, made->secret);
        if (!read) return read;
      }
      plan_->sources[names_.sources.Of(document->id)] = std::move(*made);
    }
    return base::Ok();
  }

  base::Status Destinations(const crypto::KeyRing& keys, std::string origin) {
    plan_->destinations.resize(names_.destinations.size());
    std::vector<policies::OutgoingForm> forms(names_.destinations.size());
    // A removed destination keeps its domain, which nobody else may take, and receives nothing.
    for (std::size_t i = 0; i < forms.size(); ++i) forms[i].domain = names_.destinations.names()[i];
    for (const Document* document : world_.Of("Destination")) {
      const std::uint16_t place = names_.destinations.Of(document->id);
      DestinationPlan destination = config::DestinationPlanOf(*document, folder_.folder);
      const config::Node* authenticate = document->root.FindPath({"deliver", "authenticate"});
      if (authenticate != nullptr && secrets_ == Secrets::kRead) {
        const auto read = ReadSecretOf(folder_.folder, *document, authenticate, true,
                                       destination.secret.emplace());
        if (!read) return read;
      }
      if (destination.sql && secrets_ == Secrets::kRead) {
        if (auto read = ReadConnection(*document, destination); !read) return read;
      }
      forms[place] = config::OutgoingFormOf(world_, *document, folder_.files, names_);
      destination.groups = config::GroupsPlanOf(*document, forms[place]);
      plan_->destinations[place] = std::move(destination);
    }
    auto made =
        policies::Pseudonymizer::Make(keys, std::move(origin), std::move(forms), RedactText);
    if (!made) return made.error();
    plan_->pseudonymizer = std::move(*made);
    return base::Ok();
  }

  base::Status ReadConnection(const Document& document, DestinationPlan& destination) const {
    const std::string from(document.root.FindPath({"deliver", "connect", "from"})->text);
    auto connection = crypto::ReadSecret(config::ResolveSecret(folder_.folder, from));
    auto good = connection ? CheckConnection(connection->bytes, destination.allow_private_address)
                           : base::Status(connection.error());
    if (!good || connection->hashed) {
      return Wrong("`" + document.file + "` asks for the connection string `" + from +
                   "`: " + (good ? std::string("it is a hash") : good.error().detail));
    }
    destination.secret = *std::move(connection);
    return base::Ok();
  }

  void Names() {
    const config::Node& gateway = world_.gateway()->root;
    const config::Node& keep = *gateway.FindPath({"storage", "keep"});
    plan_->tenant = gateway.Text("tenant");
    if (const config::Node* pilot = gateway.FindPath({"observe", "consent"}))
      plan_->observe_approved_by = pilot->Text("approved_by");
    plan_->keep_decisions = DurationOr(keep, "decisions", 390 * kDay);
    plan_->keep_failed = DurationOr(keep, "failed", 14 * kDay);
    plan_->rotate_keys_every = config::RotateEvery(world_);
    plan_->keep_samples = DurationOr(keep, "samples", 7 * kDay);
    plan_->fields.resize(names_.fields.size());
    for (const config::DictionaryField& field : world_.fields()) {
      plan_->fields[names_.fields.Of(field.id)] = field.id;
    }
    for (const Document* notice : world_.Of("Notice"))
      plan_->notices.push_back(config::NoticePlanOf(*notice));
    for (const Document* canary : world_.Of("Canary"))
      plan_->canaries.push_back(config::CanaryPlanOf(*canary, names_));
    plan_->reasons = names_.reasons.names();
    plan_->names = names_.ToJson();
    plan_->config_digest = folder_.Digest();
    std::string text;
    base::ByteWriter writer(text);
    writer.Sized(kPlanFormat);
    writer.Sized(plan_->names);
    writer.Sized(plan_->config_digest);
    plan_->plan_digest = crypto::AsBytes(crypto::Sha256(text));
  }

  const ConfigFolder& folder_;
  const World& world_;
  config::Lists lists_;
  NameTables names_;
  Observing observing_;
  Secrets secrets_;
  std::shared_ptr<Plan> plan_ = std::make_shared<Plan>();
};

}  // namespace

namespace config {

void EnterNames(const World& world, NameTables& names) {
  for (const DictionaryField& field : world.fields()) names.fields.Of(field.id);
  for (const Document* purpose : world.Of("Purpose")) names.purposes.Of(purpose->id);
  for (const Document* contract : world.Of("Contract")) names.contracts.Of(contract->id);
  for (const Document* destination : world.Of("Destination"))
    names.destinations.Of(destination->id);
  for (const Document* source : world.Of("Source")) {
    names.sources.Of(source->id);
    for (const Node& accepts : source->root.List("accepts")) {
      names.events[source->id].Of(accepts.Text("event"));
    }
  }
}

}  // namespace config

base::Result<std::shared_ptr<Plan>> CompilePlan(const ConfigFolder& folder,
                                                const crypto::KeyRing& keys, std::string origin,
                                                std::uint32_t number,
                                                std::string_view previous_names,
                                                Observing observing, Secrets secrets) {
  config::Findings again;
  const World world = World::Read(folder.files, again);
  config::Lists lists = config::ReadLists(world, folder.files, again);
  if (const auto complete = Complete(folder, again); !complete) return complete.error();
  for (const Document* list : world.Of("List")) {
    if (!lists.contains(list->id))
      return Wrong("`" + list->file + "` asks for a file that is not there");
  }
  auto names = NameTables::Parse(previous_names);
  if (!names) return names.error();
  return PlanMaker(folder, world, std::move(lists), std::move(*names), observing, secrets)
      .Make(keys, std::move(origin), number);
}

std::string_view Plan::ReasonName(base::Reason reason) const {
  if (reason < base::Reason::kFirstConfigured) return base::Name(reason);
  const auto place =
      static_cast<std::size_t>(reason) - static_cast<std::size_t>(base::Reason::kFirstConfigured);
  return place < reasons.size() ? std::string_view(reasons[place]) : "unknown";
}

policies::Extent Plan::ExtentOf(std::uint32_t purpose_bits) const {
  policies::Extent extent;
  for (std::size_t purpose = 0; purpose < extents.size(); ++purpose) {
    if ((purpose_bits >> purpose & 1) == 0) continue;
    extent.categories |= extents[purpose].categories;
    extent.clear |= extents[purpose].clear;
  }
  return extent;
}

const SourcePlan* Plan::SourceById(std::string_view id) const {
  for (const SourcePlan& source : sources) {
    if (!id.empty() && source.id == id) return &source;
  }
  return nullptr;
}

}  // namespace octroi::gateway
