import { dayOf, daysLeft } from "../model/time.ts";
import type { Certainty, RenewalKind } from "../model/renewal.ts";
import { text, type Text } from "../text/index.ts";
import type { CheckItem } from "./sources.ts";

/** How urgent an item is; `unknown` is never `ok`. */
export type Level = "ok" | "warning" | "critical" | "expired" | "unknown";

/** Names of the levels for people; programs read the keys. */
export const LEVEL_NAMES: Readonly<Record<Level, Text>> = {
  ok: text("ok", "余裕あり"),
  warning: text("soon", "期限間近"),
  critical: text("urgent", "至急"),
  expired: text("expired", "期限切れ"),
  unknown: text("unknown", "期限不明"),
};

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

/** The level of an expiry; an item is expired from its very instant on, whatever the day says. */
export const levelOf = (expiresAt: string | null, { now, timezone, thresholds }: AsOf): Level => {
  if (expiresAt === null) return "unknown";
  if (Date.parse(expiresAt) <= now.getTime()) return "expired";
  const days = daysLeft(expiresAt, now, timezone);
  if (days <= thresholds.criticalDays) return "critical";
  return days <= thresholds.withinDays ? "warning" : "ok";
};

/** An expiry as it stands at a moment. */
interface Standing {
  readonly level: Level;
  /** calendar day of the expiry, in the zone asked for; null where no date is known */
  readonly expiresOn: string | null;
  /** calendar days to that day, negative afterwards; null where no date is known */
  readonly daysLeft: number | null;
}

const standingOf = (expiresAt: string | null, asOf: AsOf): Standing => ({
  level: levelOf(expiresAt, asOf),
  expiresOn: expiresAt === null ? null : dayOf(expiresAt, asOf.timezone),
  daysLeft: expiresAt === null ? null : daysLeft(expiresAt, asOf.now, asOf.timezone),
});

/** What a tenant has recorded of a thing that expires. Instants are UTC. */
export interface Recorded {
  readonly id: string;
  readonly kind: RenewalKind;
  readonly name: string;
  readonly organisation: string | null;
  readonly expiresAt: string | null;
  readonly certainty: Certainty;
  readonly fingerprint: string | null;
  readonly topic: string | null;
  readonly owner: string | null;
  readonly account: string | null;
  readonly phone: string | null;
  readonly notes: string | null;
  readonly source: string | null;
  /** when the yearly login was last done, and by whom */
  readonly confirmedAt: string | null;
  readonly confirmedBy: string | null;
}

/** A recorded thing as it stands at a moment. */
export interface Judged extends Standing {
  readonly item: Recorded;
  /** the context its tenant is reached by */
  readonly context: string;
  /** set when the file it was read from has another date */
  readonly remark: Text | null;
}

/** Judges a recorded thing. */
export const judge = (item: Recorded, context: string, asOf: AsOf, remark: Text | null = null): Judged => ({
  item,
  context,
  ...standingOf(item.expiresAt, asOf),
  remark,
});

/** Something that was checked. */
export interface Checked extends CheckItem, Standing {
  /** the context of the tenant that has it; null for files */
  readonly context: string | null;
}

/** Judges something that was read; what is not valid yet is a warning. */
export function judgeFound(found: CheckItem, context: string | null, asOf: AsOf): Checked {
  const { expiresAt, validFrom, remark } = found;
  const { now, timezone } = asOf;
  const standing = standingOf(expiresAt, asOf);
  if (validFrom === null || Date.parse(validFrom) <= now.getTime()) return { ...found, context, ...standing };
  return {
    ...found,
    context,
    ...standing,
    level: standing.level === "ok" ? "warning" : standing.level,
    remark: remarkWith(remark, dayOf(validFrom, timezone)),
  };
}

function remarkWith(remark: Text | null, validOn: string): Text {
  const early = text(`not valid before ${validOn}`, `${validOn} まで有効になりません`);
  return remark === null ? early : text(`${remark.en}; ${early.en}`, `${remark.ja}。${early.ja}`);
}

/** By expiry; those without a date first, as nobody knows how late they are. */
export const byExpiry = (one: Judged, other: Judged): number =>
  compare(one.item.expiresAt ?? "", other.item.expiresAt ?? "") || compare(one.item.name, other.item.name);

/** Orders strings by their code units. */
export const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
