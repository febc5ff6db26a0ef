import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TOKEN_REJECTION_MESSAGE } from "../../model/ade-health.ts";
import { createExampleId } from "../../model/thing.ts";
import { EMPTY_TENANT_PROFILE } from "../../model/tenant.ts";
import {
  createAdministrator,
  answerAllQuestions,
  COMPLETE_FACTS,
  createRenewal,
  TODAY,
  UNANSWERED_FACTS,
  createAdeServer,
} from "#support/handover/facts.ts";
import type { HandoverFacts, Renewal } from "./facts.ts";
import { GAP_CODES, type GapCode } from "./gap.ts";
import { buildChecklist, collectGaps, collectQuestions } from "./index.ts";
import { countDays } from "./item.ts";
import { findPeople, type Person } from "./people.ts";
import { ITEM_TITLES } from "./titles.ts";

const answer = (question: string, value: string, subject = "", at = "2026-11-20T00:00:00.000Z") => ({
  id: createExampleId(400),
  question,
  subject,
  value,
  by: "後任",
  at,
});

const answering = (facts: HandoverFacts, question: string, value: string, at?: string): HandoverFacts => {
  const others = facts.answers.filter((one) => one.question !== question);
  const subjects = facts.answers.filter((one) => one.question === question).map(({ subject }) => subject);
  const all = subjects.length === 0 ? [""] : subjects;
  return { ...facts, answers: [...others, ...all.map((subject) => answer(question, value, subject, at))] };
};

const unanswering = (facts: HandoverFacts, question: string): HandoverFacts => ({
  ...facts,
  answers: facts.answers.filter((one) => one.question !== question),
});

const LEAVER: Person = {
  called: "管理 1郎",
  id: createAdministrator(1).id,
  account: "admin1",
  words: ["管理 1郎", "admin1", "admin1@example.jp"],
};

const [ONE, ...OTHERS] = COMPLETE_FACTS.administrators;
const withOne = (change: Parameters<typeof createAdministrator>[1]): HandoverFacts => ({
  ...COMPLETE_FACTS,
  administrators: [{ ...createAdministrator(1), ...ONE, ...change }, ...OTHERS],
});

const withRenewal = (kind: Renewal["kind"], change: Partial<Renewal>, facts = COMPLETE_FACTS): HandoverFacts => {
  const renewals = facts.renewals.map((one) => (one.kind === kind ? { ...one, ...change } : one));
  return { ...facts, renewals, answers: facts.answers.filter(({ question }) => !WHICH.test(question)) };
};

const WHICH = /\.(?:topic|mdm-server|location)$/;

const ending = (until: string): HandoverFacts => ({
  ...COMPLETE_FACTS,
  tenant: { ...COMPLETE_FACTS.tenant, contracts: [{ name: "CLOMO MDM", licences: 300, from: null, until }] },
});

const CASES: readonly (readonly [code: GapCode, facts: HandoverFacts, leaver?: Person, leaves?: string])[] = [
  [
    "unsaid",
    {
      ...COMPLETE_FACTS,
      tenant: { ...COMPLETE_FACTS.tenant, ...EMPTY_TENANT_PROFILE, contactName: "花子" },
      renewals: [],
    },
  ],
  ["unanswered", unanswering(COMPLETE_FACTS, "rules.lost.document")],
  ["answer-old", answering(COMPLETE_FACTS, "rules.lost.reviewed", "2025-11-22")],
  ["contact-unknown", { ...COMPLETE_FACTS, tenant: { ...COMPLETE_FACTS.tenant, contactName: null } }],
  ["contract-ends", ending("2027-02-21")],
  ["contract-ends", ending("2026-11-22")],
  ["contract-ends", ending("2027-06-29"), LEAVER, "2027-03-31"],
  [
    "nobody-files",
    answerAllQuestions({
      ...COMPLETE_FACTS,
      administrators: [
        createAdministrator(1),
        createAdministrator(2, { supportOption: false }),
        createAdministrator(3, { supportOption: false }),
      ],
    }),
    LEAVER,
  ],
  ["leaver-role", withOne({ supportOption: false }), LEAVER],
  ["leaver-support-option", COMPLETE_FACTS, LEAVER],
  ["support-option-rule", withOne({ role: "division" })],
  [
    "support-option-rule",
    answerAllQuestions({ ...COMPLETE_FACTS, administrators: [1, 2, 3, 4, 5, 6].map((n) => createAdministrator(n)) }),
  ],
  [
    "no-support-option",
    { ...COMPLETE_FACTS, administrators: [1, 2].map((n) => createAdministrator(n, { supportOption: false })) },
  ],
  ["no-notice-mail", withOne({ noticeMail: false })],
  ["mailbox-unread", answering(COMPLETE_FACTS, "administrators.mailbox", "no")],
  ["one-system-administrator", { ...COMPLETE_FACTS, administrators: [createAdministrator(1)] }],
  [
    "one-system-administrator",
    { ...COMPLETE_FACTS, administrators: [createAdministrator(1), createAdministrator(2)] },
    LEAVER,
  ],
  ["nobody-named", unanswering(COMPLETE_FACTS, "administrators.person")],
  ["no-backup-codes", answering(COMPLETE_FACTS, "administrators.mfa", "yes")],
  ["personal-account", answering(COMPLETE_FACTS, "push-certificate.company", "no")],
  ["no-second-owner", unanswering(COMPLETE_FACTS, "android.second-owner")],
  [
    "not-recorded",
    { ...COMPLETE_FACTS, renewals: COMPLETE_FACTS.renewals.filter(({ kind }) => kind !== "android-owner") },
  ],
  [
    "not-recorded",
    { ...COMPLETE_FACTS, renewals: COMPLETE_FACTS.renewals.filter(({ kind }) => kind !== "push-certificate") },
  ],
  ["not-recorded", { ...COMPLETE_FACTS, renewals: COMPLETE_FACTS.renewals.filter(({ kind }) => kind !== "vpp-token") }],
  ["which-one", withRenewal("push-certificate", { topic: null })],
  ["which-one", unanswering(COMPLETE_FACTS, "apple-business.mdm-server")],
  ["which-one", unanswering(COMPLETE_FACTS, "apple-business.location")],
  [
    "renewal-expired",
    {
      ...COMPLETE_FACTS,
      renewals: [...COMPLETE_FACTS.renewals, createRenewal(9, { expiresAt: "2026-10-01T00:00:00.000Z" })],
    },
  ],
  ["renewal-expired", withRenewal("push-certificate", { expiresAt: "2026-08-24T00:00:00.000Z" }), LEAVER, "2026-12-31"],
  ["renewal-critical", withRenewal("ade-token", { expiresAt: "2026-12-23T00:00:00.000Z" })],
  [
    "renewal-critical",
    withRenewal("ade-token", { rejection: { what: TOKEN_REJECTION_MESSAGE, at: "2026-11-20T00:00:00Z" } }),
  ],
  [
    "renewal-near",
    {
      ...COMPLETE_FACTS,
      renewals: [...COMPLETE_FACTS.renewals, createRenewal(9, { expiresAt: "2027-06-29T00:00:00.000Z" })],
    },
    LEAVER,
    "2027-03-31",
  ],
  ["leaver-holds", answering(COMPLETE_FACTS, "push-certificate.holder", "管理 1郎 <admin1@example.jp>"), LEAVER],
  ["leaver-holds", answering(COMPLETE_FACTS, "rules.broken.owner", "ADMIN1@example.jp"), LEAVER],
  [
    "leaver-holds",
    { ...COMPLETE_FACTS, renewals: [...COMPLETE_FACTS.renewals, createRenewal(9, { owner: "admin1@example.jp" })] },
    LEAVER,
  ],
  ["leaver-holds", { ...COMPLETE_FACTS, tenant: { ...COMPLETE_FACTS.tenant, contactName: "管理1郎" } }, LEAVER],
];

const NAMED_CASES = CASES.map(([code, facts, leaver, leaves]) => ({ code, facts, leaver, leaves }));

const codesOf = (facts: HandoverFacts, leaver?: Person, leaves?: string): readonly GapCode[] =>
  collectGaps(buildChecklist(facts, { ...TODAY, leaver, leaves })).map(({ code }) => code);

test("a tenant with all records and answers has no gaps", () => {
  const items = buildChecklist(COMPLETE_FACTS, TODAY);
  expect(collectGaps(items)).toEqual([]);
  expect(items.map(({ id }) => id)).toEqual(Object.keys(ITEM_TITLES));
  expect(items.every(({ applies }) => applies === true)).toBe(true);
});

describe("finds each gap", () => {
  test.each(NAMED_CASES)("$code", ({ code, facts, leaver, leaves }) => {
    expect(codesOf(facts, leaver, leaves)).toContain(code);
  });

  test("and has a case for each", () => {
    expect(new Set(CASES.map(([code]) => code))).toEqual(new Set(GAP_CODES));
  });
});

test("for a leaver whose answers name others, only account and role are gaps", () => {
  expect(codesOf(COMPLETE_FACTS, LEAVER, "2027-03-31")).toEqual(["leaver-support-option", "leaver-role"]);
});

test.each(["en", "ja"] as const)("each question names its subject, so that no two are the same (%s)", (language) => {
  const unrecorded = withRenewal("push-certificate", { account: null }, UNANSWERED_FACTS);
  for (const facts of [UNANSWERED_FACTS, COMPLETE_FACTS, unrecorded]) {
    const questions = collectQuestions(buildChecklist(facts, TODAY));
    const asked = questions.map(({ about, wording }) => `${about ?? ""}: ${wording[language]}`);
    expect(asked.filter((one, at) => asked.indexOf(one) !== at)).toEqual([]);
  }
  const of = (facts: HandoverFacts): readonly string[] =>
    collectQuestions(buildChecklist(facts, TODAY))
      .filter(({ id, about }) => id.startsWith("push-certificate.") && about === undefined)
      .map(({ wording }) => wording[language]);
  const what = { en: "the Apple Account of the push certificate", ja: "プッシュ通知証明書の Apple Account" }[language];
  const [account, ...others] = of(UNANSWERED_FACTS);
  expect(account).toContain(what);
  expect(others).toHaveLength(7);
  for (const one of others) expect(one).toMatch(new RegExp(`${what} ?\\(push@example\\.jp\\)`));
  for (const one of of(unrecorded)) expect(one).toContain(what);
});

test("unused things do not apply, unknown ones are asked for, and recorded ones apply", () => {
  const unused = {
    ...COMPLETE_FACTS.tenant,
    ios: false,
    ade: false,
    vpp: false,
    android: false,
    androidAccounts: null,
  };
  const of = (tenant: HandoverFacts["tenant"], renewals: HandoverFacts["renewals"] = []) =>
    buildChecklist({ ...COMPLETE_FACTS, tenant, renewals }, TODAY)
      .filter(({ id }) => ["push-certificate", "apple-business", "android"].includes(id))
      .map(({ applies }) => applies);
  expect(of(unused)).toEqual([false, false, false]);
  expect(of({ ...EMPTY_TENANT_PROFILE, contactName: "花子" })).toEqual([null, null, null]);
  expect(of({ ...EMPTY_TENANT_PROFILE, contactName: "花子" }, COMPLETE_FACTS.renewals)).toEqual([true, true, true]);
  expect(of({ ...COMPLETE_FACTS.tenant, ade: false, vpp: false })).toEqual([true, false, true]);
  const item = buildChecklist({ ...COMPLETE_FACTS, tenant: { ...EMPTY_TENANT_PROFILE }, renewals: [] }, TODAY).find(
    ({ id }) => id === "android",
  );
  expect(item?.gaps.map(({ mend }) => mend.en)).toEqual(["`clomoctl tenant set --android yes/no`"]);
});

test("a question that the records answer is not a gap", () => {
  const account = collectQuestions(buildChecklist(UNANSWERED_FACTS, TODAY)).find(
    ({ id }) => id === "push-certificate.account",
  );
  expect(account).toMatchObject({ recorded: "push@example.jp", answer: null });
  expect(
    collectGaps(buildChecklist(UNANSWERED_FACTS, TODAY)).filter(({ what }) => what.en.includes("What is the name of")),
  ).toEqual([]);
});

test("the last login of an Android owner is the one its date is based on, or a later confirmed one", () => {
  const login = (change: Partial<Renewal>): string | null | undefined => {
    const facts = unanswering(withRenewal("android-owner", change), "android.last-login");
    const android = buildChecklist(facts, TODAY).find(({ id }) => id === "android");
    const question = android?.questions.find(({ id }) => id === "android.last-login");
    expect(question?.due).toBe(question?.recorded === null ? "missing" : null);
    return question?.recorded;
  };
  const estimated = { certainty: "estimated", expiresAt: "2027-03-31T15:00:00.000Z", confirmedAt: null } as const;
  expect(login(estimated)).toBe("2026-04-01");
  expect(login({ ...estimated, confirmedAt: "2026-05-01T00:00:00.000Z" })).toBe("2026-05-01");
  expect(login({ ...estimated, confirmedAt: "2026-01-01T00:00:00.000Z" })).toBe("2026-04-01");
  expect(login({ ...estimated, certainty: "typed" })).toBeNull();
});

test("a contract is a gap within 90 days of its end, or if it ends within 90 days of the last day", () => {
  expect(codesOf(ending("2027-02-22"))).not.toContain("contract-ends");
  expect(codesOf(ending("2027-06-30"), LEAVER, "2027-03-31")).not.toContain("contract-ends");
  const [gap] = collectGaps(buildChecklist(ending("2027-06-29"), { ...TODAY, leaver: LEAVER, leaves: "2027-03-31" }));
  expect(gap?.what.ja).toBe(
    "契約「CLOMO MDM」の終了日は 2027-06-29 です(最終日(2027-03-31)より前、または最終日から 90 日以内です)",
  );
  expect(gap?.mend.en).toContain("clomoctl tenant set --contract 'CLOMO MDM' --until DATE");
  expect(collectGaps(buildChecklist(ending("2026-11-22"), TODAY))[0]?.what.en).toContain(
    "already ended, according to the record",
  );
});

test("the checklist is the same for any order of the records", () => {
  const owners = [
    createRenewal(8, { kind: "android-owner", name: "第二所有者", account: "second@example.com", phoneHolder: "受付" }),
    ...COMPLETE_FACTS.renewals,
  ];
  const facts = { ...UNANSWERED_FACTS, renewals: owners, answers: COMPLETE_FACTS.answers };
  const turned: HandoverFacts = {
    ...facts,
    administrators: facts.administrators.toReversed(),
    renewals: owners.toReversed(),
    answers: facts.answers.toReversed(),
  };
  expect(buildChecklist(turned, TODAY)).toEqual(buildChecklist(facts, TODAY));
});

test("number and holder of a phone are recorded separately, and each answers its question", () => {
  const recorded = { phone: "090-0000-0000", phoneHolder: "金庫" };
  const facts = { ...withRenewal("push-certificate", recorded, UNANSWERED_FACTS), answers: [] };
  const questions = collectQuestions(buildChecklist(facts, TODAY)).filter(({ id }) =>
    id.startsWith("push-certificate.phone"),
  );
  expect(questions.map(({ id, recorded: value, due }) => [id, value, due])).toEqual([
    ["push-certificate.phone", "090-0000-0000", null],
    ["push-certificate.phone-holder", "金庫", null],
  ]);
});

describe("a phone is shown for the account it is recorded with", () => {
  const vpp = { account: "vpp-only@example.jp", phone: "090-0000-0034", phoneHolder: "受付" };
  const phonesOf = (facts: HandoverFacts, prefix = "apple-business") =>
    collectQuestions(buildChecklist(facts, TODAY))
      .filter(({ id }) => id.startsWith(`${prefix}.phone`))
      .map(({ recorded }) => recorded);
  const withAde = (change: Partial<Renewal>) =>
    withRenewal("ade-token", change, withRenewal("vpp-token", vpp, UNANSWERED_FACTS));

  test("and not for another account of the same item", () => {
    const facts = withAde({ phone: null, phoneHolder: null });
    expect(phonesOf(facts)).toEqual([null, null]);
    expect(phonesOf(answering(facts, "apple-business.account", "vpp-only@example.jp"))).toEqual([
      "090-0000-0034",
      "受付",
    ]);
    expect(phonesOf(withAde({ phone: null, phoneHolder: "金庫" }))).toEqual([null, "金庫"]);
  });

  test("even if the tenant's token names another account", () => {
    const adeServer = createAdeServer({ adminId: "held@example.jp" });
    expect(phonesOf({ ...withAde({}), adeServer })).toEqual([null, null]);
  });

  test("and never with the holder of another phone", () => {
    const same = { account: "abm@example.jp", phoneHolder: "受付" };
    const of = (ade: Partial<Renewal>, token: Partial<Renewal>) =>
      phonesOf(withRenewal("ade-token", ade, withRenewal("vpp-token", { ...same, ...token }, UNANSWERED_FACTS)));
    const ade = { phone: "090-0000-0012", phoneHolder: null };
    expect(of(ade, { phone: "090-0000-0034" })).toEqual(["090-0000-0034", "受付"]);
    expect(of(ade, { phone: null })).toEqual(["090-0000-0012", "受付"]);
    expect(of({ phone: "090-0000-0012", phoneHolder: "金庫" }, { phone: null })).toEqual(["090-0000-0012", "金庫"]);
  });
});

test("answers about a contact person do not apply to another one", () => {
  const changed = { ...COMPLETE_FACTS, tenant: { ...COMPLETE_FACTS.tenant, contactName: "髙橋 花子" } };
  const [gap, ...others] = collectGaps(buildChecklist(changed, TODAY));
  expect(gap).toMatchObject({ code: "unanswered", mend: { en: "`clomoctl handover answer contact.confirmed`" } });
  expect(others).toEqual([]);
});

test("a renewal is a gap if expired, critical, or due within 90 days of a leaver's last day", () => {
  const codes: readonly GapCode[] = ["renewal-expired", "renewal-critical", "renewal-near"];
  const days = fc.integer({ min: -400, max: 400 });
  const leaving = fc.option(fc.integer({ min: -30, max: 200 }), { nil: undefined });
  const day = (offset: number): string => new Date(Date.parse(TODAY.asOf) + offset * 86_400_000).toISOString();
  fc.assert(
    fc.property(days, leaving, fc.boolean(), (left, last, isLeaver) => {
      // in the morning in Tokyo
      const facts = { ...COMPLETE_FACTS, renewals: [createRenewal(9, { expiresAt: day(left).replace("T00", "T01") })] };
      const leaves = isLeaver && last !== undefined ? day(last).slice(0, 10) : undefined;
      const found = codesOf(facts, isLeaver ? LEAVER : undefined, leaves).filter((code) => codes.includes(code));
      const near = isLeaver && left <= (leaves === undefined ? 0 : (last ?? 0)) + 90;
      expect(found).toEqual(
        left <= 0 ? ["renewal-expired"] : left <= 30 ? ["renewal-critical"] : near ? ["renewal-near"] : [],
      );
    }),
  );
  expect(countDays("2027-03-01", "2027-02-27")).toBe(-2);
});

describe("finds a person by account, email address or name, wherever the person is recorded", () => {
  test.each([
    ["admin1", "管理 1郎"],
    ["ADMIN1@example.jp", "管理 1郎"],
    ["管理1郎", "管理 1郎"],
    ["契約 花子", "契約 花子"],
    ["owner@example.com", "owner@example.com"],
  ])("%s", (typed, called) => {
    expect(findPeople(COMPLETE_FACTS, typed).map((person) => person.called)).toEqual([called]);
  });

  test("finds both of two people with one name, and nobody for a stranger", () => {
    const twins = {
      ...COMPLETE_FACTS,
      administrators: [createAdministrator(1), createAdministrator(2, { user: "管理 1郎" })],
    };
    expect(findPeople(twins, "管理 1郎")).toHaveLength(2);
    expect(findPeople(COMPLETE_FACTS, "nobody@example.jp")).toEqual([]);
    const user = { id: createExampleId(7), name: "端末 太郎", account: null, emails: ["taro@example.jp"] };
    expect(findPeople(COMPLETE_FACTS, "taro@example.jp", [user])).toMatchObject([{ called: "端末 太郎", id: user.id }]);
  });
});
