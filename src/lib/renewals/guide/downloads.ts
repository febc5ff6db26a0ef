import { join } from "node:path";
import { readRenewables, readSigningRequest, type Renewable, type SigningRequest } from "../../apple/index.ts";
import { Failure } from "../../errors/index.ts";
import { hasErrorCode, listNames, readSmallFile } from "../../files/index.ts";
import { COPY_SUFFIX } from "../../model/download-names.ts";
import { MAX_RENEWAL_FILE_BYTES } from "../../model/renewal.ts";
import { text, type Text } from "../../text/index.ts";
import type { DownloadKind } from "./step.ts";

interface DownloadName {
  /** as printed in CLOMO's manual */
  readonly shown: string;
  readonly pattern: RegExp;
}

/** The names of downloaded files, as CLOMO's manual gives them.  @see facts 3.3, 3.5 */
export const DOWNLOAD_NAMES: Readonly<Record<DownloadKind, DownloadName>> = {
  "signing-request": {
    shown: "CertificateSigningRequest.csr",
    pattern: new RegExp(`^CertificateSigningRequest${COPY_SUFFIX}\\.csr$`, "iu"),
  },
  "push-certificate": {
    shown: "MDM_i3Systems,Inc._Certificate.pem",
    // some browsers replace the comma with another character
    pattern: new RegExp(`^MDM_ ?i3Systems[,_]? ?Inc[._]?_Certificate${COPY_SUFFIX}\\.pem$`, "iu"),
  },
  "ade-token": { shown: "*_Token_*_smime.p7m", pattern: new RegExp(`^.+_Token_.+_smime${COPY_SUFFIX}\\.p7m$`, "iu") },
  "vpp-token": { shown: "sToken_for_*.vpptoken", pattern: new RegExp(`^sToken_for_.*\\.vpptoken$`, "iu") },
};

/** A download that was found and read. */
export interface LoadedDownload {
  readonly name: string;
  /** absolute path */
  readonly path: string;
  /** when the file was last written */
  readonly writtenAt: Date;
  readonly content:
    | { readonly of: "request"; readonly request: SigningRequest }
    | { readonly of: "renewable"; readonly renewable: Renewable };
}

/** A file that was skipped although its name matches, and the reason. */
export interface SkippedFile {
  readonly name: string;
  readonly why: Text;
}

/** The result of looking for a download in a folder. */
export interface DownloadSearch {
  /** the newest file, judged by its content; undefined if no file can be read */
  readonly found: LoadedDownload | undefined;
  readonly aside: readonly SkippedFile[];
}

/**
 * Finds a download in a folder by the file names in CLOMO's manual. If several files match, the newest one by content
 * is chosen: a certificate or token by the start of its validity, or by its expiry if it has no start. A signing
 * request contains no time, so the time of its file counts.
 *
 * @throws `not-found` if the folder cannot be read
 */
export async function findDownload(folder: string, download: DownloadKind): Promise<DownloadSearch> {
  const { pattern } = DOWNLOAD_NAMES[download];
  const names = (await listFileNames(folder)).filter((name) => pattern.test(name.normalize("NFC"))).toSorted();
  const read: LoadedDownload[] = [];
  const aside: SkippedFile[] = [];
  for (const name of names) {
    const one = await readDownload(folder, name, download);
    if ("why" in one) aside.push(one);
    else read.push(one);
  }
  const [found, ...older] = read.toSorted((one, other) => compareSortKeys(sortKeyOf(other), sortKeyOf(one)));
  const reason = text("older than another file", "ほかのファイルより古いファイル");
  return { found, aside: [...older.map(({ name }) => ({ name, why: reason })), ...aside] };
}

async function listFileNames(folder: string): Promise<readonly string[]> {
  try {
    return await listNames(folder);
  } catch (cause) {
    throw new Failure("not-found", {
      what: text("cannot read the folder", "このフォルダーを読み取れません"),
      where: folder,
      hint: text(
        "set the downloads folder with --downloads FOLDER",
        "--downloads でダウンロード先のフォルダーを指定してください",
      ),
      cause,
    });
  }
}

async function readDownload(
  folder: string,
  name: string,
  download: DownloadKind,
): Promise<LoadedDownload | SkippedFile> {
  const path = join(folder, name);
  try {
    const found = await readSmallFile(path, MAX_RENEWAL_FILE_BYTES);
    if (found === undefined) return { name, why: NOT_MATCHING_TEXT };
    const { bytes, writtenAt } = found;
    const file = { name, bytes };
    const written = { name, path, writtenAt };
    if (download === "signing-request") {
      return { ...written, content: { of: "request", request: readSigningRequest(file) } };
    }
    const renewable = readRenewables(file).find(({ expiring }) => expiring.kind === download);
    if (renewable === undefined) return { name, why: text("unexpected content", "内容が異なります") };
    return { ...written, content: { of: "renewable", renewable } };
  } catch (error) {
    if (error instanceof Failure) return { name, why: error.what };
    // a folder can have a matching name
    return { name, why: hasErrorCode(error, "EISDIR") ? NOT_MATCHING_TEXT : text("cannot be read", "読み取れません") };
  }
}

const NOT_MATCHING_TEXT = text("not a matching file", "該当するファイルではありません");

/** Returns the times by which downloads are ordered: the time in the content, then the time of the file. */
const sortKeyOf = ({ content, writtenAt }: LoadedDownload): readonly [number, number] => {
  const written = writtenAt.getTime();
  if (content.of === "request") return [written, written];
  const { validFrom, expiresAt } = content.renewable.expiring;
  return [Date.parse(validFrom ?? expiresAt), written];
};

const compareSortKeys = (one: readonly [number, number], other: readonly [number, number]): number =>
  one[0] - other[0] || one[1] - other[1];
