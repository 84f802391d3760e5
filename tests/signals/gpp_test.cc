// The GPP header, section by section, and the GPC bit.
#include "signals/gpp.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "tc_writer.h"

namespace octroi::signals {
namespace {

std::vector<int> IdsOf(const std::string& text) {
  const auto read = ReadGppString(text);
  std::vector<int> ids;
  if (const auto* gpp = std::get_if<GppString>(&read)) {
    for (const GppSection& section : gpp->sections) ids.push_back(section.id);
  }
  return ids;
}

std::string Reason(const std::string& text) {
  const auto read = ReadGppString(text);
  const Fault* fault = std::get_if<Fault>(&read);
  return fault == nullptr ? "" : std::string(fault->reason);
}

Gpc GpcOf(const std::string& text) {
  const auto read = ReadGppString(text);
  const auto* gpp = std::get_if<GppString>(&read);
  EXPECT_NE(gpp, nullptr) << Reason(text);
  return gpp == nullptr ? Gpc::kAbsent : gpp->gpc();
}

// Zeckendorf, the smallest parts first, then a one.
void PutFibonacci(Bits& bits, unsigned value) {
  std::vector<unsigned> numbers = {1, 2};
  while (numbers.back() <= value) numbers.push_back(numbers.back() + numbers[numbers.size() - 2]);
  std::string code;
  for (std::size_t at = numbers.size(); at-- > 0;) {
    const bool take = numbers[at] <= value;
    if (take) value -= numbers[at];
    if (take || !code.empty()) code.insert(code.begin(), take ? '1' : '0');
  }
  for (const char bit : code) bits.Put(bit == '1' ? 1 : 0, 1);
  bits.Put(1, 1);
}

Bits Header(unsigned items) { return Bits().Put(3, 6).Put(1, 6).Put(items, 12); }

TEST(Gpp, TheHeadersOfTheSpecification) {
  EXPECT_EQ(IdsOf("DBABM~x"), (std::vector{2}));
  EXPECT_EQ(IdsOf("DBABMA~x"), (std::vector{2}));
  EXPECT_EQ(IdsOf("DBACNY~x~1YNN"), (std::vector{2, 6}));
  EXPECT_EQ(IdsOf("DBABjw~x~1YNN"), (std::vector{5, 6}));
  EXPECT_EQ(Reason("DBAA"), "");
}

TEST(Gpp, EveryIdThatCanBeWrittenIsRead) {
  for (unsigned id = 1; id <= 3000; ++id) {
    Bits bits = Header(1).Put(0, 1);
    PutFibonacci(bits, id);
    EXPECT_EQ(IdsOf(bits.Base64() + "~x"), (std::vector{static_cast<int>(id)}));
  }
}

TEST(Gpp, WhatCannotBeReadSaysWhat) {
  Bits whole = Header(1).Put(1, 1);
  PutFibonacci(whole, 1);
  PutFibonacci(whole, 40000);
  Bits large = Header(2).Put(0, 1);
  PutFibonacci(large, 40000);
  large.Put(0, 1);
  PutFibonacci(large, 40000);
  Bits garbage = Header(1).Put(0, 1);
  PutFibonacci(garbage, 2);
  const struct {
    std::string text;
    const char* reason;
  } rows[] = {
      {"", "gpp.empty"},
      {std::string(base::kGppStringCharsMax + 1, 'D'), "gpp.too_long"},
      {"~x", "gpp.type"},
      {"C", "gpp.type"},
      {"CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA", "gpp.type"},
      {"D", "gpp.version"},
      {"DC", "gpp.version"},
      {"DB", "gpp.truncated"},
      {"DBAB~x", "gpp.truncated"},
      {"DBABM+~x", "gpp.character"},
      {"DBABM", "gpp.sections_mismatch"},
      {"DBABM~x~y", "gpp.sections_mismatch"},
      {"DBACNY~x", "gpp.sections_mismatch"},
      {"DBAA~x", "gpp.sections_mismatch"},
      {"DBABM~", "gpp.section_empty"},
      {"DBACNY~~1YNN", "gpp.section_empty"},
      {whole.Base64() + "~x~y", "gpp.sections_mismatch"},
      {large.Base64() + "~x~y~z", "gpp.section_id"},
      {Bits(garbage).Put(1, 1).Base64() + "~x", "gpp.trailing_garbage"},
      {Bits(garbage).Base64(30) + "~x", "gpp.trailing_garbage"},
      {Header(1).Put(0, 40).Base64() + "~x", "gpp.section_id"},
  };
  for (const auto& row : rows) EXPECT_EQ(Reason(row.text), row.reason) << row.text.substr(0, 40);
}

// A header can name 65,535 sections in a few bytes: no more is kept than there are.
TEST(Gpp, RangesDoNotMultiply) {
  Bits bits = Header(4095);
  for (int item = 0; item < 4000; ++item) {
    bits.Put(1, 1);
    PutFibonacci(bits, 1);
    PutFibonacci(bits, 40000);
  }
  EXPECT_EQ(Reason(bits.Base64() + "~x"), "gpp.sections_mismatch");
}

TEST(Gpp, GpcIsReadOfUsSectionsAndNeverLost) {
  const auto of = [](const std::string& usnat) { return GpcOf("DBABLA~" + usnat); };
  EXPECT_EQ(of("BAAAAAAAAABY"), Gpc::kAbsent);
  EXPECT_EQ(of("BAAAAAAAAABY.QA"), Gpc::kOff);
  EXPECT_EQ(of("BAAAAAAAAABY.Q"), Gpc::kOff);
  EXPECT_EQ(of("BAAAAAAAAABY.YA"), Gpc::kOn);
  EXPECT_EQ(of("BAAAAAAAAABY.QA.YA"), Gpc::kOn);
  EXPECT_EQ(of("BAAAAAAAAABY.IA"), Gpc::kAbsent);  // another type
  EXPECT_EQ(of("BAAAAAAAAABY."), Gpc::kUnreadable);
  EXPECT_EQ(of("BAAAAAAAAABY.Q="), Gpc::kUnreadable);
  EXPECT_EQ(of("BAAAAAAAAABY.Y+.QA"), Gpc::kUnreadable);
  EXPECT_EQ(of("BAAAAAAAAABY.+.YA"), Gpc::kOn);
  EXPECT_EQ(GpcOf("DBABM~x.YA"), Gpc::kAbsent);  // not a US section
  EXPECT_EQ(GpcOf("DBABrw~BVAUAAAAAABk.QA~BAAAAABA.YA"), Gpc::kOn);
  EXPECT_TRUE(OptsOut(Gpc::kOn) && OptsOut(Gpc::kUnreadable));
  EXPECT_FALSE(OptsOut(Gpc::kOff) || OptsOut(Gpc::kAbsent));
}

}  // namespace
}  // namespace octroi::signals
