#include "gateway/edge/answer.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "gateway/edge/fault.h"

namespace octroi::gateway {
namespace {

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 207:
      return "Multi-Status";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";  // RFC 9112: the phrase may be empty
  }
}

void AppendNumber(std::size_t number, std::string& out) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

bool IsSafeValue(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
  });
}

}  // namespace

std::string_view RequestHead::Header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

Response Problem(int status, std::string_view code, std::string_view title, std::string_view detail,
                 std::string_view errors_json) {
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  std::string& body = response.body;
  body.reserve(160 + 2 * code.size() + title.size() + detail.size() + errors_json.size());
  body += R"({"type":)";
  base::AppendJsonString("urn:octroi:problem:" + std::string(code), body);
  body += R"(,"title":)";
  base::AppendJsonString(title, body);
  body += R"(,"status":)";
  AppendNumber(static_cast<std::size_t>(status), body);
  body += R"(,"detail":)";
  base::AppendJsonString(detail, body);
  body += R"(,"code":)";
  base::AppendJsonString(code, body);
  if (!errors_json.empty()) {
    body += R"(,"errors":)";
    body += errors_json;
  }
  body += "}";
  return response;
}

namespace edge {

bool AppendAnswer(const Response& response, AnswerForm form, std::string& out) {
  for (const auto& [name, value] : response.headers) {
    if (!IsSafeValue(value)) return AppendAnswer(AnswerTo(Fault::kNotAnswered), form, out);
  }
  const bool bodyless = response.status == 204 || response.status == 304;
  constexpr std::size_t kHeadBytes = 160;  // of most answers
  if (out.empty()) out.reserve(kHeadBytes + response.body.size());
  out += "HTTP/1.1 ";
  AppendNumber(static_cast<std::size_t>(response.status), out);
  out += ' ';
  out += ReasonPhrase(response.status);
  if (!bodyless) {
    out += "\r\nContent-Type: ";
    out += response.content_type;
    out += "\r\nContent-Length: ";
    AppendNumber(response.body.size(), out);
  }
  for (const auto& [name, value] : response.headers) {
    out += "\r\n";
    out += name;
    out += ": ";
    out += value;
  }
  const bool last = form.close || response.close;
  if (last) {
    out += "\r\nConnection: close";
  } else if (form.say_keep_alive) {
    out += "\r\nConnection: keep-alive";
  }
  out += "\r\n\r\n";
  if (!bodyless && !form.head_only) out += response.body;
  return last;
}

}  // namespace edge
}  // namespace octroi::gateway
