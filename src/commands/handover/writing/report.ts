import type { BundleWriter } from "../../../lib/handover/bundle/write.ts";
import type { ClomoctlFacts, HandoverFacts } from "../../../lib/handover/checklist/facts.ts";
import { findPeople, type KnownPerson } from "../../../lib/handover/checklist/people.ts";
import type { Manifest } from "../../../lib/handover/bundle/manifest.ts";
import { checklistOf, contentOf, manifestGaps } from "../../../lib/handover/report/content.ts";
import { CLOMOCTL, factsOf, reportData } from "../../../lib/handover/report/data.ts";
import { documentMarkdown } from "../../../lib/document/markdown.ts";
import { documentPage } from "../../../lib/document/page.ts";
import type { Tools } from "../../tools.ts";
import { theOne, usersNamed } from "../leaver.ts";
import { ownFacts } from "../facts.ts";

const REPORT = "report.html";

/** Who leaves, as typed, and the last day. */
interface Leaver {
  readonly typed: string;
  readonly leaves: string | undefined;
}

/** The manifest with who leaves. @throws Failure `not-found` and `usage` where nobody is meant, or several */
function leavingIn(
  manifest: Manifest,
  facts: HandoverFacts,
  leaver: Leaver | undefined,
  users: readonly KnownPerson[] = [],
): Manifest {
  if (leaver === undefined) return manifest;
  const { typed, leaves = null } = leaver;
  const { account, words } = theOne(findPeople(facts, typed, users), typed);
  return { ...manifest, leaver: { person: account ?? words.at(-1) ?? typed, leaves } };
}

/** What a report is made of that is in a bundle already. */
interface ReportSource {
  readonly manifest: Manifest;
  /** the files that are read for it, by path */
  readonly read: ReadonlyMap<string, string>;
  /** the context of the tenant */
  readonly context: string;
  /** undefined: who is named in the manifest, if somebody is */
  readonly leaver?: Leaver | undefined;
}

/** A report in one of its forms, in the language of who asks. */
export function drawReport(
  { terminal: { language } }: Pick<Tools, "terminal">,
  { manifest, read, leaver }: Pick<ReportSource, "manifest" | "read" | "leaver">,
  format: "html" | "markdown",
): string {
  const data = reportData(manifest, read);
  const content = contentOf({ ...data, manifest: leavingIn(manifest, factsOf(data), leaver) });
  return format === "html" ? documentPage(content, language) : documentMarkdown(content, language);
}

/** What a daily run does not change as long as it runs: a bundle of the same state has the same bytes. */
const sameEveryDay = (own: ClomoctlFacts): ClomoctlFacts => ({
  ...own,
  runs: own.runs?.map((run) => (run.late === false ? { ...run, lastRunAt: null } : run)) ?? null,
});

/** Writes the report into a bundle, and what this machine is to the tenant. @returns the manifest with both, and with the gaps */
export async function reportInto(tools: Tools, writer: BundleWriter, made: ReportSource): Promise<Manifest> {
  const { read, context, leaver } = made;
  const own = `${JSON.stringify(sameEveryDay(await ownFacts(tools, context, made.manifest.scope)), null, 2)}\n`;
  await write(writer, CLOMOCTL, own);
  const bare = reportData(made.manifest, new Map([...read, [CLOMOCTL, own]]));
  const users = leaver === undefined ? [] : await usersNamed((await tools.tenant("users")).client, leaver.typed);
  const manifest = leavingIn(made.manifest, factsOf(bare), leaver, users);
  const data = { ...bare, manifest };
  const whole: Manifest = {
    ...manifest,
    files: [...manifest.files, { path: CLOMOCTL, records: null }, { path: REPORT, records: null }],
    gaps: manifestGaps(checklistOf(data), manifest.language),
  };
  const page = documentPage(contentOf({ ...data, manifest: whole }), manifest.language);
  await write(writer, REPORT, page);
  return whole;
}

async function write(writer: BundleWriter, path: string, content: string): Promise<void> {
  const file = await writer.file(path);
  await file.write(content);
  await file.close();
}
