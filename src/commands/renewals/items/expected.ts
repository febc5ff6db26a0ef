import { line, type CommandLine } from "../../../lib/advice/index.ts";
import type { Tenant } from "../../../lib/client/index.ts";
import type { Context } from "../../../lib/config/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { buildUsageCommand, type DecidingField, type ExpectedRenewalKind } from "../../../lib/model/applies.ts";
import { RENEWAL_KINDS } from "../../../lib/model/renewal.ts";
import { TENANT, EMPTY_TENANT_PROFILE, type TenantProfile } from "../../../lib/model/tenant.ts";
import { findExpectedRecords, type ExpectedRecords } from "../../../lib/renewals/expected.ts";
import type { CheckedItem } from "../../../lib/renewals/judge.ts";
import { completeCommands } from "../../../lib/terminal/commands.ts";
import { joinTexts, text, type Text } from "../../../lib/text/index.ts";
import { loadRights, type Rights } from "../../rights.ts";
import type { Tools } from "../../tools.ts";

export const buildAddLine = (kind: ExpectedRenewalKind): CommandLine =>
  line("renewals add", ["NAME"], { kind, ...(kind === "android-owner" ? { lastLogin: "DATE" } : { file: "FILE" }) });

/** Describes what is not recorded about the services that a tenant uses, such as `use of iOS, ADE`. */
export const describeUnknownUse = (fields: readonly DecidingField[]): Text => {
  const names = joinTexts(
    fields.map((field) => TENANT.fields[field].label),
    text(", ", "、"),
  );
  return fields.every((field) => field === "androidAccounts")
    ? text("which accounts Android uses", "Android をどのアカウントで使うか")
    : text(`use of ${names.en}`, `使っているかどうか: ${names.ja}`);
};

export const describeMissingKind = (kind: ExpectedRenewalKind): Text => {
  const { en, ja } = RENEWAL_KINDS[kind];
  return text(`not recorded: ${en}`, `登録がありません: ${ja}`);
};

const ASK_SYSTEM_ADMINISTRATOR = text("ask a system administrator", "システム管理者に依頼してください");

/**
 * Describes the records that are missing or unknown, each with the command that adds it. If the account lacks the
 * right,
 * the advice is to ask a system administrator.
 */
const describeExpectedRecords = ({ missing, unsaid }: ExpectedRecords, { may }: Rights): readonly Text[] => [
  ...missing.map((kind) => {
    const [{ en, ja }, line] = [describeMissingKind(kind), buildAddLine(kind)];
    return may("renewals.write")
      ? text(`${en}; to record it: ${line}`, `${ja}。登録するには: ${line}`)
      : text(`${en}; ${ASK_SYSTEM_ADMINISTRATOR.en}`, `${ja}。${ASK_SYSTEM_ADMINISTRATOR.ja}`);
  }),
  ...(unsaid.length === 0
    ? []
    : [
        text(
          `not recorded: ${describeUnknownUse(unsaid).en}; to determine which items are needed: ${may("tenant.write") ? buildUsageCommand(unsaid) : ASK_SYSTEM_ADMINISTRATOR.en}`,
          `未設定です(${describeUnknownUse(unsaid).ja})。何を登録すべきか判断できません${may("tenant.write") ? `: ${buildUsageCommand(unsaid)}` : `。${ASK_SYSTEM_ADMINISTRATOR.ja}`}`,
        ),
      ]),
];

interface ListedItems {
  readonly allContexts: boolean;
  readonly items: readonly Pick<CheckedItem, "kind" | "context">[];
  /** tenants that were already read, by the names of their contexts */
  readonly tenants?: ReadonlyMap<string, Tenant> | undefined;
}

/**
 * Reports which items are missing from the records of tenants, and for which tenants this is not known. The notes are
 * only hints: a tenant is skipped if it cannot be read or does not store what it uses. A tenant without data is not
 * created; it counts as a tenant about which nothing is recorded.
 */
export async function noteExpectedRecords(tools: Tools, { allContexts, items, tenants }: ListedItems): Promise<void> {
  const { contexts, globals, environment } = tools;
  if (!allContexts)
    return noteExpectedOfTenant(tools, (await contexts.choose(globals.context, environment)).context, {
      items,
      tenants,
    });
  const counted = await contexts.counted();
  for (const context of (await contexts.list()).filter(({ name }) => counted.includes(name))) {
    const own = items.filter((item) => item.context === context.name);
    await noteExpectedOfTenant(tools, context, { items: own, tenants, name: context.name });
  }
}

async function noteExpectedOfTenant(
  tools: Tools,
  context: Context,
  { items, tenants, name }: Pick<ListedItems, "items" | "tenants"> & { readonly name?: string },
): Promise<void> {
  if (items.some(({ kind }) => kind === null)) return;
  const read = tenants?.get(context.name);
  const profile =
    read === undefined ? await readTenantProfile(tools, context, { isEmpty: items.length === 0 }) : read.profile;
  if (profile === undefined) return;
  const expected = findExpectedRecords(profile, items);
  if (expected.missing.length + expected.unsaid.length === 0) return;
  const rights = await readIfPossible(() => loadRights(tools, context));
  if (rights === undefined) return;
  for (const line of describeExpectedRecords(expected, rights)) {
    if (name === undefined) await tools.terminal.note(line);
    else {
      const { en, ja } = completeCommands(line, { context: context.name });
      await tools.terminal.note(text(`${name}: ${en}`, `${name}: ${ja}`));
    }
  }
}

/** Reads what a tenant uses. Returns undefined if this is not stored or cannot be read. */
async function readTenantProfile(
  tools: Tools,
  context: Context,
  { isEmpty }: { readonly isEmpty: boolean },
): Promise<TenantProfile | undefined> {
  return readIfPossible(async () => {
    if (isEmpty && context.kind === "embedded" && !tools.contexts.holdsTenant(context)) return EMPTY_TENANT_PROFILE;
    return (await (await tools.tenantOf(context, "tenant")).client.tenant.show()).profile;
  });
}

/** Returns what is read from a tenant, or undefined if the tenant cannot be read.  @throws `interrupted` */
const readIfPossible = <T>(read: () => Promise<T>): Promise<T | undefined> =>
  read().catch((error: unknown) => {
    if (!(error instanceof Failure) || error.code === "interrupted") throw error;
    return undefined;
  });
