#include "gateway/contract/import.h"

#include <algorithm>
#include <cctype>

#include "gateway/config/scalar.h"

namespace octroi::gateway::contract {
namespace {

using Json = nlohmann::ordered_json;

// A plain scalar that reads back as the same text.
bool IsPlain(const std::string& text) {
  if (text.empty() || text.size() > 100 || std::isalpha(static_cast<unsigned char>(text[0])) == 0)
    return false;
  for (const char c : text) {
    const bool safe = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' ||
                      c == '.' || c == '/' || c == '@' || c == ' ';
    if (!safe) return false;
  }
  constexpr std::string_view kNulls[] = {"null", "Null", "NULL"};
  return text.back() != ' ' && std::ranges::find(kNulls, text) == std::end(kNulls) &&
         config::PlainScalar(text).IsString();
}

std::string Scalar(const Json& value) {
  if (!value.is_string()) return value.dump();
  const std::string& text = value.get_ref<const std::string&>();
  return IsPlain(text) ? text : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void Write(const Json& value, std::size_t indent, std::string& out);

// A short list of scalars on one line; "" where it is none.
std::string InOneLine(const Json& list) {
  constexpr std::size_t kLineMax = 80;
  if (!list.is_array()) return {};
  std::string line = "[";
  for (const Json& item : list) {
    if (item.is_structured()) return {};
    line += (line.size() > 1 ? ", " : "") + Scalar(item);
    if (line.size() > kLineMax) return {};
  }
  return line + "]";
}

void WriteAfterKey(const Json& value, std::size_t indent, std::string& out) {
  if (const std::string line = InOneLine(value); !line.empty()) {
    out += ' ' + line + '\n';
    return;
  }
  if (value.empty() || !value.is_structured()) {
    out += ' ' + (value.is_structured() ? value.dump() : Scalar(value)) + '\n';
    return;
  }
  out += '\n';
  Write(value, indent, out);
}

void Write(const Json& value, std::size_t indent, std::string& out) {
  const std::string space(indent, ' ');
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      out += space + (IsPlain(key) ? key : Json(key).dump()) + ":";
      WriteAfterKey(member, indent + 2, out);
    }
    return;
  }
  for (const Json& item : value) {
    if (const std::string line = InOneLine(item); !line.empty()) {
      out += space + "- " + line + '\n';
      continue;
    }
    if (!item.is_structured() || item.empty()) {
      out += space + "- " + (item.is_structured() ? item.dump() : Scalar(item)) + '\n';
      continue;
    }
    // The first key stands beside the dash.
    std::string block;
    Write(item, indent + 2, block);
    out += space + "- " + block.substr(indent + 2);
  }
}

}  // namespace

std::string YamlOf(const Json& value) {
  std::string out;
  if (!value.is_structured() || value.empty()) return value.dump() + "\n";
  Write(value, 0, out);
  return out;
}

std::string IdOf(std::string_view name, char separator) {
  constexpr std::size_t kIdMax = 60;
  const auto fits = [&](unsigned char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 ||
           c == static_cast<unsigned char>(separator);
  };
  if (!name.empty() && std::islower(static_cast<unsigned char>(name[0])) != 0 &&
      name.size() <= kIdMax && std::ranges::all_of(name, fits)) {
    return std::string(name);
  }
  std::string id;
  bool lower = false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x7f || std::isalnum(byte) == 0) {
      if (!id.empty() && id.back() != separator) id += separator;
      lower = false;
      continue;
    }
    if (std::isupper(byte) != 0 && lower) id += separator;
    lower = std::islower(byte) != 0 || std::isdigit(byte) != 0;
    id += static_cast<char>(std::tolower(byte));
  }
  while (!id.empty() && id.back() == separator) id.pop_back();
  if (id.empty() || std::isalpha(static_cast<unsigned char>(id[0])) == 0)
    id = std::string("f") + separator + id;
  while (id.back() == separator) id.pop_back();
  return id.substr(0, kIdMax);
}

Json ContractHead(const std::string& id, const std::string& title) {
  const Json somebody = {{"team", "à nommer / to be named"}, {"contact", "a-nommer@exemple.fr"}};
  return {{"apiVersion", "octroi/v1"},
          {"kind", "Contract"},
          {"id", id},
          {"version", 1},
          {"title", {{"fr", title}, {"en", title}}},
          {"status", "draft"},
          {"between", {{"producer", somebody}, {"consumers", Json::array({somebody})}}}};
}

std::string ContractFile(const Imported& imported, Language language) {
  if (imported.contract.is_null()) return {};
  const bool fr = language == Language::kFrench;
  std::string out =
      fr ? "# Champs : ce que le dictionnaire doit avoir, et où la source les lit.\n"
         : "# Fields: what the dictionary must have, and where the source reads them.\n";
  for (const ImportedField& field : imported.fields) {
    out += "#   " + field.id + " (" + field.format + "): " + Json(field.path).dump() + "\n";
  }
  return out + YamlOf(imported.contract);
}

}  // namespace octroi::gateway::contract
