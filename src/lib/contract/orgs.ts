/** Every noun of the API has its own file, even if the file is short. */

import { z } from "zod";
import { ORG, ORG_COUNTS } from "../model/organisation.ts";
import { RecordHistory } from "./history.ts";
import { csvExport, get, itemsResponse, jsonResponse, patch, post } from "./route.ts";
import { byName, exportQuery } from "./queries.ts";
import { byId, Id, nameSchema } from "./shapes.ts";
import { buildFieldSchemas, recordSchema } from "./thing-schema.ts";
import { newRecordSchema, recordChangeSchema, writeResultSchema, writeOptions } from "./write-requests.ts";

/** An organisation; the root is 全社. `path` omits the root and writes a `/` in a name as `\/`. */
const Org = nameSchema("Org", recordSchema(ORG.fields));

const OrgDetail = nameSchema("OrgDetail", Org.extend(buildFieldSchemas(ORG_COUNTS)), Org);

const WrittenOrg = nameSchema("WrittenOrg", writeResultSchema(Org));

const MovedCounts = z.object({ orgs: z.int(), users: z.int(), devices: z.int() });

const MovedOrg = nameSchema("MovedOrg", WrittenOrg.extend({ along: MovedCounts }));

export default {
  description: "Organisations (組織)",
  routes: {
    list: get("/v1/orgs", {
      id: "orgs",
      summary: "Get the tree of organisations",
      query: {
        limit: z.coerce.number().int().min(1).optional().meta({ description: "maximum number of organisations" }),
      },
      answer: itemsResponse(Org, "The tree, parents before children"),
    }),
    find: get("/v1/orgs/find", {
      id: "findOrgs",
      summary: "Find organisations by ID, code or path",
      query: byName,
      answer: itemsResponse(OrgDetail, "Organisations whose ID, code or path matches"),
    }),
    create: post("/v1/orgs", {
      id: "createOrg",
      isRepeatable: true,
      summary: "Create an organisation",
      body: nameSchema("NewOrg", newRecordSchema(ORG.fields)),
      answer: jsonResponse(WrittenOrg, "The organisation"),
      status: 201,
      fails: ["input-rejected", "not-found"],
    }),
    edit: patch("/v1/orgs/{id}", {
      id: "editOrg",
      summary: "Change an organisation's name or code",
      params: byId,
      body: nameSchema("OrgChange", recordChangeSchema(ORG.fields, { without: ["parentId"] })),
      answer: jsonResponse(WrittenOrg, "The organisation"),
      fails: ["input-rejected"],
    }),
    move: post("/v1/orgs/{id}/move", {
      id: "moveOrg",
      summary: "Move an organisation, with everything below it, to another parent organisation",
      params: byId,
      body: z.strictObject({ parent: Id.meta({ description: "ID of the new parent organisation" }), ...writeOptions }),
      answer: jsonResponse(MovedOrg, "The organisation, and the numbers of records that move with it"),
      fails: ["input-rejected"],
    }),
    history: get("/v1/orgs/history", {
      id: "orgHistory",
      summary: "Get all versions of organisations, including deleted organisations",
      query: byName,
      answer: itemsResponse(
        RecordHistory,
        "Organisations whose ID, code, path or name matches, or matched in an earlier version",
      ),
    }),
    export: get("/v1/orgs/export", {
      id: "exportOrgs",
      summary: "Export organisations as CSV",
      query: exportQuery,
      answer: csvExport("Organisations, parents before children"),
    }),
  },
};

export type { Org } from "../model/organisation.ts";
export type MovedOrg = z.infer<typeof MovedOrg>;
export type WrittenOrg = z.infer<typeof WrittenOrg>;
export type OrgDetail = z.infer<typeof OrgDetail>;
