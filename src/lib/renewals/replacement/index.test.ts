import { describe, expect, test } from "vitest";
import type { SuccessorEvidence, Renewable, SigningRequest } from "../../apple/index.ts";
import type { Issuer } from "../../apple/renewable.ts";
import type { ExpiringItem } from "../../model/renewal.ts";
import { judgeReplacement } from "./index.ts";
import type { Check, JudgementOptions, CurrentItem, ReplacementJudgement } from "./check.ts";

const NOW = new Date("2027-02-15T00:00:00Z");
const TOPIC = "com.apple.mgmt.External.0001";

const expiring = (fields: Partial<ExpiringItem>): ExpiringItem => ({
  kind: "push-certificate",
  name: "APSP:0001",
  expiresAt: "2027-03-01T05:00:00Z",
  validFrom: "2026-03-01T05:00:00Z",
  certainty: "exact",
  fingerprint: "old",
  topic: TOPIC,
  organisation: null,
  ...fields,
});

const APPLE: Issuer = { name: "CN=Apple Application, O=Apple Inc.", namesApple: true };
const OWN: Issuer = { name: "CN=Own", namesApple: false };

type CertificateEvidence = Partial<Omit<Extract<SuccessorEvidence, { of: "certificate" }>, "of">>;

const push = (fields: Partial<ExpiringItem> = {}, evidence: CertificateEvidence = {}): Renewable => ({
  expiring: expiring(fields),
  evidence: { of: "certificate", issuer: APPLE, publicKey: "old key", ...evidence },
});
const LATER = { fingerprint: "new", expiresAt: "2028-02-14T05:00:00Z", validFrom: "2027-02-14T05:00:00Z" };
const newPush = (fields: Partial<ExpiringItem> = {}, evidence: CertificateEvidence = {}) =>
  push({ ...LATER, ...fields }, { publicKey: "new key", ...evidence });

const ade = (
  fields: Partial<ExpiringItem>,
  evidence: { server?: string | null; consumer?: string | null; recipient?: string | null } = {},
): Renewable => ({
  expiring: expiring({ kind: "ade-token", name: "本社", topic: null, ...fields }),
  evidence: { of: "ade-token", server: "本社", consumer: "c1", recipient: "CN=clomo, serial 0x17", ...evidence },
});

const vpp = (fields: Partial<ExpiringItem>, location: string | null = "Tokyo"): Renewable => ({
  expiring: expiring({ kind: "vpp-token", name: "Tokyo", topic: null, organisation: "株式会社例", ...fields }),
  evidence: { of: "vpp-token", location },
});

const judge = (
  current: CurrentItem | null,
  next: Renewable,
  rest: Partial<JudgementOptions> = {},
): ReplacementJudgement => judgeReplacement(current, next, { now: NOW, strict: false, ...rest });

const outcomes = ({ checks }: ReplacementJudgement): Record<string, Check["outcome"]> =>
  Object.fromEntries(checks.map(({ id, outcome }) => [id, outcome]));

const said = ({ checks }: ReplacementJudgement, id: Check["id"]): string => {
  const what = checks.find((check) => check.id === id)?.what;
  return `${what?.en}\n${what?.ja}`;
};

const request = (publicKey: string): SigningRequest => ({ publicKey, vendorSigned: true });

describe("push certificates", () => {
  test("the right certificate is safe", () => {
    const csr = { request: request("new key"), writtenAt: new Date("2027-02-14T00:00:00Z") };
    const judgement = judge(push(), newPush(), { csr, strict: true });
    expect(judgement.safe).toBe(true);
    expect(outcomes(judgement)).toEqual({
      kind: "good",
      topic: "good",
      expiry: "good",
      validity: "good",
      issuer: "good",
      "request-key": "good",
      "request-age": "good",
    });
    expect(said(judgement, "expiry")).toContain("from 2027-03-01 14:00:00 (Asia/Tokyo) to 2028-02-14 14:00:00");
  });

  test("last year's request is certainly stale by its key, and probably stale by its file time", () => {
    const byKey = { request: request("old key"), writtenAt: new Date("2027-02-14T00:00:00Z") };
    expect(outcomes(judge(push(), newPush(), { csr: byKey }))).toMatchObject({
      "request-age": "bad",
      "request-key": "bad",
    });
    expect(said(judge(push(), newPush(), { csr: byKey }), "request-age")).toContain("the public keys are the same");
    const byTime = { request: request("new key"), writtenAt: new Date("2026-03-01T04:59:59Z") };
    const lax = judge(push(), newPush(), { csr: byTime });
    expect([lax.safe, outcomes(lax)["request-age"]]).toEqual([true, "warning"]);
    expect(said(lax, "request-age")).toMatch(
      /^the CSR file is older than the certificate in use, .*\. However, the new certificate was made from this CSR/,
    );
    expect(judge(push(), newPush(), { csr: byTime, strict: true }).safe).toBe(false);
    const other = { request: request("third key"), writtenAt: new Date("2026-03-01T04:59:59Z") };
    expect(said(judge(push(), newPush(), { csr: other }), "request-age")).toContain("an earlier renewal");
    const untimed = { request: request("new key"), writtenAt: null };
    expect(outcomes(judge(push(), newPush(), { csr: untimed }))).toMatchObject({ "request-age": "unknown" });
  });

  const OTHER_NAME: Issuer = { ...APPLE, name: "CN=Apple Application 9, O=Apple Inc." };

  test.each<[string, Issuer, Issuer, Check["outcome"]]>([
    ["the same name", APPLE, APPLE, "good"],
    ["the same name, though not of Apple: an authority that stands for it", OWN, OWN, "good"],
    ["another name, of Apple", APPLE, OTHER_NAME, "unknown"],
    ["another name, not of Apple", APPLE, OWN, "bad"],
  ])("the issuer: %s", (_, was, is, outcome) => {
    const kinds = ["push-certificate", "agent-push-certificate", "agent-build-certificate"] as const;
    for (const kind of kinds) {
      const judgement = judge(push({ kind }, { issuer: was }), newPush({ kind }, { issuer: is }));
      expect(outcomes(judgement)).toMatchObject({ issuer: outcome });
      expect(judgement.leftToCheck.includes("issuer")).toBe(outcome === "unknown");
      expect(judgement.safe).toBe(outcome !== "bad");
    }
  });

  test.each([
    ["written at the very moment the current one began", "2026-03-01T05:00:00Z", {}, "good"],
    ["written a second before", "2026-03-01T04:59:59Z", {}, "warning"],
    [
      "written long ago, where nobody knows when the current one began",
      "2020-01-01T00:00:00Z",
      { validFrom: null },
      "unknown",
    ],
  ])("a request %s", (_, writtenAt, current, outcome) => {
    const csr = { request: request("new key"), writtenAt: new Date(writtenAt) };
    expect(outcomes(judge(push(current), newPush(), { csr }))).toMatchObject({ "request-age": outcome });
  });

  test("the tenant's record is sufficient for the comparison", () => {
    expect(judge({ expiring: expiring({}) }, newPush()).safe).toBe(true);
    expect(judge({ expiring: expiring({ topic: "com.apple.mgmt.External.9" }) }, newPush()).safe).toBe(false);
  });
});

describe("server tokens", () => {
  type Keys = { readonly consumer: string | null; readonly recipient: string | null };
  const SHUT: Keys = { consumer: null, recipient: "CN=clomo, serial 0x17" };
  const OPEN: Keys = { ...SHUT, consumer: "c1" };
  const OTHER = "CN=other, serial 0x18";
  const NEWER = { fingerprint: "new", expiresAt: "2028-02-14T05:00:00Z", validFrom: "2027-02-14T05:00:00Z" };

  test("the right token is safe, with a note that it has ended the old one", () => {
    const judgement = judge(ade({}), ade(NEWER), { strict: true });
    expect(judgement.safe).toBe(true);
    expect(outcomes(judgement)).toEqual({
      kind: "good",
      key: "good",
      server: "good",
      consumer: "good",
      expiry: "good",
      validity: "good",
      "old-token": "warning",
    });
    expect(said(judgement, "old-token")).toContain("upload the new token now");
  });

  test.each<[string, Keys, Keys, Check["outcome"]]>([
    ["both open", OPEN, OPEN, "good"],
    ["both open, with two keys of ours", OPEN, { ...OPEN, recipient: OTHER }, "good"],
    ["only the current one opens", OPEN, { ...OPEN, consumer: null }, "bad"],
    ["only the new one opens", { ...OPEN, consumer: null }, OPEN, "bad"],
    ["none opens, and the recipients are the same", SHUT, SHUT, "good"],
    ["none opens, and the recipients differ", SHUT, { ...SHUT, recipient: OTHER }, "bad"],
    ["none opens, and the current one names no recipient", { ...SHUT, recipient: null }, SHUT, "unknown"],
    ["none opens, and the new one names no recipient", SHUT, { ...SHUT, recipient: null }, "unknown"],
  ])("the key: %s", (_, was, is, outcome) => {
    const certainty = (of: Keys) => (of.consumer === null ? "estimated" : "exact");
    const judgement = judge(ade({ certainty: certainty(was) }, was), ade({ ...NEWER, certainty: certainty(is) }, is));
    expect(outcomes(judgement)).toMatchObject({ key: outcome });
    expect([judgement.safe, judgement.leftToCheck.includes("key")]).toEqual([outcome !== "bad", outcome === "unknown"]);
  });

  test("the key of a recorded token is not known, and downloading another is not advised", () => {
    const record: CurrentItem = {
      expiring: expiring({ kind: "ade-token", name: "本社", topic: null, certainty: "estimated" }),
    };
    const judgement = judge(record, ade({ ...NEWER, certainty: "estimated" }, SHUT));
    expect(judgement.leftToCheck).toEqual(["key", "consumer"]);
    expect(said(judgement, "key")).toMatch(/do not download another token to try\n.*ダウンロードしないでください/s);
  });

  test.each([
    ["another name", { server: "東京本社" }],
    ["no name", { server: null }],
  ])("for the server, %s is left to check unless the consumer key is the same", (_, evidence) => {
    const [current, next] = [
      ade({ certainty: "estimated" }, { consumer: null }),
      ade({ ...NEWER, certainty: "estimated" }, { ...evidence, consumer: null }),
    ];
    expect(judge(current, next)).toMatchObject({ safe: true, leftToCheck: ["server", "consumer"] });
    expect(judge(ade({}), ade(NEWER, evidence))).toMatchObject({ leftToCheck: [] });
    expect(judge(ade({}), ade(NEWER, { ...evidence, consumer: "c2" })).leftToCheck).toEqual(["server", "consumer"]);
  });

  test("what either file does not show is unknown", () => {
    for (const [was, is] of [
      [null, "c1"],
      ["c1", null],
      [null, null],
    ] as const) {
      const judgement = judge(ade({}, { consumer: was }), ade(NEWER, { consumer: is }));
      expect(outcomes(judgement)).toMatchObject({ consumer: "unknown", server: "good" });
    }
    expect(outcomes(judge(ade({}, { server: null }), ade(NEWER)))).toMatchObject({ server: "unknown" });
  });

  test("shows names, but not consumer keys", () => {
    const other = judge(ade({}), ade(NEWER, { server: "支社", consumer: "c2" }));
    expect(said(other, "server")).toContain("本社 → 支社");
    expect(said(other, "consumer")).not.toMatch(/c[12]/);
    expect(said(judge(ade({}), ade(NEWER)), "server")).toContain("本社");
    expect(said(judge(ade({}), ade(NEWER)), "consumer")).not.toContain("c1");
  });

  test("ignores a request", () => {
    const csr = { request: request("new key"), writtenAt: new Date("2027-02-14T00:00:00Z") };
    expect(Object.keys(outcomes(judge(ade({}), ade(NEWER), { csr })))).not.toContain("request-key");
  });

  test("a recorded name that differs from the server's is only doubtful", () => {
    const record: CurrentItem = { expiring: expiring({ kind: "ade-token", name: "ADE トークン", topic: null }) };
    const judgement = judge(record, ade(NEWER));
    expect([judgement.safe, outcomes(judgement)["server"]]).toEqual([true, "warning"]);
  });
});

test.each([
  ["exact", "exact", false],
  ["estimated", "exact", true],
  ["exact", "estimated", true],
  ["estimated", "estimated", true],
] as const)("whether the comparison of %s and %s dates is limited: %s", (was, is, limited) => {
  for (const expiresAt of ["2028-02-14T05:00:00Z", "2026-12-01T05:00:00Z"]) {
    const next = ade({ certainty: is, fingerprint: "new", expiresAt });
    const what = said(judge(ade({ certainty: was }), next), "expiry");
    expect([what.includes("(estimated)"), what.includes("推定を含む")]).toEqual([limited, limited]);
  }
});

test.each(["__", "Tokyo__", "Tokyo_1"])(
  "a location of full-width characters cannot be distinguished from others: %s",
  (place) => {
    const next = vpp({ fingerprint: "new", expiresAt: "2028-02-14T05:00:00Z", validFrom: null }, place);
    const judgement = judge(vpp({}, place), next);
    expect(outcomes(judgement)).toMatchObject({ location: "unknown" });
    expect(said(judgement, "location")).toMatch(/another location may have the same name.*\n.*「コンテンツトークン」/s);
  },
);

test.each([
  ["from this very moment on", { validFrom: NOW.toISOString() }, "good"],
  ["from a second later on", { validFrom: "2027-02-15T00:00:01Z" }, "bad"],
  ["since an unknown time", { validFrom: null }, "good"],
  ["for one second more", { expiresAt: "2027-02-15T00:00:01Z" }, "good"],
  ["no more from this very moment on", { expiresAt: NOW.toISOString() }, "bad"],
])("a certificate that is valid %s", (_, dates, outcome) => {
  const judgement = judge(push({ expiresAt: "2027-02-01T00:00:00Z" }), newPush(dates));
  expect(outcomes(judgement)).toMatchObject({ validity: outcome });
});

test("other certificates and profiles are compared by name", () => {
  const other = (name: string, fields: Partial<ExpiringItem> = {}): Renewable =>
    push({ kind: "certificate", topic: null, name, ...fields }, { issuer: OWN });
  expect(outcomes(judge(other("mdm.example.jp"), other("mdm.example.jp", LATER), { strict: true }))).toEqual({
    kind: "good",
    name: "good",
    expiry: "good",
    validity: "good",
  });
  expect(outcomes(judge(other("a"), other("b", LATER)))).toMatchObject({ name: "warning" });
  expect(judge(other("a"), other("b", LATER), { strict: true }).safe).toBe(false);
});

describe("if the file in use is known only by its record, or not at all", () => {
  test("what is not recorded is omitted or unknown, and the rest is compared", () => {
    const bare = judge({ expiring: expiring({ topic: null }) }, newPush());
    expect(outcomes(bare)).toMatchObject({ topic: "unknown", expiry: "good" });
    expect(said(bare, "topic")).toContain(TOPIC);
    const undated = judge({ expiring: { ...expiring({}), expiresAt: null, fingerprint: null } }, newPush());
    expect(outcomes(undated)).toEqual({
      kind: "good",
      topic: "good",
      validity: "good",
      issuer: "unknown",
      "request-key": "unknown",
    });
    const unsigned = judge({ expiring: expiring({}) }, newPush());
    expect(unsigned.leftToCheck).toEqual(["issuer", "request-key"]);
  });

  test("a recorded topic is compared, and a topic missing from both is bad", () => {
    const recorded = { expiring: expiring({}) };
    expect(outcomes(judge(recorded, newPush({ topic: "other" })))).toMatchObject({ topic: "bad" });
    const none = { expiring: expiring({ topic: null }) };
    expect(outcomes(judge(none, newPush({ topic: null })))).toMatchObject({ topic: "bad" });
  });

  test("without a record, only the new file is judged", () => {
    const unknown = judge(null, newPush());
    expect(unknown.safe).toBe(true);
    expect(outcomes(unknown)).toEqual({
      kind: "unknown",
      validity: "good",
      issuer: "unknown",
      "request-key": "unknown",
    });
    expect(judge(null, newPush({ expiresAt: "2027-02-01T00:00:00Z" })).safe).toBe(false);
  });
});
