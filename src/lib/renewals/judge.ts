import type { Level } from "../document/level.ts";
import type { Mark } from "../document/timeline.ts";
import { dayOf, daysLeft } from "../model/time.ts";
import { instantOf } from "../model/typed-date.ts";
import type { ExpiringItem, RenewalItem, RenewalState } from "../model/renewal.ts";
import { joined, text, type Text } from "../text/index.ts";
import { stateOf } from "./download.ts";
import type { Finding } from "./findings.ts";
import type { GuideFacts } from "./guide/index.ts";
import type { Lineage } from "./succession.ts";

/** When an item is due, in days before its expiry. */
export interface Thresholds {
  readonly withinDays: number;
  readonly criticalDays: number;
}

/** @see facts 3.2: CLOMO's own notices begin three months before */
export const USUAL_THRESHOLDS: Thresholds = { withinDays: 90, criticalDays: 30 };

/** What an expiry is judged by. */
export interface AsOf {
  readonly now: Date;
  /** an IANA name */
  readonly timezone: string;
  readonly thresholds: Thresholds;
}

const HALF_DAY_MS = 12 * 60 * 60 * 1000;

/** Returns what an expiry is judged by on a day such as `2027-03-31`: noon there, or an hour off when clocks change. */
export const onDay = (day: string, timezone: string): AsOf => ({
  now: new Date(Date.parse(instantOf({ day }, timezone)) - HALF_DAY_MS),
  timezone,
  thresholds: USUAL_THRESHOLDS,
});

/** The level of an expiry; an item is expired from its very instant on, whatever the day says. */
export const levelOf = (expiresAt: string | null, { now, timezone, thresholds }: AsOf): Level => {
  if (expiresAt === null) return "unknown";
  if (Date.parse(expiresAt) <= now.getTime()) return "expired";
  const days = daysLeft(expiresAt, now, timezone);
  if (days <= thresholds.criticalDays) return "critical";
  return days <= thresholds.withinDays ? "warning" : "ok";
};

/** An expiry as it stands at a moment. */
interface ExpiryStatus {
  readonly level: Level;
  /** calendar day of the expiry, in the zone asked for; null where no date is known */
  readonly expiresOn: string | null;
  /** calendar days to that day, negative afterwards; null where no date is known */
  readonly daysLeft: number | null;
}

const standingOf = (expiresAt: string | null, asOf: AsOf): ExpiryStatus => ({
  level: levelOf(expiresAt, asOf),
  expiresOn: expiresAt === null ? null : dayOf(expiresAt, asOf.timezone),
  daysLeft: expiresAt === null ? null : daysLeft(expiresAt, asOf.now, asOf.timezone),
});

/** That the issuer of something no longer accepts it. */
export interface Rejection {
  readonly what: Text;
  /** UTC instant of the first rejection */
  readonly at: string;
}

/** A recorded item, with what the file that it was read from says about its date. */
export interface DatedItem extends RenewalItem {
  /** UTC instant */
  readonly validFrom?: string | null | undefined;
  /** why file and record could not be compared, or that they differ */
  readonly remark?: Text | null | undefined;
  /** its issuer rejects it already, whatever its date */
  readonly rejection?: Rejection | undefined;
  /** whose it is, where that was looked up */
  readonly holding?: GuideFacts | undefined;
}

/** What is checked: an item, the part of one that a file can say, or (without a kind) a place where nothing could be read. */
export interface CheckItem extends Omit<
  Pick<DatedItem, keyof ExpiringItem | "source" | "remark" | "rejection">,
  "kind" | "certainty"
> {
  readonly kind: DatedItem["kind"] | null;
  readonly certainty: DatedItem["certainty"] | null;
  /** of a file: what it is compared by with last year's and next year's */
  readonly lineage?: Lineage | undefined;
}

/** Something that expires as it stands at a moment. `context`: by which its tenant is reached; null for files. */
export type JudgedItem<I = DatedItem, C = string> = Omit<I, "remark"> &
  ExpiryStatus & { readonly context: C; readonly remark: Text | null; readonly state: RenewalState };

/** Something that was checked. */
export type CheckedItem = JudgedItem<CheckItem, string | null> & {
  /** it is no thing that expires, but wrong with who hears of those */
  readonly finding?: Finding | undefined;
};

/**
 * Judges something that expires. What is not valid yet, or waits for the upload of its renewed file, is a warning at least;
 * what is rejected is critical whatever its date.
 */
export function judge<
  I extends Pick<DatedItem, "expiresAt" | "validFrom" | "remark" | "rejection"> &
    Partial<Pick<DatedItem, "downloadedExpiresAt">>,
  C extends string | null,
>(item: I, context: C, asOf: AsOf): JudgedItem<I, C> {
  const { expiresAt, validFrom, rejection, remark = null } = item;
  const { now, timezone } = asOf;
  const state = stateOf(item);
  const standing = standingOf(expiresAt, asOf);
  const early =
    validFrom === undefined || validFrom === null || Date.parse(validFrom) <= now.getTime() ? null : validFrom;
  const isDoubtful = early !== null || state === "downloaded";
  const isRejected = rejection !== undefined && standing.level !== "expired";
  const remarks = [
    remark,
    isRejected ? rejection.what : null,
    early === null ? null : notValidBefore(dayOf(early, timezone)),
  ];
  return {
    ...item,
    context,
    ...standing,
    level: isRejected ? "critical" : isDoubtful && standing.level === "ok" ? "warning" : standing.level,
    remark: joinRemarks(remarks),
    state,
  };
}

/** Several remarks as one; null if there are none. */
export function joinRemarks(remarks: readonly (Text | null)[]): Text | null {
  const said = remarks.filter((one) => one !== null);
  return said.length === 0 ? null : joined(said, text("; ", "。"));
}

const notValidBefore = (day: string): Text => text(`not valid before ${day}`, `${day} まで有効になりません`);

/** By expiry; those without a date first, as nobody knows how late they are. */
export const byExpiry = (
  one: Pick<RenewalItem, "expiresAt" | "name">,
  other: Pick<RenewalItem, "expiresAt" | "name">,
): number => compare(one.expiresAt ?? "", other.expiresAt ?? "") || compare(one.name, other.name);

/** Orders strings by their code units. */
export const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** An item on a time line. */
export const markOf = ({ id, name, expiresOn, level, certainty }: JudgedItem, label = name): Mark => ({
  id,
  label,
  day: expiresOn,
  level,
  isEstimated: certainty === "estimated",
});
