import type { App, SecuredUser } from "../../../lib/client/index.ts";
import type { Terminal } from "../../../lib/terminal/index.ts";
import type { ResultLayout } from "../../records/change-result.ts";
import { buildSecuredUserColumns } from "./columns.ts";
import { FIELDS_WITH_OPTIONS } from "./options.ts";

export const buildSecuredUserLayout = (app: App, terminal: Pick<Terminal, "moment">): ResultLayout<SecuredUser> => ({
  columns: buildSecuredUserColumns(app, terminal),
  fields: FIELDS_WITH_OPTIONS,
  called: ({ name, userId }) => `${name} (${userId})`,
});
