#include "scores/course.h"

#include <vector>

namespace octroi::scores {
namespace {

Tally SumOf(std::span<const Tally> buckets) {
  Tally sum;
  for (const Tally& bucket : buckets) sum += bucket;
  return sum;
}

bool IsMended(const Tally& before, const Tally& after) {
  if (after.records < kFewest) return false;
  if (before.records >= kFewest) return !Differ(before, after) || Share(after) > Share(before);
  return Share(after) > kWhole - kPoint;
}

}  // namespace

std::optional<std::size_t> RoseAt(std::span<const Tally> buckets) {
  std::vector<Tally> turned(buckets.begin(), buckets.end());
  for (Tally& bucket : turned) bucket.good = bucket.records - bucket.good;
  return FellAt(turned);
}

Course CourseOf(std::span<const Tally> buckets) {
  Course course;
  course.fell = FellAt(buckets);
  if (course.fell) {
    course.eased = RoseAt(buckets.subspan(*course.fell));
    if (course.eased) *course.eased += *course.fell;
  } else {
    course.eased = RoseAt(buckets);
    if (course.eased) course.fell = FellAt(buckets.first(*course.eased));
  }
  const std::size_t from = course.fell.value_or(0), to = course.eased.value_or(buckets.size());
  course.before = SumOf(buckets.first(from));
  course.during = SumOf(buckets.subspan(from, to - from));
  course.after = SumOf(buckets.subspan(to));
  if (!course.eased) return course;
  if (Course again = CourseOf(buckets.subspan(to)); again.fell) {
    *again.fell += to;
    if (again.eased) *again.eased += to;
    return again;
  }
  course.stage = IsMended(course.before, course.after) ? Stage::kMended : Stage::kEased;
  return course;
}

}  // namespace octroi::scores
