// Notices: what consent events may say that a person was shown.
#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/config/compile.h"

namespace octroi::gateway::config {

NoticePlan NoticePlanOf(const Document& notice) {
  NoticePlan plan;
  plan.id = notice.id;
  plan.version = notice.root.Text(notice.root.FindString("version") ? "version" : "shown_from");
  for (const Node& purpose : notice.root.List("purposes")) plan.purposes.push_back(purpose.text);
  for (const Node::Member& text : notice.root.Map("text")) {
    const crypto::Digest digest = crypto::Sha256(text.value.text);
    plan.digests[text.key] = "sha256:" + base::Hex(crypto::AsBytes(digest));
  }
  return plan;
}

}  // namespace octroi::gateway::config
