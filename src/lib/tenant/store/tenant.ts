import { SECURED_APPS, type SecuredApp } from "../../model/secured-user.ts";
import { knownKinds } from "./administrators.ts";
import { countOpenTasks } from "./console.ts";
import type { Reader } from "./store.ts";

/** The tenant itself, as its store knows it. */
export interface StoredTenant {
  readonly name: string;
  /** when its data last came from the console; null if never */
  readonly mirroredAt: string | null;
  readonly users: number;
  readonly orgs: number;
  readonly devices: number;
  readonly secured: Readonly<Record<SecuredApp, number>>;
  /** the kinds of import whose administrators are known */
  readonly administratorsKnown: string[];
  /** number of what has to be done in the console */
  readonly consoleTasks: number;
}

export const readTenant = async (reader: Reader): Promise<StoredTenant> => {
  const { name = "", mirroredAt = null } = (await reader.get("select name, mirroredAt from tenant")) ?? {};
  return {
    name: String(name),
    mirroredAt: mirroredAt === null ? null : String(mirroredAt),
    users: await reader.count("select count(*) from user"),
    orgs: await reader.count("select count(*) from org"),
    devices: await reader.count("select count(*) from device"),
    secured: await readApps(reader),
    administratorsKnown: await knownKinds(reader),
    consoleTasks: await countOpenTasks(reader),
  };
};

async function readApps(reader: Reader): Promise<StoredTenant["secured"]> {
  const counts = await reader.all("select app, count(*) as users from secured_user group by app");
  const users = new Map(counts.map((row) => [row["app"], Number(row["users"])]));
  return Object.fromEntries(SECURED_APPS.map((app) => [app, users.get(app) ?? 0])) as Record<SecuredApp, number>;
}
