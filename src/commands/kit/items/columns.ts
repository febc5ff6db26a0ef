import { line, step } from "../../../lib/advice/index.ts";
import type { RenewalItem, Client } from "../../../lib/client/index.ts";
import { RENEWAL_ITEM, RENEWAL_KINDS } from "../../../lib/nouns/renewal.ts";
import { defineLabelledChoice, type Fields } from "../../../lib/model/thing.ts";
import { LEVEL_NAMES } from "../../../lib/document/blocks.ts";
import { addExpiryStatus, type ItemWithStatus } from "../../../lib/renewals/expiry-status.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { same, text } from "../../../lib/text/index.ts";
import { buildFieldColumns } from "../list/list.ts";
import { proposeUndo } from "../columns/change-result.ts";
import type { ChosenTenant, Tools } from "../tools.ts";
import { createExpiryClock } from "./tenant-items.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import type { TextField } from "../field.ts";
import { requireSingleMatch } from "../list/single-match.ts";

export const ITEM_ARGUMENT = {
  kind: "string",
  value: "ITEM",
  required: true,
  about: text("name or ID of an item, or the start of its ID", "項目の名前か ID(ID は先頭の一部でもよい)"),
} as const satisfies TextField;

/** A name takes precedence over the start of an ID. @throws Failure `not-found`, `usage` if several items match */
export async function findItem(client: Client<"renewals">, typed: string): Promise<RenewalItem> {
  const items = await client.renewals.list();
  const start = typed.toLowerCase();
  const named = items.filter(({ id, name }) => id === start || nameKey(name) === nameKey(typed));
  const found = named.length > 0 || start === "" ? named : items.filter(({ id }) => id.startsWith(start));
  return requireSingleMatch(typed, found, {
    noun: text("item", "項目"),
    list: line("renewals list", []),
    describe: ({ id, name, kind, organisation }) => {
      const told = [name, organisation, id].filter((part) => part !== null).join(" ");
      const { en, ja } = RENEWAL_KINDS[kind];
      return text(`${en} ${told}`, `${ja} ${told}`);
    },
  });
}

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
