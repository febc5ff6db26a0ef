import type { OpenAPIHono } from "@hono/zod-openapi";
import { PlanAction, routes, type Import } from "../../contract/index.ts";
import type { RequestContext } from "../imports.ts";
import type { TenantParts } from "./parts.ts";
import { contentOf } from "./content.ts";
import type { IdempotencyKeys, Work } from "./idempotency.ts";

/**
 * A response of NDJSON whose batches of lines are produced as it is read. The first batch is produced at once, so that
 * unreadable data fails with a problem object and not in mid-stream.
 */
const linesOf = (batches: Iterable<Uint8Array>): Response => {
  const iterator = batches[Symbol.iterator]();
  let next = iterator.next();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (next.done === true) return controller.close();
      controller.enqueue(next.value);
      next = iterator.next();
    },
    cancel() {
      iterator.return?.();
    },
  });
  return new Response(body, { headers: { "content-type": "application/x-ndjson" } });
};

/** The ETag header of an import's answer. */
const tagOf = ({ etag }: Import): Record<string, string> => (etag === null ? {} : { etag: `"${etag}"` });

/** The ETag without the quotes HTTP puts around it. */
const bare = (etag: string): string => /^"(.*)"$/.exec(etag)?.[1] ?? etag;

const changed = (perform: Work<Import>["perform"], replay: Work<Import>["replay"]): Work<Import> => ({
  perform,
  subject: ({ id }) => id,
  replay,
});

/** Routes that create and read imports. */
export const addImportRoutes = (
  app: OpenAPIHono,
  { imports, actor }: TenantParts,
  idempotency: IdempotencyKeys,
): void => {
  const contextOf = ({ signal }: Request): RequestContext => ({ actor, signal });
  const { imports: at } = routes;
  app.openapi(at.create, async (c) => {
    const request = c.req.valid("json");
    const key = c.req.valid("header")["idempotency-key"];
    const made = await idempotency.once(
      { key, route: c.req.path, content: JSON.stringify(request) },
      changed(
        () => imports.begin(request, contextOf(c.req.raw)),
        (id) => imports.show(id),
      ),
    );
    return c.json(made, 201, tagOf(made));
  });
  app.openapi(at.upload, async (c) => {
    const content = contentOf(c.req.raw);
    if (content instanceof Response) return content as never;
    const planned = await content.through(imports.upload(c.req.valid("param").id, content, contextOf(c.req.raw)));
    return c.json(planned, 200, tagOf(planned));
  });
  app.openapi(at.list, (c) => c.json({ items: [...imports.list()] }, 200));
  app.openapi(at.show, (c) => {
    const shown = imports.show(c.req.valid("param").id);
    return c.json(shown, 200, tagOf(shown));
  });
  app.openapi(at.rows, (c) => {
    const { action, limit } = c.req.valid("query");
    const actions = (action?.split(",") ?? []).map((name) => PlanAction.parse(name));
    return linesOf(imports.rows(c.req.valid("param").id, { actions, limit }));
  });
  app.openapi(at.problems, (c) => linesOf(imports.problems(c.req.valid("param").id, c.req.valid("query").limit)));
  app.openapi(at.discard, (c) => {
    const discarded = imports.discard(c.req.valid("param").id);
    return c.json(discarded, 200, tagOf(discarded));
  });
};

/** Routes that commit, verify, replan, revert or discard a plan. */
export const addPlanRoutes = (
  app: OpenAPIHono,
  { imports, actor }: TenantParts,
  idempotency: IdempotencyKeys,
): void => {
  const contextOf = ({ signal }: Request): RequestContext => ({ actor, signal });
  const { imports: at } = routes;
  const inState = (state: Import["state"]) => (id: string) => {
    const shown = imports.show(id);
    return shown.state === state ? shown : undefined;
  };
  app.openapi(at.commit, async (c) => {
    const { "if-match": etag, "idempotency-key": key } = c.req.valid("header");
    const perform = () => imports.commit(c.req.valid("param").id, bare(etag), contextOf(c.req.raw));
    const done = await idempotency.once(
      { key, route: c.req.path, content: etag },
      changed(perform, inState("committed")),
    );
    return c.json(done, 200, tagOf(done));
  });
  app.openapi(at.emitted, async (c) => {
    const { "if-match": etag, "idempotency-key": key } = c.req.valid("header");
    const perform = () => imports.emitted(c.req.valid("param").id, bare(etag));
    const done = await idempotency.once(
      { key, route: c.req.path, content: etag },
      changed(perform, inState("awaiting-console")),
    );
    return c.json(done, 200, tagOf(done));
  });
  app.openapi(at.replan, async (c) => {
    // replanning is idempotent: no key needs to be stored
    const planned = await imports.replan(c.req.valid("param").id, contextOf(c.req.raw));
    return c.json(planned, 200, tagOf(planned));
  });
  app.openapi(at.verify, async (c) => {
    const content = contentOf(c.req.raw);
    if (content instanceof Response) return content as never;
    const { id } = c.req.valid("param");
    const verified = await idempotency.once(
      { key: c.req.valid("header")["idempotency-key"], route: c.req.path, content: "" },
      {
        perform: () => content.through(imports.verify(id, content, contextOf(c.req.raw))),
        subject: () => id,
        replay: () => {
          const accepted = inState("committed")(id);
          return accepted === undefined ? undefined : { accepted: true, import: accepted, differences: 0, first: [] };
        },
      },
    );
    return c.json(verified, 200);
  });
  app.openapi(at.revert, async (c) => {
    const perform = () => imports.revert(c.req.valid("param").id, contextOf(c.req.raw));
    const replay = (id: string) => imports.show(id);
    const key = c.req.valid("header")["idempotency-key"];
    const undo = await idempotency.once({ key, route: c.req.path, content: "" }, changed(perform, replay));
    return c.json(undo, 201, tagOf(undo));
  });
};
