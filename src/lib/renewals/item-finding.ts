import { line } from "../advice/index.ts";
import { LEVEL_NAMES } from "../document/level.ts";
import { RENEWAL_KINDS, RENEWAL_STATES } from "../model/renewal.ts";
import { buildConfirmCommand } from "./download.ts";
import type { CheckedItem } from "./judge.ts";
import { completeCommands } from "../terminal/commands.ts";
import { formatCount, same, text, type Text } from "../text/index.ts";
import type { Finding } from "./finding.ts";

/** Describes an item by its kind, its name, and its date or why there is none. */
function describeItem({
  kind,
  name,
  expiresOn,
  daysLeft,
  remark,
  state,
  rejection,
  level,
  ...item
}: CheckedItem): Text {
  const reason = rejection !== undefined && level === "critical" ? rejection.what : (remark ?? LEVEL_NAMES.unknown);
  if (kind === null) return reason;
  const [en, ja] = [`${RENEWAL_KINDS[kind].en} ${name}`, `${RENEWAL_KINDS[kind].ja}「${name}」`];
  if (daysLeft === null || reason === rejection?.what) return text(`${en}: ${reason.en}`, `${ja}: ${reason.ja}`);
  const day = item.certainty === "estimated" ? `~${expiresOn}` : expiresOn;
  const note = remark ?? (state === "downloaded" ? RENEWAL_STATES.downloaded : undefined);
  const [moreEn, moreJa] = note === undefined ? ["", ""] : [`; ${note.en}`, `。${note.ja}`];
  return level === "expired"
    ? text(
        `${en} expired on ${day}, ${formatCount(-daysLeft, "day")} ago${moreEn}`,
        `${ja}は ${day} に期限が切れました(${-daysLeft} 日経過)${moreJa}`,
      )
    : text(
        `${en} expires on ${day}, ${formatCount(daysLeft, "day")} left${moreEn}`,
        `${ja}の期限は ${day}(あと ${daysLeft} 日)${moreJa}`,
      );
}

/** Returns the finding about a judged item or file. */
export function toItemFinding(item: CheckedItem): Finding {
  const { kind, name, context, source, level, state, fingerprint } = item;
  const isWaiting = state === "downloaded" && context !== null;
  const next = isWaiting
    ? buildConfirmCommand({ name })
    : kind === null
      ? undefined
      : line("renewals guide", [context === null ? kind : name]);
  const completion = { context: context ?? undefined };
  return {
    id: `renewals ${item.id ?? `${source} ${fingerprint}`} ${level}`,
    tenant: context ?? source ?? name,
    group: "renewals",
    level,
    what: completeCommands(describeItem(isWaiting ? { ...item, remark: null } : item), completion),
    next: next === undefined ? null : same(completeCommands(`${next}`, completion)),
    item,
  };
}
