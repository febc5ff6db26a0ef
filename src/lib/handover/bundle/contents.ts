import { RESOURCE_NAMES, pathOfResource, type ResourceName } from "../resources.ts";

/** What a bundle says of itself, and the hashes of all its files but their own: first in an archive. */
export const MANIFEST = "manifest.json";
export const SUMS = "SHA256SUMS";

/** Files in a bundle, the hashes aside. */
export const MAX_FILES = 1000;

const LONGEST = 200;
/** Names in a path. */
export const DEEPEST = 4;
/** Names that some system takes for something else, or cannot have. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?:\.|$)/i;
// control characters, what Windows has no names with, and marks that change how the rest is read
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\\:*?"<>|]/u;

/**
 * Whether a path may be in a bundle: names with `/` between, which every system can have, none hidden, and none that
 * leads out of it.
 */
export const isBundlePath = (path: string): boolean => {
  const names = path.split("/");
  return (
    path.length <= LONGEST && names.length <= DEEPEST && path.normalize("NFC") === path && names.every(isPlainName)
  );
};

const isPlainName = (name: string): boolean =>
  name !== "" && !FORBIDDEN.test(name) && !/^[. -]|[. ]$/.test(name) && !DEVICE.test(name);

/** What two paths share that some system takes for the same. */
export const sameName = (path: string): string => path.normalize("NFKC").toLowerCase();

const BY_PATH: ReadonlyMap<string, ResourceName> = new Map(RESOURCE_NAMES.map((name) => [pathOfResource(name), name]));

/** The resource whose records a file of a bundle has; undefined for any other file. */
export const resourceAt = (path: string): ResourceName | undefined => BY_PATH.get(path);
/** A file with its hash. */
export interface FileHash {
  readonly path: string;
  /** in lower-case hexadecimal digits */
  readonly sha256: string;
}

/** In the order of the bytes of their UTF-8. */
export const inByteOrder = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

/** The content of `SHA256SUMS`: as `sha256sum` writes it, in the order of the paths' bytes. */
export const sumsText = (files: readonly FileHash[]): string =>
  files
    .toSorted((one, other) => inByteOrder(one.path, other.path))
    .map(({ path, sha256 }) => `${sha256}  ${path}\n`)
    .join("");

const LINE = /^([0-9a-f]{64}) {2}(.+)$/u;

/** The files that a text lists; undefined if it is not, byte for byte, what {@link sumsText} makes of them. */
export function parseSums(content: string): readonly FileHash[] | undefined {
  const found: FileHash[] = [];
  for (const line of content.split("\n").slice(0, -1)) {
    const [, sha256, path] = LINE.exec(line) ?? [];
    if (sha256 === undefined || path === undefined) return undefined;
    found.push({ path, sha256 });
  }
  return sumsText(found) === content ? found : undefined;
}
