import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { routes } from "../../contract/index.ts";
import { FORMATS } from "../../model/formats.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { exportOrgs, exportSecuredUsers, exportUsers } from "../directory/export.ts";
import { findOrgs, listOrgs } from "../directory/orgs.ts";
import { findSecuredUsers, listSecuredGroups, listSecuredUsers } from "../directory/secured.ts";
import { addCustomField, findUsers, listCustomFields, listUsers, removeCustomField } from "../directory/users.ts";
import type { TenantParts } from "./parts.ts";
import type { IdempotencyKeys } from "./idempotency.ts";

const csv = (stream: ReadableStream<Uint8Array>): Response =>
  new Response(stream, { headers: { "content-type": "text/csv; charset=utf-8" } });

/** Content of a cursor of SECURED APPs users: the end of the previous page. */
const SecuredCursor = z.strictObject({ sort: z.string(), id: z.string() });

const UserCursor = z.string().regex(/^[0-9]{1,15}$/);

const readJson = (value: string): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
};

/** @throws Failure `usage` if the cursor was not returned with a page */
const checkCursor = (cursor: string | undefined, isOne: (cursor: string) => boolean): void => {
  if (cursor === undefined || isOne(cursor)) return;
  throw new Failure("usage", {
    what: text("this cursor does not come from a page of this list", "このカーソルはこの一覧のものではありません"),
    where: "query.cursor",
  });
};

const isUserCursor = (cursor: string): boolean => UserCursor.safeParse(cursor).success;

const isSecuredCursor = (cursor: string): boolean =>
  SecuredCursor.safeParse(readJson(Buffer.from(cursor, "base64url").toString())).success;

/** An organisation without its row number, which is internal. */
const withoutRow = <T extends { readonly pk: number }>(org: T): Omit<T, "pk"> => {
  const { pk: _, ...published } = org;
  return published;
};

/** The tenant and its organisations. */
export const addOrgRoutes = (app: OpenAPIHono, { database }: TenantParts): void => {
  app.openapi(routes.tenant, (c) => {
    const tenant = database.get("select name, mirroredAt from tenant") ?? {};
    const count = (table: string): number => database.count(`select count(*) from ${table}`);
    const mirroredAt = typeof tenant["mirroredAt"] === "string" ? tenant["mirroredAt"] : null;
    return c.json({ name: String(tenant["name"]), mirroredAt, users: count("user"), orgs: count("org") }, 200);
  });
  app.openapi(routes.orgs, (c) => c.json({ items: listOrgs(database).map(withoutRow) }, 200));
  app.openapi(routes.findOrgs, (c) => {
    const found = findOrgs(database, c.req.valid("query").name);
    return c.json({ items: found.map(withoutRow) }, 200);
  });
  app.openapi(routes.exportOrgs, (c) => csv(exportOrgs(database, c.req.valid("query"))));
};

/** PANEL users and their custom fields. */
export const addUserRoutes = (app: OpenAPIHono, parts: TenantParts, idempotency: IdempotencyKeys): void => {
  const { database, surroundings, actor } = parts;
  app.openapi(routes.users, (c) => {
    const query = c.req.valid("query");
    checkCursor(query.cursor, isUserCursor);
    return c.body(listUsers(database, query, query), 200, { "content-type": "application/json" }) as never;
  });
  app.openapi(routes.findUsers, (c) => c.json({ items: [...findUsers(database, c.req.valid("query").name)] }, 200));
  app.openapi(routes.exportUsers, (c) => csv(exportUsers(database, c.req.valid("query"))));
  app.openapi(routes.fields, (c) => c.json({ items: [...listCustomFields(database)] }, 200));
  app.openapi(routes.addField, async (c) => {
    const { name } = c.req.valid("json");
    const taken = FORMATS.users.columns.map(({ header }) => header);
    const key = c.req.valid("header")["idempotency-key"];
    const field = await idempotency.once(
      { key, route: c.req.path, content: name },
      {
        perform: () => addCustomField(database, surroundings, { name, actor, taken }),
        subject: ({ id }) => id,
        replay: (id) => listCustomFields(database).find((known) => known.id === id),
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
  app.openapi(routes.securedUsers, (c) => {
    const query = c.req.valid("query");
    checkCursor(query.cursor, isSecuredCursor);
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
