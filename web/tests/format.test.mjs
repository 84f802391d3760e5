// Numbers, shares and times as ux.md G.3 has them, in both languages. Runs on what tsconfig.test.json makes of format.ts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { clockTime, count, dateTime, day, decimal, plural, pointsOf, score, share, signed, within, zoneName }
  from "../node_modules/.octroi-tests/format.js";

const plain = (text) => text.replace(/[\u00a0\u202f]/g, " ");

test("a count is grouped as the language does, and what is too small to tell stays so", () => {
  assert.equal(count(1234567, "fr"), "1\u202f234\u202f567");
  assert.equal(count(1234567, "en"), "1,234,567");
  assert.equal(plain(count("<10", "fr")), "< 10");
  assert.equal(count(null, "fr"), "—");
  assert.equal(count(0, "en"), "0");
});

test("a share has one decimal, and is never rounded to nothing or to all", () => {
  assert.equal(plain(share(91.2, "fr")), "91,2 %");
  assert.equal(share(91.2, "en"), "91.2%");
  assert.equal(plain(share(0.04, "fr")), "< 0,1 %");
  assert.equal(plain(share(99.96, "en")), "> 99.9%");
  assert.equal(plain(share(100, "fr")), "100,0 %");
  assert.equal(plain(share(0, "fr")), "0,0 %");
  assert.equal(share(undefined, "fr"), "—");
});

test("of a few only the bound is said", () => {
  assert.equal(plain(share("<2.5", "fr")), "< 2,5 %");
  assert.equal(plain(share(">97.5", "en")), "> 97.5%");
  assert.equal(plain(signed("<1", "fr")), "< 1,0");
  assert.equal(plain(score(">99", "fr")), "> 99,0");
  assert.equal(score(94.4, "fr"), "94");
  assert.equal(pointsOf(">97.5"), 97.5);
});

test("a change has its sign", () => {
  assert.equal(signed(1.26, "fr"), "+1,3");
  assert.equal(signed(-0.5, "en"), "−0.5");
  assert.equal(decimal(94.4, "fr", 0), "94");
});

test("times are of 24 hours, in the zone asked for, on both sides of the change of clocks", () => {
  assert.equal(dateTime("2026-11-21T13:32:04.118Z", "fr", "Europe/Paris"), "21 nov. 2026, 14:32");
  assert.equal(dateTime("2026-11-21T13:32:04.118Z", "en", "Europe/Paris"), "21 Nov 2026, 14:32");
  assert.equal(dateTime("2026-07-01T23:05:00Z", "fr", "Europe/Paris"), "2 juil. 2026, 01:05");
  assert.equal(clockTime("2026-11-21T23:00:04Z", "en", "Europe/Paris"), "00:00:04");
  assert.equal(day("2026-03-29T00:30:00Z", "fr", "Europe/Paris"), "29 mars 2026");
  assert.equal(dateTime(null, "fr"), "—");
});

test("the zone is named", () => {
  assert.equal(zoneName("fr", new Date("2026-11-21T00:00:00Z"), "Europe/Paris"), "heure de Paris (UTC+1)");
  assert.equal(zoneName("en", new Date("2026-07-01T00:00:00Z"), "Europe/Paris"), "Paris time (UTC+2)");
  assert.equal(zoneName("fr", new Date("2026-07-01T00:00:00Z"), "UTC"), "UTC");
});

test("a bound of a duration says that it is one", () => {
  assert.equal(plain(within(8.192, "fr")), "≤ 8,2 ms");
  assert.equal(plain(within(4194.304, "en")), "≤ 4.2 s");
  assert.equal(plain(within(null, "fr")), "> 67 s");
  assert.equal(within(null, "fr", true), "—");
});

test("in French nothing and one are singular; in English only one", () => {
  assert.deepEqual([0, 1, 2].map((n) => plural(n, "fr", "problème", "problèmes")), ["problème", "problème", "problèmes"]);
  assert.deepEqual([0, 1, 2].map((n) => plural(n, "en", "record", "records")), ["records", "record", "records"]);
  assert.equal(plural("<10", "fr", "personne", "personnes"), "personnes");
});
