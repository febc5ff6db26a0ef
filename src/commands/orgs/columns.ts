import type { Org, OrgDetail } from "../../lib/client/index.ts";
import { ORG, ORG_COUNTS } from "../../lib/model/organisation.ts";
import { buildFieldColumns } from "../listing/list.ts";

const { parentId, createdAt, updatedAt, ...FIRST } = ORG.fields;
const ORG_LIST_FIELDS = { ...FIRST, parentId, createdAt, updatedAt };

/** The columns of a list of organisations. The parent's ID comes after the path. */
export const ORG_COLUMNS = buildFieldColumns<Org>(ORG_LIST_FIELDS);

/** Columns of a single organisation. */
export const ORG_DETAIL_COLUMNS = buildFieldColumns<OrgDetail>({ ...ORG_LIST_FIELDS, ...ORG_COUNTS });
