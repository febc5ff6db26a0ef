import { Failure } from "../../errors/index.ts";
import { shortenText, text, type Text } from "../../text/index.ts";

export const MANIFEST_FILE = "manifest.json";
export const HASHES_FILE = "SHA256SUMS";
/** copy of the tenant's database without secrets */
export const TENANT_FILE = "tenant.db";

export const MAX_BUNDLE_FILES = 1000;

const MAX_PATH_LENGTH = 200;
export const MAX_PATH_DEPTH = 4;
const RESERVED_NAME_PATTERN = /^(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?:\.|$)/i;
const FORBIDDEN_CHARACTERS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\\:*?"<>|]/u;

export const isBundlePath = (path: string): boolean => {
  const names = path.split("/");
  return (
    path.length <= MAX_PATH_LENGTH &&
    names.length <= MAX_PATH_DEPTH &&
    path.normalize("NFC") === path &&
    names.every(isPortableName)
  );
};

const isPortableName = (name: string): boolean =>
  name !== "" && !FORBIDDEN_CHARACTERS.test(name) && !/^[. -]|[. ]$/.test(name) && !RESERVED_NAME_PATTERN.test(name);

/** Matches what Finder and Explorer write into an opened folder, and what macOS adds to archives. */
const SYSTEM_FILE_PATTERN = /^__MACOSX\/|(?:^|\/)(?:\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$/i;

export const isSystemFile = (path: string): boolean => SYSTEM_FILE_PATTERN.test(path);

export const toPathKey = (path: string): string => path.normalize("NFKC").toLowerCase();

export interface FileHash {
  readonly path: string;
  /** SHA-256 in lower-case hexadecimal digits */
  readonly sha256: string;
}

export const compareByteOrder = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other));

/** Uses the format of `sha256sum`, sorted by the bytes of the paths. */
export const renderHashes = (files: readonly FileHash[]): string =>
  files
    .toSorted((one, other) => compareByteOrder(one.path, other.path))
    .map(({ path, sha256 }) => `${sha256}  ${path}\n`)
    .join("");

const HASH_LINE_PATTERN = /^([0-9a-f]{64}) {2}(.+)$/u;

/** Returns undefined if the content is not exactly what {@link renderHashes} writes. */
export function parseHashes(content: string): readonly FileHash[] | undefined {
  const found: FileHash[] = [];
  for (const line of content.split("\n").slice(0, -1)) {
    const [, sha256, path] = HASH_LINE_PATTERN.exec(line) ?? [];
    if (sha256 === undefined || path === undefined) return undefined;
    found.push({ path, sha256 });
  }
  return renderHashes(found) === content ? found : undefined;
}

export const OTHER_COPY_HINT = text(
  "the bundle differs from what was exported: use another copy, or export it again",
  "引き継ぎデータが、書き出したときの内容と異なります。別のコピーを使うか、もう一度書き出してください",
);

export const createInvalidBundleFailure = (where: string, what: Text, path?: string): Failure =>
  new Failure("input-rejected", {
    what,
    where: path === undefined ? where : `${where}: ${shortenText(path)}`,
    hint: OTHER_COPY_HINT,
  });

export const NO_HASHES = text(
  "not a bundle: SHA256SUMS is missing",
  "引き継ぎデータではありません(SHA256SUMS がありません)",
);

export const createNotABundleFailure = (
  where: string,
  what = text("not a bundle (a folder or .zip)", "引き継ぎデータ(フォルダーか .zip)ではありません"),
): Failure =>
  new Failure("input-rejected", {
    what,
    where,
    hint: text(
      "specify the folder or archive that `handover export -o` wrote; decrypt an encrypted archive first",
      "handover export -o で書き出したフォルダーかアーカイブを指定してください。暗号化したものは、先に復号してください",
    ),
  });
