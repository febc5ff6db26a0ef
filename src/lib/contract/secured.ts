import { z } from "zod";
import { SECURED_GROUP, SECURED_USER } from "../model/secured-user.ts";
import { csv, get, items, page } from "./route.ts";
import { byName, descending, exporting, filters, named, paging } from "./shapes.ts";
import { membersOf, recordSchema } from "./thing-schema.ts";

/** A SECURED APPs user; `settings` are the app's own non-secret columns, by field. */
const SecuredUser = named("SecuredUser", recordSchema(SECURED_USER.fields));

const SecuredGroup = named("SecuredGroup", recordSchema(SECURED_GROUP.fields));

const App = membersOf(SECURED_USER.fields).app;

const params = { app: App };

export default {
  description: "Users and groups of the SECURED APPs",
  routes: {
    list: get("/v1/secured/{app}/users", {
      id: "securedUsers",
      summary: "SECURED APPs users of one app, page by page",
      params,
      query: {
        ...paging,
        ...filters,
        sort: z.enum(["user-id", "name"]).default("user-id"),
        ...descending,
      },
      answer: page(SecuredUser, "Users of one app"),
    }),
    find: get("/v1/secured/{app}/users/find", {
      id: "findSecuredUsers",
      summary: "SECURED APPs users of one app by id or ユーザーID",
      params,
      query: byName,
      answer: items(SecuredUser, "Users whose id or ユーザーID matches"),
    }),
    export: get("/v1/secured/{app}/users/export", {
      id: "exportSecuredUsers",
      summary: "SECURED APPs users of one app as CSV",
      params,
      query: { ...exporting, layout: z.enum(["console", "full"]).default("console") },
      answer: csv("Users of one app, without administrators and secrets"),
    }),
    groups: get("/v1/secured/{app}/groups", {
      id: "securedGroups",
      summary: "Groups of one app",
      params,
      answer: items(SecuredGroup, "Groups by name"),
    }),
  },
};

export type App = z.infer<typeof App>;
export type { SecuredGroup, SecuredUser } from "../model/secured-user.ts";
