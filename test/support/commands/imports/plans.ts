import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Import, InputProblem, PlanRow } from "../../../../src/lib/client/index.ts";
import { createEncoder } from "../../../../src/lib/csv/encoding/encode.ts";
import type { Encoding } from "../../../../src/lib/csv/records/record.ts";
import { freshFolder } from "../program.ts";
import { example, type Answer, type Answers, type ReceivedRequest } from "../tenant.ts";

/** The id of the plan that {@link planOf} returns. */
export const PLAN_ID = example<Import>("uploadImport").id;

const PLAN_COUNTS = { rows: 2, create: 1, update: 1, unchanged: 0, delete: 0, orgsCreated: 0, newOrgs: [] };

/**
 * Returns a plan with two rows: the first creates a record, and the second updates a record. @param change replaces
 * members
 */
export const planOf = (change: Partial<Import> = {}): Import =>
  example<Import>("uploadImport", { ...PLAN_COUNTS, absentColumns: [], skipped: [], ...change });

/** Returns a plan in its committed state. @param change number of the change that committed the plan */
export const toCommittedPlan = (plan: Import = planOf(), change = 17): Import => ({
  ...plan,
  number: String(change),
  change,
  state: "committed",
  committedAt: "2026-11-20T01:23:45.000Z",
});

export const COMMITTED_RESULT = {
  number: "17",
  change: 17,
  importId: PLAN_ID,
  tenant: "kanto",
  create: 1,
  update: 1,
  committed: true,
};

export const rowOf = (change: Partial<PlanRow> = {}): PlanRow => example<PlanRow>("importRows", change);

/** Returns an input problem: an invalid email address in the third row of a file. */
export const problemOf = (change: Partial<InputProblem> = {}): InputProblem =>
  example<InputProblem>("importProblems", { row: 3, line: 3, ...change });

/** Returns a function that responds with the rows of a plan, filtered and limited like those of a tenant. */
export const createRowsResponder =
  (...rows: readonly PlanRow[]): Answer =>
  ({ query = {} }: ReceivedRequest): readonly PlanRow[] => {
    const actions = query["action"]?.split(",");
    const asked = rows.filter(({ action }) => actions === undefined || actions.includes(action));
    return asked.slice(0, query["limit"] === undefined ? asked.length : Number(query["limit"]));
  };

/** Two rows of the plan that {@link planOf} returns. */
export const ROWS: readonly PlanRow[] = [
  rowOf(),
  rowOf({
    row: 3,
    key: "taro@example.co.jp",
    action: "update",
    changed: ["title", "tel"],

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

/** Returns a tenant's responses until a plan is shown. If there is nothing to show, the rows are not requested. */
export const buildPlanAnswers = (plan: Import = planOf(), more: Answers = {}): Answers => ({
  createImport: example<Import>("createImport"),
  uploadImport: plan,
  tenant: example("tenant"),
  ...(plan.rejected || plan.create + plan.update + plan.delete === 0
    ? {}
    : { importRows: createRowsResponder(...ROWS) }),
  ...more,
});

export function createFolderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = freshFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** Encodes a text as the bytes of a file. */
export function encodeText(text: string, encoding: Encoding): Uint8Array {
  const encoder = createEncoder(encoding, { onUnmappable: "error" });
  return Buffer.concat([encoder.write(text), encoder.end()]);
}

/** Returns the SHA-256 of a file, by which a plan identifies the file. */
export const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** Returns the requested operations in order. */
export const listOperations = (requests: readonly ReceivedRequest[]): readonly string[] =>
  requests.map(({ operation }) => operation);
