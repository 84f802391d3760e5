// TLS of the edge: 1.2 and 1.3, forward secrecy and AEAD only, no renegotiation, no session
// resumption.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

struct ssl_ctx_st;
struct ssl_st;

namespace octroi::gateway::edge {

struct FreeTls {
  void operator()(ssl_ctx_st* context) const;
  void operator()(ssl_st* session) const;
};
using TlsSession = std::unique_ptr<ssl_st, FreeTls>;

// Safe from any thread once made.
class TlsContext {
 public:
  // PEM paths. kInvalid: a file cannot be read, or the key is not the certificate's.
  static base::Result<TlsContext> Load(const std::string& certificate, const std::string& key);
  TlsSession Accept(int fd) const;  // null: out of memory

 private:
  explicit TlsContext(std::unique_ptr<ssl_ctx_st, FreeTls> context)
      : context_(std::move(context)) {}
  std::unique_ptr<ssl_ctx_st, FreeTls> context_;
};

}  // namespace octroi::gateway::edge
