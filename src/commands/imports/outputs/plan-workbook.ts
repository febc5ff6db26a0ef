import type { Import, PlanRow } from "../../../lib/client/index.ts";
import { ignoreFailure } from "../../../lib/errors/index.ts";
import { formatActor } from "../../../lib/model/actor.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { getFormatTitle } from "../../../lib/model/format.ts";
import { getDisplayName, IMPORT_MODE_NAMES, ROW_ACTION_NAMES, type RecordAction } from "../../../lib/model/import.ts";
import { formatMoment } from "../../../lib/model/time.ts";
import {
  findFieldHeader,
  formatPlanValue,
  getRowRecordName,
  listInitialValues,
  listValueChanges,
  ORG_PLACE_FIELDS,
  PARENT_FIELD,
  type ValueChange,
} from "../../../lib/plan/changes.ts";
import { hasFile } from "../../../lib/plan/describe.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { resolveTimezone, type Tools } from "../../tools.ts";
import { buildPlan } from "../plan/show.ts";
import { ReasonCursor, readKeptRecords } from "./row-reasons.ts";

type Rows = readonly (readonly string[])[];

const COLUMNS = [
  text("action", "動作"),
  text("key", "キー"),
  text("name", "名前"),
  text("organisation", "組織"),
  text("field", "項目"),
  text("before", "変更前"),
  text("after", "変更後"),
];

/** The actions in the order of the sheet: what cannot be read again comes first. */
const ACTIONS: readonly RecordAction[] = ["delete", "update", "create"];

const findOrgColumns = (kind: Import["kind"]) => FORMATS[kind].columns.filter(({ refers }) => refers?.to === "org");

async function loadOrgPaths(tools: Tools, { kind }: Import): Promise<ReadonlyMap<string, string>> {
  if (findOrgColumns(kind).length === 0) return new Map();
  const orgs = (await ignoreFailure(async () => (await tools.tenant("orgs")).client.orgs.list())) ?? [];
  return new Map(orgs.flatMap(({ code, path }) => (code === null ? [] : [[code, path]])));
}

export async function* renderPlanSheet(tools: Tools, told: Import): AsyncGenerator<Rows> {
  const { terminal, signal } = tools;
  const say = (words: Text): string => terminal.plain(words[terminal.language]);
  const chosen = await tools.tenant("imports");
  const [plan, paths] = [await buildPlan(tools, told), await loadOrgPaths(tools, told)];
  const made = formatMoment(told.createdAt, resolveTimezone(tools, chosen), "minute");
  yield [
    [say(text(`Changes to ${plan.target.en}`, `変更の計画: ${plan.target.ja}`))],
    [say(text("approved by", "承認者")), "", say(text("date", "承認日")), ""],
    [say(text("plan", "計画")), told.number, say(getFormatTitle(FORMATS[told.kind]))],
    [say(text("mode", "インポート方法")), say(getDisplayName(IMPORT_MODE_NAMES, told.mode)), told.fileName],
    [say(text("made by", "作成者")), say(formatActor(told.actor)), made],
    ...plan.changes.map(({ noun, create, update, delete: deleted }) => [
      say(noun),
      say(
        text(
          `delete ${deleted}, update ${update}, create ${create}`,
          `削除 ${deleted}、更新 ${update}、追加 ${create}`,
        ),
      ),
    ]),
    ...[...plan.lines, ...(plan.warnings ?? [])].map((words) => ["", say(words)]),
    [""],
    COLUMNS.map(say),
  ];
  const orgFields = new Set(findOrgColumns(told.kind).map(({ field }) => field));
  const format = (field: string, value: ValueChange["after"]): string =>
    typeof value === "string" && orgFields.has(field) ? (paths.get(value) ?? value) : say(formatPlanValue(value));
  const renderRow = (row: PlanRow): Rows => {
    const org = [...row.after, ...row.before].find(({ field, value }) => value !== null && orgFields.has(field));
    const start = [
      say(getDisplayName(ROW_ACTION_NAMES, row.action)),
      row.key,
      getRowRecordName(row) ?? "",
      org === undefined ? "" : format(org.field, org.value),
    ];
    const changes = listShownChanges(row).map(({ field, before, after }) => [
      ...start,
      findFieldHeader(told.kind, field, row.thing),
      before === null ? "" : format(field, before),
      row.action === "delete" || (after === null && row.action === "create") ? "" : format(field, after),
    ]);
    const secret = row.setsSecret
      ? [[...start, say(text("secret", "パスワードなど")), "", say(text("set", "設定"))]]
      : [];
    return changes.length + secret.length === 0 ? [start] : [...changes, ...secret];
  };
  for (const action of ACTIONS)
    for await (const batch of chosen.client.imports.rows(told.id, { action }).batches()) {
      signal.throwIfAborted();
      yield batch.flatMap(renderRow);
    }
  if (told.state !== "planned" || !hasFile(told)) return;
  const keep = say(text("keep", "残す"));
  if ((told.kept?.count ?? 0) > 0)
    yield (await readKeptRecords(tools, told)).map(([name, reason]) => [keep, "", name, "", "", "", reason]);
  if (told.errors > 0) yield* renderInvalidRows(tools, told, say(getDisplayName(ROW_ACTION_NAMES, "invalid")));
}

const listShownChanges = (row: PlanRow): readonly ValueChange[] => {
  if (row.action === "update") return listValueChanges(row);
  if (row.action === "delete") return [];
  return listInitialValues(row).map((one) =>
    ORG_PLACE_FIELDS.includes(one.field) ? { ...one, field: PARENT_FIELD } : one,
  );
};

async function* renderInvalidRows(tools: Tools, told: Import, action: string): AsyncGenerator<Rows> {
  const { client } = await tools.tenant("imports");
  const reasons = await ReasonCursor.open(client, told, tools.terminal);
  if (reasons.whole !== undefined) yield [[action, "", "", "", "", "", reasons.whole]];
  for await (const batch of client.imports.rows(told.id, { action: "invalid" }).batches()) {
    tools.signal.throwIfAborted();
    await reasons.advanceTo(batch.at(-1)?.row ?? 0);
    yield batch.map((row) => [
      action,
      row.key,
      getRowRecordName(row) ?? "",
      "",
      "",
      "",
      reasons.at(row.row)?.reason ?? "",
    ]);
  }
  await reasons.close();
}
