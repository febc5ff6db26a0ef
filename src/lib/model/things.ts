import { ACCOUNT, ACCOUNT_SETTINGS } from "./account.ts";
import { DEVICE } from "./device.ts";
import { ORG } from "./organisation.ts";
import { SCHEME } from "./scheme.ts";
import { SECURED_GROUP, SECURED_USER } from "./secured-user.ts";
import type { Thing } from "./thing.ts";
import { CUSTOM_FIELD, USER } from "./user.ts";

/** The record types that have versions, by name. */
export const THINGS: ReadonlyMap<string, Thing> = new Map(
  [ORG, USER, CUSTOM_FIELD, DEVICE, SECURED_USER, SECURED_GROUP, SCHEME, ACCOUNT, ACCOUNT_SETTINGS].map(
    (thing: Thing) => [thing.name, thing] as const,
  ),
);
