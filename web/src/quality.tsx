// The scorecard: source × campaign, and the one fix worth most. GET /api/v1/scorecard.
import { Fragment } from "preact";
import { count, dateTime, day, decimal, score, share, signed, type Count, type Points } from "./format";
import { both, lang, say } from "./i18n";
import { Bar, Fault, Place, Screen, Scroll, useData } from "./parts";
import { follow, route } from "./route";

interface Delta { points: number; significant: boolean; parts: { data: number; rules: number; mix: number } }
interface Figure {
  name: string; received: Count; usable?: Count; usable_share?: Points | null; ci95?: [number, number] | null; score?: Points | null; grade?: string;
  coverage?: { dimensions: number; critical_fields: number; critical_covered: number };
  rejected?: Count; quarantined?: Count; merged?: Count; repaired?: Count; delta?: Delta | null; too_few?: boolean;
  problem?: Found | null; campaigns?: Figure[];
}
interface Found {
  kind: string; contract: string; rule?: string; reason?: string; say?: { fr: string; en: string }; fields?: string[];
  failed: Count; failed_share: Points; gain: Count; gain_points: Points; gain_at_most: boolean; people?: number | null;
  since: string; fell: boolean; worst_source: { source: string }; file?: string; line?: number;
  state: string; before: Part; during: Part; eased: string | null; after: Part;
  answers: { team: string; contact: string } | null; muted?: { why: string; until: string };
}
type Part = { failed_share?: Points | null } | null;
interface Objective {
  contract: string; target: number; window_days: number; too_few?: boolean; usable_share?: Points; met?: boolean; budget_used?: number | null; runs_out?: string | null;
}
interface Card {
  score: { total: Figure; objectives: Objective[]; not_measured: Count; left_out: { contract: string; rule: string; why: string; until: string }[] };
  problems: { problems: Found[]; best: number | null };
  sources: Figure[];
  sentences: Record<string, { fr: string; en: string }>;
}

function what(found: Found, card: Card): string {
  if (found.kind === "refused") return both(card.sentences[found.reason ?? ""], found.reason);
  if (found.kind === "required") return say().required((found.fields ?? []).join(", "));
  return both(found.say, found.rule);
}

// "5,0 % → 40,0 % → 5,0 %": before, since, and since it is better.
function Way({ of }: { of: Found }) {
  if (!of.fell && !of.eased) return null;
  const parts = of.eased ? [of.before, of.during, of.after] : [of.before, of.during];
  return <>{say().failing}{say().colon}{parts.map((part) => (part ? share(part.failed_share, lang.value) : "?")).join(" → ")}</>;
}

// Who is to act, and what became of it.
function Course({ of }: { of: Found }) {
  const t = say(), l = lang.value;
  const tone = { open: "bad", eased: "warn", mended: "good" }[of.state] ?? "calm";
  const shape = { open: "✗", eased: "▲", mended: "✓" }[of.state] ?? "■";
  return (
    <>
      <span class={`tag ${tone}`}><span aria-hidden="true">{shape}</span> {t.stages[of.state] ?? of.state}</span>
      <span class="note wrap"><br />{of.muted ? <>{t.until(day(of.muted.until, l))}{t.colon}{of.muted.why}</>
        : <>{(of.fell ? t.since : t.seenFrom)(dateTime(of.since, l))}{of.eased && <>, {t.easedOn(dateTime(of.eased, l))}</>}</>}</span>
      <span class="note"><br /><Way of={of} /></span>
    </>
  );
}

function Headline({ total }: { total: Figure }) {
  const t = say(), l = lang.value;
  if (total.too_few || total.usable_share === undefined || total.usable_share === null) {
    return <section class="card headline"><p class="big">{t.tooFew}</p><p>{t.outOf("…", count(total.received, l))}. {t.tooFewLong}</p></section>;
  }
  const coverage = total.coverage;
  return (
    <section class="card headline" aria-label={t.usable}>
      <p class="big"><b>{share(total.usable_share, l)}</b> {t.usableOf}</p>
      <p class="note">{t.outOf(count(total.usable, l), count(total.received, l))}
        {total.ci95 && ` · ${t.between(share(total.ci95[0], l), share(total.ci95[1], l))}`}</p>
      {total.delta && <p>{t.delta}{t.colon}<b>{signed(total.delta.points, l)}</b> ({t.deltaParts(signed(total.delta.parts.data, l), signed(total.delta.parts.rules, l), signed(total.delta.parts.mix, l))})
        {!total.delta.significant && ` — ${t.chance}`}</p>}
      <dl class="figures">
        <div><dt>{t.level}</dt><dd class="grade">{total.grade}</dd></div>
        <div><dt>{t.score}</dt><dd title={t.scoreHelp}>{total.score === null || total.score === undefined ? t.notMeasured : score(total.score, l)}</dd></div>
        {coverage && <div><dt>{t.coverage}</dt><dd class="words">{t.dimensions(coverage.dimensions)}<br />{t.critical(coverage.critical_covered, coverage.critical_fields)}</dd></div>}
      </dl>
      <details>
        <summary>{t.how}</summary>
        <p>{t.howText(count(total.usable, l), count(total.received, l), share(total.usable_share, l))}</p>
        <p>{t.parts(count(total.rejected, l), count(total.quarantined, l), count(total.merged, l), count(total.repaired, l))}</p>
      </details>
    </section>
  );
}

function First({ card }: { card: Card }) {
  const t = say(), l = lang.value;
  const best = card.problems.best === null ? undefined : card.problems.problems?.[card.problems.best];
  if (!best) return <section class="card first good"><h2>{t.fixFirst}</h2><p>✓ {t.noFix}</p></section>;
  const gain = best.gain_at_most ? t.fixGainMost : t.fixGain;
  return (
    <section class="card first">
      <h2><span aria-hidden="true">★</span> {t.fixFirst}</h2>
      <p class="rule"><span class="note">{t.broken}</span><br />{what(best, card)}</p>
      <p><b>{gain(count(best.gain, l), signed(best.gain_points, l))}</b></p>
      <ul class="facts">
        <li>{t.recordsFailed(best.failed)}</li>
        {best.people !== undefined && <li>{t.people(best.people)}</li>}
        <li>{(best.fell ? t.since : t.seenFrom)(dateTime(best.since, l))}</li>
        {(best.fell || best.eased) && <li><Way of={best} /></li>}
        <li>{t.mostly(best.worst_source.source)}</li>
        <li>{best.answers ? <>{t.answers}{t.colon}{best.answers.team} ({best.answers.contact})</> : t.nobodyAnswers}</li>
        {best.file && <li><Place file={best.file} line={best.line ?? 0} /></li>}
      </ul>
    </section>
  );
}

function campaignName(name: string): string {
  if (name === "-") return say().noCampaign;
  if (name === "*") return say().otherCampaigns;
  return name.startsWith("#") ? say().hiddenCampaign(name) : name;
}

function Row({ figure, card, campaign }: { figure: Figure; card: Card; campaign?: boolean }) {
  const t = say(), l = lang.value;
  const name = campaign ? campaignName(figure.name) : figure.name || "—";
  const delta = figure.delta?.significant ? figure.delta.points : null;
  return (
    <tr class={campaign ? "campaign" : "source"}>
      <th scope="row">{name}</th>
      <td class="n">{count(figure.received, l)}</td>
      {figure.too_few || figure.usable_share === undefined || figure.usable_share === null
        ? <td colSpan={3} class="note">{t.tooFew}</td>
        : <>
            <td><Bar points={figure.usable_share} />{delta !== null && <span class="delta"><span aria-hidden="true">{delta > 0 ? "▲" : "▼"}</span> {signed(delta, l)}</span>}</td>
            <td class="n">{figure.score === null || figure.score === undefined ? "—" : score(figure.score, l)}</td>
            <td>{figure.grade}</td>
          </>}
      <td>{figure.problem ? <>{what(figure.problem, card)} <span class="note">({count(figure.problem.failed, l)})</span></> : figure.too_few ? "—" : t.none}</td>
    </tr>
  );
}

function Sources({ card }: { card: Card }) {
  const t = say();
  return (
    <section class="card">
      <h2>{t.bySource}</h2>
      <Scroll label={t.bySource}>
        <table>
          <thead><tr><th scope="col">{t.sourceCampaign}</th><th scope="col" class="n">{t.received}</th><th scope="col">{t.usable}</th><th scope="col" class="n">{t.score}</th><th scope="col">{t.level}</th><th scope="col">{t.firstProblem}</th></tr></thead>
          <tbody>
            {card.sources.map((source) => (
              <Fragment key={source.name}>
                <Row figure={source} card={card} />
                {source.campaigns?.map((one) => <Row key={one.name} figure={one} card={card} campaign />)}
              </Fragment>
            ))}
          </tbody>
        </table>
      </Scroll>
      {card.score.not_measured !== 0 && <p class="note">{t.unmeasured(count(card.score.not_measured, lang.value))}</p>}
    </section>
  );
}

function Problems({ card }: { card: Card }) {
  const t = say(), l = lang.value;
  if (!card.problems.problems?.length) return null;
  return (
    <section class="card">
      <h2>{t.allProblems}</h2>
      <Scroll label={t.allProblems}>
        <table>
          <thead><tr><th scope="col">{t.brokenOrRefused}</th><th scope="col">{t.stage}</th><th scope="col" class="n">{t.failedRecords}</th><th scope="col" class="n">{t.gain}</th><th scope="col">{t.answers}</th><th scope="col">{t.where}</th></tr></thead>
          <tbody>
            {card.problems.problems.map((one) => (
              <tr key={`${one.contract}/${one.rule ?? one.reason}`}>
                <th scope="row">{what(one, card)}</th><td><Course of={one} /></td><td class="n">{count(one.failed, l)}</td><td class="n">+{count(one.gain, l)}</td>
                <td>{one.answers ? <>{one.answers.team}<span class="note"><br />{one.answers.contact}</span></> : "—"}</td>
                <td>{one.kind === "rule" ? <Place file={one.file ?? ""} line={one.line ?? 0} /> : t.kinds[one.kind]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Objectives({ card }: { card: Card }) {
  const t = say(), l = lang.value;
  const left = card.score.left_out;
  if (!card.score.objectives.length && !left.length) return null;
  return (
    <section class="card">
      {card.score.objectives.map((one) => (
        <div key={one.contract}>
          <h2>{t.objective(one.contract)}</h2>
          <p>{t.objectiveText(share(one.target, l), decimal(one.window_days, l, 0))}{t.colon}{one.too_few ? t.tooFew
            : <><b>{share(one.usable_share, l)}</b> — <span class={`tag ${one.met ? "good" : "bad"}`}><span aria-hidden="true">{one.met ? "✓" : "✗"}</span> {one.met ? t.met : t.missed}</span>.{one.budget_used !== null && <> {(one.budget_used ?? 0) >= 100 ? t.overspent(share(one.budget_used, l)) : <>{t.budget(share(one.budget_used, l))}{one.runs_out && `, ${t.runsOut(day(one.runs_out, l))}`}</>}.</>}</>}</p>
        </div>
      ))}
      {left.length > 0 && <><h2>{t.leftOut}</h2><ul>{left.map((one) => <li key={one.rule}><code>{one.contract}/{one.rule}</code>, {t.until(day(one.until, l))}{t.colon}{one.why}</li>)}</ul></>}
    </section>
  );
}

export function Quality() {
  const t = say();
  const range = route.value.query.get("range") ?? "7d";
  const { data, problem, again } = useData<Card>(`scorecard?range=${encodeURIComponent(range)}`);
  return (
    <Screen title={t.quality} lead={t.qualityLead}>
      <nav class="ranges" aria-label={t.range}>
        {Object.entries(t.ranges).map(([key, text]) => <a key={key} href={`/quality?range=${key}`} onClick={follow} aria-current={key === range ? "true" : undefined}>{text}</a>)}
      </nav>
      {problem ? <Fault problem={problem} again={again} /> : null}
      {!data && !problem && <p class="loading">{t.loading}</p>}
      {data && (data.score.total.received === 0
        ? <section class="card"><p class="big">{t.noData}</p><p>{t.noDataHint}</p></section>
        : <><div class="pair"><Headline total={data.score.total} /><First card={data} /></div><Sources card={data} /><Problems card={data} /><Objectives card={data} /></>)}
    </Screen>
  );
}
