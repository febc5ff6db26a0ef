import type { Org, OrgDetail } from "../../lib/client/index.ts";
import { ORG, ORG_COUNTS } from "../../lib/model/organisation.ts";
import { buildFieldColumns } from "../listing/list.ts";
import type { ResultLayout } from "../records/change-result.ts";

const { parentId, createdAt, updatedAt, ...FIRST } = ORG.fields;
const ORG_LIST_FIELDS = { ...FIRST, parentId, createdAt, updatedAt };

export const ORG_COLUMNS = buildFieldColumns<Org>(ORG_LIST_FIELDS);

export const ORG_DETAIL_COLUMNS = buildFieldColumns<OrgDetail>({ ...ORG_LIST_FIELDS, ...ORG_COUNTS });

export const ORG_RESULT_LAYOUT = {
  columns: ORG_COLUMNS,
  fields: ORG.fields,
  called: ({ path, name }) => (path === "" ? name : path),
} as const satisfies ResultLayout<Org>;
