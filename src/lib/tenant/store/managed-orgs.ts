import type { Actor } from "../policy/asker.ts";
import type { Reader } from "./store.ts";

/** Returns ids of organisations that the account manages, without those below them; undefined if it manages all. */
export const readManagedOrgIds = async (
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
