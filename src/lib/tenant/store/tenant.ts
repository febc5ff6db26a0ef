import type { Reader } from "./store.ts";

/** The tenant itself, as its store knows it. */
export interface StoredTenant {
  readonly name: string;
  /** when its data last came from the console; null if never */
  readonly mirroredAt: string | null;
  readonly users: number;
  readonly orgs: number;
}

export const readTenant = async (reader: Reader): Promise<StoredTenant> => {
  const { name = "", mirroredAt = null } = (await reader.get("select name, mirroredAt from tenant")) ?? {};
  return {
    name: String(name),
    mirroredAt: mirroredAt === null ? null : String(mirroredAt),
    users: await reader.count("select count(*) from user"),
    orgs: await reader.count("select count(*) from org"),
  };
};
