/** Handlers of one noun: each has its own file, however short. */

import type { PlanRow } from "../../contract/index.ts";
import { TenantImports } from "../use/imports.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Imports, and what becomes of their plans. What dead processes left of theirs is removed first. */
export default async ({ session, engine, processes }: TenantParts): Promise<Handlers<"imports">> => {
  const imports = new TenantImports(session, await engine(), processes);
  if (!session.store.isReadOnly) await imports.sweep();
  return {
    create: ({ body, repeatable }) => imports.begin(body, { repeatable }),
    upload: ({ params, file, signal }) => file.through(imports.upload(params.id, file, { signal })),
    list: () => imports.list(),
    show: ({ params }) => imports.show(params.id),
    rows: ({ params, query: { action, limit } }) =>
      imports.rows(params.id, { actions: (action?.split(",") ?? []) as readonly PlanRow["action"][], limit }),
    problems: ({ params, query }) => imports.problems(params.id, query.limit),
    commit: ({ params, etag, signal, repeatable }) => imports.commit(params.id, etag, { signal, repeatable }),
    emitted: ({ params, etag, repeatable }) => imports.emitted(params.id, etag, { repeatable }),
    // replanning is idempotent: no key needs to be stored
    replan: ({ params, signal }) => imports.replan(params.id, { signal }),
    verify: ({ params: { id }, file, signal, repeatable }) =>
      file.through(imports.verify(id, file, { signal, repeatable })),
    revert: ({ params, repeatable }) => imports.revert(params.id, { repeatable }),
    discard: ({ params }) => imports.discard(params.id),
  };
};
