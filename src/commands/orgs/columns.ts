import type { Org, OrgDetail } from "../../lib/client/index.ts";
import { ORG, ORG_COUNTS } from "../../lib/model/organisation.ts";
import { columnsOfFields } from "../listing/columns.ts";

/** Columns of an organisation in a list. */
export const ORG_COLUMNS = columnsOfFields<Org>(ORG.fields);

/** Columns of one organisation. */
export const ORG_DETAILS = columnsOfFields<OrgDetail>({ ...ORG.fields, ...ORG_COUNTS });
