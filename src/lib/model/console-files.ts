import { formatOf, type Format } from "./format.ts";
import type { ThingInFiles } from "./thing.ts";

const secured = async () => (await import("./secured-user.ts")).SECURED_USER;

/** The kinds of console files, by the name that `--as` takes, and the thing each is of: loaded when it is asked for. */
const THINGS = {
  users: async () => (await import("./user.ts")).USER,
  orgs: async () => (await import("./organisation.ts")).ORG,
  browser: secured,
  docs: secured,
  mailer: secured,
  calendar: secured,
  contacts: secured,
  devices: async () => (await import("./device.ts")).DEVICE,
} as const satisfies Readonly<Record<string, () => Promise<ThingInFiles>>>;

export type FormatName = keyof typeof THINGS;

export const FORMAT_NAMES = Object.keys(THINGS) as readonly string[] as readonly [FormatName, ...FormatName[]];

/** The thing of a kind of console file. */
export type ThingOf<N extends FormatName> = Awaited<ReturnType<(typeof THINGS)[N]>>;

/** One kind of console file. */
export const loadFormat = async (name: FormatName): Promise<Format> => formatOf(await THINGS[name](), name);
