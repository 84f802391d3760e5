#include "journal/task_record.h"

#include "base/bytes.h"

namespace octroi::journal {
namespace {

using base::ByteReader;
using base::ByteWriter;

constexpr std::string_view kLabel = "task";

std::string BoundTo(std::string_view task, base::Millis at, std::uint32_t uid) {
  std::string bound;
  ByteWriter w(bound);
  w.Fixed(static_cast<std::uint8_t>(kTaskRecord));
  w.Sized(task);
  w.Fixed(at);
  w.Varint(uid);
  return bound;
}

}  // namespace

void Encode(const TaskRecord& record, std::string& out) {
  ByteWriter w(out);
  w.Fixed(static_cast<std::uint8_t>(kTaskRecord));
  w.Fixed(static_cast<std::uint8_t>(record.step));
  w.Varint(record.plan);
  w.Fixed(record.at);
  w.Sized(record.task);
  if (record.step == TaskStep::kClosed) {
    w.Varint(record.uid);
    w.Sized(record.note);
    return;
  }
  for (const std::string* text : {&record.consent, &record.handle, &record.purpose}) w.Sized(*text);
  w.Fixed(record.state);
  w.Fixed(record.effective_at);
  w.Fixed(record.recorded_at);
  w.Varint(record.destination);
  w.Varint(record.deliveries);
  w.Varint(record.perhaps);
  w.Fixed(record.due);
}

base::Status Decode(std::string_view record, TaskRecord& into) {
  ByteReader in(record);
  into = {};
  const bool ours = in.Fixed<std::uint8_t>() == static_cast<std::uint8_t>(kTaskRecord);
  into.step = static_cast<TaskStep>(in.Fixed<std::uint8_t>());
  into.plan = static_cast<std::uint32_t>(in.Varint());
  into.at = in.Fixed<std::int64_t>();
  into.task.assign(in.Sized());
  const bool known = into.step == TaskStep::kOpened || into.step == TaskStep::kClosed;
  if (into.step == TaskStep::kClosed) {
    into.uid = static_cast<std::uint32_t>(in.Varint());
    into.note.assign(in.Sized());
  } else {
    for (std::string* text : {&into.consent, &into.handle, &into.purpose}) text->assign(in.Sized());
    into.state = in.Fixed<std::uint8_t>();
    into.effective_at = in.Fixed<std::int64_t>();
    into.recorded_at = in.Fixed<std::int64_t>();
    into.destination = static_cast<std::uint16_t>(in.Varint());
    into.deliveries = in.Varint();
    into.perhaps = in.Varint();
    into.due = in.Fixed<std::int64_t>();
  }
  if (ours && known && in.done() && !into.task.empty()) return base::Ok();
  return base::Error{base::ErrorCode::kInvalid, "journal.records.decode", "malformed task record"};
}

std::string SealNote(const crypto::KeyRing& keys, std::string_view task, base::Millis at,
                     std::uint32_t uid, std::string_view note) {
  std::string box;
  if (!note.empty()) keys.StorageSealer(kLabel).Seal(BoundTo(task, at, uid), note, box);
  return box;
}

std::optional<std::string> OpenNote(const crypto::KeyRing& keys, std::string_view task,
                                    base::Millis at, std::uint32_t uid, std::string_view sealed) {
  std::string note;
  if (sealed.empty() || !keys.StorageSealer(kLabel).Open(BoundTo(task, at, uid), sealed, note))
    return std::nullopt;
  return note;
}

}  // namespace octroi::journal
