#include "base/bytes.h"
#include "store/projection.h"

namespace octroi::store {
namespace {

constexpr std::size_t kPackedBytes = 19;  // 2 + 1 + 2 + 4 + 2 + 8

}  // namespace

void Pack(std::span<const DeliveryState> deliveries, std::string& out) {
  out.clear();
  base::ByteWriter writer(out);
  for (const DeliveryState& delivery : deliveries) {
    writer.Fixed(delivery.destination);
    writer.Fixed(static_cast<std::uint8_t>(delivery.outcome));
    writer.Fixed(static_cast<std::uint16_t>(delivery.reason));
    writer.Fixed(delivery.attempts);
    writer.Fixed(delivery.http_status);
    writer.Fixed(delivery.at);
  }
}

base::Status Unpack(std::string_view bytes, std::vector<DeliveryState>& into) {
  into.clear();
  if (bytes.size() % kPackedBytes != 0) {
    return base::Error{base::ErrorCode::kInvalid, "store.unpack", "`deliveries` is damaged"};
  }
  base::ByteReader reader(bytes);
  while (!reader.done()) {
    DeliveryState& delivery = into.emplace_back();
    delivery.destination = reader.Fixed<std::uint16_t>();
    delivery.outcome = static_cast<base::Outcome>(reader.Fixed<std::uint8_t>());
    delivery.reason = static_cast<base::Reason>(reader.Fixed<std::uint16_t>());
    delivery.attempts = reader.Fixed<std::uint32_t>();
    delivery.http_status = reader.Fixed<std::uint16_t>();
    delivery.at = reader.Fixed<base::Millis>();
  }
  return base::Ok();
}

}  // namespace octroi::store
