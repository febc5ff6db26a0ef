import { createExampleId } from "#support/examples.ts";
import { expect, test } from "vitest";
import { COMPLETE_FACTS, createRenewal, NO_ADE_SERVER, TODAY } from "#support/handover/facts.ts";
import { type HandoverFacts, findPeople } from "./people.ts";
import { buildLeaverSteps, type Leaver } from "./leaver.ts";

const RECORDS = { devices: [], secured: [], missing: { devices: false, secured: false } };

const stepsOf = (facts: HandoverFacts, more: Partial<Leaver> = {}, typed = "admin1") => {
  const [person] = findPeople(facts, typed);
  if (person === undefined) throw new TypeError(`nobody is called ${typed}`);
  return buildLeaverSteps(facts, { ...TODAY, person, records: RECORDS, ...more });
};

const whatOf = (...of: Parameters<typeof stepsOf>): readonly string[] => stepsOf(...of).map(({ what }) => what.en);

const answerOf = (question: string, value = "管理 1郎") => ({
  id: createExampleId(500),
  question,
  value,
  by: "前任",
  at: "2026-11-01T00:00:00.000Z",
});

const RIGHTS = "successor: remove the role of 管理 1郎, and list the devices to collect";

const LAST = [
  "export the bundle for the successor, and read out its fingerprint",
  RIGHTS,
  "the leaver's computer: stop the daily run",
  "the leaver's computer: remove the tenant",
  "the leaver's computer: delete the bundles",
];

const FIRST = "transfer the support option and the renewal items";

test("begins with the command that does most, and ends with the role and this computer", () => {
  const steps = stepsOf(COMPLETE_FACTS, { context: "minato" });
  expect(steps.map(({ what }) => what.en)).toEqual([FIRST, ...LAST]);
  expect(steps[0]?.next?.en).toBe("`clomoctl handover transfer --from admin1 --to PERSON`");
  expect(steps.at(-2)?.next?.en).toBe("`clomoctl context remove minato`");
  expect(steps[1]?.next?.en).toBe("`clomoctl handover export -o handover.zip --leaver admin1`");
});

test("a list for the successor never cleans up a computer", () => {
  expect(whatOf(COMPLETE_FACTS)).toEqual([FIRST, RIGHTS]);
  expect(whatOf(COMPLETE_FACTS, {}, "後任")).toEqual([]);
});

test("lists everything that depends on a leaver in order", () => {
  const facts: HandoverFacts = {
    ...COMPLETE_FACTS,
    tenant: { ...COMPLETE_FACTS.tenant, contactMail: "admin1@example.jp" },
    renewals: [
      ...COMPLETE_FACTS.renewals.filter(({ kind }) => kind !== "android-owner"),
      createRenewal(8, { kind: "android-owner", name: "G", account: "admin1@example.jp" }),
      createRenewal(9, { name: "契約", owner: "管理 1郎, 管理 2郎", expiresAt: "2027-06-29T00:00:00.000Z" }),
    ],
    answers: ["push-certificate.holder", "apple-business.holder"].map((question) => answerOf(question)),
  };
  const records = {
    devices: ["SERIAL000001"],
    secured: [
      { app: "docs" as const, userId: "admin1", administrator: true },
      { app: "mailer" as const, userId: "kanri", administrator: false },
    ],
    missing: { devices: true, secured: true },
  };
  const steps = stepsOf(facts, { records, leaves: "2027-03-31" }, "admin1@example.jp");
  expect(steps.map(({ step }) => step)).toEqual(steps.map((_, at) => at + 1));
  expect(steps.map(({ what }) => what.en)).toEqual([
    FIRST,
    "contact person of the contract",
    "Apple Account of the MDM push certificate",
    "Apple Account that administers Apple Business Manager",
    expect.stringMatching(/^VPP 本社: if the password of this Managed Apple Account changes/),
    "Android Enterprise administrator's Gmail account",
    "owner of the renewal item 契約",
    "契約 expires on 2027-06-29",
    "administrator of SECURED docs",
    "user of SECURED mailer: kanri",
    "owner of 1 device: SERIAL000001",
    "the leaver's devices: not imported from the console",
    "the leaver's SECURED APPs users: not imported from the console",
    RIGHTS,
  ]);
  expect(steps[1]?.next?.ja).toContain("tenant set --contact-name NAME --contact-mail MAIL --contact-phone NUMBER");
});

test("the administrator of the MDM server hands over the account of Apple Business Manager, and no other", () => {
  const facts = { ...COMPLETE_FACTS, adeServer: { ...NO_ADE_SERVER, adminId: "admin1@example.jp" } };
  const answers = stepsOf(facts).map(({ next }) => /handover answer (.*)`/.exec(next?.en ?? "")?.[1]);
  expect(answers.filter((answer) => answer !== undefined)).toEqual(["apple-business.holder"]);
});

test("asks about an account that nobody is known to sign in to, if the tenant uses it", () => {
  const unsaid = { ...COMPLETE_FACTS, answers: [] };
  const asking = stepsOf(unsaid).filter(({ what }) => what.ja.endsWith("サインインする人が未回答"));
  expect(asking.map(({ next }) => next?.en)).toEqual(
    ["push-certificate", "apple-business", "android"].map(
      (item) => `ask the leaver, then record the answer: \`clomoctl handover answer ${item}.holder\``,
    ),
  );
  expect(whatOf({ ...unsaid, renewals: [] })).toEqual([FIRST, RIGHTS]);
  const administrators = unsaid.administrators.map((one, at) => ({ ...one, supportOption: at > 0 }));
  expect(whatOf({ ...unsaid, renewals: [], administrators })).toEqual([RIGHTS]);
});

test.each(["管理 1郎", "管理の社用携帯", "ask 管理 1郎"])(
  "whoever has the telephone of a code hands it over: %s",
  (phoneHolder) => {
    const phone = createRenewal(1, { kind: "push-certificate", name: "本社", phoneHolder });
    const steps = stepsOf({
      ...COMPLETE_FACTS,
      answers: [answerOf("push-certificate.holder", "後任")],
      renewals: [phone],
    });
    expect(steps.map(({ next }) => next?.en)).toContain(
      "`clomoctl renewals edit 本社 --phone NUMBER --phone-holder NAME`",
    );
  },
);

test("names ten of many devices and counts the others", () => {
  const devices = Array.from({ length: 12 }, (_, at) => `S${at + 1}`);
  const steps = stepsOf(COMPLETE_FACTS, { records: { ...RECORDS, devices } });
  expect(steps.map(({ next }) => next?.en)).toContain("`clomoctl devices set-owner --file devices.xlsx --user MAIL`");
  expect(steps.map(({ what }) => what)).toContainEqual({
    en: "owner of 12 devices: S1, S2, S3, S4, S5, S6, S7, S8, S9, S10 and 2 more",
    ja: "所有するデバイス 12 台: S1、S2、S3、S4、S5、S6、S7、S8、S9、S10 ほか 2 件",
  });
  for (const few of [devices.slice(0, 2), devices.slice(0, 10)])
    expect(stepsOf(COMPLETE_FACTS, { records: { ...RECORDS, devices: few } }).map(({ next }) => next?.en)).toContain(
      `\`clomoctl devices set-owner ${few.join(" ")} --user MAIL\``,
    );
});

test("somebody who is not a user has nothing to transfer", () => {
  expect(whatOf(COMPLETE_FACTS, { context: "minato" }, "後任")).toEqual(LAST.filter((what) => what !== RIGHTS));
});
