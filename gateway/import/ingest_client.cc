#include "gateway/import/ingest_client.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Timespan.h>

#include <algorithm>
#include <istream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/sender/answer.h"
#include "gateway/sender/connection.h"
#include "gateway/sender/target.h"

namespace octroi::gateway::import {
namespace {

using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;

constexpr base::Millis kAnswerWithin = 60'000, kUnlessSaid = 1'000, kWaitMax = 60'000;
constexpr std::size_t kReceiptBytesMax = 16 * 1024 * 1024;

std::string Base64(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string url;
  base::AppendBase64Url(text, url);
  for (char& c : url) c = c == '-' ? kAlphabet[62] : c == '_' ? kAlphabet[63] : c;
  url.append((4 - url.size() % 4) % 4, '=');
  return url;
}

class Client final : public IngestClient {
 public:
  Client(const Target& target, const ImportPlan& plan, std::string_view secret)
      : path_("/v1/events/" + plan.source), auth_(plan.auth), secret_(secret) {
    if (target.tls) {
      session_ = std::make_unique<Poco::Net::HTTPSClientSession>(target.host, target.port,
                                                                 MakeTlsContext());
    } else {
      session_ = std::make_unique<Poco::Net::HTTPClientSession>(target.host, target.port);
    }
    session_->setKeepAlive(true);
    session_->setKeepAliveTimeout(Poco::Timespan(5, 0));  // less than the gateway's own
    session_->setTimeout(Poco::Timespan(kAnswerWithin * Poco::Timespan::MILLISECONDS));
  }

  Posted Post(const std::string& ndjson, const std::string& idempotency_key) override {
    Posted posted;
    try {
      HTTPRequest request(HTTPRequest::HTTP_POST, path_, HTTPRequest::HTTP_1_1);
      request.setContentType("application/x-ndjson");
      request.setContentLength64(static_cast<Poco::Int64>(ndjson.size()));
      request.set("Idempotency-Key", idempotency_key);
      Present(ndjson, request);
      session_->sendRequest(request) << ndjson;
      HTTPResponse response;
      std::istream& body = session_->receiveResponse(response);
      Read(response, body, posted);
    } catch (const Poco::Exception&) {  // what became of it is not known
      session_->reset();
      posted = {};
    }
    return posted;
  }

 private:
  void Present(const std::string& body, HTTPRequest& request) const {
    switch (auth_) {
      case AuthMethod::kBasic:
        return request.set("Authorization", "Basic " + Base64(secret_ + ":"));
      case AuthMethod::kBearer:
        return request.set("Authorization", "Bearer " + secret_);
      case AuthMethod::kHmacSha256:
        break;
    }
    const auto digest = crypto::Hmac(crypto::HmacKey(secret_), body);
    request.set("X-Octroi-Signature", "sha256=" + base::Hex(crypto::AsBytes(digest)));
  }

  static void Read(const HTTPResponse& response, std::istream& body, Posted& posted) {
    posted.status = response.getStatus();
    char c = '\0';
    while (posted.body.size() < kReceiptBytesMax && body.get(c)) posted.body += c;
    const auto json = nlohmann::json::parse(posted.body, nullptr, /*allow_exceptions=*/false);
    if (posted.status == 200) {
      // A receipt that did not come whole is none.
      if (!json.is_object() || !json.contains("items")) return;
      posted.kind = Posted::Kind::kTaken;
      posted.replayed = response.get("Idempotency-Replayed", "") == "true";
    } else if (posted.status == 408 || posted.status == 429 || posted.status == 503) {
      posted.kind = Posted::Kind::kBusy;
      const auto asked = ParseRetryAfter(response.get("Retry-After", ""), 0);
      posted.wait = std::clamp(asked.value_or(kUnlessSaid), base::Millis{100}, kWaitMax);
    } else if (posted.status >= 400 && posted.status < 500) {
      posted.kind = Posted::Kind::kRefused;
      if (json.is_object()) posted.code = json.value("code", "");
    }
  }

  const std::string path_;
  const AuthMethod auth_;
  const std::string secret_;
  std::unique_ptr<Poco::Net::HTTPClientSession> session_;
};

}  // namespace

base::Result<std::unique_ptr<IngestClient>> IngestClient::Make(const std::string& url,
                                                               const ImportPlan& plan,
                                                               std::string_view secret) {
  const auto target = ParseTarget(url);
  if (!target) return target.error();
  try {
    return std::unique_ptr<IngestClient>(std::make_unique<Client>(*target, plan, secret));
  } catch (const Poco::Exception&) {
    return base::Error{base::ErrorCode::kUnavailable, "import.client", "TLS cannot be set up"};
  }
}

}  // namespace octroi::gateway::import
