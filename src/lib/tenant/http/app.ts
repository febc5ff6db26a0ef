import { OpenAPIHono } from "@hono/zod-openapi";
import { ProblemObject, routes } from "../../contract/index.ts";
import { FORMATS } from "../../csv/formats/index.ts";
import type { Encoding } from "../../csv/record.ts";
import { ERRORS, Failure, type ErrorCode } from "../../errors/index.ts";
import { same, text } from "../../text/index.ts";
import { exportOrgs, exportSecuredUsers, exportUsers } from "../directory/export.ts";
import { findOrgs, listOrgs } from "../directory/orgs.ts";
import { findSecuredUsers, listSecuredGroups, listSecuredUsers } from "../directory/secured.ts";
import { addCustomField, findUsers, listCustomFields, listUsers, removeCustomField } from "../directory/users.ts";
import type { Surroundings } from "../ids.ts";
import type { TenantImports } from "../imports.ts";
import type { Database } from "../store/sqlite/database.ts";
import { linesOf } from "./lines.ts";

/** What the routes of a tenant work on. */
export interface TenantParts {
  readonly database: Database;
  readonly imports: TenantImports;
  readonly surroundings: Surroundings;
  /** who asks; in an embedded tenant its owner */
  readonly actor: string;
}

const problemOf = (code: ErrorCode, failure: Pick<Failure, "what" | "where" | "hint">): Response => {
  const { status, title } = ERRORS[code];
  const body: ProblemObject = {
    type: code,
    title,
    status,
    detail: failure.what,
    ...(failure.where === undefined ? {} : { where: failure.where }),
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
  };
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/problem+json" } });
};

const ENCODINGS: readonly string[] = ["utf-8", "shift_jis", "utf-16le", "utf-16be"];

/** @throws Failure `usage` where the request does not say which charset its file is in */
const contentOf = (request: Request): { readonly stream: ReadableStream<Uint8Array>; readonly encoding: Encoding } => {
  const charset = /charset=([\w-]+)/.exec(request.headers.get("content-type") ?? "")?.[1] ?? "";
  if (!ENCODINGS.includes(charset)) {
    throw new Failure("usage", {
      what: text(`unknown charset ${charset}`, `文字コード ${charset} は使えません`),
      hint: same(ENCODINGS.join(", ")),
    });
  }
  return { stream: request.body ?? new Blob([]).stream(), encoding: charset as Encoding };
};

const csv = (stream: ReadableStream<Uint8Array>): Response =>
  new Response(stream, { headers: { "content-type": "text/csv; charset=utf-8" } });

/** The tenant API over a tenant's parts: `fetch` of the result answers requests, over a socket or in process. */
export const createApp = (parts: TenantParts): OpenAPIHono => {
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return undefined;
      const issue = result.error.issues[0];
      const where = issue?.path.join(".") ?? "";
      return problemOf("usage", { what: same(issue?.message ?? "bad request"), where, hint: undefined });
    },
  });
  app.onError((error) => {
    if (error instanceof Failure) return problemOf(error.code, error);
    return problemOf("unexpected", { what: same(error.message), where: undefined, hint: undefined });
  });
  app.notFound((c) =>
    problemOf("not-found", {
      what: text(`no such address: ${c.req.path}`, `${c.req.path} というアドレスはありません`),
      where: undefined,
      hint: undefined,
    }),
  );
  addDirectory(app, parts);
  addImports(app, parts);
  return app;
};

const addDirectory = (app: OpenAPIHono, { database, surroundings, actor }: TenantParts): void => {
  app.openapi(routes.tenant, (c) => {
    const tenant = database.get("select name, mirroredAt from tenant") ?? {};
    const count = (table: string): number => database.count(`select count(*) from ${table}`);
    const mirroredAt = typeof tenant["mirroredAt"] === "string" ? tenant["mirroredAt"] : null;
    return c.json({ name: String(tenant["name"]), mirroredAt, users: count("user"), orgs: count("org") }, 200);
  });
  app.openapi(routes.orgs, (c) => c.json({ items: listOrgs(database).map(({ pk: _, ...org }) => org) }, 200));
  app.openapi(routes.findOrgs, (c) => {
    const found = findOrgs(database, c.req.valid("query").name);
    return c.json({ items: found.map(({ pk: _, ...org }) => org) }, 200);
  });
  app.openapi(routes.exportOrgs, (c) => csv(exportOrgs(database, c.req.valid("query"))));
  app.openapi(routes.users, (c) => {
    const query = c.req.valid("query");
    return c.json(listUsers(database, query, query), 200);
  });
  app.openapi(routes.findUsers, (c) => c.json({ items: [...findUsers(database, c.req.valid("query").name)] }, 200));
  app.openapi(routes.exportUsers, (c) => csv(exportUsers(database, c.req.valid("query"))));
  app.openapi(routes.fields, (c) => c.json({ items: [...listCustomFields(database)] }, 200));
  app.openapi(routes.addField, (c) => {
    const taken = FORMATS.users.columns.map(({ header }) => header);
    return c.json(addCustomField(database, surroundings, { name: c.req.valid("json").name, actor, taken }), 201);
  });
  app.openapi(routes.removeField, (c) =>
    c.json(removeCustomField(database, surroundings, { id: c.req.valid("param").id, actor }), 200),
  );
  app.openapi(routes.securedUsers, (c) => {
    const query = c.req.valid("query");
    return c.json(listSecuredUsers(database, c.req.valid("param").app, query, query), 200);
  });
  app.openapi(routes.findSecuredUsers, (c) => {
    const found = findSecuredUsers(database, c.req.valid("param").app, c.req.valid("query").name);
    return c.json({ items: [...found] }, 200);
  });
  app.openapi(routes.exportSecuredUsers, (c) =>
    csv(exportSecuredUsers(database, c.req.valid("param").app, c.req.valid("query"))),
  );
  app.openapi(routes.securedGroups, (c) =>
    c.json({ items: [...listSecuredGroups(database, c.req.valid("param").app)] }, 200),
  );
};

const addImports = (app: OpenAPIHono, { imports, actor }: TenantParts): void => {
  const asker = (request: Request) => ({ actor, signal: request.signal });
  const { imports: at } = routes;
  app.openapi(at.create, (c) => c.json(imports.begin(c.req.valid("json"), asker(c.req.raw)), 201));
  app.openapi(at.upload, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await imports.upload(id, contentOf(c.req.raw), asker(c.req.raw)), 200);
  });
  app.openapi(at.list, (c) => c.json({ items: [...imports.list()] }, 200));
  app.openapi(at.show, (c) => c.json(imports.show(c.req.valid("param").id), 200));
  app.openapi(at.rows, (c) => {
    const { action = "", limit } = c.req.valid("query");
    const actions = action.split(",").filter((name) => name !== "") as never[];
    const rows = imports.rows(c.req.valid("param").id, { actions, ...(limit === undefined ? {} : { limit }) });
    return linesOf(rows);
  });
  app.openapi(at.problems, (c) =>
    linesOf(
      imports.problems(c.req.valid("param").id, c.req.valid("query").limit),
      (problem) => JSON.stringify({ ...problem, params: JSON.parse(String(problem["params"])) as unknown }),
    ),
  );
  const ifMatch = (request: Request): string => request.headers.get("if-match") ?? "";
  app.openapi(at.commit, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await imports.commit(id, ifMatch(c.req.raw), asker(c.req.raw)), 200);
  });
  app.openapi(at.emitted, (c) => c.json(imports.emitted(c.req.valid("param").id, ifMatch(c.req.raw)), 200));
  app.openapi(at.replan, async (c) => c.json(await imports.replan(c.req.valid("param").id, asker(c.req.raw)), 200));
  app.openapi(at.verify, async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await imports.verify(id, contentOf(c.req.raw), asker(c.req.raw)), 200);
  });
  app.openapi(at.revert, (c) => c.json(imports.revert(c.req.valid("param").id, asker(c.req.raw)), 201));
  app.openapi(at.discard, (c) => c.json(imports.discard(c.req.valid("param").id), 200));
};
