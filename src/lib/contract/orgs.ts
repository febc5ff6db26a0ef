/** A noun of the API: each has a file of its own, however short. */

import { z } from "zod";
import { ORG, ORG_COUNTS } from "../model/organisation.ts";
import { RecordHistory } from "./history.ts";
import { csv, get, items, json, patch, post } from "./route.ts";
import { byName, exporting } from "./queries.ts";
import { byId, Id, named } from "./shapes.ts";
import { membersOf, recordSchema } from "./thing-schema.ts";
import { newRecord, recordChange, written, writing } from "./written.ts";

/** An organisation; the root is 全社. `path` omits the root and writes a `/` in a name as `\/`. */
const Org = named("Org", recordSchema(ORG.fields));

/** An organisation with the number of its direct users and child organisations. */
const OrgDetail = named("OrgDetail", Org.extend(membersOf(ORG_COUNTS)), Org);

/** An organisation as it was, and as it is by now. */
const WrittenOrg = named("WrittenOrg", written(Org));

/** What goes along with an organisation that moves: all below it, the users in them, and the devices that count there. */
const Along = z.object({ orgs: z.int(), users: z.int(), devices: z.int() });

/** A moved organisation, and what went along. */
const MovedOrg = named("MovedOrg", WrittenOrg.extend({ along: Along }));

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
    create: post("/v1/orgs", {
      id: "createOrg",
      summary: "Create an organisation",
      body: named("NewOrg", newRecord(ORG.fields)),
      answer: json(WrittenOrg, "The organisation"),
      status: 201,
      fails: ["input-rejected", "not-found"],
    }),
    edit: patch("/v1/orgs/{id}", {
      id: "editOrg",
      summary: "Change an organisation's name or code",
      params: byId,
      body: named("OrgChange", recordChange(ORG.fields, { without: ["parentId"] })),
      answer: json(WrittenOrg, "The organisation"),
      fails: ["input-rejected"],
    }),
    move: post("/v1/orgs/{id}/move", {
      id: "moveOrg",
      summary: "Move an organisation, with what is below it, below another one",
      params: byId,
      body: z.strictObject({ parent: Id.meta({ description: "the organisation above it from then on" }), ...writing }),
      answer: json(MovedOrg, "The organisation, and how many go along with it"),
      fails: ["input-rejected"],
    }),
    history: get("/v1/orgs/history", {
      id: "orgHistory",
      summary: "Every version of organisations, also of deleted ones",
      query: byName,
      answer: items(RecordHistory, "Organisations whose id, code, path or name matches, and those that had it before"),
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
export type MovedOrg = z.infer<typeof MovedOrg>;
export type WrittenOrg = z.infer<typeof WrittenOrg>;
export type OrgDetail = z.infer<typeof OrgDetail>;
