// What the verbs of the command line share. Internal to cli*.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/lock_file.h"
#include "base/result.h"
#include "gateway/cli.h"
#include "gateway/config.h"
#include "store/store.h"

namespace octroi::gateway {

inline constexpr int kOk = 0, kNo = 1, kUsage = 2, kConfigInvalid = 3, kUnreachable = 4;
inline constexpr int kUndecided = 5;  // of `ask`: neither a yes nor a no
inline constexpr int kFatalExit =
    70;  // EX_SOFTWARE: the disk failed under us; a supervisor restarts, recovery decides

struct Arguments {
  std::vector<std::string> words;  // verb first
  std::string folder = ".";
  std::size_t limit = 20;
  bool limited = false;       // --limit was given
  std::string span = "24 h";  // --for
  bool json = false;
  std::map<std::string, std::string> options;  // "--source" -> "shop"; flags: ""
  bool Has(const char* option) const { return options.contains(option); }
  std::string Option(const char* option) const {  // "" if it was not given
    const auto given = options.find(option);
    return given == options.end() ? std::string() : given->second;
  }
  Language language = Language::kFrench;
};

// 1 to `most`, and nothing beside it.
std::optional<std::uint64_t> Number(const std::string& text, std::uint64_t most);
int Complain(const base::Error& error, int code);  // to stderr; returns `code`
int Misused(const Arguments& args);                // how it is used, to stderr; returns kUsage
[[noreturn]] void Die(const base::Error& error);   // logs, exits with kFatalExit

// A config and what it names, held by this process alone.
struct Loaded {
  ConfigFolder config;
  std::unique_ptr<base::LockFile> lock;  // of the storage folder: the journal has one writer
  std::unique_ptr<store::Store> store;
};
// The findings go to stderr. `code`: what to exit with on an error.
base::Result<Loaded> Load(const Arguments& args, const Stores& stores, int& code);
base::Millis HousekeepingEvery();  // more often for tests
std::uint64_t SegmentBytes();      // smaller segments for tests that kill and look often

// Asks the running gateway one line and prints its answer: as it is, or as `text` says it. Exit 1
// if it holds an "error", or "holds" that is false.
int Ask(const Arguments& args, const std::string& line,
        const std::function<std::string(const std::string&)>& text);

// Change control (cli_change.cc).
int DiffConfig(const Arguments& args);
int ApplyConfig(const Arguments& args);
int ProposeConfig(const Arguments& args);
int ListProposals(const Arguments& args);
int ListVersions(const Arguments& args);
int ReportPilot(const Arguments& args);
int ApproveChange(const Arguments& args);   // offline
int CreateApprover(const Arguments& args);  // offline
int ChangeKeys(const Arguments& args);      // cli_keys.cc: the key file

int Reidentify(const Arguments& args);  // cli_access.cc
int AskScore(const Arguments& args);    // cli_score.cc
int AskProblems(const Arguments& args);
int ReconcileExport(const Arguments& args);     // cli_reconcile.cc
int ImportFileOfEvents(const Arguments& args);  // cli_import.cc
int ShowCsv(const Arguments& args);             // cli_csv.cc: offline, without a config
int ProfileFile(const Arguments& args);         // cli_profile.cc: offline
int PortContract(const Arguments& args);        // cli_contract.cc: offline, without a config
int DecodeConsent(const Arguments& args);       // cli_consent.cc: offline, without a config
int DetectInText(const Arguments& args);        // cli_detect.cc: offline, without a config
// cli_register.cc: `consent state`, `consent export`, `consent late`.
int AskRegister(const Arguments& args, const Stores& stores);
int AskTraining(const Arguments& args);
int TendTasks(const Arguments& args);    // cli_tasks.cc
int TendConsole(const Arguments& args);  // console/cli_users.cc: `console user`
// Puts the option under `key` of an order: a time, or "2 days": that long ago. Nothing where it is
// absent. False: it is neither.
bool TakeInstant(const Arguments& args, const char* option, const char* key,
                 nlohmann::ordered_json& order);  // cli_score.cc
int AskCounts(const Arguments& args);             // cli_counts.cc
int AskJourneys(const Arguments& args);           // cli_journeys.cc
// The whole of a file; `-` is stdin. kUnavailable: it cannot be read.
base::Result<std::string> ReadWholeInput(const std::string& path);
// The store that the gateway decides by, to read only, beside a running gateway too. kInvalid:
// other keys than its own, with which nobody would be found in it.
base::Result<std::unique_ptr<store::Store>> OpenToRead(const Stores& stores,
                                                       const GatewaySettings& settings,
                                                       const crypto::KeyRing& keys);

// Offline verbs: the gateway is stopped.
int CheckConfig(const Arguments& args);
int RebuildStore(const Arguments& args, const Stores& stores);
int MigrateStore(const Arguments& args, const Stores& stores);
int ReadJournal(const Arguments& args, bool dump);
int TapFlow(const Arguments& args);
int ReplayFailures(const Arguments& args);
int WatchTop(const Arguments& args);
int TestPolicies(const Arguments& args);
int AskPolicy(const Arguments& args);  // cli_ask.cc: offline, needs no key
int SimulateFile(const Arguments& args, const Stores& stores);
int ExplainFile(const Arguments& args, const Stores& stores);

// One option of the table in cli_options.cc, with its value if it takes one; `at` moves to it.
// False: none of them.
bool TakeOption(int argc, char** argv, int& at, Arguments& args);
bool OptionsFit(const Arguments& args);  // each belongs to the verb

}  // namespace octroi::gateway
