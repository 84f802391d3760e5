// Contract: the rules of one event type, compiled once; Judge applies them to one event.
//
// Failure is per record, never per batch. A consent denial is never a quality failure and is not
// known here.
//
// Words. A field is *present* if it is there, not null and not the empty string: that is what
// `required`, any_present, all_present and when.present ask. A check on one field is about a value
// that is there: where the field is absent or null it passes, because only `required` and the
// *_present checks demand presence; an empty string is a value and is judged ("" is no e-mail and
// is shorter than min_length 1).
//
//   format            HasFormat of its text; a JSON number is an integer or decimal as it stands
//   matches, like ..  RE2 (or SQL's LIKE) matches the whole text; not_..: it does not
//   min max above ..  it is a number, or a string written as one ("12.50"), in the range
//   in, *_list        the text is exactly one of them (numbers by their text)
//   compare           same: equal text, or equal numbers. before, after ..: both are RFC 3339 times
//                     or dates. less, greater: both are numbers. Either field absent: not asked
//   max_age ..        against the time of receipt; unique_on: not seen `within`; see SeenWindow
//   event_age_below   received - event time < limit; no event time fails; a time to come passes
// docs/FORMATS.md, "Checks of a contract", has them all. all_of, any_of and not combine what is
// asked: nothing is of an absent value. Only expressions can be unknown (expression.h): the rule
// has failed then, also by its `when`, as quality.unknown. Strings, numbers and booleans have a
// text; an array or object fails every check on a value, and its contrary.
//
// A rule is not asked where its `when` does not hold; what is absent holds nothing there.
// unique_on where none of the fields is present, or the person is asked for and has no identifier,
// says nothing about sameness: it passes and is not remembered, or strangers would be merged.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/result.h"
#include "rules/judgement.h"
#include "rules/spec.h"

namespace octroi::rules {

struct CompiledContract;  // private to the module

// Immutable after Compile; Judge is safe from any thread with a scratch of its own.
class Contract {
 public:
  // kInvalid: a pattern that RE2 refuses or that needs too much memory, a check without a meaning
  // (min on nothing, max below min), a rule on a field that the contract does not list, and the
  // like. The detail names every fault with its rule and key; `faults`, if given, gets them one by
  // one.
  static base::Result<Contract> Compile(ContractSpec spec,
                                        std::vector<SpecFault>* faults = nullptr);

  Contract(Contract&&) noexcept;
  Contract& operator=(Contract&&) noexcept;
  ~Contract();

  // Scratch of one thread: keeps the memory of repaired values until its next Clear().
  class Scratch {
   public:
    Scratch();
    ~Scratch();
    void Clear();         // once per event, before Judge; invalidates earlier repairs
    std::string& Next();  // an empty string that stays put until Clear

   private:
    struct State;
    std::unique_ptr<State> state_;
  };

  // In this order: extra fields are dropped or noted; the repairs of every rule whose `when` holds
  // are applied in file order (each sees what the earlier ones made; a repair that would not give a
  // valid value leaves the value alone); every rule whose `when` holds is evaluated, a failed one
  // never hiding another; fields are dropped whose rule failed and says so.
  //
  // Precedence of outcomes: reject, merge, quarantine, accept; within one, the first in file order
  // gives the reason: a missing required field (quality.required), then an extra field
  // (quality.extra_field), then the rules. In observe mode the outcome is accepted and no rule
  // drops a field; the findings are the same.
  //
  // Allocates nothing once `scratch` has grown, but for the repair phone-to-e164 of a number that
  // is not E.164 yet, foreign phones in a text that is looked through (libphonenumber does), and
  // the patterns of a field that has four or more (RE2::Set does).
  Judgement Judge(base::Event& event, const Surroundings& around, Scratch& scratch) const;

  const ContractSpec& spec() const;

 private:
  explicit Contract(std::unique_ptr<CompiledContract> compiled);
  std::unique_ptr<CompiledContract> compiled_;
};

// Is `value`, valid UTF-8, written in this format? formats.h says what each one takes. kNone: true.
bool HasFormat(Format format, std::string_view value);

}  // namespace octroi::rules
