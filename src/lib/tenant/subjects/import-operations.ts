import type { Operation as Right } from "../../derived/role-policy.ts";
import { FORMAT_NAMES, isPanelKind, type FormatName } from "../../nouns/index.ts";
import { IMPORT_NUMBER_PATTERN, ROW_ACTION_NAMES } from "../../model/import.ts";
import { operation } from "./operation.ts";
import type { TenantParts } from "./parts.ts";
import type { Actor } from "../ledger/actor.ts";
import {
  canImport,
  getImportOperations,
  getViewOperation,
  isOperationPermitted,
  withoutToken,
} from "../ledger/check-rights.ts";
import type { Store } from "../store/store.ts";
import type { Lines } from "../ledger/lists.ts";
import type { PlanRow, SelectionLine } from "../plans/engine-types.ts";
import {
  buildDeletionInput,
  buildImportInput,
  buildLayoutInput,
  buildSelectionInput,
  completeRequest,
} from "../ledger/import-request.ts";

const runningCleanups = new WeakMap<Store, Promise<void>>();

const openImports = async ({ session, owner, engine, processes }: TenantParts) => {
  const { TenantImports } = await import("./imports.ts");
  const imports = new TenantImports(session, await engine(), processes);
  const { store } = owner;
  if (store.isReadOnly) return imports;
  const known = runningCleanups.get(store) ?? new TenantImports(owner, await engine(), processes).sweep();
  runningCleanups.set(store, known);
  // after an error, the next request tries to clean up again
  known.catch(() => runningCleanups.delete(store));
  await known;
  return imports;
};

const listMissingRights = (actor: Actor, kind: FormatName): readonly Right[] => {
  const rights = getImportOperations(kind);
  const own = rights.find((right) => isOperationPermitted(withoutToken(actor), right)) ?? rights[0];
  return [getViewOperation(kind), ...(own === undefined ? [] : [own])];
};

/** Planning may show that further rights are needed. */
const listMissingStartRights = (actor: Actor, { kind }: { readonly kind: FormatName }): readonly Right[] =>
  !FORMAT_NAMES.includes(kind) || canImport(actor, kind) ? [] : listMissingRights(actor, kind);

const listMissingAccessRights = (actor: Actor): readonly Right[] => {
  if (FORMAT_NAMES.some((kind) => canImport(actor, kind))) return [];
  const own = FORMAT_NAMES.find((kind) => canImport(withoutToken(actor), kind));
  return listMissingRights(actor, own ?? "users");
};

const getDeletionRights = (
  _: Actor,
  { kind, recursive = false }: { readonly kind: FormatName; readonly recursive?: boolean | undefined },
): readonly Right[] =>
  isPanelKind(kind)
    ? [`${kind}.delete`, ...(recursive ? (["users.delete"] as const) : [])]
    : [getViewOperation(kind), "secured.write"];

const ROW_ACTION_PATTERN = Object.keys(ROW_ACTION_NAMES).join("|");

export const imports = {
  create: operation({
    route: "POST /v1/imports",
    about: "Create an import, which waits for its file: describe the file and how to import it",
    input: buildImportInput,
    needs: listMissingStartRights,
    changes: false,
    once: true,
    run: async (parts, given) => (await openImports(parts)).begin(given),
  }),
  upload: operation({
    route: "PUT /v1/imports/{id}/content",
    about: "Upload the file of an import and get the plan",
    needs: listMissingAccessRights,
    changes: false,
    file: true,
    run: async (parts, _, { file, id, signal }) => {
      const own = await openImports(parts);
      return file.through(own.upload(id, file, { signal }));
    },
  }),
  delete: operation({
    route: "POST /v1/imports/deletions",
    about: "Plan a deletion of records by their IDs",
    input: buildDeletionInput,
    needs: getDeletionRights,
    changes: false,
    once: true,
    isLong: true,
    run: async (parts, given, { signal }) => (await openImports(parts)).delete(given, { signal }),
  }),
  select: operation({
    route: "POST /v1/imports/selections",
    about: "Find the records that the rows of a file name, and change nothing",
    input: buildSelectionInput,
    needs: (_, { kind }) => [getViewOperation(kind)],
    changes: false,
    file: true,
    result: "lines",
    isLong: true,
    run: async ({ engine }, { map, ...given }, { file, signal }): Promise<Lines<SelectionLine>> => {
      const request = { ...completeRequest(given), map, selects: true } as const;
      return file.through((await engine()).select(request, file, signal));
    },
  }),
  list: operation({
    route: "GET /v1/imports",
    about: "List all imports, newest first",
    // users see only those imports that they could have created
    needs: ["users.read"],
    run: async (parts) => (await openImports(parts)).list(),
  }),
  show: operation({
    route: "GET /v1/imports/{id}",
    about: "Get one import by its ID or its number: `17` (number of its change) or `P12` (number of its plan)",
    path: ({ z, Id }) => ({ id: z.union([Id, z.string().regex(IMPORT_NUMBER_PATTERN)]) }),
    needs: ["users.read"],
    run: async (parts, _, { id }) => (await openImports(parts)).show(id),
  }),
  rows: operation({
    route: "GET /v1/imports/{id}/rows",
    about: "List the rows and then the deletions of a plan, or the changes that a committed import made",
    input: ({ z, limitParameter }) =>
      z.strictObject({
        action: z
          .string()
          .regex(new RegExp(`^(?:${ROW_ACTION_PATTERN})(?:,(?:${ROW_ACTION_PATTERN}))*$`))
          .optional()
          .meta({ description: "comma-separated actions; missing: all" }),
        limit: limitParameter.optional(),
      }),
    needs: ["users.read"],
    result: "lines",
    run: async (parts, { action, ...query }, { id }) =>
      (await openImports(parts)).rows(id, { ...query, actions: (action?.split(",") ?? []) as PlanRow["action"][] }),
  }),
  problems: operation({
    route: "GET /v1/imports/{id}/problems",
    about: "List the problems of a plan's file, by row and column",
    input: ({ z, limitParameter }) => z.strictObject({ limit: limitParameter.optional() }),
    needs: ["users.read"],
    result: "lines",
    run: async (parts, { limit }, { id }) => (await openImports(parts)).problems(id, limit),
  }),
  commit: operation({
    route: "POST /v1/imports/{id}/commit",
    about: "Commit a plan that the caller saw, all of it or nothing",
    input: ({ z }) => z.strictObject({ etag: z.string().min(1) }),
    needs: listMissingAccessRights,
    once: true,
    isLong: true,
    run: async (parts, given, { id, signal }) => (await openImports(parts)).commit(id, given.etag, { signal }),
  }),
  undo: operation({
    route: "POST /v1/imports/changes/{number}/undo",
    about: "Plan the undo of a change; if the plan has `blocked` records, it can be committed only if they are skipped",
    path: ({ z }) => ({ number: z.union([z.coerce.number().int().positive(), z.literal("last")]) }),
    input: ({ z }) => z.strictObject({ skipBlocked: z.boolean().optional() }),
    needs: listMissingAccessRights,
    changes: false,
    once: true,
    isLong: true,
    run: async (parts, given, { number, signal }) => (await openImports(parts)).undo(number, given, { signal }),
  }),
  dropTasks: operation({
    route: "POST /v1/imports/drop",
    about: "Plan to drop tasks; this restores the console's values in the mirror",
    input: ({ z }) => z.strictObject({ numbers: z.array(z.int().positive()).min(1).max(1000) }),
    needs: ["console.write"],
    changes: false,
    once: true,
    isLong: true,
    run: async (parts, { numbers }, { signal }) => (await openImports(parts)).dropTasks(numbers, { signal }),
  }),
  discard: operation({
    route: "DELETE /v1/imports/{id}",
    about: "Discard a plan and its staged data",
    needs: listMissingAccessRights,
    changes: false,
    run: async (parts, _, { id }) => (await openImports(parts)).discard(id),
  }),
};

/** The first import of a list stores a layout. Later imports find the layout by the headers. */
export const layouts = {
  list: operation({
    route: "GET /v1/layouts",
    about: "List the layouts of lists that the caller may import, newest first, then the built-in ones",
    needs: ["users.read"],
    run: async ({ session }) => {
      const { listLayouts } = await import("../plans/layouts.ts");
      return session.read((reader) => listLayouts(reader, session.actor));
    },
  }),
  learn: operation({
    route: "POST /v1/layouts",
    about: "Store how lists with these headers are read",
    input: buildLayoutInput,
    needs: listMissingStartRights,
    run: async ({ session }, given) => (await import("../plans/layouts.ts")).learnLayout(session, given),
  }),
  remove: operation({
    route: "DELETE /v1/layouts/{id}",
    about: "Remove a layout",
    path: ({ z }) => ({ id: z.string().regex(/^[0-9a-z-]{1,20}$/) }),
    needs: listMissingAccessRights,
    run: async ({ session }, _, { id }) => (await import("../plans/layouts.ts")).removeLayout(session, id),
  }),
};

export type { FormatName as ImportKind } from "../../nouns/index.ts";
export type { DeletionRequest } from "../plans/deletion.ts";
export type { Layout } from "../plans/layouts.ts";
export type { InputProblem, PlanRow, SelectedFile, SelectedRecord } from "../plans/engine-types.ts";
export type { ImportRequest } from "../ledger/import-request.ts";
export type { Import } from "../plans/import-result.ts";
