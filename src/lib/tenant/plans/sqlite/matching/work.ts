import { DEVICE, NOTE_FIELDS } from "../../../../model/device.ts";
import { ORG } from "../../../../model/organisation.ts";
import { USER } from "../../../../model/user.ts";
import type { PlanWork } from "../../engine.ts";
import { buildIsMatchedRowSql } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { buildReleasedDevicesSql } from "../deletion/undeletable.ts";
import { hasSecretColumns, buildNewReferencesSql } from "../expressions.ts";
import type { PlanDefinition } from "../stored-kind.ts";

const HAS_NO_OWN_ERRORS_SQL = `not exists (select 1 from s.problem p
  where p.row = r.row and p.severity = 'error' and (p.found = 'file' or p.code = 'key-ambiguous'))`;

const buildChangesAnyBitSql = (bits: readonly number[]): string =>
  bits.length === 0 ? "false" : `(m.changed & ${bits.reduce((mask, bit) => mask + 2 ** bit, 0)}) <> 0`;

/**
 * Returns the changes that a compared plan would make. Rows that are invalid only because of the tenant's data count
 * too, because these errors can depend on data outside the plan's scope.
 */
export const readPlanWork = (database: Database, plan: PlanDefinition): PlanWork => {
  const { kind, request } = plan;
  const { thing, fields, isLacking, references } = kind;
  const affected = (from: string): number => database.count(`select count(*) ${from}`, { kind: kind.name });
  const rows = (which: string): number =>
    affected(`from s.row r left join s.match m on m.row = r.row where ${HAS_NO_OWN_ERRORS_SQL} and ${which}`);
  const isPlace = ({ refers }: (typeof fields)[number]): boolean => thing === USER && refers?.to === ORG.name;
  const isNote = ({ stored }: (typeof fields)[number]): boolean => thing === DEVICE && NOTE_FIELDS.includes(stored);
  const pieceOf = (field: (typeof fields)[number]): "edit" | "note" | "move" => {
    if (isPlace(field)) return "move";
    return isNote(field) ? "note" : "edit";
  };
  const bitsOf = (piece: ReturnType<typeof pieceOf>): readonly number[] =>
    fields.filter((field) => pieceOf(field) === piece).map(({ bit }) => bit);
  const made = references
    .filter(({ refers }) => refers.creates?.count === "orgsCreated")
    .flatMap((reference) => buildNewReferencesSql(plan, reference) ?? []);
  const released = buildReleasedDevicesSql(plan);
  return {
    create: rows(`not ${buildIsMatchedRowSql("r.row")}`),
    edit: rows(
      `(${buildChangesAnyBitSql(bitsOf("edit"))}${hasSecretColumns(plan) ? " or m.row is not null and r.secrets is not null" : ""})`,
    ),
    note: rows(buildChangesAnyBitSql(bitsOf("note"))),
    move: rows(buildChangesAnyBitSql(bitsOf("move"))),
    delete: request.mode === "replace" ? affected(`from ${thing.name} t where ${isLacking}`) : 0,
    createOrgs: made.length === 0 ? 0 : affected(`from (${made.join(" union all ")}) made`),
    deleteOrgs: 0,
    release: released === undefined ? 0 : affected(`from device t where t.pk in (${released})`),
  };
};
