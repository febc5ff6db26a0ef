import { Buffer } from "node:buffer";
import { isTelephoneNumber } from "../../model/renewal.ts";
import { NO_DOWNLOAD } from "../../renewals/download.ts";
import type { ResourceName } from "../resources.ts";

type Members = Readonly<Record<string, unknown>>;

/**
 * What brings a bundle of one version of the format to the next. A resource keeps its name, and a record its id: with
 * another order of ids two files could no longer be walked side by side. What is to be otherwise becomes another resource.
 */
export interface Upgrade {
  /** undefined: nothing but the version differs */
  readonly manifest?: ((older: Members) => Members) | undefined;
  /** a record by its resource, members in the order of the next version; those that are missing here stay as they are */
  readonly records?: Readonly<Partial<Record<ResourceName, (older: Members) => Members>>> | undefined;
}

/** The steps from version 1 to 2, from 2 to 3 and so on: one more than there are is the version that is written. */
export const UPGRADES: readonly Upgrade[] = [
  { manifest: withoutAttached, records: { "console-tasks": withoutObject } },
  { records: { "console-tasks": withoutChanges } },
  { records: { renewals: withoutDownload } },
  { records: { renewals: withoutPhoneHolder } },
];

/** A renewal of the fourth version: `phone` was the telephone number, or who holds the phone. */
function withoutPhoneHolder(older: Members): Members {
  const { phone } = older;
  const isNumber = typeof phone === "string" && isTelephoneNumber(phone) && /^[0-9 +()-]*$/.test(phone);
  const phones = isNumber ? { phone, phoneHolder: null } : { phone: null, phoneHolder: phone };
  return Object.fromEntries(
    Object.entries(older).flatMap(([key, value]) => (key === "phone" ? Object.entries(phones) : [[key, value]])),
  );
}

/** A task of the first version: nothing told which record it was of, but its name. */
function withoutObject({ id, work, kind, ...others }: Members): Members {
  return { id, work, kind, thing: null, object: null, ...others };
}

/** A task of the second version: what it changes was told in the tenant alone. */
function withoutChanges({ id, work, kind, thing, object, name, state, ...others }: Members): Members {
  return { id, work, kind, thing, object, name, state, changes: [], ...others };
}

/** A renewal of the third version: no renewed file waited to be confirmed as uploaded. */
function withoutDownload(older: Members): Members {
  return { ...older, ...NO_DOWNLOAD };
}

/** A manifest of the first version, as the second has it: nothing was filled in or attached then. */
function withoutAttached({ notKnownHere, ...others }: Members): Members {
  const entries: unknown = Array.isArray(notKnownHere)
    ? notKnownHere.map((entry: unknown) => (typeof entry === "object" ? { ...entry, files: [] } : entry))
    : notKnownHere;
  return { ...others, notKnownHere: entries };
}

/** A manifest's members, of any version up to today's, as of today. @param schema the version that they are of */
export const upgradedManifest = (older: Members, schema: number, upgrades = UPGRADES): Members =>
  upgrades.slice(schema - 1).reduce((members, { manifest }) => manifest?.(members) ?? members, older);

/** What makes a record of a version one of today; undefined where it is one already. */
export function recordUpgrade(
  resource: ResourceName,
  schema: number,
  upgrades = UPGRADES,
): ((older: Members) => Members) | undefined {
  const steps = upgrades.slice(schema - 1).flatMap(({ records }) => records?.[resource] ?? []);
  if (steps.length === 0) return undefined;
  return (older) => steps.reduce((record, step) => step(record), older);
}

/**
 * Lines of a resource, in blocks of whole lines, as of today.
 *
 * @throws SyntaxError for a line that is no record of its version
 */
export async function* upgradedBlocks(
  blocks: AsyncIterable<Buffer>,
  upgrade: (older: Members) => Members,
): AsyncGenerator<Buffer> {
  for await (const block of blocks) {
    const lines = block.toString("utf8").trimEnd().split("\n");
    yield Buffer.from(lines.map((line) => upgradedLine(line, upgrade)).join(""));
  }
}

const upgradedLine = (line: string, upgrade: (older: Members) => Members): string => {
  try {
    return `${JSON.stringify(upgrade(JSON.parse(line) as Members))}\n`;
  } catch (cause) {
    // a step takes for granted what the lines of its version have
    throw new SyntaxError("no record", { cause });
  }
};
