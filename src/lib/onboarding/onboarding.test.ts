import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EMPTY_TENANT_PROFILE } from "../nouns/tenant.ts";
import { renderDocument } from "../document/index.ts";
import { QUESTIONS } from "../derived/question.ts";
import { buildGuideDocument } from "../renewals/guide/fill.ts";
import { same } from "../text/index.ts";
import { CREDENTIAL_KINDS, type CredentialKind, type OnboardingFacts } from "./facts.ts";
import { buildIssueSteps, isFirstIssue, evaluateSteps, listStepContents, ONBOARDING_STEPS } from "./steps.ts";

const NOW = "2026-11-20T01:00:00.000Z";
const DAY_MS = 24 * 60 * 60 * 1000;
const before = (days: number): string => new Date(Date.parse(NOW) - days * DAY_MS).toISOString();

type Given = Partial<Omit<OnboardingFacts, "answers">> & {
  readonly answers?: Readonly<Record<string, string | { readonly value: string; readonly at: string }>>;
};

const factsOf = ({ answers = {}, ...others }: Given = {}): OnboardingFacts => ({
  now: NOW,
  profile: EMPTY_TENANT_PROFILE,
  users: 0,
  orgs: 0,
  devices: 0,
  appleDevices: { managed: 0, preRegistered: 0 },
  notReady: undefined,
  isNeverSynced: false,
  unowned: false,
  systemAdministrators: 1,
  profiles: [],
  apps: [],
  shortApps: [],
  hasActions: false,
  recorded: [],
  pressing: [],
  ...others,
  answers: new Map(
    Object.entries(answers).map(([name, value]) => [
      name,
      typeof value === "string" ? { value, at: before(0) } : value,
    ]),
  ),
});

const stateOf = (facts: OnboardingFacts, number: number): string | undefined =>
  evaluateSteps(facts).find(({ step }) => step.number === number)?.state;

describe("a first issue", () => {
  /** what only the first issue of one says */
  const FIRST = /Create a Certificate|作成とダウンロード|「MDM サーバ」の \+|「コンテンツトークン」/;

  test("is shown only if HOME was recently answered to have no date, and none of its kind is recorded", () => {
    const facts = fc.record({
      recorded: fc.subarray([...CREDENTIAL_KINDS]),
      answers: fc.dictionary(
        fc.constantFrom(...QUESTIONS.keys()),
        fc.record({
          value: fc.constantFrom("none", "date", "yes", "no", "purchased", "manual", "nothing"),
          at: fc.integer({ min: -3, max: 400 }).map(before),
        }),
      ),
    });
    fc.assert(
      fc.property(facts, ({ recorded, answers }) => {
        const known = factsOf({ recorded, answers, profile: { ...EMPTY_TENANT_PROFILE, ade: true, vpp: true } });
        const allowed = (kind: CredentialKind): boolean => {
          const { [`onboarding.home.${kind}`]: answer } = answers;
          const age = Date.parse(NOW) - Date.parse(answer?.at ?? "");
          return !recorded.includes(kind) && answer?.value === "none" && age >= 0 && age <= 7 * DAY_MS;
        };
        for (const kind of CREDENTIAL_KINDS) {
          const steps = buildIssueSteps(known, kind);
          const words = steps.map(({ what, where }) => `${what.ja} ${where?.ja ?? ""}`).join("\n");
          expect(isFirstIssue(known, kind)).toBe(allowed(kind));
          expect(FIRST.test(words)).toBe(allowed(kind));
          const isSetUp = recorded.includes(kind) || answers[`onboarding.home.${kind}`]?.value === "date";
          expect(words.includes("すでに設定されています")).toBe(isSetUp);
          const named = steps.some((one) => `${one.what.en}${one.trap?.en ?? ""}`.includes(`renewals guide ${kind}`));
          expect(named || allowed(kind)).toBe(true);
        }
        // so do the documents of all the steps
        const steps = ONBOARDING_STEPS.flatMap((step) => listStepContents(step, known));
        const guide = buildGuideDocument({ title: same("all"), facts: [], steps });
        expect(FIRST.test(renderDocument(guide, "ja"))).toBe(CREDENTIAL_KINDS.some(allowed));
      }),
      { numRuns: 100 },
    );
  });
});

describe("the twelve steps", () => {
  test("are open in a new tenant, with the next command", () => {
    for (const { step, state, line } of evaluateSteps(factsOf())) {
      expect(state, step.id).toBe(step.number === 12 ? "not-applicable" : "open");
      expect(line?.toJSON().startsWith("clomoctl ") ?? true).toBe(true);
    }
  });

  test("leave the dates open until usage is known, and treat recorded items as used", () => {
    const issued = (given: Given) => {
      const found = evaluateSteps(factsOf(given)).find(({ step }) => step.number === 7);
      return [found?.state, found?.why.en, found?.line?.toJSON()];
    };
    const recorded = ["push-certificate"] as const;
    expect(issued({ recorded })).toEqual([
      "open",
      "it is not recorded whether ADE is used; it is not recorded whether VPP is used",
      "clomoctl tenant set --ade yes/no --vpp yes/no",
    ]);
    const vppOnly = { profile: { ...EMPTY_TENANT_PROFILE, ade: false }, recorded };
    expect(issued(vppOnly).slice(1)).toEqual([
      "it is not recorded whether VPP is used",
      "clomoctl tenant set --vpp yes/no",
    ]);
    expect(issued({ recorded: [] })).toEqual([
      "open",
      "not recorded: MDM push certificate; it is not recorded whether ADE is used; it is not recorded whether VPP is used",
      "clomoctl onboarding guide 7",
    ]);
    expect(issued({ recorded: ["push-certificate", "ade-token", "vpp-token"] })[0]).toBe("done");
    const unused = { ...EMPTY_TENANT_PROFILE, ade: false, vpp: false };
    expect(issued({ profile: unused, recorded })[0]).toBe("done");
  });

  test("are done if the facts are recorded and answered", () => {
    const facts = factsOf({
      profile: { ...EMPTY_TENANT_PROFILE, ios: true, ade: true, vpp: true, mobileAppPortal: true },
      users: 3,
      orgs: 1,
      devices: 3,
      appleDevices: { managed: 2, preRegistered: 1 },
      systemAdministrators: 2,
      recorded: ["push-certificate", "ade-token", "vpp-token"],
      answers: {
        "onboarding.way": "purchased",
        "onboarding.prepared": "yes",
        "onboarding.login": "yes",
        "onboarding.profiles": "yes",
        "onboarding.apps": "yes",
      },
    });
    expect(evaluateSteps(facts).map(({ state }) => state)).toEqual([
      ...Array.from({ length: 11 }, () => "done"),
      "not-applicable",
    ]);
    expect(stateOf({ ...facts, notReady: { why: same("1 not ready") } }, 8)).toBe("open");
    expect(stateOf({ ...facts, isNeverSynced: true }, 8)).toBe("open");
    expect(stateOf({ ...facts, appleDevices: { managed: 0, preRegistered: 3 } }, 8)).toBe("open");
    const noAde = { ...facts, profile: { ...facts.profile, ade: false } };
    expect(stateOf({ ...noAde, isNeverSynced: true }, 8)).toBe("done");
    expect(stateOf({ ...facts, unowned: true }, 9)).toBe("open");
    expect(evaluateSteps({ ...facts, devices: 0 })[8]).toMatchObject({
      state: "open",
      why: { en: "no devices are recorded" },
    });
    const pressing = { why: same("expired") };
    expect(stateOf({ ...facts, pressing: [{ kind: "push-certificate", ...pressing }] }, 7)).toBe("open");
    expect(stateOf({ ...facts, pressing: [{ kind: "custom", ...pressing }] }, 7)).toBe("done");
    expect(stateOf({ ...facts, recorded: ["push-certificate"] }, 7)).toBe("open");
    expect(
      stateOf({ ...facts, recorded: ["push-certificate"], profile: EMPTY_TENANT_PROFILE, answers: new Map() }, 7),
    ).toBe("open");
    expect(stateOf({ ...facts, profile: { ...facts.profile, mobileAppPortal: false }, answers: new Map() }, 11)).toBe(
      "not-applicable",
    );
  });

  describe("10 to 12 are judged by the records", () => {
    type Profile = OnboardingFacts["profiles"][number];
    const profile = (name: string, change: Partial<Profile> = {}): Profile => ({
      name,
      kind: "passcode",
      orgs: [],
      devices: [],
      ...change,
    });
    const statusOf = (given: Given, number: number) => {
      const { state, why, line } = evaluateSteps(factsOf(given))[number - 1] ?? {};
      return [state, why?.en, line?.toJSON()];
    };

    test.each<readonly [what: string, given: Given, status: readonly unknown[]]>([
      ["none, not answered", {}, ["open", "not answered yet", "clomoctl onboarding guide 10"]],
      [
        "none, answered no",
        { answers: { "onboarding.profiles": "no" } },
        ["open", "not done yet", "clomoctl onboarding guide 10"],
      ],
      ["none, answered yes", { answers: { "onboarding.profiles": "yes" } }, ["done", "installed", undefined]],
      [
        "all assigned, whatever is answered",
        {
          profiles: [profile("A", { orgs: ["全社"] }), profile("B", { devices: ["S1"] })],
          answers: { "onboarding.profiles": "no" },
        },
        ["done", "profiles: 2, of which 1 are installed automatically", undefined],
      ],
      [
        "four not assigned, although the answer is yes",
        { profiles: ["A", "B", "C", "D"].map((name) => profile(name)), answers: { "onboarding.profiles": "yes" } },
        [
          "open",
          "profiles: 4, of which 0 are installed automatically; not assigned: A, B, C and 1 more",
          "clomoctl config-profiles edit A --org CODE",
        ],
      ],
      [
        "supervised only, where devices are not supervised",
        {
          profiles: [profile("A", { orgs: ["全社"] }), profile("B", { kind: "single-app", devices: ["S1"] })],
          answers: { "onboarding.way": "unsupervised" },
        },
        [
          "open",
          "profiles: 2, of which 1 are installed automatically; for supervised devices only: B",
          "clomoctl config-profiles show B",
        ],
      ],
      [
        "supervised only, where devices are supervised",
        {
          profiles: [profile("B", { kind: "single-app", devices: ["S1"] })],
          answers: { "onboarding.way": "supervised-only" },
        },
        ["done", "profiles: 1, of which 0 are installed automatically", undefined],
      ],
    ])("profiles: %s", (_, given, status) => {
      expect(statusOf(given, 10)).toEqual(status);
    });

    const app = (name: string, orgs = ["全社"]) => ({ name, orgs, devices: [] });

    test.each<readonly [what: string, given: Given, status: readonly unknown[]]>([
      ["none, not answered", {}, ["open", "not answered yet", "clomoctl onboarding guide 11"]],
      ["none, answered yes", { answers: { "onboarding.apps": "yes" } }, ["done", "installed", undefined]],
      [
        "all assigned, with licences",
        { apps: [app("経費"), app("地図")], answers: { "onboarding.apps": "no" } },
        ["done", "apps: 2, of which 2 are installed automatically", undefined],
      ],
      [
        "one not assigned, one without enough licences",
        { apps: [app("経費"), app("地図", [])], shortApps: ["経費"] },
        [
          "open",
          "apps: 2, of which 1 are installed automatically; not assigned: 地図; fewer licences than devices: 経費",
          "clomoctl apps edit 地図 --org CODE",
        ],
      ],
    ])("apps: %s", (_, given, status) => {
      expect(statusOf(given, 11)).toEqual(status);
    });

    test("actions on devices: step 12 is done once one is recorded", () => {
      expect(statusOf({ hasActions: true }, 12)).toEqual(["done", "actions on devices are recorded", undefined]);
      expect(statusOf({}, 12)[0]).toBe("not-applicable");
    });
  });

  test("do not apply if iOS is not used", () => {
    const facts = factsOf({ profile: { ...EMPTY_TENANT_PROFILE, ios: false } });
    expect(new Set(evaluateSteps(facts).map(({ state }) => state))).toEqual(new Set(["not-applicable"]));
  });
});
