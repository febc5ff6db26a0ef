import { line, type CommandLine, type Step as Advice } from "../advice/index.ts";
import { buildUsageCommand } from "../derived/applicability.ts";
import { SUPERVISED_KINDS } from "../nouns/config-profile.ts";
import { RENEWAL_KINDS } from "../nouns/renewal.ts";
import { TENANT, type UsageName } from "../nouns/tenant.ts";
import { type ContentStep, fillGuide, type FilledGuide } from "../renewals/guide/fill.ts";
import { formatCount, joinFirstTexts, joinTexts, same, text, type Text } from "../text/index.ts";
import { findOnboardingAnswer, type CredentialKind, type OnboardingFacts, CREDENTIAL_LABELS } from "./facts.ts";

export const STEP_STATES = {
  done: text("done", "完了"),
  open: text("open", "未完了"),
  "not-applicable": text("not applicable", "対象外"),
} as const satisfies Readonly<Record<string, Text>>;

export type StepStatus = Advice & { readonly state: keyof typeof STEP_STATES };

/** @see seed 003; facts 4.8 */
export interface OnboardingStep {
  readonly number: number;
  readonly id: string;
  readonly title: Text;
  readonly optional?: true | undefined;
  readonly standing: (facts: OnboardingFacts) => StepStatus;
}

export const ANSWER_COMMAND = line("handover answer", ["onboarding"]);

const buildGuideCommand = (step: number): CommandLine => line("onboarding guide", [step]);

const createOpenStatus = (why: Text, next?: CommandLine): StepStatus => ({ state: "open", why, line: next });

const createDoneStatus = (why: Text): StepStatus => ({ state: "done", why });

const evaluateAnswer =
  (name: string, finished: Text, step: number) =>
  (facts: OnboardingFacts): StepStatus => {
    const value = findOnboardingAnswer(facts, name);
    if (value === "yes") return createDoneStatus(finished);
    return createOpenStatus(
      value === undefined ? text("not answered yet", "未回答です") : text("not done yet", "まだ行っていません"),
      buildGuideCommand(step),
    );
  };

const OPTIONAL_CREDENTIALS = [
  ["ade-token", "ade"],
  ["vpp-token", "vpp"],
] as const satisfies readonly (readonly [CredentialKind, UsageName])[];

const isCredentialUsed = (
  { profile, recorded }: OnboardingFacts,
  kind: CredentialKind,
  use: UsageName,
): boolean | null => profile[use] ?? (recorded.includes(kind) ? true : null);

/** @see seed 003, 7 */
const findRequiredCredentials = (facts: OnboardingFacts): readonly CredentialKind[] => [
  "push-certificate",
  ...OPTIONAL_CREDENTIALS.flatMap(([kind, use]) => (isCredentialUsed(facts, kind, use) === true ? [kind] : [])),
];

function evaluateCredentials(facts: OnboardingFacts): StepStatus {
  const required = findRequiredCredentials(facts);
  const missing = required.filter((kind) => !facts.recorded.includes(kind));
  const undecided = OPTIONAL_CREDENTIALS.flatMap(([kind, use]) =>
    isCredentialUsed(facts, kind, use) === null ? [use] : [],
  );
  const pressing = facts.pressing.filter(({ kind }) => (required as readonly string[]).includes(kind));
  const reasons = [
    ...missing.map((kind) => text(`not recorded: ${RENEWAL_KINDS[kind].en}`, `未登録: ${RENEWAL_KINDS[kind].ja}`)),
    ...undecided.map(describeUndecidedUse),
    ...pressing.map(({ why }) => why),
  ];
  if (reasons.length === 0) return createDoneStatus(text("everything is recorded", "すべて登録済み"));
  const next = pressing[0]?.line ?? (undecided.length > 0 ? buildUsageCommand(undecided) : undefined);
  return createOpenStatus(joinTexts(reasons, text("; ", "。")), missing.length > 0 ? buildGuideCommand(7) : next);
}

const describeUndecidedUse = (use: UsageName): Text => {
  const { label } = TENANT.fields[use];
  return text(`it is not recorded whether ${label.en} is used`, `${label.ja} を使うかどうかが登録されていません`);
};

function evaluateDevices(facts: OnboardingFacts): StepStatus {
  const { managed, preRegistered } = facts.appleDevices;
  const count = text(
    `iPhone, iPad, Mac: ${managed} managed, ${preRegistered} only pre-registered`,
    `iPhone・iPad・Mac: 管理中 ${managed} 台、事前登録のまま ${preRegistered} 台`,
  );
  const unknown: Advice = {
    why: text(
      "do not switch on any ADE device yet: it is unknown which of them have a profile",
      "どの ADE デバイスにプロファイルがあるかわかりません(まだ電源を入れないでください)",
    ),
    line: line("ade sync", []),
  };
  const isUnknown = facts.isNeverSynced && isCredentialUsed(facts, "ade-token", "ade") === true;
  const notReady = facts.notReady ?? (isUnknown ? unknown : undefined);
  if (facts.devices > 0 && notReady !== undefined)
    return createOpenStatus(joinTexts([count, notReady.why]), notReady.line);
  return managed === 0 ? createOpenStatus(count, buildGuideCommand(8)) : createDoneStatus(count);
}

type AssignedRecord = OnboardingFacts["apps"][number];

type AssignmentProblem = readonly [why: Text, records: readonly AssignedRecord[], next: (name: string) => CommandLine];

const MAX_SHOWN_NAMES = 3;

const findUnassigned = (
  records: readonly AssignedRecord[],
  command: "config-profiles edit" | "apps edit",
): AssignmentProblem => [
  text("not assigned", "適用先なし"),
  records.filter(({ orgs, devices }) => orgs.length + devices.length === 0),
  (name) => line(command, [name], { org: "CODE" }),
];

/** @see seed 003, 10-2 and 11-2 */
function evaluateAssignments(
  title: Text,
  records: readonly AssignedRecord[],
  problems: readonly AssignmentProblem[],
): StepStatus {
  const automatic = records.filter(({ orgs }) => orgs.length > 0).length;
  const count = text(
    `${title.en}: ${records.length}, of which ${automatic} are installed automatically`,
    `${title.ja} ${records.length} 件(うち自動インストール ${automatic} 件)`,
  );
  const open = problems.flatMap(([why, [first, ...others], next]) => {
    if (first === undefined) return [];
    const all = [first, ...others].map(({ name }) => same(name));
    const names = joinFirstTexts(all, MAX_SHOWN_NAMES);
    return [{ why: text(`${why.en}: ${names.en}`, `${why.ja}: ${names.ja}`), line: next(first.name) }];
  });
  if (open.length === 0) return createDoneStatus(count);
  return createOpenStatus(joinTexts([count, ...open.map(({ why }) => why)], text("; ", "。")), open[0]?.line);
}

/** Devices without supervision do not accept profiles of some kinds. @see seed 003, 10-1 */
function evaluateProfiles(facts: OnboardingFacts): StepStatus {
  const { profiles } = facts;
  if (profiles.length === 0) return evaluateAnswer("profiles", text("installed", "インストール済み"), 10)(facts);
  const isSupervised = findOnboardingAnswer(facts, "way") !== "unsupervised";
  return evaluateAssignments(text("profiles", "プロファイル"), profiles, [
    findUnassigned(profiles, "config-profiles edit"),
    [
      text("for supervised devices only", "監視対象モードのみ"),
      profiles.filter(({ kind }) => !isSupervised && SUPERVISED_KINDS.includes(kind)),
      (name) => line("config-profiles show", [name]),
    ],
  ]);
}

/** @see seed 003, 11-2 */
function evaluateApps(facts: OnboardingFacts): StepStatus {
  const { apps, shortApps } = facts;
  if (apps.length === 0) return evaluateAnswer("apps", text("installed", "インストール済み"), 11)(facts);
  return evaluateAssignments(text("apps", "アプリ"), apps, [
    findUnassigned(apps, "apps edit"),
    [
      text("fewer licences than devices", "ライセンスがデバイスより少ない"),
      apps.filter(({ name }) => shortApps.includes(name)),
      (name) => line("apps show", [name]),
    ],
  ]);
}

/** The steps are in the order of CLOMO's manual. @see seed 003 */
const STEPS: readonly Omit<OnboardingStep, "number">[] = [
  {
    id: "devices-mode",
    title: text("decide how devices are managed", "デバイスの管理状態を決める"),
    standing: (facts) =>
      findOnboardingAnswer(facts, "way") === undefined
        ? createOpenStatus(text("not answered yet", "未回答です"), ANSWER_COMMAND)
        : createDoneStatus(text("decided", "決定済み")),
  },
  {
    id: "apps-mode",
    title: text("decide how apps are managed", "アプリケーションの管理方法を決める"),
    standing: ({ profile: { vpp } }) =>
      vpp === null
        ? createOpenStatus(describeUndecidedUse("vpp"), buildUsageCommand(["vpp"]))
        : createDoneStatus(vpp ? text("VPP is used", "VPP を使う") : text("VPP is not used", "VPP を使わない")),
  },
  {
    id: "prepare",
    title: text("prepare what is needed", "必要なものを用意する"),
    standing: evaluateAnswer("prepared", text("everything is prepared", "用意済み"), 3),
  },
  {
    id: "login",
    title: text("log in to CLOMO PANEL", "CLOMO PANEL にログインする"),
    standing: evaluateAnswer("login", text("the contact person has logged in", "ログイン済み"), 4),
  },
  {
    id: "administrators",
    title: text("create administrators", "管理者を作成する"),
    optional: true,
    standing: ({ systemAdministrators: number }) => {
      const why = text(formatCount(number, "system administrator"), `システム管理者 ${number} 人`);
      return number > 1 ? createDoneStatus(why) : createOpenStatus(why, buildGuideCommand(5));
    },
  },
  {
    id: "directory",
    title: text("create organisations and users", "組織やユーザーを作成する"),
    optional: true,
    standing: (facts) => {
      const { users, orgs } = facts;
      const why = text(
        `${formatCount(orgs, "organisation")}, ${formatCount(users, "user")}`,
        `組織 ${orgs} 件、ユーザー ${users} 人`,
      );
      return users > 0 ? createDoneStatus(why) : createOpenStatus(why, line("users template", []));
    },
  },
  {
    id: "issued",
    title: text("set up the push certificate, ADE and VPP", "初期設定をする(プッシュ通知証明書・ADE・VPP)"),
    standing: evaluateCredentials,
  },
  {
    id: "devices",
    title: text("register devices", "デバイスを登録する"),
    standing: evaluateDevices,
  },
  {
    id: "owners",
    title: text("assign owners to devices", "組織やユーザーをデバイスと関連付ける"),
    optional: true,
    standing: ({ devices, unowned }) =>
      devices > 0 && !unowned
        ? createDoneStatus(text("every device has an owner", "すべてのデバイスに所有者がいます"))
        : devices === 0
          ? createOpenStatus(text("no devices are recorded", "デバイスが登録されていません"), buildGuideCommand(8))
          : createOpenStatus(
              text("some devices have no owner", "所有者のいないデバイスがあります"),
              buildGuideCommand(9),
            ),
  },
  {
    id: "profiles",
    title: text("install profiles", "プロファイルをインストールする"),
    standing: evaluateProfiles,
  },
  {
    id: "apps",
    title: text("install apps", "アプリケーションをインストールする"),
    standing: (facts) =>
      facts.profile.mobileAppPortal === false
        ? { state: "not-applicable", why: text("no MOBILE APP PORTAL contract", "MOBILE APP PORTAL の契約なし") }
        : evaluateApps(facts),
  },
  {
    id: "afterwards",
    title: text("use more features of CLOMO", "導入後のさらなる活用"),
    optional: true,
    standing: ({ hasActions }) =>
      hasActions
        ? createDoneStatus(text("actions on devices are recorded", "デバイスの操作の記録があります"))
        : { state: "not-applicable", why: text("for reference only", "参考情報です") },
  },
];

export const ONBOARDING_STEPS: readonly OnboardingStep[] = STEPS.map((step, at) => ({ ...step, number: at + 1 }));

/** @see guides/onboarding */
export const listStepContents = ({ id }: OnboardingStep, facts: OnboardingFacts): readonly ContentStep[] => {
  if (id === "issued") return findRequiredCredentials(facts).flatMap((kind) => buildIssueSteps(facts, kind));
  const way = ENROLMENT_METHOD_NAMES.find((one) => one === findOnboardingAnswer(facts, "way"));
  if (id === "devices" && way !== undefined) return buildEnrolmentGuide(way).steps;
  return fillGuide("onboarding", {}).steps.filter((one) => one.id === id);
};

export const evaluateSteps = (facts: OnboardingFacts): readonly (StepStatus & { readonly step: OnboardingStep })[] => {
  const why = describeInapplicability(facts);
  return ONBOARDING_STEPS.map((step) => ({
    step,
    ...(why === undefined ? step.standing(facts) : { state: "not-applicable", why }),
  }));
};

export const describeInapplicability = ({ profile }: OnboardingFacts): Text | undefined =>
  profile.ios === false
    ? text(
        `iOS is not used (to change this: ${line("tenant set", [], { ios: "yes" })})`,
        `iOS を使わない設定です(変更するには: ${line("tenant set", [], { ios: "yes" })})`,
      )
    : undefined;

// Only `buildIssueSteps` may show the steps of a first issue, because a new certificate disconnects every enrolled
// device.

const MAX_HOME_ANSWER_AGE_MS = 7 * 24 * 60 * 60 * 1000;

/** True if no date is recorded, and a recent answer says that HOME of CLOMO PANEL shows no date. */
export const isFirstIssue = (facts: OnboardingFacts, kind: CredentialKind): boolean => {
  const answer = facts.answers.get(`onboarding.home.${kind}`);
  if (facts.recorded.includes(kind) || answer?.value !== "none") return false;
  const age = Date.parse(facts.now) - Date.parse(answer.at);
  return age >= 0 && age <= MAX_HOME_ANSWER_AGE_MS;
};

const NO_CREDENTIALS = { "push-certificate": false, "ade-token": false, "vpp-token": false };

/** Returns the steps of a first issue only if the credential was certainly never issued. */
export const buildIssueSteps = (facts: OnboardingFacts, kind: CredentialKind): readonly ContentStep[] => {
  if (isFirstIssue(facts, kind)) return fillGuide("first-issue", { ...NO_CREDENTIALS, [kind]: true }).steps;
  const guide = line("renewals guide", [kind]);
  if (facts.recorded.includes(kind) || findOnboardingAnswer(facts, `home.${kind}`) === "date") {
    return [
      {
        what: text(
          `${CREDENTIAL_LABELS[kind]} is already set up. Do not create a new one; renew the existing one: ${guide}`,
          `${CREDENTIAL_LABELS[kind]}: すでに設定されています。新しく作成せず、更新します: ${guide}`,
        ),
      },
    ];
  }
  return [
    {
      where: same("CLOMO PANEL > HOME"),
      what: text(
        `First check whether HOME shows an expiry date under 「${CREDENTIAL_LABELS[kind]}」, and record the answer: ${line("handover answer", [`onboarding.home.${kind}`])}`,
        `最初に、HOME 画面の「${CREDENTIAL_LABELS[kind]}」欄に有効期限が表示されているか確認し、記録します: ${line("handover answer", [`onboarding.home.${kind}`])}`,
      ),
      trap: text(
        `If HOME shows a date, renew the existing certificate or token (${guide}) and do not create a new one. A replacement can affect everything that is already managed.`,
        `HOME 画面に期限が表示されている場合は、新しく作成せずに更新してください(${guide})。作り直すと、すでに管理しているデバイスやアプリに影響することがあります。`,
      ),
    },
  ];
};

/** @see facts 4.7, 4.8; seed 003, 1 and 8 */
const ENROLMENT_METHODS = {
  purchased: text("devices bought as ADE devices", "ADE デバイスを購入した場合"),
  manual: text("devices turned into ADE devices manually", "手動で ADE デバイスにする場合"),
  "supervised-only": text("supervised devices without ADE", "ADE を使わず監視対象モードにする場合"),
  unsupervised: text("devices that are not supervised", "非監視対象モード(通常モード)の場合"),
} as const satisfies Record<string, Text>;

export type EnrolmentMethod = keyof typeof ENROLMENT_METHODS;

export const ENROLMENT_METHOD_NAMES = Object.keys(ENROLMENT_METHODS) as readonly EnrolmentMethod[];

export function buildEnrolmentGuide(way: EnrolmentMethod): FilledGuide {
  const ade = way === "purchased" || way === "manual";
  return fillGuide("enrolment", {
    way: ENROLMENT_METHODS[way],
    ade,
    purchased: way === "purchased",
    manual: way === "manual",
    "supervised-only": way === "supervised-only",
    unsupervised: way === "unsupervised",
  });
}
