// Which config may come into force: 500 bundles that somebody tampered with, who must approve what,
// and what a start obeys.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>

#include "base/bytes.h"
#include "base/text.h"
#include "gateway/change/control.h"
#include "gateway/change/report.h"
#include "support/fake_clock.h"
#include "support/fake_store.h"

namespace octroi::gateway::change {
namespace {

const crypto::NoteSigner& Dpo() {
  static const auto signer = crypto::NoteSigner::FromSeed("dpo", std::string(32, 'd'));
  return signer;
}
const crypto::NoteSigner& Marketing() {
  static const auto signer = crypto::NoteSigner::FromSeed("marketing", std::string(32, 'm'));
  return signer;
}

// The starter folder, with two approvers.
std::map<std::string, std::string> Starter() {
  static const auto files = [] {
    const auto folder =
        std::filesystem::temp_directory_path() / ("change_test_" + std::to_string(getpid()));
    EXPECT_TRUE(InitFolder(folder, Language::kEnglish));
    auto read = LoadConfig(folder).files;
    std::filesystem::remove_all(folder);
    read["gateway.yaml"] += "approvers:\n  dpo: { name: \"Camille Martin\", key: \"" +
                            Dpo().verifier().Text() +
                            "\" }\n  marketing: { name: \"Noé Petit\", key: \"" +
                            Marketing().verifier().Text() + "\" }\n";
    return read;
  }();
  return files;
}

void Replace(std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
}

constexpr std::string_view kPolicy = "policies/marketing-email.yaml";

class ChangeTest : public ::testing::Test {
 protected:
  ConfigFolder Load(std::map<std::string, std::string> files) const {
    return LoadConfig(std::move(files), ".", clock_);
  }
  // The starter, with one text replaced in one file.
  ConfigFolder With(std::string_view file, std::string_view from, std::string_view to) const {
    auto files = Starter();
    Replace(files[std::string(file)], from, to);
    return Load(std::move(files));
  }
  ConfigFolder Stricter() const {
    return With(
        kPolicy, "- { consent: granted }",
        "- { consent: granted }\n  - { subject_age: { at_least: 16, if_unknown: assume_adult "
        "} }");
  }
  void PutInForce(const Sealed& sealed) {
    const auto digest = base::FromHex(sealed.bundle.statement.config);
    ASSERT_TRUE(store_.Archive({*digest, sealed.bundle.statement.version, clock_.WallNow(),
                                sealed.bundle.Render(), "{}"}));
    journal_ = {sealed.bundle.statement.version, *digest, ""};
  }
  void SetUp() override { Open(Load(Starter())); }
  void Open(const ConfigFolder& folder) {
    auto opening = control_.AtStart(folder, journal_);
    ASSERT_TRUE(opening) << opening.error().detail;
    if (opening->sealed.bundle.statement.version != journal_.number) PutInForce(opening->sealed);
  }
  Sealed InForce() const {
    auto sealed = control_.InForce();
    EXPECT_TRUE(sealed && *sealed);
    return std::move(**sealed);
  }
  Bundle Approved(const ConfigFolder& next,
                  const std::vector<const crypto::NoteSigner*>& by) const {
    Bundle bundle = control_.Propose(next, InForce(), {"uid 1000", "Seize ans.", "folder"});
    for (const auto* signer : by) bundle.note.signatures.push_back(signer->Sign(bundle.note.text));
    return bundle;
  }
  // What Admit refuses it for; "": it does not.
  std::string CodeFor(std::string_view bytes) const {
    const auto admitted = control_.Admit(bytes, InForce());
    const auto* refusal = std::get_if<Refusal>(&admitted);
    return refusal ? refusal->code : "";
  }
  std::string CodeFor(const Bundle& bundle) const { return CodeFor(bundle.Render()); }

  mutable testing::FakeClock clock_;
  testing::FakeStore store_;
  std::unique_ptr<crypto::KeyRing> keys_ =
      crypto::KeyRing::FromRoot("exemple-production", std::string(32, 'k'));
  ChangeControl control_{{&store_, keys_.get(), &clock_, "."}};
  OnJournal journal_;
};

TEST_F(ChangeTest, AnApprovedProposalComesIntoForce) {
  const ConfigFolder next = Stricter();
  ASSERT_TRUE(next.ok());
  const Bundle bundle = Approved(next, {&Dpo()});
  const auto admitted = control_.Admit(bundle.Render(), InForce());
  ASSERT_TRUE(std::holds_alternative<Sealed>(admitted)) << std::get<Refusal>(admitted).code;
  PutInForce(std::get<Sealed>(admitted));
  EXPECT_EQ(InForce().bundle.statement.version, 2u);
  EXPECT_EQ(InForce().config.files, next.files);
  EXPECT_EQ(CodeFor(bundle), "change.stale") << "the same bundle again";
}

TEST_F(ChangeTest, FiveHundredTamperedBundlesAreRefused) {
  const Bundle good = Approved(Stricter(), {&Dpo()});
  const std::string bytes = good.Render();
  ASSERT_EQ(CodeFor(bytes), "");
  std::mt19937_64 random(1);
  const auto any = [&](std::size_t below) { return static_cast<std::size_t>(random() % below); };
  std::map<std::string, int> refused;
  for (int mutant = 0; mutant < 500; ++mutant) {
    std::string changed = bytes;
    switch (mutant % 5) {
      case 0:  // one bit
        changed[any(changed.size())] ^= static_cast<char>(1 << any(8));
        break;
      case 1:  // cut short
        changed.resize(any(changed.size()));
        break;
      case 2:  // a piece twice
        changed.insert(any(changed.size()), changed.substr(any(changed.size()), 1 + any(40)));
        break;
      case 3:  // a piece gone
        changed.erase(any(changed.size()), 1 + any(40));
        break;
      default: {  // two pieces swapped
        const std::size_t length = 1 + any(20), a = any(changed.size() / 2 - length);
        const std::size_t b = changed.size() / 2 + any(changed.size() / 2 - length);
        std::swap_ranges(changed.begin() + static_cast<long>(a),
                         changed.begin() + static_cast<long>(a + length),
                         changed.begin() + static_cast<long>(b));
      }
    }
    if (changed == bytes) continue;
    const std::string code = CodeFor(changed);
    ++refused[code];
    ASSERT_NE(code, "") << "mutant " << mutant << " was admitted";
  }
  for (const auto& [code, count] : refused) RecordProperty(code, count);
}

// What somebody who holds no key can put together from pieces that are true.
TEST_F(ChangeTest, WhatIsWellFormedButNotRightIsRefusedByName) {
  const ConfigFolder next = Stricter();
  const Bundle good = Approved(next, {&Dpo()});
  const auto sealed = [&](auto change) {
    Bundle bundle = good;
    change(bundle.statement);
    bundle.note = {bundle.statement.Text(), {}};
    bundle.note.signatures.push_back(keys_->Signer("proposal").Sign(bundle.note.text));
    bundle.note.signatures.push_back(Dpo().Sign(bundle.note.text));
    return bundle;
  };
  Bundle unsealed = good, foreign = good, other_files = good, wrong_role = good, stranger = good;
  unsealed.note.signatures.erase(unsealed.note.signatures.begin());
  foreign.note.signatures[0] = crypto::KeyRing::FromRoot("exemple-production", std::string(32, 'x'))
                                   ->Signer("config")
                                   .Sign(foreign.note.text);
  other_files.archive = Load(Starter()).Archive();
  wrong_role.note.signatures[1] =
      crypto::NoteSigner::FromSeed("dpo", std::string(32, 'm')).Sign(good.note.text);
  stranger.note.signatures.push_back(
      crypto::NoteSigner::FromSeed("boss", std::string(32, 'b')).Sign(good.note.text));
  Bundle moved_approval = Approved(next, {});
  moved_approval.statement.reason = "Something else.";
  moved_approval.note.text = moved_approval.statement.Text();
  moved_approval.note.signatures = {keys_->Signer("proposal").Sign(moved_approval.note.text),
                                    good.note.signatures[1]};
  const std::vector<std::pair<Bundle, std::string>> rows = {
      {good, ""},
      {unsealed, "change.unsigned"},
      {foreign, "change.unsigned"},
      {other_files, "change.tampered"},
      {wrong_role, "change.approval_invalid"},
      {stranger, "change.approval_unknown"},
      {moved_approval, "change.approval_invalid"},
      {Approved(next, {}), "change.approval_missing"},
      {Approved(next, {&Marketing()}), "change.approval_missing"},
      {sealed([](Statement& s) { s.version = 1; }), "change.stale"},
      {sealed([](Statement& s) { s.version = 3; }), "change.stale"},
      {sealed([](Statement& s) { s.expires = s.created; }), "change.expired"},
      {sealed([](Statement& s) { s.binary = "999.0.0"; }), "change.binary"},
      {sealed([](Statement& s) { s.binary = "soon"; }), "change.binary"},
      {sealed([](Statement& s) { s.tenant = "other"; }), "change.tenant"},
  };
  for (const auto& [bundle, code] : rows) EXPECT_EQ(CodeFor(bundle), code);
  EXPECT_EQ(CodeFor(Approved(With(kPolicy, "consent: granted", "consent: maybe"), {&Dpo()})),
            "change.config");
  clock_.Advance(kProposalMs);
  EXPECT_EQ(CodeFor(good), "change.expired");
}

TEST_F(ChangeTest, WhoMustApprove) {
  struct Row {
    const char* what;
    std::string file, from, to;
    std::vector<std::string> approvals;
  };
  const std::vector<Row> rows = {
      {"a comment", std::string(kPolicy), "kind: Policy", "kind: Policy  # ours", {}},
      {"a policy", std::string(kPolicy), "{ consent: granted }", "{ present: email }", {"dpo"}},
      {"nobody may remove the approver whose approval it takes",
       std::string(kPolicy),
       "approvers: [dpo]",
       "approvers: [marketing]",
       {"dpo", "marketing"}},
      {"who approves: everybody who does now",
       "gateway.yaml",
       "Noé Petit",
       "Lou Petit",
       {"dpo", "marketing"}},
      {"the address to listen on", "gateway.yaml", ":8081", ":8091", {}},
  };
  for (const Row& row : rows) {
    const Difference difference = Compare(Load(Starter()), With(row.file, row.from, row.to));
    EXPECT_EQ(difference.approvals, row.approvals) << row.what;
  }
}

TEST_F(ChangeTest, TheDifferenceSpeaksOfMeaningNotOfLines) {
  struct Row {
    std::string file, from, to;
    std::vector<std::string> items;  // "path: before → after"
  };
  const std::string policy(kPolicy);
  const std::vector<Row> rows = {
      {policy, "kind: Policy", "kind: \"Policy\"   # the same", {}},
      {policy,
       "  - { consent: granted }\n  - { present: email }",
       "  - { present: email }\n  - { consent: granted }",
       {R"(allow_when: [{ consent: "granted" }, { present: "email" }] → [{ present: "email" }, { consent: "granted" }])"}},
      {policy, "  - { present: email }\n", "", {R"(allow_when[1]: { present: "email" } → )"}},
      {policy,
       "  - { present: email }\n",
       "  - { present: phone }\n",
       {R"(allow_when[1].present: "email" → "phone")"}},
      {"gateway.yaml",
       ":8081",
       ":8091",
       {R"(listen.console: "127.0.0.1:8081" → "127.0.0.1:8091")"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.to);
    std::vector<std::string> items;
    for (const FileChange& file :
         Compare(Load(Starter()), With(row.file, row.from, row.to)).files) {
      EXPECT_EQ(file.file, row.file);
      for (const Item& item : file.items)
        items.push_back(item.path + ": " + item.before + " → " + item.after);
    }
    EXPECT_EQ(items, row.items);
  }
  auto renamed = Starter();
  renamed["policies/other-name.yaml"] = renamed[policy];
  renamed.erase(policy);
  EXPECT_TRUE(Compare(Load(Starter()), Load(renamed)).empty()) << "a file that only moved";
  auto without = Starter();
  without.erase(policy);
  const Difference removed = Compare(Load(Starter()), Load(without));
  ASSERT_EQ(removed.files.size(), 1u);
  EXPECT_EQ(removed.files[0].what, FileChange::What::kRemoved);
  EXPECT_EQ(removed.approvals, std::vector<std::string>{"dpo"});
  EXPECT_EQ(Compare(Load(without), Load(Starter())).files[0].what, FileChange::What::kAdded);
}

TEST_F(ChangeTest, WhatAStartObeys) {
  const ConfigFolder starter = Load(Starter());
  const ConfigFolder port = With("gateway.yaml", ":8081", ":8091");
  const auto obeyed = [&](const ConfigFolder& folder) {
    const auto opening = control_.AtStart(folder, journal_);
    EXPECT_TRUE(opening);
    return std::pair(opening->sealed.bundle.statement.version, opening->pending.has_value());
  };
  EXPECT_EQ(obeyed(starter), std::pair(1u, false)) << "the same";
  EXPECT_EQ(obeyed(port), std::pair(2u, false)) << "nobody has to approve";
  EXPECT_EQ(obeyed(Stricter()), std::pair(1u, true)) << "the DPO has to";
  Open(port);
  PutInForce({starter, control_.Seal(starter, InForce(), {"uid 0", "-", "version 1"}), "{}"});
  EXPECT_EQ(obeyed(port), std::pair(3u, true)) << "a restart does not undo a roll-back";
  const ConfigFolder other = With("gateway.yaml", ":8081", ":8093");
  PutInForce({other, control_.Seal(other, InForce(), {"uid 0", "-", "elsewhere"}), "{}"});
  EXPECT_EQ(obeyed(port), std::pair(4u, true)) << "nor what came after the roll-back";
  EXPECT_EQ(obeyed(With("gateway.yaml", ":8081", ":8092")), std::pair(5u, false));
}

TEST_F(ChangeTest, AStartRefusesAnArchiveThatIsNotOurs) {
  const ConfigFolder starter = Load(Starter());
  const ConfigFolder port = With("gateway.yaml", ":8081", ":8091");
  Open(port);
  const Bundle good = InForce().bundle;
  const auto digest = *base::FromHex(good.statement.config);
  const auto refused = [&](const store::ArchivedConfig& config, OnJournal journal) {
    testing::FakeStore other;
    EXPECT_TRUE(other.Archive(config));
    return !ChangeControl({&other, keys_.get(), &clock_, "."}).AtStart(starter, journal);
  };
  Bundle unsealed = good, files = good;
  unsealed.note.signatures.clear();
  unsealed.note.signatures.push_back(Dpo().Sign(good.note.text));
  files.archive = starter.Archive();
  EXPECT_FALSE(refused({digest, 2, 0, good.Render(), "{}"}, journal_));
  EXPECT_TRUE(refused({digest, 2, 0, unsealed.Render(), "{}"}, journal_)) << "not sealed";
  EXPECT_TRUE(refused({digest, 2, 0, files.Render(), "{}"}, journal_)) << "other files";
  EXPECT_TRUE(refused({digest, 2, 0, port.Archive(), "{}"}, journal_)) << "no bundle";
  EXPECT_TRUE(refused({digest, 3, 0, good.Render(), "{}"}, journal_)) << "under another number";
  EXPECT_TRUE(refused({digest, 2, 0, good.Render(), "{}"}, {3, digest, ""}))
      << "older than the journal";
  const Bundle proposal = Approved(Stricter(), {});
  EXPECT_TRUE(
      refused({*base::FromHex(proposal.statement.config), 3, 0, proposal.Render(), "{}"}, journal_))
      << "only proposed";
  const Bundle another = control_.Seal(starter, InForce(), {});
  EXPECT_TRUE(refused({*base::FromHex(another.statement.config), 3, 0, another.Render(), "{}"},
                      {3, digest, ""}))
      << "sealed by us, but not what the journal says";
  testing::FakeStore empty;
  const ChangeControl lost({&empty, keys_.get(), &clock_, "."});
  EXPECT_TRUE(lost.AtStart(port, journal_))
      << "the store was lost, the folder is what was in force";
  EXPECT_FALSE(lost.AtStart(starter, journal_)) << "the store was lost, the folder is another";
}

TEST(Statement, WhatIsReadIsWrittenTheSame) {
  Statement statement{"a",     8,        std::string(64, 'a'), "none", 0, 86'400'000, "0.1.0",
                      "uid 0", "folder", "Parce que."};
  const auto read = Statement::Parse(statement.Text());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->Text(), statement.Text());
  for (const std::string& more : {std::string("note: x\n"), std::string("\n"), std::string(" ")})
    EXPECT_FALSE(Statement::Parse(statement.Text() + more));
  statement.reason = "two\nlines";
  EXPECT_FALSE(Statement::Parse(statement.Text()));
}

}  // namespace
}  // namespace octroi::gateway::change
