import { expect, test } from "vitest";
import { createExampleId } from "#support/examples.ts";
import { createRenewal, TODAY, UNANSWERED_FACTS } from "#support/handover/facts.ts";
import type { HandoverFacts, RenewalRecord } from "./people.ts";
import { buildChecklist, filterGaps } from "./index.ts";

const answer = (question: string, value: string) => ({
  id: createExampleId(300),
  question,
  value,
  by: "後任",
  at: "2026-11-20T00:00:00.000Z",
});

const buildFacts = (
  push: Partial<RenewalRecord>,
  answers: Readonly<Record<string, string>> = {},
  tenant: Partial<HandoverFacts["tenant"]> = {},
): HandoverFacts => ({
  ...UNANSWERED_FACTS,
  tenant: { ...UNANSWERED_FACTS.tenant, ...tenant },
  renewals: UNANSWERED_FACTS.renewals.map((one) => (one.kind === "push-certificate" ? { ...one, ...push } : one)),
  answers: Object.entries(answers).map(([question, value]) => answer(`push-certificate.${question}`, value)),
});

const listFirstDay = (facts: HandoverFacts) => buildChecklist(facts, TODAY).filter(({ item }) => item === "first-day");

const ACCOUNT = "push certificate: ";

test.each<readonly [what: string, value: string | null, facts: HandoverFacts]>([
  ["login address", "https://minato.panel.example.jp", buildFacts({})],
  ["login address", null, buildFacts({}, {}, { loginUrl: null })],
  ["domain", null, buildFacts({}, {}, { domain: null })],
  ["accounts of CLOMO PANEL", "管理 1郎 (admin1), 管理 2郎 (admin2), 管理 3郎 (admin3)", buildFacts({})],
  ["accounts of CLOMO PANEL", null, { ...buildFacts({}), administrators: [] }],
  [`${ACCOUNT}account`, "push@example.jp", buildFacts({})],
  [`${ACCOUNT}account`, "box@example.jp", buildFacts({ account: null }, { account: "box@example.jp" })],
  [`${ACCOUNT}telephone number that receives the code`, "03-0000-0001", buildFacts({ phone: "03-0000-0001" })],
  [`${ACCOUNT}telephone number that receives the code`, "03-0000-0002", buildFacts({}, { phone: "03-0000-0002" })],
  [`${ACCOUNT}telephone number that receives the code`, null, buildFacts({})],
  [`${ACCOUNT}who has this telephone`, "情報システム部の金庫", buildFacts({ phoneHolder: "情報システム部の金庫" })],
  [`${ACCOUNT}who has this telephone`, "佐藤", buildFacts({ phoneHolder: null }, { holder: "佐藤" })],
  [`${ACCOUNT}who has this telephone`, null, buildFacts({ phoneHolder: null })],
  [`${ACCOUNT}where the password is kept`, "金庫", buildFacts({}, { "password-place": "金庫" })],
  [`${ACCOUNT}where the password is kept`, null, buildFacts({})],
  ["next expiry date: プッシュ", "2026-12-01", buildFacts({ expiresAt: "2026-12-01T00:00:00.000Z" })],
  ["next expiry date", null, { ...buildFacts({}), renewals: [] }],
  ["notes: プッシュ", "金庫の鍵は / 受付に", buildFacts({ notes: "金庫の鍵は\n受付に\n" })],
])("%s: %s", (what, value, facts) => {
  const row = listFirstDay(facts).find((one) => one.what.en === what);
  expect([row?.value, row?.state, row?.next === null]).toEqual([
    value,
    value === null ? "gap" : "recorded",
    value !== null,
  ]);
});

test.each([
  ["phone", { phone: "03-0000-0001" }, "090-0000-1111", "090-0000-1111 ≠ 03-0000-0001"],
  ["phone", { phone: "03-0000-0001" }, "+81 3 0000 0001", null],
  ["phone", { phone: "０３（００００）０００１" }, "03-0000-0001", null],
  ["account", { account: "push@example.jp" }, "old@example.jp", "old@example.jp ≠ push@example.jp"],
  ["account", { account: "push@example.jp" }, "PUSH@example.jp (会社)", null],
  ["holder", { phoneHolder: "金庫" }, "佐藤", null],
])("an answer and an item that differ are a gap: %s %j, %s", (question, push, answered, value) => {
  const gaps = filterGaps(buildChecklist(buildFacts(push, { [question]: answered }), TODAY));
  const found = gaps.filter(({ id }) => id === "contradiction");
  expect(found.map((row) => row.value)).toEqual(value === null ? [] : [value]);
});

test("a number of another account is no contradiction, and several values have the names of their items", () => {
  const vpp = { kind: "vpp-token", account: "vpp@example.jp", phone: "03-0000-0009" } as const;
  const facts = {
    ...buildFacts({}),
    renewals: [
      createRenewal(1, { ...vpp, name: "VPP" }),
      createRenewal(2, { ...vpp, name: "大阪", account: "abm@x.jp" }),
    ],
    answers: [answer("apple-business.account", "abm@x.jp"), answer("apple-business.phone", "03-0000-0009")],
  };
  const rows = listFirstDay(facts);
  expect(rows.filter(({ id }) => id === "contradiction")).toEqual([]);
  expect(rows.map(({ value }) => value)).toContain("vpp@example.jp (VPP), abm@x.jp (大阪)");
});

test("a gap of the first day is counted once", () => {
  const ids = filterGaps(buildChecklist(UNANSWERED_FACTS, TODAY)).map(({ id }) => id);
  expect(ids.filter((id) => id.includes("."))).toEqual([...new Set(ids.filter((id) => id.includes(".")))]);
  expect(ids).toContain("push-certificate.phone");
});
