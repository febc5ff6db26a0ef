import { basename } from "node:path";
import { commandName } from "../../lib/advice/index.ts";
import {
  differences,
  fieldOf,
  LEFT_ALONE,
  stateOf,
  titleOf,
  type ChangeKind,
  type Difference,
  type TenantState,
} from "../../lib/handover/compare/diff.ts";
import type { CoverageScope } from "../../lib/handover/compare/coverage.ts";
import { asBundle, type Bundle, type BundleFiles } from "../../lib/handover/bundle/read.ts";
import { requireSound } from "../../lib/handover/compare/verify.ts";
import type { Field } from "../../lib/model/thing.ts";
import { minuteIn } from "../../lib/model/time.ts";
import { Failure, OPENING } from "../../lib/errors/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { counted, joined, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { writeOutput } from "../csv/file/output.ts";
import { asksRecords, documentOrRecords, requestedDocument } from "../listing/documents.ts";
import { labelOf, told, worded } from "../records/worded.ts";
import { isUsualTable } from "../listing/list.ts";
import { zoneInEffect, type Tools } from "../tools.ts";
import { BUNDLE, IDENTITY, ONLY_READ, openNamed, refuseActing, verifying } from "./bundle.ts";
import type { PassingBundle } from "./writing/tenant-bundle.ts";
import { markdownOf } from "./markdown.ts";

const CHANGES: Readonly<Record<ChangeKind, Text>> = {
  added: text("added", "追加"),
  removed: text("removed", "削除"),
  changed: text("changed", "変更"),
  "not-compared": text("not compared: one of them lacks it", "比較できません(片方にありません)"),
};

const OF_PART = text("not compared: one of them is of a part", "比較できません(片方は一部だけ)");

/** What happened, in words. */
const changeName = ({ change, before, after }: Difference): Text =>
  change === "not-compared" && (before === "part" || after === "part") ? OF_PART : CHANGES[change];

/** A value of a field in a table; of a whole record only its name and id are shown there. */
const shown = (value: unknown, { change }: Difference): Text | null =>
  change === "added" || change === "removed" || value === null
    ? null
    : same(typeof value === "string" ? value : JSON.stringify(value));

const ARROW = same(" → ");

/** A difference as people read it. */
interface DiffLine extends Difference {
  /** number of records for which it stands */
  readonly records?: number | undefined;
}

/** What people call the record of a line. */
const recordName = ({ name, records }: DiffLine): Text | null =>
  records === undefined ? (name === null ? null : same(name)) : text(counted(records, "record"), `${records} 件`);

const COLUMNS: readonly Column<DiffLine>[] = [
  {
    key: "resource",
    header: text("resource", "種類"),
    value: ({ resource }) => resource,
    name: ({ resource }) => titleOf(resource),
  },
  {
    key: "change",
    header: text("change", "差異"),
    value: ({ change }) => change,
    name: changeName,
  },
  { key: "id", header: text("id", "ID"), whole: true, value: ({ id }) => id },
  { key: "name", header: text("name", "名前"), value: ({ name }) => name, name: recordName },
  { key: "field", header: text("field", "項目"), value: ({ field }) => field },
  {
    key: "before",
    header: text("before", "変更前"),
    value: ({ before }) => before,
    name: (difference) => shown(difference.before, difference),
  },
  {
    key: "after",
    header: text("after", "変更後"),
    value: ({ after }) => after,
    name: (difference) => shown(difference.after, difference),
  },
  {
    key: "stays",
    header: text("apply leaves it", "適用の対象外"),
    value: ({ stays }) => stays,
    name: ({ stays }) => (stays === null ? null : LEFT_ALONE[stays]),
    wraps: true,
  },
];

const fieldName = (difference: Difference): Text | null => {
  const { field } = difference;
  return field === null ? null : labelOf({ [field]: fieldOf(difference) ?? NAMELESS }, field);
};

const NAMELESS = { type: "text", example: "" } as const satisfies Field;

const outsideWords = (outside: number): Text =>
  text(`${counted(outside, "record")} that only one has`, `片方だけにある記録 ${outside} 件`);

/** Both values of a field in words, times in a zone; of a whole record nothing. */
const valuesOf = (difference: Difference, timezone: string): readonly Text[] => {
  const { field, change, before, after, outside } = difference;
  if (outside !== undefined) return [outsideWords(outside)];
  if (field === null || change === "not-compared") return [];
  const word = (value: unknown): Text => worded(value, fieldOf(difference), (at) => minuteIn(at, timezone));
  return [joined([told(before, word), told(after, word)], ARROW)];
};

/** What people are shown: each record by its name, or by its id where it has none, and values in full and in words. */
const peopleColumns = (timezone: string): readonly Column<DiffLine>[] => [
  ...COLUMNS.filter(({ key }) => key === "resource" || key === "change"),
  {
    key: "record",
    header: text("record", "記録"),
    value: ({ name, id }) => name ?? id,
    name: (line) => recordName(line) ?? (line.id === null ? null : same(line.id)),
  },
  { key: "field", header: text("field", "項目"), value: ({ field }) => field, name: fieldName },
  {
    key: "values",
    header: text("values", "値"),
    wraps: true,
    value: () => null,
    name: (difference) => {
      const { stays } = difference;
      return joined([...valuesOf(difference, timezone), ...(stays === null ? [] : [LEFT_ALONE[stays]])]);
    },
  },
];

/** Counts differences as they pass. */
class Counts {
  total = 0;
  staying = 0;
  /** records of which a part of the tenant tells nothing */
  outside = 0;
  readonly #notCompared = new Set<string>();
  readonly #records = new Map<ChangeKind, number>();
  #last = "";

  async *of(found: AsyncIterable<Difference>): AsyncGenerator<Difference> {
    for await (const difference of found) {
      const { resource, change, id, stays, outside = 0 } = difference;
      this.total += 1;
      this.outside += outside;
      if (change === "not-compared") this.#notCompared.add(resource);
      if (stays !== null) this.staying += 1;
      const key = `${resource} ${id}`;
      if (key !== this.#last) this.#records.set(change, this.countOf(change) + 1);
      this.#last = key;
      yield difference;
    }
  }

  /** resources of which something is not compared */
  get notCompared(): number {
    return this.#notCompared.size;
  }

  countOf(change: ChangeKind): number {
    return this.#records.get(change) ?? 0;
  }
}

const summaryOf = (counts: Counts): Text => {
  const [added, removed, changed] = (["added", "removed", "changed"] as const).map((change) => counts.countOf(change));
  const { notCompared: lacking } = counts;
  return text(
    `${counted(Number(added), "record")} added, ${removed} removed, ${changed} changed${lacking === 0 ? "" : `; ${counted(lacking, "resource")} not compared`}`,
    `記録の追加 ${added} 件、削除 ${removed} 件、変更 ${changed} 件${lacking === 0 ? "" : `。比較できない種類 ${lacking}`}`,
  );
};

const TENANT_SIDE = text("the tenant", "テナント");

const SAME = text("no differences", "差異はありません");

const stayingLine = (staying: number): Text =>
  text(
    `${staying} of these lines cannot be applied to another tenant: see the last column; without them: --applicable`,
    `このうち ${staying} 行はほかのテナントに適用できません(理由は最後の列)。除くには --applicable を付けてください`,
  );

/** Says which records were left out, and why. */
const partLine = (outside: number, states: readonly (readonly [name: Text, state: TenantState])[]): Text => {
  const parts = joined(
    states.flatMap(([name, { part }]) => (part === undefined ? [] : [partWords(name, part)])),
    text("; ", "、"),
  );
  return text(
    `not compared: ${counted(outside, "record")} that only one has, as the other does not cover them (${parts.en}); to compare them too, take two of the same part`,
    `比較していない記録: ${outside} 件(片方だけにあり、もう片方の対象外です: ${parts.ja})。比較するには、同じ範囲のものどうしを比べてください`,
  );
};

const partWords = ({ en, ja }: Text, part: CoverageScope): Text =>
  part === "seen"
    ? text(`${en}: what its account may see`, `${ja}: アカウントの権限で見える範囲だけ`)
    : text(`${en}: ${part.path} alone`, `${ja}: ${part.path} 以下だけ`);

const WHERE = commandName("handover diff");

export default defineCommand({
  summary: text(
    "show what differs between two bundles, or one and the tenant",
    "2 つの引き継ぎデータ、または引き継ぎデータとテナントの差異を表示する",
  ),
  details: [
    text(
      "Records are compared by id, and one that changed by field. The hashes of both are verified first; CSV files and reports are not compared, as they follow from the records. If one of them is of a part of the tenant (--scope, or an account that sees a part), records outside of it are not compared. Exits with 0 if nothing differs, 9 if something does, 3 if a bundle is not as it was exported.",
      "記録を ID で突き合わせ、変更は項目ごとに示します。先に両方のハッシュを検証します。CSV とレポートは記録から作られるため比較しません。片方がテナントの一部だけ(--scope、または一部だけが見えるアカウント)のときは、その範囲の外の記録は比較しません。差異がなければ終了コード 0、あれば 9、書き出したままでなければ 3 です。",
    ),
  ],
  args: {
    before: { ...BUNDLE, value: "A" },
    after: {
      kind: "file",
      isBundle: true,
      value: "B",
      about: text("the bundle to compare it with", "比べる相手の引き継ぎデータ"),
    },
  },
  options: {
    tenant: {
      kind: "boolean",
      about: text(
        "compare with the tenant as it is now, by what A was exported with",
        "A と同じ条件で、現在のテナントと比べる",
      ),
    },
    applicable: {
      kind: "boolean",
      about: text("only what `apply` would change", "`apply` で変更されるものだけを比べる"),
    },
    ignoreTimes: {
      kind: "boolean",
      about: text(
        "leave out when records were created, changed and answered",
        "記録の作成・更新・回答の日時は比べない",
      ),
    },
    ...documentOrRecords(["markdown"], "records"),
    ...IDENTITY,
  },
  examples: [
    { line: "clomoctl handover diff bundles/minato bundles/minato-later" },
    { line: "clomoctl handover diff bundles/minato bundles/minato-later --format markdown" },
    { line: "clomoctl handover diff bundles/minato --tenant" },
    {
      line: "clomoctl handover diff bundles/minato --tenant --applicable --ignore-times --quiet",
      about: text("in cron: says nothing where nothing differs", "cron 用: 差異がなければ何も出力しない"),
    },
  ],
  // with --tenant also what keeps one from being opened
  exits: [...OPENING, "differs"],
  opensTenant: false,
  readsTenants: true,
  async run(tools, { before, after, tenant, applicable, ignoreTimes, identity, ...options }) {
    const { terminal } = tools;
    tools.describeState(() => ONLY_READ);
    const markdown = requestedDocument(tools, options, { usual: undefined, where: WHERE });
    if (tenant === (after !== undefined)) throw ONE_OTHER;
    if (!tenant) refuseActing(tools, WHERE);
    await terminal.checkOutput(COLUMNS);
    await using one = await openNamed(tools, before, identity);
    await using now = after === undefined ? await tenantLike(tools, one) : undefined;
    await using other = now?.files ?? (await openNamed(tools, after ?? before, identity));
    const progress = verifying(tools, [one, other]);
    for (const bundle of [one, other]) await requireSound(bundle, progress.options);
    progress.finish();
    const counts = new Counts();
    const [former, latter] = [stateOf(await asBundle(one)), stateOf(await asBundle(other))];
    // nobody attaches files to a tenant
    const every = differences(former, now === undefined ? latter : { ...latter, attached: undefined });
    const all = only(every, (one) => !(applicable && one.stays !== null) && !(ignoreTimes && isTime(one)));
    const isTable = isUsualTable(terminal);
    const found: AsyncGenerator<DiffLine> =
      isTable || markdown !== undefined ? withoutStates(counts.of(withoutEchoes(all))) : counts.of(all);
    const first = await found.next();
    const shownOnes = startingWith(first, found);
    if (markdown !== undefined) await writeMarkdown(tools, shownOnes, markdown.output);
    // a table of nothing would be told as a list that is empty, and cron would send a mail of column names
    else if (first.done !== true || asksRecords(tools))
      await terminal.list(isTable ? peopleColumns(await zoneInEffect(tools)) : COLUMNS, shownOnes);
    if (counts.total === 0) {
      await terminal.note(SAME);
      return undefined;
    }
    if (markdown === undefined) await terminal.note(sides(before, after));
    await terminal.note(summaryOf(counts));
    if (counts.outside > 0)
      await terminal.note(
        partLine(counts.outside, [
          [same(basename(before)), former],
          [after === undefined ? TENANT_SIDE : same(basename(after)), latter],
        ]),
      );
    if (counts.staying > 0) await terminal.note(stayingLine(counts.staying));
    return "differs";
  },
});

/** The fields that say when a record was made, changed or answered. */
const TIMES: readonly unknown[] = ["createdAt", "updatedAt", "at"];

const isTime = ({ field }: Difference): boolean => TIMES.includes(field);

async function* only(
  found: AsyncIterable<Difference>,
  isMeant: (difference: Difference) => boolean,
): AsyncGenerator<Difference> {
  for await (const difference of found) if (isMeant(difference)) yield difference;
}

/** Differences without the time of a change beside what changed. */
async function* withoutEchoes(found: AsyncIterable<Difference>): AsyncGenerator<Difference> {
  let record = "";
  let echo: Difference | undefined;
  let isTold = false;
  for await (const difference of found) {
    const key = `${difference.resource} ${difference.id}`;
    if (key !== record) {
      if (echo !== undefined && !isTold) yield echo;
      [record, echo, isTold] = [key, undefined, false];
    }
    if (difference.change === "changed" && difference.field === "updatedAt") echo = difference;
    else {
      isTold = true;
      yield difference;
    }
  }
  if (echo !== undefined && !isTold) yield echo;
}

/** Differences without those of the observed state, which the tasks say in words: one line counts these. */
async function* withoutStates(found: AsyncIterable<Difference>): AsyncGenerator<DiffLine> {
  let last: Difference | undefined;
  let records = 0;
  const line = (): readonly DiffLine[] => (last === undefined ? [] : [{ ...last, ...COUNTED, records }]);
  for await (const difference of found) {
    if (difference.resource === "observed" && difference.change !== "not-compared") {
      if (difference.id !== last?.id) records += 1;
      last = difference;
      continue;
    }
    yield* line();
    last = undefined;
    yield difference;
  }
  yield* line();
}

/** What a line has that stands for several records. */
const COUNTED = { change: "changed", id: null, name: null, field: null, before: null, after: null } as const;

/** How the values are to be read. */
const sides = (before: string, after: string | undefined): Text => {
  const [one, other] = [basename(before), after === undefined ? undefined : basename(after)];
  return text(
    `from ${one} to ${other ?? "the tenant"}: added is what only ${other ?? "the tenant"} has`,
    `${one} → ${other ?? "テナント"}(「追加」は${other ?? "テナント"}だけにあるもの)`,
  );
};

async function* startingWith<T>(first: IteratorResult<T>, others: AsyncGenerator<T>): AsyncGenerator<T> {
  if (first.done === true) return;
  yield first.value;
  yield* others;
}

/** The tenant as a bundle with what another one was exported with. @throws Failure as an export does */
async function tenantLike(tools: Tools, files: BundleFiles): Promise<PassingBundle> {
  const { manifest }: Bundle = await asBundle(files);
  const audit = manifest.resources.some(({ name, state }) => name === "audit" && state !== "left-out");
  const { tenantBundle } = await import("./writing/tenant-bundle.ts");
  return tenantBundle(tools, { only: manifest.only ?? undefined, scope: manifest.scope?.id, audit });
}

const ONE_OTHER = new Failure("usage", {
  what: text(
    "either B or --tenant says what to compare with",
    "比べる相手は B か --tenant のどちらかで指定してください",
  ),
  where: WHERE,
  hint: text(
    `${commandName("handover diff")} A B, or ${commandName("handover diff")} A --tenant`,
    `${commandName("handover diff")} A B または ${commandName("handover diff")} A --tenant`,
  ),
});

async function writeMarkdown(tools: Tools, found: AsyncIterable<DiffLine>, output: string): Promise<void> {
  const { language } = tools.terminal;
  // the heading names the resource
  const columns = COLUMNS.filter(({ key }) => key !== "resource");
  const cellsOf = (difference: DiffLine): readonly string[] =>
    columns.map(({ value, name }) => {
      const cell = name === undefined ? value(difference) : name(difference)?.[language];
      return typeof cell === "string" ? cell : "";
    });
  const headers = columns.map(({ header }) => header[language]);
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for await (const lines of markdownOf(found, headers, cellsOf, language)) yield Buffer.from(lines);
  }
  await writeOutput(tools, output, bytes(), { held: false });
}
