#include "scores/journeys.h"

#include <algorithm>
#include <tuple>

namespace octroi::scores {
namespace {

// The touches of one person, in the order of time; each is taken for one step at most.
class Person {
 public:
  Person(std::span<const Touch> touches, const JourneyTerms& terms)
      : touches_(touches), terms_(terms) {}

  const Touch* Begins() {
    return Taken(First(0, TouchKind::kMeasured, terms_.since, terms_.until - 1));
  }
  const Touch* Reaches(std::size_t step, base::Millis from, base::Millis begun) {
    return Taken(First(step, TouchKind::kMeasured, from, begun + terms_.within));
  }
  bool Excluded() const {
    return First(0, TouchKind::kWithheld, terms_.since, terms_.until - 1) != nullptr;
  }
  bool AnyFirstStep() const {
    return std::ranges::find(touches_, 0, &Touch::step) != touches_.end();
  }
  bool Has(std::size_t step) const {
    return First(step, TouchKind::kMeasured, terms_.since, terms_.until - 1) != nullptr;
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
  // The first of that kind in [from, to] that was not taken. Null: none.
  const Touch* First(std::size_t step, TouchKind kind, base::Millis from, base::Millis to) const {
    for (const Touch& touch : touches_) {
      if (touch.step == step && touch.kind == kind && touch.at >= from && touch.at <= to &&
          std::ranges::find(taken_, touch.record) == taken_.end())
        return &touch;
    }
    return nullptr;
  }
  const Touch* Taken(const Touch* touch) {
    if (touch != nullptr) taken_.push_back(touch->record);
    return touch;
  }

  std::span<const Touch> touches_;
  const JourneyTerms& terms_;
  std::vector<std::uint64_t> taken_;
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
    Person person(std::span(from, to), terms);
    from = to;
    const Touch* const begun = person.Begins();
    if (begun == nullptr) {
      figures.excluded += person.Excluded() ? 1U : 0U;
      for (std::size_t step = 1; step < terms.steps && !person.AnyFirstStep(); ++step)
        figures.orphans[step] += person.Has(step) ? 1U : 0U;
      continue;
    }
    const Touch* at = begun;
    ++figures.persons[0];
    for (std::size_t step = 1; step < terms.steps; ++step) {
      const Touch* const next = person.Reaches(step, at->at, begun->at);
      if (next == nullptr) {
        const Break why = person.WhyNot(step, at->at, begun->at);
        ++figures.links[step - 1].breaks[static_cast<std::size_t>(why)];
        break;
      }
      spans[step - 1].push_back(next->at - at->at);
      ++figures.persons[step];
      at = next;
    }
  }
  for (std::size_t link = 0; link < spans.size(); ++link) {
    if (!spans[link].empty()) figures.links[link].median = MedianOf(spans[link]);
  }
  return figures;
}

std::vector<bool> MayBeTold(bool total_told, std::span<const std::uint64_t> parts) {
  std::vector<bool> told(parts.size(), total_told);
  if (!total_told) return told;
  std::size_t hidden = 0;
  std::uint64_t people = 0;
  const auto hide = [&](std::size_t part) {
    told[part] = false;
    ++hidden;
    people += parts[part];
  };
  for (std::size_t part = 0; part < parts.size(); ++part) {
    if (parts[part] > 0 && parts[part] < kPeopleFloor) hide(part);
  }
  while (hidden > 0 && (hidden < 2 || people < kPeopleFloor)) {
    std::size_t least = parts.size();
    for (std::size_t part = 0; part < parts.size(); ++part) {
      if (told[part] && parts[part] > 0 && (least == parts.size() || parts[part] < parts[least]))
        least = part;
    }
    if (least == parts.size()) break;  // all that there is: the total itself
    hide(least);
  }
  return told;
}

}  // namespace octroi::scores
