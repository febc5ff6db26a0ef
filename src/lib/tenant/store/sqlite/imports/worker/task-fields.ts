import type { PlanRow } from "../../../../../contract/index.ts";
import type { ImportedField } from "../../../../../imports/kinds.ts";
import type { StoredKind } from "../stored-kind.ts";

/** The field that a task names, as files have it; undefined of one that no file has. */
export const fieldNamed = ({ thing, fields }: StoredKind, name: string): ImportedField | undefined => {
  const column = thing.fields[name]?.short ?? name;
  return fields.find(({ stored, merge }) =>
    name.startsWith(CUSTOM) ? merge === "custom" : stored === column || stored === name,
  );
};

/** The fields by which a row tells the place of an organisation. */
const PLACE: readonly string[] = ["parent", "parentPath", "parentCode"];

/** What a row makes of a field that a task names; null of nothing. */
export const plannedValue = (kind: StoredKind, { after }: PlanRow, name: string): string | readonly string[] | null => {
  const field = fieldNamed(kind, name)?.field ?? name;
  const names = name.startsWith(CUSTOM) ? [name] : field === PLACE[0] ? PLACE : [field];
  return after.find((one) => names.includes(one.field) && one.value !== null && one.value.length > 0)?.value ?? null;
};

const CUSTOM = "custom:";
