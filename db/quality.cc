#include "store/quality.h"

namespace octroi::store {

void QualityCounts::Add(const QualityCounts& other) {
  for (const auto& [key, count] : other.records) {
    QualityCount& sum = records[key];
    sum.records += count.records;
    sum.repaired += count.repaired;
  }
  for (const auto& [key, sketch] : other.people) people[key].Merge(sketch);
}

}  // namespace octroi::store
