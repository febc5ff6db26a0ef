/** Handlers of one noun: each has its own file, however short. */

import { MATRIX_NOTE, matrixRows, roleChoices, roleFacts } from "../../model/role-facts.ts";
import { recordsOf } from "../store/lists.ts";
import { SCHEMES } from "../accounts/scheme-rows.ts";
import { createScheme, deleteSchemes, editScheme, heldScheme } from "../accounts/schemes.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Roles, which are the same in every tenant, and its custom schemes. */
export default ({ session }: TenantParts): Handlers<"roles"> => ({
  list: () => roleChoices(),
  matrix: () => ({ makersMatrix: "unknown", note: MATRIX_NOTE, rows: matrixRows() }),
  show: ({ params: { role } }) => roleFacts(role),
  schemes: () => session.read((reader) => recordsOf(reader, SCHEMES)),
  scheme: ({ params: { id } }) => session.read((reader) => heldScheme(reader, id)),
  createScheme: ({ body, repeatable }) => createScheme(session, body, repeatable),
  editScheme: ({ params: { id }, body }) => editScheme(session, id, body),
  deleteSchemes: ({ body }) => deleteSchemes(session, body),
});
