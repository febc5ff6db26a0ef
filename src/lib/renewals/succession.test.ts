import { expect, test } from "vitest";
import type { SuccessorEvidence, Renewable } from "../apple/index.ts";
import type { Issuer } from "../apple/renewable.ts";
import type { ExpiringItem } from "../model/renewal.ts";
import { isNewerFile, lineageOf, findNewestFile, identityOf } from "./succession.ts";

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
  file({ of: "ade-token", server, recipient, consumer });
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
  const [identity, its] = [one, other].map((each) => identityOf(lineageOf(each)));
  expect(identity !== undefined && identity === its).toBe(isSame);
  expect(findNewestFile([one, other]) !== undefined).toBe(isSame);
  expect(findNewestFile([one])).toBe(one);
});

test("the last to expire of one identity counts, and of several identities no item counts", () => {
  const [old, newer] = [push("t1"), push("t1", "2028-03-01T00:00:00Z")];
  expect([isNewerFile(newer.expiring, old.expiring), isNewerFile(old.expiring, newer.expiring)]).toEqual([true, false]);
  expect(isNewerFile(old.expiring, old.expiring)).toBe(false);
  expect(isNewerFile({ expiresAt: null }, old.expiring)).toBe(false);
  expect([findNewestFile([old, newer]), findNewestFile([newer, old])]).toEqual([newer, newer]);
  expect(findNewestFile([old, push("t2")])).toBeUndefined();
  expect(findNewestFile([])).toBeUndefined();
});
