import { DEVICE } from "./device.ts";
import { ORG } from "./organisation.ts";
import { SECURED_USER } from "./secured-user.ts";
import type { ThingInFiles } from "./thing.ts";
import { USER } from "./user.ts";

/** The kinds of console files, by the name that `--as` takes, and the thing each is of. */
export const THINGS = {
  users: USER,
  orgs: ORG,
  browser: SECURED_USER,
  docs: SECURED_USER,
  mailer: SECURED_USER,
  calendar: SECURED_USER,
  contacts: SECURED_USER,
  devices: DEVICE,
} as const satisfies Readonly<Record<string, ThingInFiles>>;

export type FormatName = keyof typeof THINGS;

export const FORMAT_NAMES = Object.keys(THINGS) as readonly string[] as readonly [FormatName, ...FormatName[]];

/** The thing of a kind of console file. */
export type ThingOf<N extends FormatName> = (typeof THINGS)[N];
