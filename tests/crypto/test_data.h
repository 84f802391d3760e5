// Reads the vectors under tests/data, and small helpers that the tests of crypto share.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/text.h"

namespace octroi::crypto {

inline nlohmann::json ReadData(const std::string& name) {
  std::ifstream file(std::string(OCTROI_SOURCE_DIR) + "/tests/data/" + name);
  EXPECT_TRUE(file.good()) << name;
  return nlohmann::json::parse(file);
}

inline std::string Unhex(const nlohmann::json& hex) {
  const auto bytes = base::FromHex(hex.get<std::string>());
  EXPECT_TRUE(bytes.has_value()) << hex;
  return bytes.value_or("");
}

// A folder of its own for each test, removed with it.
class Folder {
 public:
  Folder() : path_(::testing::TempDir() + "octroi-crypto-XXXXXX") {
    EXPECT_NE(::mkdtemp(path_.data()), nullptr);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  std::string Write(const std::string& name, const std::string& text, ::mode_t mode = 0400) const {
    const std::string path = Path(name);
    std::ofstream(path) << text;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }

 private:
  std::string path_;
};

}  // namespace octroi::crypto
