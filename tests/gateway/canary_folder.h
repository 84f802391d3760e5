// The demonstration with a canary at its website: two topics in the words of a CMP that knows
// C0003 (e-mail) and C0004 (advertising), and what each destination gets.
#pragma once

#include "../config/good_folder.h"

namespace octroi::gateway {

inline constexpr const char* kCanaryFile = "canaries/site-web.yaml";
inline constexpr const char* kCanary = R"(apiVersion: octroi/v1
kind: Canary
id: site-web
title: { fr: "Canaris du site", en: "Canaries of the website" }
source: site-web
every: "1 s"
event:
  type: track
  event: Canary Viewed
  messageId: "@person"
  userId: "@person"
  timestamp: "@now"
  properties: { email: "@person@canary.invalid", campaign_name: "canary-winter" }
  context: { page: { url: "https://canary.invalid/page" } }
topics:
  email:
    purposes: [marketing.email]
    accompanied_by:
      "yes": { context: { consent: { categoryPreferences: { C0003: true } } } }
      "no": { context: { consent: { categoryPreferences: { C0003: false } } } }
  advertising:
    purposes: [advertising.personalised]
    accompanied_by:
      "yes": { context: { consent: { categoryPreferences: { C0004: true } } } }
      "no": { context: { consent: { categoryPreferences: { C0004: false } } } }
gets:
  emailing:
    - when: email
      fields:
        customer_id: { from: userId, as: token }
        event_name: { from: event, as: clear }
        occurred_at: { from: timestamp, as: clear }
  publicite:
    - when: advertising
      fields:
        customer_id: { from: userId, as: token }
        email: { from: properties.email, as: token }
        event_name: { from: event, as: clear }
        campaign: { from: properties.campaign_name, as: clear }
  crm:
    - fields:
        customer_id: { from: userId, as: clear }
        event_name: { from: event, as: clear }
        page_url: { from: context.page.url, as: clear }
        campaign: { from: properties.campaign_name, as: clear }
        occurred_at: { from: timestamp, as: clear }
)";
inline constexpr const char* kMapping =
    "consent: [{ read: segment, map: { C0003: [marketing.email], C0004: "
    "[advertising.personalised] } }]\n";

inline Files CanaryFolder() {
  Files files = GoodFolder();
  files["sources/site-web.yaml"] += kMapping;
  files[kCanaryFile] = kCanary;
  return files;
}

}  // namespace octroi::gateway
