import { EXAMPLE_RENEWAL_ITEM, createExampleId } from "../examples.ts";
import { EMPTY_TENANT_PROFILE } from "../../../src/lib/nouns/tenant.ts";
import { ROOT_ORG_ID } from "../../../src/lib/nouns/organisation.ts";
import { listQuestions, type QuestionState } from "../../../src/lib/handover/checklist/index.ts";
import type { Administrator, HandoverFacts, RenewalRecord } from "../../../src/lib/handover/checklist/people.ts";

/** The date and time zone of all checklists in tests. */
export const TODAY = { asOf: "2026-11-23", timezone: "Asia/Tokyo" };

const ROOT = { id: ROOT_ORG_ID, code: null, path: "" };

export const NO_ADE_SERVER = { adminId: null, tokenSetAt: null, tokenSetBy: null };

type Profile = HandoverFacts["profiles"][number];

export const createAdministrator = (number: number, change: Partial<Administrator> = {}): Administrator => ({
  org: ROOT,
  scheme: null,
  managesAll: false,
  managedOrgs: [],
  id: createExampleId(100 + number),
  name: `admin${number}`,
  user: `管理 ${number}郎`,
  emails: [`admin${number}@example.jp`],
  role: "system",
  marked: false,
  supportOption: true,
  noticeMail: true,
  ...change,
});

export const createRenewal = (number: number, change: Partial<RenewalRecord> = {}): RenewalRecord => ({
  ...EXAMPLE_RENEWAL_ITEM,
  id: createExampleId(200 + number),
  kind: "custom",
  name: `期限 ${number}`,
  expiresAt: "2027-10-01T00:00:00.000Z",
  owner: "admin2@example.jp",
  account: null,
  phone: null,
  phoneHolder: null,
  confirmedAt: null,
  confirmedBy: null,
  ...change,
});

export const createProfile = (name: string, change: Partial<Profile> = {}): Profile => ({
  name,
  kind: "passcode",
  orgs: ["全社"],
  devices: [],
  file: null,
  memo: null,
  ...change,
});

type App = HandoverFacts["apps"][number];

export const createApp = (name: string, change: Partial<App> = {}): App => ({
  ...createProfile(name),
  kind: "MarketPlace",
  ...change,
});

const createAnswerTo = ({ id, kind, recorded }: QuestionState): HandoverFacts["answers"][number] => {
  const usual = { choice: "yes", date: "2026-11-01", phone: "03-0000-0078", text: "金庫" }[kind];
  const value = recorded ?? usual;
  return { id: createExampleId(300), question: id, value, by: "後任", at: "2026-11-20T00:00:00.000Z" };
};

/** The facts of a tenant that uses every service. Everything is recorded except the answers to the questions. */
export const UNANSWERED_FACTS: HandoverFacts = {
  isMirror: false,
  tenant: {
    ...EMPTY_TENANT_PROFILE,
    domain: "minato",
    loginUrl: "https://minato.panel.example.jp",
    contactName: "契約 花子",
    contactMail: "contact@example.jp",
    contactPhone: "03-0000-0012",
    ios: true,
    macos: false,
    android: true,
    androidAccounts: "google-play",
    ade: true,
    vpp: true,
  },
  administrators: [createAdministrator(1), createAdministrator(2), createAdministrator(3)],
  renewals: [
    createRenewal(1, { kind: "push-certificate", name: "プッシュ", account: "push@example.jp", phoneHolder: "金庫" }),
    createRenewal(2, { kind: "ade-token", name: "ADE", account: "abm@example.jp", phoneHolder: "金庫" }),
    createRenewal(3, { kind: "vpp-token", name: "VPP 本社", account: "abm@example.jp", phoneHolder: "金庫" }),
    createRenewal(4, {
      kind: "android-owner",
      name: "第一所有者",
      account: "owner@example.com",
      phoneHolder: "金庫",
      confirmedAt: "2026-10-01T00:00:00.000Z",
      confirmedBy: "管理 2郎",
    }),
  ],
  adeServer: NO_ADE_SERVER,
  profiles: [createProfile("パスコード"), createProfile("ADE", { kind: "ade", orgs: [] })],
  apps: [createApp("経費精算")],
  lostDevices: [],
  answers: [],
};

/** The facts of a tenant without missing information. */
export const COMPLETE_FACTS: HandoverFacts = {
  ...UNANSWERED_FACTS,
  answers: listQuestions(UNANSWERED_FACTS, TODAY)
    .filter(({ group }) => group !== "onboarding")
    .map(createAnswerTo),
};
