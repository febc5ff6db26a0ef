import { line, renderAdvice, step, type Advice } from "../../advice/index.ts";
import { LEVEL_NAMES } from "../../document/blocks.ts";
import { buildUsageCommand, determineApplicability, type ExpectedRenewalKind } from "../../derived/applicability.ts";
import {
  describeQuestion,
  CHECKLIST_ITEM_TITLES,
  QUESTIONS,
  type ChecklistItemId,
  type Question,
} from "../../derived/question.ts";
import { RENEWAL_KINDS } from "../../nouns/renewal.ts";
import { TENANT } from "../../nouns/tenant.ts";
import { nameKey } from "../../model/normalise.ts";
import { dayOf, countDaysBetween } from "../../model/time.ts";
import { createDayClock, levelOf } from "../../renewals/expiry-status.ts";
import { joinTexts, same, text, type Text } from "../../text/index.ts";
import { toTypableName } from "../../text/shell-word.ts";
import {
  type ChecklistDay,
  type ChecklistRow,
  type HandoverFacts,
  type RenewalRecord,
  formatAccounts,
  isSystemAdministrator,
  sharesWord,
} from "./people.ts";
import { buildFirstDay } from "./first-day.ts";

export type { ChecklistDay, ChecklistRow } from "./people.ts";

export const GROUP_TITLES = {
  "first-day": text("the first day", "最初の日に必要なこと"),
  ...CHECKLIST_ITEM_TITLES,
  leaver: text("what the leaver hands over", "退職者から引き継ぐもの"),
} as const satisfies Readonly<Record<ChecklistRow["item"], Text>>;

type Gap = readonly [id: string, what: Text, next: Advice];

interface ChecklistItem {
  readonly kinds: readonly ExpectedRenewalKind[];
  /** the item applies only if the tenant uses this kind; default: any of `kinds` */
  readonly appliesWith?: ExpectedRenewalKind;
  readonly note: Text;
  readonly findKnown?: (facts: HandoverFacts) => readonly (readonly [label: Text, value: string | null])[];
  readonly findGaps?: (facts: HandoverFacts) => Iterable<Gap>;
}

/** @see facts 7.2; seed 002 */
export const CONTACT_CHANGE_INSTRUCTIONS = text(
  "download the application form (申込書) from the Support form of CLOMO PANEL and submit it there; then",
  "CLOMO PANEL の Support フォームから申込書をダウンロードし、記入して提出。その後",
);

/** Sets all three fields, so that no data of the previous contact person remains. */
export const RECORD_CONTACT_COMMAND = line("tenant set", [], {
  contactName: "NAME",
  contactMail: "MAIL",
  contactPhone: "NUMBER",
});

/** @see seed 003, 5 */
const buildSupportOptionAdvice = (isMirror: boolean) => {
  const options = { account: "NAME", role: "system", supportOption: true, noticeMail: true } as const;
  return step(
    "if the user already has an account, use edit instead of create",
    "アカウントがすでにある人には、create の代わりに edit を使用",
    line("clomo-account create", ["USER"], { ...options, passwordInConsole: isMirror || undefined }),
  );
};

export const PASSWORD_CHANGE_NOTE = text(
  "if the password of this Managed Apple Account changes, the VPP tokens that it downloaded become invalid: renew them",
  "この管理対象 Apple Account のパスワードを変更すると、このアカウントの VPP サービストークンは無効になります。変更した場合は、トークンを更新してください",
);

const MIN_SYSTEM_ADMINISTRATORS = 2;

const MAX_ANSWER_AGE_DAYS = 365;

function* findContactGaps({ tenant }: HandoverFacts): Generator<Gap> {
  const what = text("the contact person of the contract is not recorded", "契約の担当者が登録されていません");
  if (tenant.contactName === null) yield ["contact-unknown", what, RECORD_CONTACT_COMMAND];
}

function* findAdministratorGaps({ administrators, answers, isMirror }: HandoverFacts): Generator<Gap> {
  const advice = buildSupportOptionAdvice(isMirror);
  const holders = administrators.filter(({ supportOption }) => supportOption);
  if (!holders.some(isSystemAdministrator)) {
    const what = text(
      "no system administrator has the support option: nobody gets CLOMO's emails or (an assumption) can submit the application form",
      "サポートオプションを使えるシステム管理者がいないため、お知らせメールの受信と、申込書の提出(推定)ができません",
    );
    yield ["no-support-option", what, advice];
  }
  if (administrators.filter(isSystemAdministrator).length < MIN_SYSTEM_ADMINISTRATORS) {
    const what = text("there is no second system administrator", "2 人目のシステム管理者がいません");
    yield ["one-system-administrator", what, advice];
  }
  for (const { user, name, id, noticeMail } of holders) {
    if (noticeMail) continue;
    const what = text(
      `notice emails (お知らせメール受信) of ${user} are turned off`,
      `${user} さんの「お知らせメール受信」がオフです`,
    );
    yield ["no-notice-mail", what, line("clomo-account edit", [toTypableName(name ?? "", id)], { noticeMail: true })];
  }
  if (answers.some(({ question, value }) => question === "administrators.mailbox" && value === "no")) {
    const what = text("nobody reads the mailbox that CLOMO's emails go to", "お知らせメールを読んでいる人がいません");
    yield ["mailbox-unread", what, line("users edit", ["USER"], { email: "MAIL" })];
  }
}

/** A successor would have to find these settings in the console. */
function* findSettingsGaps({ tenant, profiles, apps, answers }: HandoverFacts): Generator<Gap> {
  const complete = answers.find(({ question }) => question === "settings.complete")?.value;
  const createProfile = line("config-profiles create", ["NAME"], { kind: "KIND" });
  if (complete === "no") {
    const what = text("not all profiles and apps are recorded", "登録されていない構成プロファイルやアプリがあります");
    yield ["not-complete", what, createProfile];
  }
  if (complete === undefined && profiles.every(({ kind }) => kind === "ade")) {
    const what = text("no configuration profile is recorded", "構成プロファイルが登録されていません");
    yield ["no-profile", what, createProfile];
  }
  if (complete === undefined && apps.length === 0 && tenant.mobileAppPortal !== false) {
    const what = text("no app is recorded", "アプリが登録されていません");
    yield ["no-app", what, line("apps create", ["NAME"], { kind: "MarketPlace" })];
  }
  if (tenant.ade === true && !profiles.some(({ kind }) => kind === "ade")) {
    const what = text("ADE is used, but no ADE profile is recorded", "ADE を使うのに、ADE プロファイルが未登録です");
    yield ["no-ade-profile", what, line("config-profiles create", ["NAME"], { kind: "ade" })];
  }
  for (const [command, records] of [
    ["config-profiles edit", profiles],
    ["apps edit", apps],
  ] as const) {
    for (const { name, kind, orgs, devices, file, memo } of records) {
      // an ADE profile needs no assignment, because devices get it when they are set up
      if (orgs.length + devices.length === 0 && kind !== "ade") {
        const what = text(
          `the organisations and devices that get ${name} are not recorded`,
          `「${name}」の適用先が登録されていません`,
        );
        yield ["not-assigned", what, line(command, [name], { org: "CODE" })];
      }
      // profiles and apps of other kinds have no file; a memo is enough, because a file with a password is not stored
      if ((kind === "custom" || kind === "Enterprise") && file === null && memo === null) {
        const what = text(`${name}: no file and no memo is recorded`, `「${name}」のファイルもメモもありません`);
        yield ["no-file", what, line(command, [name], { file: "PROFILE" })];
      }
    }
  }
}

const { contactName, contactMail, contactPhone } = TENANT.fields;

const CHECKLIST_ITEMS: Readonly<Record<ChecklistItemId, ChecklistItem>> = {
  contact: {
    kinds: [],
    note: text(
      "The person responsible for the contract is 「担当者名」 on HOME of CLOMO PANEL. To change it, send the application form (申込書) through the Support form.",
      "HOME 画面の「担当者名」に記載されている、契約の責任者です。変更するには、Support フォームの申込書を提出します。",
    ),
    findKnown: ({ tenant }) => [
      [contactName.label, tenant.contactName],
      [contactMail.label, tenant.contactMail],
      [contactPhone.label, tenant.contactPhone],
    ],
    findGaps: findContactGaps,
  },
  administrators: {
    kinds: [],
    note: text(
      "CLOMO's emails go to the system administrators with the support option (at most five) and notice emails turned on.",
      "更新やサービスのお知らせメールは、サポートオプション(最大 5 アカウント)があり、「お知らせメール受信」がオンのシステム管理者に届きます。",
    ),
    findKnown: ({ administrators }) => [
      [text("system administrators", "システム管理者"), formatAccounts(administrators.filter(isSystemAdministrator))],
      [
        text("accounts with the support option", "サポートオプションがあるアカウント"),
        formatAccounts(administrators.filter(({ supportOption }) => supportOption)),
      ],
    ],
    findGaps: findAdministratorGaps,
  },
  "push-certificate": {
    kinds: ["push-certificate"],
    note: text(
      "The same certificate is renewed each year with the same Apple Account. Hand over its password and the telephone number that receives the SMS codes.",
      "年次更新では、証明書取得時と同一の Apple Account でサインインする必要があります。パスワードと、2ファクタ認証時に SMS を受け取る電話番号を必ず引き継いでください。",
    ),
  },
  "apple-business": {
    kinds: ["ade-token", "vpp-token"],
    note: text(
      `Needed for the yearly renewals of ADE and VPP. A new ADE server token immediately invalidates the one in use; ${PASSWORD_CHANGE_NOTE.en}.`,
      `ADE・VPP の年に一度の更新作業に必要です。ADE サーバートークンを新しくダウンロードすると、使用中のトークンはすぐに無効になります。${PASSWORD_CHANGE_NOTE.ja}。`,
    ),
  },
  android: {
    kinds: ["android-owner"],
    note: text(
      "Somebody must sign in to a Google service (such as Gmail) at least once a year. Otherwise, Google may suspend the account.",
      "年に一度以上、Google サービス(Gmail 等)へのログインが必要です。ログインが確認されないと、アカウントが凍結されるおそれがあります。",
    ),
  },
  rules: {
    kinds: [],
    note: text(
      "Lost mode (紛失モード) locks a lost device and gets its location: see 「デバイスを紛失モードに設定したい」 in CLOMO's manual.",
      "紛失したデバイスは紛失モードで強制ロックし、位置情報を取得できます。手順は CLOMO のマニュアルの「デバイスを紛失モードに設定したい」のページにあります。",
    ),
    findKnown: ({ lostDevices }) => [[text("devices in lost mode", "紛失モードのデバイス"), lostDevices.join(", ")]],
  },
  settings: {
    kinds: [],
    appliesWith: "push-certificate",
    note: text(
      "These records show which organisations and devices get each profile and app, and contain the files of custom profiles.",
      "各プロファイルとアプリの適用先の記録です。カスタムプロファイルはファイルも保存できます。",
    ),
    findKnown: ({ profiles, apps }) => [
      [text("profiles", "プロファイル"), profiles.map(({ name }) => name).join(", ")],
      [text("apps", "アプリ"), apps.map(({ name }) => name).join(", ")],
    ],
    findGaps: findSettingsGaps,
  },
};

const ITEM_IDS = Object.keys(CHECKLIST_ITEMS) as readonly ChecklistItemId[];

export const listRenewalsOf = ({ renewals }: HandoverFacts, item: ChecklistItemId): readonly RenewalRecord[] => {
  const kindsOf = (id: ChecklistItemId): readonly string[] =>
    id === "contact" ? ["contract"] : CHECKLIST_ITEMS[id].kinds;
  const owned = ITEM_IDS.flatMap(kindsOf);
  return renewals.filter(({ kind }) => (item === "rules" ? !owned.includes(kind) : kindsOf(item).includes(kind)));
};

const findSingleValue = (values: readonly (string | null)[]): string | null => {
  const [only = null, ...others] = new Set(values.filter((value) => value !== null && value !== ""));
  return others.length === 0 ? only : null;
};

function findRecordedValue(facts: HandoverFacts, id: string, item: ChecklistItemId): string | null {
  const renewals = listRenewalsOf(facts, item);
  const ade = item === "apple-business" ? facts.adeServer.adminId : null;
  const account = ade ?? findSingleValue(renewals.map((one) => one.account));
  if (id.endsWith(".account")) return account;
  if (!id.endsWith(".phone")) return null;
  const own = renewals.filter((one) => one.account === null || (account !== null && sharesWord(one.account, account)));
  return findSingleValue(own.map(({ phone }) => phone));
}

export interface QuestionState extends Question {
  readonly id: string;
  readonly answer: HandoverFacts["answers"][number] | undefined;
  /** value from the tenant's records, used instead of an answer; null if nothing is recorded */
  readonly recorded: string | null;
  readonly due: "missing" | "old" | null;
}

const isItemGroup = (group: Question["group"]): group is ChecklistItemId => group !== "onboarding";

export const listQuestions = (facts: HandoverFacts, { asOf, timezone }: ChecklistDay): readonly QuestionState[] =>
  [...QUESTIONS].map(([id, question]) => {
    const { group, kind, yearly } = question;
    const answer = facts.answers.find((one) => one.question === id);
    const recorded = isItemGroup(group) ? findRecordedValue(facts, id, group) : null;
    const day = answer === undefined ? asOf : kind === "date" ? answer.value : dayOf(answer.at, timezone);
    const isOld = yearly === true && countDaysBetween(day, asOf) > MAX_ANSWER_AGE_DAYS;
    const isMissing = answer === undefined && recorded === null;
    const isAsked = isItemGroup(group) && evaluateApplicability(facts, group).applies === true;
    return { ...question, id, answer, recorded, due: !isAsked ? null : isMissing ? "missing" : isOld ? "old" : null };
  });

type Applicability = ReturnType<typeof determineApplicability>;

/** An item with records always applies, whatever the tenant profile says. */
function evaluateApplicability(facts: HandoverFacts, item: ChecklistItemId): Applicability {
  const { appliesWith, kinds: own } = CHECKLIST_ITEMS[item];
  const kinds = appliesWith === undefined ? own : [appliesWith];
  const all = kinds.map((kind) => determineApplicability(facts.tenant, kind));
  const isRecorded =
    listRenewalsOf(facts, item).length > 0 ||
    (item === "apple-business" && facts.adeServer.tokenSetAt !== null) ||
    (item === "settings" && facts.profiles.length + facts.apps.length > 0);
  if (kinds.length === 0 || isRecorded || all.some(({ applies }) => applies === true))
    return { applies: true, unsaid: [] };
  const unsaid = [...new Set(all.flatMap((one) => one.unsaid))];
  return { applies: unsaid.length === 0 ? false : null, unsaid };
}

/** @see facts 3.4 to 3.6 */
const COMPANY_ACCOUNT_ADVICE: Partial<Readonly<Record<ChecklistItemId, Text>>> = {
  "push-certificate": text(
    "ask Apple to move the certificate to a company account (never create a new certificate)",
    "証明書を会社のアカウントへ移すよう Apple に依頼してください(新しい証明書は作成しないでください)",
  ),
  "apple-business": text(
    "add a company account as an administrator in Apple Business Manager, and renew each token with it",
    "Apple Business Manager に会社のアカウントを管理者として追加し、各トークンをそのアカウントで更新してください",
  ),
  android: text(
    "add a company account as an owner at https://play.google.com/work > 管理者設定, and sign in with it",
    "https://play.google.com/work の「管理者設定」で会社のアカウントを所有者に追加し、ログインしてください",
  ),
};

/** Returns the name of an item, or its ID if the name does not identify it or cannot be typed. */
export const toItemArgument = ({ renewals }: HandoverFacts, { id, name }: RenewalRecord): string =>
  renewals.some((one) => one.id !== id && nameKey(one.name) === nameKey(name)) ? id : toTypableName(name, id);

function* findDueGap(facts: HandoverFacts, item: RenewalRecord, { asOf, timezone }: ChecklistDay): Generator<Gap> {
  const { name, expiresAt, certainty, rejection } = item;
  const level = levelOf(expiresAt, createDayClock(asOf, timezone));
  const next = line("renewals guide", [toItemArgument(facts, item)]);
  if (rejection !== undefined && level !== "expired")
    yield ["renewal-critical", text(`${name}: ${rejection.what.en}`, `「${name}」: ${rejection.what.ja}`), next];
  else if (expiresAt !== null && (level === "expired" || level === "critical")) {
    const day = `${certainty === "estimated" ? "~" : ""}${dayOf(expiresAt, timezone)}`;
    const { [level]: named } = LEVEL_NAMES;
    yield [`renewal-${level}`, text(`${name}: ${named.en} (${day})`, `「${name}」: ${named.ja}(${day})`), next];
  }
}

function* findItemGaps(facts: HandoverFacts, item: ChecklistItemId, day: ChecklistDay): Generator<Gap> {
  const { kinds, findGaps } = CHECKLIST_ITEMS[item];
  const renewals = listRenewalsOf(facts, item);
  if (findGaps !== undefined) yield* findGaps(facts);
  const { [item]: moving } = COMPANY_ACCOUNT_ADVICE;
  const isPersonal = facts.answers.some(({ question, value }) => question === `${item}.company` && value === "no");
  if (isPersonal && moving !== undefined)
    yield ["personal-account", text("this is a personal account", "個人のアカウントを使っています"), moving];
  for (const kind of kinds) {
    const isUsed = determineApplicability(facts.tenant, kind).applies === true;
    if (!isUsed || renewals.some((one) => one.kind === kind)) continue;
    const { en, ja } = RENEWAL_KINDS[kind];
    const date = kind === "android-owner" ? { lastLogin: "DATE" } : { expires: "DATE" };
    const what = text(
      `${en} is not recorded, so no reminders are sent`,
      `${ja}の登録がないため、期限の通知が届きません`,
    );
    yield ["not-recorded", what, line("renewals add", ["NAME"], { kind, ...date })];
  }
  for (const one of renewals) yield* findDueGap(facts, one, day);
}

function* buildQuestionRows(item: ChecklistItemId, question: QuestionState): Generator<ChecklistRow> {
  const { id, label, answer, recorded, due } = question;
  const row = { item, id, value: null, by: null, at: null, next: null };
  if (due !== null) {
    const words =
      due === "old"
        ? text("last confirmed more than a year ago", "最後の確認から 1 年以上経過")
        : text("not answered", "未回答");
    const what = joinTexts([words, describeQuestion(question)], same(": "));
    yield { ...row, state: "gap", what, next: same(`${line("handover answer", [id])}`) };
  }
  if (recorded !== null && (answer === undefined || !sharesWord(recorded, answer.value)))
    yield { ...row, state: "recorded", what: label, value: recorded };
  if (answer !== undefined)
    yield { ...row, state: "answered", what: label, value: answer.value, by: answer.by, at: answer.at };
}

function buildItemRows(facts: HandoverFacts, item: ChecklistItemId, day: ChecklistDay): readonly ChecklistRow[] {
  const { note, findKnown } = CHECKLIST_ITEMS[item];
  const { applies, unsaid } = evaluateApplicability(facts, item);
  const empty = { item, value: null, by: null, at: null, next: null };
  if (applies === false) {
    const what = text(
      "not applicable, because this tenant does not use it",
      "対象外(このテナントでは利用していません)",
    );
    return [{ ...empty, state: "not-applicable", id: "unused", what }];
  }
  const toGap = ([id, what, next]: Gap): ChecklistRow => ({
    ...empty,
    state: "gap",
    id,
    what,
    next: renderAdvice(next),
  });
  if (applies === null) {
    const what = text("it is not recorded whether the tenant uses this", "利用しているかどうかが未登録です");
    return [toGap(["unsaid", what, buildUsageCommand(unsaid)])];
  }
  const questions = listQuestions(facts, day).filter(({ group }) => group === item);
  const ends = listRenewalsOf(facts, item).map(({ name, expiresAt }) => {
    const what = text(`next expiry date: ${name}`, `次の期限: ${name}`);
    return [what, expiresAt === null ? null : dayOf(expiresAt, day.timezone)] as const;
  });
  const rows: readonly ChecklistRow[] = [
    ...[...findItemGaps(facts, item, day)].map(toGap),
    ...questions.flatMap((question) => [...buildQuestionRows(item, question)]),
    ...[...(findKnown?.(facts) ?? []), ...ends].flatMap(([what, value]): readonly ChecklistRow[] =>
      value === null || value === "" ? [] : [{ ...empty, state: "recorded", id: "record", what, value }],
    ),
  ];
  const gaps = filterGaps(rows);
  return [...gaps, ...rows.filter((row) => !gaps.includes(row)), { ...empty, state: "note", id: "note", what: note }];
}

const OUTSIDE_ACCOUNTS = ["push-certificate", "apple-business", "android"] as const;

/** Begins with the first day. A gap of the first day is not repeated in its item. */
export function buildChecklist(facts: HandoverFacts, day: ChecklistDay): readonly ChecklistRow[] {
  const accounts = OUTSIDE_ACCOUNTS.filter((item) => evaluateApplicability(facts, item).applies === true);
  const outside = accounts.map((item) => ({ item, renewals: listRenewalsOf(facts, item) }));
  const first = buildFirstDay(facts, outside, day);
  const missing = filterGaps(first).map(({ id }) => id);
  const others = ITEM_IDS.flatMap((item) => buildItemRows(facts, item, day));
  return [...first, ...others.filter(({ id, state }) => state !== "gap" || !missing.includes(id))];
}

export const filterGaps = (rows: readonly ChecklistRow[]): readonly ChecklistRow[] =>
  rows.filter(({ state }) => state === "gap");
