import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { routes } from "../../contract/index.ts";
import { FORMATS } from "../../model/formats.ts";
import { ORG_DETAILS, ORGS } from "../directory/orgs.ts";
import { securedGroups, securedUsers } from "../directory/secured.ts";
import { addCustomField, CUSTOM_FIELDS, removeCustomField, USERS } from "../directory/users.ts";
import { exportOf, findRecords, linesOf, pageOf, recordsOf } from "../lists.ts";
import type { TenantParts } from "./parts.ts";
import type { IdempotencyKeys } from "./idempotency.ts";

const answer =
  (type: string) =>
  (body: string | ReadableStream<Uint8Array>): Response =>
    new Response(body, { headers: { "content-type": type } });

const csv = answer("text/csv; charset=utf-8");
const ndjson = answer("application/x-ndjson");
const json = answer("application/json");

const wantsLines = (c: Context): boolean => {
  const supports = ["application/json", "application/x-ndjson"];
  return accepts(c, { header: "Accept", supports, default: "application/json" }) === "application/x-ndjson";
};

/** The tenant and its organisations. */
export const addOrgRoutes = (app: OpenAPIHono, { database }: TenantParts): void => {
  app.openapi(routes.tenant, (c) => {
    const tenant = database.get("select name, mirroredAt from tenant") ?? {};
    const count = (table: string): number => database.count(`select count(*) from ${table}`);
    const mirroredAt = typeof tenant["mirroredAt"] === "string" ? tenant["mirroredAt"] : null;
    return c.json({ name: String(tenant["name"]), mirroredAt, users: count("user"), orgs: count("org") }, 200);
  });
  app.openapi(routes.orgs, (c) => c.json({ items: recordsOf(database, ORGS) }, 200));
  app.openapi(routes.findOrgs, (c) =>
    c.json({ items: findRecords(database, ORG_DETAILS, c.req.valid("query").name) }, 200),
  );
  app.openapi(routes.exportOrgs, (c) => csv(exportOf(database, ORGS, c.req.valid("query"))));
};

/** PANEL users and their custom fields. */
export const addUserRoutes = (app: OpenAPIHono, parts: TenantParts, idempotency: IdempotencyKeys): void => {
  const { database, surroundings, actor } = parts;
  app.openapi(routes.users, (c) => {
    const query = c.req.valid("query");
    return (wantsLines(c) ? ndjson(linesOf(database, USERS, query)) : json(pageOf(database, USERS, query))) as never;
  });
  app.openapi(routes.findUsers, (c) => c.json({ items: findRecords(database, USERS, c.req.valid("query").name) }, 200));
  app.openapi(routes.exportUsers, (c) => csv(exportOf(database, USERS, c.req.valid("query"))));
  app.openapi(routes.fields, (c) => c.json({ items: recordsOf(database, CUSTOM_FIELDS) }, 200));
  app.openapi(routes.addField, async (c) => {
    const { name } = c.req.valid("json");
    const taken = FORMATS.users.columns.map(({ header }) => header);
    const key = c.req.valid("header")["idempotency-key"];
    const field = await idempotency.once(
      { key, route: c.req.path, content: name },
      {
        perform: () => addCustomField(database, surroundings, { name, actor, taken }),
        subject: ({ id }) => id,
        replay: (id) => recordsOf(database, CUSTOM_FIELDS).find((known) => known.id === id),
      },
    );
    return c.json(field, 201);
  });
  app.openapi(routes.removeField, (c) =>
    c.json(removeCustomField(database, surroundings, { id: c.req.valid("param").id, actor }), 200),
  );
};

/** SECURED APPs users and groups. */
export const addSecuredRoutes = (app: OpenAPIHono, { database }: TenantParts): void => {
  app.openapi(
    routes.securedUsers,
    (c) => json(pageOf(database, securedUsers(c.req.valid("param").app), c.req.valid("query"))) as never,
  );
  app.openapi(routes.findSecuredUsers, (c) => {
    const found = findRecords(database, securedUsers(c.req.valid("param").app), c.req.valid("query").name);
    return c.json({ items: found }, 200);
  });
  app.openapi(routes.exportSecuredUsers, (c) =>
    csv(exportOf(database, securedUsers(c.req.valid("param").app), c.req.valid("query"))),
  );
  app.openapi(routes.securedGroups, (c) =>
    c.json({ items: recordsOf(database, securedGroups(c.req.valid("param").app)) }, 200),
  );
};
