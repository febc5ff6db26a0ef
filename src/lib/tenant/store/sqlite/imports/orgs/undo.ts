import { text } from "../../../../../text/index.ts";
import type { Database } from "../../database.ts";
import { THEN } from "../../../sql/forms.ts";
import { refusal } from "../revert/refusals.ts";
import type { Undoing } from "../stored-kind.ts";
import { pathText } from "./places.ts";

/**
 * Undoing brings back no organisation that could not be entered by hand: one without a code, where another one has its name
 * and its parent since. What stood before the import comes back as it was: only one that was written since is in the way.
 *
 * @throws Failure `conflict` with the organisation in the way
 * @see checkPlace of `use/orgs.ts`
 */
export const checkRestoredOrgs = (database: Database, { restored, isOther, values }: Undoing): void => {
  const found = database.get(
    `select t.id, ${pathText("t.pk")} as path from (${restored}) c
     ${THEN} org t on t.parent = c.parent and coalesce(t.nameKey, t.name) = coalesce(c.nameKey, c.name)
     where c.code is null and t.pk <> c.pk and t.revision > :revision and ${isOther("t.pk")}
     order by c.pk, t.pk limit 1`,
    values,
  );
  if (found === undefined) return;
  const [id, path] = [found["id"], found["path"]].map(String);
  const rename = `clomoctl orgs edit ${id} --name`;
  throw refusal(
    text(
      `an organisation ${path} would come back beside another one that is there by now, and without a code it could not be told apart`,
      `取り消すと組織「${path}」が元に戻るが、同じ場所に同じ名前の別の組織がすでにあり、組織コードがないと区別できない`,
    ),
    text(`rename or move that one first: ${rename} NAME`, `その組織の名前か場所を変える(${rename} 組織名)`),
  );
};
