#include "base/bytes.h"
#include "journal/journal.h"

namespace octroi::journal {

void Frame::AddEncoded(std::string_view record) {
  base::ByteWriter(records).Sized(record);
  ++count;
}

void Frame::AddPayload(std::uint32_t record_index, std::string_view item) {
  base::ByteWriter w(payload);
  w.Varint(record_index);
  w.Sized(item);
}

void Frame::Clear() {
  records.clear();
  payload.clear();
  count = 0;
  first_sequence = 0;
}

void ForEachRecord(std::string_view records,
                   const std::function<bool(std::uint32_t, std::string_view)>& visit) {
  base::ByteReader in(records);
  for (std::uint32_t index = 0; in.left() > 0; ++index) {
    const std::string_view record = in.Sized();
    if (!in.ok() || !visit(index, record)) return;
  }
}

void ForEachPayload(std::string_view payload,
                    const std::function<bool(std::uint32_t, std::string_view)>& visit) {
  base::ByteReader in(payload);
  while (in.left() > 0) {
    const auto index = static_cast<std::uint32_t>(in.Varint());
    const std::string_view item = in.Sized();
    if (!in.ok() || !visit(index, item)) return;
  }
}

}  // namespace octroi::journal
