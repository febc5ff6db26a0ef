import type { ReadOptions } from "../../../lib/apple/index.ts";
import { line, step } from "../../../lib/advice/index.ts";
import type { Context } from "../../../lib/config/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { type CheckResult, summariseCheck } from "../../../lib/renewals/check.ts";
import {
  judgeExpiry,
  type CheckedItem,
  type CheckItem,
  type DatedItem,
  type Thresholds,
} from "../../../lib/renewals/judge.ts";
import { MAX_RENEWAL_FILE_BYTES } from "../../../lib/model/renewal.ts";
import { markRejectedItem } from "../../../lib/renewals/rejection.ts";
import { gatherItems, gatherScannedItems, createUnreadableItem } from "../../../lib/renewals/sources.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";
import { resolveTimezoneWithoutTenant, resolveTimezone, type Tools } from "../../tools.ts";
import { readNamedFile } from "../../../lib/files/index.ts";
import { createExpiryClock, readDatedItems } from "./tenant-items.ts";

interface CheckRequest {
  /** files and folders to check; recorded items are checked only if this list is empty */
  readonly files: readonly string[];
  readonly key: readonly string[];
  readonly allContexts: boolean;
  readonly thresholds: Thresholds;
}

/** An unreadable file counts as unknown. @throws `not-found`; `input-rejected` if a key is unusable */
export async function runCheck(
  tools: Tools,
  { files, allContexts, thresholds, ...openers }: CheckRequest,
): Promise<CheckResult> {
  const { contexts, globals, environment } = tools;
  const checked: CheckedItem[] = [];
  if (files.length > 0) {
    const asOf = { now: tools.clock.now(), timezone: await resolveTimezoneWithoutTenant(tools), thresholds };
    const options = await loadReadOptions(tools, openers);
    for (const file of files) {
      for await (const found of file === "-"
        ? gatherStdin(tools, options)
        : gatherItems(file, tools.workingFolder, options)) {
        tools.signal.throwIfAborted();
        checked.push(judgeExpiry(found, null, asOf));
      }
    }
  } else {
    for (const context of allContexts
      ? await contexts.listUsed()
      : [(await contexts.choose(globals.context, environment)).context]) {
      tools.signal.throwIfAborted();
      const asOf = { ...createExpiryClock(tools, { context }), thresholds };
      for (const item of await readCheckedItems(tools, context)) checked.push(judgeExpiry(item, context.name, asOf));
    }
  }
  return summariseCheck(checked);
}

const loadReadOptions = async (tools: Tools, { key }: Pick<CheckRequest, "key">): Promise<ReadOptions> =>
  key.length === 0 ? {} : (await import("./read-options.ts")).readKeyFiles(tools, { key });

export function describeUnreadable(error: unknown): Text {
  const { what, where, hint } =
    error instanceof Failure ? error : { what: same(error instanceof Error ? error.message : String(error)) };
  const at = where === undefined ? same("") : text(` (${where})`, `(${where})`);
  const next = hint === undefined ? same("") : text(`; ${hint.en}`, `。${hint.ja}`);
  return text(
    `cannot read the tenant: ${what.en}${at.en}${next.en}`,
    `このテナントを読み込めません: ${what.ja}${at.ja}${next.ja}`,
  );
}

/** @throws `not-found` if the local tenant does not exist, because a check must not create a tenant */
export async function loadCheckedTenant(
  tools: Tools,
  context: Context,
  needsAde = (items: readonly DatedItem[]): boolean => items.some(({ kind }) => kind === "ade-token"),
) {
  if (context.kind === "embedded" && !tools.contexts.hasTenant(context))
    throw new Failure("not-found", {
      what: text("it has no data yet, or its file is missing", "まだデータがないか、ファイルがありません"),
      hint: step("to start", "始めるには", line("users import", ["FILE"], { createOrgs: true, dryRun: true })),
    });
  const opened = await tools.tenantOf(context, "renewals", "tenant", "ade");
  const recorded = await readDatedItems(opened, resolveTimezone(tools, opened));
  tools.signal.throwIfAborted();
  const tenant = await opened.client.tenant.show();
  const ade = needsAde(recorded)
    ? await (await import("../../ade/watched.ts")).findMonitoredAde(opened.client, tools.clock.now())
    : undefined;
  const name = tenant.profile?.domain ?? context.name;
  const items = markRejectedItem(recorded, ade?.facts).map((item) => ({ ...item, tenant: name }));
  return { tenant, name, ade, items };
}

async function readCheckedItems(tools: Tools, context: Context): Promise<readonly CheckItem[]> {
  try {
    return (await loadCheckedTenant(tools, context)).items;
  } catch (error) {
    tools.signal.throwIfAborted();
    return [{ ...createUnreadableItem(context.name, describeUnreadable(error)), source: null }];
  }
}

async function* gatherStdin(tools: Tools, options: ReadOptions): AsyncGenerator<CheckItem> {
  const { name, bytes } = await readNamedFile(tools, "-", MAX_RENEWAL_FILE_BYTES);
  yield* await gatherScannedItems({ where: name, name, bytes, named: true }, options);
}
