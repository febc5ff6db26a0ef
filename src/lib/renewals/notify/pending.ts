import type { NoticeClaim } from "../../model/renewal.ts";
import { dayOf, daysLeft } from "../../model/time.ts";
import { compare } from "../judge.ts";
import type { DueNotice } from "./digest.ts";
import type { RecipientItems } from "./recipients.ts";
import type { LoadedTenant } from "./tenant.ts";
import { dueStages } from "../stages.ts";
import { bouncedOn } from "./warnings.ts";

/** A notice to claim in its tenant. */
export interface PendingNotice {
  readonly loaded: LoadedTenant;
  readonly key: NoticeClaim;
  /** undefined where a later stage has taken its place */
  readonly due: DueNotice | undefined;
}

/** What there is to do for one recipient. */
export interface RecipientWork {
  /** begun by a run that has not settled it: a dead one, or one that is at it right now */
  readonly unfinished: readonly PendingNotice[];
  /** the most urgent first */
  readonly fresh: readonly PendingNotice[];
}

/** The clock of a run. */
export interface RunClock {
  readonly now: Date;
  /** days before expiry */
  readonly stages: readonly number[];
}

const sameStage = (one: NoticeClaim, other: NoticeClaim): boolean =>
  one.itemId === other.itemId && one.expiresAt === other.expiresAt && one.stage === other.stage;

const dueOf = (
  loaded: LoadedTenant,
  { addressee, tenantItems }: RecipientItems,
  clock: RunClock,
): readonly PendingNotice[] => {
  const { context, timezone } = loaded.tenant;
  const items = tenantItems.find((tenantItem) => tenantItem.context === context)?.items ?? [];
  const today = dayOf(clock.now, timezone);
  const said = loaded
    .pastOf(addressee)
    .filter((notice) => notice.state === "sent" || bouncedOn(notice, today, timezone));
  return dueStages(items, said, { ...clock, timezone }).map(({ item, stage }) => ({
    loaded,
    key: { itemId: item.id, expiresAt: item.expiresAt, stage, ...addressee },
    due: {
      context,
      item,
      stage,
      days: daysLeft(item.expiresAt, clock.now, timezone),
      day: dayOf(item.expiresAt, timezone),
      expired: Date.parse(item.expiresAt) <= clock.now.getTime(),
    },
  }));
};

const unfinishedOf = (
  loaded: LoadedTenant,
  { addressee }: RecipientItems,
  allDue: readonly PendingNotice[],
): readonly PendingNotice[] =>
  loaded
    .pastOf(addressee)
    .filter(({ state, itemId }) => state === "sending" && loaded.items.some(({ id }) => id === itemId))
    .map(({ itemId, expiresAt, stage }) => {
      const key = { itemId, expiresAt, stage, ...addressee };
      return { loaded, key, due: allDue.find((one) => one.loaded === loaded && sameStage(one.key, key))?.due };
    });

const byUrgency = ({ due: one }: PendingNotice, { due: other }: PendingNotice): number =>
  (one?.days ?? 0) - (other?.days ?? 0) || compare(one?.item.expiresAt ?? "", other?.item.expiresAt ?? "");

/** What to send to a recipient now, and what an earlier run left unsettled. */
export const workFor = (target: RecipientItems, tenants: readonly LoadedTenant[], clock: RunClock): RecipientWork => {
  const allDue = tenants.flatMap((loaded) => dueOf(loaded, target, clock)).toSorted(byUrgency);
  const unfinished = tenants.flatMap((loaded) => unfinishedOf(loaded, target, allDue)).toSorted(byUrgency);
  const fresh = allDue.filter(
    ({ loaded, key }) => !unfinished.some((one) => one.loaded === loaded && sameStage(one.key, key)),
  );
  return { unfinished, fresh };
};
