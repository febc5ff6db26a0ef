import { UNDONE_BY_SQL } from "./import-rows.ts";
import type { PanelKind } from "../../nouns/index.ts";
import { SECURED_APPS, type SecuredApp } from "../../nouns/secured-user.ts";
import { TENANT, EMPTY_TENANT_PROFILE, type TenantProfile } from "../../nouns/tenant.ts";
import { fromRow, insertRow, toRow } from "./rows.ts";
import type { Reader, Writer } from "../store/types.ts";
import { saveVersionOrCreation } from "./versions.ts";

export interface StoredTenant {
  readonly name: string;
  readonly mirroredAt: string | null;
  readonly secured: Readonly<Record<SecuredApp, number>>;
  readonly administratorsKnown: string[];
  readonly profile: TenantProfile;
}

export interface Tenant extends Omit<StoredTenant, "profile">, Readonly<Record<PanelKind, number>> {
  readonly profile?: TenantProfile | undefined;
  readonly consoleTasks: number;
  readonly systemAdministrators?: number | undefined;
}

export const readTenant = async (reader: Reader): Promise<StoredTenant> => ({
  name: await readDisplayName(reader),
  mirroredAt: await readMirroredAt(reader),
  secured: await countSecuredUsers(reader),
  administratorsKnown: (await reader.all("select kind from administrators_known order by kind")).map(({ kind }) =>
    String(kind),
  ),
  profile: await readProfile(reader),
});

const readMirroredAt = async (reader: Reader): Promise<string | null> => {
  const mirroredAt = (await reader.get("select mirroredAt from tenant"))?.["mirroredAt"] ?? null;
  return mirroredAt === null ? null : String(mirroredAt);
};

/** Returns true if data was ever imported from the console. Local changes must then be made in the console, too. */
export const isMirror = async (reader: Reader): Promise<boolean> => (await readMirroredAt(reader)) !== null;

const IS_COMMITTED_SQL = `i.revision is not null and ${UNDONE_BY_SQL} is null`;

const IS_FROM_CONSOLE_SQL = "i.detail -> 'request' ->> 'fromConsole'";

/** Sets `mirroredAt` to the time of the newest complete console import or, without one, of the first partial one. */
export const restoreMirrorAge = async (writer: Writer): Promise<void> => {
  const at = (mode: string): string =>
    `case when i.detail -> 'request' ->> 'mode' = '${mode}' then i.detail ->> 'committedAt' end`;
  await writer.run(
    `update tenant set mirroredAt = (select coalesce(max(${at("replace")}), min(${at("append")})) from main.import i
       where ${IS_COMMITTED_SQL} and ${IS_FROM_CONSOLE_SQL})`,
    {},
  );
};

export const readTenantName = async (reader: Reader): Promise<string> =>
  String((await reader.get("select name from tenant"))?.["name"] ?? "");

export const readDisplayName = async (reader: Reader): Promise<string> =>
  (await readProfile(reader)).companyName ?? (await readTenantName(reader));

export const readProfile = async (reader: Reader): Promise<TenantProfile> => {
  const row = await reader.get("select * from tenant_profile");
  return row === undefined ? EMPTY_TENANT_PROFILE : (fromRow(TENANT, row) as unknown as TenantProfile);
};

export const writeProfile = async (writer: Writer, profile: TenantProfile): Promise<void> => {
  await saveVersionOrCreation(writer, "tenant_profile", 1);
  await insertRow(writer, "tenant_profile", { pk: 1, ...toRow(TENANT, profile) }, ["pk"]);
};

async function countSecuredUsers(reader: Reader): Promise<StoredTenant["secured"]> {
  const counts = await reader.all("select app, count(*) as users from secured_user group by app");
  const users = new Map(counts.map((row) => [row["app"], Number(row["users"])]));
  return Object.fromEntries(SECURED_APPS.map((app) => [app, users.get(app) ?? 0])) as Record<SecuredApp, number>;
}
