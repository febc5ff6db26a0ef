import { operation } from "../operation.ts";
import { recordOperations } from "../records/operations.ts";
import { ORG_DETAIL_LIST, ORG_LIST } from "../records/org-rows.ts";
import { findRecords, readAllRecords } from "../store/lists.ts";

/** In a path, the root 全社 is omitted, and a `/` in a name is written `\/`. */
export const orgs = {
  ...recordOperations({
    noun: "orgs",
    list: ORG_LIST,
    filters: ({ buildOrgFilters }) => buildOrgFilters("the organisation"),
    editable: async () => (await import("../records/orgs.ts")).EDITABLE_ORGS,
    without: ["parentId"],
  }),
  list: operation({
    route: "GET /v1/orgs",
    about: "Get the tree of organisations, parents before children",
    input: ({ z }) => z.strictObject({ limit: z.coerce.number().int().min(1).optional() }),
    needs: ["orgs.read"],
    run: ({ session }, { limit }) => session.read((reader) => readAllRecords(reader, ORG_LIST, limit)),
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
    run: async ({ session }, given, { id }) => (await import("../records/orgs.ts")).moveOrg(session, id, given),
  }),
};

export type { OrgDetail } from "../records/org-rows.ts";
export type { MovedOrg, WrittenOrg } from "../records/orgs.ts";
