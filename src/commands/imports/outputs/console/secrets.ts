import type { CustomField, Import } from "../../../../lib/client/index.ts";
import { FORMATS } from "../../../../lib/model/formats.ts";
import { readHeader } from "../../../../lib/csv/layout/header.ts";
import type { ColumnMap } from "../../../../lib/csv/layout/map.ts";
import type { RecordSink } from "../../../../lib/csv/records/record.ts";
import { RowChecker } from "../../../../lib/csv/layout/rows.ts";
import type { InputFile } from "../../../../lib/files/index.ts";
import { readRecords, type InputFormat } from "../../plan/reading.ts";
import type { PasswordGenerator } from "../passwords.ts";
import { rereadFile } from "../reread.ts";

export interface SecretRow {
  readonly row: number;
  readonly secrets: ReadonlyMap<string, string>;
  /** the cells of the unknown columns, in the order of these columns */
  readonly unknown: readonly string[];
}

export interface SecretSource {
  readonly plan: Import;
  readonly file: InputFile;
  readonly reading: InputFormat;
  readonly map: ColumnMap | undefined;
  readonly customFields: readonly CustomField[];
  /** set if passwords are generated for new records without one */
  readonly passwords?: PasswordGenerator | undefined;
}

/**
 * Reads the secrets and the unknown columns of a plan's file again, in the file's order, in batches. If the file has
 * neither, only its header is read.
 *
 * @throws `input-rejected` at the end if the file is no longer the one that the plan was made from
 */
export async function* readSecretRows(source: SecretSource): AsyncGenerator<readonly SecretRow[]> {
  let found: SecretRow[] = [];
  let rows: ReturnType<typeof createRowReader> | undefined;
  const sink: RecordSink = {
    record(cells, count, row, line) {
      if (rows === undefined) rows = createRowReader(cells.slice(0, count), source);
      else if (rows.hasSecrets) found.push(...rows.read(cells, count, row, line));
    },
    problem: () => undefined,
  };
  const { file, plan, reading } = source;
  for await (const _ of readRecords(rereadFile(file, plan), reading, file.label, sink)) {
    yield found;
    found = [];
    if (rows?.hasSecrets === false) return;
  }
}

function createRowReader(headers: readonly string[], { plan, map, customFields }: SecretSource) {
  const { layout } = readHeader(headers, FORMATS[plan.kind], {
    customFields,
    allowUnknownColumns: plan.request?.allow?.includes("unknown-columns"),
    map,
  });
  const checker = new RowChecker(layout, () => undefined, {
    fix: plan.request?.fix,
  });
  const { values } = checker;
  const secretsOf = (): ReadonlyMap<string, string> => {
    const secrets = new Map<string, string>();
    for (const [at, { column }] of layout.columns.entries()) {
      const value = values[at];
      if (column.secret === true && typeof value === "string" && value !== "") secrets.set(column.field, value);
    }
    return secrets;
  };
  return {
    hasSecrets: layout.unknown.length > 0 || layout.columns.some(({ column }) => column.secret === true),
    read(cells: readonly string[], count: number, row: number, line: number): readonly SecretRow[] {
      checker.check(cells, count, row, line);
      if (!checker.complete) return [];
      const unknown = layout.unknown.map((at) => cells[at] ?? "");
      return [{ row, secrets: secretsOf(), unknown }];
    },
  };
}
