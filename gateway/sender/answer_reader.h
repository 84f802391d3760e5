// AnswerReader: one answer of an HTTP/1.1 or 1.0 server (RFC 9112), read by llhttp as it comes. Of
// it nothing is kept but what a receipt needs; not a byte of its body.
#pragma once

#include <llhttp.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace octroi::gateway {

// One thread. Informational answers (1xx) are passed over.
class AnswerReader {
 public:
  AnswerReader();
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;

  // False: it needs no more, be it that the answer is whole, or that the rest is not worth reading.
  bool Take(std::string_view bytes);

  int status() const { return status_; }  // 100 to 999; 0: its head did not come whole
  const std::string& retry_after() const { return retry_after_; }  // as it stands in the head
  // The answer came whole, nothing came after it, and its server keeps the connection open.
  bool reusable() const { return reusable_; }

 private:
  static int OnField(llhttp_t* parser, const char* at, std::size_t size);
  static int OnValue(llhttp_t* parser, const char* at, std::size_t size);
  static int OnHead(llhttp_t* parser);
  static int OnBody(llhttp_t* parser, const char* at, std::size_t size);
  static int OnEnd(llhttp_t* parser);
  static const llhttp_settings_t& Settings();

  llhttp_t parser_{};
  std::string field_, retry_after_;
  bool in_value_ = false, interim_ = false, whole_ = false, reusable_ = false;
  std::size_t body_bytes_ = 0;
  int status_ = 0;
};

}  // namespace octroi::gateway
