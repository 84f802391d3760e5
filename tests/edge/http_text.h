// Requests and answers as text.
#pragma once

#include <string>
#include <string_view>

namespace octroi::testing {

inline int StatusOf(std::string_view answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(std::string(answer.substr(9, 3))) : 0;
}
inline std::string BodyOf(std::string_view answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == answer.npos ? "" : std::string(answer.substr(end + 4));
}
inline std::size_t AnswersIn(std::string_view bytes) {  // status lines
  static constexpr std::string_view kStart = "HTTP/1.1 ";
  std::size_t count = 0;
  for (std::size_t at = 0; (at = bytes.find(kStart, at)) != bytes.npos; at += kStart.size()) {
    const std::string_view after = bytes.substr(at + kStart.size(), 1);
    count += !after.empty() && after[0] >= '1' && after[0] <= '5' ? 1 : 0;
  }
  return count;
}
inline std::string Post(std::string_view path, std::string_view body,
                        std::string_view headers = "") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}
inline std::string Get(std::string_view target, std::string_view headers = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n";
}

}  // namespace octroi::testing
