/** Routes of one noun: each has its own file, however short. */

import type { OpenAPIHono } from "@hono/zod-openapi";
import { routes } from "../../contract/index.ts";
import { TenantRenewals } from "../renewals.ts";
import type { TenantParts } from "./parts.ts";
import type { IdempotencyKeys } from "./idempotency.ts";

/** Renewal items and their notices. */
export const addRenewalRoutes = (
  app: OpenAPIHono,
  { database, surroundings, actor }: TenantParts,
  idempotency: IdempotencyKeys,
): void => {
  const renewals = new TenantRenewals(database, surroundings, actor);
  const { renewals: at } = routes;
  app.openapi(at.list, (c) => c.json({ items: renewals.list() }, 200));
  app.openapi(at.add, async (c) => {
    const content = c.req.valid("json");
    const key = c.req.valid("header")["idempotency-key"];
    const item = await idempotency.once(
      { key, route: c.req.path, content: JSON.stringify(content) },
      {
        perform: () => renewals.add(content),
        subject: ({ id }) => id,
        replay: (id) => renewals.list().find((known) => known.id === id),
      },
    );
    return c.json(item, 201);
  });
  app.openapi(at.notices, (c) => c.json({ items: renewals.notices() }, 200));
  app.openapi(at.claimNotice, (c) => c.json(renewals.claim(c.req.valid("json")), 200));
  app.openapi(at.settleNotice, (c) => c.json(renewals.settle(c.req.valid("param").id, c.req.valid("json")), 200));
  app.openapi(at.edit, (c) => c.json(renewals.edit(c.req.valid("param").id, c.req.valid("json")), 200));
  app.openapi(at.confirm, (c) => c.json(renewals.confirm(c.req.valid("param").id, c.req.valid("json")), 200));
  app.openapi(at.remove, (c) => c.json(renewals.remove(c.req.valid("param").id), 200));
};
