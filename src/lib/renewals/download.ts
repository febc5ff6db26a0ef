import { line, step, type CommandLine } from "../advice/index.ts";
import { Failure } from "../errors/index.ts";
import { DOWNLOAD_FIELDS, type RenewalItem, type RenewalKind, type RenewalState } from "../model/renewal.ts";
import { dayOf } from "../model/time.ts";
import { text, type Text } from "../text/index.ts";
import { isNewerFile } from "./succession.ts";

/** Kinds whose renewed file is uploaded to the console, which then shows the new expiry date.  @see facts 3.1 */
const UPLOADED_KINDS: ReadonlySet<RenewalKind> = new Set([
  "push-certificate",
  "ade-token",
  "vpp-token",
  "agent-build-certificate",
  "agent-push-certificate",
  "agent-profile",
]);

/** Returns true if items of this kind are uploaded to the console, whose date can then confirm the upload. */
export const isUploadedKind = (kind: RenewalKind): boolean => UPLOADED_KINDS.has(kind);

type DownloadFields = Pick<RenewalItem, keyof typeof DOWNLOAD_FIELDS>;

/** The download fields of an item without a renewed file that is waiting for its upload. */
export const EMPTY_DOWNLOAD_FIELDS = Object.fromEntries(
  Object.keys(DOWNLOAD_FIELDS).map((field) => [field, null]),
) as unknown as Readonly<Record<keyof DownloadFields, null>>;

/** Returns the state of a recorded item: `downloaded` if a renewed file is waiting for its upload. */
export const stateOf = ({
  downloadedExpiresAt = null,
}: {
  readonly downloadedExpiresAt?: string | null | undefined;
}): Exclude<RenewalState, "superseded"> => (downloadedExpiresAt === null ? "current" : "downloaded");

/**
 * Dates that differ by no more than this count as the same date. A typed date may be off by a day, because the
 * console's time zone is not known, and an estimated date by another day.
 */
const MAX_DATE_DIFFERENCE_MS = 2 * 24 * 60 * 60 * 1000;

const getDateDifferenceMs = (one: string | null, other: string): number =>
  one === null ? Number.POSITIVE_INFINITY : Math.abs(Date.parse(one) - Date.parse(other));

type RecordedFile = Pick<RenewalItem, "certainty" | "fingerprint" | "topic" | "source"> & {
  readonly expiresAt: string;
};

/**
 * Returns the fields of an item that change when a file is recorded. If the file renews the recorded file, it is
 * recorded as downloaded, and the date of the file in use counts until the upload is confirmed. Otherwise, the file is
 * recorded as the file in use.
 */
export function recordFile(
  before: Pick<RenewalItem, "kind" | "expiresAt" | "fingerprint">,
  { expiresAt, certainty, fingerprint, topic, source }: RecordedFile,
): Partial<RenewalItem> {
  // a typed date this close to the date of the file is taken as the date of the file
  const isSameDate =
    before.fingerprint === null && getDateDifferenceMs(before.expiresAt, expiresAt) <= MAX_DATE_DIFFERENCE_MS;
  if (!isUploadedKind(before.kind) || !isNewerFile({ expiresAt }, before) || isSameDate) {
    return { expiresAt, certainty, fingerprint, topic, source, ...EMPTY_DOWNLOAD_FIELDS };
  }
  return {
    downloadedExpiresAt: expiresAt,
    downloadedCertainty: certainty,
    downloadedFingerprint: fingerprint,
    downloadedTopic: topic,
    downloadedSource: source,
  };
}

/**
 * Returns the fields of an item that change when the console shows an expiry date. A downloaded file becomes the file
 * in use. If a typed date is confirmed, the item no longer refers to a file.
 *
 * @param shown the calendar day that the console shows
 * @throws Failure `input-rejected` if the console shows neither the date of the downloaded file nor, if there is no
 * such file, the recorded date
 */
export function confirmUpload(item: RenewalItem, shown: string): Partial<RenewalItem> {
  const { name, expiresAt, downloadedExpiresAt } = item;
  const noon = `${shown}T12:00:00Z`;
  const [toCurrent, toDownloaded] = [
    getDateDifferenceMs(expiresAt, noon),
    getDateDifferenceMs(downloadedExpiresAt, noon),
  ];
  if (downloadedExpiresAt !== null && toDownloaded <= Math.min(toCurrent, MAX_DATE_DIFFERENCE_MS)) {
    const { downloadedCertainty, downloadedFingerprint, downloadedTopic, downloadedSource } = item;
    return {
      expiresAt: downloadedExpiresAt,
      certainty: downloadedCertainty ?? "typed",
      fingerprint: downloadedFingerprint,
      topic: downloadedTopic ?? item.topic,
      source: downloadedSource,
      ...EMPTY_DOWNLOAD_FIELDS,
    };
  }
  if (downloadedExpiresAt === null && toCurrent <= MAX_DATE_DIFFERENCE_MS) {
    // a file that was recorded before the date was typed is no longer in use
    return item.certainty === "typed" ? { fingerprint: null, source: null } : {};
  }
  throw downloadedExpiresAt === null
    ? createDateMismatchFailure(item, shown)
    : createNotUploadedFailure(name, { shown, expiresAt, downloadedExpiresAt });
}

const createDateMismatchFailure = ({ name, expiresAt }: RenewalItem, shown: string): Failure => {
  const recorded = expiresAt?.slice(0, 10);
  const edit = line("renewals edit", [name], { file: "FILE" });
  const [type, confirm] = [
    line("renewals edit", [name], { expires: shown }),
    line("renewals confirm", [name], { consoleShows: shown }),
  ];
  return new Failure("input-rejected", {
    what:
      recorded === undefined
        ? text(`no expiry date is recorded for ${name}`, `「${name}」には期限が登録されていません`)
        : text(
            `the console shows ${shown}, but the recorded expiry date of ${name} is ${recorded}`,
            `管理画面の期限は ${shown} ですが、「${name}」に登録されている期限は ${recorded} です`,
          ),
    hint: text(
      `record the file that you uploaded: ${edit}; or record only the date: ${type}, then ${confirm}`,
      `アップロードしたファイルを登録してください: ${edit}(期限だけを登録する場合: ${type} のあと ${confirm})`,
    ),
  });
};

const createNotUploadedFailure = (
  name: string,
  dates: { readonly shown: string; readonly expiresAt: string | null; readonly downloadedExpiresAt: string },
): Failure => {
  const [current, renewed] = [dates.expiresAt?.slice(0, 10) ?? "-", dates.downloadedExpiresAt.slice(0, 10)];
  return new Failure("input-rejected", {
    what: text(
      `the console shows ${dates.shown}, but the renewed file of ${name} expires on ${renewed} (previous file: ${current})`,
      `管理画面の期限は ${dates.shown} ですが、「${name}」の更新ファイルの期限は ${renewed} です(更新前: ${current})`,
    ),
    hint: step(
      "upload the renewed file, then check the date in the console again; to see the steps",
      "更新ファイルをアップロードしてから、もう一度確認してください。手順",
      line("renewals guide", [name]),
    ),
  });
};

/**
 * Describes the renewed file that a change discards while it is waiting for its upload. Returns undefined if no such
 * file is discarded.
 *
 * @param timezone IANA time zone name
 */
export function describeDiscardedDownload(
  before: DownloadFields & { readonly name: string },
  after: DownloadFields & { readonly name: string },
  timezone: string,
): Text | undefined {
  const { downloadedExpiresAt, downloadedFingerprint, downloadedSource } = before;
  const isKept =
    downloadedExpiresAt === after.downloadedExpiresAt && downloadedFingerprint === after.downloadedFingerprint;
  if (downloadedExpiresAt === null || isKept) return undefined;
  const day = dayOf(downloadedExpiresAt, timezone);
  const [en, ja] = downloadedSource === null ? ["", ""] : [`, ${downloadedSource}`, `、${downloadedSource}`];
  const edit = line("renewals edit", [after.name], { file: downloadedSource ?? "FILE" });
  return text(
    `the renewed file (expires ${day}${en}) is no longer recorded as downloaded. If you still want to upload it: ${edit}`,
    `ダウンロード済みとして登録されていた更新ファイル(期限 ${day}${ja})の記録がなくなりました。これからアップロードする場合は: ${edit}`,
  );
}

/** Returns the command to type once the console shows the date of the uploaded file. */
export const buildConfirmCommand = ({ name }: Pick<RenewalItem, "name">): CommandLine =>
  line("renewals confirm", [name], { consoleShows: "DATE" });

/** Describes a renewed file whose upload is unconfirmed; undefined if there is none.  @param timezone IANA name */
export function describePendingUpload(
  item: Pick<RenewalItem, "name" | "downloadedExpiresAt">,
  timezone: string,
): Text | undefined {
  const { downloadedExpiresAt } = item;
  if (downloadedExpiresAt === null) return undefined;
  const day = dayOf(downloadedExpiresAt, timezone);
  return text(
    `the renewed file (expires ${day}) is downloaded, but its upload is not confirmed, so the previous date still counts. Once the console shows the new date: ${buildConfirmCommand(item)}`,
    `更新ファイル(期限 ${day})はダウンロード済みですが、アップロードが確認できていないため、更新前の期限で判定します。管理画面に新しい期限が表示されたら: ${buildConfirmCommand(item)}`,
  );
}
