import { operation } from "./operation.ts";
import { recordOperations } from "./record-operations.ts";
import { ORG_DETAIL_LIST, ORG_LIST } from "../ledger/org-rows.ts";
import { findRecords, streamList } from "../ledger/lists.ts";

/** In a path, the root 全社 is omitted, and a `/` in a name is written `\/`. */
export const orgs = {
  ...recordOperations({
    noun: "orgs",
    list: ORG_LIST,
    filters: ({ buildOrgFilters }) => buildOrgFilters("the organisation"),
    editable: async () => (await import("./orgs.ts")).EDITABLE_ORGS,
    without: ["parentId"],
  }),
  list: operation({
    route: "GET /v1/orgs",
    about: "List organisations as a tree, parents before children",
    input: ({ z, listFormQuery }) => z.strictObject(listFormQuery),
    needs: ["orgs.read"],
    result: "list",
    run: ({ store }, query) => streamList(store, ORG_LIST, query),
  }),
  find: operation({
    route: "GET /v1/orgs/find",
    about: "Find organisations by ID, code or path",
    input: ({ z, byName }) => z.strictObject(byName),
    needs: ["orgs.read"],
    run: ({ session }, { name }) => session.read((reader) => findRecords(reader, ORG_DETAIL_LIST, name)),
  }),
  move: operation({
    route: "POST /v1/orgs/{id}/move",
    about: "Move an organisation, with everything below it, to another parent",
    input: ({ z, Id, writeOptions }) => z.strictObject({ parent: Id, ...writeOptions }),
    needs: ["orgs.write"],
    run: async ({ session }, given, { id }) => (await import("./orgs.ts")).moveOrg(session, id, given),
  }),
};

export type { OrgDetail } from "../ledger/org-rows.ts";
export type { MovedOrg, WrittenOrg } from "./orgs.ts";
