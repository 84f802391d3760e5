// `octroi help CODE`: every code has a sentence in both languages, and what is no code says so.
#include <gtest/gtest.h>

#include "gateway/cli_text.h"

namespace octroi::gateway {
namespace {

TEST(Help, EveryConfigCodeIsExplainedInBothLanguages) {
  const auto codes = ConfigCodes();
  ASSERT_GT(codes.size(), 100u);
  for (const CodeHelp& code : codes) {
    SCOPED_TRACE(code.code);
    const auto fr = HelpText(code.code, Language::kFrench);
    const auto en = HelpText(code.code, Language::kEnglish);
    ASSERT_TRUE(fr && en);
    EXPECT_NE(fr->find(code.fr), fr->npos);
    EXPECT_NE(en->find(code.en), en->npos);
    EXPECT_NE(en->find(code.hint_en), en->npos);
  }
}

TEST(Help, AReasonIsExplainedToo) {
  EXPECT_EQ(HelpText("consent.withdrawn", Language::kEnglish),
            "consent.withdrawn\n  The person withdrew consent.\n");
}

TEST(Help, WhatIsNoCodeHasNoHelp) {
  EXPECT_FALSE(HelpText("OCT-0000", Language::kFrench));
  EXPECT_FALSE(HelpText("", Language::kEnglish));
}

}  // namespace
}  // namespace octroi::gateway
