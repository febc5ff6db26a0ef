import type { Import, PlanRow } from "../../contract/index.ts";
import { TenantImports } from "../imports.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Imports, and what becomes of their plans. What dead processes left of theirs is removed first. */
export default (parts: TenantParts): Handlers<"imports"> => {
  const { actor } = parts;
  const imports = new TenantImports(parts.database, parts);
  parts.opened.defer(() => imports.close());
  if (!parts.database.isReadOnly) imports.sweep();
  const show = (id: string): Import => imports.show(id);
  const inState = (state: Import["state"]) => (id: string) => {
    const shown = show(id);
    return shown.state === state ? shown : undefined;
  };
  return {
    create: ({ body, signal, once }) => once(() => imports.begin(body, { actor, signal }), show),
    upload: ({ params, file, signal }) => file.through(imports.upload(params.id, file, { actor, signal })),
    list: () => imports.list(),
    show: ({ params }) => show(params.id),
    rows: ({ params, query: { action, limit } }) =>
      imports.rows(params.id, { actions: (action?.split(",") ?? []) as readonly PlanRow["action"][], limit }),
    problems: ({ params, query }) => imports.problems(params.id, query.limit),
    commit: ({ params, etag, signal, once }) =>
      once(() => imports.commit(params.id, etag, { actor, signal }), inState("committed")),
    emitted: ({ params, etag, once }) => once(() => imports.emitted(params.id, etag), inState("awaiting-console")),
    // replanning is idempotent: no key needs to be stored
    replan: ({ params, signal }) => imports.replan(params.id, { actor, signal }),
    verify: ({ params: { id }, file, signal, once }) =>
      once(
        () => file.through(imports.verify(id, file, { actor, signal })),
        () => {
          const accepted = inState("committed")(id);
          return accepted === undefined ? undefined : { accepted: true, import: accepted, differences: 0, first: [] };
        },
        () => id,
      ),
    revert: ({ params, signal, once }) => once(() => imports.revert(params.id, { actor, signal }), show),
    discard: ({ params }) => imports.discard(params.id),
  };
};
