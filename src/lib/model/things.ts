import { ACCOUNT, ACCOUNT_SETTINGS } from "./account.ts";
import { ANSWER } from "./answer.ts";
import { DEVICE } from "./device.ts";
import { ORG } from "./organisation.ts";
import { RENEWAL_ITEM } from "./renewal.ts";
import { SCHEME } from "./scheme.ts";
import { SECURED_GROUP, SECURED_USER } from "./secured-user.ts";
import { TENANT } from "./tenant.ts";
import type { Thing } from "./thing.ts";
import { CUSTOM_FIELD, USER } from "./user.ts";

export const TENANT_PROFILE: Thing = { ...TENANT, name: "tenant_profile" };

/** The record types whose changes open no tasks: no console has them, or they only describe what the console has. */
export const OWN_THINGS: readonly Thing[] = [TENANT_PROFILE, RENEWAL_ITEM, ANSWER];

export const THINGS: ReadonlyMap<string, Thing> = new Map(
  [ORG, USER, CUSTOM_FIELD, DEVICE, SECURED_USER, SECURED_GROUP, SCHEME, ACCOUNT, ACCOUNT_SETTINGS, ...OWN_THINGS].map(
    (thing: Thing) => [thing.name, thing] as const,
  ),
);
