import type { Import, PlanRow } from "../../../lib/client/index.ts";
import { ignoreFailure } from "../../../lib/errors/index.ts";
import { formatActor } from "../../../lib/model/actor.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { ORG, ROOT_ORG_NAME } from "../../../lib/nouns/organisation.ts";
import { getFormatTitle } from "../../../lib/derived/format.ts";
import { getDisplayName, IMPORT_MODE_NAMES, ROW_ACTION_NAMES } from "../../../lib/model/import.ts";
import { formatMoment } from "../../../lib/model/time.ts";
import {
  findFieldHeader,
  formatPlanValue,
  getRowRecordName,
  listInitialValues,
  listValueChanges,
  type ValueChange,
} from "../../../lib/plan/changes.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { resolveTimezone, type Tools } from "../tools.ts";
import { buildPlan } from "./show.ts";
import { isWorkbookName, writeTable, type Rows } from "../files/table-file.ts";

const COLUMNS = [
  text("action", "処理"),
  text("key", "キー"),
  text("name", "名前"),
  text("organisation", "組織"),
  text("field", "項目"),
  text("before", "変更前"),
  text("after", "変更後"),
];

export async function writeReport(tools: Tools, path: string, plan: Import): Promise<void> {
  async function* table(): AsyncGenerator<Rows> {
    if (isWorkbookName(path)) yield await buildTitle(tools, plan);
    yield* renderRows(tools, plan);
  }
  await writeTable(tools, path, table());
}

/** Asks once, and only who may record the answer. */
export async function askCompanyName(tools: Tools): Promise<void> {
  const { terminal } = tools;
  if (!terminal.interactive) return;
  const { client, context } = await tools.tenant("tenant");
  const recorded = await ignoreFailure(() => client.tenant.set({ dryRun: true }));
  if (recorded?.after.companyName !== null) return;
  const message = text("Company name in plans and reports:", "計画や承認用のブックに示す会社名:");
  const question = { message, preset: context.name, flag: "tenant set --name" };
  await client.tenant.set({ companyName: await terminal.prompts.input(question) });
  // a dry run says that nothing was changed, which is true for the plan
  terminal.takeChange();
}

const createRenderer =
  ({ terminal }: Tools) =>
  (words: Text): string =>
    terminal.plain(words[terminal.language]);

async function buildTitle(tools: Tools, importPlan: Import): Promise<Rows> {
  const say = createRenderer(tools);
  const plan = await buildPlan(tools, importPlan);
  const made = formatMoment(importPlan.createdAt, resolveTimezone(tools, await tools.tenant("imports")), "minute");
  return [
    [say(text(`Planned changes: ${plan.target.en}`, `変更の計画: ${plan.target.ja}`))],
    [say(text("approved by", "承認者")), "", say(text("date", "承認日")), ""],
    [say(text("plan", "計画")), importPlan.number, say(getFormatTitle(FORMATS[importPlan.kind]))],
    [say(text("mode", "インポート方法")), say(getDisplayName(IMPORT_MODE_NAMES, importPlan.mode)), importPlan.fileName],
    [say(text("made by", "作成者")), say(formatActor(importPlan.actor)), made],
    ...plan.changes.map(({ noun, create, update, delete: deleted }) => [
      say(noun),
      say(
        text(`delete ${deleted}, update ${update}, create ${create}`, `削除 ${deleted} 更新 ${update} 追加 ${create}`),
      ),
    ]),
    ...[...plan.lines, ...(plan.warnings ?? [])].map((words) => ["", say(words)]),
    [""],
  ];
}

async function* renderRows(tools: Tools, plan: Import): AsyncGenerator<Rows> {
  const { signal } = tools;
  const say = createRenderer(tools);
  const { client } = await tools.tenant("imports");
  yield [COLUMNS.map(say)];
  const orgColumns = FORMATS[plan.kind].columns.filter(({ refers }) => refers?.to === "org");
  const orgFields = new Set(orgColumns.map(({ field }) => field));
  const paths = orgFields.size === 0 ? new Map<string, string>() : await loadOrgPaths(tools, plan);
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
    const values =
      row.action === "update" ? listValueChanges(row) : row.action === "create" ? listInitialValues(row) : [];
    const changes = values.map(({ field, before, after }) => [
      ...start,
      findFieldHeader(plan.kind, field, row.thing),
      before === null ? "" : format(field, before),
      after === null && row.action === "create" ? "" : format(field, after),
    ]);
    const secret = row.setsSecret
      ? [[...start, say(text("secret", "パスワードなど")), "", say(text("set", "設定"))]]
      : [];
    return changes.length + secret.length === 0 ? [[...start, "", "", ""]] : [...changes, ...secret];
  };
  for (const isBeside of plan.request?.orgs === undefined ? [undefined] : [true, false])
    for (const action of ["delete", "update", "create"] as const)
      for await (const batch of client.imports.rows(plan.id, { action }).batches()) {
        signal.throwIfAborted();
        yield batch
          .filter(({ thing }) => isBeside === undefined || (thing !== undefined) === isBeside)
          .flatMap(renderRow);
      }
}

export async function loadOrgPaths(tools: Tools, { id, beside }: Import): Promise<ReadonlyMap<string, string>> {
  const { client } = await tools.tenant("orgs", "imports");
  const orgs = (await ignoreFailure(() => Array.fromAsync(client.orgs.list()))) ?? [];
  const paths = new Map(orgs.flatMap(({ code, path }) => (code === null ? [] : [[code, path]])));
  const made = new Map<string, { readonly name: string; readonly parent: string }>();
  for await (const { key, thing, after } of beside === undefined ? [] : client.imports.rows(id)) {
    if (thing !== ORG.name) break;
    const [name, parent] = ["name", "parent"].map((wanted) => after.find(({ field }) => field === wanted)?.value);
    made.set(key, { name: String(name), parent: String(parent) });
  }
  const pathOf = (code: string): string => {
    const { name, parent } = made.get(code) ?? {};
    if (name === undefined || parent === undefined) return paths.get(code) ?? code;
    return parent === ROOT_ORG_NAME ? name : `${pathOf(parent)}/${name}`;
  };
  return new Map([...paths, ...Array.from(made.keys(), (code) => [code, pathOf(code)] as const)]);
}
