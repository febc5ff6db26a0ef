import { line } from "../../../lib/advice/index.ts";
import type { Tenant } from "../../../lib/client/index.ts";
import type { Context } from "../../../lib/config/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { sayUses, type DecidingField, type ExpectedKind } from "../../../lib/model/applies.ts";
import { RENEWAL_KINDS } from "../../../lib/model/renewal.ts";
import { TENANT, UNSAID, type TenantProfile } from "../../../lib/model/tenant.ts";
import { expectedOf, type ExpectedRecords } from "../../../lib/renewals/expected.ts";
import type { CheckedItem } from "../../../lib/renewals/judge.ts";
import { textInContext } from "../../../lib/terminal/commands.ts";
import { joined, text, type Text } from "../../../lib/text/index.ts";
import { rightsIn, type Rights } from "../../rights.ts";
import type { Tools } from "../../tools.ts";

/** The line to type to record a thing of a kind. */
export const recordingLine = (kind: ExpectedKind): string =>
  line("renewals add", ["NAME"], { kind, ...(kind === "android-owner" ? { lastLogin: "DATE" } : { file: "FILE" }) });

/** `whether Android is used`. */
export const unsaidName = (fields: readonly DecidingField[]): Text => {
  const names = joined(
    fields.map((field) => TENANT.fields[field].label),
    text(", ", "、"),
  );
  return fields.every((field) => field === "androidAccounts")
    ? text(`with which accounts Android is used`, `Android をどのアカウントで使うか`)
    : text(`whether these are used: ${names.en}`, `使っているかどうか: ${names.ja}`);
};

/** That a thing should be recorded. */
export const missingName = (kind: ExpectedKind): Text => {
  const { en, ja } = RENEWAL_KINDS[kind];
  return text(`not recorded: ${en}`, `登録がありません: ${ja}`);
};

const BY_SYSTEM = text("ask a system administrator", "システム管理者に依頼してください");

/** What is missing, and what to ask, each with the line to type; to who may not, with whom to ask. */
const linesOf = ({ missing, unsaid }: ExpectedRecords, { may }: Rights): readonly Text[] => [
  ...missing.map((kind) => {
    const [{ en, ja }, line] = [missingName(kind), recordingLine(kind)];
    return may("renewals.write")
      ? text(`${en}; to record it: ${line}`, `${ja}。登録するには: ${line}`)
      : text(`${en}; ${BY_SYSTEM.en}`, `${ja}。${BY_SYSTEM.ja}`);
  }),
  ...(unsaid.length === 0
    ? []
    : [
        text(
          `not said ${unsaidName(unsaid).en}; so nobody knows what should be recorded: ${may("tenant.write") ? sayUses(unsaid) : BY_SYSTEM.en}`,
          `未設定です(${unsaidName(unsaid).ja})。何を登録すべきか判断できません${may("tenant.write") ? `: ${sayUses(unsaid)}` : `。${BY_SYSTEM.ja}`}`,
        ),
      ]),
];

/** What was listed or checked, of one tenant or of all. */
interface ListedItems {
  readonly allContexts: boolean;
  readonly items: readonly Pick<CheckedItem, "kind" | "context">[];
  /** those that were read already, by their contexts */
  readonly tenants?: ReadonlyMap<string, Tenant> | undefined;
}

/**
 * Tells what the records of tenants lack, and where nobody knows that. Never more than a hint: a tenant that could not be
 * read, or keeps nothing of what it uses, is passed over; one without data is not made for it, and nothing was said of it.
 */
export async function tellExpectedOfAll(tools: Tools, { allContexts, items, tenants }: ListedItems): Promise<void> {
  const { contexts, globals, environment } = tools;
  if (!allContexts)
    return tellExpected(tools, (await contexts.choose(globals.context, environment)).context, { items, tenants });
  const counted = await contexts.counted();
  for (const context of (await contexts.list()).filter(({ name }) => counted.includes(name))) {
    const own = items.filter((item) => item.context === context.name);
    await tellExpected(tools, context, { items: own, tenants, name: context.name });
  }
}

async function tellExpected(
  tools: Tools,
  context: Context,
  { items, tenants, name }: Pick<ListedItems, "items" | "tenants"> & { readonly name?: string },
): Promise<void> {
  if (items.some(({ kind }) => kind === null)) return;
  const read = tenants?.get(context.name);
  const profile = read === undefined ? await profileOf(tools, context, { isEmpty: items.length === 0 }) : read.profile;
  if (profile === undefined) return;
  const expected = expectedOf(profile, items);
  if (expected.missing.length + expected.unsaid.length === 0) return;
  const rights = await readable(() => rightsIn(tools, context));
  if (rights === undefined) return;
  for (const line of linesOf(expected, rights)) {
    if (name === undefined) await tools.terminal.note(line);
    else {
      const { en, ja } = textInContext(line, context.name);
      await tools.terminal.note(text(`${name}: ${en}`, `${name}: ${ja}`));
    }
  }
}

/** What a tenant uses; undefined where it does not say. */
async function profileOf(
  tools: Tools,
  context: Context,
  { isEmpty }: { readonly isEmpty: boolean },
): Promise<TenantProfile | undefined> {
  return readable(async () => {
    if (isEmpty && context.kind === "embedded" && !tools.contexts.holdsTenant(context)) return UNSAID;
    return (await (await tools.tenantOf(context, "tenant")).client.tenant.show()).profile;
  });
}

/** What a tenant answers; undefined where it cannot be read. @throws `interrupted` */
const readable = <T>(read: () => Promise<T>): Promise<T | undefined> =>
  read().catch((error: unknown) => {
    if (!(error instanceof Failure) || error.code === "interrupted") throw error;
    return undefined;
  });
