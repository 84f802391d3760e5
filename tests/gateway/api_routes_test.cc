// Which request is for what: methods and paths, as a table.
#include "gateway/front.h"

namespace octroi::gateway {
namespace {

struct Route {
  const char *method, *path;
  int status;
  const char* code = "";
};

TEST_F(ApiTest, Routes) {
  const std::vector<std::pair<Route, Asked>> rows = {
      {{"GET", "/health/live", 200}, {}},
      {{"HEAD", "/health/live", 200}, {}},
      {{"GET", "/health/ready", 200}, {}},
      {{"GET", "/metrics", 200}, {}},
      {{"GET", "/", 404, "route.unknown"}, {}},
      {{"GET", "/health", 404, "route.unknown"}, {}},
      {{"GET", "/v1/events/shop", 405, "route.method"}, {.headers = kShopKey}},
      {{"POST", "/health/live", 405, "route.method"}, {}},
      {{"POST", "/metrics", 405, "route.method"}, {}},
      {{"POST", "/v1/events/", 404, "route.unknown"}, {.body = kEvent, .headers = kShopKey}},
      {{"POST", "/v1/events/shop", 202}, {.body = kEvent, .headers = kShopKey}},
      {{"POST", "/v1/events", 404, "route.unknown"}, {.body = kEvent, .headers = kShopKey}},
      {{"POST", "/V1/EVENTS/shop", 404, "route.unknown"}, {.body = kEvent, .headers = kShopKey}},
      {{"POST", "/v1/events/shop/", 401, "auth.invalid"}, {.body = kEvent, .headers = kShopKey}},
      {{"POST", "/v1/events/nobody", 401, "auth.invalid"}, {.body = kEvent, .headers = kShopKey}},
      {{"PUT", "/v1/events/shop", 405, "route.method"}, {.body = kEvent, .headers = kShopKey}},
      {{"POST", "/v1/consents", 201}, {.body = kConsent, .headers = kShopKey}},
      {{"DELETE", "/v1/consents", 405, "route.method"}, {.headers = kShopKey}},
      {{"POST", "/v1/consents/nobody", 401, "auth.invalid"},
       {.body = kConsent, .headers = kShopKey}},
      {{"POST", "/v1/consents/", 404, "route.unknown"}, {.body = kConsent, .headers = kShopKey}},
      {{"POST", "/v1/consents/shop", 401, "auth.invalid"}, {.body = kConsent, .headers = kShopKey}},
      {{"POST", "/v1/track", 200}, {.body = kTrack, .headers = kSiteKey}},
      {{"POST", "/v1/identify", 200}, {.body = kTrack, .headers = kSiteKey}},
      {{"POST", "/v1/page", 200}, {.body = kTrack, .headers = kSiteKey}},
      {{"POST", "/v1/screen", 200}, {.body = kTrack, .headers = kSiteKey}},
      {{"POST", "/v1/group", 200}, {.body = kTrack, .headers = kSiteKey}},
      {{"POST", "/v1/alias", 200}, {.body = kTrack, .headers = kSiteKey}},
      {{"POST", "/v1/batch", 200}, {.body = kBatch, .headers = kSiteKey}},
      {{"POST", "/v1/import", 200}, {.body = kBatch, .headers = kSiteKey}},
      {{"PATCH", "/v1/batch", 405, "route.method"}, {.body = kBatch, .headers = kSiteKey}},
      {{"POST", "/v1/delete", 404, "route.unknown"}, {.body = kTrack, .headers = kSiteKey}},
  };
  for (auto [route, asked] : rows) {
    SCOPED_TRACE(std::string(route.method) + " " + route.path);
    asked.method = route.method;
    asked.path = route.path;
    const Response answer = Say(asked).response;
    EXPECT_EQ(answer.status, route.status) << answer.body;
    EXPECT_EQ(CodeOf(answer), route.code);
    const bool says_what_is_allowed =  // RFC 9110, 15.5.6
        std::ranges::any_of(answer.headers, [](const auto& h) { return h.first == "Allow"; });
    EXPECT_EQ(says_what_is_allowed, answer.status == 405);
  }
}

TEST_F(ApiTest, TheConsoleAddressTakesNothingIn) {
  auto parts = Parts();
  parts.events = false;
  Api console(parts);
  for (const char* path : {"/v1/events/shop", "/v1/consents", "/v1/track"}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(Ask(console, {.path = path, .body = kEvent, .headers = kShopKey}).response.status,
              404);
  }
  EXPECT_EQ(Ask(console, {.method = "GET", .path = "/metrics"}).response.status, 200);
  EXPECT_EQ(refreshed_, 1) << "gauges are as of now";
}

TEST_F(ApiTest, NotReadyIsSaidAndAliveStays) {
  ready_ = false;
  const Response answer = Say({.method = "GET", .path = "/health/ready"}).response;
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(HeaderOf(answer, "Retry-After"), "");
  EXPECT_EQ(Say({.method = "GET", .path = "/health/live"}).response.status, 200);
}

}  // namespace
}  // namespace octroi::gateway
