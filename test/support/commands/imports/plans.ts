import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Import, InputProblem, PlanRow } from "../../../../src/lib/client/index.ts";
import { createEncoder } from "../../../../src/lib/csv/encoding/encode.ts";
import type { Encoding } from "../../../../src/lib/csv/records/record.ts";
import { freshFolder, run, type Circumstances, type Ran } from "../program.ts";
import type { Language } from "../../../../src/lib/text/index.ts";
import { example, type Answer, type Answers, type Seen } from "../tenant.ts";

/** The id of {@link planOf}. */
export const ID = example<Import>("uploadImport").id;

const COUNTS = { rows: 2, create: 1, update: 1, unchanged: 0, delete: 0, orgsCreated: 0, newOrgs: [] };

/** A plan of two rows, one that creates and one that updates, with some of its members replaced. */
export const planOf = (change: Partial<Import> = {}): Import =>
  example<Import>("uploadImport", { ...COUNTS, absentColumns: [], ...change });

/** The same plan, committed by a change. */
export const committed = (plan: Import = planOf(), change = 17): Import => ({
  ...plan,
  number: String(change),
  change,
  state: "committed",
  committedAt: "2026-11-20T01:23:45.000Z",
});

/** What programs read of {@link planOf} once it is committed. */
export const COMMITTED_RESULT = {
  number: "17",
  change: 17,
  importId: ID,
  tenant: "kanto",
  mode: "append",
  dryRun: false,
  rows: 2,
  create: 1,
  update: 1,
  unchanged: 0,
  delete: 0,
  invalid: 0,
  secretsSet: 0,
  orgsCreated: 0,
  groupsCreated: 0,
  newOrgs: [],
  newGroups: [],
  columns: [],
  committed: true,
};

/** A row of a plan that creates a user, in the file's second row. */
export const rowOf = (change: Partial<PlanRow> = {}): PlanRow => example<PlanRow>("importRows", change);

/** A problem of a mail address in the file's third row. */
export const problemOf = (change: Partial<InputProblem> = {}): InputProblem =>
  example<InputProblem>("importProblems", { row: 3, line: 3, ...change });

/** Answers with the rows of a plan, filtered and limited like a tenant. */
export const giving =
  (...rows: readonly PlanRow[]): Answer =>
  ({ query = {} }: Seen): readonly PlanRow[] => {
    const actions = query["action"]?.split(",");
    const asked = rows.filter(({ action }) => actions === undefined || actions.includes(action));
    return asked.slice(0, query["limit"] === undefined ? asked.length : Number(query["limit"]));
  };

/** Two rows for {@link planOf}. */
export const ROWS: readonly PlanRow[] = [
  rowOf(),
  rowOf({
    row: 3,
    line: 3,
    key: "taro@example.co.jp",
    action: "update",
    changed: ["title", "tel"],
    exists: true,
    before: [
      { field: "title", value: "主任" },
      { field: "tel", value: "03" },
    ],
    after: [
      { field: "name", value: "髙橋 花子" },
      { field: "title", value: null },
      { field: "tel", value: "04" },
    ],
  }),
];

/** A tenant's answers until a plan is shown; its rows are not requested if there is nothing to show. */
export const planning = (plan: Import = planOf(), more: Answers = {}): Answers => ({
  createImport: example<Import>("createImport"),
  uploadImport: plan,
  tenant: example("tenant"),
  ...(plan.rejected || plan.create + plan.update + plan.delete === 0 ? {} : { importRows: giving(...ROWS) }),
  ...more,
});

/** A new folder with these files. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = freshFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** `inBoth` of a line that writes `out.csv`, which is not there before either. */
export async function inBothAnew(
  line: string,
  circumstances: Circumstances & { readonly folder: string },
): Promise<Readonly<Record<Language, Ran>>> {
  const en = await run(`--lang en ${line}`, circumstances);
  for (const name of ["out.csv", "out-delete.xlsx"]) rmSync(join(circumstances.folder, name), { force: true });
  return { en, ja: await run(`--lang ja ${line}`, circumstances) };
}

/** Text encoded as the bytes of a file. */
export function encodeText(text: string, encoding: Encoding): Uint8Array {
  const encoder = createEncoder(encoding, { onUnmappable: "error" });
  return Buffer.concat([encoder.write(text), encoder.end()]);
}

/** A file's SHA-256, which ties a plan to it. */
export const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** The operations requested from the tenant, in order. */
export const operations = (requests: readonly Seen[]): readonly string[] => requests.map(({ operation }) => operation);
