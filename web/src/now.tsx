// What comes, leaves and waits. GET /api/v1/flow each two seconds, GET /api/v1/live each second.
import { useEffect, useRef, useState } from "preact/hooks";
import { frame, get } from "./api";
import { clockTime, count, dateTime, decimal, within, zoneName } from "./format";
import { both, lang, say } from "./i18n";
import { Fault, Outcome, Screen, Scroll, useData } from "./parts";
import { follow } from "./route";

type Both = { fr: string; en: string };
interface Times { count: number; p50_ms: number | null; p99_ms: number | null }
interface Flow {
  status: {
    sums_hold: boolean; held: boolean; pending: number; canaries: { light: string }; key: { due: boolean };
    sources: Record<string, Record<string, number>>; destinations: Record<string, Record<string, number> & { breaker?: string }>;
  };
  figures: {
    seconds: number; sources: Record<string, Record<string, number>>;
    destinations: Record<string, { sent_per_second: number; withheld_per_second: number; queue: number; breaker: string; sent_last_minute: Times }>;
    answered_last_minute: Times; withheld_last_minute: Record<string, number>;
  };
  sentences: Record<string, Both>;
}
interface Line { n: number; at: string; id: string; source: string; event: string; destination: string; outcome: string; reason: string }

const sum = (rows: Record<string, Record<string, unknown>>, key: string) =>
  Object.values(rows).reduce((all, row) => all + (typeof row[key] === "number" ? row[key] as number : 0), 0);

function Health({ flow }: { flow: Flow }) {
  const t = say().checks, { status } = flow;
  const cut = Object.entries(flow.figures.destinations).filter(([, one]) => one.breaker !== "closed").map(([id]) => id);
  const failed = sum(status.destinations, "failed");
  const light = status.canaries.light;
  const checks: [boolean, string][] = [
    [status.sums_hold, status.sums_hold ? t.sums : t.sumsNot],
    [!status.held, status.held ? t.held : t.sending],
    [cut.length === 0, cut.length ? t.breakersNot(cut.join(", ")) : t.breakers],
    [failed === 0, failed ? t.failedNot(count(failed, lang.value)) : t.failed],
    [light !== "red", light === "off" ? t.canariesNone : light === "red" ? t.canariesNot : t.canaries],
    [!status.key.due, status.key.due ? t.keyNot : t.key],
    [!frame.value?.partial, frame.value?.partial ? t.completeNot : t.complete],
  ];
  const good = checks.every(([fine]) => fine);
  return (
    <section class={`card health ${good ? "good" : "bad"}`}>
      <h2>{say().health}{say().colon}{good ? say().healthy : say().attention}</h2>
      <ul class="checks">{[...checks].sort((a, b) => Number(a[0]) - Number(b[0])).map(([fine, what]) => <li key={what} class={fine ? "" : "bad"}><span aria-hidden="true">{fine ? "✓" : "▲"}</span> {what}</li>)}</ul>
    </section>
  );
}

function Sum({ title, total, parts, good }: { title: string; total: number; parts: [string, number][]; good: boolean }) {
  return (
    <p class="sum"><b>{title} {count(total, lang.value)}</b> <span aria-hidden="true">{good ? "=" : "≠"}</span>{" "}
      {parts.map(([of, value], i) => <span key={of}>{i > 0 && " + "}<Outcome of={of} quiet={value === 0} /> {count(value, lang.value)}</span>)}</p>
  );
}

function Sums({ flow }: { flow: Flow }) {
  const t = say(), { sources, destinations, sums_hold } = flow.status;
  const parts = (rows: Record<string, Record<string, unknown>>, keys: string[]): [string, number][] => keys.map((key) => [key, sum(rows, key)]);
  const out = parts(destinations, ["withheld", "sent", "in_flight", "failed", "erased"]);
  return (
    <section class="card">
      <h2>{t.sums}</h2>
      <Sum title={t.receivedEq} total={sum(sources, "received")} parts={parts(sources, ["rejected", "quarantined", "merged", "accepted"])} good={sums_hold} />
      <Sum title={t.deliveriesEq} total={sum(destinations, "accepted")} parts={out} good={sums_hold} />
    </section>
  );
}

function Destinations({ flow }: { flow: Flow }) {
  const t = say(), l = lang.value;
  return (
    <section class="card">
      <h2>{t.destinations}</h2>
      <Scroll label={t.destinations}>
        <table>
          <thead><tr><th scope="col">{t.destination}</th>{[t.sentRate, t.withheldRate, t.p50, t.p99, t.queue, t.failedTotal].map((head) => <th key={head} scope="col" class="n">{head}</th>)}<th scope="col">{t.state}</th></tr></thead>
          <tbody>
            {Object.entries(flow.figures.destinations).map(([id, one]) => {
              const times = one.sent_last_minute, none = times.count === 0, failed = flow.status.destinations[id]?.failed ?? 0;
              return (
                <tr key={id}><th scope="row">{id}</th><td class="n">{decimal(one.sent_per_second, l)}</td><td class="n">{decimal(one.withheld_per_second, l)}</td>
                  <td class="n">{within(times.p50_ms, l, none)}</td><td class="n">{within(times.p99_ms, l, none)}</td><td class="n">{count(one.queue, l)}</td>
                  <td class="n">{failed > 0 && <span aria-hidden="true">▲ </span>}{count(failed, l)}</td>
                  <td><span class={`tag ${one.breaker === "closed" ? "good" : "bad"}`}><span aria-hidden="true">{one.breaker === "closed" ? "✓" : "▲"}</span> {t.breaker[one.breaker] ?? one.breaker}</span></td></tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Sources({ flow }: { flow: Flow }) {
  const t = say(), l = lang.value;
  const rates = ["received", "accepted", "quarantined", "merged", "rejected"];
  const heads = [t.receivedRate, t.acceptedRate, t.quarantinedRate, t.mergedRate, t.rejectedRate];
  const withheld = Object.entries(flow.figures.withheld_last_minute), answered = flow.figures.answered_last_minute;
  return (
    <section class="card">
      <h2>{t.sources}</h2>
      <Scroll label={t.sources}>
        <table>
          <thead><tr><th scope="col">{t.source}</th>{heads.map((head) => <th key={head} scope="col" class="n">{head}</th>)}</tr></thead>
          <tbody>{Object.entries(flow.figures.sources).map(([id, row]) => <tr key={id}><th scope="row">{id}</th>{rates.map((rate) => <td key={rate} class="n">{decimal(row[`${rate}_per_second`] ?? 0, l)}</td>)}</tr>)}</tbody>
        </table>
      </Scroll>
      <p>{t.answer}{t.colon}{t.p50} {within(answered.p50_ms, l, answered.count === 0)} · {t.p99} {within(answered.p99_ms, l, answered.count === 0)}</p>
      <p>{t.withheldLately}{t.colon}{withheld.length === 0 ? t.nothingWithheld : withheld.map(([code, n]) => `${count(n, l)} × « ${both(flow.sentences[code], code)} »`).join(" · ")}</p>
    </section>
  );
}

function LiveDecisions() {
  const t = say(), l = lang.value;
  const [lines, show] = useState<Line[]>([]);
  const [texts, learn] = useState<Record<string, Both>>({});
  const [paused, pause] = useState(false);
  const [summary, tell] = useState("");
  const after = useRef(0);
  const latest = useRef(0);
  useEffect(() => {
    if (paused) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      try {
        const more = await get<{ lines: Line[]; after: number; sentences: Record<string, Both> }>(`live?after=${after.current}`, stop.signal);
        after.current = more.after;
        if (more.lines.length > 0) {
          learn((was) => ({ ...was, ...more.sentences }));
          show((was) => [...more.lines.reverse(), ...was].slice(0, 50));
        }
      } catch { /* the figures above say that the gateway does not answer */ }
      if (!stop.signal.aborted) timer = setTimeout(look, 1000);
    };
    look();
    return () => { stop.abort(); clearTimeout(timer); };
  }, [paused]);
  latest.current = lines.length;
  useEffect(() => {
    const timer = setInterval(() => tell(say().liveSummary(latest.current)), 10_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <section class="card">
      <div class="head"><h2>{t.live}</h2><button type="button" aria-pressed={paused} onClick={() => pause(!paused)}>{paused ? t.resume : t.pause}</button></div>
      <p class="note">{t.liveNote} {t.times(zoneName(l))}</p>
      <p class="hidden" aria-live="polite">{summary}</p>
      {lines.length === 0 ? <p>{t.noLive}</p> : (
        <Scroll label={t.live}>
          <table>
            <thead><tr><th scope="col">{t.time}</th><th scope="col">{t.event}</th><th scope="col">{t.source}</th><th scope="col">{t.destination}</th><th scope="col">{t.outcome}</th><th scope="col">{t.why}</th></tr></thead>
            <tbody>{lines.map((one) => (
              <tr key={one.n}><td class="at">{clockTime(one.at, l)}</td><td><a href={`/record?decision=${encodeURIComponent(one.id)}`} onClick={follow}>{one.event || one.id}</a></td><td>{one.source || "—"}</td>
                <td>{one.destination || "—"}</td><td><Outcome of={one.outcome} /></td><td>{both(texts[one.reason], one.reason)}</td></tr>
            ))}</tbody>
          </table>
        </Scroll>
      )}
    </section>
  );
}

export function Now() {
  const t = say();
  const { data, problem, again } = useData<Flow>("flow", 2000);
  return (
    <Screen title={t.now} lead={t.nowLead}>
      {problem ? <Fault problem={problem} again={again} /> : null}
      {!data && !problem && <p class="loading">{t.loading}</p>}
      {data && <div class={problem ? "old" : ""}>
        {problem ? <p class="note">{t.asOf(dateTime(frame.value?.as_of, lang.value))}</p> : null}
        <Health flow={data} /><Sums flow={data} /><Destinations flow={data} /><Sources flow={data} />
      </div>}
      <LiveDecisions />
    </Screen>
  );
}
