// Three pages: each is an address, with its filters in the query. Never a person in it.
import { signal } from "@preact/signals";

// `moved`: not where the browser came in.
const here = (moved: boolean) => ({ path: location.pathname, query: new URLSearchParams(location.search), moved });
export const route = signal(here(false));
addEventListener("popstate", () => { route.value = here(true); });

export function go(to: string) {
  history.pushState(null, "", to);
  route.value = here(true);
}
export function follow(event: MouseEvent) {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go((event.currentTarget as HTMLAnchorElement).getAttribute("href") ?? "/");
}
