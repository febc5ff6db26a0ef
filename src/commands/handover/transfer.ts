import { line, step } from "../../lib/advice/index.ts";
import type { Account, TransferResult } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { HandoverFacts } from "../../lib/handover/checklist/facts.ts";
import { buildHandoverSteps } from "../../lib/handover/checklist/leaver.ts";
import type { Person } from "../../lib/handover/checklist/people.ts";
import { ACCOUNT } from "../../lib/model/account.ts";
import { ROLES } from "../../lib/model/role.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { formatCount, joinTexts, same, addSpaceAfterLatin, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { createChanges, renderPlan, type Plan } from "../../lib/plan/plan.ts";
import { formatTenantName } from "../imports/plan/show.ts";
import { askToApply } from "../imports/plan/settle.ts";
import { requireNamedContext } from "../permission.ts";
import { isDefaultTable } from "../listing/list.ts";
import { DRY_RUN_OPTION } from "../records/options.ts";
import { STATE_UNCHANGED, DRY_RUN_NOTE, describeNotRestored, proposeUndo } from "../records/change-result.ts";
import type { Tools } from "../tools.ts";
import {
  toAdministrator,
  collectHandoverFacts,
  openHandoverTenant,
  getChecklistDay,
  type HandoverTenant,
} from "./facts.ts";
import { collectLeaverRecords, resolvePerson } from "./leaver.ts";
import { buildChecklistRows, writeChecklist } from "./rows.ts";

/** A responsibility that is transferred to the successor, or a step that must be done manually. */
interface TransferRow {
  readonly kind: "account" | "renewal" | "step";
  /** step number, counted from 1; null in rows of other kinds */
  readonly step: number | null;
  readonly name: Text;
  readonly before: Text | null;
  readonly after: Text | null;
  readonly consoleTask: number | null;
  readonly mend: Text | null;
}

const KIND_LABELS: Readonly<Record<TransferRow["kind"], Text>> = {
  account: text("account", "アカウント"),
  renewal: text("renewal owner", "更新担当"),
  step: text("step", "手順"),
};

const createTextColumn = (key: "name" | "before" | "after" | "mend", header: Text): Column<TransferRow> => ({
  key,
  header,
  advice: true,
  value: (row) => row[key]?.en ?? null,
  name: (row) => row[key],
});

const TRANSFER_COLUMNS: readonly Column<TransferRow>[] = [
  { key: "kind", header: text("kind", "種類"), value: ({ kind }) => kind, name: ({ kind }) => KIND_LABELS[kind] },
  { key: "step", header: text("step", "手順"), align: "end", value: ({ step }) => step },
  createTextColumn("name", text("name", "名前")),
  createTextColumn("before", text("before", "変更前")),
  createTextColumn("after", text("after", "変更後")),
  { key: "consoleTask", header: text("task", "作業番号"), align: "end", value: ({ consoleTask }) => consoleTask },
  createTextColumn("mend", text("what to do", "対処")),
];

const ARROW = same(" → ");

const TERMINAL_COLUMNS: readonly Column<TransferRow>[] = [
  ...TRANSFER_COLUMNS.filter(({ key }) => key === "kind" || key === "name" || key === "consoleTask"),
  {
    key: "change",
    header: text("change", "変更内容"),
    wraps: true,
    value: () => null,
    name: ({ before, after }) => joinTexts([before ?? same(""), after ?? same("")], ARROW),
  },
];

export default defineCommand({
  summary: text("transfer one person's responsibilities to a successor", "退職者の担当を後任に引き継ぐ"),
  details: [
    text(
      "Transfers in one change, all or nothing: the support option with the system administrator role it requires, and the renewal items that the leaver owns. If the leaver does not have the option, no role is transferred. If five accounts have the option, the leaver's is turned off before the successor's is turned on. In a mirror, the work in the console is added to `console list`. A successor who receives the option needs an account with a role first. The leaver keeps their role: remove it last.",
      "次のものを 1 回の変更で引き継ぎます(全部か、何もしないかのどちらか): サポートオプション(必要なシステム管理者の権限とともに)、その人が更新担当の項目。サポートオプションがない人の管理者権限は引き継ぎません。5 アカウントが付与されているときは先にオフにします。ミラーでは、管理画面での作業を `console list` に追加します。サポートオプションを引き継ぐ後任には、先に管理者権限のあるアカウントが必要です。退職者の管理者権限は残ります(最後に外します)。",
    ),
    text(
      "Then lists the numbered steps that must be done manually: application form for the contact person, password and 2-factor phone of each Apple Account, Gmail login. Record each finished step with `handover answer`, which stores name and date. Changing the password of a Managed Apple Account invalidates the VPP tokens that were downloaded with it, so the next steps are to renew these tokens.",
      "最後に、人が行う手順を番号付きで表示します(担当者の申込書、各 Apple Account のパスワードと認証コードを受け取る電話、Gmail へのログイン)。済んだ手順は `handover answer` で、回答者と日時とともに記録します。管理対象 Apple Account のパスワードを変更すると、そのアカウントでダウンロードした VPP サービストークンが無効になるため、直後に各トークンの更新を示します。",
    ),
  ],
  args: {},
  options: {
    from: {
      kind: "string",
      value: "PERSON",
      required: true,
      about: text("person who leaves: account, email address or name", "退職者: アカウント名、メールアドレス、名前"),
    },
    to: {
      kind: "string",
      value: "PERSON",
      required: true,
      about: text("successor: account, email address or name", "後任: アカウント名、メールアドレス、名前"),
    },
    dryRun: DRY_RUN_OPTION,
  },
  examples: [{ line: "clomoctl handover transfer --from taro01 --to hanako01 --dry-run" }],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  plans: true,
  shows: TRANSFER_COLUMNS,
  async run(tools, { from: leaving, to: following, dryRun }) {
    const { terminal } = tools;
    const tenant = await openHandoverTenant(tools);
    if (!dryRun) requireNamedContext(tools, tenant);
    const facts = await collectHandoverFacts(tenant);
    const from = requireUser(await resolvePerson(tenant, facts, leaving), leaving);
    const to = requireUser(await resolvePerson(tenant, facts, following), following);
    if (from.id === to.id) throw createIdenticalPersonFailure(leaving);
    const plan = await tenant.client.accounts.transfer(from.id, { to: to.id, dryRun: true });
    const earlier = await describeOpenTasks(tenant, to);
    const planned = buildTransferRows(plan);
    tools.summarize({ create: 0, update: planned.length, delete: 0 });
    const known = { from, facts };
    if (dryRun) {
      await showTransfer(tools, tenant, { ...known, rows: planned, done: plan });
      await terminal.note(DRY_RUN_NOTE);
      if (earlier !== undefined) await terminal.note(earlier);
      return planned.length === 0 ? undefined : terminal.note(describeTransferCommand(leaving, following));
    }
    if (planned.length === 0) {
      const left = await showTransfer(tools, tenant, { ...known, rows: planned, done: plan });
      return terminal.note(describeNothingToTransfer(from, left));
    }
    const isKept = plan.renewals.length === 0;
    const shown = buildTransferPlan(planned, {
      target: formatTenantName({ tenant: tenant.context.name }, tenant),
      from,
      to,
      isKept,
    });
    await renderPlan(terminal, shown);
    if (!(await askToApply(tools, shown, {}))) return terminal.note(STATE_UNCHANGED);
    const done = await tenant.client.accounts.transfer(from.id, { to: to.id });
    const rows = buildTransferRows(done);
    tools.summarize({ update: rows.length, changed: true });
    await showTransfer(tools, tenant, { ...known, rows, done });
    await terminal.note(describeTransferred(rows, { from, to }));
    await terminal.note(RECIPIENTS_NOTE);
    await proposeUndo(tools);
    if (rows.every(({ consoleTask }) => consoleTask === null)) return;
    if (earlier !== undefined) await terminal.note(earlier);
    await terminal.note(step("to list the tasks in the console", "管理画面での作業を確認", line("console list", [])));
  },
});

const buildTransferPlan = (
  rows: readonly TransferRow[],
  {
    target,
    from,
    to,
    isKept,
  }: { readonly target: Text; readonly from: Person; readonly to: Person; readonly isKept: boolean },
): Plan => ({
  target,
  changes: [createChanges(text("record", "データ"), { update: rows.length })],
  lines: [
    text(
      `plan for ${target.en}: transfer the responsibilities of ${from.called} to ${to.called}`,
      `${addSpaceAfterLatin(target.ja)}に対する計画: ${from.called} さんの担当を ${to.called} さんに引き継ぐ`,
    ),
  ],
  notes: isKept ? [] : [describeNotRestored(PARTS_WITHOUT_UNDO)],
  samples: [{ lines: rows.map(describeTransferRow), rest: 0 }],
});

/** Returns the line of the plan for a row, such as `  renewal owner 本社: a@example.jp → b@example.jp`. */
const describeTransferRow = ({ kind, name, before, after }: TransferRow): Text => {
  const { en, ja } = joinTexts([before ?? same(""), after ?? same("")], ARROW);
  const label = KIND_LABELS[kind];
  return text(`  ${label.en} ${name.en}: ${en}`, `  ${label.ja} ${name.ja}: ${ja}`);
};

const describeTransferred = (
  rows: readonly TransferRow[],
  { from, to }: { readonly from: Person; readonly to: Person },
): Text =>
  text(
    `transferred ${formatCount(rows.length, "record")} from ${from.called} to ${to.called}`,
    `${from.called} さんの担当 ${rows.length} 件を ${to.called} さんに引き継ぎました`,
  );

const RECIPIENTS_NOTE = text(
  "if the leaver receives reminders, replace the address in notify.yaml",
  "退職者が通知先なら、notify.yaml のアドレスを書き換えてください",
);

const PARTS_WITHOUT_UNDO = text("owners of renewal items", "年次更新の担当者");

/** Returns a note on open console tasks for the successor, such as creating an account; undefined if none. */
async function describeOpenTasks({ client }: HandoverTenant, { id, called }: UserPerson): Promise<Text | undefined> {
  const tasks = await client.console.list({});
  const [first, ...others] = tasks.filter(({ records }) => records.some((record) => record.id === id));
  if (first === undefined) return undefined;
  const [command, list] = [line("console show", [first.number]), line("console list", [])];
  const [more, moreJa] =
    others.length === 0 ? ["", ""] : [` (${others.length} more: ${list})`, `(ほか ${others.length} 件: ${list})`];
  return text(
    `first do the open task for ${called} in the console: ${command}${more}`,
    `${called} さんについて、先に管理画面で行う作業があります: ${command}${moreJa}`,
  );
}

const createIdenticalPersonFailure = (leaving: string): Failure => {
  const command = line("handover checklist", [], { leaver: leaving });
  return new Failure("input-rejected", {
    what: text("--from and --to name the same person", "退職者と後任が同じ人です"),
    where: "--to",
    hint: step(
      "specify the successor with --to; to see what depends on the leaver",
      "--to で後任を指定してください。退職者に紐づくものを確認するには",
      command,
    ),
  });
};

/** Returns the note that nothing is left to transfer.  @param left number of steps that must be done manually */
const describeNothingToTransfer = ({ called }: Person, left: number): Text => {
  const [en, ja] = [
    `clomoctl cannot transfer anything else from ${called}`,
    `${called} さんのもので clomoctl が引き継げるものは、もうありません`,
  ];
  if (left === 0) return text(en, ja);
  return text(
    `${en}; ${formatCount(left, "step")} above ${left === 1 ? "remains" : "remain"} to be done by hand`,
    `${ja}。上の ${left} 件は人が行う手順です`,
  );
};

const describeTransferCommand = (leaving: string, following: string): Text => {
  const command = line("handover transfer", [], { from: leaving, to: following });
  return text(`to transfer: ${command}`, `引き継ぐには: ${command}`);
};

type UserPerson = Person & { readonly id: string };

/** Returns the person with their user's id.  @throws `input-rejected` if the person is not a user, only a free text */
function requireUser({ id, ...person }: Person, typed: string): UserPerson {
  if (id !== null) return { ...person, id };
  throw new Failure("input-rejected", {
    what: text(`"${typed}" is not a user of this tenant`, `「${typed}」はテナントのユーザーではありません`),
    hint: step(
      "to see what depends on the person",
      "その人に紐づくものを確認するには",
      line("handover checklist", [], { leaver: "PERSON" }),
    ),
  });
}

const buildTransferRows = ({ accounts, renewals }: TransferResult): readonly TransferRow[] => [
  ...accounts.map(({ before, after, consoleTask }): TransferRow => ({
    ...EMPTY_ROW_FIELDS,
    kind: "account",
    name: same(`${after.user} (${after.name})`),
    before: describeRights(before),
    after: describeRights(after),
    consoleTask,
  })),
  ...renewals.map(({ name, before, after }): TransferRow => ({
    ...EMPTY_ROW_FIELDS,
    kind: "renewal",
    name: same(name),
    before: same(before),
    after: same(after),
  })),
];

const EMPTY_ROW_FIELDS = { step: null, consoleTask: null, mend: null } as const;

const { supportOption: OPTION, noticeMail: MAIL } = ACCOUNT.fields;

const describeRights = ({ role, supportOption, noticeMail }: Account): Text =>
  joinTexts(
    [ROLES[role], ...(supportOption ? [OPTION.label] : []), ...(noticeMail ? [MAIL.label] : [])],
    text(", ", "、"),
  );

const showTransferRows = (
  { terminal }: Tools,
  rows: readonly TransferRow[],
  columns = TRANSFER_COLUMNS,
): Promise<void> => terminal.list(columns, rows);

interface TransferReport {
  readonly from: UserPerson;
  readonly facts: HandoverFacts;
  readonly rows: readonly TransferRow[];
  readonly done: TransferResult;
}

function applyTransferToFacts({ facts, done }: Omit<TransferReport, "from" | "rows">): HandoverFacts {
  const { administrators, renewals } = facts;
  const accounts = new Map(done.accounts.map(({ after }) => [after.id, toAdministrator(after)]));
  const owners = new Map(done.renewals.map(({ id, after }) => [id, after]));
  return {
    ...facts,
    administrators: administrators.map((one) => accounts.get(one.id) ?? one),
    renewals: renewals.map((item) => ({ ...item, owner: owners.get(item.id) ?? item.owner })),
  };
}

/** Shows what was transferred, and the steps that must be done manually.  @returns the number of these steps */
async function showTransfer(
  tools: Tools,
  tenant: HandoverTenant,
  { from, rows, ...after }: TransferReport,
): Promise<number> {
  const { terminal } = tools;
  const { timezone } = getChecklistDay(tools, tenant);
  const hanging = buildHandoverSteps(applyTransferToFacts(after), from, {
    timezone,
    ...(await collectLeaverRecords(tenant, from)),
  });
  if (!isDefaultTable(terminal)) {
    const steps = hanging.map(({ step, what, mend }): TransferRow => ({
      ...EMPTY_ROW_FIELDS,
      kind: "step",
      step,
      name: what,
      before: null,
      after: null,
      mend,
    }));
    await showTransferRows(tools, [...rows, ...steps]);
    return hanging.length;
  }
  if (rows.length > 0) await showTransferRows(tools, rows, TERMINAL_COLUMNS);
  if (rows.length > 0 && hanging.length > 0) await terminal.out.write("\n");
  await writeChecklist(terminal, buildChecklistRows([], hanging), timezone);
  return hanging.length;
}
