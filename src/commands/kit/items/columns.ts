import { line, step } from "../../../lib/advice/index.ts";
import type { RenewalItem } from "../../../lib/client/index.ts";
import { RENEWAL_ITEM } from "../../../lib/nouns/renewal.ts";
import { defineLabelledChoice, type Fields } from "../../../lib/model/thing.ts";
import { LEVEL_NAMES } from "../../../lib/document/blocks.ts";
import { addExpiryStatus, type ItemWithStatus } from "../../../lib/renewals/expiry-status.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { same, text } from "../../../lib/text/index.ts";
import { buildFieldColumns } from "../list/list.ts";
import { proposeUndo } from "../columns/change-result.ts";
import type { ChosenTenant, Tools } from "../tools.ts";
import { createExpiryClock } from "./tenant-items.ts";

const { id, kind, name, organisation, expiresAt, certainty, ...others } = RENEWAL_ITEM.fields;
const { owner, account, phone, phoneHolder, topic, fingerprint, notes, source, confirmedAt, confirmedBy } = others;

const { context, expiresOn, daysLeft, level } = {
  context: { type: "text", label: text("context", "コンテキスト") },
  expiresOn: { type: "text", label: text("expires on", "期限") },
  daysLeft: { type: "integer", label: text("days left", "残り日数") },
  level: { ...defineLabelledChoice(LEVEL_NAMES), label: text("level", "状態") },
} as const satisfies Fields;

const showExpiry = (column: Column<ItemWithStatus>): Column<ItemWithStatus> =>
  column.key === "expiresOn"
    ? { ...column, whole: true, name: ({ expiry }) => (expiry === null ? null : same(expiry)) }
    : column;

export const ITEM_COLUMNS: readonly Column<ItemWithStatus>[] = [
  ...buildFieldColumns<ItemWithStatus>({ context, id, kind, name, organisation }),
  ...buildFieldColumns<ItemWithStatus>({ expiresAt, expiresOn, daysLeft, level, certainty }).map(showExpiry),
  ...buildFieldColumns<ItemWithStatus>({ owner, account, phone, phoneHolder, topic, fingerprint }),
  ...buildFieldColumns<ItemWithStatus>({ notes, source, confirmedAt, confirmedBy }),
];

export const DEFAULT_ITEM_COLUMNS: readonly string[] =
  "context kind name organisation expiresOn daysLeft level owner".split(" ");

export async function showItem(tools: Tools, tenant: ChosenTenant, item: RenewalItem): Promise<void> {
  const { terminal } = tools;
  await terminal.show(ITEM_COLUMNS, addExpiryStatus(item, tenant.context.name, createExpiryClock(tools, tenant)));
  await proposeUndo(tools);
  if (!terminal.onTerminal) return;
  const guide = line("renewals guide", [item.name]);
  await terminal.note(step("to see how to renew this item", "更新の手順を見るには", guide));
}
