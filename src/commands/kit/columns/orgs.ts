import type { Org } from "../../../lib/client/index.ts";
import { ORG } from "../../../lib/nouns/organisation.ts";
import { buildFieldColumns } from "../list/list.ts";

const { parentId, createdAt, updatedAt, ...FIRST } = ORG.fields;
export const ORG_LIST_FIELDS = { ...FIRST, parentId, createdAt, updatedAt };

export const ORG_COLUMNS = buildFieldColumns<Org>(ORG_LIST_FIELDS);
