#include "gateway/cloud_event.h"

#include <algorithm>

#include "base/text.h"
#include "base/top_members.h"
#include "gateway/edge/head_lines.h"

namespace octroi::gateway {
namespace {

using base::JsonType;
using base::ParseFault;
using base::Reason;

constexpr ParseFault kNone;

bool Is(const ParseFault& fault) { return fault.reason != Reason::kUndecided; }

ParseFault InvalidAt(std::string_view pointer, std::string_view rule) {
  return {Reason::kCloudEventAttributeInvalid, rule, 0, pointer};
}

// Members that the format knows: strings, by these names.
struct Known {
  std::string_view name, pointer;
};
constexpr Known kStrings[] = {{"specversion", "/specversion"},
                              {"id", "/id"},
                              {"source", "/source"},
                              {"type", "/type"},
                              {"time", "/time"},
                              {"datacontenttype", "/datacontenttype"},
                              {"dataschema", "/dataschema"},
                              {"subject", "/subject"},
                              {"data_base64", "/data_base64"}};

bool IsAttributeName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

// Null is the same as not being there (JSON format, 2.2).
ParseFault CheckMember(const base::TopMembers::Member& member) {
  if (member.name == "data") return kNone;
  const auto* const known = std::find_if(std::begin(kStrings), std::end(kStrings),
                                         [&](const Known& k) { return k.name == member.name; });
  if (known != std::end(kStrings)) {
    const bool fits = member.type == JsonType::kString || member.type == JsonType::kNull;
    return fits ? kNone : InvalidAt(known->pointer, "type");
  }
  if (!IsAttributeName(member.name))
    return {Reason::kCloudEventAttributeInvalid, "attribute_name", member.offset, {}};
  const bool fits = member.type != JsonType::kObject && member.type != JsonType::kArray &&
                    member.type != JsonType::kDecimal;
  if (fits) return kNone;
  return {Reason::kCloudEventAttributeInvalid, "attribute_type", member.offset, {}};
}

ParseFault CheckMembers(base::TopMembers members) {
  base::TopMembers::Member member;
  while (members.Next(member)) {
    if (const ParseFault fault = CheckMember(member); Is(fault)) return fault;
  }
  return kNone;
}

ParseFault CheckAttributes(const base::Event& event) {
  struct Required {
    base::FieldId slot;
    std::string_view pointer;
  };
  static constexpr Required kRequired[] = {{base::kSlotCeSpecversion, "/specversion"},
                                           {base::kSlotCeId, "/id"},
                                           {base::kSlotCeSource, "/source"},
                                           {base::kSlotCeType, "/type"}};
  for (const Required& required : kRequired) {
    if (!event.present(required.slot))
      return {Reason::kCloudEventAttributeMissing, "missing", 0, required.pointer};
    if (event[required.slot].text.empty()) return InvalidAt(required.pointer, "empty");
  }
  if (event[base::kSlotCeSpecversion].text != "1.0")
    return {Reason::kCloudEventVersion, "specversion", 0, "/specversion"};
  const base::Value& time = event[base::kSlotCeTime];
  if (time.present() && !base::ParseRfc3339(time.text)) return InvalidAt("/time", "rfc3339");
  const base::Value& content_type = event[base::kSlotCeContentType];
  if (content_type.present() && content_type.text.empty())
    return InvalidAt("/datacontenttype", "empty");
  return kNone;
}

ParseFault CheckData(const base::Event& event) {
  const base::Value& data = event[base::kSlotCeData];
  if (data.type != JsonType::kAbsent && event.present(base::kSlotCeDataBase64))
    return {Reason::kCloudEventDataAmbiguous, "data_twice", 0, "/data_base64"};
  const bool json = IsJsonMediaType(event[base::kSlotCeContentType].text);
  if (!json && data.present() && data.type != JsonType::kString)
    return {Reason::kCloudEventDataUnreadable, "not_text", 0, "/data"};
  return kNone;
}

// Whether the value fills the span, white space aside. Both lie in one text.
bool Fills(std::string_view value, std::string_view span) {
  constexpr std::string_view kSpace = " \t\r\n";
  if (value.data() < span.data()) return false;
  const auto at = static_cast<std::size_t>(value.data() - span.data());
  if (at + value.size() > span.size()) return false;
  return span.substr(0, at).find_first_not_of(kSpace) == span.npos &&
         span.substr(at + value.size()).find_first_not_of(kSpace) == span.npos;
}

ParseFault ReadBody(const base::Event& event, std::size_t body_at) {
  const std::string_view text = event.text();
  const std::string_view value = event[base::kSlotCeData].raw;
  if (Fills(value, text.substr(body_at, text.size() - 1 - body_at))) return kNone;
  const auto after = static_cast<std::size_t>(value.data() - text.data()) + value.size();
  return {Reason::kJsonInvalid, "trailing_bytes", after - std::min(after, body_at), {}};
}

// JSON in base64 becomes the data itself: what is judged is what is kept, and nobody unpacks twice.
ParseFault Unpack(base::EventParser& parser, const base::PathMap& paths, std::string& unpacked,
                  base::Event& event) {
  const auto unreadable = [](std::string_view rule) {
    return ParseFault{Reason::kCloudEventDataUnreadable, rule, 0, "/data_base64"};
  };
  if (!IsJsonMediaType(event[base::kSlotCeContentType].text)) return unreadable("content_type");
  const base::Value& packed = event[base::kSlotCeDataBase64];
  const auto decoded = base::FromBase64(packed.text);
  if (!decoded) return unreadable("base64");
  const std::string_view text = event.text();
  const std::string_view before =
      text.substr(0, static_cast<std::size_t>(packed.raw.data() - text.data()));
  const std::string_view after = text.substr(before.size() + packed.raw.size());
  unpacked.assign(before.substr(0, before.rfind("\"data_base64\""))).append("\"data\":");
  const std::size_t from = unpacked.size();
  unpacked.append(*decoded).append(after);
  const ParseFault fault = parser.Parse(unpacked, paths, event);
  if (Is(fault)) return unreadable(fault.rule);
  const std::string_view span = std::string_view(unpacked).substr(from, decoded->size());
  return Fills(event[base::kSlotCeData].raw, span) ? kNone : unreadable("trailing_bytes");
}

ParseFault Read(base::EventParser& parser, const base::PathMap& paths, std::size_t body_at,
                std::string& unpacked, base::Event& event) {
  if (body_at != 0) {
    if (const ParseFault fault = ReadBody(event, body_at); Is(fault)) return fault;
  }
  if (const ParseFault fault = CheckMembers(parser.Members()); Is(fault)) return fault;
  if (const ParseFault fault = CheckAttributes(event); Is(fault)) return fault;
  if (const ParseFault fault = CheckData(event); Is(fault)) return fault;
  if (!event.present(base::kSlotCeDataBase64)) return kNone;
  return Unpack(parser, paths, unpacked, event);
}

}  // namespace

bool IsJsonMediaType(std::string_view media_type) {
  if (media_type.empty()) return true;
  const std::string_view type =
      edge::TrimSpaces(media_type.substr(0, media_type.find(';')), /*tabs_too=*/true);
  const std::size_t slash = type.find('/');
  if (slash == type.npos) return false;
  const std::string_view subtype = type.substr(slash + 1);
  const std::size_t plus = subtype.rfind('+');
  return edge::EqualsIgnoringCase(plus == subtype.npos ? subtype : subtype.substr(plus + 1),
                                  "json");
}

ParseFault ReadCloudEvent(base::EventParser& parser, const base::PathMap& paths,
                          std::string_view text, std::size_t body_at, std::string& unpacked,
                          base::Event& event) {
  ParseFault fault = parser.Parse(text, paths, event);
  if (Is(fault)) {
    fault.offset -= std::min(fault.offset, body_at);
    return fault;
  }
  return Read(parser, paths, body_at, unpacked, event);
}

}  // namespace octroi::gateway
