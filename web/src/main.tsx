import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { begin, frame, logIn, logOut, session } from "./api";
import { dateTime, zoneName } from "./format";
import { choose, lang, say } from "./i18n";
import { Now } from "./now";
import { Fault, Screen } from "./parts";
import { Quality } from "./quality";
import { Record } from "./record";
import { follow, go, route } from "./route";
import "./style.css";

const pages = [
  { path: "/quality", sight: "scorecard", key: "quality", show: Quality },
  { path: "/record", sight: "decision", key: "record", show: Record },
  { path: "/now", sight: "flow", key: "now", show: Now },
] as const;
const homes: Record<string, string> = { marketing: "/quality", it: "/now", admin: "/now", dpo: "/record", auditor: "/record" };

function Login() {
  const t = say();
  const [problem, fail] = useState<unknown>(null);
  const [busy, wait] = useState(false);
  const name = useRef<HTMLInputElement>(null);
  const enter = async (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    wait(true);
    try {
      await logIn(String(form.get("user")), String(form.get("password")));
      if (location.pathname === "/") go(homes[session.value?.role ?? ""] ?? "/quality");
    } catch (wrong) {
      fail(wrong);
      name.current?.focus();
    }
    wait(false);
  };
  return (
    <form class="card login" onSubmit={enter}>
      <Screen title={t.loginTitle}>
        {problem ? <Fault problem={problem} /> : null}
        <label for="user">{t.user}</label><input id="user" name="user" required autocomplete="username" autocapitalize="none" spellcheck={false} ref={name} />
        <label for="password">{t.password}</label><input id="password" name="password" type="password" required autocomplete="current-password" />
        <button disabled={busy}>{t.login}</button>
        <p class="note">{t.loginHelp}</p>
      </Screen>
    </form>
  );
}

function Strip() {
  const t = say(), f = frame.value;
  if (!f) return null;
  return (
    <section class={`strip ${f.mode}`} aria-label={t.frameLabel}>
      <span>{f.mode === "observe" ? t.observe : t.enforce}</span>
      <span>{f.partial ? `▲ ${t.incomplete}` : t.complete(dateTime(f.complete_until, lang.value), zoneName(lang.value))}</span>
      <span>{t.config} <code title={f.config}>{f.config.slice(0, 8)}…</code></span>
    </section>
  );
}

function Header() {
  const t = say(), who = session.value;
  const [open, stays] = useState(false);
  // A session that the gateway did not end is not shown as ended: who leaves the desk would leave it open.
  const leave = () => { stays(false); logOut().catch(() => { if (session.value) stays(true); }); };
  const other = lang.value === "fr" ? "en" : "fr";
  return (
    <header>
      <a class="skip" href="#main">{t.skip}</a>
      <a class="brand" href="/" onClick={follow}><svg viewBox="0 0 32 32" aria-hidden="true"><path d="M6 25V14a10 10 0 0 1 20 0v11h-5V14a5 5 0 0 0-10 0v11z" /></svg>Octroi</a>
      {who && <nav aria-label={t.navLabel}>{pages.filter((page) => who.sights.includes(page.sight)).map((page) =>
        <a key={page.path} href={page.path} onClick={follow} aria-current={route.value.path === page.path ? "page" : undefined}>{t[page.key]}</a>)}</nav>}
      <div class="end">
        <button type="button" class="plain" lang={other} onClick={() => choose(other)}>{t.other}</button>
        {who && <><span class="who">{who.user} · {t.roles[who.role]}</span><button type="button" class="plain" onClick={leave}>{t.logout}</button></>}
      </div>
      {who && open && <p class="fault" role="alert"><span aria-hidden="true">▲ </span>{t.logoutFailed}</p>}
    </header>
  );
}

function Page() {
  const who = session.value;
  const home = homes[who?.role ?? ""] ?? "/quality";
  const page = pages.find((one) => one.path === (route.value.path === "/" ? home : route.value.path));
  if (!who || !page) return null;
  if (!who.sights.includes(page.sight)) return <Screen title={say()[page.key]}><p class="card">{say().notAllowed}</p></Screen>;
  const Shown = page.show;
  return <Shown />;
}

function App() {
  const [problem, fail] = useState<unknown>(null);
  const ask = () => { fail(null); begin().catch(fail); };
  useEffect(ask, []);
  useEffect(() => { document.documentElement.lang = lang.value; }, [lang.value]);
  return (
    <>
      <Header />
      {session.value && <Strip />}
      <main id="main">
        {problem ? <Fault problem={problem} again={ask} /> : session.value === undefined ? <p class="loading">{say().loading}</p> : session.value ? <Page /> : <Login />}
      </main>
    </>
  );
}

render(<App />, document.getElementById("app")!);
