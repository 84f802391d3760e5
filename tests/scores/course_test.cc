// How a failure went, on hours of 200 records.
#include "scores/course.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace octroi::scores {
namespace {

using Place = std::optional<std::size_t>;

struct Stretch {
  std::size_t hours;
  std::uint64_t failed;  // of 200, in each
};

struct Story {
  const char* what;
  std::vector<Stretch> stretches;
  Stage stage;
  Place fell, eased;
};

std::vector<Tally> HoursOf(const Story& story) {
  std::vector<Tally> hours;
  for (const auto& [count, failed] : story.stretches)
    hours.insert(hours.end(), count, Tally{200, 200 - failed});
  return hours;
}

TEST(Course, TellsHowAFailureWent) {
  const Story stories[] = {
      {"it was always so", {{48, 20}}, Stage::kOpen, {}, {}},
      {"it broke and stays broken", {{30, 4}, {18, 80}}, Stage::kOpen, 30, {}},
      {"broken and mended", {{30, 4}, {10, 80}, {8, 4}}, Stage::kMended, 30, 40},
      {"mended long ago", {{30, 4}, {2, 80}, {300, 4}}, Stage::kMended, 30, 32},
      {"half mended", {{30, 4}, {10, 80}, {30, 40}}, Stage::kEased, 30, 40},
      {"broken from the start, and mended", {{20, 80}, {20, 0}}, Stage::kMended, {}, 20},
      {"from the start, and better", {{20, 80}, {20, 20}}, Stage::kEased, {}, 20},
      {"better than it ever was", {{20, 20}, {10, 80}, {30, 0}}, Stage::kMended, 20, 30},
      {"broken, mended, broken again", {{30, 4}, {6, 80}, {6, 4}, {20, 80}}, Stage::kOpen, 42, {}},
      {"twice broken is one story",
       {{30, 4}, {6, 80}, {9, 4}, {9, 80}, {9, 4}},
       Stage::kMended,
       30,
       54},
      {"nothing since", {{20, 80}}, Stage::kOpen, {}, {}},
      {"nothing at all", {}, Stage::kOpen, {}, {}},
  };
  for (const Story& story : stories) {
    const auto hours = HoursOf(story);
    Course course = CourseOf(hours);
    EXPECT_EQ(course.stage, story.stage) << story.what;
    EXPECT_EQ(course.fell, story.fell) << story.what;
    EXPECT_EQ(course.eased, story.eased) << story.what;
    const std::size_t until = course.eased.value_or(hours.size());
    for (std::size_t hour = course.fell.value_or(0); hour < until; ++hour)
      course.during.records -= hours[hour].records, course.during.good -= hours[hour].good;
    EXPECT_EQ(course.during, Tally{}) << story.what;
  }
}

// Eight hours without a record are no proof that it was mended.
TEST(Course, SilenceMendsNothing) {
  std::vector<Tally> hours(30, Tally{200, 196});
  hours.insert(hours.end(), 10, Tally{200, 120});
  hours.insert(hours.end(), 8, Tally{});
  EXPECT_EQ(CourseOf(hours).stage, Stage::kOpen);
  hours.push_back({29, 29});
  EXPECT_EQ(CourseOf(hours).stage, Stage::kOpen) << "too few to say";
  hours.back() = {200, 200};
  EXPECT_EQ(CourseOf(hours).stage, Stage::kMended);
}

}  // namespace
}  // namespace octroi::scores
