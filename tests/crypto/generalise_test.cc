// Less precise forms and the partner hash: what leaves for each value, and what does not.
#include "policies/generalise.h"

#include <gtest/gtest.h>

#include "outgoing_events.h"

namespace octroi::policies {
namespace {

using base::JsonType;
using Form = OutgoingField::Form;

struct Row {
  Form form;
  const char* value;
  const char* leaves;  // "": nothing
};

// clang-format off
const Row kRows[] = {
  {Form::kYear, "1984-02-29", "1984"},
  {Form::kYear, "1984-12-31T23:30:00-01:00", "1985"},
  {Form::kYear, "29/02/1984", ""},
  {Form::kYear, "1984", ""},
  {Form::kHour, "2026-11-21T10:59:59.999+01:00", "2026-11-21T09:00:00.000Z"},
  {Form::kHour, "2026-11-21T00:00:00Z", "2026-11-21T00:00:00.000Z"},
  {Form::kHour, "2026-11-21T05:45:00+05:45", "2026-11-21T00:00:00.000Z"},
  {Form::kHour, "2026-11-21", ""},
  {Form::kHour, "2026-11-21T10:59:59", ""},
  {Form::kDepartment, "75011", "75"},
  {Form::kDepartment, "01000", "01"},
  {Form::kDepartment, "20000", "2A"},
  {Form::kDepartment, "20190", "2A"},
  {Form::kDepartment, "20200", "2B"},
  {Form::kDepartment, "20620", "2B"},
  {Form::kDepartment, "97400", "974"},
  {Form::kDepartment, "98800", "988"},
  {Form::kDepartment, "00123", ""},
  {Form::kDepartment, "1000", ""},
  {Form::kDepartment, "1201", ""},
  {Form::kDepartment, "7501A", ""},
  {Form::kDepartment, "750110", ""},
  {Form::kIpPrefix, "192.0.2.255", "192.0.2.0/24"},
  {Form::kIpPrefix, "2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"},
  {Form::kIpPrefix, "::ffff:192.0.2.255", "192.0.2.0/24"},
  {Form::kIpPrefix, "::1", "::/48"},
  {Form::kIpPrefix, "192.0.2", ""},
  {Form::kIpPrefix, "192.0.2.01", ""},
  {Form::kIpPrefix, "fe80::1%eth0", ""},
  {Form::kIpPrefix, "192.0.2.1, 192.0.2.2", ""},
  {Form::kIpPrefix, "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", ""},
  {Form::kFamily, "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox"},
  {Form::kFamily, "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36", "Chrome"},
  {Form::kFamily, "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge"},
  {Form::kFamily, "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1", "Safari"},
  {Form::kFamily, "Somebody's own client, somebody@example.com", ""},
  {Form::kPartnerHash, " Jean.Dupont@Example.COM ", "a hash"},
  {Form::kPartnerHash, "jean.dupont@example.com", "a hash"},
  {Form::kPartnerHash, "not an address", ""},
  {Form::kPartnerHash, "jos\xc3\xa9@example.com", ""},
  {Form::kPartnerHash, "", ""},
};
// clang-format on

TEST(Generalise, EachValueOrNothing) {
  for (const Row& row : kRows) {
    std::string scratch = "x", out = "[";
    const base::Value value{JsonType::kString, "\"raw\"", row.value};
    const bool left = AppendGeneralised(row.form, value, scratch, out);
    ASSERT_EQ(left, *row.leaves != '\0') << row.value;
    if (!left) {
      EXPECT_EQ(out, "[") << row.value;
    } else if (row.form == Form::kPartnerHash) {
      EXPECT_EQ(out.size(), 1u + 2 + 64);
    } else {
      EXPECT_EQ(out, std::string("[\"") + row.leaves + "\"");
    }
  }
}

TEST(Generalise, APartnerHashIsTheOneThatPartnersCompute) {
  std::string scratch, out;
  // printf %s jean.dupont@example.com | sha256sum
  const base::Value value{JsonType::kString, "", " Jean.Dupont@Example.COM "};
  ASSERT_TRUE(AppendGeneralised(Form::kPartnerHash, value, scratch, out));
  EXPECT_EQ(out, "\"8500be602b35b0df3c7b2847434591e01669c0c93a10b9b070d28a51843ee71a\"");
}

TEST(Generalise, OnlyTextAndWholeNumbersSayAnything) {
  std::string scratch, out;
  EXPECT_TRUE(
      AppendGeneralised(Form::kDepartment, {JsonType::kInteger, "75011", "75011"}, scratch, out));
  EXPECT_EQ(out, "\"75\"");
  out.clear();
  for (const JsonType type : {JsonType::kNull, JsonType::kBool, JsonType::kDecimal,
                              JsonType::kObject, JsonType::kArray}) {
    for (const char* text : {"75011", "192.0.2.1", "2026-11-21T09:00:00Z", "a@b.example"}) {
      for (const Form form : {Form::kYear, Form::kHour, Form::kDepartment, Form::kIpPrefix,
                              Form::kFamily, Form::kPartnerHash}) {
        EXPECT_FALSE(AppendGeneralised(form, {type, text, text}, scratch, out));
      }
    }
  }
  EXPECT_EQ(out, "");
}

// Stands for who finds: digits are, "?" cannot be judged.
bool Digitless(std::string_view text, std::string& out) {
  if (text.find('?') != std::string_view::npos) return false;
  for (const char byte : text) out += byte >= '0' && byte <= '9' ? '#' : byte;
  return true;
}

// Free text leaves as the one who finds gives it back; what he does not judge, what is no text, and
// all of it where nobody finds, does not leave, nor does its name.
TEST(Generalise, RedactedTextLeavesAsItIsGivenBackOrNotAtAll) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  OutgoingForm form = policies::Form("crm");
  form.contracts[0].fields[4].form = OutgoingField::Form::kRedacted;
  const auto made = Pseudonymizer::Make(*ring, "gw-1", {form}, Digitless);
  ASSERT_TRUE(made);
  Fields person = Person(1);
  person.Text(kNote, "call \"06 12\"\n");
  EXPECT_EQ(DataOf(**made, person)["note"], "call \"## ##\"\n");
  person.Text(kNote, "call 06 12?");
  EXPECT_FALSE(DataOf(**made, person).contains("note"));
  person.Text(kNote, "call 06 12");
  EXPECT_FALSE(DataOf(*Made(*ring, {form}), person).contains("note"));
  form.contracts[0].fields[4].direct = true;  // a name may be left in it
  const auto direct = Pseudonymizer::Make(*ring, "gw-1", {form}, Digitless);
  ProtectedBatch batch;
  (*direct)->Begin(0, batch);
  ASSERT_TRUE((*direct)->Add(0, {1, "lead.created", 0, {kFree, 0}, {}, &person}, batch));
  EXPECT_TRUE((*direct)->Finish(0, batch));
  EXPECT_EQ(batch.body().find("##"), std::string_view::npos);
}

// Through a batch: beside fields in clear and tokens, in a template too; a value that does not fit
// leaves nothing, not even its name.
TEST(Generalise, InABatch) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  OutgoingForm form = policies::Form("crm");
  auto& fields = form.contracts[0].fields;
  fields[0].form = OutgoingField::Form::kClear;
  fields[1].form = OutgoingField::Form::kPartnerHash;
  fields[4].form = OutgoingField::Form::kHour;
  Fields person = Person(1);
  person.Text(kNote, "2026-11-21T10:30:00+01:00");
  const auto data = DataOf(*Made(*ring, {form}), person);
  EXPECT_EQ(data["note"], "2026-11-21T09:00:00.000Z");
  EXPECT_EQ(data["email"].get<std::string>().size(), 64u);
  EXPECT_TRUE(data["phone"].get<std::string>().starts_with("p1."));
  person.Text(kNote, "free text of somebody");
  EXPECT_FALSE(DataOf(*Made(*ring, {form}), person).contains("note"));
  EXPECT_FALSE(DataOf(*Made(*ring, {form}), person, kFree).contains("email"))
      << "a partner hash leaves for the purposes that the clear address leaves for";
  ASSERT_EQ(Template::Parse(R"({"t":{"$first":[{"$field":"note"},"none"]},"n":{"$field":"phone"}})",
                            form.body)
                .what,
            TemplateFault::What::kNone);
  ProtectedBatch batch;
  const auto maker = Made(*ring, {form});
  maker->Begin(0, batch);
  ASSERT_TRUE(AddOne(*maker, 0, 1, person, batch));
  EXPECT_TRUE(maker->Finish(0, batch));
  EXPECT_EQ(nlohmann::json::parse(batch.body())["t"], "none");
  EXPECT_EQ(batch.body().find("free text"), std::string_view::npos);
}

}  // namespace
}  // namespace octroi::policies
