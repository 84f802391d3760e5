#include "policies/grant_limits.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

namespace octroi::policies {
namespace {

using Names = std::vector<std::string>;

constexpr std::pair<std::string_view, Names GrantLimits::*> kLists[] = {
    {"controllers", &GrantLimits::controllers},
    {"data_categories", &GrantLimits::data_categories},
    {"vendors", &GrantLimits::vendors}};

// ^[a-z][a-z0-9_-]{0,62}$: the ids of consent-record.schema.json, and the dictionary's categories.
bool IsName(std::string_view name) {
  const auto is_inner = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 63 && name.front() >= 'a' && name.front() <= 'z' &&
         std::ranges::all_of(name, is_inner);
}

bool Has(const Names& names, std::string_view name) {
  return std::binary_search(names.begin(), names.end(), name, std::less<std::string_view>());
}

std::optional<Names> Split(std::string_view text) {
  Names names;
  for (;;) {
    const std::size_t comma = text.find(',');
    names.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return names;
    text.remove_prefix(comma + 1);
    if (names.size() > kLimitNamesMax) return std::nullopt;
  }
}

}  // namespace

std::string TextOf(const GrantLimits* limits) {
  std::string text;
  if (limits == nullptr) return text;
  for (const auto& [list, names] : kLists) {
    char before = '=';
    for (const std::string& name : limits->*names) {
      if (before == '=') text.append(text.empty() ? "" : ";").append(list);
      text.append(1, before).append(name);
      before = ',';
    }
  }
  return text;
}

std::optional<SharedLimits> LimitsOf(std::string_view text) {
  GrantLimits limits;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = rest.find(';');
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const std::size_t equals = part.find('=');
    const auto list = std::ranges::find(kLists, part.substr(0, equals),
                                        [](const auto& one) { return one.first; });
    if (equals == std::string_view::npos || list == std::end(kLists)) return std::nullopt;
    auto names = Split(part.substr(equals + 1));
    if (!names) return std::nullopt;
    limits.*(list->second) = std::move(*names);
  }
  auto shared = Limited(std::move(limits));
  if (!shared || TextOf(shared->get()) != text) return std::nullopt;
  return shared;
}

SharedLimits StoredLimits(std::string_view text) {
  auto limits = LimitsOf(text);
  return limits ? *std::move(limits) : std::make_shared<const GrantLimits>(CoversNothing());
}

std::optional<SharedLimits> Limited(GrantLimits limits) {
  std::size_t count = 0;
  for (const auto& [list, names] : kLists) {
    Names& of_list = limits.*names;
    if (!std::ranges::all_of(of_list, IsName)) return std::nullopt;
    std::sort(of_list.begin(), of_list.end());
    of_list.erase(std::unique(of_list.begin(), of_list.end()), of_list.end());
    count += of_list.size();
  }
  if (count > kLimitNamesMax) return std::nullopt;
  if (limits.none()) return SharedLimits();
  return std::make_shared<const GrantLimits>(std::move(limits));
}

const GrantLimits& CoversNothing() {
  // No id: nobody has it. As a controller too, for what stays inside has no recipient.
  static const GrantLimits nothing{{"-"}, {}, {"-"}};
  return nothing;
}

const GrantLimits* LimitedByBoth(const GrantLimits* a, const GrantLimits* b) {
  if (a == nullptr || b == nullptr) return a == nullptr ? b : a;
  return *a == *b ? a : &CoversNothing();
}

base::Reason Uncovered(const GrantLimits& limits, const Recipient& recipient) {
  using base::Reason;
  const auto& [controllers, data_categories, vendors] = limits;
  if (!controllers.empty()) {
    const bool named = Has(controllers, recipient.vendor) || Has(vendors, recipient.vendor);
    if (!Has(controllers, recipient.controller) || (recipient.decides && !named))
      return Reason::kConsentControllerNotListed;
  }
  if (!vendors.empty() && !recipient.vendor.empty() && !Has(vendors, recipient.vendor))
    return Reason::kConsentVendorNotListed;
  if (data_categories.empty()) return Reason::kUndecided;
  for (std::uint32_t left = recipient.received; left != 0; left &= left - 1) {
    const auto bit = static_cast<std::size_t>(std::countr_zero(left));
    if (bit >= recipient.categories.size() || !Has(data_categories, recipient.categories[bit]))
      return Reason::kConsentCategoryNotListed;
  }
  return Reason::kUndecided;
}

}  // namespace octroi::policies
