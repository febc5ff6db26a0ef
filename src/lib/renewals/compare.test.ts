import { expect, test } from "vitest";
import type { SuccessorEvidence, Renewable } from "../apple/index.ts";
import type { Issuer } from "../apple/renewable.ts";
import { EXPIRY_CONSEQUENCES, type ExpiringItem } from "../nouns/renewal.ts";
import { compareFiles, identityOf, type CurrentItem, type FilePair } from "./compare.ts";

const KINDS = {
  certificate: "certificate",
  "ade-token": "ade-token",
  "vpp-token": "vpp-token",
  "provisioning-profile": "agent-profile",
} as const;

const file = (evidence: SuccessorEvidence, fields: Partial<ExpiringItem> = {}): Renewable => ({
  expiring: {
    kind: KINDS[evidence.of],
    name: "a",
    expiresAt: "2027-03-01T00:00:00Z",
    validFrom: null,
    certainty: "exact",
    fingerprint: "00",
    topic: null,
    organisation: "例",
    ...fields,
  },
  evidence,
});

const APPLE: Issuer = { name: "CN=Apple Application, O=Apple Inc.", namesApple: true };
const OTHER: Issuer = { name: "CN=Somebody", namesApple: false };

const push = (topic: string | null, expiresAt = "2027-03-01T00:00:00Z"): Renewable =>
  pushOf(topic, APPLE, { expiresAt });
const pushOf = (topic: string | null, issuer: Issuer, fields: Partial<ExpiringItem> = {}): Renewable =>
  file({ of: "certificate", issuer, publicKey: null }, { topic, ...fields });
const ade = (server: string | null, recipient: string | null, consumer: string | null = null): Renewable =>
  file({ of: "ade-token", server, recipient, consumer, key: consumer === null ? null : "own.key" });
const vpp = (location: string | null, organisation: string | null = "例"): Renewable =>
  file({ of: "vpp-token", location }, { organisation });

const [A, B] = ["CN=a, serial 0x1", "CN=b, serial 0x1"];

test.each<[string, Renewable, Renewable, boolean]>([
  ["certificates of one topic", push("t1"), push("t1", "2028-03-01T00:00:00Z"), true],
  ["certificates of one topic and of another authority", pushOf("t1", OTHER), pushOf("t1", OTHER), true],
  ["certificates of one topic, of Apple and of somebody else", push("t1"), pushOf("t1", OTHER), false],
  ["certificates of one topic, by two names of Apple", push("t1"), pushOf("t1", { ...APPLE, name: "G2" }), false],
  ["certificates of two topics", push("t1"), push("t2"), false],
  ["a push certificate and another one", push("t1"), push(null), false],
  ["certificates of one name without a topic", push(null), push(null), false],
  ["server tokens for one key", ade("本社", A), ade("本社", A), true],
  ["server tokens for one key, of two names of a server", ade("本社", A), ade("東京本社", A), false],
  ["server tokens for one key, of two names, one opened", ade("本社", A, "c"), ade("東京本社", A), false],
  ["server tokens of one consumer key, of two names", ade("本社", A, "c"), ade("東京本社", A, "c"), true],
  ["server tokens for one key, of which one file was renamed", ade("本社", A), ade(null, A), false],
  ["server tokens of one consumer key for two keys", ade("MDM", A, "c"), ade("MDM", B, "c"), true],
  ["server tokens of two consumer keys for one key", ade("MDM", A, "c"), ade("MDM", A, "d"), false],
  ["server tokens of one name for two keys", ade("MDM", A), ade("MDM", B), false],
  ["server tokens of which one names no recipient", ade("本社", null), ade("本社", A), false],
  ["content tokens of one place", vpp("Tokyo"), vpp("Tokyo"), true],
  ["content tokens of one place, in letters of two widths", vpp("Tokyo1", "ABC"), vpp("Tokyo1", "ABC"), true],
  ["content tokens of two places", vpp("Tokyo"), vpp("Osaka"), false],
  ["content tokens of one place of two organisations", vpp("Tokyo"), vpp("Tokyo", "別"), false],
  ["content tokens of full-width places", vpp("__"), vpp("__"), false],
  ["content tokens whose place may have a full-width character", vpp("Tokyo_1"), vpp("Tokyo_1"), false],
  ["content tokens of which one file was renamed", vpp("Tokyo"), vpp(null), false],
  ["content tokens of which one has no organisation", vpp("Tokyo"), vpp("Tokyo", null), false],
  ["profiles of one name", file({ of: "provisioning-profile" }), file({ of: "provisioning-profile" }), false],
  ["a server token and a content token", ade("a", "b"), vpp("b", "a"), false],
])("%s", (_, one, other, isSame) => {
  const [identity, its] = [one, other].map(({ expiring, evidence }) => identityOf({ ...expiring, evidence }));
  expect(identity !== undefined && identity === its).toBe(isSame);
});

const LATER = { fingerprint: "11", expiresAt: "2028-02-14T05:00:00Z" };

/** Compares two files, and returns the outcomes by check. */
const compare = (current: CurrentItem, next: Renewable, more: Partial<FilePair> = {}) => {
  const now = new Date("2027-02-15T00:00:00Z");
  const { checks, bad, left } = compareFiles({ current, next, now, timezone: "Asia/Tokyo", ...more });
  const outcomes = Object.fromEntries(checks.map(({ id, outcome }) => [id, outcome]));
  return { checks, outcomes, bad: bad.map(({ id }) => id), left: left.map(({ id }) => id) };
};

test("only Apple's devices need the push certificate: another topic, and its expiry, tell of no others", () => {
  const kind = "push-certificate";
  const { checks } = compare(pushOf("t", APPLE, { kind }), pushOf("u", APPLE, { kind, ...LATER }));
  const topic = checks.find(({ id }) => id === "topic")?.what;
  for (const told of [topic, EXPIRY_CONSEQUENCES[kind]]) {
    expect(told?.en).toMatch(/iPhones?, iPads? (?:and|or) Macs?/);
    expect(told?.ja).toContain("iPhone・iPad・Mac");
  }
});

const OTHER_APPLE: Issuer = { ...APPLE, name: "CN=Apple Application 9, O=Apple Inc." };

test.each([
  ["the same name", APPLE, APPLE, "good"],
  ["the same name, though not of Apple: an authority that stands for it", OTHER, OTHER, "good"],
  ["another name, of Apple", APPLE, OTHER_APPLE, "unknown"],
  ["another name, not of Apple", APPLE, OTHER, "bad"],
] as const)("the issuer of Apple's kinds is compared: %s", (_, was, is, issuer) => {
  for (const kind of ["push-certificate", "agent-push-certificate", "agent-build-certificate"] as const) {
    const { outcomes, bad, left } = compare(pushOf("t", was, { kind }), pushOf("t", is, { kind, ...LATER }));
    expect(outcomes).toMatchObject({ issuer });
    expect([bad.includes("issuer"), left.includes("issuer")]).toEqual([issuer === "bad", issuer === "unknown"]);
  }
});

test.each([
  ["both open", "c", A, "c", A, "good"],
  ["both open, as the recipients of two certificates of one key", "c", A, "c", B, "good"],
  ["only the one in use opens", "c", A, null, A, "bad"],
  ["only the new one opens", null, A, "c", A, "bad"],
  ["none opens, and the recipients are the same", null, A, null, A, "good"],
  ["none opens, and the recipients differ", null, A, null, B, "bad"],
  ["none opens, and one names no recipient", null, A, null, null, "unknown"],
] as const)("the key of a server token: %s", (_, opened, recipient, nextOpened, nextRecipient, key) => {
  const token = (consumer: string | null, to: string | null, fields: Partial<ExpiringItem> = {}): Renewable => {
    const { expiring, evidence } = ade("本社", to, consumer);
    return { expiring: { ...expiring, certainty: consumer === null ? "estimated" : "exact", ...fields }, evidence };
  };
  const { outcomes, checks } = compare(token(opened, recipient), token(nextOpened, nextRecipient, LATER));
  expect(outcomes).toMatchObject({ key });
  expect(outcomes["old-token"]).toBe(key === "bad" ? undefined : "warning");
  expect(JSON.stringify(checks.find(({ id }) => id === "consumer"))).not.toContain(": c");
});

const keyed = (publicKey: string, topic: string | null = "t", issuer = APPLE): Renewable =>
  file({ of: "certificate", issuer, publicKey }, { kind: "push-certificate", topic });
const [OLD_PUSH, CSR] = [keyed("old"), { publicKey: "new" } as FilePair["csr"]];

test.each<[string, Renewable, Renewable, RegExp, Partial<ExpiringItem>?]>([
  ["file", OLD_PUSH, OLD_PUSH, /^this file is the same as .*現在使われているファイルと同じ/, { fingerprint: "00" }],
  ["topic", OLD_PUSH, keyed("new", null), /\(subject UID\) is missing \/ トピック.*がありません$/],
  ["topic", OLD_PUSH, keyed("new", "u"), /stop responding.* Renew with the same .*応答しなくなります.*同じ.*「Renew」/],
  [
    "expiry",
    OLD_PUSH,
    OLD_PUSH,
    /is not later than .*は現在の期限 .* 以前です$/,
    { expiresAt: "2027-03-01T00:00:00Z" },
  ],
  ["expiry", OLD_PUSH, OLD_PUSH, /^extended from 2027.* to 2028.* \/ 2027.* から 2028.* に延びます$/],
  ["validity", OLD_PUSH, OLD_PUSH, /^expired on .*に期限が切れています$/, { expiresAt: "2027-02-14T00:00:00Z" }],
  ["validity", OLD_PUSH, OLD_PUSH, /^not valid before .*より前は有効では/, { validFrom: "2027-02-16T00:00:00Z" }],
  ["issuer", OLD_PUSH, keyed("new", "t", OTHER), /^the new issuer is not Apple.*ではありません/],
  ["request-key", OLD_PUSH, keyed("new"), /^the public key matches .*と一致しています$/],
  ["request-key", OLD_PUSH, keyed("other"), /^not made from this .* a new CSR.*から作られていない.*し直して/],
  ["request-key", keyed("new"), OLD_PUSH, /^this is the CSR of the certificate in use.* new .*使用中の.*し直して/],
  ["key", ade("s", A), ade("s", B), /server in use, and do not change .*使用中の.*公開鍵は変えないで/],
  ["key", ade("s", A, "c"), ade("s", A, "c"), /^decrypted with own\.key \/ own\.key で復号できました$/],
  ["server", ade("s", A), ade("t", A), /^was the server renamed\?.*サーバー名を変更しましたか/],
  ["consumer", ade("s", A, "c"), ade("s", A, "d"), /^another.* in use, with the same .*\/ 別の.*使用中の.*同じ/],
  ["organisation", vpp("x"), vpp("x", "別"), /^this token belongs to another .*別の組織のトークンです/],
  ["location", vpp("x"), vpp("y"), /^this token belongs to another .* other .*別の場所の.*ライセンスも別です/],
])("%s says why in both languages: %#", (check, current, { expiring, evidence }, words, fields = {}) => {
  const next = { expiring: { ...expiring, ...LATER, ...fields }, evidence };
  const what = compare(current, next, { csr: CSR }).checks.find(({ id }) => id === check)?.what;
  expect(`${what?.en} / ${what?.ja}`).toMatch(words);
});

test.each([
  ["from this very moment on", { validFrom: "2027-02-15T00:00:00Z" }, "good"],
  ["from a second later on", { validFrom: "2027-02-15T00:00:01Z" }, "bad"],
  ["for one second more", { expiresAt: "2027-02-15T00:00:01Z" }, "good"],
  ["no more from this very moment on", { expiresAt: "2027-02-15T00:00:00Z" }, "bad"],
])("a certificate that is valid %s", (_, dates, validity) => {
  const { outcomes } = compare(push("t", "2027-02-01T00:00:00Z"), pushOf("t", APPLE, { ...LATER, ...dates }));
  expect(outcomes).toMatchObject({ validity, expiry: "good" });
});

test("a record is compared as far as it goes, and the rest is left to check", () => {
  const next = pushOf("t1", APPLE, LATER);
  const recorded = (fields: Partial<ExpiringItem>): CurrentItem => ({ expiring: { ...next.expiring, ...fields } });
  const old = { fingerprint: "00", expiresAt: "2027-03-01T00:00:00Z" };
  expect(compare(recorded(old), { ...next, expiring: { ...next.expiring, kind: "push-certificate" } })).toMatchObject({
    bad: [],
    left: ["issuer", "request-key"],
  });
  const of = (kind: ExpiringItem["kind"], one: Renewable): Renewable => ({
    ...one,
    expiring: { ...one.expiring, ...LATER, kind },
  });
  const pushed = of("push-certificate", next);
  expect(compare(recorded({ ...old, topic: null }), pushed).left).toContain("topic");
  expect(compare(recorded({ ...old, topic: "t2" }), pushed).bad).toEqual(["topic"]);
  const typed = { expiring: { ...next.expiring, ...old, fingerprint: null, organisation: "れい" } };
  expect(compare(typed, of("vpp-token", vpp("Tokyo"))).left).toEqual(["organisation", "location"]);
  const server = recorded({ ...old, name: "ADE", certainty: "estimated" });
  expect(compare(server, of("ade-token", ade("本社", A))).left).toEqual(["key", "server", "consumer"]);
});
