#include "gateway/campaign.h"

#include <cstring>

#include "store/quality.h"

namespace octroi::gateway {

std::uint64_t CampaignHash(const crypto::HmacKey& key, std::string_view name,
                           std::string& scratch) {
  scratch = "campaign";
  crypto::AppendLp(name, scratch);
  const crypto::Digest digest = crypto::Hmac(key, scratch);
  std::uint64_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  const bool reserved = hash == store::kNoCampaign || hash == store::kOtherCampaigns;
  return reserved ? 1 : hash;
}

}  // namespace octroi::gateway
