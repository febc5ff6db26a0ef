import { DEVICE, NOTE_FIELDS } from "../../../../model/device.ts";
import { ORG } from "../../../../model/organisation.ts";
import { USER } from "../../../../model/user.ts";
import type { AffectedRecords, PlanWork } from "../../engine.ts";
import { isMatched } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { releasedDevices } from "../deletion/undeletable.ts";
import { calledText, hasSecrets, newReferences } from "../expressions.ts";
import type { PlanSql } from "../stored-kind.ts";

/** Rows and records that are named. */
const MAX_NAMED = 10;

const NOTHING: AffectedRecords = { count: 0, first: [] };

/** SQL: true if nothing is wrong with a row by itself, whatever the tenant has. */
const IS_SOUND = `not exists (select 1 from s.problem p
  where p.row = r.row and p.severity = 'error' and (p.found = 'file' or p.code = 'key-ambiguous'))`;

/** SQL: true if a row changes one of the fields with these bits. */
const changesBits = (bits: readonly number[]): string =>
  bits.length === 0 ? "false" : `(m.changed & ${bits.reduce((mask, bit) => mask + 2 ** bit, 0)}) <> 0`;

/**
 * What a compared plan would do. Rows that are invalid because of what the tenant has count too: whether they are depends
 * on what lies outside the plan's scope.
 */
export const plannedWork = (database: Database, plan: PlanSql): PlanWork => {
  const { kind, request } = plan;
  const { thing, fields, isLacking, table, references } = kind;
  const affected = (name: string, from: string): AffectedRecords => {
    const count = database.count(`select count(*) ${from}`, { kind: kind.name });
    if (count === 0) return NOTHING;
    const first = database.all(`select ${name} as name ${from} order by 1 limit ${MAX_NAMED}`, { kind: kind.name });
    return { count, first: first.map((row) => String(row["name"])) };
  };
  const rows = (which: string): AffectedRecords =>
    affected("r.row", `from s.row r left join s.match m on m.row = r.row where ${IS_SOUND} and ${which}`);
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
    .flatMap((reference) => newReferences(plan, reference) ?? []);
  const released = releasedDevices(plan);
  const called = table.planner?.called("t.pk") ?? calledText(thing);
  return {
    create: rows(`not ${isMatched("r.row")}`),
    edit: rows(
      `(${changesBits(bitsOf("edit"))}${hasSecrets(plan) ? " or m.row is not null and r.secrets is not null" : ""})`,
    ),
    note: rows(changesBits(bitsOf("note"))),
    move: rows(changesBits(bitsOf("move"))),
    delete: request.mode === "replace" ? affected(called, `from ${thing.name} t where ${isLacking}`) : NOTHING,
    createOrgs: made.length === 0 ? NOTHING : affected("row", `from (${made.join(" union all ")}) made`),
    deleteOrgs: NOTHING,
    release: released === undefined ? NOTHING : affected("t.serialNumber", `from device t where t.pk in (${released})`),
  };
};
