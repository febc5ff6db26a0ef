import { renderRenewalCalendar, type CalendarItem } from "../../lib/renewals/calendar.ts";
import { addExpiryStatus } from "../../lib/renewals/expiry-status.ts";
import { expireAtRejection } from "../../lib/renewals/rejection.ts";
import { formatCount, text } from "../../lib/text/index.ts";
import { ALL_CONTEXTS_OPTION } from "../kit/list/list.ts";
import { defineCommand } from "../kit/command.ts";
import { OUTPUT_FILE_OPTION } from "../kit/files/text-format.ts";
import { writeOutput } from "../kit/files/outputs.ts";
import type { ChosenTenant, Tools } from "../kit/tools.ts";
import { isAboutSeveral } from "../kit/list/contexts.ts";
import { createExpiryClock, readCurrentItems, listRemarks } from "../kit/items/tenant-items.ts";

export default defineCommand({
  summary: text("write expiry dates to a calendar file", "年次更新・期限をカレンダーファイルに書き出す"),
  details: text(
    "Writes an iCalendar file (.ics) of all-day events with alarms 90, 30 and 7 days before expiry. If you write and import the file again after a renewal, the event of the item moves to the new date. If Apple rejected an ADE server token, its event is on the day of the rejection.",
    "終日の予定からなる iCalendar ファイル(.ics)を書き出します。期限の 90・30・7 日前に通知します。更新後に書き出したファイルを取り込むと、同じ予定の日付が変わります。Apple が拒否した ADE サーバートークンの予定は、拒否された日になります。",
  ),
  args: {},
  options: { output: OUTPUT_FILE_OPTION, allContexts: ALL_CONTEXTS_OPTION },
  examples: [
    { line: "clomoctl renewals calendar -o renewals.ics" },
    { line: "clomoctl renewals calendar --all-contexts --lang ja -o renewals.ics" },
  ],
  exits: ["not-found", "unavailable", "locked"],
  async run(tools, { output, allContexts }) {
    const items: CalendarItem[] = [];
    let undated = 0;
    const { terminal } = tools;
    for (const tenant of await openTenants(tools, allContexts)) {
      const asOf = createExpiryClock(tools, tenant);
      for (const current of await readCurrentItems(tenant, asOf.timezone)) {
        const item = expireAtRejection(current, asOf.now, asOf.timezone);
        const { expiresAt } = item;
        for (const line of listRemarks(item)) await terminal.warn(line);
        if (expiresAt === null) undated += 1;
        else items.push(addExpiryStatus({ ...item, expiresAt }, tenant.context.name, asOf));
      }
    }
    const calendar = await renderRenewalCalendar(items, terminal.language);
    await writeOutput(tools, output, new Blob([calendar]).stream(), { held: false });
    if (undated > 0) {
      await terminal.warn(
        text(
          `${formatCount(undated, "item")} without an expiry date ${undated === 1 ? "is" : "are"} not in the calendar`,
          `期限不明の ${undated} 件は、カレンダーに入っていません`,
        ),
      );
    }
  },
});

async function openTenants(tools: Tools, allContexts: boolean): Promise<readonly ChosenTenant<"renewals" | "ade">[]> {
  const { contexts, globals, environment } = tools;
  if (!isAboutSeveral(tools, allContexts)) return [await tools.tenant("renewals", "ade")];
  const named = await contexts.chooseSeveral(allContexts, globals.context, environment);
  return Array.fromAsync(named, (context) => tools.tenantOf(context, "renewals", "ade"));
}
