#include "gateway/dispatcher/groups.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/bytes.h"
#include "gateway/people.h"
#include "policies/generalise.h"

namespace octroi::gateway {
namespace {

using Form = policies::OutgoingField::Form;

void AppendOne(const GroupsPlan::By& by, const base::Value& value, std::string& scratch,
               std::string& out) {
  if (by.form == Form::kClear) {
    out.append(value.raw);
  } else {
    policies::AppendGeneralised(by.form, value, scratch, out);
  }
}

}  // namespace

void AppendLook(const GroupsPlan& groups, const journal::EventRecord& record,
                const base::FieldReader& fields, const policies::Extent& extent, std::string& out) {
  std::string scratch, one;
  base::ByteWriter w(out);
  w.Varint(record.contract);
  for (const GroupsPlan::By& by : groups.by) {
    if (by.contract != record.contract) continue;
    one.clear();
    if ((by.category & extent.categories) != 0) AppendOne(by, fields.Field(by.field), scratch, one);
    w.Sized(one);
  }
}

std::vector<InHand*> TakeSmallGroups(const GroupsPlan& groups, std::vector<InHand*>& leaving) {
  People people;
  for (const InHand* item : leaving) people.Add(item->record().subject);
  std::map<std::string, std::set<std::size_t>> groups_of;
  std::vector<std::string> looks;
  looks.reserve(leaving.size());
  for (const InHand* item : leaving) {
    AppendLook(groups, item->record(), item->fields(), item->leave.extent, looks.emplace_back());
    auto& of = groups_of[looks.back()];
    if (!item->record().subject.empty()) of.insert(people.Of(item->record().subject.front()));
  }
  std::vector<InHand*> taken, kept;
  kept.reserve(leaving.size());
  for (std::size_t i = 0; i < leaving.size(); ++i) {
    const bool enough = groups_of[looks[i]].size() >= groups.at_least;
    (enough ? kept : taken).push_back(leaving[i]);
  }
  leaving = std::move(kept);
  return taken;
}

}  // namespace octroi::gateway
