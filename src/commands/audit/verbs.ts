import { text, formatCount, same, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { noteFailedJobs } from "../kit/jobs/recorder.ts";
import { isAboutSeveral, listOfContexts } from "../kit/list/contexts.ts";
import { ALL_CONTEXTS_OPTION, limitRecords, LIMIT_OPTION, listColumns, isDefaultTable } from "../kit/list/list.ts";
import { resolveTimezone, type Tools } from "../kit/tools.ts";
import { AUDIT_COLUMNS, toAuditRow, DEFAULT_AUDIT_COLUMNS, type AuditRow, getImportName } from "./entries.ts";
import { line, step } from "../../lib/advice/index.ts";
import { Failure, type ErrorCode } from "../../lib/errors/index.ts";
import { toUtcInstant, type TypedDate } from "../../lib/model/time.ts";
import { defineOption, defineSwitch, type Fields, type InputOf } from "../kit/field.ts";
import type { AuditVerification } from "../../lib/client/index.ts";
import { createColumn, type Column } from "../../lib/terminal/output-choice.ts";
import { workOnEachContext } from "../kit/each-context.ts";

const VERIFICATION_COLUMNS: readonly Column<AuditVerification>[] = [
  createColumn("schema", "database schema as expected", "データベースの定義が想定どおり"),
  createColumn("records", "records verified", "検証した記録"),
  createColumn("last", "last verified record", "検証した最後の記録", {
    name: ({ last }) => last && same(`${last.seq} ${last.hash}`),
  }),
  createColumn("headSeq", "record that matches --head", "--head に一致する記録"),
  createColumn("broken", "first broken record", "最初に異常が見つかった記録"),
  createColumn("replaced", "replaced records verified", "検証した、置き換えられた記録", {
    name: ({ replaced }) => (replaced?.records ? same(String(replaced.records)) : null),
  }),
  createColumn("changes", "changes verified", "検証した変更", {
    name: ({ changes }) => changes && same(String(changes.verified)),
  }),
];

const describeDamage = (found: AuditVerification, head: string | undefined): Text | undefined => {
  const { schema, headSeq, replaced } = found;
  const broken = found.broken ?? replaced?.broken ?? null;
  if (!schema)
    return text(
      "the tenant's file has tables or other database objects that clomoctl did not create, so nothing was verified",
      "テナントのファイルに、clomoctl が作成したものではないデータベース定義(テーブルなど)があるため、検証していません",
    );
  if (broken !== null)
    return text(
      `the audit log is broken at record ${broken}; later records cannot be trusted`,
      `監査ログの記録 ${broken} に異常があります。それより後の記録は信用できません`,
    );
  if (head !== undefined && headSeq === null && (replaced === null || replaced.head === null))
    return text(
      `no record has the hash ${head}: records at the end were removed, or the whole log was rewritten`,
      `ハッシュ ${head} に一致する記録がありません。末尾の記録が削除されたか、監査ログ全体が書き直されています`,
    );
  const changes = found.changes?.broken.map((number) => number ?? "?").join(", ") ?? "";
  if (changes === "") return undefined;
  return text(
    `the former values of these changes do not match the audit log: ${changes}`,
    `次の変更の変更前の値が監査ログと一致しません: ${changes}`,
  );
};

function requireIntact(found: AuditVerification, head: string | undefined): void {
  const what = describeDamage(found, head);
  if (what === undefined) return;
  const hint = text(
    "keep the tenant's file and compare it with a backup; undo no change, because the stored values may be altered",
    "テナントのファイルを保全し、バックアップと比べてください。保存された値が書き換えられているおそれがあるため、変更を取り消さないでください",
  );
  throw new Failure("input-rejected", { what, hint });
}

const HASH_PATTERN = /^[0-9a-f]{64}$/;

const parseHash = (typed: string): string => {
  const hash = typed.trim().toLowerCase();
  if (HASH_PATTERN.test(hash)) return hash;
  throw new Failure("usage", {
    what: text("a hash has 64 hexadecimal digits", "ハッシュは 16 進数 64 桁です"),
    where: "--head",
    hint: step("to show the hash of the last record", "最後の記録のハッシュを表示するには", line("audit verify", [])),
  });
};

const verify = defineCommand({
  summary: text(
    "verify that no record was altered, removed or moved",
    "監査ログの改ざん・削除・入れ替えがないか検証する",
  ),
  args: {},
  options: {
    head: defineOption(
      "string",
      "HASH",
      "hash of a record, which you saved elsewhere; fail if no record has it",
      "別に保管しておいた、記録のハッシュ(一致する記録がなければエラー)",
    ),
    changes: defineSwitch(
      "also verify the former values stored for undo and history",
      "取り消しと変更履歴に使う、変更前の値も検証する",
    ),
    allContexts: ALL_CONTEXTS_OPTION,
  },
  excludes: [["head", "allContexts"]],
  examples: [
    { line: "clomoctl audit verify" },
    { line: "clomoctl audit verify --changes" },
    { line: "clomoctl audit verify --all-contexts" },
  ],
  job: () => [],
  exits: ["input-rejected", "not-found", "partial"],
  async run(tools, { head: typed, changes, allContexts }) {
    const { terminal, signal } = tools;
    if (isAboutSeveral(tools, allContexts)) return await verifySeveral(tools, { allContexts, changes });
    const head = typed === undefined ? undefined : parseHash(typed);
    const { client } = await tools.tenant("audit");
    const found = await client.audit.verify({ head, changes }, signal);
    const shown = VERIFICATION_COLUMNS.filter(({ name, value }) => ((name ?? value)(found) ?? null) !== null);
    await terminal.show(isDefaultTable(terminal) ? shown : VERIFICATION_COLUMNS, found);
    requireIntact(found, head);
    await terminal.note(
      text(
        `verified ${formatCount(found.records, "record")}: all are unchanged`,
        `記録 ${found.records} 件はすべて元のままです`,
      ),
    );
    const { head: group = null } = found.replaced ?? {};
    if (group === null) return undefined;
    const [number, at] = [formatCount(group.records, "record"), terminal.moment(group.receivedAt)];
    await terminal.note(
      text(
        `--head is one of ${number} that the receive of ${at} replaced: ${line("audit list", [], { replaced: true })}`,
        `--head は、${at} の受け取りで置き換えられた記録 ${group.records} 件のうちの 1 件です: ${line("audit list", [], { replaced: true })}`,
      ),
    );
    return undefined;
  },
});

const CONTEXT_COLUMN: Column<AuditVerification & { readonly context: string }> = createColumn(
  "context",
  "context",
  "コンテキスト",
);

async function verifySeveral(
  tools: Tools,
  { allContexts, changes }: { readonly allContexts: boolean; readonly changes: boolean },
): Promise<ErrorCode | undefined> {
  const { terminal, signal, contexts, globals, environment } = tools;
  const columns = listColumns(terminal, [CONTEXT_COLUMN, ...VERIFICATION_COLUMNS], ["context", "records", "broken"]);
  const rows: (AuditVerification & { readonly context: string })[] = [];
  try {
    const named = await contexts.chooseSeveral(allContexts, globals.context, environment);
    return await workOnEachContext(tools, named, async (context) => {
      const { client } = await tools.tenantOf(context, "audit");
      const found = await client.audit.verify({ changes }, signal);
      rows.push({ ...found, context: context.name });
      requireIntact(found, undefined);
    });
  } finally {
    await terminal.list(columns, rows);
  }
}

const AUDIT_FILTERS = {
  since: defineOption(
    "date",
    "DATE",
    "from this day (2026-04-01) or time (2026-04-01T09:00+09:00)",
    "この日(2026-04-01)、または日時(2026-04-01T09:00+09:00)以降",
  ),
  until: {
    kind: "date",
    value: "DATE",
    about: text("up to the end of this day, or up to this time", "この日の終わりまで、またはこの日時まで"),
  },
  actor: defineOption(
    "string",
    "TEXT",
    "part of the actor's name, or of the name of the person who used --as",
    "実行者の名前の一部(--as を使った人の名前も可)",
  ),
  action: defineOption(
    "string",
    "TEXT",
    "part of the action's name, such as users, edit or users.edit; create, update and delete also find imports with such changes; delete also finds remove actions",
    "操作名の一部(users、edit、users.edit など)。create・update・delete では、作成・更新・削除を行ったインポートも探す。delete では remove の操作も探す",
  ),
} as const satisfies Fields;

const DAY_MS = 24 * 60 * 60 * 1000;
const SECOND_MS = 1000;

const getFirstInstant = (date: TypedDate, zone: string): string => {
  if ("instant" in date) return date.instant;
  const day = new Date(Date.parse(`${date.day}T00:00:00Z`) - DAY_MS).toISOString().slice(0, "2027-03-01".length);
  return getInstantAfter({ day }, zone, SECOND_MS);
};

const getInstantAfter = (date: TypedDate, zone: string, stepMs: number): string =>
  new Date(Date.parse(toUtcInstant(date, zone)) + stepMs).toISOString();

const buildAuditQuery = (
  { since, until, actor, action }: InputOf<typeof AUDIT_FILTERS>,
  zone: string,
): Readonly<Record<keyof typeof AUDIT_FILTERS, string | undefined>> => {
  const first = since && getFirstInstant(since, zone);
  const last = until && getInstantAfter(until, zone, "day" in until ? SECOND_MS : 1);
  if (first !== undefined && last !== undefined && first >= last) throw REVERSED_PERIOD_FAILURE;
  return { since: first, until: last, actor, action };
};

const REVERSED_PERIOD_FAILURE = new Failure("usage", {
  what: text("--since is after --until", "--since が --until より後になっています"),
  where: "--since",
  hint: text("specify the earlier date as --since", "早い方の日付を --since に指定してください"),
});

const show = defineCommand({
  summary: text(
    "show one change in full: before, after, and where it was made",
    "変更 1 件の詳細を表示する(変更前、変更後、実行元)",
  ),
  args: {
    number: {
      kind: "number",
      value: "NUMBER",
      min: 1,
      required: true,
      about: text("number of the record, as `audit list` shows it", "記録の番号(audit list で表示)"),
    },
  },
  options: {},
  examples: [{ line: "clomoctl audit show 3" }, { line: "clomoctl audit show 3 --format json" }],
  exits: ["not-found"],
  async run({ terminal, ...tools }, { number }) {
    const { client } = await tools.tenant("audit");
    const entry = toAuditRow(await client.audit.show(number));
    await terminal.show(AUDIT_COLUMNS, entry);
    const shown = getImportName(entry);
    if (shown === undefined) return;
    const command = line("imports show", [shown], { rows: true });
    await terminal.note(step("to list the rows of the import", "インポートの行ごとの内容", command));
  },
});

const list = defineCommand({
  summary: text(
    "list changes, newest first: who changed what, and when",
    "変更の記録を新しい順に一覧する(だれが、いつ、何を変更したか)",
  ),
  args: {},
  options: {
    ...AUDIT_FILTERS,
    replaced: defineSwitch(
      "list the records that a received bundle replaced",
      "受け取った引き継ぎデータに置き換えられた記録を一覧する",
    ),
    allContexts: ALL_CONTEXTS_OPTION,
    limit: LIMIT_OPTION,
  },
  examples: [
    {
      line: "clomoctl audit list --since 2026-04-01 --until 2026-04-30 --action delete",
      about: text("who deleted whom in April", "4 月にだれがだれを削除したか"),
    },
    {
      line: "clomoctl audit list --until 2026-03-31 --action accounts --format ndjson --fields at,actor,by,objects,after",
    },
    {
      line: "clomoctl audit list --until 2026-03-31 --action roles --format ndjson --fields at,actor,by,objects,before,after",
      about: text(
        "with the previous example: the rights of each account at the end of March (explained in --help-all)",
        "上の例と合わせて: 3 月末の各アカウントの権限(結果の読み方は --help-all)",
      ),
    },
  ],
  exits: ["not-found", "partial"],
  run: (tools, { limit, replaced, allContexts, ...filters }) =>
    listOfContexts(tools, { allContexts, limit }, async (here) => {
      const chosen = await here.tenant("audit");
      const records = chosen.client.audit.list({
        ...buildAuditQuery(filters, resolveTimezone(here, chosen)),
        limit: limit && Math.max(limit, 1),
        replaced: replaced ? true : undefined,
      });
      const entries = async function* (): AsyncGenerator<AuditRow> {
        for await (const record of limitRecords(records, limit)) yield toAuditRow(record);
      };
      const columns = listColumns(here.terminal, AUDIT_COLUMNS, DEFAULT_AUDIT_COLUMNS);
      return { columns, records: entries(), note: () => noteFailedJobs(here, chosen.context) };
    }),
});

export default { list, show, verify };
