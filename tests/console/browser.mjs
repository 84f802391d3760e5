// Every screen in Debian's Chromium: per role, French and English, light and dark, wide and narrow; axe on each.
// node browser.mjs '{"base", "password", "person", "receipt", "event", "screens"}'
import { createRequire } from "node:module";
import { readFileSync, mkdirSync } from "node:fs";
import assert from "node:assert/strict";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const task = JSON.parse(process.argv[2]);
const words = {
  fr: { login: "Se connecter", quality: "Qualité", record: "Preuves", now: "En direct", first: "À réparer d'abord", rule: "L'e-mail a une forme valide.", withheld: "Retenu", pseudonym: "pseudonyme", withdrawn: "retiré", granted: "accordé", sums: "Les comptes tombent juste", answers: "Boutique en ligne", state: "Ouvert", no_id: "n'est pas un identifiant", stays: "reste ouverte", leave: "Se déconnecter", other: "English", denied: "Votre rôle ne permet pas" },
  en: { login: "Log in", quality: "Quality", record: "Record", now: "Now", first: "Fix this first", rule: "The e-mail is well formed.", withheld: "Withheld", pseudonym: "pseudonym", withdrawn: "withdrawn", granted: "granted", sums: "The counts add up", answers: "Boutique en ligne", state: "Open", no_id: "is no event id", stays: "still open", leave: "Log out", other: "Français", denied: "Your role may not" },
};
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] });
let lookedAt = 0;
const wrong = [];

async function open({ lang, scheme = "light", width = 1280 }) {
  const context = await browser.newContext({ locale: lang === "fr" ? "fr-FR" : "en-GB", colorScheme: scheme, timezoneId: "Europe/Paris", viewport: { width, height: 900 }, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on("console", (message) => { if (message.type() === "error" && !/40[13] \(|ERR_FAILED/.test(message.text())) wrong.push(`console: ${message.text()}`); });
  page.on("pageerror", (error) => wrong.push(`page: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(task.base) && !request.url().startsWith("data:")) wrong.push(`elsewhere: ${request.url()}`);
    if (request.url().includes(task.person)) wrong.push("a person in an address");
  });
  return page;
}

async function logIn(page, role) {
  await page.goto(task.base + "/");
  await page.fill("#user", "x-" + role);
  await page.fill("#password", task.password);
  await page.keyboard.press("Enter");
  await page.waitForSelector("header nav");
}

async function look(page, what) {
  lookedAt += 1;
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  for (const one of found.violations) wrong.push(`${what}: axe ${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) wrong.push(`${what}: ${wide} px too wide`);
  assert.ok(!page.url().includes(task.person));
}

async function keep(page, name) {
  if (!task.screens) return;
  mkdirSync(task.screens, { recursive: true });
  await page.screenshot({ path: `${task.screens}/${name}.png`, fullPage: true });
}

const has = (page, text) => page.waitForFunction((wanted) => document.body.innerText.includes(wanted), text);

async function quality(page, lang, at) {
  const w = words[lang];
  await page.goto(task.base + "/quality");
  await has(page, w.first);
  await has(page, w.rule);
  assert.ok((await page.innerText(".first")).includes(w.answers), "who answers");
  assert.ok((await page.innerText(`tr:has(th:text-is("${w.rule}"))`)).includes(w.state), "what became of it");
  assert.equal(await page.title(), `${w.quality} — Octroi`);
  assert.equal(await page.getAttribute("html", "lang"), lang);
  const row = await page.innerText("tr.campaign:has(th:text-is('rentree'))");
  assert.ok(row.includes(w.rule), row);
  await look(page, `quality ${at}`);
  await keep(page, `quality-${at}`);
}

async function record(page, lang, at, role) {
  const w = words[lang];
  await page.goto(task.base + "/record");
  await page.fill("#decision-id", `${task.person}@example.fr`);
  await page.keyboard.press("Enter");
  await has(page, w.no_id);  // and no address with it: open() watches
  assert.ok(page.url().endsWith("/record"), page.url());
  await page.fill("#decision-id", task.receipt);
  await page.keyboard.press("Enter");
  await has(page, w.pseudonym);
  await has(page, w.withheld);
  if (role !== "dpo") {
    assert.equal(await page.$("#person-value"), null);
    await look(page, `record ${at}`);
    return;
  }
  await page.fill("#decision-reason", "Réclamation n° 118");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".timeline");
  const said = (await page.innerText(".result:has(.timeline) table")).toLowerCase();
  assert.ok(said.includes(w.withdrawn) && said.includes(w.granted), said);
  await look(page, `record ${at}`);
  await keep(page, `record-${at}`);
  await page.goto(task.base + "/record");
  await page.waitForSelector("#person-value");
  await page.selectOption("#person-kind", "customer_id");
  await page.fill("#person-value", task.person);
  await page.fill("#person-reason", "Demande d'accès n° 119");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".timeline");
  assert.equal(await page.inputValue("#person-value"), "");
  await look(page, `person ${at}`);
  await keep(page, `person-${at}`);
}

async function now(page, lang, at) {
  const w = words[lang];
  await page.goto(task.base + "/now");
  await has(page, w.sums);
  for (;;) {  // until the feed watches, nothing of it is shown: one more event each time
    const body = { ...task.event.body, message_id: `browser-${Math.random()}` };
    await fetch(task.event.url, { method: "POST", headers: { Authorization: `Bearer ${task.event.key}`, "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const shown = await page.waitForSelector("td a", { timeout: 2000 }).catch(() => null);
    if (shown) break;
  }
  await look(page, `now ${at}`);
  await keep(page, `now-${at}`);
  await page.click("td a");
  await page.waitForURL(/record\?decision=/);
}

// The gateway cannot be reached: the session is still there, and said to be.
async function leave(page, lang) {
  await page.route("**/api/v1/session/end", (route) => route.abort());
  await page.click(`button:text-is("${words[lang].leave}")`);
  await has(page, words[lang].stays);
  await look(page, `still logged in ${lang}`);
  await page.unroute("**/api/v1/session/end");
  await page.click(`button:text-is("${words[lang].leave}")`);
  await has(page, words[lang].login);
}

async function refused(page, lang, path) {
  await page.goto(task.base + path);
  await has(page, words[lang].denied);
  await look(page, `refused ${path} ${lang}`);
}

// Everything by keyboard: skip link, navigation, a form; the heading has the focus after a change of page.
async function keyboard(page) {
  await page.goto(task.base + "/quality");
  await page.waitForSelector("h1");
  for (let i = 0; i < 4; i += 1) await page.keyboard.press("Tab");  // skip, home, quality, record
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.tagName === "H1");
  assert.ok(!page.url().endsWith("/quality"), page.url());
}

try {
  for (const [lang, scheme, width] of [["fr", "light", 1280], ["en", "dark", 1280], ["fr", "dark", 360]]) {
    const at = `${lang}-${scheme}-${width}`;
    let page = await open({ lang, scheme, width });
    await page.goto(task.base + "/");
    await has(page, words[lang].login);
    await look(page, `login ${at}`);
    await keep(page, `login-${at}`);
    await logIn(page, "marketing");
    await quality(page, lang, at);
    await refused(page, lang, "/now");
    await refused(page, lang, "/record");
    await page.click(`button:text-is("${words[lang].other}")`);
    await page.waitForFunction((was) => document.documentElement.lang !== was, lang);
    await leave(page, lang === "fr" ? "en" : "fr");
    await page.context().close();
    page = await open({ lang, scheme, width });
    await logIn(page, "dpo");
    await record(page, lang, at, "dpo");
    if (width > 1000) await keyboard(page);
    await page.context().close();
    page = await open({ lang, scheme, width });
    await logIn(page, "it");
    await now(page, lang, at);
    await record(page, lang, at + "-it", "it");
    await page.context().close();
  }
  assert.deepEqual(wrong, []);
  console.log(JSON.stringify({ looked_at: lookedAt }));
} finally {
  await browser.close();
}
