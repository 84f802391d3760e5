#include "base/log.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>

#include "base/clock.h"
#include "base/text.h"

namespace octroi::base {
namespace {

std::atomic<LogLevel> g_level{LogLevel::kInfo};

std::string_view NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

void AppendMember(std::string_view key, std::string_view text, std::string& line) {
  line.push_back(line.empty() ? '{' : ',');
  AppendJsonString(key, line);
  line.push_back(':');
  AppendJsonString(text, line);
}

}  // namespace

void Log::SetLevel(LogLevel level) { g_level.store(level, std::memory_order_relaxed); }

void Log::Line(LogLevel level, Id what, std::initializer_list<LogField> fields) {
  if (level < g_level.load(std::memory_order_relaxed)) return;
  std::string line;
  AppendMember("ts", FormatRfc3339(SystemClock().WallNow()), line);
  AppendMember("level", NameOf(level), line);
  AppendMember("msg", what.text(), line);
  for (const LogField& field : fields) {
    if (field.kind_ == LogField::Kind::kId) {
      AppendMember(field.key_.text(), field.id_.text(), line);
      continue;
    }
    line.push_back(',');
    AppendJsonString(field.key_.text(), line);
    line.push_back(':');
    if (field.kind_ == LogField::Kind::kBool) {
      line.append(field.number_ != 0 ? "true" : "false");
    } else {
      line.append(std::to_string(field.number_));
    }
  }
  line.append("}\n");
  // A log that cannot be written must not stop the gateway.
  while (write(STDERR_FILENO, line.data(), line.size()) < 0 && errno == EINTR) {
  }
}

}  // namespace octroi::base
