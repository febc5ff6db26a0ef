/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import { buildMatrixRows, listRoleChoices } from "../../model/role-policy.ts";
import { readAllRecords } from "../store/lists.ts";
import { SCHEMES } from "../accounts/scheme-rows.ts";
import { createScheme, deleteSchemes, editScheme, readSchemeWithHolders } from "../accounts/schemes.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Returns the handlers for roles, which are the same in every tenant, and for the tenant's custom schemes. */
export default ({ session }: TenantParts): Handlers<"roles"> => ({
  list: () => listRoleChoices(),
  matrix: () => buildMatrixRows(),
  schemes: () => session.read((reader) => readAllRecords(reader, SCHEMES)),
  scheme: ({ params: { id } }) => session.read((reader) => readSchemeWithHolders(reader, id)),
  createScheme: ({ body, repeatable }) => createScheme(session, body, repeatable),
  editScheme: ({ params: { id }, body }) => editScheme(session, id, body),
  deleteSchemes: ({ body }) => deleteSchemes(session, body),
});
