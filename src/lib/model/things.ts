import { ACCOUNT, ACCOUNT_SETTINGS } from "./account.ts";
import { ANSWER } from "./answer.ts";
import { DEVICE, DEVICE_ACTION } from "./device.ts";
import { APP, CONFIG_PROFILE } from "./config-profile.ts";
import { ORG } from "./organisation.ts";
import type { NamedThing } from "./problem.ts";
import { RENEWAL_ITEM } from "./renewal.ts";
import { SCHEME } from "./scheme.ts";
import { SECURED_GROUP, SECURED_USER } from "./secured-user.ts";
import { TENANT } from "./tenant.ts";
import type { Thing } from "./thing.ts";
import { CUSTOM_FIELD, USER } from "./user.ts";

export const TENANT_PROFILE = { ...TENANT, name: "tenant_profile" } as const satisfies Thing;

/** These record types have no tasks, because the console lacks such records, or they only describe the console. */
const WITHOUT_TASKS = [TENANT_PROFILE, RENEWAL_ITEM, ANSWER, CONFIG_PROFILE, APP] as const;

const WITH_TASKS = [
  ORG,
  USER,
  CUSTOM_FIELD,
  DEVICE,
  DEVICE_ACTION,
  SECURED_USER,
  SECURED_GROUP,
  SCHEME,
  ACCOUNT,
  ACCOUNT_SETTINGS,
] as const;

const ALL = [...WITH_TASKS, ...WITHOUT_TASKS] as const satisfies readonly (Thing & { readonly name: NamedThing })[];

export type ThingName = (typeof ALL)[number]["name"];

export const THINGS_WITHOUT_TASKS: readonly Thing[] = WITHOUT_TASKS;

export const THINGS: ReadonlyMap<string, Thing> = new Map(ALL.map((thing: Thing) => [thing.name, thing] as const));
