import { expect, test } from "vitest";
import { TODAY, UNANSWERED_FACTS, createAdeServer } from "#support/handover/facts.ts";
import type { HandoverFacts, Renewal } from "./facts.ts";
import { buildChecklist, collectGaps, collectQuestions } from "./index.ts";
import { describeIdentity, findIdentity } from "./which.ts";

const withItem = (kind: Renewal["kind"], change: Partial<Renewal>, more: Partial<HandoverFacts> = {}) => {
  const renewals = UNANSWERED_FACTS.renewals.map((one) => (one.kind === kind ? { ...one, ...change } : one));
  return { ...UNANSWERED_FACTS, ...more, renewals };
};

const gapOf = (facts: HandoverFacts, name: string) =>
  collectGaps(buildChecklist(facts, TODAY)).find(
    ({ code, what }) => code === "which-one" && what.en.includes(` of ${name};`),
  );

const knownOf = (facts: HandoverFacts, kind: Renewal["kind"]) => {
  const renewal = facts.renewals.find((one) => one.kind === kind);
  if (renewal === undefined) throw new TypeError(`no ${kind}`);
  return describeIdentity(buildChecklist(facts, TODAY), renewal).map(({ ja }) => ja);
};

test("a missing certificate or token is a gap, with the command that reads it from its file", () => {
  const push = gapOf(withItem("push-certificate", { topic: null }), "プッシュ");
  expect(push?.what).toMatchObject({
    en: "not recorded: topic of プッシュ; without the topic, the wrong row may be renewed on the Apple Push Certificates Portal",
  });
  expect(push?.mend.en).toBe(
    "`clomoctl renewals edit プッシュ --file FILE` (FILE is the certificate in use; without this file, do not choose a row before you have asked the person who last renewed the certificate), or: `clomoctl handover answer push-certificate.topic`",
  );
  expect(gapOf(UNANSWERED_FACTS, "ADE")?.mend.ja).toMatch(
    /^`clomoctl renewals edit ADE --file FILE`\(.*無効になる.*\)、または: `clomoctl handover answer apple-business\.mdm-server`$/,
  );
  expect(gapOf(UNANSWERED_FACTS, "VPP 本社")?.mend.en).toContain("clomoctl renewals edit 'VPP 本社' --file FILE");
});

const MDM_SERVER = "Apple Business Manager の MDM サーバ名";
const LOCATION = "Apple Business Manager の場所";
const CLOMO_TOKEN = String.raw`C:\tokens\CLOMO_Token_2026-03-01T05-00-00Z_smime (1).p7m`;
const TOPIC = "com.apple.mgmt.External.1";

test.each<[string, HandoverFacts, Renewal["kind"], string]>([
  ["a topic", withItem("push-certificate", { topic: TOPIC }), "push-certificate", `トピック: ${TOPIC}`],
  ["the name of a file", withItem("ade-token", { source: CLOMO_TOKEN }), "ade-token", `${MDM_SERVER}: CLOMO`],
  [
    "the server that the tenant has itself",
    withItem(
      "ade-token",
      { expiresAt: "2027-03-01T05:00:00.000Z" },
      {
        adeServer: createAdeServer({ serverName: "本社 MDM", tokenExpiresAt: "2027-03-01T05:00:00.000Z" }),
      },
    ),
    "ade-token",
    `${MDM_SERVER}: 本社 MDM`,
  ],
  [
    "a file of a location",
    withItem("vpp-token", { source: "/a/sToken_for_Tokyo_.vpptoken" }),
    "vpp-token",
    `${LOCATION}: Tokyo`,
  ],
  ["an organisation", withItem("vpp-token", { organisation: "みなと" }), "vpp-token", `${LOCATION}: みなと`],
])("%s identifies it", (_case, facts, kind, told) => {
  expect(knownOf(facts, kind)[0]).toBe(told);
  const name = facts.renewals.find((one) => one.kind === kind)?.name ?? "";
  expect(gapOf(facts, name)).toBeUndefined();
});

test("a file name of only full-width letters and another token's server identify nothing", () => {
  const vpp = withItem("vpp-token", { source: "sToken_for____.vpptoken" });
  expect(knownOf(vpp, "vpp-token")).toEqual([]);
  const adeServer = createAdeServer({ serverName: "x", tokenExpiresAt: "2020-01-01T00:00:00.000Z" });
  expect(knownOf({ ...UNANSWERED_FACTS, adeServer }, "ade-token")).toEqual([]);
});

test("an answer identifies only its own renewal, and precedes the fingerprint", () => {
  const facts = withItem("vpp-token", { fingerprint: "0123456789abcdef".repeat(4) });
  const question = collectQuestions(buildChecklist(facts, TODAY)).find(({ id }) => id === "apple-business.location");
  const answer = {
    id: "019a9f3c-5a00-7abc-8def-000000000300",
    question: "apple-business.location",
    subject: question?.subject ?? "",
    value: "東京",
    by: "前任",
    at: "2026-11-20T00:00:00.000Z",
  };
  const answered = { ...facts, answers: [answer] };
  expect(knownOf(answered, "vpp-token")).toEqual([
    "Apple Business Manager の場所: 東京",
    "フィンガープリント: 0123456789ab…",
  ]);
  expect(gapOf(answered, "VPP 本社")).toBeUndefined();
  expect(gapOf({ ...facts, answers: [{ ...answer, subject: "x" }] }, "VPP 本社")).toBeDefined();
});

test.each<[HandoverFacts, Renewal["kind"], string, string]>([
  [withItem("push-certificate", { topic: TOPIC }), "push-certificate", "push-certificate.topic", `トピック: ${TOPIC}`],
  [withItem("ade-token", { source: CLOMO_TOKEN }), "ade-token", "apple-business.mdm-server", `${MDM_SERVER}: CLOMO`],
  [withItem("vpp-token", { organisation: "本社" }), "vpp-token", "apple-business.location", `${LOCATION}: 本社`],
])(
  "a different answer follows what is recorded with a mark, in the report and in the guide",
  (facts, kind, id, known) => {
    const told = `${known}(回答は 別のもの。どちらが正しいか要確認)`;
    const subject = facts.renewals.find((one) => one.kind === kind)?.id ?? "";
    const answer = {
      id: "019a9f3c-5a00-7abc-8def-000000000300",
      question: id,
      subject,
      value: "別のもの",
      by: "前任",
      at: "2026-11-20T00:00:00.000Z",
    };
    const renewal = facts.renewals.find((one) => one.kind === kind);
    if (renewal === undefined) throw new TypeError(`no ${kind}`);
    expect(knownOf({ ...facts, answers: [answer] }, kind)[0]).toBe(told);
    const [label, value] = findIdentity([answer], renewal) ?? [];
    expect(`${label?.ja}: ${value?.ja}`).toBe(told);
  },
);

test("asks nothing about what the tenant does not use, even if it is recorded", () => {
  const tenant = { ...UNANSWERED_FACTS.tenant, vpp: false };
  expect(gapOf({ ...UNANSWERED_FACTS, tenant }, "VPP 本社")).toBeUndefined();
});
