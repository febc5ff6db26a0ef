import { line } from "../advice/index.ts";
import { LEVEL_NAMES } from "../document/level.ts";
import { RENEWAL_KINDS, type RenewalItem } from "../nouns/renewal.ts";
import type { CheckedItem } from "./expiry-status.ts";
import { completeCommands } from "../terminal/commands.ts";
import { formatCount, same, text, type Text } from "../text/index.ts";
import type { Finding } from "./finding.ts";

export const formatItemTitle = ({ kind, name }: Pick<RenewalItem, "kind" | "name">): Text =>
  text(`${RENEWAL_KINDS[kind].en} ${name}`, `${RENEWAL_KINDS[kind].ja}「${name}」`);

export function describeItem({ kind, name, expiry, daysLeft, isToday, remark, rejection, level }: CheckedItem): Text {
  const reason = rejection !== undefined && level === "critical" ? rejection.what : (remark ?? LEVEL_NAMES.unknown);
  if (kind === null) return reason;
  const { en, ja } = formatItemTitle({ kind, name });
  if (daysLeft === null || reason === rejection?.what) return text(`${en}: ${reason.en}`, `${ja}: ${reason.ja}`);
  const [moreEn, moreJa] = remark ? [`; ${remark.en}`, `。${remark.ja}`] : ["", ""];
  const isExpired = level === "expired" || daysLeft < 0;
  if (isToday)
    return isExpired
      ? text(`${en} expired today, ${expiry}${moreEn}`, `${ja}は本日 ${expiry} に期限が切れました${moreJa}`)
      : text(`${en} expires today, ${expiry}${moreEn}`, `${ja}の期限は本日 ${expiry} です${moreJa}`);
  if (isExpired)
    return text(
      `${en} expired on ${expiry}, ${formatCount(-daysLeft, "day")} ago${moreEn}`,
      `${ja}は ${expiry} に期限が切れました(${-daysLeft} 日経過)${moreJa}`,
    );
  const left =
    daysLeft > 0
      ? text(`${formatCount(daysLeft, "day")} left`, `あと ${daysLeft} 日`)
      : text("before the next daily run", "次の自動実行の前");
  return text(`${en} expires on ${expiry}, ${left.en}${moreEn}`, `${ja}の期限は ${expiry}(${left.ja})${moreJa}`);
}

export function toItemFinding(item: CheckedItem): Finding {
  const { kind, name, context, source, level, fingerprint } = item;
  const guide = kind === null ? item.next : line("renewals guide", [context === null ? kind : name]);
  const next = level === "ok" ? undefined : guide;
  const completion = { context: context ?? undefined };
  return {
    id: `renewals ${item.id ?? `${source} ${fingerprint}`} ${level}`,
    tenant: item.tenant ?? context ?? source ?? name,
    context,
    group: "renewals",
    level,
    what: completeCommands(describeItem(item), completion),
    next: next === undefined ? null : same(completeCommands(`${next}`, completion)),
    item,
  };
}
