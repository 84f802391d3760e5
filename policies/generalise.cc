#include "policies/generalise.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/identifier.h"
#include "base/text.h"
#include "crypto/hmac.h"

namespace octroi::policies {
namespace {

using base::JsonType;
using Form = OutgoingField::Form;

void AppendQuoted(std::string_view plain, std::string& out) {
  out.append("\"").append(plain).append("\"");
}

bool Time(Form form, const base::Value& value, std::string& scratch, std::string& out) {
  const auto time = base::ParseRfc3339(value.text, form == Form::kYear);
  if (value.type != JsonType::kString || !time) return false;
  scratch.clear();
  base::AppendRfc3339(*time, scratch);
  if (form == Form::kYear) {
    scratch.resize(4);
  } else {
    scratch.replace(std::string_view("2026-11-21T09:").size(), std::string::npos, "00:00.000Z");
  }
  AppendQuoted(scratch, out);
  return true;
}

bool AllDigits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// La Poste: 2A is 200xx, 201xx and 2B the rest of 20xxx; overseas the first three digits.
bool Department(std::string_view code, std::string& out) {
  if (code.size() != 5 || !AllDigits(code) || code.starts_with("00")) return false;
  if (code.starts_with("20")) {
    AppendQuoted(code[2] <= '1' ? "2A" : "2B", out);
  } else {
    const bool overseas = code.starts_with("97") || code.starts_with("98");
    AppendQuoted(code.substr(0, overseas ? 3 : 2), out);
  }
  return true;
}

bool IpPrefix(std::string_view text, std::string& out) {
  std::array<char, INET6_ADDRSTRLEN> name{};
  if (text.size() >= name.size()) return false;
  std::ranges::copy(text, name.begin());
  std::array<unsigned char, 16> address{};
  int family = AF_INET6;
  if (::inet_pton(AF_INET, name.data(), address.data()) == 1) {
    family = AF_INET;
  } else if (::inet_pton(AF_INET6, name.data(), address.data()) != 1) {
    return false;
  } else {
    static constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0,    0,
                                                              0, 0, 0, 0, 0xff, 0xff};
    if (std::equal(kMapped.begin(), kMapped.end(), address.begin())) {
      std::copy(address.begin() + 12, address.end(), address.begin());
      family = AF_INET;
    }
  }
  std::fill(address.begin() + (family == AF_INET ? 3 : 6), address.end(), 0);
  if (::inet_ntop(family, address.data(), name.data(), name.size()) == nullptr) return false;
  out.append("\"").append(name.data()).append(family == AF_INET ? "/24\"" : "/48\"");
  return true;
}

// In this order: most browsers also claim to be others. No version, no system, no device.
constexpr std::pair<std::string_view, std::string_view> kFamilies[] = {
    {"Edg/", "Edge"},
    {"EdgA/", "Edge"},
    {"EdgiOS/", "Edge"},
    {"OPR/", "Opera"},
    {"SamsungBrowser/", "Samsung Internet"},
    {"Firefox/", "Firefox"},
    {"FxiOS/", "Firefox"},
    {"CriOS/", "Chrome"},
    {"Chrome/", "Chrome"},
    {"Version/", "Safari"}};

bool Family(std::string_view agent, std::string& out) {
  for (const auto& [mark, family] : kFamilies) {
    if (agent.find(mark) == std::string_view::npos) continue;
    if (family == "Safari" && agent.find("Safari/") == std::string_view::npos) return false;
    AppendQuoted(family, out);
    return true;
  }
  return false;
}

bool PartnerHash(std::string_view address, std::string& scratch, std::string& out) {
  const bool ascii = std::ranges::all_of(address, [](char c) { return (c & 0x80) == 0; });
  if (!ascii || !base::Normalise(base::IdentifierType::kEmail, address, scratch)) return false;
  const crypto::Digest digest = crypto::Sha256(scratch);
  static constexpr std::string_view kHex = "0123456789abcdef";
  out.push_back('"');
  for (const std::uint8_t byte : digest) {
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 15]);
  }
  out.push_back('"');
  return true;
}

}  // namespace

bool AppendGeneralised(Form form, const base::Value& value, std::string& scratch,
                       std::string& out) {
  const bool text = value.type == JsonType::kString;
  switch (form) {
    case Form::kYear:
    case Form::kHour:
      return Time(form, value, scratch, out);
    case Form::kDepartment:
      return (text || value.type == JsonType::kInteger) && Department(value.text, out);
    case Form::kIpPrefix:
      return text && IpPrefix(value.text, out);
    case Form::kFamily:
      return text && Family(value.text, out);
    case Form::kPartnerHash:
      return text && PartnerHash(value.text, scratch, out);
    case Form::kClear:
    case Form::kPseudonym:
    case Form::kReversible:
    case Form::kEpoch:
    case Form::kRandom:
    case Form::kRedacted:
      return false;
  }
  return false;
}

}  // namespace octroi::policies
