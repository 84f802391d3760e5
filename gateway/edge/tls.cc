#include "gateway/edge/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace octroi::gateway::edge {
namespace {

// A client that offers protocols but not ours is speaking to the wrong server (ALPACA).
int ChooseProtocol(SSL*, const unsigned char** out, unsigned char* out_size,
                   const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, out_size, kOurs, sizeof kOurs - 1, offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

base::Error Invalid(std::string detail) {
  ERR_clear_error();
  return {base::ErrorCode::kInvalid, "edge.tls", std::move(detail)};
}

}  // namespace

void FreeTls::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void FreeTls::operator()(ssl_st* session) const { SSL_free(session); }

base::Result<TlsContext> TlsContext::Load(const std::string& certificate, const std::string& key) {
  std::unique_ptr<ssl_ctx_st, FreeTls> owned(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const context = owned.get();
  if (context == nullptr) return Invalid("no TLS context");
  const bool profile = SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
                       SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
                       SSL_CTX_set_ciphersuites(context,
                                                "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                                "TLS_CHACHA20_POLY1305_SHA256") == 1 &&
                       SSL_CTX_set_num_tickets(context, 0) == 1;
  if (!profile) return Invalid("the TLS profile is not available");
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, ChooseProtocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return Invalid("cannot use the certificate `" + certificate + "`");
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return Invalid("cannot use the key `" + key + "`, or it is not the certificate's");
  }
  return TlsContext(std::move(owned));
}

TlsSession TlsContext::Accept(int fd) const {
  TlsSession session(SSL_new(context_.get()));
  if (session == nullptr || SSL_set_fd(session.get(), fd) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  SSL_set_accept_state(session.get());
  return session;
}

}  // namespace octroi::gateway::edge
