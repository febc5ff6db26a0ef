import { line, step } from "../../lib/advice/index.ts";
import type { Account, TransferResult } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Person } from "../../lib/handover/checklist/people.ts";
import { ACCOUNT, ROLES } from "../../lib/nouns/account.ts";
import { createColumn, type Column } from "../../lib/terminal/output-choice.ts";
import { formatCount, joinTexts, same, addSpaceAfterLatin, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { createChanges, renderPlan } from "../../lib/plan/plan.ts";
import { formatTenantName } from "../kit/plan/show.ts";
import { confirmCommit } from "../kit/plan/finish-plan.ts";
import { isDefaultTable } from "../kit/list/list.ts";
import { requireNamedContext } from "../kit/permission.ts";
import { DRY_RUN_OPTION } from "../kit/columns/field-options.ts";
import { STATE_UNCHANGED, DRY_RUN_NOTE, proposeUndo } from "../kit/columns/change-result.ts";
import { collectHandoverFacts, resolvePerson } from "./facts.ts";
import { HANDOVER_NOUNS } from "../kit/files/tenant-copy.ts";

interface TransferRow {
  readonly kind: "account" | "renewal";
  readonly name: Text;
  readonly before: Text;
  readonly after: Text;
  readonly consoleTask: number | null;
}

const KIND_LABELS: Readonly<Record<TransferRow["kind"], Text>> = {
  account: text("account", "アカウント"),
  renewal: text("renewal owner", "更新担当"),
};

const createTextColumn = (key: "name" | "before" | "after", en: string, ja: string): Column<TransferRow> =>
  createColumn(key, en, ja, { wraps: true, value: (row) => row[key].en, name: (row) => row[key] });

const TRANSFER_COLUMNS: readonly Column<TransferRow>[] = [
  createColumn("kind", "kind", "種類", { name: ({ kind }) => KIND_LABELS[kind] }),
  createTextColumn("name", "name", "名前"),
  createTextColumn("before", "before", "変更前"),
  createTextColumn("after", "after", "変更後"),
  createColumn("consoleTask", "task no.", "作業番号", { align: "end" }),
];

export default defineCommand({
  summary: text("transfer one person's responsibilities to a successor", "退職者の担当を後任に引き継ぐ"),
  details: [
    text(
      "Transfers the support option, with the system administrator role that it requires, and the renewal items that the leaver owns. All of this is one change: everything is transferred, or nothing. If the leaver does not have the option, no role is transferred. If the five accounts that can have the option have it, the leaver's is turned off before the successor's is turned on. In a mirror, the tasks in the console are added to `console list`. A successor who receives the option must already have an account with a role. The leaver keeps their role: revoke it last.",
      "退職者のサポートオプション(必要なシステム管理者の権限を含む)と、退職者が更新担当の年次更新・期限の項目を引き継ぎます。1 回の変更ですべてを引き継ぐか、何も引き継がないかのどちらかです。退職者にサポートオプションがなければ、管理者権限は引き継ぎません。5 アカウントがサポートオプションを使っているときは、先に退職者のサポートオプションをオフにします。ミラーでは、管理画面での作業を `console list` に追加します。サポートオプションを引き継ぐ後任には、先に管理者権限のあるアカウントが必要です。退職者の管理者権限は残ります。最後に外してください。",
    ),
    text(
      "For the steps that clomoctl cannot do, see `handover checklist --leaver`.",
      "clomoctl ではできない手順は `handover checklist --leaver` で確認できます。",
    ),
  ],
  args: {},
  options: {
    from: {
      kind: "string",
      value: "PERSON",
      required: true,
      about: text("leaver: account name, email address or name", "退職者のアカウント名、メールアドレス、名前"),
    },
    to: {
      kind: "string",
      value: "PERSON",
      required: true,
      about: text("successor: account name, email address or name", "後任のアカウント名、メールアドレス、名前"),
    },
    dryRun: DRY_RUN_OPTION,
  },
  examples: [{ line: "clomoctl handover transfer --from taro01 --to hanako01 --dry-run" }],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  plans: true,
  shows: TRANSFER_COLUMNS,
  async run(tools, { from: leaving, to: following, dryRun }) {
    const { terminal } = tools;
    const tenant = await tools.tenant(...HANDOVER_NOUNS);
    if (!dryRun) requireNamedContext(tools, tenant);
    const facts = await collectHandoverFacts(tenant);
    const from = requireUser(await resolvePerson(tenant, facts, leaving), leaving);
    const to = requireUser(await resolvePerson(tenant, facts, following), following);
    const plan = await tenant.client.accounts.transfer(from.id, { to: to.id, dryRun: true });
    const planned = buildTransferRows(plan);
    tools.summarize({ create: 0, update: planned.length, delete: 0 });
    const rest = step(
      "to see what must be handed over by hand",
      "手作業で引き継ぐものを確認するには",
      line("handover checklist", [], { leaver: leaving }),
    );
    if (dryRun || planned.length === 0) {
      await terminal.list(TRANSFER_COLUMNS, planned);
      const nothing = text(
        `${from.called} has nothing that clomoctl can transfer`,
        `${from.called} さんの担当に、clomoctl で引き継げるものはありません`,
      );
      await terminal.note(planned.length === 0 ? nothing : DRY_RUN_NOTE);
      return terminal.note(rest);
    }
    const target = formatTenantName({ tenant: tenant.context.name }, tenant);
    const shown = {
      target,
      changes: [createChanges(text("record", "データ"), { update: planned.length })],
      lines: [
        text(
          `plan for ${target.en}: transfer the responsibilities of ${from.called} to ${to.called}`,
          `${addSpaceAfterLatin(target.ja)}に対する計画: ${from.called} さんの担当を ${to.called} さんに引き継ぐ`,
        ),
      ],
      samples: [{ lines: planned.map(describeTransferRow), rest: 0 }],
    };
    await renderPlan(terminal, shown);
    if (!(await confirmCommit(tools, shown, {}))) return terminal.note(STATE_UNCHANGED);
    const rows = buildTransferRows(await tenant.client.accounts.transfer(from.id, { to: to.id }));
    tools.summarize({ update: rows.length, changed: true });
    if (!isDefaultTable(terminal)) await terminal.list(TRANSFER_COLUMNS, rows);
    await terminal.note(
      text(
        `transferred ${formatCount(rows.length, "record")} from ${from.called} to ${to.called}`,
        `${from.called} さんの担当 ${rows.length} 件を ${to.called} さんに引き継ぎました`,
      ),
    );
    await terminal.note(RECIPIENTS_NOTE);
    await proposeUndo(tools);
    await terminal.note(rest);
    if (rows.some(({ consoleTask }) => consoleTask !== null))
      await terminal.note(
        step("to list the tasks in the console", "管理画面での作業を確認するには", line("console list", [])),
      );
  },
});

const describeTransferRow = ({ kind, name, before, after }: TransferRow): Text => {
  const { en, ja } = joinTexts([before, after], same(" → "));
  const label = KIND_LABELS[kind];
  return text(`  ${label.en} ${name.en}: ${en}`, `  ${label.ja} ${name.ja}: ${ja}`);
};

const RECIPIENTS_NOTE = text(
  "if the leaver receives reminders, replace the address in notify.yaml",
  "退職者が通知先なら、notify.yaml のアドレスを書き換えてください",
);

function requireUser({ id, ...person }: Person, typed: string): Person & { readonly id: string } {
  if (id !== null) return { ...person, id };
  throw new Failure("input-rejected", {
    what: text(`"${typed}" is not a user of this tenant`, `「${typed}」はテナントのユーザーではありません`),
    hint: step(
      "to see what the person has to hand over",
      "その人から引き継ぐものを確認するには",
      line("handover checklist", [], { leaver: "PERSON" }),
    ),
  });
}

const buildTransferRows = ({ accounts, renewals }: TransferResult): readonly TransferRow[] => [
  ...accounts.map(({ before, after, consoleTask }): TransferRow => ({
    kind: "account",
    name: same(`${after.user} (${after.name})`),
    before: describeRights(before),
    after: describeRights(after),
    consoleTask,
  })),
  ...renewals.map(({ name, before, after }): TransferRow => ({
    kind: "renewal",
    name: same(name),
    before: same(before),
    after: same(after),
    consoleTask: null,
  })),
];

const { supportOption: OPTION, noticeMail: MAIL } = ACCOUNT.fields;

const describeRights = ({ role, supportOption, noticeMail }: Account): Text =>
  joinTexts(
    [ROLES[role], ...(supportOption ? [OPTION.label] : []), ...(noticeMail ? [MAIL.label] : [])],
    text(", ", "、"),
  );
