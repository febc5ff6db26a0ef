import type { ReadOptions } from "../../../lib/apple/index.ts";
import { type CheckResult, summariseCheck } from "../../../lib/renewals/check.ts";
import {
  addExpiryStatus,
  type CheckedItem,
  type CheckItem,
  type Thresholds,
} from "../../../lib/renewals/expiry-status.ts";
import { MAX_RENEWAL_FILE_BYTES } from "../../../lib/nouns/renewal.ts";
import { gatherItems, gatherScannedItems } from "../../../lib/renewals/sources.ts";
import { resolveTimezoneWithoutTenant, type Tools } from "../tools.ts";
import { readNamedFile } from "../../../lib/files/index.ts";

interface CheckRequest {
  /** files and folders to check; if the list is empty, recorded items are checked */
  readonly files: readonly string[];
  readonly key: readonly string[];
  readonly allContexts: boolean;
  readonly thresholds: Thresholds;
}

/** A file that cannot be read counts as unknown. @throws `not-found`; `input-rejected` if a key is unusable */
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
        checked.push(addExpiryStatus(found, null, asOf));
      }
    }
  } else {
    const { createExpiryClock, readCheckedItems, warnOfSilence } = await import("./tenant-items.ts");
    for (const context of allContexts
      ? await contexts.listUsed()
      : [(await contexts.choose(globals.context, environment)).context]) {
      tools.signal.throwIfAborted();
      await warnOfSilence(tools, context);
      const asOf = { ...createExpiryClock(tools, { context }), thresholds };
      for (const item of await readCheckedItems(tools, context))
        checked.push(addExpiryStatus(item, context.name, asOf));
    }
  }
  return summariseCheck(checked);
}

const loadReadOptions = async (tools: Tools, { key }: Pick<CheckRequest, "key">): Promise<ReadOptions> =>
  key.length === 0 ? {} : (await import("./read-options.ts")).readKeyFiles(tools, { key });

async function* gatherStdin(tools: Tools, options: ReadOptions): AsyncGenerator<CheckItem> {
  const { name, bytes } = await readNamedFile(tools, "-", MAX_RENEWAL_FILE_BYTES);
  yield* await gatherScannedItems({ where: name, name, bytes, named: true }, options);
}
