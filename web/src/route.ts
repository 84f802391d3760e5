// Three pages: each is an address, with its filters in the query. Never a person in it.
import { signal } from "@preact/signals";

const here = () => ({ path: location.pathname, query: new URLSearchParams(location.search) });
export const route = signal(here());
addEventListener("popstate", () => { route.value = here(); });

export function go(to: string) {
  history.pushState(null, "", to);
  route.value = here();
}
export function follow(event: MouseEvent) {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go((event.currentTarget as HTMLAnchorElement).getAttribute("href") ?? "/");
}
