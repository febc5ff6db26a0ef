import type { Org } from "../../lib/client/index.ts";
import { ORG } from "../../lib/model/organisation.ts";
import type { ResultLayout } from "../records/change-result.ts";
import { ORG_COLUMNS } from "./columns.ts";

/** How an organisation is shown after it was written. */
export const ORG_RESULT_LAYOUT: ResultLayout<Org> = {
  columns: ORG_COLUMNS,
  fields: ORG.fields,
  called: ({ path, name }) => (path === "" ? name : path),
};
