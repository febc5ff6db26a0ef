import type { App, SecuredUser } from "../../../lib/client/index.ts";
import type { Terminal } from "../../../lib/terminal/index.ts";
import type { ResultLayout } from "../../records/written.ts";
import { securedUserColumns } from "./columns.ts";
import { OWN_FIELDS } from "./options.ts";

/** How a user of an app is shown that was written. */
export const securedUserWritten = (app: App, terminal: Pick<Terminal, "moment">): ResultLayout<SecuredUser> => ({
  columns: securedUserColumns(app, terminal),
  fields: OWN_FIELDS,
  called: ({ name, userId }) => `${name} (${userId})`,
});
