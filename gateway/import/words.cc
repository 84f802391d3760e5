#include "gateway/import/words.h"

#include <algorithm>

#include "gateway/messages.h"

namespace octroi::gateway::import {
namespace {

struct Word {
  std::string_view code, fr, en;
};

constexpr Word kWords[] = {
    {"file.empty", "Le fichier est vide.", "The file is empty."},
    {"file.encoding", "Des octets ne sont pas du texte dans l'encodage du fichier.",
     "Bytes that are no text in the file's encoding."},
    {"file.gzip_damaged", "Le fichier gzip est endommagé ou incomplet.",
     "The gzip file is damaged or incomplete."},
    {"file.gzip_too_large", "Le fichier gzip se déploie au-delà de la limite.",
     "The gzip file unpacks beyond the limit."},
    {"file.archive", "C'est une archive ou un classeur (zip, xlsx, xls) : exportez en CSV.",
     "This is an archive or a workbook (zip, xlsx, xls): export it as CSV."},
    {"file.changed", "Le fichier a changé pendant la lecture ; la fin n'est pas sûre.",
     "The file changed while it was read; its end is not certain."},
    {"csv.after_quote", "Du texte suit un guillemet fermant.", "Text follows a closing quote."},
    {"csv.quote_open", "Un guillemet n'est jamais fermé : la suite ne se découpe plus en lignes.",
     "A quote is never closed: what follows cannot be told apart into rows."},
    {"csv.too_long", "La ligne dépasse 1 Mio.", "The row is longer than 1 MiB."},
    {"csv.cell_too_long", "Une cellule dépasse 64 Kio.", "A cell is longer than 64 KiB."},
    {"csv.too_many_cells", "La ligne a plus de 500 cellules.", "The row has more than 500 cells."},
    {"csv.cells", "La ligne n'a pas autant de cellules que l'en-tête.",
     "The row has not as many cells as the header."},
    {"csv.unnamed_cell", "Une cellule est remplie dans une colonne sans nom.",
     "A cell is filled in a column without a name."},
    {"csv.header_number",
     "La première ligne ressemble à des données : nommez les colonnes avec --columns a,b,c.",
     "The first row looks like data: name the columns with --columns a,b,c."},
    {"csv.header_twice", "Deux colonnes désignent le même champ.",
     "Two columns stand for the same field."},
    {"json.too_long",
     "L'événement dépasse ce que la source prend en une requête (« limits.body », 1 Mio au plus).",
     "The event is longer than what the source takes in one request (`limits.body`, at most 1 "
     "MiB)."},
    {"json.control", "Un saut de ligne se trouve dans une chaîne.",
     "A line break stands inside a string."},
    {"json.array", "Le tableau JSON est mal formé ici : la suite ne peut pas être lue.",
     "The JSON array is malformed here: what follows cannot be read."},
    {"import.source_unknown", "Cette source n'est pas dans la configuration.",
     "This source is not in the config."},
    {"import.source_dialect",
     "Cette source parle l'API de Segment ou est une plateforme de consentement : un fichier "
     "demande une source `receive: { type: http }`.",
     "This source speaks Segment's API or is a consent platform: a file needs a source with "
     "`receive: { type: http }`."},
    {"import.event_missing",
     "Aucune colonne ne nomme l'événement et la source en accepte plusieurs : --event NOM.",
     "No column names the event and the source accepts several: --event NAME."},
    {"import.secret_hashed",
     "La configuration ne garde que l'empreinte de la clé de la source : --key FICHIER "
     "(octroi-secret-raw …).",
     "The config keeps only a digest of the source's key: --key FILE (octroi-secret-raw …)."},
    {"import.url_needed",
     "La passerelle parle TLS : --url https://nom:port, le nom étant celui de son certificat.",
     "The gateway speaks TLS: --url https://name:port, with the name of its certificate."},
    {"import.running", "Ce fichier est déjà en cours d'import.",
     "This file is being imported already."},
    {"import.other_reading",
     "Cet import avait commencé avec d'autres options : reprenez les mêmes.",
     "This import was begun with other options: use the same ones."},
    {"import.state_damaged", "L'état de cet import est endommagé.",
     "The state of this import is damaged."},
    {"import.no_gateway",
     "La passerelle ne répond pas. Rien n'est perdu : relancez la même commande.",
     "The gateway does not answer. Nothing is lost: run the same command again."},
    {"import.refused", "La passerelle refuse la requête.", "The gateway refuses the request."},
    {"import.journal_gone",
     "Un lot est peut-être passé, et le journal d'alors a été effacé par la rétention : personne "
     "ne "
     "peut plus le dire.",
     "A batch may have been taken, and the journal of that time was removed by retention: nobody "
     "can tell any more."},
    {"import.other_journal",
     "Cet import avait commencé dans un autre journal : ce qui y est passé n'est pas ici.",
     "This import was begun in another journal: what that one took is not here."},
};

}  // namespace

std::string_view ImportSentence(std::string_view code, Language language) {
  const auto* found = std::ranges::find(kWords, code, &Word::code);
  if (found == std::end(kWords)) return Sentence(code, language);
  return language == Language::kFrench ? found->fr : found->en;
}

}  // namespace octroi::gateway::import
