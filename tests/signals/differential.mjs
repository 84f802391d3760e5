// Our reader beside IAB's reference decoder, @iabtcf/core.
//
//   node differential.mjs TCF_LINES [--count N] [--seed S]
//
// Strings that the reference writes from random models: every field that we read is what it reads, and our answer to a
// random question is what a model of the rules says of its fields. The same strings, damaged: what we hold valid the
// reference reads, with every field the same. So nothing is granted that it does not grant.
import { BinarySearchTree, GVL, PurposeRestriction, TCModel, TCString } from '@iabtcf/core';
import { spawnSync } from 'node:child_process';

const args = process.argv.slice(2);
const option = (name, otherwise) => (args.includes(name) ? Number(args[args.indexOf(name) + 1]) : otherwise);
const count = option('--count', 2000);
const seed = option('--seed', 20261122);
const day = 86_400_000;

// The reference keeps the vendors of a restriction in a tree that is a list when ids come in order, as they do: a range of
// 65,535 takes it minutes. The same with a set.
Object.assign(BinarySearchTree.prototype, {
  add(value) { (this.ids ??= new Set()).add(value); },
  get() { return [...(this.ids ?? [])].sort((a, b) => a - b); },
  contains(value) { return this.ids?.has(value) ?? false; },
  isEmpty() { return !this.ids?.size; },
  remove(value) { this.ids?.delete(value); },
  max() { return this.get().at(-1); },
});

let state = seed >>> 0;
const random = () => {  // mulberry32
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const some = (list, share) => list.filter(() => random() < share);
const upTo = (n) => Array.from({ length: n }, (_, i) => i + 1);

function vendorList(vendors, policy) {
  const purposes = Object.fromEntries(upTo(11).map((id) => [id, { id, name: `${id}`, description: '', illustrations: [] }]));
  const made = {};
  for (const id of vendors) {
    const consent = some(upTo(11), 0.6);
    const interest = some([2, 7, 8, 9, 10, 11].filter((p) => !consent.includes(p)), 0.5);
    const flexible = some([2, 7, 8, 9, 10, 11].filter((p) => consent.includes(p) || interest.includes(p)), 0.5);
    made[id] = { id, name: `v${id}`, purposes: consent, legIntPurposes: interest, flexiblePurposes: flexible,
                 specialPurposes: [], features: [], specialFeatures: [], policyUrl: '', urls: [] };
  }
  return new GVL({ gvlSpecificationVersion: 3, vendorListVersion: 1 + below(4000), tcfPolicyVersion: policy,
                   lastUpdated: '2026-01-01T00:00:00Z', purposes, specialPurposes: {}, features: {}, specialFeatures: {},
                   stacks: {}, vendors: made });
}

const lists = [upTo(20), some(upTo(120), 0.9), upTo(400).filter((id) => id < 20 || id > 380), some(upTo(300), 0.2), [1, 2000]]
  .flatMap((ids) => [vendorList(ids, 4), vendorList(ids, 5)]);

function randomString() {
  const gvl = pick(lists);
  gvl.lang_ = pick(['EN', 'FR', 'DE', 'ZZ']);
  const model = new TCModel(gvl);
  model.cmpId = 2 + below(4094);
  model.cmpVersion = below(4096);
  model.consentScreen = below(64);
  model.publisherCountryCode = pick(['FR', 'AA', 'ZZ', 'CH']);
  model.isServiceSpecific = random() < 0.9;
  model.useNonStandardStacks = random() < 0.5;
  model.purposeOneTreatment = random() < 0.2;
  model.specialFeatureOptins.set(some(upTo(12), random()));
  model.purposeConsents.set(some(upTo(24), random()));
  model.purposeLegitimateInterests.set(some(random() < 0.8 ? [2, 7, 8, 9, 10, 11] : upTo(24), random()));
  model.publisherConsents.set(some(upTo(24), random()));
  model.publisherLegitimateInterests.set(some(upTo(24), random()));
  model.numCustomPurposes = pick([0, 0, 1, 5, 63]);
  model.publisherCustomConsents.set(some(upTo(model.numCustomPurposes), 0.5));
  model.publisherCustomLegitimateInterests.set(some(upTo(model.numCustomPurposes), 0.5));
  const ids = [...gvl.vendorIds];
  const share = pick([0, 0.05, 0.5, 1]);
  model.vendorConsents.set(some(ids, share));
  model.vendorLegitimateInterests.set(some(ids, pick([0, 0.3, 1])));
  model.vendorsAllowed.set(some(ids, 0.2));
  for (let left = below(6); left > 0; --left) {
    const restriction = new PurposeRestriction(1 + below(11), pick([0, 1, 2]));
    for (const id of some(ids, pick([0.02, 0.5, 1]))) model.publisherRestrictions.add(id, restriction);
  }
  const last = pick([Date.UTC(2026, 1, 27), Date.UTC(2026, 1, 28), Date.UTC(2027, 0, 1) - below(900) * day]) - pick([0, 100]);
  const rest = [['vendorsDisclosed'], ['vendorsDisclosed', 'publisherTC'], ['publisherTC', 'vendorsDisclosed'],
                ['vendorsAllowed', 'vendorsDisclosed'], ['publisherTC'], []];
  // setters of the model write the date anew: it comes last
  model.created = new Date(last - pick([0, 0, 0, day]));
  model.lastUpdated = new Date(last);
  return TCString.encode(model, { segments: ['core', ...pick(rest)] });
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const flip = (text, bit) => {
  const at = Math.floor(bit / 6);
  const value = ALPHABET.indexOf(text[at]);
  return value < 0 ? text : text.slice(0, at) + ALPHABET[value ^ (1 << (bit % 6))] + text.slice(at + 1);
};
function damage(text) {
  const at = below(text.length + 1);
  switch (below(9)) {
    case 0: return flip(text, below(6 * text.length));
    case 1: return flip(text, below(6 * Math.min(60, text.length)));  // where the fields are
    case 2: { let out = text; for (let left = 1 + below(6); left > 0; --left) out = flip(out, below(6 * out.length)); return out; }
    case 3: return text.slice(0, at);
    case 4: return text.slice(0, at) + pick([...ALPHABET, '.', '+', '/', '=', ' ', '~', 'é', '%']) + text.slice(at);
    case 5: return text.slice(0, at) + text.slice(at + 1 + below(4));
    case 6: return text + pick(['A', 'AAAA', 'AAAAAAAA', '.', '.YAAAAAAAAAA', '.IAAA', '.QAAA', '.gAAA', '_']);
    case 7: return text.split('.').reverse().join('.');
    default: return text.split('.').concat(text.split('.').slice(1)).join('.');
  }
}

const listOf = (vector) => [...vector].filter(([, there]) => there).map(([id]) => id);
function reference(text) {
  let model;
  try {
    model = TCString.decode(text);
  } catch {
    return null;
  }
  const restrictions = {};
  for (const one of model.publisherRestrictions.getRestrictions())
    restrictions[`${one.purposeId}/${one.restrictionType}`] = model.publisherRestrictions.getVendors(one);
  return {
    model,
    fields: {
      version: model.version, created: model.created?.toISOString(), lastUpdated: model.lastUpdated?.toISOString(),
      cmpId: model.cmpId, cmpVersion: model.cmpVersion, consentScreen: model.consentScreen,
      consentLanguage: model.consentLanguage, vendorListVersion: model.vendorListVersion,
      tcfPolicyVersion: model.policyVersion, isServiceSpecific: model.isServiceSpecific,
      useNonStandardTexts: model.useNonStandardStacks, specialFeatureOptins: listOf(model.specialFeatureOptins),
      purposesConsent: listOf(model.purposeConsents), purposesLITransparency: listOf(model.purposeLegitimateInterests),
      purposeOneTreatment: model.purposeOneTreatment, publisherCC: model.publisherCountryCode,
      vendorConsents: listOf(model.vendorConsents), vendorLegitimateInterests: listOf(model.vendorLegitimateInterests),
      publisherRestrictions: restrictions, disclosedVendors: listOf(model.vendorsDisclosed),
      allowedVendors: listOf(model.vendorsAllowed),
      publisherTC: { pubPurposesConsent: listOf(model.publisherConsents),
                     pubPurposesLITransparency: listOf(model.publisherLegitimateInterests),
                     numCustomPurposes: Number(model.numCustomPurposes),
                     customPurposesConsent: listOf(model.publisherCustomConsents),
                     customPurposesLITransparency: listOf(model.publisherCustomLegitimateInterests) },
    },
  };
}

// Ours in the reference's shape, which says nothing of a segment that is not there.
function ours(fields) {
  const restrictions = {};
  for (const { purpose, type, vendors } of fields.publisherRestrictions) {
    const ids = new Set();
    for (const [first, last] of vendors) for (let id = first; id <= last; ++id) ids.add(id);
    restrictions[`${purpose}/${type}`] = [...ids].sort((a, b) => a - b);
  }
  return { ...fields, publisherRestrictions: restrictions, disclosedVendors: fields.disclosedVendors ?? [],
           allowedVendors: fields.allowedVendors ?? [],
           publisherTC: fields.publisherTC ?? { pubPurposesConsent: [], pubPurposesLITransparency: [], numCustomPurposes: 0,
                                                customPurposesConsent: [], customPurposesLITransparency: [] } };
}

function difference(left, right) {
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const [a, b] = [left[name], right[name]];
    const plain = (value) => JSON.stringify(value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort()) : value);
    if (plain(a) !== plain(b)) return name;
  }
  return '';
}

// standards.md C4 rows 18 to 20, said once more, of the reference's own fields.
function valid({ fields }, text) {
  const made = Math.max(Date.parse(fields.created), Date.parse(fields.lastUpdated));
  return [4, 5].includes(fields.tcfPolicyVersion) && fields.isServiceSpecific &&
    ![1, 3, 4, 5, 6].some((id) => fields.purposesLITransparency.includes(id)) &&
    (made < Date.UTC(2026, 1, 28) || text.split('.').some((segment) => /^[I-P]/.test(segment))) &&
    Date.parse(fields.lastUpdated) >= Date.parse(fields.created);
}
function allows(read, text, purposes, vendor) {
  const { fields, model } = read;
  if (!valid(read, text) || purposes.length === 0) return false;
  const agreed = fields.purposesConsent.filter((id) => id !== 1 || !fields.purposeOneTreatment);
  if (!purposes.every((id) => agreed.includes(id))) return false;
  if (vendor === 0) return true;
  const disclosed = text.split('.').some((segment) => /^[I-P]/.test(segment));
  return (!disclosed || model.vendorsDisclosed.has(vendor)) && model.vendorConsents.has(vendor) &&
    !model.publisherRestrictions.getRestrictions(vendor).some((r) => r.restrictionType !== 1 && purposes.includes(r.purposeId));
}

const tally = {};
const tell = (what) => { tally[what] = (tally[what] ?? 0) + 1; };
const failures = [];
const fail = (why, text) => { failures.push(`${why}\n    ${text.length > 400 ? `${text.slice(0, 400)}… (${text.length})` : text}`); };

const asked = [];
for (let i = 0; i < count; ++i) {
  const written = randomString();
  const mutated = [damage(written), damage(written), random() < 0.3 ? damage(damage(written)) : damage(written)];
  for (const [text, intact] of [[written, true], ...mutated.map((m) => [m, false])]) {
    if (/[\t\n]/.test(text)) continue;
    const read = reference(text);
    // half of the questions are about what the string says yes to, so that there are yeses
    const yes = read && random() < 0.7;
    const consented = yes ? listOf(read.model.purposeConsents) : upTo(24);
    const rules = yes && random() < 0.4
      ? read.model.publisherRestrictions.getRestrictions().filter((r) => consented.includes(r.purposeId)) : [];
    const restricted = rules.length ? pick(rules) : null;
    const vendors = (yes ? listOf(read.model.vendorConsents) : upTo(900))
      .filter((id) => !restricted || read.model.publisherRestrictions.vendorHasRestriction(id, restricted));
    const purposes = restricted ? [restricted.purposeId] : [...new Set(upTo(below(4)).map(() => (consented.length ? pick(consented) : 1)))];
    const vendor = !restricted && random() < 0.2 || vendors.length === 0 ? 0 : pick(vendors);
    asked.push({ text, intact, read, purposes, vendor });
  }
}
const lines = asked.map(({ text, purposes, vendor }) => `${text}\t${purposes.reduce((bits, id) => bits | (1 << (id - 1)), 0)} ${vendor}\n`);
const run = spawnSync(args[0], { input: lines.join(''), encoding: 'utf8', maxBuffer: 4 << 30 });
const answers = run.stdout.split('\n').slice(0, -1);
if (run.status !== 0 || answers.length !== asked.length) {
  console.error(`tcf_lines: exit ${run.status}, ${answers.length} of ${asked.length} answers\n${run.stderr}`);
  process.exit(1);
}
asked.forEach(({ text, intact, read, purposes, vendor }, i) => {
  const report = JSON.parse(answers[i]);
  const kind = intact ? 'intact' : 'damaged';
  if (report.error) {
    tell(`${kind}: refused, ${read ? 'read by the reference' : 'as the reference does'}: ${report.error}`);
    if (intact) fail(`refused: ${report.error}`, text);
    return;
  }
  if (!read) {
    tell(`${kind}: refused by the reference only, ${report.valid ? 'valid' : 'invalid'} here: ${report.flaws}`);
    if (intact || report.valid) fail('held valid, refused by the reference', text);
    return;
  }
  const other = difference(ours(report.fields), read.fields);
  if (other) fail(`another ${other}`, text);
  if (report.valid && !valid(read, text)) fail('held valid', text);
  if (intact && report.valid !== valid(read, text)) fail(`held ${report.valid ? '' : 'in'}valid: ${report.flaws}`, text);
  const expected = allows(read, text, purposes, vendor);
  if (report.answer.allowed && !expected) fail(`allowed: purposes ${purposes}, vendor ${vendor}`, text);
  if (intact && report.answer.allowed !== expected) fail(`${report.answer.reason}: purposes ${purposes}, vendor ${vendor}`, text);
  tell(`${kind}: read alike, ${report.valid ? 'valid' : 'invalid'}`);
  tell(`${kind}: ${report.answer.reason}`);
});
for (const what of Object.keys(tally).sort()) console.log(String(tally[what]).padStart(8), what);
for (const failure of failures.slice(0, 20)) console.error(`✗ ${failure}`);
// a comparison of nothing proves nothing
for (const what of ['intact: read alike, valid', 'intact: tcf.consented', 'intact: tcf.restricted_by_publisher',
                    'intact: tcf.vendor_not_consented', 'intact: tcf.purpose_not_consented', 'damaged: read alike, valid',
                    'damaged: tcf.consented']) {
  if ((tally[what] ?? 0) < count / 100) failures.push(console.error(`✗ too few: ${what}`));
}
console.log(`${count} strings and ${asked.length - count} damaged ones, seed ${seed}: ${failures.length} failures`);
process.exit(failures.length ? 1 : 0);
