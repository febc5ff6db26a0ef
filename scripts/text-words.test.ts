import { expect, test } from "vitest";
import { createExampleId } from "#support/examples.ts";
import { COMPLETE_FACTS, createRenewal, TODAY } from "#support/handover/facts.ts";
import checkTable from "../src/commands/csv/check.ts";
import verifyBundle from "../src/commands/handover/verify.ts";
import checkRenewals from "../src/commands/renewals/check.ts";
import verifyRenewal from "../src/commands/renewals/verify.ts";
import showStatus from "../src/commands/status.ts";
import { assessAdeHealth } from "../src/lib/derived/ade-health.ts";
import { QUESTIONS, YES_NO_CHOICES, type Question } from "../src/lib/derived/question.ts";
import { buildChecklist } from "../src/lib/handover/checklist/index.ts";
import { buildLeaverSteps } from "../src/lib/handover/checklist/leaver.ts";
import { findPeople, type HandoverFacts } from "../src/lib/handover/checklist/people.ts";
import { RECORD_TYPES } from "../src/lib/nouns/index.ts";
import { EXPIRY_CONSEQUENCES } from "../src/lib/nouns/renewal.ts";
import { buildEnrolmentGuide, ENROLMENT_METHOD_NAMES } from "../src/lib/onboarding/steps.ts";
import type { Text } from "../src/lib/text/index.ts";
import { GUIDE_WORDS } from "./manual/guide-words.ts";

/** Returns the texts in a value by the path to them, or their words if they are the same in both languages. */
function listTexts(path: string, value: unknown): readonly (readonly [string, Text | string])[] {
  if (typeof value !== "object" || value === null) return [];
  const { en, ja } = value as Partial<Text>;
  if (typeof en === "string" && typeof ja === "string") return [[path, en === ja ? en : { en, ja }]];
  return Object.entries(value).flatMap(([name, of]) => listTexts(`${path}.${name}`, of));
}

const answerNo = (question: string): HandoverFacts["answers"][number] => {
  const id = createExampleId(301);
  return { id, question, value: "no", by: "後任", at: "2026-11-20T00:00:00.000Z" };
};

const listPersonalAccounts = (item: string) =>
  buildChecklist({ ...COMPLETE_FACTS, answers: [answerNo(`${item}.company`)] }, TODAY).flatMap(({ id, next }) =>
    id === "personal-account" ? listTexts(`personal account.${item}`, next) : [],
  );

/** The steps of a leaver on whom everything depends. */
function listLeaverSteps() {
  const of = { account: "admin1@example.jp", phoneHolder: "管理 1郎" };
  const facts: HandoverFacts = {
    ...COMPLETE_FACTS,
    tenant: { ...COMPLETE_FACTS.tenant, contactMail: "admin1@example.jp" },
    renewals: [
      createRenewal(1, { kind: "push-certificate", name: "プッシュ", ...of, owner: "管理 1郎, 管理 2郎" }),
      createRenewal(3, { kind: "vpp-token", name: "VPP", ...of }),
    ],
  };
  const [person] = findPeople(facts, "admin1");
  if (person === undefined) throw new TypeError("nobody is called admin1");
  const secured = [true, false].map((administrator) => ({ app: "docs", userId: "u1", administrator }) as const);
  const records = { devices: ["S1"], secured, missing: { devices: true, secured: true } };
  return buildLeaverSteps(facts, { ...TODAY, person, records, context: "minato" });
}

const LONG_AGO = "2026-01-01T00:00:00.000Z";
const TOKEN = { setAt: LONG_AGO, expiresAt: LONG_AGO, rejectedAt: null, renewal: null };
const NO_SERVER = {
  key: { setAt: LONG_AGO, rejectedAt: LONG_AGO },
  server: null,
  servers: ["A", "B"],
  lastSyncAt: null,
};
const DIFFERENCES = { notInClomo: 1, otherServer: 2, released: 3 };
const ADE = { mirror: false, token: TOKEN, lastSyncAt: null, devices: 9, notReady: 4 };

/** Commands on whose result people rely: their help says what is checked and what is not. */
const CHECKS = {
  "csv check": checkTable,
  "handover verify": verifyBundle,
  "renewals check": checkRenewals,
  "renewals verify": verifyRenewal,
  status: showStatus,
};

test("texts of the program on which people act have all words of their sense", () => {
  const texts = [
    ...[...RECORD_TYPES].flatMap(([name, thing]) =>
      listTexts(name, { clicks: thing.clicks, screen: "screen" in thing ? thing.screen : null }),
    ),
    ...listTexts("answer", YES_NO_CHOICES),
    ...[...QUESTIONS].flatMap(([id, { label, choices }]: readonly [string, Question]) =>
      listTexts(`question.${id}`, choices === YES_NO_CHOICES ? { label } : { label, choices }),
    ),
    ...listTexts("after expiry", EXPIRY_CONSEQUENCES),
    ...ENROLMENT_METHOD_NAMES.flatMap((way) => listTexts(`enrolment.${way}`, buildEnrolmentGuide(way).title)),
    ...buildChecklist(COMPLETE_FACTS, TODAY).flatMap(({ state, item, what }) =>
      state === "note" ? listTexts(`note.${item}`, what) : [],
    ),
    ...["push-certificate", "apple-business", "android"].flatMap(listPersonalAccounts),
    ...listLeaverSteps().flatMap(({ what, next, step }) => listTexts(`leaver.${step}`, { what, next })),
    ...[
      { ...ADE, business: { ...NO_SERVER, ...DIFFERENCES } },
      { ...ADE, token: { ...TOKEN, rejectedAt: LONG_AGO }, business: { ...NO_SERVER, ...DIFFERENCES, server: "A" } },
    ].flatMap((facts) =>
      assessAdeHealth(facts, new Date("2026-01-04T00:00:00.000Z")).flatMap(({ id, what }) =>
        listTexts(`ade.${id}`, what),
      ),
    ),
    ...Object.entries(CHECKS).flatMap(([name, { details }]) => listTexts(`help.${name}`, details)),
  ];
  expect(Object.fromEntries(texts)).toEqual(GUIDE_WORDS.texts);
});
