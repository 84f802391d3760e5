#include "gateway/sender/answer_reader.h"

#include <strings.h>

#include "gateway/sender/attempt.h"

namespace octroi::gateway {
namespace {

AnswerReader& ReaderOf(llhttp_t* parser) { return *static_cast<AnswerReader*>(parser->data); }

bool IsRetryAfter(const std::string& name) { return strcasecmp(name.c_str(), "retry-after") == 0; }

}  // namespace

AnswerReader::AnswerReader() {
  llhttp_init(&parser_, HTTP_RESPONSE, &Settings());
  parser_.data = this;
}

const llhttp_settings_t& AnswerReader::Settings() {
  static const llhttp_settings_t settings = [] {
    llhttp_settings_t made;
    llhttp_settings_init(&made);
    made.on_header_field = OnField;
    made.on_header_value = OnValue;
    made.on_headers_complete = OnHead;
    made.on_body = OnBody;
    made.on_message_complete = OnEnd;
    return made;
  }();
  return settings;
}

bool AnswerReader::Take(std::string_view bytes) {
  const llhttp_errno_t error = llhttp_execute(&parser_, bytes.data(), bytes.size());
  if (error == HPE_OK) return true;
  const bool nothing_after = llhttp_get_error_pos(&parser_) == bytes.data() + bytes.size();
  reusable_ = whole_ && nothing_after && llhttp_should_keep_alive(&parser_) != 0;
  return false;
}

// Names and values may come in pieces.
int AnswerReader::OnField(llhttp_t* parser, const char* at, std::size_t size) {
  AnswerReader& reader = ReaderOf(parser);
  if (reader.in_value_) reader.field_.clear();
  reader.in_value_ = false;
  reader.field_.append(at, size);
  return 0;
}

int AnswerReader::OnValue(llhttp_t* parser, const char* at, std::size_t size) {
  AnswerReader& reader = ReaderOf(parser);
  reader.in_value_ = true;
  if (IsRetryAfter(reader.field_)) reader.retry_after_.append(at, size);
  return 0;
}

// The status is an answer from here on, whatever becomes of the rest.
int AnswerReader::OnHead(llhttp_t* parser) {
  AnswerReader& reader = ReaderOf(parser);
  reader.interim_ = parser->status_code < 200;
  if (reader.interim_) {
    reader.field_.clear();
    reader.retry_after_.clear();
    return 0;
  }
  reader.status_ = parser->status_code;
  const bool endless = llhttp_message_needs_eof(parser) != 0;
  return endless || parser->content_length > kAnswerBodyBytesMax ? HPE_PAUSED : 0;
}

int AnswerReader::OnBody(llhttp_t* parser, const char*, std::size_t size) {
  AnswerReader& reader = ReaderOf(parser);
  reader.body_bytes_ += size;
  return reader.body_bytes_ > kAnswerBodyBytesMax ? HPE_PAUSED : 0;
}

int AnswerReader::OnEnd(llhttp_t* parser) {
  AnswerReader& reader = ReaderOf(parser);
  if (reader.interim_) return 0;
  reader.whole_ = true;
  return HPE_PAUSED;
}

}  // namespace octroi::gateway
