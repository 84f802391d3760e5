// The record: one decision and the way of its fields; one person's consent, now and then.
// GET /api/v1/decisions/{id}, POST /api/v1/subjects/lookup. No identifier of a person is ever in an address.
import { useState } from "preact/hooks";
import { post, session } from "./api";
import { dateTime, zoneName } from "./format";
import { both, lang, say } from "./i18n";
import { Fault, Outcome, Place, Screen, Scroll, State, useData } from "./parts";
import { go, route } from "./route";

type Both = { fr: string; en: string };
interface Line { file: string; line: number }
interface Change { do: string; purpose?: string; field?: string }
interface Delivery {
  destination: string; outcome: string; reason: string; at: string; http_status?: number; decided?: { purposes: string[]; consent_event?: string };
  decided_by?: Line | null; would_change?: Change[][];
}
interface Decision {
  id: string; received: string; event_time?: string; source: string; event: string; contract: string; outcome: string; reason: string; usable: boolean;
  failed_rules: string[]; repaired_by: string[]; deliveries: Delivery[]; rules?: (Line & { rule: string })[]; config?: string; merged_into?: string; identified: boolean;
  lineage: null | {
    fields: { field: string; title: Both; category?: string; personal_data?: string; from: string[]; to: Record<string, string> }[];
    purposes: Record<string, { title: Both }>;
    destinations: { id: string; title: Both; recipient?: string; country?: string; outside_eea?: boolean; allowed: boolean }[];
  };
  sentences: Record<string, Both>;
}
interface RegisterEvent { id: string; state: string; effective_at: string; recorded_at: string; source: string; notice?: string; purpose?: string }
interface PurposeState { purpose: string; state: string; reason: string; since: string | null; until: string | null; event: RegisterEvent | null }
interface Report { at: string; known: boolean; handle: string | null; person: PurposeState; purposes: PurposeState[] }
interface Person {
  now: Report; then?: Report; then_known_now?: Report; events: RegisterEvent[];
  purposes: Record<string, { title: Both; legal_basis: string }>; sentences: Record<string, Both>;
}

const mayPeople = () => session.value?.sights.includes("person") ?? false;
// "2026-09-12", "2026-09-12 14:30", of this browser's zone; what is neither is for the gateway to refuse.
function moment(said: string): string {
  const [, date, time] = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d))?$/.exec(said) ?? [];
  const at = date ? new Date(`${date}T${time ?? "23:59"}:59`) : null;
  return at && !Number.isNaN(at.getTime()) ? at.toISOString() : said;
}
const text = (event: Event, name: string) =>
  String(new FormData(event.currentTarget as HTMLFormElement).get(name) ?? "").trim();

// Of octroi: an origin of eight characters and a number. Anything else could be a person's, and stays out of the address.
const eventId = /^[0-9a-z]{8}\.\d{1,20}$/;

function FindDecision({ id }: { id: string }) {
  const t = say();
  const [none, tell] = useState(false);
  const find = (event: Event) => {
    event.preventDefault();
    const said = text(event, "id");
    tell(!eventId.test(said));
    if (eventId.test(said)) go(`/record?decision=${encodeURIComponent(said)}`);
  };
  return (
    <form class="card" onSubmit={find}>
      <h2>{t.findDecision}</h2>
      <label for="decision-id">{t.decisionId}</label>
      <p class="note" id="decision-hint">{t.decisionHint}</p>
      <div class="line"><input id="decision-id" name="id" required autocomplete="off" spellcheck={false} defaultValue={id} key={id} aria-describedby="decision-hint" /><button>{t.find}</button></div>
      {none && <p class="fault" role="alert"><span aria-hidden="true">▲ </span>{t.noEventId}</p>}
    </form>
  );
}

function Reason({ id }: { id: string }) {
  const t = say();
  return (
    <>
      <label for={id}>{t.reason}</label>
      <p class="note" id={`${id}-hint`}>{t.reasonHint}</p>
      <input id={id} name="reason" required maxLength={200} autocomplete="off" aria-describedby={`${id}-hint`} />
    </>
  );
}

function FindPerson() {
  const t = say();
  const [found, set] = useState<Person | null>(null);
  const [problem, fail] = useState<unknown>(null);
  if (!mayPeople()) return <section class="card"><h2>{t.findPerson}</h2><p>{t.personOnlyDpo}</p></section>;
  const find = async (event: Event) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const at = text(event, "at");
    const order = { person: { [text(event, "kind")]: text(event, "value") }, reason: text(event, "reason"), ...(at ? { at: moment(at) } : {}) };
    try {
      set(await post<Person>("subjects/lookup", order));
      fail(null);
      (form.elements.namedItem("value") as HTMLInputElement).value = "";
    } catch (wrong) {
      set(null);
      fail(wrong);
    }
  };
  return (
    <>
      <form class="card" onSubmit={find}>
        <h2>{t.findPerson}</h2>
        <div class="grid">
          <div><label for="person-kind">{t.kind}</label><select id="person-kind" name="kind">{session.value?.identifiers?.map((one) => <option key={one}>{one}</option>)}</select></div>
          <div><label for="person-value">{t.value}</label><input id="person-value" name="value" required autocomplete="off" spellcheck={false} /></div>
          <div><label for="person-at">{t.at} <span class="note">({t.optional})</span></label><input id="person-at" name="at" autocomplete="off" spellcheck={false} aria-describedby="person-at-hint" /><p class="note" id="person-at-hint">{t.atHint}</p></div>
        </div>
        <Reason id="person-reason" />
        <p class="note">{t.personPrivacy}</p>
        <button>{t.find}</button>
      </form>
      {problem ? <Fault problem={problem} /> : null}
      {found && <PersonOf found={found} />}
    </>
  );
}

function Cell({ state, later }: { state: PurposeState; later?: PurposeState }) {
  const t = say(), l = lang.value;
  return (
    <>
      <State of={state.state} />
      {state.since && <span class="note"> {t.sinceShort(dateTime(state.since, l))}</span>}
      {state.event && <span class="note"><br />{[state.event.source, state.event.notice].filter(Boolean).join(" · ")}</span>}
      {later && later.state !== state.state && <span class="note"><br />{t.knownSince(t.states[later.state] ?? later.state)}</span>}
    </>
  );
}

function PersonOf({ found }: { found: Person }) {
  const t = say(), l = lang.value;
  const title = (id: string) => id === "*" || !found.purposes[id] ? t.wholePerson : both(found.purposes[id]?.title, id);
  if (!found.now.known && !found.then?.known)
    return <section class="card result" aria-live="polite"><h2>{t.person}</h2><p>{t.noTrace}</p><p class="note">✓ {t.readingRecorded}</p></section>;
  const whole = found.now.person.state !== "unknown" || (found.then && found.then.person.state !== "unknown");
  // What somebody said something about comes first.
  const said = (purpose: string) => found.events.some((one) => one.purpose === purpose);
  const rows = (report: Report) => [...(whole ? [report.person] : []),
    ...report.purposes.filter((one) => said(one.purpose)), ...report.purposes.filter((one) => !said(one.purpose))];
  const then = found.then ? rows(found.then) : [], later = found.then_known_now ? rows(found.then_known_now) : [];
  return (
    <section class="card result" aria-live="polite">
      <h2>{t.person} <code>{found.now.handle ?? ""}</code></h2>
      <Scroll label={t.purpose}>
        <table>
          <thead><tr><th scope="col">{t.purpose}</th><th scope="col">{t.today}</th>{found.then && <th scope="col">{t.then(dateTime(found.then.at, l))}</th>}</tr></thead>
          <tbody>
            {rows(found.now).map((state, i) => (
              <tr key={state.purpose}>
                <th scope="row">{title(state.purpose)}</th><td><Cell state={state} /></td>
                {found.then && then[i] && <td><Cell state={then[i]} later={later[i]} /></td>}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <h3>{t.timeline}</h3>
      <ol class="timeline">
        {[...found.events].reverse().map((one) => (
          <li key={one.id}><time dateTime={one.effective_at} title={one.effective_at}>{dateTime(one.effective_at, l)}</time> <State of={one.state} /> {title(one.purpose ?? "")}
            <span class="note"> · {one.source}{one.notice ? ` · ${one.notice}` : ""} · {t.recordedAt(dateTime(one.recorded_at, l))}</span></li>
        ))}
      </ol>
      <p class="note">✓ {t.readingRecorded} {t.times(zoneName(l))}</p>
    </section>
  );
}

function ConsentOfDecision({ decision }: { decision: Decision }) {
  const t = say();
  const [found, set] = useState<Person | null>(null);
  const [problem, fail] = useState<unknown>(null);
  if (!mayPeople()) return null;
  if (!decision.identified) return <section class="card"><h2>{t.readConsent}</h2><p>{t.nobody}</p></section>;
  const read = async (event: Event) => {
    event.preventDefault();
    try {
      set(await post<Person>("subjects/lookup", { event: decision.id, reason: text(event, "reason") }));
      fail(null);
    } catch (wrong) {
      fail(wrong);
    }
  };
  return (
    <>
      <form class="card" onSubmit={read}><h2>{t.readConsent}</h2><Reason id="decision-reason" /><button>{t.readIt}</button></form>
      {problem ? <Fault problem={problem} /> : null}
      {found && <PersonOf found={found} />}
    </>
  );
}

function Deliveries({ decision }: { decision: Decision }) {
  const t = say(), l = lang.value;
  const title = (id: string) => both(decision.lineage?.destinations.find((one) => one.id === id)?.title, id);
  return (
    <>
      <h3>{t.deliveries}</h3>
      <Scroll label={t.deliveries}>
        <table>
          <thead><tr><th scope="col">{t.destination}</th><th scope="col">{t.outcome}</th><th scope="col">{t.why}</th><th scope="col">{t.atLine}</th><th scope="col">{t.wouldChange}</th></tr></thead>
          <tbody>
            {decision.deliveries.map((one) => (
              <tr key={one.destination}>
                <th scope="row">{title(one.destination)}</th>
                <td><Outcome of={one.outcome} /><br /><span class="note">{dateTime(one.at, l)}</span></td>
                <td>{both(decision.sentences[one.reason], one.reason)}{one.http_status ? ` (HTTP ${one.http_status})` : ""}</td>
                <td>{one.decided_by ? <Place file={one.decided_by.file} line={one.decided_by.line} /> : "—"}</td>
                <td>{one.would_change?.length ? one.would_change.map((set) => set.map((c) => (t.changes[c.do] ?? (() => c.do))(c.purpose ? both(decision.lineage?.purposes[c.purpose]?.title, c.purpose) : c.field ?? "")).join(" + ")).join(" ; ") : "—"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}

function Lineage({ decision }: { decision: Decision }) {
  const t = say();
  const lineage = decision.lineage;
  if (!lineage) return null;
  return (
    <>
      <h3>{t.lineage}</h3>
      <p class="note">{t.lineageNote}</p>
      <Scroll label={t.lineage}>
        <table>
          <thead><tr><th scope="col">{t.field}</th><th scope="col">{t.from}</th>
            {lineage.destinations.map((one) => <th scope="col" key={one.id}>{both(one.title, one.id)}<br /><span class="note">{one.recipient} ({one.country}{one.outside_eea ? `, ${t.outsideEea}` : ""})</span></th>)}</tr></thead>
          <tbody>
            {lineage.fields.map((field) => (
              <tr key={field.field}>
                <th scope="row">{both(field.title, field.field)}</th><td><code>{field.from.join(", ")}</code></td>
                {lineage.destinations.map((one) => {
                  const form = field.to[one.id];
                  return <td key={one.id} class={form ? `form ${form}` : "note"}>{form ? <><span aria-hidden="true">→ </span>{t.forms[form] ?? form}</> : t.notSent}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}

function DecisionOf({ id }: { id: string }) {
  const t = say(), l = lang.value;
  const { data, problem } = useData<Decision>(`decisions/${encodeURIComponent(id)}`);
  if (problem) return <Fault problem={problem} />;
  if (!data) return <p class="loading">{t.loading}</p>;
  return (
    <>
      <section class="card result">
        <h2>{t.decisionOf(data.event, data.source)} <code>{data.id}</code></h2>
        <p><Outcome of={data.outcome} /> {data.outcome !== "accepted" && both(data.sentences[data.reason], data.reason)}</p>
        <dl class="facts-grid">
          <div><dt>{t.receivedAt}</dt><dd><time dateTime={data.received} title={data.received}>{dateTime(data.received, l)}</time></dd></div>
          {data.event_time && <div><dt>{t.happenedAt}</dt><dd><time dateTime={data.event_time}>{dateTime(data.event_time, l)}</time></dd></div>}
          <div><dt>{t.contract}</dt><dd>{data.contract || "—"}</dd></div>
          {data.config && <div><dt>{t.configWas}</dt><dd><code title={data.config}>{data.config.slice(0, 8)}…</code></dd></div>}
          {data.failed_rules.length > 0 && <div><dt>{t.failedRules}</dt><dd>{data.failed_rules.map((rule) => {
            const line = data.rules?.find((one) => one.rule === rule);
            return <div key={rule}><code>{rule}{line ? ` · ${line.file}:${line.line}` : ""}</code></div>;
          })}</dd></div>}
        </dl>
        {data.deliveries.length > 0 && <Deliveries decision={data} />}
        <Lineage decision={data} />
      </section>
      <ConsentOfDecision decision={data} key={data.id} />
    </>
  );
}

export function Record() {
  const t = say();
  const id = route.value.query.get("decision") ?? "";
  return (
    <Screen title={t.record} lead={t.recordLead}>
      <FindDecision id={id} />
      {id && <DecisionOf id={id} key={id} />}
      <FindPerson />
    </Screen>
  );
}
