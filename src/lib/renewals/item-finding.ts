import { line } from "../advice/index.ts";
import { LEVEL_NAMES } from "../document/level.ts";
import { RENEWAL_KINDS } from "../model/renewal.ts";
import type { CheckedItem } from "./judge.ts";
import { completeCommands } from "../terminal/commands.ts";
import { formatCount, same, text, type Text } from "../text/index.ts";
import type { Finding } from "./finding.ts";

/** Describes an item by its kind, its name, and its date or why there is none. */
function describeItem({ kind, name, expiry, daysLeft, remark, rejection, level }: CheckedItem): Text {
  const reason = rejection !== undefined && level === "critical" ? rejection.what : (remark ?? LEVEL_NAMES.unknown);
  if (kind === null) return reason;
  const [en, ja] = [`${RENEWAL_KINDS[kind].en} ${name}`, `${RENEWAL_KINDS[kind].ja}「${name}」`];
  if (daysLeft === null || reason === rejection?.what) return text(`${en}: ${reason.en}`, `${ja}: ${reason.ja}`);
  const [moreEn, moreJa] = remark ? [`; ${remark.en}`, `。${remark.ja}`] : ["", ""];
  return level === "expired"
    ? text(
        `${en} expired on ${expiry}, ${formatCount(-daysLeft, "day")} ago${moreEn}`,
        `${ja}は ${expiry} に期限が切れました(${-daysLeft} 日経過)${moreJa}`,
      )
    : text(
        `${en} expires on ${expiry}, ${formatCount(daysLeft, "day")} left${moreEn}`,
        `${ja}の期限は ${expiry}(あと ${daysLeft} 日)${moreJa}`,
      );
}

/** Returns the finding about a judged item or file. */
export function toItemFinding(item: CheckedItem): Finding {
  const { kind, name, context, source, level, fingerprint } = item;
  const next = kind === null ? undefined : line("renewals guide", [context === null ? kind : name]);
  const completion = { context: context ?? undefined };
  return {
    id: `renewals ${item.id ?? `${source} ${fingerprint}`} ${level}`,
    tenant: context ?? source ?? name,
    group: "renewals",
    level,
    what: completeCommands(describeItem(item), completion),
    next: next === undefined ? null : same(completeCommands(`${next}`, completion)),
    item,
  };
}
