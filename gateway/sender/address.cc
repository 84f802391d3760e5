// Which addresses are the public internet's: an allow-list for IPv6, a deny-list for IPv4 (IANA
// special-purpose registries, RFC 6890), and the metadata services that hide among public
// addresses.
#include <arpa/inet.h>

#include <array>
#include <cstdint>

#include "gateway/sender.h"

namespace octroi::gateway {
namespace {

struct Net4 {
  std::uint32_t address;
  int bits;
};
constexpr Net4 kNotPublic4[] = {
    {0x00000000, 8},   // this network
    {0x0a000000, 8},   // private
    {0x64400000, 10},  // carrier-grade NAT; holds 100.100.100.200, a metadata service
    {0x7f000000, 8},   // loopback
    {0xa83f8110, 32},  // 168.63.129.16, a metadata service
    {0xa9fe0000, 16},  // link-local; holds 169.254.169.254, the metadata service
    {0xac100000, 12},  // private
    {0xc0000000, 24},  // protocol assignments; holds 192.0.0.192, a metadata service
    {0xc0000200, 24},  // documentation
    {0xc0586300, 24},  // 6to4 relays, deprecated
    {0xc0a80000, 16},  // private
    {0xc6120000, 15},  // benchmarking
    {0xc6336400, 24},  // documentation
    {0xcb007100, 24},  // documentation
    {0xe0000000, 4},   // multicast
    {0xf0000000, 4},   // reserved and broadcast
};

struct Net6 {
  std::array<std::uint8_t, 4> head;
  int bits;
};
// Within 2000::/3, the only global unicast space. All else (loopback, mapped, NAT64, local,
// multicast) is not.
constexpr Net6 kNotPublic6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23},  // protocol assignments, Teredo: carry an IPv4 address inside
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02, 0x00, 0x00}, 16},  // 6to4: carries an IPv4 address inside
    {{0x3f, 0xff, 0x00, 0x00}, 20},  // documentation
};

std::uint32_t Head(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | bytes[3];
}

bool Within(std::uint32_t address, std::uint32_t net, int bits) {
  return (address ^ net) >> (32 - bits) == 0;
}

}  // namespace

bool IsPublicAddress(const std::string& ip) {
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, ip.c_str(), bytes.data()) == 1) {
    const std::uint32_t address = Head(bytes.data());
    for (const Net4& net : kNotPublic4) {
      if (Within(address, net.address, net.bits)) return false;
    }
    return true;
  }
  if (inet_pton(AF_INET6, ip.c_str(), bytes.data()) != 1) return false;
  const std::uint32_t head = Head(bytes.data());
  if (!Within(head, 0x20000000, 3)) return false;
  for (const Net6& net : kNotPublic6) {
    if (Within(head, Head(net.head.data()), net.bits)) return false;
  }
  return true;
}

}  // namespace octroi::gateway
