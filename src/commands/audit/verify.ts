import { line, step } from "../../lib/advice/index.ts";
import type { AuditVerification } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { formatCount, same, text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";

const VERIFICATION_COLUMNS: readonly Column<AuditVerification>[] = [
  {
    key: "schema",
    header: text("database schema as expected", "データベースの定義が想定どおり"),
    value: ({ schema }) => schema,
  },
  { key: "records", header: text("records verified", "検証した記録"), value: ({ records }) => records },
  {
    key: "last",
    header: text("last verified record", "検証した最後の記録"),
    value: ({ last }) => last,
    name: ({ last }) => last && same(`${last.seq} ${last.hash}`),
  },
  {
    key: "headSeq",
    header: text("record that matches --head", "--head に一致する記録"),
    value: ({ headSeq }) => headSeq,
  },
  {
    key: "broken",
    header: text("first broken record", "最初に異常が見つかった記録"),
    value: ({ broken }) => broken,
  },
  {
    key: "changes",
    header: text("changes verified", "検証した変更"),
    value: ({ changes }) => changes,
    name: ({ changes }) => changes && same(String(changes.verified)),
  },
];

const createBrokenChainFailure = (seq: number): Failure =>
  new Failure("input-rejected", {
    what: text(`the audit log is broken at record ${seq}`, `監査ログの記録 ${seq} に異常があります`),
    where: `audit ${seq}`,
    hint: text(
      "later records cannot be trusted: keep the tenant's file, and compare it with a backup",
      "それより後の記録は信用できません。テナントのファイルを保全し、バックアップと比べてください",
    ),
  });

const createMissingHashFailure = (hash: string, { last }: AuditVerification): Failure =>
  new Failure("input-rejected", {
    what: text(
      "no record has the hash given with --head: records at the end were removed, or the whole log was rewritten",
      "--head のハッシュに一致する記録がありません。末尾の記録が削除されたか、監査ログ全体が書き直されています",
    ),
    where: hash,
    hint: text(
      `the last record is now ${last?.seq ?? "none"}; compare the log with a backup`,
      `現在の最後の記録は ${last?.seq ?? "なし"} です。バックアップと比べてください`,
    ),
  });

const createBrokenChangesFailure = (broken: readonly (number | null)[]): Failure => {
  const numbers = broken.map((number) => number ?? "?").join(", ");
  return new Failure("input-rejected", {
    what: text(
      `the former values of these changes do not match the audit log: ${numbers}`,
      `次の変更の変更前の値が監査ログと一致しません: ${numbers}`,
    ),
    hint: text(
      "do not undo these changes: undo would restore the altered values; compare the tenant with a backup",
      "これらの変更を取り消すと、書き換えられた値に戻るおそれがあります。取り消さずに、バックアップと比べてください",
    ),
  });
};

const SCHEMA_FAILURE = new Failure("input-rejected", {
  what: text(
    "the tenant's file has tables or other database objects that clomoctl did not create, so nothing was verified",
    "テナントのファイルに、clomoctl が作成したものではないデータベース定義(テーブルなど)があるため、検証していません",
  ),
  hint: text(
    "lists may omit records; keep the tenant's file, and compare it with a backup",
    "一覧から記録が漏れるおそれがあります。テナントのファイルを保全し、バックアップと比べてください",
  ),
});

const findFailure = (found: AuditVerification, head: string | undefined): Failure | undefined => {
  if (!found.schema) return SCHEMA_FAILURE;
  if (found.broken !== null) return createBrokenChainFailure(found.broken);
  if (head !== undefined && found.headSeq === null) return createMissingHashFailure(head, found);
  const changes = found.changes?.broken ?? [];
  return changes.length === 0 ? undefined : createBrokenChangesFailure(changes);
};

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
  },
  examples: [{ line: "clomoctl audit verify" }, { line: "clomoctl audit verify --changes" }],
  exits: ["input-rejected", "not-found"],
  async run(tools, { head: typed, changes }) {
    const { terminal, signal } = tools;
    const head = typed === undefined ? undefined : parseHash(typed);
    const { client } = await tools.tenant("audit");
    const found = await client.audit.verify({ head, changes }, signal);
    const failure = findFailure(found, head);
    const shown = VERIFICATION_COLUMNS.filter(({ value }) => (value(found) ?? null) !== null);
    const isShortTable = terminal.output.format === "table" && terminal.output.fields === undefined;
    await terminal.show(isShortTable ? shown : VERIFICATION_COLUMNS, found);
    if (failure !== undefined) throw failure;
    await terminal.note(
      text(
        `verified ${formatCount(found.records, "record")}: all are unchanged`,
        `記録 ${found.records} 件はすべて元のままです`,
      ),
    );
  },
});
