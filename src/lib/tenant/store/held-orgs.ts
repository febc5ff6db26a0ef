import type { Actor } from "../policy/asker.ts";
import type { Reader } from "./store.ts";

/** The ids of the organisations that are somebody's own, without those below them; undefined where all are. */
export const heldOrgs = async (
  reader: Reader,
  { orgs }: Pick<Actor, "orgs">,
): Promise<readonly string[] | undefined> => {
  if (orgs === undefined) return undefined;
  const rows = await reader.all(
    "select o.id from main.org o where o.pk in (select value from json_each(:orgs)) order by o.pk",
    { orgs: JSON.stringify(orgs) },
  );
  return rows.map(({ id }) => String(id));
};
