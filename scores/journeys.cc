#include "scores/journeys.h"

#include <algorithm>
#include <tuple>

namespace octroi::scores {
namespace {

// The touches of one person, in the order of time.
class Person {
 public:
  Person(std::span<const Touch> touches, const JourneyTerms& terms)
      : touches_(touches), terms_(terms) {}

  std::optional<base::Millis> Begins() const {
    return First(0, TouchKind::kMeasured, terms_.since, terms_.until - 1);
  }
  bool Excluded() const {
    return First(0, TouchKind::kWithheld, terms_.since, terms_.until - 1).has_value();
  }
  bool Has(std::size_t step) const {
    return First(step, TouchKind::kMeasured, terms_.since, kForever).has_value();
  }
  std::optional<base::Millis> Reaches(std::size_t step, base::Millis from,
                                      base::Millis begun) const {
    return First(step, TouchKind::kMeasured, from, begun + terms_.within);
  }
  Break WhyNot(std::size_t step, base::Millis from, base::Millis begun) const {
    const base::Millis end = begun + terms_.within;
    if (First(step, TouchKind::kWithheld, from, end)) return Break::kWithheld;
    if (First(step, TouchKind::kQuarantined, from, end)) return Break::kQuarantined;
    if (First(step, TouchKind::kMeasured, end + 1, kForever)) return Break::kLate;
    if (First(step, TouchKind::kMeasured, 0, from - 1)) return Break::kBefore;
    return end >= terms_.now ? Break::kOpen : Break::kNone;
  }

 private:
  static constexpr base::Millis kForever = INT64_MAX - 1;
  // The first of that kind in [from, to].
  std::optional<base::Millis> First(std::size_t step, TouchKind kind, base::Millis from,
                                    base::Millis to) const {
    for (const Touch& touch : touches_) {
      if (touch.step == step && touch.kind == kind && touch.at >= from && touch.at <= to)
        return touch.at;
    }
    return std::nullopt;
  }

  std::span<const Touch> touches_;
  const JourneyTerms& terms_;
};

base::Millis MedianOf(std::vector<base::Millis>& spans) {
  const auto middle = spans.begin() + static_cast<std::ptrdiff_t>(spans.size() / 2);
  std::ranges::nth_element(spans, middle);
  return *middle;
}

}  // namespace

std::string_view Name(Break one) {
  constexpr std::string_view kNames[] = {"withheld", "quarantined", "late",
                                         "before",   "open",        "none"};
  return kNames[static_cast<std::size_t>(one)];
}

JourneyFigures Follow(std::vector<Touch>& touches, const JourneyTerms& terms) {
  JourneyFigures figures;
  figures.persons.resize(terms.steps);
  figures.orphans.resize(terms.steps);
  figures.links.resize(terms.steps - 1);
  std::vector<std::vector<base::Millis>> spans(terms.steps - 1);
  std::ranges::sort(touches, {}, [](const Touch& one) { return std::tuple(one.person, one.at); });
  for (auto from = touches.begin(); from != touches.end();) {
    const auto to = std::find_if(from, touches.end(),
                                 [&](const Touch& one) { return one.person != from->person; });
    const Person person(std::span(from, to), terms);
    from = to;
    const auto begun = person.Begins();
    if (!begun) {
      figures.excluded += person.Excluded() ? 1U : 0U;
      for (std::size_t step = 1; step < terms.steps && !person.Excluded(); ++step)
        figures.orphans[step] += person.Has(step) ? 1U : 0U;
      continue;
    }
    base::Millis at = *begun;
    ++figures.persons[0];
    for (std::size_t step = 1; step < terms.steps; ++step) {
      const auto next = person.Reaches(step, at, *begun);
      if (!next) {
        const Break why = person.WhyNot(step, at, *begun);
        ++figures.links[step - 1].breaks[static_cast<std::size_t>(why)];
        break;
      }
      spans[step - 1].push_back(*next - at);
      ++figures.persons[step];
      at = *next;
    }
  }
  for (std::size_t link = 0; link < spans.size(); ++link) {
    if (!spans[link].empty()) figures.links[link].median = MedianOf(spans[link]);
  }
  return figures;
}

std::vector<bool> MayBeTold(std::uint64_t total, bool total_told,
                            std::span<const std::uint64_t> parts) {
  const auto few = [](std::uint64_t people) { return people > 0 && people < kPeopleFloor; };
  std::vector<bool> told;
  told.push_back(total_told && !few(total));
  for (const std::uint64_t people : parts) told.push_back(!few(people));
  if (std::ranges::count(told, false) != 1) return told;
  // The one that is not told is the difference of the others: the smallest of them goes, too.
  std::size_t least = parts.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (told[i + 1] && parts[i] > 0 && (least == parts.size() || parts[i] < parts[least]))
      least = i;
  }
  if (least < parts.size()) told[least + 1] = false;
  return told;
}

}  // namespace octroi::scores
