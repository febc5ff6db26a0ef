import { line } from "../../lib/advice/index.ts";
import { RENEWAL_KINDS } from "../../lib/nouns/renewal.ts";
import { type CheckedItem, findFileKey } from "../../lib/renewals/expiry-status.ts";
import { formatCount, text } from "../../lib/text/index.ts";
import { buildReminderCommand, NO_REMINDERS } from "../kit/items/tenant-items.ts";
import { findDailyRun, toFindings, type FindingValues, type TenantFindings } from "./findings.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Adds what only the home shows: reminders that are off, a clock that is behind, a file recorded in several contexts. */
export function addHomeFindings(all: readonly TenantFindings[], now: Date): readonly TenantFindings[] {
  const items = Map.groupBy(
    all.flatMap((one) => one.items),
    findFileKey,
  );
  items.delete(undefined);
  // the same tenant in two contexts has the same IDs
  const shared = [...items.values()].filter((alike) => new Set(alike.map(({ id }) => id)).size > 1);
  return all.map((one) => ({
    ...one,
    findings: [
      ...one.findings,
      ...toFindings(one, "reminders", findSilence(one)),
      ...toFindings(one, "job", findClockBehind(one, now)),
      ...toFindings(one, "renewals", shared.filter((alike) => isIn(alike, one)).map(describeShared)),
    ],
  }));
}

const findSilence = ({ context }: TenantFindings): readonly FindingValues[] =>
  context.notify === false ? [["off", "warning", NO_REMINDERS, buildReminderCommand(context, "on")]] : [];

function findClockBehind(tenant: TenantFindings, now: Date): readonly FindingValues[] {
  const aheadMs = Date.parse(findDailyRun(tenant)?.startedAt ?? now.toISOString()) - now.getTime();
  if (aheadMs <= DAY_MS) return [];
  const days = Math.floor(aheadMs / DAY_MS);
  const what = text(
    `the clock is ${formatCount(days, "day")} behind the last run`,
    `時計が前回の自動実行より ${days} 日遅れています`,
  );
  return [["clock", "warning", what, null]];
}

const isIn = (alike: readonly CheckedItem[], { context: { name } }: TenantFindings): boolean =>
  alike.some(({ context }) => context === name);

function describeShared(alike: readonly CheckedItem[]): FindingValues {
  const [first] = alike;
  const named = alike.map(({ context, name }) => `${context} (${name})`).join(", ");
  const { en, ja } = RENEWAL_KINDS[first?.kind ?? "certificate"];
  const what = text(`the same ${en} is recorded in ${named}`, `同じ ${ja}が登録されています(${named})`);
  return [`shared ${en} ${named}`, "warning", what, line("renewals list", [], { allContexts: true })];
}
