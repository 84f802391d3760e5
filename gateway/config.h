// Config: a folder of strict YAML files, read whole and checked whole; every error at once.
//
// Strict YAML 1.2 core: duplicate keys, tabs in indentation, anchors, aliases, merge keys, tags and
// several documents in a file are refused; `no`, `NO`, `yes`, `on` are strings. JSON Schemas (docs:
// `octroi schema`) settle the shape; cross-file checks settle the meaning. What this build parses
// but does not yet obey is refused as "not supported yet" wherever ignoring it would let more
// through.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/key_ring.h"
#include "gateway/plan.h"

namespace octroi::gateway {

enum class Language { kFrench, kEnglish };

struct ConfigFinding {
  enum class Level { kError, kWarning, kNote } level = Level::kError;
  std::string file;              // relative to the folder
  int line = 0, column = 0;      // from 1; 0: the file as a whole
  std::string code;              // "OCT-1204": stable; `octroi help OCT-1204`
  std::string fr, en;            // one sentence: what is wrong
  std::string hint_fr, hint_en;  // what to do, "did you mean"; may be empty
};

// What is not part of the plan: addresses, storage, keys.
struct GatewaySettings {
  std::string tenant, listen_ingest, listen_console, storage_path;
  std::string tls_certificate, tls_key;                      // paths; empty: plain
  std::string pseudonym_root, storage_root, ledger_signing;  // paths of key files
  // Where the connection strings of PostgreSQL are read (crypto::ReadSecret); empty: embedded
  // store.
  std::string postgres_connect, postgres_owner;
  Language language = Language::kFrench;
};

struct ConfigFolder {
  std::string folder;  // where it was read from, or what relative `file:` refer to
  std::map<std::string, std::string> files;  // relative path -> bytes; YAML and the lists they name
  GatewaySettings settings;
  std::vector<ConfigFinding> findings;  // sorted by file and line
  bool ok() const;                      // no error among them
  std::string Digest() const;           // SHA-256 over the canonical archive, 32 bytes
  std::string Archive() const;          // canonical: sorted paths, sizes, bytes (docs/FORMATS.md)
};

// Reads and checks; never throws, never stops at the first error. Relative `file:` paths in config
// are relative to the folder.
ConfigFolder LoadConfig(const std::string& folder, const base::Clock& clock = base::SystemClock());
ConfigFolder LoadConfig(std::map<std::string, std::string> files, const std::string& folder,
                        const base::Clock& clock = base::SystemClock());
// The files of ConfigFolder::Archive(). kInvalid: not exactly what it wrote.
base::Result<std::map<std::string, std::string>> ReadArchive(std::string_view archive);

// What a pilot compiles its config as, to see what enforcing it would change.
enum class Observing { kAsConfigured, kNothing };

// What a plan that only judges and decides does without: it could not let anybody in, or send.
enum class Secrets { kRead, kLeftOut };

// Compiles a folder that is ok(). `previous_names` keeps places stable (empty at first). Secrets of
// sources and destinations are read here; a missing one is kInvalid and names the file that asks
// for it.
base::Result<std::shared_ptr<Plan>> CompilePlan(const ConfigFolder& config,
                                                const crypto::KeyRing& keys, std::string origin,
                                                std::uint32_t number,
                                                std::string_view previous_names,
                                                Observing observing = Observing::kAsConfigured,
                                                Secrets secrets = Secrets::kRead);

// "contracts/lead.yaml:42:21  error  OCT-1204  ..." with the source line and a caret; or JSON, one
// array.
std::string Render(const ConfigFolder& config, Language language, bool color);
std::string RenderJson(const ConfigFolder& config);

// Every code there is, with its sentences; "{0}" stands for a name. For `octroi help OCT-1204`.
struct CodeHelp {
  std::string code, fr, en, hint_fr, hint_en;
  ConfigFinding::Level level = ConfigFinding::Level::kError;
};
std::vector<CodeHelp> ConfigCodes();

std::vector<std::string> SchemaKinds();  // "gateway", "source", ...
std::optional<std::string> Schema(std::string_view kind,
                                  Language language);  // JSON Schema 2020-12 text

// Writes a commented starter folder with fresh keys (0400). kInvalid if the folder is not empty.
base::Status InitFolder(const std::string& folder, Language language);

// Creates what the config refers to by `file:` and is not there: key files, and a fresh raw secret
// for each source and destination (0400, folders 0700). The paths created. What exists is never
// touched.
base::Result<std::vector<std::string>> CreateMissingKeys(const ConfigFolder& config);

}  // namespace octroi::gateway
