import { commandName } from "../../lib/advice/index.ts";
import { RESOURCE_TITLES, type ResourceName } from "../../lib/handover/bundle/manifest.ts";
import { OPEN_TENANT_ERRORS } from "../../lib/errors/index.ts";
import { toTableCellText } from "../../lib/terminal/output.ts";
import { createColumn, type Column } from "../../lib/terminal/output-choice.ts";
import { formatCount, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { isRecordOutputRequested } from "../kit/list/list.ts";
import { BUNDLE_ARGUMENT, IDENTITY_OPTION, openVerifiedBundle, refuseAsOption, requireCopy } from "./bundle.ts";
import { copyTenant, type CopyClient } from "../kit/files/tenant-copy.ts";
import { hash } from "node:crypto";
import { RECORD_TABLES, type RecordTable } from "./bundle-records.ts";

type ChangeKind = "added" | "removed" | "changed";

/** `name` is the text that users see; null if they see the value itself. */
interface ComparedValue {
  readonly value: unknown;
  readonly name: Text | null;
}

interface Difference {
  readonly resource: ResourceName;
  readonly change: ChangeKind;
  readonly key: string;
  /** null for types of records without names */
  readonly name: string | null;
  /** null if the whole record was added or removed */
  readonly field: { readonly key: string; readonly header: Text } | null;
  readonly before: ComparedValue | null;
  readonly after: ComparedValue | null;
}

const IGNORED_FIELDS = new Set(
  // depth, accounts and users follow from other records, and those records are compared
  "id orgId parentId ownerId ownerOrgId by confirmedBy secretsSet depth accounts users".split(" "),
);

const isCompared = ({ key, instant }: Column<never>): boolean =>
  (instant !== true || key === "expiresAt") && !IGNORED_FIELDS.has(key);

const toComparedValue = ({ value, name }: Column<never>, record: unknown): ComparedValue => ({
  value: value(record as never) ?? null,
  name: name?.(record as never) ?? null,
});

async function* readKeyed({ read, key }: RecordTable, client: CopyClient): AsyncGenerator<readonly [string, unknown]> {
  const counts = new Map<string, number>();
  for await (const batch of read(client)) {
    for (const record of batch) {
      const name = key(record);
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      yield [count === 1 ? name : `${name} #${count}`, record];
    }
  }
}

async function* compareTenants(before: CopyClient, after: CopyClient): AsyncGenerator<Difference> {
  // ADE devices come from Apple
  for (const type of RECORD_TABLES) if (type.name !== "ade-devices") yield* compareRecords(type, before, after);
}

async function* compareRecords(type: RecordTable, before: CopyClient, after: CopyClient): AsyncGenerator<Difference> {
  const columns = type.columns.filter(isCompared);
  const hashes = new Map<string, string>();
  const others = new Set<string>();
  const digest = (record: unknown): string =>
    hash("sha1", JSON.stringify(columns.map((column) => toComparedValue(column, record))), "base64");
  for await (const [key, record] of readKeyed(type, before)) hashes.set(key, digest(record));
  for await (const [key, record] of readKeyed(type, after))
    if (hashes.get(key) === digest(record)) hashes.delete(key);
    else others.add(key);
  if (hashes.size + others.size === 0) return;
  const former = new Map<string, unknown>();
  for await (const [key, record] of readKeyed(type, before)) if (hashes.has(key)) former.set(key, record);
  const describe = (change: ChangeKind, key: string, record: unknown) => {
    const { name = null } = record as { readonly name?: string | null };
    return { resource: type.name, change, key, name, field: null };
  };
  const whole = (record: unknown): ComparedValue => ({ value: record, name: type.detail?.(record as never) ?? null });
  for await (const [key, record] of readKeyed(type, after)) {
    if (!others.has(key)) continue;
    const one = former.get(key);
    former.delete(key);
    if (one === undefined) {
      yield { ...describe("added", key, record), before: null, after: whole(record) };
      continue;
    }
    for (const column of columns) {
      const [was, is] = [toComparedValue(column, one), toComparedValue(column, record)];
      if (JSON.stringify(was) !== JSON.stringify(is))
        yield { ...describe("changed", key, record), field: column, before: was, after: is };
    }
  }
  for (const [key, record] of former) yield { ...describe("removed", key, record), before: whole(record), after: null };
}

const CHANGE_NAMES: Readonly<Record<ChangeKind, Text>> = {
  added: text("added", "追加"),
  removed: text("removed", "削除"),
  changed: text("changed", "変更"),
};

const describeValue = (value: Difference["before"], { field }: Difference): Text | null => {
  if (field === null || value === null) return value?.name ?? null;
  const words = value.name ?? same(toTableCellText(value.value));
  return words.en === "" ? text("(blank)", "(空)") : words;
};

const createSideColumn = (key: "before" | "after", header: Text): Column<Difference> => ({
  key,
  header,
  value: ({ [key]: side }) => side?.value ?? null,
  name: (difference) => describeValue(difference[key], difference),
});

const DIFF_COLUMNS: readonly Column<Difference>[] = [
  createColumn("resource", "record type", "データの種類", { name: ({ resource }) => RESOURCE_TITLES[resource] }),
  createColumn("change", "change", "変更", { name: ({ change }) => CHANGE_NAMES[change] }),
  createColumn("key", "key", "キー", { whole: true }),
  createColumn("name", "name", "名前"),
  {
    key: "field",
    header: text("field", "項目"),
    value: ({ field }) => field?.key ?? null,
    name: ({ field }) => field?.header ?? null,
  },
  createSideColumn("before", text("before", "変更前")),
  createSideColumn("after", text("after", "変更後")),
];

export default defineCommand({
  summary: text(
    "show the differences between two bundles, or a bundle and the tenant",
    "2 つの引き継ぎデータ、または引き継ぎデータとテナントの差異を表示する",
  ),
  details: text(
    "Verifies both bundles first. Records are matched by email address, code or serial number, and then compared field by field. Open tasks in the console are compared, too. Times, the audit log, and data that comes from Apple are not. The exit code is 0 if nothing differs, 9 if something differs, and 3 if a bundle was changed after its export.",
    "先に両方の引き継ぎデータを検証します。データはメールアドレス・コード・シリアルナンバーで対応付け、変更を項目ごとに示します。管理画面での未完了の作業も比較します。日時、監査ログ、Apple から取得したデータは比較しません。差異がなければ終了コード 0、あれば 9、引き継ぎデータが書き出し後に変更されていれば 3 です。",
  ),
  args: {
    before: { ...BUNDLE_ARGUMENT, value: "A" },
    after: {
      kind: "file",
      isBundle: true,
      value: "B",
      about: text("second bundle (default: the current tenant)", "比較する引き継ぎデータ(既定: 現在のテナント)"),
    },
  },
  options: IDENTITY_OPTION,
  examples: [
    { line: "clomoctl handover diff handover.zip" },
    { line: "clomoctl handover diff before.zip handover.zip" },
    {
      line: "clomoctl handover diff handover.zip --quiet",
      about: text("for cron: print nothing if there are no differences", "cron 用: 差異がなければ何も出力しない"),
    },
  ],
  // if only one bundle is given, the command also opens the current tenant
  exits: [...OPEN_TENANT_ERRORS, "differs"],
  opensTenant: false,
  readsTenants: true,
  async run(tools, { before, after, identity }) {
    const { terminal } = tools;
    if (after !== undefined) refuseAsOption(tools, commandName("handover diff"));
    terminal.checkOutput(DIFF_COLUMNS);
    await using one = await openVerifiedBundle(tools, before, identity);
    await using other =
      after === undefined ? await copyTenant(tools) : await openVerifiedBundle(tools, after, identity);
    const former = await requireCopy(before, one).copy.open();
    const present = await ("open" in other ? other : requireCopy(after ?? "", other).copy).open();
    const found = compareTenants(former, present);
    const first = await found.next();
    const counts = { added: 0, removed: 0, changed: 0 };
    async function* countDifferences(): AsyncGenerator<Difference> {
      let last = "";
      for (let next = first; next.done !== true; next = await found.next()) {
        const { change, resource, key } = next.value;
        // differences are sorted by record, so a record is counted at its first difference
        if (last !== `${resource} ${key}`) counts[change] += 1;
        last = `${resource} ${key}`;
        yield next.value;
      }
    }
    // if nothing differs, do not print the column names, because cron emails all output
    if (first.done !== true || isRecordOutputRequested(tools)) await terminal.list(DIFF_COLUMNS, countDifferences());
    if (first.done === true) {
      await terminal.note(text("no differences", "差異はありません"));
      return undefined;
    }
    const { added, removed, changed } = counts;
    const { en, ja } = after === undefined ? text("the tenant", "テナント") : same(after);
    await terminal.note(
      text(
        `${formatCount(added, "record")} added, ${removed} removed, ${changed} changed (${before} → ${en})`,
        `データの追加 ${added} 件、削除 ${removed} 件、変更 ${changed} 件(${before} → ${ja})`,
      ),
    );
    return "differs";
  },
});
