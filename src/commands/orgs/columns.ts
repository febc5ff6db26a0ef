import type { Org, OrgDetail } from "../../lib/client/index.ts";
import { ORG, ORG_COUNTS } from "../../lib/model/organisation.ts";
import { columnsOfFields } from "../listing/columns.ts";

const { parentId, createdAt, updatedAt, ...FIRST } = ORG.fields;
const FIELDS = { ...FIRST, parentId, createdAt, updatedAt };

/** Columns of an organisation in a list: its place before its parent's id. */
export const ORG_COLUMNS = columnsOfFields<Org>(FIELDS);

/** Columns of one organisation. */
export const ORG_DETAILS = columnsOfFields<OrgDetail>({ ...FIELDS, ...ORG_COUNTS });
