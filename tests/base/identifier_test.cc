#include "base/identifier.h"

#include <gtest/gtest.h>

namespace octroi::base {
namespace {

struct Case {
  const char* value;
  const char* normal;  // nullptr: not an identifier of this type
};

void Check(IdentifierType type, const Case& c) {
  std::string out = "what was here before";
  const bool valid = Normalise(type, c.value, out);
  ASSERT_EQ(valid, c.normal != nullptr) << c.value << " -> " << out;
  if (!valid) return;
  EXPECT_EQ(out, c.normal) << c.value;
  std::string again;
  EXPECT_TRUE(Normalise(type, out, again)) << out;
  EXPECT_EQ(again, out) << "the normal form of a normal form is itself";
}

TEST(Email, Table) {
  const Case cases[] = {
      {"jeanne.dupont@example.com", "jeanne.dupont@example.com"},
      {"  Jean.Dupont@Example.COM ", "jean.dupont@example.com"},
      {"\tjean@example.com\r\n", "jean@example.com"},
      {"\xc2\xa0jean@example.com\xe3\x80\x80", "jean@example.com"},  // no-break, ideographic space
      // Dots and plus tags are other mailboxes at most providers.
      {"jean.dupont+news@gmail.com", "jean.dupont+news@gmail.com"},
      {"JEAN.DUPONT@gmail.com", "jean.dupont@gmail.com"},
      {"jeandupont@gmail.com", "jeandupont@gmail.com"},
      {"o'brien@example.ie", "o'brien@example.ie"},
      {"a@b", "a@b"},
      // Composed and decomposed é are the same address.
      {"ren\xc3\xa9@example.com", "ren\xc3\xa9@example.com"},
      {"rene\xcc\x81@example.com", "ren\xc3\xa9@example.com"},
      {"REN\xc3\x89@example.com", "ren\xc3\xa9@example.com"},
      {"RENE\xcc\x81@EXAMPLE.com", "ren\xc3\xa9@example.com"},
      {"STRASSE@example.de", "strasse@example.de"},
      {"stra\xc3\x9f"
       "e@example.de",
       "stra\xc3\x9f"
       "e@example.de"},  // ß is not ss
      {"\xce\x9f\xce\x94\xce\x9f\xce\xa3@example.gr",
       "\xce\xbf\xce\xb4\xce\xbf\xcf\x82@example.gr"},  // final sigma
      // A name and its A-label are the same domain.
      {"info@b\xc3\xbc"
       "cher.example",
       "info@xn--bcher-kva.example"},
      {"info@B\xc3\x9c"
       "CHER.example",
       "info@xn--bcher-kva.example"},
      {"info@bu\xcc\x88"
       "cher.example",
       "info@xn--bcher-kva.example"},
      {"info@xn--bcher-kva.example", "info@xn--bcher-kva.example"},
      {"info@XN--BCHER-KVA.EXAMPLE", "info@xn--bcher-kva.example"},
      {"info@fa\xc3\x9f.example", "info@xn--fa-hia.example"},  // IDNA2008: not fass.example
      {"\xd0\xb8\xd0\xb2\xd0\xb0\xd0\xbd@\xd0\xbf\xd1\x80\xd0\xb8\xd0\xbc\xd0\xb5\xd1\x80.example",
       "\xd0\xb8\xd0\xb2\xd0\xb0\xd0\xbd@xn--e1afmkfd.example"},
      // A Cyrillic а is not a Latin a: two people.
      {"\xd0\xb0nna@example.com", "\xd0\xb0nna@example.com"},
      {"anna@example.com", "anna@example.com"},
      {"anna@ex\xd0\xb0mple.com", "anna@xn--exmple-4nf.com"},
      {"", nullptr},
      {"   ", nullptr},
      {"jean", nullptr},
      {"@example.com", nullptr},
      {"jean@", nullptr},
      {"jean@@example.com", nullptr},
      {"a@b@example.com", nullptr},
      {"jean dupont@example.com", nullptr},
      {"jean@exam ple.com", nullptr},
      {"jean\x01@example.com", nullptr},
      {"jean\x7f@example.com", nullptr},
      {"ren\xc3\xa9\xc2\xa0x@example.com", nullptr},  // no-break space inside
      // IDNA: a combining mark and a hyphen where a label may not have them
      {"jean@\xe2\x98\x83\xef\xb8\x8f\xcc\x80-.example", nullptr},
      {"jean\xff@example.com", nullptr},  // not UTF-8
      {"jean\xc3@example.com", nullptr},
  };
  for (const Case& c : cases) Check(IdentifierType::kEmail, c);
}

TEST(Phone, Table) {
  const Case cases[] = {
      {"+33612345678", "+33612345678"},
      {"+33 6 12 34 56 78", "+33612345678"},
      {"+33.6.12.34.56.78", "+33612345678"},
      {"+33-6-12-34-56-78", "+33612345678"},
      {"+33/6/12/34/56/78", "+33612345678"},
      {"0033 6 12 34 56 78", "+33612345678"},
      {"(+33) 6 12 34 56 78", "+33612345678"},
      {" +33612345678 ", "+33612345678"},
      {"+33\xc2\xa0"
       "6\xe2\x80\xaf"
       "12\xe2\x80\xaf"
       "34 56 78",
       "+33612345678"},  // French spaces
      {"+33\xe2\x80\x91"
       "612345678",
       "+33612345678"},  // no-break hyphen
      {"+44 (0)20 7946 0958", "+442079460958"},
      {"+44(0)2079460958", "+442079460958"},
      {"+41 79 123 45 67", "+41791234567"},
      {"+1 (202) 555-0143", "+12025550143"},
      {"+39 06 698 12345", "+390669812345"},  // Italy dials its zero
      {"+1234567", "+1234567"},
      {"+123456789012345", "+123456789012345"},
      {"+123456", nullptr},
      {"+1234567890123456", nullptr},
      {"06 12 34 56 78", nullptr},  // whose country?
      {"33612345678", nullptr},
      {"(0) 33612345678", nullptr},
      {"+0612345678", nullptr},  // no country code begins with 0
      {"000612345678", nullptr},
      {"+33 6 12 34 56 78 ext 9", nullptr},
      {"+33 6 12+34 56 78", nullptr},
      {"++33612345678", nullptr},
      {"+33 6 12 34 56 7\xd9\xa8", nullptr},  // Arabic-Indic digit
      {"tel:+33612345678", nullptr},
      {"+", nullptr},
      {"00", nullptr},
      {"", nullptr},
      {"+33612345678\xff", nullptr},
  };
  for (const Case& c : cases) Check(IdentifierType::kPhone, c);
}

TEST(OtherIdentifier, Table) {
  const Case cases[] = {
      {"C-1042", "C-1042"},
      {" C-1042\t", "C-1042"},
      {"c-1042", "c-1042"},  // case means something
      {"a b", "a b"},
      {"\xc2\xa0rene\xcc\x81 ", "ren\xc3\xa9"},
      {"", nullptr},
      {" \t", nullptr},
      {"\xe3\x80\x80", nullptr},
      {"x\xff", nullptr},
  };
  for (const Case& c : cases) Check(IdentifierType::kOther, c);
}

TEST(NormaliserNames, AreStable) {
  EXPECT_EQ(NormaliserName(IdentifierType::kEmail), "email/1");
  EXPECT_EQ(NormaliserName(IdentifierType::kPhone), "e164/1");
  EXPECT_EQ(NormaliserName(IdentifierType::kOther), "id/1");
}

}  // namespace
}  // namespace octroi::base
