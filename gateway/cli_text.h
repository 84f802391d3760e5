// What the command line prints for people, French and English, made from the same JSON that
// `--json` prints.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/config.h"
#include "gateway/migrate.h"
#include "gateway/names.h"
#include "journal/journal.h"

namespace octroi::gateway {

std::string_view UsageText(Language language);
// What a code of `octroi check` ("OCT-1204") or a reason ("consent.withdrawn") means and what to
// do. Nothing: no such code.
std::optional<std::string> HelpText(std::string_view code, Language language);
std::string InitText(const std::string& folder, Language language);
std::string StatusText(const std::string& json, Language language);
std::string ExplainText(const std::string& json, Language language);
std::string FailuresText(const std::string& json, Language language);
std::string AuditText(const std::string& json, Language language);
std::string MovedText(const MovedRecords& moved, Language language);
std::string MovedJson(const MovedRecords& moved);
std::string RebuiltText(std::uint64_t records, Language language);
std::string JournalText(const journal::CheckReport& report, Language language);
std::string RecordJson(std::uint64_t sequence, std::string_view record,
                       const Names& names);  // no fingerprints
std::string JournalJson(const journal::CheckReport& report);

}  // namespace octroi::gateway
