import { line, step } from "../../lib/advice/index.ts";
import type { AuditVerification } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { counted, joined, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { otherTable } from "./other-table.ts";

type BrokenChain = NonNullable<AuditVerification["broken"]>;
type BrokenChange = NonNullable<AuditVerification["changes"]>["broken"][number];

const COLUMNS: readonly Column<AuditVerification>[] = [
  { key: "records", header: text("records verified", "検証した記録"), value: ({ records }) => records },
  {
    key: "last",
    header: text("last of them", "その最後"),
    value: ({ last }) => last,
    name: ({ last }) => last && same(`${last.seq} ${last.hash}`),
  },
  { key: "headSeq", header: text("kept hash is that of", "保管したハッシュの記録"), value: ({ headSeq }) => headSeq },
  {
    key: "broken",
    header: text("broken at", "異常のある記録"),
    value: ({ broken }) => broken,
    name: ({ broken }) => broken && same(String(broken.seq)),
  },
  {
    key: "table",
    header: text("differs in the table", "表の相違"),
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

const WHAT: Readonly<Record<BrokenChain["reason"], (seq: number) => Text>> = {
  altered: (seq) =>
    text(
      `the audit is broken at record ${seq}: it, or the hash of the one before, was altered`,
      `監査ログの記録 ${seq} に異常があります。この記録か、直前の記録のハッシュが書き換えられています`,
    ),
  missing: (seq) =>
    text(`the audit is broken: record ${seq} is missing`, `監査ログに異常があります。記録 ${seq} がありません`),
  moved: (seq) =>
    text(
      `the audit is broken at record ${seq}: another record stands in its place`,
      `監査ログの記録 ${seq} に異常があります。別の記録がこの位置にあります`,
    ),
  stray: (seq) =>
    text(
      `the audit has a record ${seq}, before the first one: no change wrote it`,
      `監査ログに、最初の記録より前の記録 ${seq} があります。どの変更の記録でもありません`,
    ),
};

const brokenChain = ({ seq, reason }: BrokenChain): Failure =>
  new Failure("input-rejected", {
    what: WHAT[reason](seq),
    where: `audit ${seq}`,
    hint: reason === "stray" ? ALL_OTHERS : upTo(seq),
  });

const ALL_OTHERS = text(
  "records from 1 on stand: keep this file, and believe no record before them",
  "記録 1 以降は元のままです。このファイルを保全してください。それより前の記録は信用できません",
);

const upTo = (seq: number): Text =>
  text(
    `${seq === 1 ? "no record is proved" : `records up to ${seq - 1} stand`}, none from ${seq} on is proved: keep this file, and compare with a backup or an \`audit export\` kept elsewhere`,
    `${seq === 1 ? "" : `記録 ${seq - 1} までは元のままですが、`}${seq} 以降は証明できません。このファイルを保全し、バックアップや別に保管した audit export と比べてください`,
  );

const headGone = (hash: string, { last }: AuditVerification): Failure =>
  new Failure("input-rejected", {
    what: text(
      "no record has the hash that was kept: records at the end were removed, or the whole chain was written anew",
      "保管したハッシュの記録がありません。末尾の記録が削除されたか、監査ログ全体が書き直されています",
    ),
    where: hash,
    hint: text(
      `the last record now is ${last?.seq ?? "none"}: compare with a backup or an \`audit export\` kept elsewhere`,
      `現在の最後の記録は ${last?.seq ?? "なし"} です。バックアップや別に保管した audit export と比べてください`,
    ),
  });

const WHY: Readonly<Record<BrokenChange["reason"], (number: number) => Text>> = {
  altered: (number) =>
    text(
      `the former values that change ${number} keeps were altered`,
      `変更 ${number} の変更前の値が書き換えられています`,
    ),
  missing: (number) =>
    text(
      `change ${number} is missing, but the audit has a record of it`,
      `監査ログに記録のある変更 ${number} がありません`,
    ),
  unrecorded: (number) =>
    text(`the audit has no record of change ${number}`, `変更 ${number} の記録が監査ログにありません`),
};

const NO_CHANGE = text(
  "the tenant keeps former values that belong to no change",
  "どの変更のものでもない変更前の値があります",
);

/** What people call a change, or the values that belong to none. */
const changeName = ({ number }: BrokenChange): Text =>
  number === null ? text("values of no change", "どの変更のものでもない値") : same(String(number));

const brokenChanges = (broken: readonly [BrokenChange, ...BrokenChange[]]): Failure => {
  const [{ number, reason }, ...more] = broken;
  const { en, ja } = number === null ? NO_CHANGE : WHY[reason](number);
  const others = joined(more.map(changeName), text(", ", "、"));
  return new Failure("input-rejected", {
    what:
      more.length === 0
        ? text(en, ja)
        : text(`${en}; ${more.length} more: ${others.en}`, `${ja}。ほか ${more.length} 件: ${others.ja}`),
    where: number === null ? undefined : `audit ${number}`,
    hint: text(
      "do not undo these changes, as that would restore altered values; compare with a backup",
      "書き換えられた値が戻るおそれがあるため取り消さず、バックアップと比べてください",
    ),
  });
};

/** @param isReadable its records were verified; else it is not there, or has other columns */
const builtAnew = (table: AuditVerification["table"], isReadable: boolean): Failure =>
  new Failure("input-rejected", {
    what: otherTable(table),
    where: "audit",
    hint: isReadable
      ? text(
          "the texts of the records stand, but lists and filters may leave some out: keep this file, and read a whole `audit export`, or compare with a backup",
          "記録の本文は元のままですが、一覧や絞り込みで漏れる記録があるおそれがあります。このファイルを保全し、audit export の内容を確認するか、バックアップと比べてください",
        )
      : text(
          "no record is proved: keep this file, and compare with a backup or an `audit export` kept elsewhere",
          "どの記録も証明できません。このファイルを保全し、バックアップや別に保管した audit export と比べてください",
        ),
  });

/** What a verification fails for; undefined where all is as it was written. */
const failureIn = (found: AuditVerification, head: string | undefined): Failure | undefined => {
  if (found.broken !== null) return brokenChain(found.broken);
  const isReadable = found.records > 0 || found.table.length === 0;
  if (head !== undefined && found.headSeq === null && isReadable) return headGone(head, found);
  if (found.table.length > 0) return builtAnew(found.table, isReadable);
  const [first, ...more] = found.changes?.broken ?? [];
  return first && brokenChanges([first, ...more]);
};

const HASH = /^[0-9a-f]{64}$/;

/** @throws `usage` for what is no hash */
const hashIn = (typed: string): string => {
  const hash = typed.trim().toLowerCase();
  if (HASH.test(hash)) return hash;
  throw new Failure("usage", {
    what: text("a hash has 64 hexadecimal digits", "ハッシュは 16 進数 64 桁です"),
    where: "--head",
    hint: step("as shown by", "表示", line("audit head", [])),
  });
};

export default defineCommand({
  summary: text(
    "verify that no record was altered, removed or moved",
    "監査ログの改ざん・削除・入れ替えがないか検証する",
  ),
  details: [
    text(
      "Ends with 0 where all stands as it was written, and with 3 where not. Records cut off at the end are seen only with a hash that was kept elsewhere: `--head`, see `audit head`, and docs/guides/en/audit.md for what is proved and what is not.",
      "すべて元のままなら終了コード 0、そうでなければ 3 です。末尾の記録の削除は、別に保管したハッシュがなければわかりません(--head、audit head を参照)。検証でわかることとわからないことは docs/guides/ja/audit.md を参照してください。",
    ),
  ],
  args: {},
  options: {
    head: {
      kind: "string",
      value: "HASH",
      about: text(
        "a hash kept elsewhere: some record must have it",
        "別に保管したハッシュ(どれかの記録と一致するはず)",
      ),
    },
    changes: {
      kind: "boolean",
      about: text(
        "also verify the former values that changes keep for undo and history",
        "取り消しと履歴のために変更ごとに残した変更前の値も検証する",
      ),
    },
  },
  examples: [{ line: "clomoctl audit verify" }, { line: "clomoctl audit verify --changes" }],
  exits: ["input-rejected", "not-found"],
  async run(tools, { head: typed, changes }) {
    const { terminal, signal } = tools;
    const head = typed === undefined ? undefined : hashIn(typed);
    const { client } = await tools.tenant("audit");
    const found = await client.audit.verify({ head, changes }, signal);
    const failure = failureIn(found, head);
    const shown = COLUMNS.filter(
      ({ key, value }) => (value(found) ?? null) !== null && (key !== "table" || found.table.length > 0),
    );
    const isPeople = terminal.output.format === "table" && terminal.output.fields === undefined;
    await terminal.show(isPeople ? shown : COLUMNS, found);
    if (failure !== undefined) throw failure;
    await terminal.note(
      text(
        `all ${counted(found.records, "record")} stand as they were written`,
        `記録 ${found.records} 件はすべて元のままです`,
      ),
    );
  },
});
