import { resolve } from "node:path";
import { line } from "../../../lib/advice/index.ts";
import { stepLines } from "../../../lib/document/text.ts";
import { shownStep } from "../../../lib/renewals/guide/document.ts";
import { downloadsFolder } from "../../../lib/renewals/guide/downloads-folder.ts";
import { findDownload } from "../../../lib/renewals/guide/downloads.ts";
import type { Guide } from "../../../lib/renewals/guide/index.ts";
import { walk, type WalkDesk } from "../../../lib/renewals/guide/walk.ts";
import type { Current } from "../../../lib/renewals/replacement/check.ts";
import { judgeReplacement } from "../../../lib/renewals/replacement/index.ts";
import { requestOfCurrent } from "../../../lib/renewals/replacement/request.ts";
import { same, text } from "../../../lib/text/index.ts";
import type { Outcome } from "../../command.ts";
import { zoneOf, type ChosenTenant, type Tools } from "../../tools.ts";
import { rehearses } from "../judgement.ts";
import { showItem } from "../items/tenant-items.ts";
import { inUseOf } from "../../../lib/renewals/read/in-use.ts";
import { record } from "./record.ts";
import type { GuideSubject } from "./subject.ts";

/** The options of a walk. */
export interface WalkOptions {
  readonly downloads: string | undefined;
  readonly current: string | undefined;
}

const NOTHING = text("nothing was recorded", "何も記録していません");

const RECORDED_BY_COMMAND = text(
  `the command that set it has recorded its date: ${line("renewals list", [])}`,
  `期限は設定したコマンドが記録しています: ${line("renewals list", [])}`,
);

/** Walks a person through a guide and records the result. */
export async function walkItem(
  tools: Tools,
  tenant: ChosenTenant<"renewals">,
  { subject, guide, options }: { readonly subject: GuideSubject; readonly guide: Guide; readonly options: WalkOptions },
): Promise<Outcome> {
  const { terminal, workingFolder, machine, environment } = tools;
  tools.describeState(() => NOTHING);
  const inUse = guide.own ? null : await inUseOf(tools, subject, options.current);
  const folder =
    options.downloads === undefined
      ? await downloadsFolder({ ...machine, environment })
      : resolve(workingFolder, options.downloads);
  await terminal.note(guide.title);
  if (!guide.own) {
    await terminal.note(text(`looking for downloads in ${folder}`, `ダウンロードしたファイルは ${folder} で探します`));
  }
  const walked = await walk(guide, deskOf(tools, tenant, { folder, inUse }));
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
  if (guide.own) return terminal.note(RECORDED_BY_COMMAND);
  const place = { tools, client: tenant.client, timezone: zoneOf(tools, tenant) };
  const item = await record(place, subject, walked.renewed);
  if (item === undefined) return terminal.note(NOTHING);
  await showItem(tools, tenant, item);
}

function deskOf(
  tools: Tools,
  tenant: ChosenTenant,
  { folder, inUse }: { readonly folder: string; readonly inUse: Current | null },
): WalkDesk {
  const { terminal, clock } = tools;
  const timezone = zoneOf(tools, tenant);
  return {
    show: async (step, number) => {
      for (const line of stepLines(shownStep(step), number, terminal.language)) await terminal.note(same(line));
    },
    tell: (line) => terminal.note(line),
    warn: (line) => terminal.warn(line),
    choose: (message, choices) => terminal.prompts.select({ message, flag: "--interactive", choices }),
    look: (download) => findDownload(folder, download),
    judgeRequest: (request) => requestOfCurrent(inUse, request),
    judge: async (next, { csr }) => {
      const simulator = await rehearses(tools, next);
      return judgeReplacement(inUse, next, { now: clock.now(), strict: false, simulator, timezone, csr });
    },
  };
}
