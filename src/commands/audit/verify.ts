import { line, step } from "../../lib/advice/index.ts";
import type { AuditVerification } from "../../lib/client/index.ts";
import { Failure, type ErrorCode } from "../../lib/errors/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { formatCount, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { workOnEachContext } from "../kit/each-context.ts";
import { isDefaultTable, listColumns } from "../kit/list/list.ts";
import type { Tools } from "../kit/tools.ts";

type PlainKey = "schema" | "records" | "headSeq" | "broken";

const createColumn = (key: PlainKey, header: Text): Column<AuditVerification> => ({
  key,
  header,
  value: ({ [key]: value }) => value,
});

const VERIFICATION_COLUMNS: readonly Column<AuditVerification>[] = [
  createColumn("schema", text("database schema as expected", "データベースの定義が想定どおり")),
  createColumn("records", text("records verified", "検証した記録")),
  {
    key: "last",
    header: text("last verified record", "検証した最後の記録"),
    value: ({ last }) => last,
    name: ({ last }) => last && same(`${last.seq} ${last.hash}`),
  },
  createColumn("headSeq", text("record that matches --head", "--head に一致する記録")),
  createColumn("broken", text("first broken record", "最初に異常が見つかった記録")),
  {
    key: "replaced",
    header: text("replaced records verified", "検証した、置き換えられた記録"),
    value: ({ replaced }) => replaced,
    name: ({ replaced }) => (replaced?.records ? same(String(replaced.records)) : null),
  },
  {
    key: "changes",
    header: text("changes verified", "検証した変更"),
    value: ({ changes }) => changes,
    name: ({ changes }) => changes && same(String(changes.verified)),
  },
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

/** @throws `input-rejected` */
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

export default defineCommand({
  summary: text(
    "verify that no record was altered, removed or moved",
    "監査ログの改ざん・削除・入れ替えがないか検証する",
  ),
  args: {},
  options: {
    head: {
      kind: "string",
      value: "HASH",
      about: text(
        "hash of a record, which you saved elsewhere; fail if no record has it",
        "別に保管しておいた、記録のハッシュ(一致する記録がなければエラー)",
      ),
    },
    changes: {
      kind: "boolean",
      about: text(
        "also verify the former values stored for undo and history",
        "取り消しと変更履歴に使う、変更前の値も検証する",
      ),
    },
    allContexts: {
      kind: "boolean",
      about: text("verify the audit logs of all tenants", "すべてのテナントの監査ログを検証する"),
    },
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
    if (allContexts) return await verifyAll(tools, changes);
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

const CONTEXT_COLUMN: Column<AuditVerification & { readonly context: string }> = {
  key: "context",
  header: text("context", "コンテキスト"),
  value: ({ context }) => context,
};

async function verifyAll(tools: Tools, changes: boolean): Promise<ErrorCode | undefined> {
  const { terminal, signal, contexts } = tools;
  const columns = listColumns(terminal, [CONTEXT_COLUMN, ...VERIFICATION_COLUMNS], ["context", "records", "broken"]);
  const rows: (AuditVerification & { readonly context: string })[] = [];
  try {
    return await workOnEachContext(tools, await contexts.listUsed(), async (context) => {
      const { client } = await tools.tenantOf(context, "audit");
      const found = await client.audit.verify({ changes }, signal);
      rows.push({ ...found, context: context.name });
      requireIntact(found, undefined);
    });
  } finally {
    await terminal.list(columns, rows);
  }
}
