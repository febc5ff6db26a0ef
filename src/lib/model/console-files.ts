import { APP, CONFIG_PROFILE } from "./config-profile.ts";
import { DEVICE } from "./device.ts";
import { ORG } from "./organisation.ts";
import { SECURED_USER, type SecuredApp } from "./secured-user.ts";
import type { ThingInFiles } from "./thing.ts";
import { USER } from "./user.ts";

/** The kinds of files, each after the kinds to which its records refer. */
export const THINGS_BY_FORMAT = {
  orgs: ORG,
  users: USER,
  browser: SECURED_USER,
  docs: SECURED_USER,
  mailer: SECURED_USER,
  calendar: SECURED_USER,
  contacts: SECURED_USER,
  devices: DEVICE,
  "config-profiles": CONFIG_PROFILE,
  apps: APP,
} as const satisfies Readonly<Record<string, ThingInFiles>>;

export type FormatName = keyof typeof THINGS_BY_FORMAT;

export const FORMAT_NAMES = Object.keys(THINGS_BY_FORMAT) as readonly string[] as readonly [
  FormatName,
  ...FormatName[],
];

export type PanelKind = Exclude<FormatName, SecuredApp>;

export const isPanelKind = (kind: FormatName): kind is PanelKind => !("scope" in THINGS_BY_FORMAT[kind]);

export const PANEL_KINDS: readonly PanelKind[] = FORMAT_NAMES.filter(isPanelKind);

export const NOT_EXPORTED_KINDS: readonly FormatName[] = ["config-profiles", "apps"];

export const EXPORTED_KINDS = PANEL_KINDS.filter((kind) => !NOT_EXPORTED_KINDS.includes(kind));

export type ThingOf<N extends FormatName> = (typeof THINGS_BY_FORMAT)[N];
