import { line, step } from "../../lib/advice/index.ts";
import type { AuditVerification } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";

type BrokenChain = NonNullable<AuditVerification["broken"]>;
type BrokenChange = NonNullable<AuditVerification["changes"]>["broken"][number];

const VERIFICATION_COLUMNS: readonly Column<AuditVerification>[] = [
  { key: "records", header: text("records verified", "検証した記録"), value: ({ records }) => records },
  {
    key: "last",
    header: text("last verified record", "検証した最後の記録"),
    value: ({ last }) => last,
    name: ({ last }) => last && same(`${last.seq} ${last.hash}`),
  },
  {
    key: "headSeq",
    header: text("record with the kept hash", "保管したハッシュの記録"),
    value: ({ headSeq }) => headSeq,
  },
  {
    key: "broken",
    header: text("first broken record", "最初の異常な記録"),
    value: ({ broken }) => broken,
    name: ({ broken }) => broken && same(String(broken.seq)),
  },
  {
    key: "table",
    header: text("differences in the audit table", "監査ログの表の相違"),
    value: ({ table }) => table,
    name: ({ table }) => (table.length === 0 ? null : same(table.map(({ name }) => name).join(", "))),
  },
  {
    key: "changes",
    header: text("changes verified", "検証した変更"),
    value: ({ changes }) => changes,
    name: ({ changes }) => changes && same(String(changes.verified)),
  },
];

const CHAIN_PROBLEMS: Readonly<Record<BrokenChain["reason"], (seq: number) => Text>> = {
  altered: (seq) =>
    text(
      `the audit log is broken at record ${seq}: this record, or the hash of the previous record, was altered`,
      `監査ログの記録 ${seq} に異常があります。この記録か、直前の記録のハッシュが書き換えられています`,
    ),
  missing: (seq) =>
    text(`the audit log is broken: record ${seq} is missing`, `監査ログに異常があります。記録 ${seq} がありません`),
  moved: (seq) =>
    text(
      `the audit log is broken at record ${seq}: a different record is in this place`,
      `監査ログの記録 ${seq} に異常があります。別の記録がこの位置にあります`,
    ),
  stray: (seq) =>
    text(
      `the audit log has a record ${seq} before the first record; no change wrote this record`,
      `監査ログに、最初の記録より前の記録 ${seq} があります。どの変更の記録でもありません`,
    ),
};

const createBrokenChainFailure = ({ seq, reason }: BrokenChain): Failure =>
  new Failure("input-rejected", {
    what: CHAIN_PROBLEMS[reason](seq),
    where: `audit ${seq}`,
    hint: reason === "stray" ? STRAY_RECORD_HINT : buildChainHint(seq),
  });

const STRAY_RECORD_HINT = text(
  "record 1 and all later records are intact: keep the tenant's file, and do not trust any record before record 1",
  "記録 1 以降は元のままです。テナントのファイルを保全してください。それより前の記録は信用できません",
);

const buildChainHint = (seq: number): Text =>
  text(
    `record ${seq} and all later records cannot be trusted (any earlier records are intact): keep the tenant's file, and compare it with a backup`,
    `記録 ${seq} 以降は信用できません(それより前の記録があれば、元のままです)。テナントのファイルを保全し、バックアップと比べてください`,
  );

const createMissingHashFailure = (hash: string, { last }: AuditVerification): Failure =>
  new Failure("input-rejected", {
    what: text(
      "no record has the hash given with --head: records at the end were removed, or the whole log was rewritten",
      "保管したハッシュの記録がありません。末尾の記録が削除されたか、監査ログ全体が書き直されています",
    ),
    where: hash,
    hint: text(
      `last record now: ${last?.seq ?? "none"}; compare the log with a backup`,
      `現在の最後の記録は ${last?.seq ?? "なし"} です。バックアップと比べてください`,
    ),
  });

const CHANGE_PROBLEMS: Readonly<Record<BrokenChange["reason"], (number: number) => Text>> = {
  altered: (number) =>
    text(
      `the former values stored with change ${number} were altered`,
      `変更 ${number} の変更前の値が書き換えられています`,
    ),
  missing: (number) =>
    text(
      `change ${number} is missing, but the audit log has a record of it`,
      `監査ログに記録のある変更 ${number} がありません`,
    ),
  unrecorded: (number) =>
    text(`the audit log has no record of change ${number}`, `変更 ${number} の記録が監査ログにありません`),
};

const ORPHANED_VALUES_PROBLEM = text(
  "the tenant has former values that do not belong to any change",
  "どの変更のものでもない変更前の値があります",
);

const formatChangeNumber = ({ number }: BrokenChange): Text =>
  number === null ? text("values without a change", "どの変更のものでもない値") : same(String(number));

const createBrokenChangesFailure = (broken: readonly [BrokenChange, ...BrokenChange[]]): Failure => {
  const [{ number, reason }, ...more] = broken;
  const { en, ja } = number === null ? ORPHANED_VALUES_PROBLEM : CHANGE_PROBLEMS[reason](number);
  const others = joinTexts(more.map(formatChangeNumber), text(", ", "、"));
  return new Failure("input-rejected", {
    what:
      more.length === 0
        ? text(en, ja)
        : text(`${en}; ${more.length} more with problems: ${others.en}`, `${ja}。ほか ${more.length} 件: ${others.ja}`),
    where: number === null ? undefined : `audit ${number}`,
    hint: text(
      "do not undo these changes: undo would restore the altered values; compare the tenant with a backup",
      "これらの変更を取り消すと、書き換えられた値に戻るおそれがあります。取り消さずに、バックアップと比べてください",
    ),
  });
};

const REASON_NAMES: Readonly<Record<AuditVerification["table"][number]["reason"], Text>> = {
  altered: text("changed", "変更"),
  missing: text("missing", "なし"),
  unknown: text("not made by clomoctl", "clomoctl が作成していないもの"),
};

const describeTableBreaks = (table: AuditVerification["table"]): Text => {
  const all = (language: "en" | "ja"): string =>
    table.map(({ name, reason }) => `${name} (${REASON_NAMES[reason][language]})`).join(", ");
  return text(
    `the audit table differs from the one that clomoctl creates: ${all("en")}`,
    `監査ログの表が clomoctl の作成したものと異なります: ${all("ja")}`,
  );
};

/**
 * Returns the failure for an audit table that differs from the one clomoctl makes.
 *
 * @param isReadable true if its records were verified; false if the table is missing or has other columns
 */
const createTableFailure = (table: AuditVerification["table"], isReadable: boolean): Failure =>
  new Failure("input-rejected", {
    what: describeTableBreaks(table),
    where: "audit",
    hint: isReadable
      ? text(
          "the texts of the records are intact, but lists and filters may omit records: keep the tenant's file, and compare the log with a backup",
          "記録の本文は元のままですが、一覧や絞り込みで漏れる記録があるおそれがあります。テナントのファイルを保全し、バックアップと比べてください",
        )
      : text(
          "no record can be trusted: keep the tenant's file, and compare it with a backup",
          "どの記録も信用できません。テナントのファイルを保全し、バックアップと比べてください",
        ),
  });

const findFailure = (found: AuditVerification, head: string | undefined): Failure | undefined => {
  if (found.broken !== null) return createBrokenChainFailure(found.broken);
  const isReadable = found.records > 0 || found.table.length === 0;
  if (head !== undefined && found.headSeq === null && isReadable) return createMissingHashFailure(head, found);
  if (found.table.length > 0) return createTableFailure(found.table, isReadable);
  const [first, ...more] = found.changes?.broken ?? [];
  return first && createBrokenChangesFailure([first, ...more]);
};

const HASH_PATTERN = /^[0-9a-f]{64}$/;

/** Parses the hash given with `--head`.  @throws Failure `usage` if it is not a hash */
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
        "fail if no record has this hash, which you kept elsewhere",
        "別に保管したハッシュ(一致する記録がなければ失敗)",
      ),
    },
    changes: {
      kind: "boolean",
      about: text(
        "also verify the former values stored for undo and history",
        "取り消しと履歴のために変更ごとに残した変更前の値も検証する",
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
    const shown = VERIFICATION_COLUMNS.filter(
      ({ key, value }) => (value(found) ?? null) !== null && (key !== "table" || found.table.length > 0),
    );
    const isPeople = terminal.output.format === "table" && terminal.output.fields === undefined;
    await terminal.show(isPeople ? shown : VERIFICATION_COLUMNS, found);
    if (failure !== undefined) throw failure;
    await terminal.note(
      text(
        `verified ${formatCount(found.records, "record")}: all are unchanged`,
        `記録 ${found.records} 件はすべて元のままです`,
      ),
    );
  },
});
