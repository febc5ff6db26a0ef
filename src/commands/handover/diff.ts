import { basename } from "node:path";
import { commandName, line } from "../../lib/advice/index.ts";
import {
  compareStates,
  fieldOf,
  toTenantState,
  type ChangeKind,
  type Difference,
} from "../../lib/handover/compare/diff.ts";
import { resourceOf } from "../../lib/handover/resources.ts";
import { toBundle } from "../../lib/handover/bundle/read.ts";
import { requireMatchingHashes } from "../../lib/handover/compare/verify.ts";
import type { Field } from "../../lib/model/thing.ts";
import { formatMinute } from "../../lib/model/time.ts";
import { Failure, OPEN_TENANT_ERRORS } from "../../lib/errors/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { labelOf, describeValueOrList, describeValue } from "../records/worded.ts";
import { isRecordOutputRequested, isDefaultTable } from "../listing/list.ts";
import { resolveTimezoneWithoutTenant, type Tools } from "../tools.ts";
import { BUNDLE_ARGUMENT, IDENTITY_OPTION, openNamedBundle, refuseAsOption, startVerifyProgress } from "./bundle.ts";
import type { TemporaryBundle } from "./writing/tenant-bundle.ts";

const CHANGE_NAMES: Readonly<Record<ChangeKind, Text>> = {
  added: text("added", "追加"),
  removed: text("removed", "削除"),
  changed: text("changed", "変更"),
};

/** Returns the value of a field for a table. For a whole record, returns null: the table shows only its name and ID. */
const formatCell = (value: unknown, { change }: Difference): Text | null =>
  change === "added" || change === "removed" || value === null
    ? null
    : same(typeof value === "string" ? value : JSON.stringify(value));

const VALUE_ARROW = same(" → ");

const DIFF_COLUMNS: readonly Column<Difference>[] = [
  {
    key: "resource",
    header: text("resource", "種類"),
    value: ({ resource }) => resource,
    name: ({ resource }) => resourceOf(resource).title,
  },
  {
    key: "change",
    header: text("change", "差異"),
    value: ({ change }) => change,
    name: ({ change }) => CHANGE_NAMES[change],
  },
  { key: "id", header: text("id", "ID"), whole: true, value: ({ id }) => id },
  { key: "name", header: text("name", "名前"), value: ({ name }) => name },
  { key: "field", header: text("field", "項目"), value: ({ field }) => field },
  {
    key: "before",
    header: text("before", "変更前"),
    value: ({ before }) => before,
    name: (difference) => formatCell(difference.before, difference),
  },
  {
    key: "after",
    header: text("after", "変更後"),
    value: ({ after }) => after,
    name: (difference) => formatCell(difference.after, difference),
  },
];

const getFieldLabel = (difference: Difference): Text | null => {
  const { field } = difference;
  return field === null ? null : labelOf({ [field]: fieldOf(difference) ?? UNNAMED_FIELD }, field);
};

const UNNAMED_FIELD = { type: "text", example: "" } as const satisfies Field;

const renderValues = (difference: Difference, timezone: string): readonly Text[] => {
  const { field, before, after } = difference;
  if (field === null) return [];
  const word = (value: unknown): Text => describeValue(value, fieldOf(difference), (at) => formatMinute(at, timezone));
  return [joinTexts([describeValueOrList(before, word), describeValueOrList(after, word)], VALUE_ARROW)];
};

/**
 * Returns the columns for people: a record's name (or its ID if it does not have a name), and its values in full, in
 * words.
 */
const buildReadableColumns = (timezone: string): readonly Column<Difference>[] => [
  ...DIFF_COLUMNS.filter(({ key }) => key === "resource" || key === "change"),
  {
    key: "record",
    header: text("record", "データ"),
    value: ({ name, id }) => name ?? id,
  },
  { key: "field", header: text("field", "項目"), value: ({ field }) => field, name: getFieldLabel },
  {
    key: "values",
    header: text("values", "値"),
    wraps: true,
    value: () => null,
    name: (difference) => joinTexts(renderValues(difference, timezone)),
  },
];

class DifferenceCounts {
  total = 0;
  readonly #records = new Map<ChangeKind, number>();
  #last = "";

  async *of(found: AsyncIterable<Difference>): AsyncGenerator<Difference> {
    for await (const difference of found) {
      const { resource, change, id } = difference;
      this.total += 1;
      const key = `${resource} ${id}`;
      if (key !== this.#last) this.#records.set(change, this.countOf(change) + 1);
      this.#last = key;
      yield difference;
    }
  }

  countOf(change: ChangeKind): number {
    return this.#records.get(change) ?? 0;
  }
}

const renderSummary = (counts: DifferenceCounts): Text => {
  const [added, removed, changed] = (["added", "removed", "changed"] as const).map((change) => counts.countOf(change));
  return text(
    `${formatCount(Number(added), "record")} added, ${removed} removed, ${changed} changed`,
    `記録の追加 ${added} 件、削除 ${removed} 件、変更 ${changed} 件`,
  );
};

const NO_DIFFERENCES = text("no differences", "差異はありません");

const DIFF_COMMAND = commandName("handover diff");

export default defineCommand({
  summary: text(
    "show the differences between two bundles, or a bundle and the tenant",
    "2 つの引き継ぎデータ、または引き継ぎデータとテナントの差異を表示する",
  ),
  details: [
    text(
      "Records are compared by ID, and changed records by field, after the hashes of both bundles are verified. Not compared are CSV files and reports, which are made from the records, and the times at which records were created, changed and answered. The exit code is 0 if nothing differs, 9 if something differs, and 3 if a bundle was changed after its export.",
      "データを ID で突き合わせ、変更は項目ごとに示します。先に両方のハッシュを検証します。元のデータから作られる CSV とレポート、データの作成・更新・回答の日時は比較しません。差異がなければ終了コード 0、あれば 9、引き継ぎデータが書き出し後に変更されていれば 3 です。",
    ),
  ],
  args: {
    before: { ...BUNDLE_ARGUMENT, value: "A" },
    after: {
      kind: "file",
      isBundle: true,
      value: "B",
      about: text("bundle to compare A with", "比べる相手の引き継ぎデータ"),
    },
  },
  options: {
    tenant: {
      kind: "boolean",
      about: text("compare A with the current tenant", "現在のテナントと比べる"),
    },
    ...IDENTITY_OPTION,
  },
  examples: [
    { line: "clomoctl handover diff bundles/minato bundles/minato-later" },
    { line: "clomoctl handover diff bundles/minato --tenant" },
    {
      line: "clomoctl handover diff bundles/minato --tenant --quiet",
      about: text("for cron: prints nothing if nothing differs", "cron 用: 差異がなければ何も出力しない"),
    },
  ],
  // with --tenant, opening the tenant may fail, too
  exits: [...OPEN_TENANT_ERRORS, "differs"],
  opensTenant: false,
  readsTenants: true,
  async run(tools, { before, after, tenant, identity }) {
    const { terminal } = tools;
    if (tenant === (after !== undefined)) throw INVALID_COMPARISON_FAILURE;
    if (!tenant) refuseAsOption(tools, DIFF_COMMAND);
    await terminal.checkOutput(DIFF_COLUMNS);
    await using one = await openNamedBundle(tools, before, identity);
    await using now = after === undefined ? await openTenantAsBundle(tools) : undefined;
    await using other = now?.files ?? (await openNamedBundle(tools, after ?? before, identity));
    const progress = startVerifyProgress(tools, [one, other]);
    for (const bundle of [one, other]) await requireMatchingHashes(bundle, progress.options);
    progress.finish();
    const counts = new DifferenceCounts();
    const [former, latter] = [toTenantState(await toBundle(one)), toTenantState(await toBundle(other))];
    const isTable = isDefaultTable(terminal);
    const found: AsyncGenerator<Difference> = counts.of(omitTimes(compareStates(former, latter)));
    const first = await found.next();
    const shownOnes = prependFirst(first, found);
    // an empty table would be reported as an empty list, and cron would mail the column names
    if (first.done !== true || isRecordOutputRequested(tools))
      await terminal.list(
        isTable ? buildReadableColumns(await resolveTimezoneWithoutTenant(tools)) : DIFF_COLUMNS,
        shownOnes,
      );
    if (counts.total === 0) {
      await terminal.note(NO_DIFFERENCES);
      return undefined;
    }
    await terminal.note(describeSides(before, after));
    await terminal.note(renderSummary(counts));
    return "differs";
  },
});

const TIME_FIELDS: readonly unknown[] = ["createdAt", "updatedAt", "at"];

async function* omitTimes(found: AsyncIterable<Difference>): AsyncGenerator<Difference> {
  for await (const difference of found) if (!TIME_FIELDS.includes(difference.field)) yield difference;
}

const describeSides = (before: string, after: string | undefined): Text => {
  const [one, other] = [basename(before), after === undefined ? undefined : basename(after)];
  return text(
    `from ${one} to ${other ?? "the tenant"}; "added" means that only ${other ?? "the tenant"} has the record`,
    `${one} → ${other ?? "テナント"}(「追加」は${other ?? "テナント"}だけにあるもの)`,
  );
};

async function* prependFirst<T>(first: IteratorResult<T>, others: AsyncGenerator<T>): AsyncGenerator<T> {
  if (first.done === true) return;
  yield first.value;
  yield* others;
}

const openTenantAsBundle = async (tools: Tools): Promise<TemporaryBundle> =>
  (await import("./writing/tenant-bundle.ts")).exportTemporaryBundle(tools);

const INVALID_COMPARISON_FAILURE = new Failure("usage", {
  what: text("compare A with either B or --tenant", "比べる相手は B か --tenant のどちらかで指定してください"),
  where: DIFF_COMMAND,
  hint: text(
    `${line("handover diff", ["A", "B"])}, or ${line("handover diff", ["A"], { tenant: true })}`,
    `${line("handover diff", ["A", "B"])} または ${line("handover diff", ["A"], { tenant: true })}`,
  ),
});
