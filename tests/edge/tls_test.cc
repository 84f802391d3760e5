// TLS: 1.2 and 1.3, AEAD only, no renegotiation; a silent or plain-text peer costs nobody anything.
#include <openssl/ssl.h>

#include <cstdlib>
#include <filesystem>

#include "../support/fake_clock.h"
#include "edge_fixture.h"

namespace octroi::testing {
namespace {

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* session) const { SSL_free(session); }
};

// A TLS client over Client's socket.
class TlsClient {
 public:
  TlsClient(std::uint16_t port, int version, const char* ciphers = nullptr, bool h2 = false)
      : client_(port), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_security_level(context_.get(), 0);  // the client offers anything; the edge refuses
    SSL_CTX_set_min_proto_version(context_.get(), version);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    if (ciphers != nullptr) SSL_CTX_set_cipher_list(context_.get(), ciphers);
    session_.reset(SSL_new(context_.get()));
    static constexpr unsigned char kH2[] = "\x02h2";
    if (h2) SSL_set_alpn_protos(session_.get(), kH2, sizeof kH2 - 1);
    SSL_set_fd(session_.get(), client_.fd());
    connected_ = SSL_connect(session_.get()) == 1;
  }
  bool connected() const { return connected_; }
  SSL* session() { return session_.get(); }
  bool Send(std::string_view bytes) {
    return SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  std::string ReadAll() {
    std::string all;
    char piece[16384];
    int got;
    while ((got = SSL_read(session_.get(), piece, sizeof piece)) > 0) {
      all.append(piece, static_cast<std::size_t>(got));
    }
    clean_end_ = SSL_get_error(session_.get(), got) == SSL_ERROR_ZERO_RETURN;
    return all;
  }
  bool clean_end() const { return clean_end_; }

 private:
  Client client_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> session_;
  bool connected_ = false, clean_end_ = false;
};

class Tls : public EdgeTest {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("octroi-tls-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=localhost -keyout " +
        Key() + " -out " + Certificate() + " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
    gateway::Edge::Parts parts;
    parts.clock = &clock_;
    parts.tls_certificate = Certificate();
    parts.tls_key = Key();
    Start(std::move(parts));
  }
  void TearDown() override {
    edge_.reset();
    std::filesystem::remove_all(folder_);
  }
  std::string Key() const { return folder_ / "key.pem"; }
  std::string Certificate() const { return folder_ / "cert.pem"; }

  FakeClock clock_;
  std::filesystem::path folder_;
};

TEST_F(Tls, VersionsAndCiphers) {
  struct Row {
    const char* name;
    int version;
    const char* ciphers;
    bool accepted;
  };
  const Row rows[] = {
      {"1.3", TLS1_3_VERSION, nullptr, true},
      {"1.2", TLS1_2_VERSION, nullptr, true},
      {"1.1", TLS1_1_VERSION, "ALL:@SECLEVEL=0", false},
      {"1.0", TLS1_VERSION, "ALL:@SECLEVEL=0", false},
      {"1.2 with GCM", TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256", true},
      {"1.2 with ChaCha20", TLS1_2_VERSION, "ECDHE-ECDSA-CHACHA20-POLY1305", true},
      {"1.2 with CBC", TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA256", false},
      {"1.2 without forward secrecy", TLS1_2_VERSION, "AES128-GCM-SHA256", false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    TlsClient client(port(), row.version, row.ciphers);
    EXPECT_EQ(client.connected(), row.accepted);
    if (!client.connected()) continue;
    client.Send(Post("/echo", "hello") + Get("/x", "Connection: close\r\n"));
    const std::string answers = client.ReadAll();
    EXPECT_EQ(AnswersIn(answers), 2u);
    EXPECT_NE(answers.find("hello"), answers.npos);
    EXPECT_TRUE(client.clean_end());
  }
}

TEST_F(Tls, LargeBodiesBothWays) {
  TlsClient client(port(), TLS1_3_VERSION);
  ASSERT_TRUE(client.connected());
  const std::string body(1'000'000, 'z');
  client.Send(Post("/echo", body, "Connection: close\r\n"));
  EXPECT_EQ(BodyOf(client.ReadAll()), body);
}

TEST_F(Tls, RefusalsArriveToo) {
  TlsClient client(port(), TLS1_3_VERSION);
  ASSERT_TRUE(client.connected());
  client.Send("GET / HTTP/1.1\nHost: a\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(StatusOf(client.ReadAll()), 400);
  EXPECT_TRUE(client.clean_end());
  EXPECT_EQ(handler_.handled().size(), 0u);
}

TEST_F(Tls, NoRenegotiationNoTicketsNoOtherProtocol) {
  TlsClient client(port(), TLS1_2_VERSION);
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(SSL_SESSION_has_ticket(SSL_get_session(client.session())), 0);
  EXPECT_NE(SSL_renegotiate(client.session()) == 1 && SSL_do_handshake(client.session()) == 1,
            true);
  EXPECT_FALSE(TlsClient(port(), TLS1_3_VERSION, nullptr, /*h2=*/true).connected());
}

TEST_F(Tls, PlainTextIsNotAnswered) {
  Client client(port());
  client.Send(Get("/smuggled"));
  EXPECT_EQ(AnswersIn(client.ReadAll()), 0u);
  EXPECT_EQ(handler_.handled().size(), 0u);
}

TEST_F(Tls, SilentHandshakeEndsAfterFiveSeconds) {
  std::vector<std::unique_ptr<Client>> silent;
  for (int i = 0; i < 100; ++i) silent.push_back(std::make_unique<Client>(port()));
  TlsClient honest(port(), TLS1_3_VERSION);  // accepted after them all
  ASSERT_TRUE(honest.connected());
  base::Millis passed = 0;
  for (; passed < 60'000 && !silent.back()->readable(2); passed += 100) {
    clock_.Advance(100);
    edge_->OnDurable();
  }
  EXPECT_GE(passed, 4'900);
  EXPECT_LE(passed, 14'000);
  for (auto& client : silent) EXPECT_EQ(client->ReadAll(), "");
  honest.Send(Get("/x", "Connection: close\r\n"));
  EXPECT_EQ(StatusOf(honest.ReadAll()), 202);
}

TEST_F(Tls, FilesThatDoNotFitAreRefused) {
  gateway::Edge::Parts parts;
  parts.address = "127.0.0.1:0";
  parts.handler = &handler_;
  parts.clock = &clock_;
  parts.metrics = &metrics_;
  parts.tls_certificate = Certificate();
  for (const std::string& key : {std::string(), Certificate(), std::string("/nowhere.pem")}) {
    parts.tls_key = key;
    const auto started = gateway::Edge::Start(parts);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, base::ErrorCode::kInvalid);
  }
}

}  // namespace
}  // namespace octroi::testing
