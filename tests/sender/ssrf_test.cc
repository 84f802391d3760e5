// Server-side request forgery (reliability.md C8): where a destination may not point.
#include <gtest/gtest.h>

#include "gateway/sender.h"
#include "gateway/sender/target.h"
#include "sender/batches.h"
#include "sender/scripted_server.h"

namespace octroi::gateway {
namespace {

TEST(SsrfTest, Addresses) {
  const struct {
    const char* ip;
    bool is_public;
  } kCases[] = {
      {"8.8.8.8", true},
      {"93.184.216.34", true},
      {"1.1.1.1", true},
      {"172.15.255.255", true},
      {"172.32.0.0", true},
      {"100.63.255.255", true},
      {"100.128.0.0", true},
      {"169.253.255.255", true},
      {"198.17.255.255", true},
      {"223.255.255.255", true},
      {"2606:4700:4700::1111", true},
      {"2a00:1450:4007:80e::200e", true},
      {"2001:200::1", true},
      {"0.0.0.0", false},
      {"0.1.2.3", false},
      {"10.0.0.1", false},
      {"10.255.255.255", false},
      {"100.64.0.1", false},
      {"100.100.100.200", false},  // metadata
      {"127.0.0.1", false},
      {"127.255.255.254", false},
      {"168.63.129.16", false},  // metadata
      {"169.254.0.1", false},
      {"169.254.169.254", false},  // metadata
      {"172.16.0.1", false},
      {"172.31.255.255", false},
      {"192.0.0.192", false},  // metadata
      {"192.0.2.1", false},
      {"192.88.99.1", false},
      {"192.168.1.1", false},
      {"198.18.0.1", false},
      {"198.19.255.255", false},
      {"198.51.100.1", false},
      {"203.0.113.1", false},
      {"224.0.0.1", false},
      {"239.255.255.255", false},
      {"240.0.0.1", false},
      {"255.255.255.255", false},
      {"::", false},
      {"::1", false},
      {"::ffff:127.0.0.1", false},
      {"::ffff:8.8.8.8", false},
      {"::ffff:169.254.169.254", false},
      {"::127.0.0.1", false},
      {"64:ff9b::7f00:1", false},
      {"64:ff9b:1::1", false},
      {"100::1", false},
      {"2001::1", false},  // Teredo
      {"2001:1ff::1", false},
      {"2001:db8::1", false},
      {"2002:7f00:1::1", false},  // 6to4 of 127.0.0.1
      {"3fff::1", false},
      {"5f00::1", false},
      {"fc00::1", false},
      {"fd00:ec2::254", false},  // metadata
      {"fe80::1", false},
      {"fe80::1%eth0", false},
      {"fec0::1", false},
      {"ff02::1", false},
      {"", false},
      {"example.org", false},
      {"127.1", false},
      {"2130706433", false},
      {"0x7f.0.0.1", false},
      {"010.0.0.1", false},
      {" 8.8.8.8", false},
      {"8.8.8.8 ", false},
      {"[2606:4700:4700::1111]", false},
  };
  for (const auto& test : kCases) EXPECT_EQ(IsPublicAddress(test.ip), test.is_public) << test.ip;
}

// PORT is that of a server on this machine, which must see no connection.
constexpr const char* kRefusedUrls[] = {
    "http://127.0.0.1:PORT/",
    "http://127.0.0.1.:PORT/",
    "http://127.1:PORT/",
    "http://127.0.1:PORT/",
    "http://2130706433:PORT/",
    "http://0x7f000001:PORT/",
    "http://0x7f.0.0.1:PORT/",
    "http://0X7F.0x0.0x0.0x1:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://0177.0x0.0.1:PORT/",
    "http://017700000001:PORT/",
    "http://00000000000000000000127.0.0.1:PORT/",
    "http://127.000.000.001:PORT/",
    "http://0:PORT/",
    "http://0.0.0.0:PORT/",
    "http://127.0.0.256:PORT/",
    "http://127.0.0.1%2f@example.org:PORT/",
    "http://example.org@127.0.0.1:PORT/",
    "http://example.org:80@127.0.0.1:PORT/",
    "http://user:word@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT@example.org/",
    "http://127.0.0.1\\@example.org:PORT/",
    "http://example.org\\@127.0.0.1:PORT/",
    "http:\\\\127.0.0.1:PORT/",
    "http:///127.0.0.1:PORT/",
    "http:/127.0.0.1:PORT/",
    "http:127.0.0.1:PORT/",
    "//127.0.0.1:PORT/",
    "127.0.0.1:PORT",
    " http://127.0.0.1:PORT/",
    "http://127.0.0.1 :PORT/",
    "http://127.0.0.1\t:PORT/",
    "http://127.0.0.1:PORT/\r\nX: y",
    "http://%31%32%37.0.0.1:PORT/",
    "http://127%2e0%2e0%2e1:PORT/",
    "http://\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.1:PORT/",  // circled digits
    "http://127\xe3\x80\x82"
    "0\xe3\x80\x82"
    "0\xe3\x80\x82"
    "1:PORT/",  // ideographic full stops
    "http://localhost:PORT/",
    "http://LOCALHOST:PORT/",
    "http://localhost.:PORT/",
    "http://api.localhost:PORT/",
    "http://[::1]:PORT/",
    "http://[0:0:0:0:0:0:0:1]:PORT/",
    "http://[::]:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::ffff:7f00:1]:PORT/",
    "http://[::127.0.0.1]:PORT/",
    "http://[64:ff9b::127.0.0.1]:PORT/",
    "http://[2002:7f00:1::]:PORT/",
    "http://[fe80::1]:PORT/",
    "http://[fe80::1%25lo]:PORT/",
    "http://[::1%lo]:PORT/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://[::1:PORT/",
    "http://[127.0.0.1]:PORT/",
    "http://[::1]127.0.0.1:PORT/",
    "http://::1:PORT/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/latest/meta-data/",
    "http://0xa9fea9fe/latest/meta-data/",
    "http://169.254.169.254.:80/",
    "http://100.100.100.200/latest/meta-data/",
    "http://168.63.129.16/metadata/instance",
    "http://192.168.0.1/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://255.255.255.255/",
    "http://224.0.0.1/",
    "https://127.0.0.1:PORT/",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "ftp://127.0.0.1:PORT/",
    "gopher://127.0.0.1:PORT/_x",
    "dict://127.0.0.1:PORT/",
    "ldap://127.0.0.1:PORT/",
    "data:text/plain,x",
    "jar:http://127.0.0.1:PORT/!/",
    "unix:/run/docker.sock",
    "HTTP://127.0.0.1:PORT/",
    "http://example.org:0/",
    "http://example.org:/",
    "http://example.org:65536/",
    "http://example.org:-1/",
    "http://example.org:80x/",
    "http://example.org/#127.0.0.1",
    "http://example.org#@127.0.0.1:PORT/",
    "http://-example.org/",
    "http://exa_mple-.org/",
    "http://example..org/",
    "http://.example.org/",
    "http://",
    "http:///",
    "https://?x=1",
    "",
};

std::string WithPort(std::string url, std::uint16_t port) {
  for (std::size_t at; (at = url.find("PORT")) != std::string::npos;) {
    url.replace(at, 4, std::to_string(port));
  }
  return url;
}

TEST(SsrfTest, UrlsRefusedByConfigAndBySending) {
  static_assert(std::size(kRefusedUrls) >= 60);
  BatchMaker maker;
  ScriptedServer server({});
  for (const char* pattern : kRefusedUrls) {
    const std::string url = WithPort(pattern, server.port());
    EXPECT_FALSE(CheckUrl(url, false)) << url;
    DestinationPlan destination = DestinationNamed("crm");
    destination.url = url;
    destination.answer_within = 2'000;
    const Receipt receipt = MakeHttpSender(destination, maker.clock())
                                ->Send(maker.Make(1, 2), maker.ticket(), Unhindered());
    EXPECT_EQ(receipt.kind, Receipt::Kind::kRetry) << url;
    EXPECT_EQ(receipt.http_status, 0) << url;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(SsrfTest, UrlsThatAreFine) {
  const struct {
    const char* url;
    bool needs_private;
  } kCases[] = {
      {"https://api.example.org/v1/events", false},
      {"https://api.example.org", false},
      {"https://api.example.org?key=1", false},
      {"http://api.example.org:8080/x", false},
      {"https://API.Example.ORG/", false},
      {"https://xn--bcher-kva.example/", false},
      {"https://8.8.8.8/", false},
      {"https://[2606:4700:4700::1111]:8443/", false},
      {"https://example.org/a@b:c%20d", false},
      {"http://127.0.0.1:9000/", true},
      {"http://localhost:9000/", true},
      {"http://[::1]:9000/", true},
      {"http://crm.internal/",
       false},  // a name: what it leads to is checked when it is connected to
  };
  for (const auto& test : kCases) {
    EXPECT_TRUE(CheckUrl(test.url, true)) << test.url;
    EXPECT_EQ(static_cast<bool>(CheckUrl(test.url, false)), !test.needs_private) << test.url;
  }
}

TEST(SsrfTest, OneReadingOfAUrl) {
  const auto target = ParseTarget("https://API.Example.org:8443?x=1");
  ASSERT_TRUE(target);
  EXPECT_TRUE(target->tls);
  EXPECT_EQ(target->host, "api.example.org");
  EXPECT_EQ(target->authority, "API.Example.org:8443");
  EXPECT_EQ(target->port, 8443);
  EXPECT_EQ(target->path, "/?x=1");
  EXPECT_EQ(ParseTarget("http://[::1]:80/")->authority, "[::1]:80");
  EXPECT_EQ(ParseTarget("http://[::1]:80/")->host, "::1");
}

}  // namespace
}  // namespace octroi::gateway
