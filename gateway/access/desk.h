// AccessDesk: who sees whom behind a token, and who reads the register of one person. standards.md
// B3 ("reason + second approver"), docs/decisions/0027-reidentification.md.
//
//   ask      whoever holds a role of access.reidentify.ask signs for which token, and why
//   approve  another person, of access.reidentify.approve, signs that same text
//   open     who asked signs again and gets the value, once, within the hour
//
// Every step and every refusal is a record of the journal (journal/access_record.h), durable before
// it is answered: no value is given of which the journal does not say to whom. What cannot be
// recorded is refused.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/steady_wall.h"
#include "crypto/key_ring.h"
#include "gateway/access/requests.h"
#include "gateway/access/rules.h"
#include "gateway/access/statement.h"
#include "gateway/token_desk.h"
#include "journal/access_record.h"
#include "journal/journal.h"

namespace octroi::gateway::access {

// Safe from any thread; one thing at a time. The parts outlive it.
class AccessDesk {
 public:
  struct Parts {
    journal::Journal* journal = nullptr;
    const crypto::KeyRing* keys = nullptr;
    const base::Clock* clock = nullptr;
    std::function<base::Result<Rules>()> rules;  // of the config in force
    TokenDesk* tokens = nullptr;                 // the table behind P4 tokens; null: there is none
  };
  explicit AccessDesk(Parts parts) : parts_(std::move(parts)), steady_(*parts_.clock) {}

  // One signed statement, as {"note": "..."}; `uid` is the peer's. JSON (docs/FORMATS.md); a
  // refusal is {"error":"access.*"}.
  std::string Take(std::string_view order, std::uint32_t uid);
  // What waits: {"requests":[..]}, without any value.
  std::string Waiting();
  // Before the register of one person is read by the command line: {"subject":["<32 hex>"..],
  // "reason":"..."}. {"recorded":true} once it is durable.
  std::string ReadRegister(std::string_view order, std::uint32_t uid);
  // Makes the P4 tokens of one person nobody's, in every domain, for good; the same order, and a
  // reason is needed. {"forgotten": n}, recorded before anything goes.
  std::string ForgetTokens(std::string_view order, std::uint32_t uid);

 private:
  struct Said {  // one statement whose signature holds
    Statement statement;
    std::string text;
    const Person* person = nullptr;
    const Rules* rules = nullptr;
  };
  // "": it is theirs, and fresh. Else the code of why not; `role` is whose it claims to be.
  std::string Check(std::string_view order, const Rules& rules, Said& said) const;
  std::string Ask(const Said& said, journal::AccessRecord record);
  std::string Decide(const Said& said, journal::AccessRecord record);  // approve, refuse
  std::string Open(const Said& said, journal::AccessRecord record);
  // The request that a statement is about, if it may still be; null: `code` says why not.
  Request* RequestOf(const Said& said, journal::AccessRecord& record, std::string& code);
  base::Result<policies::OpenedToken> Opened(const policies::TokenParts& token,
                                             const Rules& rules) const;
  // One order about one person, recorded as `access`. "": it is; else the answer.
  std::string RecordPerson(std::string_view order, std::uint32_t uid, journal::Access access,
                           journal::AccessRecord& record);
  // False: it is not on the journal, and nothing came of it.
  bool Record(journal::AccessRecord& record, std::string_view reason);
  std::string Refuse(journal::AccessRecord& record, std::string code, std::string_view reason);

  Parts parts_;
  const base::SteadyWall steady_;
  std::mutex mutex_;
  Requests requests_;
};

}  // namespace octroi::gateway::access
