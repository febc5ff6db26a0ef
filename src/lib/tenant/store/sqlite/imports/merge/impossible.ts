import { observedTable } from "../../../../console/observed.ts";
import { bitOf } from "../../../../versions/tables.ts";
import { THEN } from "../../../sql/forms.ts";
import type { Database } from "../../database.ts";
import type { Claim, PlanSql } from "../stored-kind.ts";
import { insertMerged } from "./local-fields.ts";
import { MERGED, mergedWith, NO_RECORD } from "./tables.ts";

/**
 * Leaves alone what an export shows and is not possible here, as a record that was changed here has the value: a row's field
 * contradicts the local one, and a new row creates nothing. The contests of `s.contest` that are lost so are `left`.
 */
export const leaveImpossible = (database: Database, plan: PlanSql, claims: readonly Claim[]): void => {
  const versions = mergedWith(plan);
  if (versions === undefined) return;
  database.exec(
    `update s.contest as c set state = 'left' where c.state = 'lost'
       and (exists (select 1 from main.${observedTable(versions)} o where o.pk = c.holder)
         or exists (select 1 from ${MERGED} x where x.pk = c.holder))`,
  );
  for (const { field } of claims) {
    const bit = bitOf(versions, field.stored);
    const left = `select c.row from s.contest c where c.field = '${field.field}' and c.state = 'left'`;
    insertMerged(
      database,
      plan,
      versions,
      `(select n.*, 1 as inConsole from main.${plan.kind.thing.name} n) o ${THEN} s.match m on m.target = o.pk and m.row in (${left})`,
    );
    database.exec(
      `update ${MERGED} set shown = shown | ${bit}, differing = differing | ${bit}, open = open | ${bit}, contradicted = contradicted | ${bit}
       where row in (${left})`,
    );
    database.exec(`update s.match set changed = changed & ~${2 ** field.bit} where row in (${left})`);
    database.exec(
      `insert into s.match (row, target, changed) select row, ${NO_RECORD}, 0 from (${left}) where true on conflict do nothing`,
    );
  }
};
