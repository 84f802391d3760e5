#include "gateway/change/statement.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/bytes.h"
#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/config/yaml_reader.h"

namespace octroi::gateway::change {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::string_view kStatementFormat = "octroi-change-v1";
constexpr std::string_view kBundleFormat = "octroi-bundle-v1\n";

Error Malformed(const char* what) { return Error{ErrorCode::kInvalid, "change.malformed", what}; }

// "0.10.3" -> {0, 10, 3}; false: not that.
bool Numbers(std::string_view text, std::array<unsigned, 3>& numbers) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i != 0 && (at == end || *at++ != '.')) return false;
    const auto [next, error] = std::from_chars(at, end, numbers[i]);
    if (error != std::errc()) return false;
    at = next;
  }
  return at == end;
}

}  // namespace

std::string_view BuildVersion() { return OCTROI_VERSION; }

bool MayObey(std::string_view binary) {
  std::array<unsigned, 3> asked{}, ours{};
  return Numbers(binary, asked) && Numbers(BuildVersion(), ours) && asked <= ours;
}

bool IsReason(std::string_view text) {
  std::size_t bad_at = 0;
  return !text.empty() && text.size() <= kReasonBytesMax && config::IsUtf8(text, bad_at) &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

std::string DigestHex(std::string_view archive) {
  return base::Hex(crypto::AsBytes(crypto::Sha256(archive)));
}

std::string Statement::Text() const {
  std::string out(kStatementFormat);
  const auto line = [&](std::string_view name, std::string_view value) {
    out.append("\n").append(name).append(": ").append(value);
  };
  line("tenant", tenant);
  line("version", std::to_string(version));
  line("config", config);
  line("previous", previous);
  line("created", base::FormatRfc3339(created));
  line("expires", base::FormatRfc3339(expires));
  line("binary", binary);
  line("by", by);
  line("from", from);
  line("reason", reason);
  return out + "\n";
}

// Read leniently, written again, compared: only what we would have written ourselves is taken, so
// no two texts mean the same.
base::Result<Statement> Statement::Parse(std::string_view text) {
  Statement statement;
  std::string created, expires, version;
  std::string* const members[] = {
      &statement.tenant, &version,      &statement.config, &statement.previous, &created, &expires,
      &statement.binary, &statement.by, &statement.from,   &statement.reason};
  std::string_view rest = text.substr(std::min(text.find('\n'), text.size()));
  for (std::string* member : members) {
    const std::size_t value = rest.find(": ");
    if (value == std::string_view::npos) return Malformed("not a statement of a change");
    const std::size_t end = std::min(rest.find('\n', value), rest.size());
    *member = rest.substr(value + 2, end - value - 2);
    rest.remove_prefix(end);
  }
  std::from_chars(version.data(), version.data() + version.size(), statement.version);
  statement.created = base::ParseRfc3339(created).value_or(0);
  statement.expires = base::ParseRfc3339(expires).value_or(0);
  std::size_t bad_at = 0;
  if (statement.Text() != text || statement.version == 0 || !config::IsUtf8(text, bad_at) ||
      !IsReason(statement.reason)) {
    return Malformed("not a statement of a change");
  }
  return statement;
}

std::string Bundle::Render() const {
  std::string out(kBundleFormat);
  base::ByteWriter writer(out);
  writer.Sized(note.Render());
  writer.Sized(archive);
  writer.Sized(previous);
  return out;
}

base::Result<Bundle> Bundle::Parse(std::string_view bytes) {
  if (!bytes.starts_with(kBundleFormat)) return Malformed("not a bundle of octroi");
  base::ByteReader reader(bytes.substr(kBundleFormat.size()));
  const std::string_view note_bytes = reader.Sized();
  Bundle bundle;
  bundle.archive = reader.Sized();
  bundle.previous = reader.Sized();
  if (!reader.done()) return Malformed("a bundle that is cut short, or goes on too long");
  auto note = crypto::Note::Parse(note_bytes);
  if (!note) return Malformed("the statement carries no signatures");
  auto statement = Statement::Parse(note->text);
  if (!statement) return statement.error();
  bundle.note = std::move(*note);
  bundle.statement = std::move(*statement);
  if (bundle.Render() != bytes) return Malformed("a bundle that is written otherwise");
  if (DigestHex(bundle.archive) != bundle.statement.config)
    return Error{ErrorCode::kInvalid, "change.tampered",
                 "the files are not those of the statement"};
  if (!bundle.previous.empty() && DigestHex(bundle.previous) != bundle.statement.previous)
    return Error{ErrorCode::kInvalid, "change.tampered",
                 "the files before are not those of the statement"};
  return bundle;
}

}  // namespace octroi::gateway::change
