import { line, step } from "../advice/index.ts";
import { Failure } from "../errors/index.ts";
import { DOWNLOAD_FIELDS, type RenewalItem, type RenewalKind, type RenewalState } from "../model/renewal.ts";
import { dayOf } from "../model/time.ts";
import { text, type Text } from "../text/index.ts";
import { isNewer } from "./succession.ts";

/** Kinds whose renewed file is uploaded to the console, which then shows its date. @see facts 3.1 */
const UPLOADED: ReadonlySet<RenewalKind> = new Set([
  "push-certificate",
  "ade-token",
  "vpp-token",
  "agent-build-certificate",
  "agent-push-certificate",
  "agent-profile",
]);

/** Whether the upload of a thing of this kind can be confirmed by what the console shows. */
export const isUploaded = (kind: RenewalKind): boolean => UPLOADED.has(kind);

type DownloadFields = Pick<RenewalItem, keyof typeof DOWNLOAD_FIELDS>;

/** No renewed file waits to be confirmed. */
export const NO_DOWNLOAD = Object.fromEntries(
  Object.keys(DOWNLOAD_FIELDS).map((field) => [field, null]),
) as unknown as Readonly<Record<keyof DownloadFields, null>>;

/** The state of a recorded item. */
export const stateOf = ({
  downloadedExpiresAt = null,
}: {
  readonly downloadedExpiresAt?: string | null | undefined;
}): Exclude<RenewalState, "superseded"> => (downloadedExpiresAt === null ? "current" : "downloaded");

/** A date that is typed may be off by a day, as the console's time zone is not known; an estimate by another. */
const MAX_DIFFERENCE_MS = 2 * 24 * 60 * 60 * 1000;

const differenceMs = (one: string | null, other: string): number =>
  one === null ? Number.POSITIVE_INFINITY : Math.abs(Date.parse(one) - Date.parse(other));

/** What a file records of itself. */
type RecordedFile = Pick<RenewalItem, "certainty" | "fingerprint" | "topic" | "source"> & {
  readonly expiresAt: string;
};

/**
 * What a file changes in a record. If it renews the recorded one, it waits as the downloaded file, and the date of the one
 * in use still counts until its upload is confirmed; else it is the file in use.
 */
export function recordFile(
  before: Pick<RenewalItem, "kind" | "expiresAt" | "fingerprint">,
  { expiresAt, certainty, fingerprint, topic, source }: RecordedFile,
): Partial<RenewalItem> {
  // a day that was typed is the file's, if they are so near
  const isSameDate = before.fingerprint === null && differenceMs(before.expiresAt, expiresAt) <= MAX_DIFFERENCE_MS;
  if (!isUploaded(before.kind) || !isNewer({ expiresAt }, before) || isSameDate) {
    return { expiresAt, certainty, fingerprint, topic, source, ...NO_DOWNLOAD };
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
 * What a record becomes once the console shows a date: the downloaded file is the one in use; of a date that was typed no file
 * is known.
 *
 * @param shown a day of the calendar
 * @throws Failure `input-rejected` if the console shows the date of neither
 */
export function confirmUpload(item: RenewalItem, shown: string): Partial<RenewalItem> {
  const { name, expiresAt, downloadedExpiresAt } = item;
  const noon = `${shown}T12:00:00Z`;
  const [toCurrent, toDownloaded] = [differenceMs(expiresAt, noon), differenceMs(downloadedExpiresAt, noon)];
  if (downloadedExpiresAt !== null && toDownloaded <= Math.min(toCurrent, MAX_DIFFERENCE_MS)) {
    const { downloadedCertainty, downloadedFingerprint, downloadedTopic, downloadedSource } = item;
    return {
      expiresAt: downloadedExpiresAt,
      certainty: downloadedCertainty ?? "typed",
      fingerprint: downloadedFingerprint,
      topic: downloadedTopic ?? item.topic,
      source: downloadedSource,
      ...NO_DOWNLOAD,
    };
  }
  if (downloadedExpiresAt === null && toCurrent <= MAX_DIFFERENCE_MS) {
    // the file that was recorded before the date was typed is no longer in use
    return item.certainty === "typed" ? { fingerprint: null, source: null } : {};
  }
  throw downloadedExpiresAt === null
    ? otherDate(item, shown)
    : notUploaded(name, { shown, expiresAt, downloadedExpiresAt });
}

const otherDate = ({ name, expiresAt }: RenewalItem, shown: string): Failure => {
  const recorded = expiresAt?.slice(0, 10);
  const edit = line("renewals edit", [name], { file: "FILE" });
  const [type, confirm] = [
    line("renewals edit", [name], { expires: shown }),
    line("renewals confirm", [name], { consoleShows: shown }),
  ];
  return new Failure("input-rejected", {
    what:
      recorded === undefined
        ? text(`no date is recorded for ${name}`, `「${name}」には期限が登録されていません`)
        : text(
            `the console shows ${shown}, but ${recorded} is recorded for ${name}`,
            `管理画面の期限は ${shown} ですが、「${name}」の登録は ${recorded} です`,
          ),
    hint: text(
      `record the file that was uploaded: ${edit}; or the date alone: ${type}, then ${confirm}`,
      `アップロードしたファイルを登録してください: ${edit}(期限だけなら: ${type} のあと ${confirm})`,
    ),
  });
};

const notUploaded = (
  name: string,
  dates: { readonly shown: string; readonly expiresAt: string | null; readonly downloadedExpiresAt: string },
): Failure => {
  const [current, renewed] = [dates.expiresAt?.slice(0, 10) ?? "-", dates.downloadedExpiresAt.slice(0, 10)];
  return new Failure("input-rejected", {
    what: text(
      `the console shows ${dates.shown}, but the renewed file of ${name} expires on ${renewed} (the one before: ${current})`,
      `管理画面の期限は ${dates.shown} ですが、「${name}」の更新ファイルの期限は ${renewed} です(更新前: ${current})`,
    ),
    hint: step(
      "upload the renewed file, and look again",
      "更新ファイルをアップロードしてから、もう一度確認してください",
      line("renewals guide", [name]),
    ),
  });
};

/**
 * Says that a change dropped the renewed file that waited for its upload; undefined if it did not.
 *
 * @param timezone an IANA name
 */
export function droppedRemark(
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
    `the renewed file (until ${day}${en}) is no longer recorded as downloaded. If it is still to be uploaded: ${edit}`,
    `ダウンロード済みとして登録されていた更新ファイル(期限 ${day}${ja})の記録がなくなりました。これからアップロードする場合は: ${edit}`,
  );
}

/** The line to type once the console shows the date of the uploaded file. */
export const confirmLine = ({ name }: Pick<RenewalItem, "name">): string =>
  line("renewals confirm", [name], { consoleShows: "DATE" });

/** Says that a renewed file waits for its upload to be confirmed; undefined if there is none. @param timezone an IANA name */
export function downloadRemark(
  item: Pick<RenewalItem, "name" | "downloadedExpiresAt">,
  timezone: string,
): Text | undefined {
  const { downloadedExpiresAt } = item;
  if (downloadedExpiresAt === null) return undefined;
  const day = dayOf(downloadedExpiresAt, timezone);
  return text(
    `renewed file (until ${day}) downloaded, upload not confirmed: the date before it counts. Once the console shows the new date: ${confirmLine(item)}`,
    `更新ファイル(期限 ${day})はダウンロード済みですが、アップロードが確認できていないため、更新前の期限で判定します。管理画面に新しい期限が表示されたら: ${confirmLine(item)}`,
  );
}
