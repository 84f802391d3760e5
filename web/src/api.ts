// Asking the gateway. A person's identifier only ever goes into a body.
import { signal } from "@preact/signals";
import { lang } from "./i18n";

export interface Envelope<T> {
  data: T; as_of: string; complete_until: string | null; config: string; mode: "observe" | "enforce"; partial: boolean;
}
export interface SessionData {
  user: string; role: string; sights: string[]; csrf: string; tenant: string; ends_in_s: number; identifiers?: string[];
}
export class Problem extends Error {
  constructor(readonly status: number, readonly code: string, title: string) { super(title); }
}

export const session = signal<SessionData | null | undefined>(undefined);  // undefined: not asked yet
export const frame = signal<Omit<Envelope<unknown>, "data"> | null>(null);

async function ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { "Accept-Language": lang.value };
  if (method === "POST") headers["Content-Type"] = "application/json";
  if (method === "POST" && session.value) headers["X-Octroi-CSRF"] = session.value.csrf;
  const answer = await fetch(`/api/v1/${path}`, {
    method, headers, signal, credentials: "same-origin", body: body === undefined ? undefined : JSON.stringify(body),
  });
  const json = await answer.json();
  if (!answer.ok) {
    if (json.code === "console.login") session.value = null;
    throw new Problem(answer.status, json.code ?? "", json.title ?? answer.statusText);
  }
  const { data, ...rest } = json as Envelope<T>;
  if (rest.as_of) frame.value = rest;
  return data;
}

export const get = <T>(path: string, signal?: AbortSignal) => ask<T>("GET", path, undefined, signal);
export const post = <T>(path: string, body: unknown = {}) => ask<T>("POST", path, body);

export async function begin() {
  try {
    session.value = await get<SessionData>("session");
  } catch (problem) {
    session.value = null;
    if (!(problem instanceof Problem) || problem.code !== "console.login") throw problem;
  }
}
export async function logIn(user: string, password: string) {
  session.value = await post<SessionData>("session", { user, password });
}
export async function logOut() {
  await post("session/end");
  session.value = null;
}
