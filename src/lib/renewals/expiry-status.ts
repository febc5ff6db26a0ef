import type { SuccessorEvidence } from "../apple/index.ts";
import type { CommandLine } from "../advice/index.ts";
import type { Level } from "../document/blocks.ts";
import { dayOf, countDaysLeft, formatLocalInstant, toUtcInstant, HOUR_MS } from "../model/time.ts";
import type { ExpiringItem, RenewalItem } from "../nouns/renewal.ts";
import { joinTexts, text, type Text } from "../text/index.ts";

export type Thresholds = Readonly<Record<"withinDays" | "criticalDays", number>>;

/** @see facts 3.2: CLOMO's own emails begin three months before expiry */
export const DEFAULT_THRESHOLDS: Thresholds = { withinDays: 90, criticalDays: 30 };

export interface ExpiryClock {
  readonly now: Date;
  readonly timezone: string;
  readonly thresholds: Thresholds;
}

/** The clock shows noon, except on days on which summer time begins or ends. */
export const createDayClock = (day: string, timezone: string): ExpiryClock => ({
  now: new Date(Date.parse(toUtcInstant({ day }, timezone)) - 12 * HOUR_MS),
  timezone,
  thresholds: DEFAULT_THRESHOLDS,
});

/** An item expires at its exact instant, not at midnight. */
export const levelOf = (expiresAt: string | null, { now, timezone, thresholds }: ExpiryClock): Level => {
  if (expiresAt === null) return "unknown";
  if (Date.parse(expiresAt) <= now.getTime()) return "expired";
  const days = countDaysLeft(expiresAt, now, timezone);
  if (days <= thresholds.criticalDays) return "critical";
  return days <= thresholds.withinDays ? "warning" : "ok";
};

interface ExpiryStatus {
  readonly level: Level;
  /** calendar day of the expiry in the time zone; null if unknown */
  readonly expiresOn: string | null;
  /** calendar days until the expiry, negative after the expiry; null if unknown */
  readonly daysLeft: number | null;
  /** true if the item expires today; `daysLeft` can be 0 one day earlier */
  readonly isToday: boolean;
  /** day for display; `~` marks an estimate, and the time follows within three days of the expiry */
  readonly expiry: string | null;
}

const NEAR_DAYS = 3;

const getExpiryStatus = (
  expiresAt: string | null,
  certainty: RenewalItem["certainty"] | null,
  asOf: ExpiryClock,
): ExpiryStatus => {
  if (expiresAt === null) return { level: "unknown", expiresOn: null, daysLeft: null, isToday: false, expiry: null };
  const { now, timezone } = asOf;
  const [expiresOn, daysLeft] = [dayOf(expiresAt, timezone), countDaysLeft(expiresAt, now, timezone)];
  const local = formatLocalInstant(new Date(expiresAt), timezone);
  const when =
    Math.abs(daysLeft) <= NEAR_DAYS ? local.slice(0, "2027-03-01T14:00".length).replace("T", " ") : expiresOn;
  const expiry = certainty === "estimated" ? `~${when}` : when;
  return { level: levelOf(expiresAt, asOf), expiresOn, daysLeft, isToday: expiresOn === dayOf(now, timezone), expiry };
};

export interface Rejection {
  readonly what: Text;
  /** UTC instant at which the issuer first rejected the token */
  readonly at: string;
}

export interface DatedItem extends RenewalItem {
  /** UTC instant at which the validity begins */
  readonly validFrom?: string | null | undefined;
  /** difference between the file and the record, or the reason why there is no comparison */
  readonly remark?: Text | null | undefined;
  readonly rejection?: Rejection | undefined;
}

export interface CheckItem extends Omit<
  Pick<DatedItem, keyof ExpiringItem | "source" | "remark" | "rejection">,
  "kind" | "certainty"
> {
  readonly id?: string | undefined;
  readonly tenant?: string | undefined;
  readonly kind: DatedItem["kind"] | null;
  readonly certainty: DatedItem["certainty"] | null;
  readonly evidence?: SuccessorEvidence | undefined;
  /** next step for something that is not an item */
  readonly next?: CommandLine | undefined;
}

export type ItemWithStatus<I = DatedItem, C = string> = Omit<I, "remark"> &
  ExpiryStatus & { readonly context: C; readonly remark: Text | null };

export type CheckedItem = ItemWithStatus<CheckItem, string | null>;

/** An item that the issuer rejects is at least critical. An item that is not valid yet is never `ok`. */
export function addExpiryStatus<
  I extends Pick<DatedItem, "expiresAt" | "validFrom" | "remark" | "rejection"> & Pick<CheckItem, "certainty">,
  C extends string | null,
>(item: I, context: C, asOf: ExpiryClock): ItemWithStatus<I, C> {
  const { expiresAt, certainty, validFrom, rejection, remark = null } = item;
  const { now, timezone } = asOf;
  const standing = getExpiryStatus(expiresAt, certainty, asOf);
  const early =
    validFrom === undefined || validFrom === null || Date.parse(validFrom) <= now.getTime() ? null : validFrom;
  const isRejected = rejection !== undefined && standing.level !== "expired";
  const remarks = [
    remark,
    isRejected ? rejection.what : null,
    early === null
      ? null
      : text(`not valid before ${dayOf(early, timezone)}`, `${dayOf(early, timezone)} になるまで有効ではありません`),
  ].filter((one) => one !== null);
  return {
    ...item,
    context,
    ...standing,
    level: isRejected ? "critical" : early !== null && standing.level === "ok" ? "warning" : standing.level,
    remark: remarks.length === 0 ? null : joinTexts(remarks, text("; ", "。")),
  };
}

/** Items without a date come first, because they may be the most urgent. */
export const compareByExpiry = (
  one: Pick<RenewalItem, "expiresAt" | "name">,
  other: Pick<RenewalItem, "expiresAt" | "name">,
): number => compareCodeUnits(one.expiresAt ?? "", other.expiresAt ?? "") || compareCodeUnits(one.name, other.name);

export const compareCodeUnits = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

type FileItem = Pick<CheckItem, "kind" | "topic" | "fingerprint">;

/** Kinds whose file belongs to one tenant. Other certificates may be used by several. @see facts 3.4, 3.5 */
const KINDS: readonly CheckItem["kind"][] = ["push-certificate", "ade-token", "vpp-token"];

/** Returns what is equal for one certificate or token that is recorded in several tenants; undefined if unknown. */
export const findFileKey = ({ kind, topic, fingerprint }: FileItem): string | undefined =>
  KINDS.includes(kind) && (topic ?? fingerprint) !== null ? `${kind} ${topic ?? fingerprint}` : undefined;
