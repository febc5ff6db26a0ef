import { line, renderAdvice, step, type Advice } from "../../advice/index.ts";
import { CHECKLIST_ITEM_TITLES } from "../../derived/question.ts";
import type { SecuredApp } from "../../nouns/secured-user.ts";
import { dayOf } from "../../model/time.ts";
import { createDayClock, levelOf } from "../../renewals/expiry-status.ts";
import { formatCount, joinFirstTexts, same, text, type Text } from "../../text/index.ts";
import { toTypableName } from "../../text/shell-word.ts";
import { type HandoverFacts, isOnlyPerson, mentionsPerson, type Person } from "./people.ts";
import {
  CONTACT_CHANGE_INSTRUCTIONS,
  listRenewalsOf,
  PASSWORD_CHANGE_NOTE,
  RECORD_CONTACT_COMMAND,
  toItemArgument,
  type ChecklistDay,
  type ChecklistRow,
} from "./index.ts";

export const NOT_IMPORTED_NOTE = text("not imported from the console", "管理画面から取り込んでいません");

export const ADMINISTRATORS_UNCONFIRMED_NOTE = text("not confirmed to be complete", "全員が登録されているかは未確認");

export interface MirrorCounts {
  /** UTC instant of the last import from the console; null if the tenant is not a mirror */
  readonly mirroredAt: string | null;
  readonly devices: number;
  readonly secured: Readonly<Record<string, number>>;
  readonly profile?: { readonly securedApps: boolean | null } | undefined;
}

export const findMirrorGaps = ({ mirroredAt, devices, secured, profile }: MirrorCounts) => ({
  devices: mirroredAt !== null && devices === 0,
  secured:
    mirroredAt !== null && profile?.securedApps !== false && Object.values(secured).every((users) => users === 0),
});

export interface LeaverRecords {
  readonly devices: readonly string[];
  readonly secured: readonly Readonly<{ app: SecuredApp; userId: string; administrator: boolean }>[];
  readonly missing: ReturnType<typeof findMirrorGaps>;
}

export interface Leaver extends ChecklistDay {
  readonly person: Person;
  /** last day of the leaver; default: the day of the checklist */
  readonly leaves?: string | undefined;
  readonly records: LeaverRecords;
  readonly context?: string | undefined;
}

type UnnumberedStep = readonly [what: Text, next: Advice];

/** Also finds `鈴木の社用携帯`: a needless step takes a minute, but a telephone that left is missed for a year. */
const hasTelephone = (person: Person, holder: string): boolean =>
  mentionsPerson(person, holder) ||
  person.called.split(/\s+/u).some((name) => name.length > 1 && holder.toLowerCase().includes(name.toLowerCase()));

/** @see facts 7.2 */
function* buildAccountSteps(facts: HandoverFacts, { person }: Leaver): Generator<UnnumberedStep> {
  for (const item of ["push-certificate", "apple-business", "android"] as const) {
    const renewals = listRenewalsOf(facts, item);
    const holder = facts.answers.find(({ question }) => question === `${item}.holder`);
    const words = [
      holder?.value,
      ...renewals.flatMap(({ account, confirmedBy }) => [account, confirmedBy]),
      item === "apple-business" ? facts.adeServer.adminId : null,
    ];
    const answer = line("handover answer", [`${item}.holder`]);
    const { [item]: title } = CHECKLIST_ITEM_TITLES;
    if (words.some((word) => mentionsPerson(person, word))) {
      const next = step(
        "hand over the password and change the 2-factor telephone number (do not create a new certificate), then record the new holder",
        "パスワードを引き継ぎ、認証コードを受け取る電話番号を変更(証明書は作り直さない)。その後、新しい担当者を回答",
        answer,
      );
      yield [title, next];
      for (const one of renewals) {
        const what = text(`${one.name}: ${PASSWORD_CHANGE_NOTE.en}`, `「${one.name}」: ${PASSWORD_CHANGE_NOTE.ja}`);
        if (one.kind === "vpp-token") yield [what, line("renewals guide", [toItemArgument(facts, one)])];
      }
    } else if (holder === undefined && renewals.length > 0) {
      const what = text(`${title.en}: it is not recorded who signs in`, `${title.ja}: サインインする人が未回答`);
      yield [what, step("ask the leaver, then record the answer", "本人に確認してから回答", answer)];
    }
    for (const one of renewals) {
      const { name, phoneHolder } = one;
      if (!hasTelephone(person, phoneHolder ?? "")) continue;
      const what = text(`${name}: telephone of ${phoneHolder}`, `「${name}」の認証コードの電話: ${phoneHolder}`);
      yield [what, line("renewals edit", [toItemArgument(facts, one)], { phone: "NUMBER", phoneHolder: "NAME" })];
    }
  }
}

function* buildDueSteps(facts: HandoverFacts, leaver: Leaver): Generator<UnnumberedStep> {
  const { person, asOf, timezone, leaves = asOf } = leaver;
  const lastDay = createDayClock(leaves > asOf ? leaves : asOf, timezone);
  for (const one of facts.renewals) {
    const { name, owner, expiresAt } = one;
    const item = toItemArgument(facts, one);
    // `handover transfer` moves the items that only a user of the tenant owns
    if (mentionsPerson(person, owner) && (person.id === null || !isOnlyPerson(person, owner ?? "")))
      yield [
        text(`owner of the renewal item ${name}`, `「${name}」の更新担当`),
        line("renewals edit", [item], { owner: "MAIL" }),
      ];
    if (expiresAt === null || levelOf(expiresAt, lastDay) === "ok") continue;
    const day = dayOf(expiresAt, timezone);
    yield [text(`${name} expires on ${day}`, `「${name}」の期限: ${day}`), line("renewals guide", [item])];
  }
}

const MAX_NAMED_DEVICES = 10;

function* buildRecordSteps({ devices, secured, missing }: LeaverRecords, leaver: string): Generator<UnnumberedStep> {
  for (const { app, userId, administrator } of secured) {
    const edit = line("secured users edit", ["USERID"], { app, administrator: "yes" });
    const check = step(
      "deleted when the leaver's role is removed, if the ID or email address matches the leaver's; to check",
      "本人のものなら、次の users leave で削除されます。確認するには",
      line("secured users show", [userId], { app }),
    );
    if (administrator) yield [text(`administrator of SECURED ${app}`, `SECURED APPs(${app})の管理者`), edit];
    else yield [text(`user of SECURED ${app}: ${userId}`, `SECURED APPs(${app})のユーザー: ${userId}`), check];
  }
  if (devices.length > 0) {
    const named = joinFirstTexts(devices.map(same), MAX_NAMED_DEVICES);
    const what = text(
      `owner of ${formatCount(devices.length, "device")}: ${named.en}`,
      `所有するデバイス ${devices.length} 台: ${named.ja}`,
    );
    if (devices.length <= MAX_NAMED_DEVICES) yield [what, line("devices set-owner", [...devices], { user: "MAIL" })];
    else {
      yield [what, line("devices list", [], { owner: leaver, format: "xlsx", output: "devices.xlsx" })];
      yield [text("new owner", "新しい所有者"), line("devices set-owner", [], { file: "devices.xlsx", user: "MAIL" })];
    }
  }
  const { en, ja } = NOT_IMPORTED_NOTE;
  if (missing.devices)
    yield [text(`the leaver's devices: ${en}`, `退職者のデバイス: ${ja}`), line("console sync", ["EXPORT.csv"])];
  if (missing.secured)
    yield [
      text(`the leaver's SECURED APPs users: ${en}`, `退職者の SECURED APPs ユーザー: ${ja}`),
      line("console sync", ["EXPORT.csv"], { app: "APP" }),
    ];
}

function* buildLastSteps({ person, leaves, context }: Leaver, leaver: string): Generator<UnnumberedStep> {
  const received = text(
    "export the bundle for the successor, and read out its fingerprint",
    "引き継ぎデータを書き出し、後任に受け取ってもらう(フィンガープリントは読み上げる)",
  );
  if (context !== undefined) yield [received, line("handover export", [], { output: "handover.zip", leaver, leaves })];
  const { called, id, account } = person;
  const rights = text(
    `successor: remove the role of ${called}, and list the devices to collect`,
    `(後任の作業)${called} さんの管理者権限を外し、回収するデバイスの一覧を書き出す`,
  );
  if (id !== null)
    yield [rights, line("users leave", [toTypableName(account ?? "", id)], { on: leaves, report: "FILE.xlsx" })];
  if (context === undefined) return;
  yield [
    text("the leaver's computer: stop the daily run", "退職者のコンピューター: 毎日の実行を止める"),
    step(
      "delete what it shows from `crontab -e` or the task scheduler",
      "表示される設定を crontab -e またはタスク スケジューラから削除",
      line("renewals schedule", []),
    ),
  ];
  yield [
    text("the leaver's computer: remove the tenant", "退職者のコンピューター: テナントを削除する"),
    line("context remove", [context]),
  ];
  yield [
    text("the leaver's computer: delete the bundles", "退職者のコンピューター: 引き継ぎデータを削除する"),
    text("keep only the successor's copy", "後任が持つコピーだけを残す"),
  ];
}

function* buildFirstSteps(
  { tenant, administrators, renewals }: HandoverFacts,
  { person }: Leaver,
  from: string,
): Generator<UnnumberedStep> {
  const account = administrators.find(({ id }) => id === person.id);
  const owns = renewals.some(({ owner }) => owner !== null && isOnlyPerson(person, owner));
  if (person.id !== null && (account?.supportOption === true || owns))
    yield [
      text("transfer the support option and the renewal items", "サポートオプションと更新担当を後任に引き継ぐ"),
      line("handover transfer", [], { from, to: "PERSON" }),
    ];
  if ([tenant.contactName, tenant.contactMail].some((word) => mentionsPerson(person, word)))
    yield [
      text("contact person of the contract", "契約の担当者"),
      step(CONTACT_CHANGE_INSTRUCTIONS.en, CONTACT_CHANGE_INSTRUCTIONS.ja, RECORD_CONTACT_COMMAND),
    ];
}

/** @see facts 7.2 */
export function buildLeaverSteps(facts: HandoverFacts, leaver: Leaver): readonly ChecklistRow[] {
  const { account, words, called } = leaver.person;
  const typed = account ?? words.at(-1) ?? called;
  const steps = [
    ...buildFirstSteps(facts, leaver, typed),
    ...buildAccountSteps(facts, leaver),
    ...buildDueSteps(facts, leaver),
    ...buildRecordSteps(leaver.records, typed),
    ...buildLastSteps(leaver, typed),
  ];
  const row = { item: "leaver", state: "step", id: "step", value: null, by: null, at: null } as const;
  return steps.map(([what, next], at) => ({ ...row, what, next: renderAdvice(next), step: at + 1 }));
}
