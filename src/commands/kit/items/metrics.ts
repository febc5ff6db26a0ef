import type { EmbeddedContext } from "../../../lib/config/context.ts";
import { ignoreFailure } from "../../../lib/errors/index.ts";
import { summariseCheck } from "../../../lib/renewals/check.ts";
import { addExpiryStatus } from "../../../lib/renewals/expiry-status.ts";
import { toItemFinding } from "../../../lib/renewals/finding.ts";
import { renderLabels, renderMetric, renderPrometheusText } from "../../../lib/renewals/monitoring.ts";
import { workOnAll } from "../each-context.ts";
import { readJobs } from "../jobs/recorder.ts";
import type { Tools } from "../tools.ts";
import { createExpiryClock, readCheckedItems } from "./tenant-items.ts";

/** Reading 300 tenants takes seconds, and what it shows changes with the days. */
const MAX_AGE_MS = 300_000;

/** Returns a function that reads expiry dates, jobs and sizes of tenants, in the text format of Prometheus. */
export const readTenantMetrics = (
  tools: Tools,
  list: () => Promise<readonly EmbeddedContext[]>,
  prepare?: (context: EmbeddedContext) => Promise<void>,
): (() => Promise<string>) => {
  const { clock } = tools;
  const readOne = async (context: EmbeddedContext) => {
    await ignoreFailure(async () => prepare?.(context));
    const asOf = createExpiryClock(tools, { context });
    const items = await readCheckedItems(tools, context);
    const jobs = (await ignoreFailure(() => readJobs(tools, context))) ?? [];
    await tools.release(context);
    const size = tools.contexts.findDatabaseBytes(context) ?? 0;
    const { name } = context;
    return {
      items: items.map((item) => addExpiryStatus(item, name, asOf)),
      jobs: jobs.map((job) => ({ ...job, context: name })),
      size: [renderLabels({ context: name }), size] as const,
    };
  };
  const read = async (): Promise<string> => {
    const all = (await workOnAll(await list(), readOne, 1)).map(([, one]) => one);
    const { state, checked } = summariseCheck(all.flatMap(({ items }) => items));
    const report = { state, findings: checked.map(toItemFinding), jobs: all.flatMap(({ jobs }) => jobs) };
    const sizes = all.map(({ size }) => size);
    const bytes = renderMetric("clomoctl_tenant_size_bytes", "Size of the tenant's file.", sizes);
    return bytes + renderPrometheusText(checked, report, clock.now());
  };
  let kept: { readonly at: number; readonly text: Promise<string> } | undefined;
  return () => {
    const now = clock.elapsedMs();
    if (kept === undefined || now - kept.at >= MAX_AGE_MS) {
      const text = read();
      kept = { at: now, text };
      // the next reader tries again
      text.catch(() => (kept = undefined));
    }
    return kept.text;
  };
};
