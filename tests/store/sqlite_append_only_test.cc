// What is recorded stays: even somebody with the file in hand and SQL cannot change it by accident.
#include "sqlite_fixture.h"

namespace octroi::testing {
namespace {

using policies::ConsentState;

class SqliteAppendOnlyTest : public SqliteStoreTest {};

TEST_F(SqliteAppendOnlyTest, NoStatementChangesOrRemovesARow) {
  const policies::ConsentEvent withdrawal = Consent(7, {1, 2}, ConsentState::kWithdrawn);
  const store::ArchivedConfig config{std::string(32, 'a'), 1, 100, "files", "{}"};
  {
    const Opened opened = Open();
    ASSERT_TRUE(IsOk((*opened)->Append(withdrawal)));
    ASSERT_TRUE(IsOk((*opened)->Archive(config)));
  }
  const std::vector<std::string> attempts = {
      "UPDATE consents SET state = 3",
      "DELETE FROM consents",
      "REPLACE INTO consents SELECT row, id, record_id, subject, purpose, 3, effective_at, "
      "recorded_at, "
      "valid_until, notice, source, detail, sequence, marks, limits FROM consents",
      "INSERT OR REPLACE INTO consents SELECT NULL, id, record_id, subject, purpose, 3, "
      "effective_at, "
      "recorded_at, valid_until, notice, source, detail, sequence, marks, limits FROM consents",
      "INSERT INTO consents SELECT NULL, id, record_id, subject, purpose, 3, effective_at, "
      "recorded_at, "
      "valid_until, notice, source, detail, sequence, marks, limits FROM consents WHERE true "
      "ON CONFLICT (id) DO UPDATE SET state = 3",
      "UPDATE consent_subjects SET fingerprint = zeroblob(16)",
      "DELETE FROM consent_subjects",
      "REPLACE INTO consent_subjects SELECT * FROM consent_subjects",
      "UPDATE configs SET files = ''",
      "DELETE FROM configs",
      "REPLACE INTO configs SELECT plan, digest, since, x'00', names FROM configs",
  };
  for (const std::string& sql : attempts) {
    EXPECT_EQ(Raw(sql), SQLITE_CONSTRAINT_TRIGGER) << sql;
  }
  const Opened opened = Open();
  EXPECT_TRUE(Equal(**(*opened)->BySequence(7), withdrawal));
  EXPECT_EQ((*opened)->History({Print(1)}, withdrawal.purpose)->size(), 1u);
  EXPECT_EQ(**(*opened)->Latest(), config);
}

}  // namespace
}  // namespace octroi::testing
