import { line, step } from "../../lib/advice/index.ts";
import { readOwnFile, writeOwnFile } from "../../lib/files/index.ts";
import type { Account, TransferResult } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { HandoverFacts } from "../../lib/handover/checklist/facts.ts";
import { hangingOn } from "../../lib/handover/checklist/leaver.ts";
import type { Person } from "../../lib/handover/checklist/people.ts";
import { ACCOUNT } from "../../lib/model/account.ts";
import { ROLES } from "../../lib/model/role.ts";
import { notifyFileIn } from "../../lib/renewals/notify/settings-file.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { counted, joined, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { changesOf, renderPlan, type Plan } from "../../lib/plan/plan.ts";
import { mayApply } from "../imports/plan/settle.ts";
import { isUsualTable } from "../listing/list.ts";
import { DRY_RUN } from "../records/options.ts";
import { revisionSeen } from "../records/seen.ts";
import { BEFORE_WRITING, DRY, notRestored, proposeUndo, WHILE_WRITING, WRITTEN } from "../records/written.ts";
import type { Tools } from "../tools.ts";
import { administratorOf, factsOf, handedOver, today, type HandoverTenant } from "./facts.ts";
import { personNamed, recordsOf } from "./leaver.ts";
import { rowsOf, writeForPeople } from "./rows.ts";

/** Something that was given to a successor, or a step that only people can do. */
interface TransferRow {
  readonly kind: "account" | "renewal" | "recipient" | "step";
  /** of a step, from 1 */
  readonly step: number | null;
  readonly name: Text;
  readonly before: Text | null;
  readonly after: Text | null;
  /** number of what has to be done in the console */
  readonly consoleTask: number | null;
  readonly mend: Text | null;
}

const KINDS: Readonly<Record<TransferRow["kind"], Text>> = {
  account: text("account", "アカウント"),
  renewal: text("renewal", "更新担当"),
  recipient: text("recipient", "通知先"),
  step: text("step", "手順"),
};

/** A column whose value programs read in English, and people in their language. */
const told = (key: "name" | "before" | "after" | "mend", header: Text): Column<TransferRow> => ({
  key,
  header,
  value: (row) => row[key]?.en ?? null,
  name: (row) => row[key],
});

const COLUMNS: readonly Column<TransferRow>[] = [
  { key: "kind", header: text("kind", "種類"), value: ({ kind }) => kind, name: ({ kind }) => KINDS[kind] },
  { key: "step", header: text("step", "手順"), align: "end", value: ({ step }) => step },
  told("name", text("name", "名前")),
  told("before", text("before", "変更前")),
  told("after", text("after", "変更後")),
  { key: "consoleTask", header: text("task", "作業番号"), align: "end", value: ({ consoleTask }) => consoleTask },
  told("mend", text("what to do", "対処")),
];

const ARROW = same(" → ");

/** What people are shown: what changes is told in full, below itself where it has no room. */
const PEOPLE: readonly Column<TransferRow>[] = [
  ...COLUMNS.filter(({ key }) => key === "kind" || key === "name" || key === "consoleTask"),
  {
    key: "change",
    header: text("change", "変更内容"),
    wraps: true,
    value: () => null,
    name: ({ before, after }) => joined([before ?? same(""), after ?? same("")], ARROW),
  },
];

export default defineCommand({
  summary: text("give what one person has to a successor", "退任者のものを後任に引き継ぐ"),
  details: [
    text(
      "One change, all of it or nothing: the support option, with the role of a system administrator that it needs; renewals whose owner is named so; recipients in notify.yaml who are notified of this tenant. Without the option no role is given. Where five accounts hold the support option, it goes off before it goes on. In a mirror the console's part goes to `console list`. For the option the successor needs an account with a role first. The role of who leaves stays: it is taken away last.",
      "次のものを 1 回の変更で引き継ぎます(全部か、何もしないかのどちらか): サポートオプション(必要なシステム管理者の権限とともに)、その人が更新担当の項目、notify.yaml のこのテナントの通知先。サポートオプションがない人の管理者権限は引き継ぎません。5 アカウントが付与されているときは先にオフにします。ミラーでは、管理画面での作業を `console list` に追加します。サポートオプションを引き継ぐ後任には、先に管理者権限のあるアカウントが必要です。退任者の管理者権限は残ります(最後に外します)。",
    ),
    text(
      "It ends with the numbered steps that only people can do: the application form for the contact person, password and 2-factor phone of each Apple Account, the Gmail login. Each is confirmed by `handover answer`, with name and date. Changing the password of a Managed Apple Account ends the VPP tokens that it downloaded: the renewal of each follows at once.",
      "最後に、人が行う手順を番号付きで表示します(担当者の申込書、各 Apple Account のパスワードと認証コードを受け取る電話、Gmail へのログイン)。済んだら `handover answer` で、回答者と日時とともに記録します。管理対象 Apple Account のパスワードを変更すると、ダウンロードした VPP サービストークンが無効になるため、直後に各トークンの更新を示します。",
    ),
  ],
  args: {},
  options: {
    from: {
      kind: "string",
      value: "PERSON",
      names: "users",
      required: true,
      about: text("who leaves: account, mail address or name", "退任者: アカウント名、メールアドレス、名前"),
    },
    to: {
      kind: "string",
      value: "PERSON",
      names: "users",
      required: true,
      about: text("who takes over: likewise", "後任: 同上"),
    },
    dryRun: DRY_RUN,
  },
  examples: [{ line: "clomoctl handover transfer --from taro01 --to hanako01 --dry-run" }],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  shows: COLUMNS,
  async run(tools, { from: leaving, to: following, dryRun }) {
    tools.describeState(() => BEFORE_WRITING);
    const { terminal, globals } = tools;
    const tenant = await handedOver(tools);
    const seen = globals.yes || dryRun ? undefined : await revisionSeen(tools);
    const facts = await factsOf(tools, tenant);
    const from = userOf(await personNamed(tenant, facts, leaving), leaving);
    const to = userOf(await personNamed(tenant, facts, following), following);
    if (from.id === to.id) throw samePerson(leaving);
    const plan = await tenant.client.accounts.transfer(from.id, { to: to.id, dryRun: true });
    const earlier = await openTasksOf(tenant, to);
    const settings = await settingsFor(tools, tenant, { from, to });
    const planned = rowsOfTransfer(plan, settings, to);
    const known = { from, facts, settings };
    if (dryRun) {
      await finish(tools, tenant, { ...known, rows: planned, done: plan });
      await terminal.note(DRY);
      if (earlier !== undefined) await terminal.note(earlier);
      return planned.length === 0 ? undefined : terminal.note(toGive(leaving, following));
    }
    if (planned.length === 0) {
      const left = await finish(tools, tenant, { ...known, rows: planned, done: plan });
      return terminal.note(nothingToGive(from, left));
    }
    const isKept = plan.renewals.length === 0 && settings === undefined;
    const shown = planOf(planned, { context: tenant.context.name, from, to, isKept });
    if (!globals.yes && terminal.interactive && isUsualTable(terminal)) await showChanges(tools, planned, PEOPLE);
    await renderPlan(terminal, shown);
    if (!(await mayApply(tools, shown, {}))) return terminal.note(BEFORE_WRITING);
    tools.describeState(() => WHILE_WRITING);
    const done = await transfer(tools, tenant, { from, to, seen, settings });
    tools.describeDone(WRITTEN);
    const rows = rowsOfTransfer(done, settings, to);
    await finish(tools, tenant, { ...known, rows, done });
    if (done.accounts.length > 0) await proposeUndo(tools);
    if (rows.every(({ consoleTask }) => consoleTask === null)) return;
    if (earlier !== undefined) await terminal.note(earlier);
    await terminal.note(step("to be done in the console", "管理画面での作業を確認", line("console list", [])));
  },
});

/** Returns what a transfer would change. @param isKept an undo restores all of it */
const planOf = (
  rows: readonly TransferRow[],
  {
    context,
    from,
    to,
    isKept,
  }: { readonly context: string; readonly from: Person; readonly to: Person; readonly isKept: boolean },
): Plan => ({
  target: same(context),
  changes: [changesOf(text("record", "レコード"), { update: rows.length })],
  lines: [
    text(
      `plan for ${context}: what ${from.called} has goes to ${to.called}`,
      `${context} に対する計画: ${from.called} さんのものを ${to.called} さんに引き継ぐ`,
    ),
  ],
  notes: isKept ? [] : [notRestored(NOTICES)],
});

const NOTICES = text("owners of renewals and recipients of notices", "年次更新の担当者と通知の宛先");

/** What is still open in the console for who takes over, as an account that is to be made there; undefined for nothing. */
async function openTasksOf({ client }: HandoverTenant, { id, called }: UserPerson): Promise<Text | undefined> {
  const tasks = await client.console.list({});
  const [first, ...others] = tasks.filter(({ records }) => records.some((record) => record.id === id));
  if (first === undefined) return undefined;
  const [command, list] = [line("console show", [first.number]), line("console list", [])];
  const [more, moreJa] =
    others.length === 0 ? ["", ""] : [` (${others.length} more: ${list})`, `(ほか ${others.length} 件: ${list})`];
  return text(
    `still open in the console for ${called}, to be done first: ${command}${more}`,
    `${called} さんについて、先に管理画面で行う作業があります: ${command}${moreJa}`,
  );
}

const samePerson = (leaving: string): Failure => {
  const command = line("handover checklist", [], { leaver: leaving });
  return new Failure("input-rejected", {
    what: text("who leaves and who takes over are the same person", "退任者と後任が同じ人です"),
    where: "--to",
    hint: step(
      "name the successor by --to; what hangs on who leaves",
      "--to で後任を指定してください。退任者に紐づくものを確認するには",
      command,
    ),
  });
};

/** What clomoctl can give is not all: steps that only people can do stay on the list. @param left how many of them */
const nothingToGive = ({ called }: Person, left: number): Text => {
  const [en, ja] = [
    `nothing of ${called} is left that clomoctl can give`,
    `${called} さんのもので clomoctl が引き継げるものは、もうありません`,
  ];
  if (left === 0) return text(en, ja);
  return text(
    `${en}; ${counted(left, "step")} above ${left === 1 ? "remains" : "remain"} for people`,
    `${ja}。上の ${left} 件は人が行う手順です`,
  );
};

const toGive = (leaving: string, following: string): Text => {
  const command = line("handover transfer", [], { from: leaving, to: following });
  return text(`to give it: ${command}`, `引き継ぐには: ${command}`);
};

/** A person of whom the tenant has a user. */
type UserPerson = Person & { readonly id: string };

/** @throws Failure `input-rejected` for somebody whom only texts name */
function userOf({ id, ...person }: Person, typed: string): UserPerson {
  if (id !== null) return { ...person, id };
  throw new Failure("input-rejected", {
    what: text(`${typed} is no user of the tenant`, `「${typed}」はテナントのユーザーではありません`),
    hint: step(
      "what hangs on that person",
      "その人に紐づくものを確認するには",
      line("handover checklist", [], { leaver: "PERSON" }),
    ),
  });
}

const addressesOf = ({ words }: Person): readonly string[] => words.filter((word) => word.includes("@"));

/** The settings of notices as they are to be. */
interface NewSettings {
  readonly file: string;
  readonly content: string;
  readonly replaced: readonly string[];
}

/** Undefined where nothing of them changes. @throws Failure where they cannot be read */
async function settingsFor(
  { home }: Tools,
  { context }: HandoverTenant,
  { from, to }: { readonly from: UserPerson; readonly to: UserPerson },
): Promise<NewSettings | undefined> {
  const file = notifyFileIn(home);
  const before = readOwnFile(file, home.userId);
  const [address] = addressesOf(to);
  if (before === undefined || address === undefined) return undefined;
  const { parseNotifySettings } = await import("../../lib/renewals/notify/settings-schema.ts");
  const { withSuccessor } = await import("../../lib/handover/transfer/notify-settings.ts");
  parseNotifySettings(before, file);
  const successor = { name: to.called, address };
  const { content, replaced } = withSuccessor(before, { context: context.name, leaver: from, successor });
  if (replaced.length === 0) return undefined;
  // what would not be read again is not written
  parseNotifySettings(content, file);
  return { file, content, replaced };
}

/** Changes the tenant and the settings; where the tenant refuses, the settings are as they were. */
async function transfer(
  { temporary }: Tools,
  { client }: HandoverTenant,
  {
    from,
    to,
    seen,
    settings,
  }: {
    readonly from: UserPerson;
    readonly to: UserPerson;
    readonly seen: number | undefined;
    readonly settings: NewSettings | undefined;
  },
): Promise<TransferResult> {
  const request = () => client.accounts.transfer(from.id, { to: to.id, seen });
  if (settings === undefined) return request();
  let done: TransferResult | undefined;
  const settle = async (): Promise<void> => {
    done = await request();
  };
  await writeOwnFile(settings.file, settings.content, { ...temporary, secret: true, settle });
  if (done === undefined) throw new TypeError("the tenant was not asked");
  return done;
}

const rowsOfTransfer = (
  { accounts, renewals }: TransferResult,
  settings: NewSettings | undefined,
  to: UserPerson,
): readonly TransferRow[] => [
  ...accounts.map(({ before, after, consoleTask }): TransferRow => ({
    ...EMPTY,
    kind: "account",
    name: same(`${after.user} (${after.name})`),
    before: rightsOf(before),
    after: rightsOf(after),
    consoleTask,
  })),
  ...renewals.map(({ name, before, after }): TransferRow => ({
    ...EMPTY,
    kind: "renewal",
    name: same(name),
    before: same(before),
    after: same(after),
  })),
  ...(settings?.replaced ?? []).map((address): TransferRow => ({
    ...EMPTY,
    kind: "recipient",
    name: same("notify.yaml"),
    before: same(address),
    after: same(addressesOf(to)[0] ?? ""),
  })),
];

const EMPTY = { step: null, consoleTask: null, mend: null } as const;

const { supportOption: OPTION, noticeMail: MAIL } = ACCOUNT.fields;

const rightsOf = ({ role, supportOption, noticeMail }: Account): Text =>
  joined(
    [ROLES[role], ...(supportOption ? [OPTION.label] : []), ...(noticeMail ? [MAIL.label] : [])],
    text(", ", "、"),
  );

const showChanges = ({ terminal }: Tools, rows: readonly TransferRow[], columns = COLUMNS): Promise<void> =>
  terminal.list(columns, rows);

/** What was given, or would be, and what was known before. */
interface TransferReport {
  readonly from: UserPerson;
  readonly facts: HandoverFacts;
  readonly settings: NewSettings | undefined;
  readonly rows: readonly TransferRow[];
  readonly done: TransferResult;
}

/** The facts as a transfer leaves them. */
function factsAfter({ facts, settings, done }: Omit<TransferReport, "from" | "rows">): HandoverFacts {
  const { administrators, renewals, clomoctl } = facts;
  const accounts = new Map(done.accounts.map(({ after }) => [after.id, administratorOf(after)]));
  const owners = new Map(done.renewals.map(({ id, after }) => [id, after]));
  const replaced = settings?.replaced ?? [];
  return {
    ...facts,
    administrators: administrators.map((one) => accounts.get(one.id) ?? one),
    renewals: renewals.map((item) => ({ ...item, owner: owners.get(item.id) ?? item.owner })),
    clomoctl: clomoctl && {
      ...clomoctl,
      recipients: clomoctl.recipients.filter(({ address }) => address === null || !replaced.includes(address)),
    },
  };
}

/** Shows what was given, and the steps that only people can do. @returns how many of these there are */
async function finish(tools: Tools, tenant: HandoverTenant, { from, rows, ...after }: TransferReport): Promise<number> {
  const { terminal } = tools;
  const { timezone } = today(tools, tenant);
  const hanging = hangingOn(factsAfter(after), from, { timezone, ...(await recordsOf(tenant, from)) });
  if (!isUsualTable(terminal)) {
    const steps = hanging.map(({ step, what, mend }): TransferRow => ({
      ...EMPTY,
      kind: "step",
      step,
      name: what,
      before: null,
      after: null,
      mend,
    }));
    await showChanges(tools, [...rows, ...steps]);
    return hanging.length;
  }
  if (rows.length > 0) await showChanges(tools, rows, PEOPLE);
  if (rows.length > 0 && hanging.length > 0) await terminal.out.write("\n");
  await writeForPeople(terminal, rowsOf([], hanging), timezone);
  return hanging.length;
}
