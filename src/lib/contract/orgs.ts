/** A noun of the API: each has a file of its own, however short. */

import type { z } from "zod";
import { ORG, ORG_COUNTS } from "../model/organisation.ts";
import { csv, get, items } from "./route.ts";
import { byName, exporting, named } from "./shapes.ts";
import { membersOf, recordSchema } from "./thing-schema.ts";

/** An organisation; the root is 全社. `path` omits the root and writes a `/` in a name as `\/`. */
const Org = named("Org", recordSchema(ORG.fields));

/** An organisation with the number of its direct users and child organisations. */
const OrgDetail = named("OrgDetail", Org.extend(membersOf(ORG_COUNTS)), Org);

export default {
  description: "Organisations (組織)",
  routes: {
    list: get("/v1/orgs", {
      id: "orgs",
      summary: "The tree of organisations",
      answer: items(Org, "The tree, parents before children"),
    }),
    find: get("/v1/orgs/find", {
      id: "findOrgs",
      summary: "Organisations by id, code or path",
      query: byName,
      answer: items(OrgDetail, "Organisations whose id, code or path matches"),
    }),
    export: get("/v1/orgs/export", {
      id: "exportOrgs",
      summary: "Organisations as CSV",
      query: exporting,
      answer: csv("Organisations, parents before children"),
    }),
  },
};

export type { Org } from "../model/organisation.ts";
export type OrgDetail = z.infer<typeof OrgDetail>;
