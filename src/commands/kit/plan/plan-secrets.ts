import type { Import } from "../../../lib/client/index.ts";
import { readHeader } from "../../../lib/csv/layout/header.ts";
import type { ColumnMap } from "../../../lib/csv/layout/map.ts";
import { RowChecker } from "../../../lib/csv/layout/rows.ts";
import type { RecordSink } from "../../../lib/csv/records/record.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { loadCustomFields } from "../files/column-map.ts";
import type { Tools } from "../tools.ts";
import { readRecords, rereadFile, type InputFormat } from "../read-list/open-table.ts";
import { createPassword, findPasswordColumn, type NewPassword } from "./passwords.ts";

export interface PlannedFile {
  readonly plan: Import;
  readonly file: InputFile;
  readonly reading: InputFormat;
  readonly map: ColumnMap | undefined;
}

type SecretsByField = ReadonlyMap<string, string>;

/** Secrets are read from the file before the commit, because the tenant does not return secrets. */
export interface PlanSecrets {
  readonly given: ReadonlyMap<string, SecretsByField>;
  readonly generated: readonly NewPassword[];
  /** keys of the records that have no password in the file */
  readonly without: readonly string[];
}

/** @param generates true to create missing passwords of new records @throws `input-rejected` if the file changed */
export async function readPlanSecrets(tools: Tools, source: PlannedFile, generates: boolean): Promise<PlanSecrets> {
  const { plan } = source;
  const { client } = await tools.tenant("imports");
  const byRow = await readFileSecrets(tools, source);
  const password = findPasswordColumn(plan.kind);
  const given = new Map<string, SecretsByField>();
  const generated: NewPassword[] = [];
  const without: string[] = [];
  if (byRow.size === 0 && password === undefined) return { given, generated, without };
  for await (const { row, key, action, after } of client.imports.rows(plan.id)) {
    if (action === "delete" || action === "invalid") continue;
    const own = new Map(byRow.get(row));
    if (password !== undefined && !own.has(password.field)) {
      if (generates && action === "create") {
        const valueOf = (name: string): string =>
          [after.find(({ field }) => field === name)?.value ?? []].flat().join(", ");
        const made = createPassword({ key, name: valueOf("displayName"), groups: valueOf("groups") });
        generated.push(made);
        own.set(password.field, made.password);
      } else without.push(key);
    }
    if (own.size > 0) given.set(key, own);
  }
  return { given, generated, without };
}

async function readFileSecrets(
  tools: Tools,
  { plan, file, reading, map }: PlannedFile,
): Promise<ReadonlyMap<number, SecretsByField>> {
  const found = new Map<number, SecretsByField>();
  const format = FORMATS[plan.kind];
  const customFields = format.custom ? await loadCustomFields(tools) : [];
  const read = (headers: readonly string[]): RecordSink["record"] => {
    const { layout } = readHeader(headers, format, { customFields, allowUnknownColumns: true, map });
    const secret = layout.columns.map(({ column }) => (column.secret === true ? column.field : undefined));
    const checker = new RowChecker(layout, () => undefined, {});
    return (cells, count, row, line, _, units) => {
      checker.check(cells, count, row, line, units);
      if (!checker.complete) return;
      const own = secret.flatMap((field, at) => {
        const { [at]: value } = checker.values;
        return field !== undefined && typeof value === "string" && value !== "" ? [[field, value] as const] : [];
      });
      if (own.length > 0) found.set(row, new Map(own));
    };
  };
  let take: RecordSink["record"] | undefined;
  const record: RecordSink["record"] = (cells, count, ...more) => {
    if (take === undefined) take = read(cells.slice(0, count));
    else take(cells, count, ...more);
  };
  const sink = { record, problem: () => undefined };
  if (!format.columns.some(({ secret }) => secret === true)) return found;
  for await (const _ of readRecords(rereadFile(file, plan), reading, file.label, sink)) tools.signal.throwIfAborted();
  return found;
}
