/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import { z } from "zod";
import { ColumnMap } from "../../contract/imports.ts";
import type { PlanRow } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";
import { TenantImports } from "../plans/imports.ts";
import type { Store } from "../store/store.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Parses a query parameter whose value is JSON. @throws Failure `usage` if the value does not match the schema */
const parseJsonParameter = <S extends z.ZodType>(
  schema: S,
  json: string,
  wrong: { what: Text; where: string },
): z.output<S> => {
  try {
    return schema.parse(JSON.parse(json));
  } catch (error) {
    throw new Failure("usage", { ...wrong, cause: error });
  }
};

const INVALID_MAP_PROBLEM = { what: text("not a column map", "対応表として読めません"), where: "query.map" };
const INVALID_FIELDS_PROBLEM = {
  what: text("not a list of field names", "項目の一覧として読めません"),
  where: "query.upload",
};

const parseUploadFields = (upload: string | undefined): readonly string[] | undefined =>
  upload === undefined ? undefined : parseJsonParameter(z.array(z.string()), upload, INVALID_FIELDS_PROBLEM);

/**
 * Returns the data in a request about the upload file for the console: its name and hash, and the fields of its
 * columns. Returns undefined if the request does not mention an upload file.
 */
const toWrittenFile = ({
  fileName,
  sha256,
  upload,
}: Readonly<Partial<Record<"fileName" | "sha256" | "upload", string | undefined>>>) => {
  const file = fileName === undefined || sha256 === undefined ? undefined : { fileName, sha256 };
  if (file === undefined && upload === undefined) return undefined;
  return { file, fields: parseUploadFields(upload) };
};

const swept = new WeakMap<Store, Promise<void>>();

/** Removes what dead processes left behind, once for each open tenant. */
const sweepOnce = async ({ owner, engine, processes }: TenantParts): Promise<void> => {
  if (owner.store.isReadOnly) return;
  const { store } = owner;
  const known = swept.get(store) ?? new TenantImports(owner, await engine(), processes).sweep();
  swept.set(store, known);
  // if it failed, the next request tries again
  known.catch(() => swept.delete(store));
  await known;
};

/** Returns the handlers for imports and their plans. Before that, removes the data that dead processes left behind. */
export default async (parts: TenantParts): Promise<Handlers<"imports">> => {
  const { session, engine, processes } = parts;
  const imports = new TenantImports(session, await engine(), processes);
  await sweepOnce(parts);
  return {
    create: ({ body, repeatable }) => imports.begin(body, { repeatable }),
    upload: ({ params, file, signal }) => file.through(imports.upload(params.id, file, { signal })),
    delete: ({ body, signal, repeatable }) => imports.delete(body, { signal, repeatable }),
    list: () => imports.list(),
    show: ({ params }) => imports.show(params.id),
    rows: ({ params, query: { action, limit, upload } }) =>
      imports.rows(params.id, {
        actions: (action?.split(",") ?? []) as readonly PlanRow["action"][],
        limit,
        upload: parseUploadFields(upload),
      }),
    problems: ({ params, query }) => imports.problems(params.id, query.limit),
    commit: ({ params, etag, query, signal, repeatable }) =>
      imports.commit(params.id, etag, { signal, repeatable }, toWrittenFile(query)),
    check: ({ params, etag, query, signal }) => imports.check(params.id, etag, query.upload, { signal }),
    // replanning is idempotent, so no idempotency key is stored
    replan: ({ params, query, signal }) => imports.replan(params.id, query.keepMissing, { signal }),
    verify: ({ params: { number }, file, query, signal, repeatable }) => {
      const evidence = {
        ...query,
        map: query.map === undefined ? undefined : parseJsonParameter(ColumnMap, query.map, INVALID_MAP_PROBLEM),
      };
      return file.through(imports.verify(number, file, evidence, { signal, repeatable }));
    },
    dropTasks: ({ body, signal, repeatable }) => imports.dropTasks(body, { signal, repeatable }),
    undo: ({ params, query, signal, repeatable }) => imports.undo(params.number, query, { signal, repeatable }),
    discard: ({ params }) => imports.discard(params.id),
  };
};
