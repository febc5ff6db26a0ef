import { line } from "../../advice/index.ts";
import { RENEWAL_KINDS, RENEWAL_STATES } from "../../model/renewal.ts";
import { formatCount, same, text, type Text } from "../../text/index.ts";
import { listUrgentItems, type CheckResult } from "../check.ts";
import { LEVEL_NAMES } from "../../document/level.ts";
import type { CheckedItem } from "../judge.ts";

interface Headline {
  readonly line: Text;
  /** the item whose remark is part of the line; undefined if the line gives a date instead */
  readonly remarkOf: CheckedItem | undefined;
}

/**
 * Describes the most urgent item of a check in one line: how long the item has left, and the command that shows how to
 * renew it. cron sends this line as the first line of its email. Returns undefined if nothing is due.
 */
export function describeMostUrgent(result: CheckResult, severalContexts: boolean): Headline | undefined {
  const [first, ...rest] = listUrgentItems(result);
  if (first === undefined) return undefined;
  const name = LEVEL_NAMES[first.level];
  const more = rest.length;
  const others = more === 0 ? same("") : text(` (and ${more} more)`, `(ほか ${more} 件)`);
  const said = describeUrgency(first);
  const next = formatGuideCommand(first, severalContexts);
  return {
    line: text(`${name.en.toUpperCase()}: ${said.en}${others.en}${next}`, `${name.ja}: ${said.ja}${others.ja}${next}`),
    remarkOf: hasNoDate(first) ? first : undefined,
  };
}

const hasNoDate = ({ kind, daysLeft }: CheckedItem): boolean => kind === null || daysLeft === null;

function describeUrgency(checked: CheckedItem): Text {
  const { kind, name, expiresOn, daysLeft, remark, level, state, rejection } = checked;
  if (kind === null || daysLeft === null) {
    return text(`${name}: ${remark?.en ?? LEVEL_NAMES.unknown.en}`, `${name}: ${remark?.ja ?? LEVEL_NAMES.unknown.ja}`);
  }
  const what = RENEWAL_KINDS[kind];
  if (rejection !== undefined && level === "critical")
    return text(`${what.en} ${name}: ${rejection.what.en}`, `${what.ja}「${name}」: ${rejection.what.ja}`);
  const [en, ja] = state === "downloaded" ? [RENEWAL_STATES.downloaded.en, RENEWAL_STATES.downloaded.ja] : [];
  const [moreEn, moreJa] = [en === undefined ? "" : `; ${en}`, ja === undefined ? "" : `。${ja}`];
  return level === "expired"
    ? text(
        `${what.en} ${name} expired on ${expiresOn}, ${formatCount(-daysLeft, "day")} ago${moreEn}`,
        `${what.ja}「${name}」は ${expiresOn} に期限が切れました(${-daysLeft} 日経過)${moreJa}`,
      )
    : text(
        `${what.en} ${name} expires on ${expiresOn}, ${formatCount(daysLeft, "day")} left${moreEn}`,
        `${what.ja}「${name}」の期限は ${expiresOn}(あと ${daysLeft} 日)${moreJa}`,
      );
}

function formatGuideCommand({ kind, name, context }: CheckedItem, severalContexts: boolean): string {
  if (kind === null) return "";
  const subject = context === null ? kind : name;
  return `: ${line("renewals guide", [subject], severalContexts && context !== null ? { context } : {})}`;
}
