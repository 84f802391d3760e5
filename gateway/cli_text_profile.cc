#include "gateway/cli_text_profile.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "gateway/cli_layout.h"
#include "gateway/import/words.h"

namespace octroi::gateway {
namespace {

using Json = nlohmann::ordered_json;

struct Word {
  std::string_view id, fr, en;
};
constexpr auto kWords = std::to_array<Word>({
    {"nothing", "vide", "nothing"},
    {"integer", "entier", "integer"},
    {"decimal", "décimal", "decimal"},
    {"measure", "mesure", "measure"},
    {"date", "date", "date"},
    {"datetime", "date et heure", "date and time"},
    {"boolean", "oui ou non", "yes or no"},
    {"code", "code", "code"},
    {"text", "texte", "text"},
    {"placeholder", "ne dit rien (« N/A » et semblables)", "says nothing (\"N/A\" and the like)"},
    {"unit", "unité, ou unité écrite autrement", "a unit, or one written in another way"},
    {"form", "écrit autrement que presque tous les autres", "written unlike nearly all others"},
    {"near_frequent", "rare, et à une faute près d'une valeur fréquente",
     "rare, and a slip away from a frequent value"},
    {"dependency", "le reste de la ligne dit une autre valeur",
     "the rest of the row says another value"},
    {"missing", "vide, alors que le reste de la ligne dit la valeur",
     "empty, though the rest of the row says the value"},
    {"displaced", "valeur dans une autre colonne que la sienne", "a value in another's column"},
    {"outlier", "nombre très loin de tous les autres", "a number far beyond all others"},
    {"repeated", "deux fois dans une colonne qui ne se répète pas",
     "twice in a column that never repeats"},
    {"present", "est rempli", "is filled in"},
    {"format", "a le format", "has the format"},
    {"pattern", "s'écrit", "is written"},
    {"one-of", "est une des valeurs connues", "is one of the known values"},
    {"range", "est dans l'intervalle habituel", "is in the usual range"},
    {"unique", "ne revient pas", "does not come twice"},
    {"pairs", "va avec", "goes with"},
});

class Writer {
 public:
  explicit Writer(Language language) : fr_(language == Language::kFrench) {}

  std::string Say(const char* fr, const char* en) const { return fr_ ? fr : en; }
  std::string Word(const Json& id) const {
    const auto found = std::ranges::find(kWords, id.get<std::string>(), &gateway::Word::id);
    return found == kWords.end() ? id.get<std::string>() : std::string(fr_ ? found->fr : found->en);
  }
  std::string Percent(double share, int digits) const {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.*f", digits, 100 * share);
    std::string out(text.data());
    if (fr_) std::ranges::replace(out, '.', ',');
    return out + (fr_ ? " %" : "%");
  }
  // Nothing that a terminal would obey.
  static std::string Plain(std::string text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
      // U+0080 to U+009F: some terminals take U+009B for ESC [.
      const bool upper = byte(at) == 0xc2 && at + 1 < text.size() && byte(at + 1) < 0xa0;
      if (upper) text.erase(at, 1);
      if (upper || byte(at) < 0x20 || byte(at) == 0x7f) text[at] = ' ';
    }
    return text;
  }
  static std::string Count(const Json& count) { return std::to_string(count.get<std::uint64_t>()); }

  std::string Head(const Json& json) const {
    std::string text = Count(json["rows"]) + Say(" lignes, ", " rows, ") +
                       std::to_string(json["columns"].size()) + Say(" colonnes", " columns");
    if (json["looked_at"] != json["rows"])
      text += Say(" ; un échantillon de ", "; a sample of ") + Count(json["looked_at"]) +
              Say(" lignes est regardé", " rows is looked at");
    const auto more = [&](const char* key, const char* fr, const char* en) {
      if (json[key] != 0) text += Say(" ; ", "; ") + Count(json[key]) + Say(fr, en);
    };
    more("unreadable", " lignes illisibles", " unreadable rows");
    more("columns_left_out", " colonnes laissées de côté", " columns left out");
    more("cells_cut", " cellules lues en partie", " cells read in part");
    more("names_hidden", " noms de colonnes semblent des valeurs et sont tus (--show-values)",
         " names of columns look like values and are not said (--show-values)");
    if (json["limited"] == true)
      text += Say(" ; trop de colonnes, de chemins ou de valeurs pour tout regarder",
                  "; too many columns, paths or values to look at all");
    return text + "\n";
  }

  std::string Column(const Json& column, double rows) const {
    const double empty = column["empty"].get<double>() + column["placeholders"].get<double>();
    std::string text = Left(Plain(column["name"]), 24) + " " + Left(Word(column["kind"]), 14) +
                       Right(Percent(rows == 0 ? 0 : empty / rows, 1), 8) +
                       Right(Count(column["distinct"]), 9) + "  ";
    if (column["key"] == true) text += Say("clé ", "key ");
    if (column.contains("format")) text += Plain(column["format"]["name"]) + " ";
    const Json& shapes = column["shapes"];
    for (std::size_t i = 0; i < shapes.size() && i < 2; ++i)
      text += Plain(shapes[i]["shape"]) + (i == 0 && shapes.size() > 1 ? " │ " : "");
    return text + "\n";
  }

  std::string Determined(const Json& columns) const {
    std::string text;
    for (const Json& column : columns) {
      if (column["determined_by"].empty()) continue;
      text += "  " + Plain(column["name"]) + " ← ";
      bool first = true;
      for (const Json& by : column["determined_by"]) {
        text += (first ? "" : ", ") + Plain(by["column"]) + " (" +
                Percent(by["agreeing"].get<double>() / by["rows"].get<double>(), 1) + ")";
        first = false;
      }
      text += "\n";
    }
    return text.empty() ? "" : Say("\nDépendances\n", "\nDependencies\n") + text;
  }

  std::string Suspects(const Json& suspects, std::size_t limit) const {
    std::string text =
        Say("\nCellules suspectes : ", "\nSuspect cells: ") + Count(suspects["cells"]) + "\n";
    for (const auto& [signal, cells] : suspects["by_signal"].items())
      text += Right(Count(cells), 8) + "  " + Word(signal) + "\n";
    std::size_t listed = 0;
    for (const Json& cell : suspects["first"]) {
      if (listed++ == limit) break;
      text += Say("  ligne ", "  line ") + Count(cell["line"]) + "  " + Plain(cell["column"]);
      if (cell.contains("value")) text += " = " + Plain(cell["value"]);
      if (cell.contains("expected")) text += " → " + Plain(cell["expected"]);
      for (const Json& signal : cell["signals"]) text += "  " + Word(signal);
      if (cell.contains("by")) text += " (" + Plain(cell["by"]) + ")";
      text += "\n";
    }
    return text;
  }

  std::string Proposals(const Json& proposals) const {
    if (proposals.empty()) return "";
    std::string text = Say("\nRègles proposées (--contract ID : en patch)\n",
                           "\nProposed rules (--contract ID: as a patch)\n");
    for (const Json& one : proposals) {
      text += "  " + Plain(one["column"]) + " " + Word(one["asks"]);
      for (const char* key : {"format", "pattern", "with"})
        if (one.contains(key)) text += " " + Plain(one[key]);
      const Json& wrongly = one["wrongly"];
      text += Say(" : refuse ", ": refuses ") + Count(one["refuses"]) +
              Say(" lignes, à tort ", " rows, wrongly ") +
              Percent(wrongly["low"].get<double>(), 2) + Say(" à ", " to ") +
              Percent(wrongly["high"].get<double>(), 2) + "\n";
    }
    return text;
  }

 private:
  bool fr_;
};

}  // namespace

std::string ProfileText(const Json& json, std::size_t limit, Language language) {
  const Writer writer(language);
  std::string text = writer.Head(json);
  if (json.contains("stopped"))
    text +=
        std::string(import::ImportSentence(json["stopped"].get<std::string>(), language)) + "\n";
  text += "\n" + Left(writer.Say("colonne", "column"), 24) + " " +
          Left(writer.Say("type", "type"), 14) + Right(writer.Say("vides", "empty"), 8) +
          Right(writer.Say("distinct", "distinct"), 9) + "  " + writer.Say("formes", "shapes") +
          "\n";
  const auto rows = json["looked_at"].get<double>();
  for (const Json& column : json["columns"]) text += writer.Column(column, rows);
  return text + writer.Determined(json["columns"]) + writer.Suspects(json["suspects"], limit) +
         writer.Proposals(json["proposals"]);
}

}  // namespace octroi::gateway
