// The keywords of one schema at one place. Private to the import.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/contract/schema_reader.h"

namespace octroi::gateway::contract {

struct SchemaReader::Here {
  Here(SchemaReader& of, const Node& schema_, const Place& place_, const std::string& pointer_,
       bool sure_)
      : reader(of), schema(schema_), place(place_), pointer(pointer_), sure(sure_) {}

  Asks Read();

 private:
  void ReadTypes();  // type, const and enum: which types there can be
  void ReadConstants(const Node& list, const std::string& at);
  void ReadTexts();    // minLength, maxLength, pattern
  void ReadNumbers();  // minimum .. multipleOf
  void ReadFormat();
  void Emit();  // what stands in `texts` and `numbers`
  void Guarded(std::uint8_t of, const Condition::Keys& keys);
  void ReadMembers();  // properties, required, dependent..: members.cc
  void ReadDependencies();
  void ReadProperties(const Node& properties);
  void ReadRequired(const Node& list, const std::string& at, const std::string& unless);
  void ReadNot();  // not, if: what must be exact
  void ReadCombined();
  void ReadEither(const std::string& keyword, bool one);
  void ReadIf();
  void ReadBeyond();  // what has no equivalent
  void ReadRest();    // annotations, unknown keywords

  std::optional<Place> Below(const std::string& name, const Node& at, const std::string& where);
  Condition ThereIs(const Place& member);  // also where this place is no object
  std::string FieldHere(std::string_view format = {}) { return reader.FieldAt(place, format); }
  std::string At(std::string_view keyword) const { return PointerTo(pointer, keyword); }
  bool Lost(std::string_view keyword, const Node& at, int code, std::vector<config::Say> pieces);
  // Takes what the keyword asks, as long as there is room: see kConditionMax.
  void Add(Asks asks, std::string_view keyword, const Node& at);
  bool HasRoom(std::size_t more, std::string_view keyword, const Node& at);
  std::optional<double> NumberOf(std::string_view keyword);

  SchemaReader& reader;
  const Node& schema;
  const Place& place;
  const std::string& pointer;
  bool sure;
  std::uint8_t types = kAllTypes;  // that a value here can have; absent always among them
  Condition::Keys texts = Condition::Keys::object(), numbers = Condition::Keys::object();
  std::vector<Condition> parts;
  std::size_t size = 0;  // of the parts
  bool exact = true;
};

}  // namespace octroi::gateway::contract
