import type { BundleWriter } from "../../../lib/handover/bundle/write.ts";
import type { Manifest } from "../../../lib/handover/bundle/manifest.ts";
import { checklistOf, contentOf, manifestGaps } from "../../../lib/handover/report/content.ts";
import { CLOMOCTL, reportData } from "../../../lib/handover/report/data.ts";
import { reportMarkdown } from "../../../lib/handover/report/markdown.ts";
import { reportPage } from "../../../lib/handover/report/page.ts";
import { escapeForPeople } from "../../../lib/terminal/escape.ts";
import { truncate } from "../../../lib/terminal/table/width.ts";
import type { Tools } from "../../tools.ts";
import { ownFacts } from "../facts.ts";

const REPORT = "report.html";

/** What a report is made of that is in a bundle already. */
interface Made {
  readonly manifest: Manifest;
  /** the files that are read for it, by path */
  readonly read: ReadonlyMap<string, string>;
  /** the context of the tenant */
  readonly context: string;
}

/** A report in one of its forms, in the language of who asks. */
export function drawReport(
  { terminal: { language } }: Pick<Tools, "terminal">,
  { manifest, read }: Pick<Made, "manifest" | "read">,
  as: "html" | "markdown",
): string {
  const setting = { language, visible: escapeForPeople, fit: truncate };
  const content = contentOf(reportData(manifest, read));
  return as === "html" ? reportPage(content, setting) : reportMarkdown(content, setting);
}

/** Writes the report into a bundle, and what this machine is to the tenant. @returns the manifest with both, and with the gaps */
export async function reportInto(tools: Tools, writer: BundleWriter, made: Made): Promise<Manifest> {
  const { manifest, read, context } = made;
  const own = `${JSON.stringify(await ownFacts(tools, context), null, 2)}\n`;
  await write(writer, CLOMOCTL, own);
  const data = reportData(manifest, new Map([...read, [CLOMOCTL, own]]));
  const whole: Manifest = {
    ...manifest,
    files: [...manifest.files, { path: CLOMOCTL, records: null }, { path: REPORT, records: null }],
    gaps: manifestGaps(checklistOf(data), manifest.language),
  };
  const page = reportPage(contentOf({ ...data, manifest: whole }), {
    language: manifest.language,
    visible: escapeForPeople,
    fit: truncate,
  });
  await write(writer, REPORT, page);
  return whole;
}

async function write(writer: BundleWriter, path: string, content: string): Promise<void> {
  const file = await writer.file(path);
  await file.write(content);
  await file.close();
}
