import { resolve } from "node:path";
import { line } from "../../../lib/advice/index.ts";
import { renderStepLines } from "../../../lib/document/text.ts";
import { toStepBlock } from "../../../lib/renewals/guide/document.ts";
import { findDownloadsFolder } from "../../../lib/renewals/guide/downloads-folder.ts";
import { findDownload } from "../../../lib/renewals/guide/downloads.ts";
import type { Guide } from "../../../lib/renewals/guide/index.ts";
import { runGuideSteps, type GuideHandlers } from "../../../lib/renewals/guide/walk.ts";
import type { CurrentItem } from "../../../lib/renewals/replacement/check.ts";
import { judgeReplacement } from "../../../lib/renewals/replacement/index.ts";
import { checkRequestReuse } from "../../../lib/renewals/replacement/request.ts";
import { same, text } from "../../../lib/text/index.ts";
import type { Outcome } from "../../command.ts";
import { resolveTimezone, type ChosenTenant, type Tools } from "../../tools.ts";
import { isSimulatorRehearsal } from "../judgement.ts";
import { showItem } from "../items/tenant-items.ts";
import { findCurrentItem } from "../../../lib/renewals/read/in-use.ts";
import { recordRenewal } from "./record.ts";
import type { GuideSubject } from "./subject.ts";

/** The options of an interactive guide. */
export interface WalkOptions {
  readonly downloads: string | undefined;
  readonly current: string | undefined;
}

const NOTHING_RECORDED_TEXT = text("nothing was recorded", "何も記録していません");

const RECORDED_BY_COMMAND_NOTE = text(
  `the command that set the certificate or token also recorded its expiry date; to see the date: ${line("renewals list", [])}`,
  `期限は、証明書やトークンを設定したコマンドが登録済みです。確認するには: ${line("renewals list", [])}`,
);

/** Guides the user through the steps of a renewal and records the result. */
export async function runInteractiveGuide(
  tools: Tools,
  tenant: ChosenTenant<"renewals">,
  { subject, guide, options }: { readonly subject: GuideSubject; readonly guide: Guide; readonly options: WalkOptions },
): Promise<Outcome> {
  const { terminal, workingFolder, machine, environment } = tools;
  tools.describeState(() => NOTHING_RECORDED_TEXT);
  const inUse = guide.own ? null : await findCurrentItem(tools, subject, options.current);
  const folder =
    options.downloads === undefined
      ? await findDownloadsFolder({ ...machine, environment })
      : resolve(workingFolder, options.downloads);
  await terminal.note(guide.title);
  if (!guide.own) {
    await terminal.note(text(`looking for downloads in ${folder}`, `ダウンロードしたファイルは ${folder} で探します`));
  }
  const walked = await runGuideSteps(guide, createInteractiveGuideHandlers(tools, tenant, { folder, inUse }));
  if (walked.ended === "stopped") {
    const number = guide.steps.indexOf(walked.at) + 1;
    await terminal.note(
      guide.own
        ? text(`stopped at step ${number}`, `手順 ${number} で中断しました`)
        : text(
            `stopped at step ${number}; nothing was recorded`,
            `手順 ${number} で中断しました。何も記録していません`,
          ),
    );
    return walked.refused ? "input-rejected" : "interrupted";
  }
  if (guide.own) return terminal.note(RECORDED_BY_COMMAND_NOTE);
  const place = { tools, client: tenant.client, timezone: resolveTimezone(tools, tenant) };
  const item = await recordRenewal(place, subject, walked.renewed);
  if (item === undefined) return terminal.note(NOTHING_RECORDED_TEXT);
  await showItem(tools, tenant, item);
}

function createInteractiveGuideHandlers(
  tools: Tools,
  tenant: ChosenTenant,
  { folder, inUse }: { readonly folder: string; readonly inUse: CurrentItem | null },
): GuideHandlers {
  const { terminal, clock } = tools;
  const timezone = resolveTimezone(tools, tenant);
  return {
    show: async (step, number) => {
      for (const line of renderStepLines(toStepBlock(step), number, terminal.language)) await terminal.note(same(line));
    },
    tell: (line) => terminal.note(line),
    warn: (line) => terminal.warn(line),
    choose: (message, choices) => terminal.prompts.select({ message, flag: "--interactive", choices }),
    look: (download) => findDownload(folder, download),
    judgeRequest: (request) => checkRequestReuse(inUse, request),
    judge: async (next, { csr }) => {
      const simulator = await isSimulatorRehearsal(tools, next);
      return judgeReplacement(inUse, next, { now: clock.now(), strict: false, simulator, timezone, csr });
    },
  };
}
