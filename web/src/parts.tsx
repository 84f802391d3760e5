// What the screens share.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { get, Problem } from "./api";
import { pointsOf, share, type Points } from "./format";
import { lang, say } from "./i18n";
import { route } from "./route";

// Each outcome is a word and a shape, and only then a colour.
const shapes: Record<string, string> = {
  sent: "✓", accepted: "✓", in_flight: "…", withheld: "■", quarantined: "▲", merged: "≡", rejected: "✗", failed: "✗", erased: "○",
};
const tones: Record<string, string> = {
  sent: "good", accepted: "good", in_flight: "calm", withheld: "held", quarantined: "warn", merged: "calm", rejected: "bad", failed: "bad", erased: "calm",
};
// `quiet`: there is none of it.
export function Outcome({ of, quiet }: { of: string; quiet?: boolean }) {
  return <span class={`tag ${quiet ? "calm" : tones[of] ?? "calm"}`}><span aria-hidden="true">{shapes[of] ?? "●"}</span> {say().outcomes[of] ?? of}</span>;
}

export function State({ of }: { of: string }) {
  const tone = of === "granted" ? "good" : of === "unknown" || of === "lifted" ? "calm" : of === "requested" || of === "pending" ? "warn" : "held";
  const shape = of === "granted" ? "✓" : of === "unknown" ? "○" : of === "requested" || of === "pending" ? "…" : "■";
  return <span class={`tag ${tone}`}><span aria-hidden="true">{shape}</span> {say().states[of] ?? of}</span>;
}

export function Bar({ points }: { points: Points }) {
  return (
    <span class="bar">
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect class="track" width="100" height="8" /><rect class="fill" width={pointsOf(points)} height="8" />
      </svg>
      <b>{share(points, lang.value)}</b>
    </span>
  );
}

export function Fault({ problem, again }: { problem: unknown; again?: () => void }) {
  const text = problem instanceof Problem ? problem.message : say().unreachable;
  const code = problem instanceof Problem ? problem.code : "";
  return (
    <div class="fault" role="alert">
      <p><span aria-hidden="true">▲ </span>{text} {code && <code>{code}</code>}</p>
      {again && <button type="button" onClick={again}>{say().retry}</button>}
    </div>
  );
}

export function Screen({ title, lead, children }: { title: string; lead?: string; children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => { document.title = `${title} — Octroi`; }, [title]);
  useEffect(() => { if (route.value.moved) heading.current?.focus(); }, [route.value.path]);
  return (
    <>
      <h1 tabIndex={-1} ref={heading}>{title}</h1>
      {lead && <p class="lead">{lead}</p>}
      {children}
    </>
  );
}

export interface Loaded<T> { data: T | null; problem: unknown; again: () => void }

// Asks once for each path, and every `each` milliseconds while `on`. What was there stays until there is something new.
export function useData<T>(path: string, each = 0, on = true): Loaded<T> {
  const [state, set] = useState<{ path: string; data: T | null; problem: unknown }>({ path, data: null, problem: null });
  const [turn, again] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      try {
        const data = await get<T>(path, stop.signal);
        if (!stop.signal.aborted) set({ path, data, problem: null });
      } catch (problem) {
        if (!stop.signal.aborted) set((was) => ({ path, data: was.path === path ? was.data : null, problem }));
      }
      if (each > 0 && on && !stop.signal.aborted) timer = setTimeout(look, each);
    };
    look();
    return () => { stop.abort(); clearTimeout(timer); };
  }, [path, each, on, turn, lang.value]);
  return { data: state.path === path ? state.data : null, problem: state.problem, again: () => again(turn + 1) };
}

// A file and a line of the config; it breaks at its slashes.
export function Place({ file, line }: { file: string; line: number }) {
  const [folder, ...rest] = file.split("/");
  return <code class="place">{rest.length ? <>{folder}/<wbr />{rest.join("/")}</> : folder}:{line}</code>;
}

// A table scrolls in its own box; who uses the keyboard can reach it.
export function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  return <div class="scroll" role="region" aria-label={label} tabIndex={0}>{children}</div>;
}
