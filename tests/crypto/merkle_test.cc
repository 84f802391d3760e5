// The tree hash of RFC 6962, on the roots that certificate transparency publishes for its test
// inputs, and against the definition of the RFC, which splits instead of building up.
#include "crypto/merkle.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/text.h"

namespace octroi::crypto {
namespace {

Digest Split(const std::vector<std::string>& list, std::size_t from, std::size_t to) {
  if (from == to) return Sha256(std::string_view());
  if (to - from == 1) return Sha256(std::string(1, '\0') + list[from]);
  std::size_t half = 1;
  while (half * 2 < to - from) half *= 2;
  const Digest left = Split(list, from, from + half), right = Split(list, from + half, to);
  return Sha256(std::string(1, '\1') + std::string(AsBytes(left)) + std::string(AsBytes(right)));
}

TEST(Merkle, TheRootsOfCertificateTransparency) {
  const std::vector<std::string> inputs{"",
                                        "00",
                                        "10",
                                        "2021",
                                        "3031",
                                        "40414243",
                                        "5051525354555657",
                                        "606162636465666768696a6b6c6d6e6f"};
  const std::vector<std::string> roots{
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  MerkleRoot root;
  EXPECT_EQ(base::Hex(AsBytes(root.Root())), roots[0]);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    root.Add(*base::FromHex(inputs[i]));
    EXPECT_EQ(base::Hex(AsBytes(root.Root())), roots[i + 1]) << i + 1;
  }
  EXPECT_EQ(root.size(), inputs.size());
}

TEST(Merkle, AnyLengthIsAsTheRfcDefinesIt) {
  std::vector<std::string> list;
  MerkleRoot root;
  for (std::size_t i = 0; i < 200; ++i) {
    ASSERT_EQ(root.Root(), Split(list, 0, list.size())) << i;
    list.push_back("entry " + std::to_string(i * i));
    root.Add(list.back());
  }
}

TEST(Merkle, AnEntryAddedLeftOutChangedOrMovedShows) {
  const auto of = [](const std::vector<std::string>& list) {
    MerkleRoot root;
    for (const std::string& entry : list) root.Add(entry);
    return root.Root();
  };
  const Digest good = of({"a", "b", "c"});
  EXPECT_NE(of({"a", "b", "c", "d"}), good);
  EXPECT_NE(of({"a", "c"}), good);
  EXPECT_NE(of({"a", "b", "C"}), good);
  EXPECT_NE(of({"b", "a", "c"}), good);
  EXPECT_NE(of({"a", "b", "c", "c"}), good);
}

}  // namespace
}  // namespace octroi::crypto
