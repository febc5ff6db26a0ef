import type { Context } from "../../../lib/config/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { type CheckResult, resultOf } from "../../../lib/renewals/check.ts";
import { type Checked, judgeFound, type Thresholds } from "../../../lib/renewals/judge.ts";
import { MOST_BYTES } from "../../../lib/model/renewal.ts";
import { gatherFiles, gatherScanned, unreadItem, type CheckItem } from "../../../lib/renewals/sources.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";
import { zoneOf, type Tools } from "../../tools.ts";
import { readKeys } from "../../../lib/renewals/read/keys.ts";
import { readNamedFile } from "../../../lib/files/index.ts";
import { itemsBySource } from "../items/tenant-items.ts";

/** What to check. */
interface CheckRequest {
  /** files and folders; when there are any, nothing that is recorded */
  readonly files: readonly string[];
  /** files of private keys that open server tokens among the files */
  readonly key: readonly string[];
  readonly allContexts: boolean;
  readonly thresholds: Thresholds;
}

/**
 * Runs a check; what cannot be read, including a tenant that cannot be opened, is unknown.
 *
 * @throws `not-found` when the context or a key file does not exist
 * @throws `input-rejected` when a key cannot be used
 */
export async function gatherAll(
  tools: Tools,
  { files, key, allContexts, thresholds }: CheckRequest,
): Promise<CheckResult> {
  const { contexts, globals, environment } = tools;
  const checked: Checked[] = [];
  const { context: chosen } = await contexts.choose(globals.context, environment);
  if (files.length > 0) {
    const judge = judgeOf(tools, chosen, { thresholds, context: null });
    const keys = await readKeys(key, (name) => readNamedFile(tools, name, MOST_BYTES));
    for (const file of files) {
      for await (const gathered of file === "-"
        ? fromStdin(tools, keys)
        : gatherFiles(file, tools.workingFolder, keys)) {
        tools.signal.throwIfAborted();
        checked.push(judge(gathered));
      }
    }
  } else {
    for (const context of allContexts ? await contexts.list() : [chosen]) {
      tools.signal.throwIfAborted();
      checked.push(...(await checkContext(tools, context, thresholds)));
    }
  }
  return resultOf(checked, thresholds);
}

function judgeOf(
  tools: Tools,
  chosen: Context,
  { thresholds, context }: { readonly thresholds: Thresholds; readonly context: string | null },
): (gathered: CheckItem) => Checked {
  const asOf = { now: tools.clock.now(), timezone: zoneOf(tools, { context: chosen }), thresholds };
  return (gathered) => judgeFound(gathered, context, asOf);
}

async function checkContext(tools: Tools, context: Context, thresholds: Thresholds): Promise<readonly Checked[]> {
  const judge = judgeOf(tools, context, { thresholds, context: context.name });
  try {
    return (await recordedIn(tools, context)).map(judge);
  } catch (error) {
    tools.signal.throwIfAborted();
    const reason = reasonOf(error);
    const remark = text(`cannot read the tenant: ${reason.en}`, `このテナントを読み込めません: ${reason.ja}`);
    return [judge({ ...unreadItem(context.name, remark), source: null })];
  }
}

/** What is wrong, where, and what to do next, on one line: a report has no room for more. */
function reasonOf(error: unknown): Text {
  if (!(error instanceof Failure)) return same(error instanceof Error ? error.message : String(error));
  const { what, where, hint } = error;
  const [en, ja] = where === undefined ? ["", ""] : [` (${where})`, `(${where})`];
  return text(
    `${what.en}${en}${hint === undefined ? "" : `; ${hint.en}`}`,
    `${what.ja}${ja}${hint === undefined ? "" : `。${hint.ja}`}`,
  );
}

/** An embedded tenant is not made for it. */
async function recordedIn(tools: Tools, context: Context): Promise<readonly CheckItem[]> {
  if (context.kind === "embedded" && !(await tools.contexts.holdsTenant(context))) return [];
  const tenant = await tools.tenantOf(context);
  return (await itemsBySource(tenant, zoneOf(tools, tenant))).map(({ item, validFrom, remark }) => {
    const { kind, name, organisation, expiresAt, certainty, fingerprint, topic, source } = item;
    return { kind, name, organisation, expiresAt, certainty, fingerprint, topic, validFrom, source, remark };
  });
}

async function* fromStdin(tools: Tools, keys: readonly string[]): AsyncGenerator<CheckItem> {
  const { name, bytes } = await readNamedFile(tools, "-", MOST_BYTES);
  yield* await gatherScanned({ where: name, name, bytes, named: true }, keys);
}
