/** Handlers of one noun of the tenant API. Each noun has its own file, even if the file is short. */

import { readAdministratorList, markAdministrators } from "../accounts/administrators.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Handlers of the lists of administrators. Exports of the console do not contain these lists. */
export default ({ session }: TenantParts): Handlers<"administrators"> => ({
  list: ({ params: { kind } }) => session.read((reader) => readAdministratorList(reader, kind)),
  mark: ({ params: { kind }, body, repeatable }) => markAdministrators(session, kind, body, repeatable),
});
