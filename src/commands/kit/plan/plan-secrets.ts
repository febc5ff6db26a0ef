import type { Import, ImportKind } from "../../../lib/client/index.ts";
import { readHeader } from "../../../lib/csv/layout/header.ts";
import type { ColumnMap } from "../../../lib/csv/layout/map.ts";
import { RowChecker } from "../../../lib/csv/layout/rows.ts";
import type { RecordSink } from "../../../lib/csv/records/record.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { loadCustomFields } from "../files/column-map.ts";
import type { Tools } from "../tools.ts";
import { readRecords, rereadFile, type InputFormat } from "../read-list/open-table.ts";
import { randomInt } from "node:crypto";
import type { Column } from "../../../lib/derived/format.ts";
import { formatCount, text } from "../../../lib/text/index.ts";
import { writeTable } from "../files/table-file.ts";

const ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz";

const generatePassword = (): string => {
  const password = Array.from({ length: 12 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return /^(?=.*\d)(?=.*[A-Z])(?=.*[a-z])/.test(password) ? password : generatePassword();
};

export const findPasswordColumn = (kind: ImportKind): Column | undefined =>
  FORMATS[kind].columns.find(({ secret, required }) => secret === true && required === "new");

export interface NewPassword {
  readonly key: string;
  readonly name: string;
  readonly groups: string;
  readonly password: string;
}

export const createPassword = (of: Omit<NewPassword, "password">): NewPassword => ({
  ...of,
  password: generatePassword(),
});

const COLUMNS = ["userId", "displayName", "groups", "password"].map(
  (name) => FORMATS.docs.columns.find(({ field }) => field === name)?.header ?? name,
);

/** Writes the only copy of the passwords. Writes no file if there are no passwords. */
export async function writePasswords(
  tools: Tools,
  path: string,
  given: readonly NewPassword[],
  settle?: () => Promise<void>,
): Promise<void> {
  if (given.length === 0) return settle?.();
  const table = [COLUMNS, ...given.map(({ key, name, groups, password }) => [key, name, groups, password])];
  await writeTable(tools, path, [table], { settle });
  await tools.terminal.note(
    text(
      `${path} contains the passwords of ${formatCount(given.length, "new user")}, which are stored nowhere else: hand them out, then delete the file`,
      `${path} に新しいユーザー ${given.length} 人のパスワードを書き出しました。本人に渡したら削除してください。ほかには保存していません`,
    ),
  );
}

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
