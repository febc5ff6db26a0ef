import type { BundleWriter } from "../../../lib/handover/bundle/write.ts";
import type { HandoverFacts } from "../../../lib/handover/checklist/facts.ts";
import { findPeople, type KnownPerson } from "../../../lib/handover/checklist/people.ts";
import type { Manifest } from "../../../lib/handover/bundle/manifest.ts";
import {
  evaluateBundleChecklist,
  buildReportDocument,
  buildManifestGaps,
} from "../../../lib/handover/report/content.ts";
import { toHandoverFacts, parseReportData } from "../../../lib/handover/report/data.ts";
import { renderMarkdown } from "../../../lib/document/markdown.ts";
import { renderPage } from "../../../lib/document/page.ts";
import type { Tools } from "../../tools.ts";
import { requireSinglePerson, findMatchingUsers } from "../leaver.ts";

const REPORT_PATH = "report.html";

interface Leaver {
  readonly typed: string;
  readonly leaves: string | undefined;
}

/** Returns the manifest with the leaver.  @throws `not-found` if nobody matches, `usage` if several people match */
function addLeaver(
  manifest: Manifest,
  facts: HandoverFacts,
  leaver: Leaver | undefined,
  users: readonly KnownPerson[] = [],
): Manifest {
  if (leaver === undefined) return manifest;
  const { typed, leaves = null } = leaver;
  const { account, words } = requireSinglePerson(findPeople(facts, typed, users), typed);
  return { ...manifest, leaver: { person: account ?? words.at(-1) ?? typed, leaves } };
}

interface ReportSource {
  readonly manifest: Manifest;
  /** contents of the files that the report is made from, by path */
  readonly read: ReadonlyMap<string, string>;
  readonly leaver?: Leaver | undefined;
}

export function renderReport(
  { terminal: { language } }: Pick<Tools, "terminal">,
  { manifest, read, leaver }: Pick<ReportSource, "manifest" | "read" | "leaver">,
  format: "html" | "markdown",
): string {
  const data = parseReportData(manifest, read);
  const content = buildReportDocument({ ...data, manifest: addLeaver(manifest, toHandoverFacts(data), leaver) });
  return format === "html" ? renderPage(content, language) : renderMarkdown(content, language);
}

export async function writeBundleReport(tools: Tools, writer: BundleWriter, made: ReportSource): Promise<Manifest> {
  const { read, leaver } = made;
  const bare = parseReportData(made.manifest, read);
  const users = leaver === undefined ? [] : await findMatchingUsers((await tools.tenant("users")).client, leaver.typed);
  const manifest = addLeaver(made.manifest, toHandoverFacts(bare), leaver, users);
  const data = { ...bare, manifest };
  const whole: Manifest = {
    ...manifest,
    files: [...manifest.files, { path: REPORT_PATH, records: null }],
    gaps: buildManifestGaps(evaluateBundleChecklist(data), manifest.language),
  };
  const page = renderPage(buildReportDocument({ ...data, manifest: whole }), manifest.language);
  await writeBundleFile(writer, REPORT_PATH, page);
  return whole;
}

async function writeBundleFile(writer: BundleWriter, path: string, content: string): Promise<void> {
  const file = await writer.file(path);
  await file.write(content);
  await file.close();
}
