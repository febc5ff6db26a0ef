import { text, type Text } from "../text/index.ts";
import type { Certainty, RenewalKind } from "../model/renewal.ts";
import { dayOf, daysLeft } from "../model/time.ts";
import { levelOf, type Asked, type Level } from "./level.ts";

/** What people call a level. */
export const LEVEL_NAMES: Readonly<Record<Level, Text>> = {
  ok: text("in time", "余裕あり"),
  warning: text("soon", "期限間近"),
  critical: text("urgent", "至急"),
  expired: text("expired", "期限切れ"),
  unknown: text("no date", "期日不明"),
};

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
export interface Judged {
  readonly item: Recorded;
  /** the context its tenant is reached by */
  readonly context: string;
  /** the calendar day it expires on, in the zone asked for; null where no date is known */
  readonly expiresOn: string | null;
  /** calendar days to that day, negative afterwards; null where no date is known */
  readonly daysLeft: number | null;
  readonly level: Level;
  /** what is to be said of the date: that the file it was read from says another */
  readonly remark: Text | null;
}

/** Says how urgent a recorded thing is. */
export const judge = (item: Recorded, context: string, asked: Asked, remark: Text | null = null): Judged => {
  const { expiresAt } = item;
  const { now, timezone } = asked;
  return {
    item,
    context,
    expiresOn: expiresAt === null ? null : dayOf(expiresAt, timezone),
    daysLeft: expiresAt === null ? null : daysLeft(expiresAt, now, timezone),
    level: levelOf(expiresAt, asked),
    remark,
  };
};

/** By expiry; those without a date first, as nobody knows how late they are. */
export const byExpiry = (one: Judged, other: Judged): number =>
  compare(one.item.expiresAt ?? "", other.item.expiresAt ?? "") || compare(one.item.name, other.item.name);

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
