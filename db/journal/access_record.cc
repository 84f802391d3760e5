#include "journal/access_record.h"

#include <array>
#include <cstring>

#include "base/bytes.h"

namespace octroi::journal {
namespace {

using base::ByteReader;
using base::ByteWriter;

constexpr std::array<std::string_view, 7> kNames = {"",
                                                    "reidentify.asked",
                                                    "reidentify.approved",
                                                    "reidentify.refused",
                                                    "reidentify.opened",
                                                    "register.read",
                                                    "tokens.forgotten"};
constexpr std::string_view kLabel = "access";

std::string BoundTo(const AccessRecord& record) {
  std::string bound;
  ByteWriter w(bound);
  w.Fixed(static_cast<std::uint8_t>(kAccessRecord));
  w.Varint(record.request);
  w.Fixed(record.at);
  w.Varint(record.uid);
  w.Sized(record.role);
  return bound;
}

}  // namespace

std::string_view Name(Access access) {
  const auto place = static_cast<std::size_t>(access);
  return place < kNames.size() ? kNames[place] : std::string_view();
}

void Encode(const AccessRecord& record, std::string& out) {
  ByteWriter w(out);
  w.Fixed(static_cast<std::uint8_t>(kAccessRecord));
  w.Varint(record.plan);
  w.Fixed(record.at);
  w.Fixed(static_cast<std::uint8_t>(record.access));
  w.Varint(record.uid);
  w.Varint(record.request);
  for (const std::string* text :
       {&record.role, &record.domain, &record.field, &record.refusal, &record.detail}) {
    w.Sized(*text);
  }
  w.Varint(record.subject.size());
  for (const Fingerprint& one : record.subject)
    w.Raw({reinterpret_cast<const char*>(one.data()), one.size()});
}

base::Status Decode(std::string_view record, AccessRecord& into) {
  ByteReader in(record);
  const bool ours = in.Fixed<std::uint8_t>() == static_cast<std::uint8_t>(kAccessRecord);
  into.plan = static_cast<std::uint32_t>(in.Varint());
  into.at = in.Fixed<std::int64_t>();
  into.access = static_cast<Access>(in.Fixed<std::uint8_t>());
  into.uid = static_cast<std::uint32_t>(in.Varint());
  into.request = in.Varint();
  for (std::string* text : {&into.role, &into.domain, &into.field, &into.refusal, &into.detail})
    text->assign(in.Sized());
  into.subject.clear();
  for (std::uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    Fingerprint& one = into.subject.emplace_back();
    const std::string_view bytes = in.Raw(one.size());
    if (bytes.size() == one.size()) std::memcpy(one.data(), bytes.data(), one.size());
  }
  if (ours && in.done() && !Name(into.access).empty()) return base::Ok();
  return base::Error{base::ErrorCode::kInvalid, "journal.records.decode",
                     "malformed access record"};
}

std::string SealReason(const crypto::KeyRing& keys, const AccessRecord& record,
                       std::string_view reason) {
  std::string box;
  if (!reason.empty()) keys.StorageSealer(kLabel).Seal(BoundTo(record), reason, box);
  return box;
}

std::optional<std::string> OpenReason(const crypto::KeyRing& keys, const AccessRecord& record) {
  std::string reason;
  if (record.detail.empty() ||
      !keys.StorageSealer(kLabel).Open(BoundTo(record), record.detail, reason)) {
    return std::nullopt;
  }
  return reason;
}

}  // namespace octroi::journal
