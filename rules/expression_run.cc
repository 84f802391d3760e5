#include <algorithm>
#include <array>
#include <cmath>

#include "rules/expression_values.h"
#include "rules/latin.h"

namespace octroi::rules {
namespace {

class Machine {
 public:
  Machine(const ExpressionProgram& program, const base::Event& event, base::Millis received)
      : program_(program), event_(event), received_(received) {}

  Truth Run() {
    const std::size_t size = program_.steps.size();
    for (std::size_t at = 0; at < size;) at = Do(program_.steps[at], at);
    const Cell& result = stack_[0];
    return !result.known ? Truth::kUnknown : result.whole != 0 ? Truth::kTrue : Truth::kFalse;
  }

 private:
  void Push(Cell cell) { stack_[size_++] = cell; }
  Cell Pop() { return stack_[--size_]; }
  Cell& Top() { return stack_[size_ - 1]; }

  // The step to go on with.
  std::size_t Do(const Step& step, std::size_t at) {
    if (step.op <= Op::kHas) {
      Push(Given(step));
    } else if (step.op <= Op::kNegateDouble) {
      Top() = Signed(step.op, Top());
    } else if (step.op <= Op::kOr) {
      Join(step.op == Op::kOr);
    } else if (step.op <= Op::kJump) {
      return Jump(step, at);
    } else if (step.op <= Op::kCompareString) {
      Combine(step);
    } else {
      Top() = Called(step);
    }
    return at + 1;
  }

  Cell Given(const Step& step) const {
    switch (step.op) {
      case Op::kInt:
        return Whole(program_.ints[step.place]);
      case Op::kDouble:
        return Number(program_.doubles[step.place]);
      case Op::kString:
        return {true, 0, 0, program_.strings[step.place]};
      case Op::kField:
        return FieldOf(event_[step.place], step.type);
      case Op::kReceived:
        return Whole(received_);
      default:
        return Whole(event_.present(step.place) ? 1 : 0);
    }
  }

  static Cell Signed(Op op, const Cell& cell) {
    if (!cell.known) return cell;
    if (op == Op::kNot) return Whole(cell.whole == 0 ? 1 : 0);
    if (op == Op::kNegateDouble) return Number(-cell.number);
    return cell.whole == INT64_MIN ? Unknown() : Whole(-cell.whole);
  }

  // What decides the whole decides it, whatever the other one is.
  void Join(bool either) {
    const Cell right = Pop();
    Cell& left = Top();
    const auto decides = [&](const Cell& cell) {
      return cell.known && (cell.whole != 0) == either;
    };
    if (decides(left)) return;
    if (decides(right) || left.known) left = right;
  }

  std::size_t Jump(const Step& step, std::size_t at) {
    switch (step.op) {
      case Op::kIfFalse:
        return Top().known && Top().whole == 0 ? step.to : at + 1;
      case Op::kIfTrue:
        return Top().known && Top().whole != 0 ? step.to : at + 1;
      case Op::kJump:
        return step.to;
      default:
        break;
    }
    if (!Top().known) return step.end;  // and is the result
    return Pop().whole != 0 ? at + 1 : step.to;
  }

  void Combine(const Step& step) {
    const Cell right = Pop();
    Cell& left = Top();
    if (!left.known || !right.known) {
      left = Unknown();
    } else if (step.op >= Op::kCompareInt) {
      left = Whole(rules::Holds(step.relation, Ordered(step.op, left, right)) ? 1 : 0);
    } else if (step.op >= Op::kAddDouble && step.op <= Op::kDivideDouble) {
      left = OfDoubles(step.op, left.number, right.number);
    } else {
      left = OfInts(step.op, left.whole, right.whole);
    }
  }

  static std::partial_ordering Reversed(std::partial_ordering order) {
    if (std::is_lt(order)) return std::partial_ordering::greater;
    return std::is_gt(order) ? std::partial_ordering::less : order;
  }

  static std::partial_ordering Ordered(Op op, const Cell& left, const Cell& right) {
    switch (op) {
      case Op::kCompareDouble:
        return left.number <=> right.number;
      case Op::kCompareIntDouble:
        return Order(left.whole, right.number);
      case Op::kCompareDoubleInt:
        return Reversed(Order(right.whole, left.number));
      case Op::kCompareString:
        return left.text <=> right.text;
      default:
        return left.whole <=> right.whole;
    }
  }

  // Of one value, or of two texts.
  Cell Called(const Step& step) {
    const bool two = step.op >= Op::kStartsWith && step.op <= Op::kContains;
    const Cell right = two ? Pop() : Cell{true, 0, 0, {}};
    const Cell& cell = Top();
    if (!cell.known || !right.known) return Unknown();
    switch (step.op) {
      case Op::kInInts:
        return Whole(std::ranges::binary_search(program_.int_lists[step.place], cell.whole));
      case Op::kInDoubles:  // what is no number is in no list, and a search would not say so
        return Whole(!std::isnan(cell.number) &&
                     std::ranges::binary_search(program_.double_lists[step.place], cell.number));
      case Op::kInStrings:
        return Whole(std::ranges::binary_search(program_.string_lists[step.place], cell.text));
      case Op::kSize:
        return Whole(static_cast<std::int64_t>(CodePoints(cell.text)));
      case Op::kMatches:
        return Whole(RE2::PartialMatch({cell.text.data(), cell.text.size()},
                                       *program_.patterns[step.place]));
      case Op::kStartsWith:
        return Whole(cell.text.starts_with(right.text));
      case Op::kEndsWith:
        return Whole(cell.text.ends_with(right.text));
      case Op::kContains:
        return Whole(cell.text.find(right.text) != std::string_view::npos);
      default:
        return step.op >= Op::kYear ? OfTime(step.op, cell.whole) : Converted(step.op, cell);
    }
  }

  const ExpressionProgram& program_;
  const base::Event& event_;
  base::Millis received_;
  std::array<Cell, kExpressionStackMax> stack_;
  std::size_t size_ = 0;
};

}  // namespace

Truth Expression::Holds(const base::Event& event, base::Millis received) const {
  return Machine(*program_, event, received).Run();
}

}  // namespace octroi::rules
