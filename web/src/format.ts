// Every number, share and time on a screen goes through here (ux.md G.3).
export type Lang = "fr" | "en";
// What a count may be: below the floor the gateway says "<10" instead of a number.
export type Count = number | string;
// And a share or a change: "<2.5" where that would be of ten records and it is of fewer, ">97.5" of all but fewer.
export type Points = number | string;

const locale = (lang: Lang) => (lang === "fr" ? "fr-FR" : "en-GB");
const kept = new Map<string, Intl.NumberFormat>();

function numbers(lang: Lang, digits: number, percent = false): Intl.NumberFormat {
  const key = `${lang}${digits}${percent}`;
  let made = kept.get(key);
  if (!made) {
    made = new Intl.NumberFormat(locale(lang), {
      minimumFractionDigits: digits, maximumFractionDigits: digits, style: percent ? "percent" : "decimal",
    });
    kept.set(key, made);
  }
  return made;
}

export function count(value: Count | null | undefined, lang: Lang): string {
  if (value === null || value === undefined) return "—";
  if (typeof value === "string") return value.replace("<", "<\u00a0");
  return numbers(lang, 0).format(value);
}

const bound = (said: string, show: (value: number) => string) => `${said[0]}\u00a0${show(pointsOf(said))}`;
export const pointsOf = (said: Points) => (typeof said === "string" ? Number(said.slice(1)) : said);

export const decimal = (value: number, lang: Lang, digits = 1) => numbers(lang, digits).format(value);
export const score = (value: Points, lang: Lang): string =>
  (typeof value === "string" ? bound(value, (points) => decimal(points, lang)) : decimal(value, lang, 0));

// Of points in a hundred. What is not nothing is never shown as nothing, nor what is not all as all.
export function share(points: Points | null | undefined, lang: Lang): string {
  if (points === null || points === undefined) return "—";
  const format = numbers(lang, 1, true);
  if (typeof points === "string") return bound(points, (value) => format.format(value / 100));
  if (points > 0 && points < 0.1) return `<\u00a0${format.format(0.001)}`;
  if (points < 100 && points > 99.9) return `>\u00a0${format.format(0.999)}`;
  return format.format(points / 100);
}

export function signed(points: Points, lang: Lang): string {
  if (typeof points === "string") return bound(points, (value) => decimal(value, lang));
  const text = numbers(lang, 1).format(Math.abs(points));
  return (points < 0 ? "−" : "+") + text;
}

export function dateTime(iso: string | null | undefined, lang: Lang, zone?: string): string {
  if (!iso) return "—";
  return new Intl.DateTimeFormat(locale(lang), {
    day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone,
  }).format(new Date(iso)).replace(" à ", ", ");
}

export function clockTime(iso: string, lang: Lang, zone?: string): string {
  return new Intl.DateTimeFormat(locale(lang), {
    hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: zone,
  }).format(new Date(iso));
}

export function day(iso: string | null | undefined, lang: Lang, zone?: string): string {
  if (!iso) return "—";
  return new Intl.DateTimeFormat(locale(lang), { day: "numeric", month: "short", year: "numeric", timeZone: zone })
    .format(new Date(iso));
}

// "heure de Paris (UTC+1)"
export function zoneName(lang: Lang, now = new Date(), zone?: string): string {
  const format = new Intl.DateTimeFormat(locale(lang), { timeZoneName: "shortOffset", timeZone: zone });
  const offset = format.formatToParts(now).find((part) => part.type === "timeZoneName")?.value ?? "UTC";
  const place = format.resolvedOptions().timeZone.split("/").pop()?.replace(/_/g, " ") ?? "UTC";
  const utc = offset.replace("GMT", "UTC");
  if (place === "UTC") return "UTC";
  return lang === "fr" ? `heure de ${place} (${utc})` : `${place} time (${utc})`;
}

// A duration of which only a bound is known: "≤ 8,2 ms".
export function within(ms: number | null | undefined, lang: Lang, none = false): string {
  if (none) return "—";
  if (ms === null || ms === undefined) return ">\u00a067 s";
  return ms < 1000 ? `≤\u00a0${decimal(ms, lang)}\u00a0ms` : `≤\u00a0${decimal(ms / 1000, lang)}\u00a0s`;
}

// French: 0 and 1 are singular, and no other; English: 1.
export const plural = (value: Count, lang: Lang, one: string, many: string) =>
  (typeof value === "number" && new Intl.PluralRules(locale(lang)).select(value) === "one" ? one : many);
