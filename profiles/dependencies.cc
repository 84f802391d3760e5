#include "profiles/dependencies.h"

#include <algorithm>
#include <optional>

namespace octroi::profiles {
namespace {

std::vector<bool> NothingIn(const Column& column) {
  std::vector<bool> nothing = PlaceholdersOf(column);
  nothing[kEmpty] = true;
  return nothing;
}

// How often the most frequent value of `to` is right among the rows that count.
std::size_t Guessed(const Column& from, const Column& to, const std::vector<bool>& nothing,
                    const std::vector<Groups::Majority>& majorities) {
  std::vector<std::uint32_t> counts(to.values.size());
  for (std::size_t row = 0; row < to.cells.size(); ++row)
    if (!nothing[to.cells[row]] && majorities[from.cells[row]].of >= 2) ++counts[to.cells[row]];
  return *std::ranges::max_element(counts);
}

Dependency Measured(const Column& from, const Column& to, const std::vector<bool>& nothing,
                    const std::vector<Groups::Majority>& majorities) {
  Dependency found;
  for (const Groups::Majority& group : majorities) {
    if (group.of < 2) continue;
    found.rows += group.of;
    found.agreeing += group.rows;
  }
  const std::size_t guessed = Guessed(from, to, nothing, majorities);
  if (found.rows > guessed)
    found.lambda = (static_cast<double>(found.agreeing) - static_cast<double>(guessed)) /
                   static_cast<double>(found.rows - guessed);
  return found;
}

void TakeVotes(const Column& from, const Column& to, std::size_t by,
               const std::vector<Groups::Majority>& majorities, std::vector<Vote>& votes) {
  votes.resize(to.cells.size());
  for (std::size_t row = 0; row < to.cells.size(); ++row) {
    const Groups::Majority& group = majorities[from.cells[row]];
    if (!group.HasSay()) continue;
    Vote& vote = votes[row];
    if (group.value == to.cells[row]) {
      ++vote.pro;
      continue;
    }
    ++vote.contra;
    if (group.of <= vote.group) continue;
    vote.group = group.of;
    vote.by = static_cast<std::uint16_t>(by);
    vote.expected = group.value;
  }
}

void TakeHeld(const Column& from, const Column& to, const std::vector<Groups::Majority>& majorities,
              std::vector<std::uint32_t>& held) {
  std::vector<std::uint32_t> here(to.values.size());
  for (std::size_t value = 1; value < from.values.size(); ++value) {
    const Groups::Majority& group = majorities[value];
    if (group.HasSay()) here[group.value] += group.rows;
  }
  for (std::size_t value = 0; value < held.size(); ++value)
    held[value] = std::max(held[value], here[value]);
}

}  // namespace

Groups::Groups(const Column& column, const std::vector<bool>& nothing)
    : begins_(column.values.size() + 1), rows_(column.cells.size()) {
  std::size_t told = 0, repeated = 0, values = 0;
  for (std::size_t value = 0; value < column.values.size(); ++value) {
    const std::uint32_t count = nothing[value] ? 0 : column.counts[value];
    begins_[value + 1] = begins_[value] + count;
    told += count;
    values += count > 0 ? 1 : 0;
    repeated += count > 1 ? count : 0;
  }
  std::vector<std::uint32_t> at(begins_.begin(), begins_.end() - 1);
  for (std::uint32_t row = 0; row < column.cells.size(); ++row)
    if (const std::uint32_t value = column.cells[row]; !nothing[value]) rows_[at[value]++] = row;
  repeats_ = values >= 2 && told >= 10 && repeated * 2 >= told;
}

std::vector<Groups::Majority> Groups::MajoritiesOf(const Column& to,
                                                   const std::vector<bool>& nothing) const {
  std::vector<Majority> majorities(begins_.size() - 1);
  std::vector<std::uint32_t> counts(to.values.size());
  for (std::size_t group = 0; group + 1 < begins_.size(); ++group) {
    Majority& majority = majorities[group];
    for (std::size_t i = begins_[group]; i < begins_[group + 1]; ++i) {
      const std::uint32_t value = to.cells[rows_[i]];
      if (nothing[value]) continue;
      ++majority.of;
      if (++counts[value] > majority.rows) {
        majority.rows = counts[value];
        majority.value = value;
      }
    }
    for (std::size_t i = begins_[group]; i < begins_[group + 1]; ++i)
      counts[to.cells[rows_[i]]] = 0;
  }
  return majorities;
}

Related RelationsOf(const Table& table) {
  Related related;
  std::vector<std::optional<Groups>> groups;
  std::size_t repeating = 0;
  for (const Column& column : table.columns) {
    related.nothing.push_back(NothingIn(column));
    groups.emplace_back(Groups(column, related.nothing.back()));
    if (!groups.back()->Repeats())
      groups.back().reset();
    else if (++repeating > kRelatedMax)
      groups.back().reset(), related.limited = true;
  }
  related.columns.resize(table.columns.size());
  for (std::size_t to = 0; to < table.columns.size(); ++to) {
    if (!groups[to]) continue;
    const Column& column = table.columns[to];
    Relations& relations = related.columns[to];
    relations.held.resize(column.values.size());
    for (std::size_t from = 0; from < table.columns.size(); ++from) {
      if (from == to || !groups[from]) continue;
      const auto majorities = groups[from]->MajoritiesOf(column, related.nothing[to]);
      TakeHeld(table.columns[from], column, majorities, relations.held);
      Dependency found = Measured(table.columns[from], column, related.nothing[to], majorities);
      if (found.lambda < kLambdaMin) continue;
      found.from = from;
      found.to = to;
      relations.on.push_back(found);
      TakeVotes(table.columns[from], column, from, majorities, relations.votes);
    }
  }
  return related;
}

Related RelationsOf(const Table& table, const std::vector<Dependency>& given) {
  Related related;
  for (const Column& column : table.columns) related.nothing.push_back(NothingIn(column));
  related.columns.resize(table.columns.size());
  for (const Dependency& pair : given) {
    const Column& from = table.columns[pair.from];
    const Column& to = table.columns[pair.to];
    const Groups groups(from, related.nothing[pair.from]);
    const auto majorities = groups.MajoritiesOf(to, related.nothing[pair.to]);
    Dependency found = Measured(from, to, related.nothing[pair.to], majorities);
    found.from = pair.from;
    found.to = pair.to;
    related.columns[pair.to].on.push_back(found);
    TakeVotes(from, to, pair.from, majorities, related.columns[pair.to].votes);
  }
  return related;
}

}  // namespace octroi::profiles
