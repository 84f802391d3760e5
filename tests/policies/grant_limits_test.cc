#include "policies/grant_limits.h"

#include <gtest/gtest.h>

#include "policies/limit_pool.h"

namespace octroi::policies {
namespace {

TEST(GrantLimits, SayTheSameInOneText) {
  struct Row {
    GrantLimits limits;
    const char* text;
  };
  for (const Row& row : {Row{{}, ""}, Row{{{}, {}, {"crm"}}, "vendors=crm"},
                         Row{{{"us"}, {"contact"}, {"b", "a", "b"}},
                             "controllers=us;data_categories=contact;vendors=a,b"},
                         Row{{{}, {"x_y", "x-1"}, {}}, "data_categories=x-1,x_y"}}) {
    const auto limits = Limited(row.limits);
    ASSERT_TRUE(limits) << row.text;
    EXPECT_EQ(TextOf(limits->get()), row.text);
    const auto again = LimitsOf(row.text);
    ASSERT_TRUE(again) << row.text;
    EXPECT_EQ(TextOf(again->get()), row.text);
    EXPECT_EQ(*again == nullptr, *row.text == 0);
  }
}

TEST(GrantLimits, WhatIsNoSuchTextCoversNothing) {
  for (const char* text :
       {"x", "vendors", "vendors=", "vendors=A", "vendors=a,", "vendors=b,a", "vendors=a,a",
        "vendors=a;controllers=b", "vendors=a;", ";vendors=a", "vendors=a;vendors=b",
        "recipients=a", "vendors=1", "vendors=-", "controllers=;vendors=a"}) {
    EXPECT_FALSE(LimitsOf(text)) << text;
    ASSERT_TRUE(StoredLimits(text)) << text;
    EXPECT_EQ(*StoredLimits(text), CoversNothing()) << text;
  }
  EXPECT_FALSE(Limited({{}, {}, std::vector<std::string>(1, std::string(64, 'a'))}));
  GrantLimits many;
  for (std::size_t i = 0; i <= kLimitNamesMax; ++i) many.vendors.push_back("v" + std::to_string(i));
  EXPECT_FALSE(Limited(many));
  many.vendors.pop_back();
  const auto most = Limited(many);
  ASSERT_TRUE(most);
  EXPECT_TRUE(LimitsOf(TextOf(most->get())));
}

TEST(GrantLimits, NobodyIsCoveredByNothing) {
  const std::vector<std::string> names{"contact"};
  EXPECT_EQ(Uncovered(CoversNothing(), {"us", "crm", false, 0, names}),
            base::Reason::kConsentControllerNotListed);
  EXPECT_EQ(Uncovered(CoversNothing(), {"us", "", false, 0, {}}),
            base::Reason::kConsentControllerNotListed);  // nor what stays inside
  // What has no name is in no list.
  const GrantLimits contact{{}, {"contact"}, {}};
  EXPECT_EQ(Uncovered(contact, {"us", "crm", false, 1, names}), base::Reason::kUndecided);
  EXPECT_EQ(Uncovered(contact, {"us", "crm", false, 3, names}),
            base::Reason::kConsentCategoryNotListed);
  EXPECT_EQ(Uncovered(contact, {"us", "crm", false, 1, {}}),
            base::Reason::kConsentCategoryNotListed);
}

// The controller itself, where data stay inside, is no recipient; but whose grant it is counts.
TEST(GrantLimits, WhatStaysInsideNeedsNoRecipient) {
  const GrantLimits others{{}, {}, {"crm"}}, other{{"other"}, {}, {}};
  EXPECT_EQ(Uncovered(others, {"us", "", false, 0, {}}), base::Reason::kUndecided);
  EXPECT_EQ(Uncovered(other, {"us", "", false, 0, {}}), base::Reason::kConsentControllerNotListed);
}

TEST(LimitPool, KeepsEachOnce) {
  LimitPool pool;
  EXPECT_EQ(pool.Keep(nullptr), 0);
  EXPECT_EQ(pool.At(0), nullptr);
  EXPECT_EQ(*pool.At(7), CoversNothing());
  const GrantLimits crm{{}, {}, {"crm"}}, ads{{}, {}, {"ads"}}, crm_too = crm;
  const LimitPool::Number first = pool.Keep(&crm), second = pool.Keep(&ads);
  EXPECT_NE(first, second);
  EXPECT_EQ(pool.Keep(&crm_too), first);
  EXPECT_EQ(*pool.At(first), crm);
  EXPECT_EQ(*pool.At(second), ads);
  EXPECT_EQ(*pool.At(pool.Keep(&CoversNothing())), CoversNothing());
}

// More lists than any notice names: what comes beyond the bound covers nothing, what came before
// stays as it was.
TEST(LimitPool, DeniesBeyondItsBounds) {
  LimitPool pool;
  GrantLimits limits{{}, {}, {""}};
  std::size_t kept = 0;
  for (std::size_t i = 0; i < 70'000; ++i) {
    limits.vendors.front() = "v" + std::to_string(i);
    const GrantLimits& said = *pool.At(pool.Keep(&limits));
    if (said == limits) kept = i + 1;
    ASSERT_TRUE(said == limits || said == CoversNothing()) << i;
  }
  EXPECT_EQ(kept, 65'534u);
  limits.vendors.front() = "v7";
  EXPECT_EQ(*pool.At(pool.Keep(&limits)), limits);
  LimitPool bytes;
  GrantLimits long_list;
  for (std::size_t i = 0; i < kLimitNamesMax; ++i)
    long_list.vendors.push_back("v" + std::string(50, 'a') + std::to_string(1'000 + i));
  bool full = false;
  for (std::size_t i = 0; i < 1'000; ++i) {
    long_list.controllers = {"c" + std::to_string(i)};
    full = full || *bytes.At(bytes.Keep(&long_list)) == CoversNothing();
  }
  EXPECT_TRUE(full);
  EXPECT_LE(bytes.bytes(), 17u * 1024 * 1024);
}

}  // namespace
}  // namespace octroi::policies
