import { expect, test } from "vitest";
import { createExampleId } from "../../model/thing.ts";
import { createAdministrator, COMPLETE_FACTS, createRenewal, TODAY } from "#support/handover/facts.ts";
import type { HandoverFacts } from "./facts.ts";
import { buildHandoverSteps } from "./leaver.ts";
import { findPeople } from "./people.ts";
import { SUPPORT_OPTION_INSTRUCTIONS } from "./support-option.ts";

const { timezone } = TODAY;

const hanging = (
  facts: HandoverFacts,
  typed = "admin1",
  records?: Parameters<typeof buildHandoverSteps>[2]["records"],
) => {
  const [person] = findPeople(facts, typed);
  if (person === undefined) throw new TypeError(`nobody is called ${typed}`);
  return buildHandoverSteps(facts, person, { timezone, records });
};

const mends = (facts: HandoverFacts): readonly string[] => hanging(facts).map(({ mend }) => mend.en);

const ON = SUPPORT_OPTION_INSTRUCTIONS.en;
const OFF = "`clomoctl clomo-account edit admin1 --no-support-option`";
const REVOKE = "`clomoctl clomo-account revoke admin1`";

test("switches the support option on before off, or off before on if five accounts have it", () => {
  expect(mends(COMPLETE_FACTS)).toEqual([ON, OFF, REVOKE]);
  const full = { ...COMPLETE_FACTS, administrators: [1, 2, 3, 4, 5].map((number) => createAdministrator(number)) };
  expect(mends(full)).toEqual([OFF, ON, REVOKE]);
  const without = {
    ...COMPLETE_FACTS,
    administrators: [createAdministrator(1, { supportOption: false }), createAdministrator(2)],
  };
  expect(mends(without)).toEqual([REVOKE]);
  const alone = { ...COMPLETE_FACTS, administrators: [createAdministrator(1, { supportOption: false })] };
  expect(mends(alone)).toEqual([ON, REVOKE]);
});

test("asks before the last day about an account that nobody is known to sign in to", () => {
  const holders = ["push-certificate.holder", "apple-business.holder", "android.holder"];
  const unsaid = {
    ...COMPLETE_FACTS,
    answers: COMPLETE_FACTS.answers.filter(({ question }) => !holders.includes(question)),
  };
  const asking = hanging(unsaid).filter(({ what }) => what.ja.endsWith("サインインする人が未回答"));
  expect(asking.map(({ what }) => what.en)).toEqual([
    "Apple Account of the push certificate: nobody has answered who signs in",
    "Apple Account of Apple Business Manager: nobody has answered who signs in",
    "Gmail account of Android Enterprise: nobody has answered who signs in",
  ]);
  for (const [at, question] of holders.entries()) {
    expect(asking[at]?.mend.ja).toMatch(new RegExp(`最終日までに、.*clomoctl handover answer ${question}\`$`, "u"));
  }
  expect(mends({ ...unsaid, renewals: [] })).toEqual([ON, OFF, REVOKE]);
});

test("lists everything that depends on a leaver in the order of transfer, with the role last", () => {
  const held = (question: string) => ({
    id: createExampleId(500),
    question,
    subject: "",
    value: "管理 1郎",
    by: "前任",
    at: "2026-11-01T00:00:00.000Z",
  });
  const facts: HandoverFacts = {
    ...COMPLETE_FACTS,
    tenant: { ...COMPLETE_FACTS.tenant, contactMail: "admin1@example.jp" },
    renewals: [
      ...COMPLETE_FACTS.renewals.filter(({ kind }) => kind !== "android-owner"),
      createRenewal(8, {
        kind: "android-owner",
        name: "G",
        account: "admin1@example.jp",
        confirmedAt: "2026-04-01T00:00:00.000Z",
      }),
      createRenewal(9, { name: "契約", owner: "管理 1郎, 管理 2郎" }),
    ],
    answers: ["push-certificate.holder", "apple-business.phone-holder", "rules.lost.owner"].map(held),
  };
  const records = { devices: ["SERIAL000001"], secured: ["docs" as const], schemes: ["受付担当"] };
  const steps = hanging(facts, "admin1@example.jp", records);
  expect(steps.map(({ step }) => step)).toEqual(steps.map((_, at) => at + 1));
  expect(steps.map(({ what }) => what.en)).toEqual([
    "contact person of the contract",
    "turn on the support option for the successor",
    "turn off the support option of 管理 1郎",
    "Apple Account of the push certificate",
    "Apple Account of Apple Business Manager",
    expect.stringMatching(
      /^VPP 本社: If the password of a Managed Apple Account changes, the content tokens \(VPP\) that the account downloaded become invalid\. Renew each token immediately after a change\./,
    ),
    "owner of Android Enterprise at Google: G (last login 2026-04-01)",
    "owner of the renewal item 契約",
    "listed in an answer as the person who maintains the rules for lost devices",
    "administrator of SECURED docs",
    "owner of 1 device: SERIAL000001",
    "created or changed the scheme 受付担当: somebody else needs to know its purpose",
    "last, remove the role of 管理 1郎: accounts cannot be deleted",
  ]);
  expect(steps[0]?.mend.ja).toContain("tenant set --contact-name NAME --contact-mail MAIL --contact-phone NUMBER");
  expect(steps[1]?.mend.ja).toMatch(
    /まだない人の場合: `clomoctl clomo-account create USER --account NAME --role system .*Users\/Org > Add User.*ある人の場合: `clomoctl clomo-account edit ACCOUNT/,
  );
  for (const { what, mend } of steps) expect(what.ja + mend.ja).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]|clomoctl/);
});

test("names ten of many devices and counts the others", () => {
  const devices = Array.from({ length: 12 }, (_, at) => `S${at + 1}`);
  const told = hanging(COMPLETE_FACTS, "admin1", { devices, secured: [], schemes: [] }).map(({ what }) => what);
  expect(told).toContainEqual({
    en: "owner of 12 devices: S1, S2, S3, S4, S5, S6, S7, S8, S9, S10 and 2 more",
    ja: "所有するデバイス 12 台: S1、S2、S3、S4、S5、S6、S7、S8、S9、S10 ほか 2 件",
  });
});

test("a step has the same number for every source of the facts", () => {
  const facts = {
    ...COMPLETE_FACTS,
    renewals: [3, 1, 2].map((number) => createRenewal(number, { name: `契約 ${number}`, owner: "管理 1郎" })),
    answers: ["rules.lost.owner", "push-certificate.holder", "rules.broken.owner"].map((question, at) => ({
      id: createExampleId(600 + at),
      question,
      subject: "",
      value: "管理 1郎",
      by: "前任",
      at: "2026-11-01T00:00:00.000Z",
    })),
  };
  const turned = { ...facts, renewals: facts.renewals.toReversed(), answers: facts.answers.toReversed() };
  expect(hanging(turned)).toEqual(hanging(facts));
  expect(hanging(facts).map(({ what }) => what.en)).toContain("owner of the renewal item 契約 3");
});

test("refers to the console for what a mirror never imported", () => {
  const [person] = findPeople(COMPLETE_FACTS, "admin1");
  if (person === undefined) throw new TypeError("nobody");
  const told = (notTaken: { readonly devices: boolean; readonly secured: boolean }) =>
    buildHandoverSteps(COMPLETE_FACTS, person, {
      timezone,
      records: { devices: [], secured: [], schemes: [] },
      notTaken,
    });
  expect(told({ devices: false, secured: false })).toEqual(hanging(COMPLETE_FACTS));
  const steps = told({ devices: true, secured: true });
  expect(steps.slice(-3).map(({ what }) => what.en)).toEqual([
    "the person's devices: not imported from the console, so the mirror does not list them",
    "the person's SECURED APPs: not imported from the console, so the mirror does not list them",
    expect.stringContaining("last, remove the role of"),
  ]);
  expect(steps.at(-3)?.mend.ja).toContain("clomoctl console sync EXPORT.csv");
});

test("nothing depends on somebody who only wrote an answer", () => {
  expect(hanging(COMPLETE_FACTS, "後任")).toEqual([]);
});
