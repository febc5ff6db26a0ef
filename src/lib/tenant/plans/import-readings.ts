import { setImmediate } from "node:timers/promises";
import { Database } from "../store/database.ts";
import { isBusyError, createLockedFailure, toStorageFailure } from "../store/storage-failure.ts";
import type { FormatName } from "../../nouns/index.ts";
import type { Scope } from "../store/types.ts";
import type { UndoneChange } from "../ledger/audit-change-number.ts";
import type { PlanRowsRequest, UndoCounts } from "./engine-types.ts";
import { countVisits, registerSqlFunctions, UNDO_PLAN_VISITS, type RowExpectation } from "./functions.ts";
import { buildPlanDefinition } from "./tables.ts";
import { showPlannedOrgs } from "./commit.ts";
import { readPlanLines, readProblemLines } from "./rows.ts";
import { attachStagingForReading } from "./staging.ts";
import type { PlanDefinition } from "./stored-kind.ts";
import { limitToScope } from "../ledger/scope.ts";

export interface ReadSource {
  readonly tenant: string;
  readonly readOnly: boolean;
  readonly staging: string | undefined;
  readonly beside?: string | undefined;
  readonly scope: Scope | undefined;
}

/** Maximum time that a statement waits for a commit. The time is short, because later statements wait meanwhile. */
const BUSY_TIMEOUT_MS = 100;

const openSource = (
  { tenant, readOnly, staging, beside, scope }: ReadSource,
  interrupted: () => boolean,
  orgs?: PlanDefinition,
): Database => {
  const database = new Database(tenant, readOnly ? { readOnly, interrupted } : { plain: true, interrupted });
  try {
    database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
    registerSqlFunctions(database, interrupted);
    if (orgs !== undefined && beside !== undefined && scope === undefined) showPlannedOrgs(database, beside, orgs);
    if (staging !== undefined) attachStagingForReading(database, staging);
    limitToScope(database, scope);
    return database;
  } catch (error) {
    database.close();
    throw isBusyError(error) ? createLockedFailure() : error;
  }
};

export const countUndo = async (
  job: { readonly files: ReadSource; readonly undone: UndoneChange; readonly kind: FormatName | undefined },
  interrupted: () => boolean,
  expect: RowExpectation,
): Promise<UndoCounts> => {
  const { countPreparedUndo } = await import("./undo-plan.ts");
  expect(countVisits(job.undone.counts, UNDO_PLAN_VISITS));
  using database = openSource(job.files, interrupted);
  return countPreparedUndo(database, job.undone, job.kind);
};

const loadLineReader = async (
  reading: PlanRowsRequest,
  isBeside: boolean,
): Promise<(database: Database) => Iterable<Uint8Array>> => {
  switch (reading.type) {
    case "rows": {
      const plan = buildPlanDefinition(reading.record);
      return (database) => readPlanLines(database, plan, reading.query, isBeside ? plan.kind.thing.name : undefined);
    }
    case "undo-rows": {
      const [{ prepareUndo }, { readUndoLines }] = await Promise.all([
        import("./undo-plan.ts"),
        import("./undo-lines.ts"),
      ]);
      return (database) => {
        prepareUndo(database, reading.undone);
        return readUndoLines(database, reading.first, reading.query);
      };
    }
    case "committed-rows": {
      const { readCommittedLines } = await import("./undo-lines.ts");
      const { kind: first, revision } = reading.record;
      return (database) => readCommittedLines(database, { first, revision: revision ?? -1 }, reading.query);
    }
    case "problems": {
      buildPlanDefinition(reading.record);
      return (database) => readProblemLines(database, reading.limit);
    }
  }
};

async function* openLines(
  source: ReadSource,
  reading: PlanRowsRequest,
  open: Set<Database>,
  isBeside = false,
): AsyncGenerator<Uint8Array, void> {
  const beside = reading.type === "rows" ? reading.beside : undefined;
  if (reading.type === "rows" && beside !== undefined)
    yield* openLines(
      { ...source, staging: source.beside },
      { ...reading, record: beside, beside: undefined },
      open,
      true,
    );
  const readLines = await loadLineReader(reading, isBeside);
  const database = openSource(source, () => false, beside && buildPlanDefinition(beside));
  open.add(database);
  try {
    for (const batch of readLines(database)) {
      yield batch;
      await setImmediate();
    }
  } finally {
    if (open.delete(database)) database.close();
  }
}

/** Errors in the first batch are thrown before the stream is returned. */
export const readLines = async (
  source: ReadSource,
  reading: PlanRowsRequest,
  open: Set<Database>,
): Promise<ReadableStream<Uint8Array>> => {
  const lines = openLines(source, reading, open);
  const next = () =>
    lines.next().catch((error: unknown) => Promise.reject(toStorageFailure(error, source.tenant, source.staging)));
  let first: Awaited<ReturnType<typeof next>> | undefined = await next();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = first ?? (await next());
        first = undefined;
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => void lines.return(undefined),
    },
    { highWaterMark: 0 },
  );
};
