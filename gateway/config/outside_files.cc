// What config refers to outside its YAML: lists, key files, secrets.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/text.h"
#include "crypto/key_ring.h"
#include "gateway/config/checks.h"
#include "gateway/config/csv.h"
#include "gateway/sender.h"

namespace octroi::gateway::config {
namespace {

class SecretCheck {
 public:
  SecretCheck(const std::string& folder, Findings& findings)
      : folder_(folder), findings_(findings) {}

  // There, a file, and nobody else's to read. `from` is what config says.
  bool KeyFile(const Document& document, const Node* from) const {
    if (!from || !from->IsString() || !from->text.starts_with("file:")) return false;
    struct stat info {};
    if (::stat(ResolvePath(folder_, from->text).c_str(), &info) != 0) {
      findings_.Add(2101, document.file, from->at, {from->text});
      return false;
    }
    if ((info.st_mode & 077) != 0) {
      findings_.Add(1330, document.file, from->at, {from->text});
      return false;
    }
    return true;
  }

  void Secret(const Document& document, const Node* authenticate, bool outgoing) const {
    if (!authenticate) return;
    const std::string_view method = authenticate->Text("method");
    const Node* from = authenticate->FindPath({"secret", "from"});
    const auto secret = Read(document, from, outgoing || method == "hmac-sha256");
    if (!secret || !outgoing) return;
    const Say unfit = UnfitToPresent(method, *secret);
    if (!unfit.empty()) findings_.Add(1331, document.file, from->at, {from->text, unfit});
  }

  void Connection(const Document& destination) const {
    const Node* deliver = destination.root.Find("deliver");
    if (!deliver || deliver->Text("type") != "sql") return;
    const Node* from = deliver->FindPath({"connect", "from"});
    const auto connection = Read(destination, from, true);
    if (!connection) return;
    const auto good = CheckConnection(connection->bytes, deliver->True("private_network"));
    if (!good) findings_.Add(1331, destination.file, from->at, {from->text, good.error().detail});
  }

  // Nothing, and a finding: it is missing or no secret. `raw`: its hash would not do.
  std::optional<crypto::Secret> Read(const Document& document, const Node* from, bool raw) const {
    if (!from || !from->IsString()) return std::nullopt;
    // Anything else may be a secret itself; the shape refuses it without repeating it.
    const bool variable = from->text.starts_with("env:");
    if (variable && !std::getenv(from->text.c_str() + 4)) {
      findings_.Add(2101, document.file, from->at, {from->text});
      return std::nullopt;
    }
    if (!variable && !KeyFile(document, from)) return std::nullopt;
    const auto secret = crypto::ReadSecret(ResolveSecret(folder_, from->text));
    if (!secret) {
      findings_.Add(1331, document.file, from->at, {from->text, secret.error().detail});
      return std::nullopt;
    }
    if (raw && secret->hashed) {
      findings_.Add(1331, document.file, from->at,
                    {from->text, Say{"il faut le secret lui-même, pas son empreinte",
                                     "the secret itself is needed, not its hash"}});
      return std::nullopt;
    }
    return *secret;
  }

 private:
  const std::string& folder_;
  Findings& findings_;
};

}  // namespace

Say UnfitToPresent(std::string_view method, const crypto::Secret& secret) {
  const auto visible = [](char c) { return c >= ' ' && c <= '~'; };
  if (method != "hmac-sha256" && !std::ranges::all_of(secret.bytes, visible)) {
    return {"seulement des caractères ASCII visibles", "visible ASCII characters only"};
  }
  if (method == "basic" && secret.bytes.find(':') == std::string::npos) {
    return {"« utilisateur:mot de passe » est attendu", "\"user:password\" is expected"};
  }
  return {};
}

bool IsInside(std::string_view path) {
  return !path.starts_with('/') && path.find("..") == std::string_view::npos;
}

std::string ResolvePath(const std::string& folder, std::string_view path) {
  if (path.starts_with("file:")) path.remove_prefix(5);
  std::filesystem::path resolved(path);
  if (!path.empty() && resolved.is_relative()) resolved = std::filesystem::path(folder) / resolved;
  std::error_code ignored;
  const auto absolute = std::filesystem::absolute(resolved, ignored);
  return path.empty() ? std::string() : (ignored ? resolved : absolute).lexically_normal().string();
}

std::string ResolveSecret(const std::string& folder, std::string_view from) {
  return from.starts_with("file:") ? "file:" + ResolvePath(folder, from) : std::string(from);
}

void CheckSecrets(const World& world, const std::string& folder, Findings& findings) {
  const SecretCheck check(folder, findings);
  for (const Document* gateway : world.Of("Gateway")) {
    for (const Node::Member& key : gateway->root.Map("keys")) {
      check.KeyFile(*gateway, key.value.Find("from"));
    }
    check.KeyFile(*gateway, gateway->root.FindPath({"listen", "tls", "key", "from"}));
    // The owner's is read by `octroi migrate` only, and need not be on this machine.
    check.Read(*gateway, gateway->root.FindPath({"storage", "postgres", "connect", "from"}), true);
  }
  for (const Document* source : world.Of("Source")) {
    check.Secret(*source, source->root.Find("authenticate"), false);
  }
  for (const Document* destination : world.Of("Destination")) {
    check.Secret(*destination, destination->root.FindPath({"deliver", "authenticate"}), true);
    check.Connection(*destination);
  }
}

namespace {

// Which value, from 1, is no SHA-256 in hex; 0: none. The others are put into lower case.
std::size_t WrongDigest(std::vector<std::string>& values) {
  for (std::size_t at = 0; at < values.size(); ++at) {
    const auto digest = base::FromHex(values[at]);
    if (!digest || digest->size() != 32) return at + 1;
    values[at] = base::Hex(*digest);
  }
  return 0;
}

}  // namespace

std::shared_ptr<const rules::ValueList> ListNamed(const Lists& lists, std::string_view id) {
  static const auto kEmpty = std::make_shared<const rules::ValueList>(std::vector<std::string>());
  const auto found = lists.find(id);
  return found == lists.end() ? kEmpty : found->second;
}

Lists ReadLists(const World& world, const Files& files, Findings& findings) {
  Lists lists;
  for (const Document* list : world.Of("List")) {
    const Node* file = list->root.FindPath({"from", "file"});
    if (!file || !file->IsString() || !IsInside(file->text)) continue;
    const auto found = files.find(file->text);
    if (found == files.end()) {
      const bool waits = list->root.Text("if_missing") == "keep_last";
      findings.Add(waits ? 2102 : 1325, list->file, file->at, {file->text});
      continue;
    }
    const Node* column = list->root.FindPath({"from", "column"});
    auto values = CsvColumn(found->second, column && column->IsString() ? column->text : "");
    if (!values) {
      findings.Add(1324, list->file, file->at, {list->id, values.error().detail});
      continue;
    }
    if (const std::size_t wrong = list->root.True("hashed") ? WrongDigest(*values) : 0;
        wrong != 0) {
      findings.Add(1398, list->file, file->at, {list->id, std::to_string(wrong)});
      continue;
    }
    lists[list->id] = std::make_shared<const rules::ValueList>(std::move(*values));
  }
  return lists;
}

}  // namespace octroi::gateway::config
